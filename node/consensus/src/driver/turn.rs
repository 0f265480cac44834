//! Heights: starting, deciding and concluding them.

use super::{Driver, Held};
use crate::application::{Application, Stop, Timings};
use crate::certificate::{is_fetched, of_decision, offences};
use crate::context::{Context, Height, Members, proposer_place};
use crate::engine::actors::host::Next;
use crate::engine::channel::Reply;
use crate::engine::consensus::MisbehaviorEvidence;
use crate::engine::core::{CommitCertificate, HeightParams, LinearTimeouts, Round};
use crate::engine::types::ProposedValue;
use std::time::Duration;
use tokio::time::Instant;
use zhengku_ledger::block::Certificate;
use zhengku_ledger::ids;

/// No step of a round waits longer, however many rounds there were.
const LONGEST_STEP: Duration = Duration::from_secs(60);
/// The sole validator of a ledger waits for nobody: however long its own block takes, there is no other to turn to.
const ALONE_STEP: Duration = Duration::from_secs(24 * 3_600);

/// A decision that this node cannot write down.
#[derive(Debug, thiserror::Error)]
enum DecisionError {
    /// The engine's certificate names no validator of the height.
    #[error(
        "the certificate of height {height} holds no vote of its validators; stop, and report this: the program is wrong"
    )]
    NoVotes { height: ids::Height },
    /// The engine decided another height than the one in force.
    #[error("height {decided} was decided while {expected} was agreed on; stop, and report this: the program is wrong")]
    OtherHeight { decided: ids::Height, expected: ids::Height },
    /// The application went to another height than the next.
    #[error("after height {decided} the ledger is at {next}; stop, and check the store")]
    OtherNext { decided: ids::Height, next: ids::Height },
    /// A ledger without validators.
    #[error("height {height} has no validators; stop, and check the store")]
    NoValidators { height: ids::Height },
}

impl<A: Application> Driver<A> {
    /// The engine is ready, and the peers have told their tips: from where does it go on?
    pub(super) async fn begin(&mut self, tip: ids::Height) -> Result<(), Stop> {
        let height = self.turn.height;
        tracing::info!(%height, peers.tip = %tip, "agreement starts");
        self.highest = self.highest.max(tip);
        if let Some(guard) = &mut self.guard {
            guard.hear(tip)?;
            guard.start_height();
        }
        for candidate in self.worker.call(move |application| application.candidates(height)).await? {
            self.blocks.learn(candidate.block, candidate.round, &candidate.bytes);
        }
        let params = self.params()?;
        if let Some(reply) = self.starting.take() {
            _ = reply.send((Height(height), params));
        }
        Ok(())
    }

    /// A round starts: the engine wants the blocks of the height that are known already.
    pub(super) async fn start_round(
        &mut self,
        height: Height,
        round: Round,
        reply: Reply<Vec<ProposedValue<Context>>>,
    ) -> Result<(), Stop> {
        let round = round.as_u32().unwrap_or(0);
        let proposer = proposer_place(&self.turn.validators, height.0, round);
        let silent = self.is_silent();
        self.picture.send_modify(|picture| picture.start(height.0, round, proposer, silent));
        for parcel in self.blocks.due(height.0) {
            self.examine(None, parcel).await?;
        }
        let known = self.blocks.known().iter().filter_map(|known| self.value(known.block, known.round)).collect();
        _ = reply.send(known);
        Ok(())
    }

    /// More than two thirds have committed to a block: it becomes durable before anything else happens.
    pub(super) async fn decide(
        &mut self,
        certificate: &CommitCertificate<Context>,
        reply: Reply<()>,
    ) -> Result<(), Stop> {
        let certificate = self.certificate(certificate)?;
        tracing::debug!(block.height = %certificate.height, block.id = %certificate.block, round = certificate.round, "decided");
        self.worker.call(move |application| application.decide(certificate)).await?;
        self.decided_at = Instant::now();
        _ = reply.send(());
        Ok(())
    }

    /// The height is over. Its successor starts at once when there is a reason to, and else waits for one.
    pub(super) async fn conclude(
        &mut self,
        certificate: &CommitCertificate<Context>,
        evidence: &MisbehaviorEvidence<Context>,
        reply: Reply<Next<Context>>,
    ) -> Result<(), Stop> {
        let fetched = is_fetched(certificate);
        if let Some(guard) = &mut self.guard {
            guard.see_decision(certificate, &self.turn.validators);
        }
        let (certificate, offences) = (self.certificate(certificate)?, offences(evidence));
        let decided = certificate.height;
        let turn = self.worker.call(move |application| application.conclude(certificate, offences)).await?;
        if turn.height != decided.next() {
            return Err(DecisionError::OtherNext { decided, next: turn.height }.into());
        }
        let idle = turn.timings.idle;
        let until = if idle.is_zero() { None } else { Some(self.decided_at + idle) };
        self.held = Some(Held { turn, reply, until });
        // One that lags goes on at once; one that has fetched the newest block waits like the others.
        let lags = fetched && self.highest >= decided.next();
        if lags || self.blocks.has_early() {
            return self.start_next();
        }
        self.picture.send_modify(|picture| picture.idle = true);
        Ok(())
    }

    /// Starts the height that was held back.
    pub(super) fn start_next(&mut self) -> Result<(), Stop> {
        let Some(held) = self.held.take() else { return Ok(()) };
        self.turn = held.turn;
        self.assembler.prune(self.turn.height);
        self.blocks.advance(self.turn.height);
        if let Some(guard) = &mut self.guard {
            guard.start_height();
        }
        let params = self.params()?;
        _ = held.reply.send(Next::Start(Height(self.turn.height), params));
        Ok(())
    }

    fn is_silent(&self) -> bool {
        self.guard.as_ref().is_some_and(|guard| guard.is_silent(self.turn.height))
    }

    fn params(&self) -> Result<HeightParams<Context>, Stop> {
        let height = self.turn.height;
        let members =
            Members::new(&self.turn.validators, self.is_silent()).ok_or(DecisionError::NoValidators { height })?;
        let alone = self.settings.listen.is_none();
        let interval = self.turn.timings.interval;
        let target = (!interval.is_zero() && !alone).then_some(interval);
        Ok(HeightParams::new(members, timeouts(&self.turn.timings, alone), target))
    }

    fn certificate(&self, certificate: &CommitCertificate<Context>) -> Result<Certificate, Stop> {
        let (decided, expected) = (certificate.height.0, self.turn.height);
        if decided != expected {
            return Err(DecisionError::OtherHeight { decided, expected }.into());
        }
        Ok(of_decision(certificate, &self.turn.validators).ok_or(DecisionError::NoVotes { height: decided })?)
    }
}

fn timeouts(timings: &Timings, alone: bool) -> LinearTimeouts {
    let longest = if alone { ALONE_STEP } else { LONGEST_STEP };
    LinearTimeouts {
        propose: if alone { ALONE_STEP } else { timings.propose },
        propose_delta: timings.step,
        prevote: timings.prevote,
        prevote_delta: timings.step,
        precommit: timings.precommit,
        precommit_delta: timings.step,
        rebroadcast: if alone { ALONE_STEP } else { timings.rebroadcast },
        max_timeout: longest,
    }
}
