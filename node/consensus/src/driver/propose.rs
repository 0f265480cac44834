//! Blocks: building, sending, receiving and examining them.

use super::Driver;
use crate::application::{Application, Examined, Stop};
use crate::context::{Address, Context, Height, Part, Value, proposer_place};
use crate::engine::actors::host::SyncedValueOutcome;
use crate::engine::channel::{NetworkMsg, Reply};
use crate::engine::core::{Round, Validity};
use crate::engine::streaming::StreamMessage;
use crate::engine::types::{LocallyProposedValue, PeerId, ProposedValue};
use crate::parts::{Parcel, Taken};
use bytes::Bytes;
use zhengku_ledger::ids::BlockId;

/// Heights above the current one whose blocks are put aside.
const EARLY_HEIGHTS: u64 = 2;

impl<A: Application> Driver<A> {
    /// This node's turn: its block, and then its parts to everybody.
    pub(super) async fn propose(
        &mut self,
        height: Height,
        round: Round,
        reply: Reply<LocallyProposedValue<Context>>,
    ) -> Result<(), Stop> {
        let Some(number) = round.as_u32() else { return Ok(()) };
        let candidate = self.worker.call(move |application| application.propose(height.0, number)).await?;
        self.blocks.learn(candidate.block, candidate.round, &candidate.bytes);
        _ = reply.send(LocallyProposedValue::new(height, round, Value(candidate.block)));
        let Some(signer) = &self.settings.signer else { return Ok(()) };
        if self.settings.listen.is_none() {
            return Ok(());
        }
        let bytes = Bytes::from(candidate.bytes);
        let parcel = Parcel::sign(self.settings.chain, height.0, number, bytes, signer.as_ref())?;
        self.blocks.keep(candidate.block, parcel);
        self.send_again(&candidate.block).await;
        Ok(())
    }

    /// Sends the parts of a block, once more or for the first time.
    pub(super) async fn send_again(&mut self, block: &BlockId) {
        let Some(parcel) = self.blocks.parcel(block) else {
            tracing::debug!(block.id = %block, "a block is to be sent again whose bytes this node has not kept");
            return;
        };
        let Some(network) = &self.network else { return };
        self.streams = self.streams.wrapping_add(1);
        for part in parcel.cut(self.streams) {
            // An engine that is going down takes no more.
            if network.send(NetworkMsg::PublishProposalPart(part)).await.is_err() {
                return;
            }
        }
    }

    /// A part came in.
    pub(super) async fn take_part(
        &mut self,
        peer: PeerId,
        part: StreamMessage<Part>,
        reply: Reply<Option<ProposedValue<Context>>>,
    ) -> Result<(), Stop> {
        let value = match self.assembler.take(peer, part) {
            Taken::Waiting => None,
            Taken::Refused(reason) => {
                tracing::warn!(peer.id = %peer, reason, "a part of a block was refused");
                None
            }
            Taken::Complete(parcel) => self.take_block(peer, parcel).await?,
        };
        _ = reply.send(value);
        Ok(())
    }

    async fn take_block(&mut self, peer: PeerId, parcel: Parcel) -> Result<Option<ProposedValue<Context>>, Stop> {
        let (now, then) = (self.turn.height, parcel.height);
        if then > now && then.0 <= now.0.saturating_add(EARLY_HEIGHTS) {
            self.blocks.put_aside(parcel);
            self.hear_of(then)?;
            return Ok(None);
        }
        if then != now || self.held.is_some() {
            return Ok(None);
        }
        self.examine(Some(peer), parcel).await
    }

    /// Checks that the proposer of the round sent the block, and lets the application look at it.
    pub(super) async fn examine(
        &mut self,
        peer: Option<PeerId>,
        parcel: Parcel,
    ) -> Result<Option<ProposedValue<Context>>, Stop> {
        let (height, round) = (parcel.height, parcel.round);
        let proposer = proposer_place(&self.turn.validators, height, round);
        let signed = self
            .turn
            .validators
            .at(proposer)
            .is_some_and(|validator| parcel.verify(self.settings.chain, &validator.key).is_ok());
        if !signed {
            tracing::warn!(?peer, block.height = %height, round, "a block was not signed by the proposer of its round");
            return Ok(None);
        }
        if let Some(known) = self.blocks.recall(&parcel.bytes) {
            self.blocks.keep(known.block, parcel);
            return Ok(self.value(known.block, known.round));
        }
        let bytes = parcel.bytes.clone();
        let examined =
            self.worker.call(move |application| application.examine(height, round, proposer, &bytes, false)).await?;
        match examined {
            Examined::Valid(block) => {
                self.blocks.learn(block, round, &parcel.bytes);
                self.blocks.keep(block, parcel);
                Ok(self.value(block, round))
            }
            Examined::Invalid(reason) => {
                tracing::warn!(?peer, block.height = %height, round, reason, "a proposed block is refused");
                Ok(None)
            }
        }
    }

    /// A decided block that a peer sent, since this node lags: its certificate has been verified.
    pub(super) async fn take_fetched(
        &mut self,
        height: Height,
        round: Round,
        bytes: Bytes,
        reply: Reply<SyncedValueOutcome<Context>>,
    ) -> Result<(), Stop> {
        let Some(number) = round.as_u32().filter(|_| height.0 == self.turn.height && self.held.is_none()) else {
            _ = reply.send(SyncedValueOutcome::LocalTransientError);
            return Ok(());
        };
        let proposer = proposer_place(&self.turn.validators, height.0, number);
        let given = bytes.clone();
        let examined =
            self.worker.call(move |application| application.examine(height.0, number, proposer, &given, true)).await?;
        let outcome = match examined {
            Examined::Valid(block) => {
                self.blocks.learn(block, number, &bytes);
                self.value(block, number).map_or(SyncedValueOutcome::LocalTransientError, SyncedValueOutcome::Verdict)
            }
            Examined::Invalid(reason) => {
                tracing::warn!(block.height = %height, reason, "a peer sent a decided block that is none");
                SyncedValueOutcome::PeerFault
            }
        };
        _ = reply.send(outcome);
        Ok(())
    }

    /// The engine's word for an examined block.
    pub(super) fn value(&self, block: BlockId, round: u32) -> Option<ProposedValue<Context>> {
        let proposer = self.turn.validators.at(proposer_place(&self.turn.validators, self.turn.height, round))?;
        Some(ProposedValue {
            height: Height(self.turn.height),
            round: Round::new(round),
            valid_round: Round::Nil,
            proposer: Address::of_key(&proposer.key),
            value: Value(block),
            validity: Validity::Valid,
        })
    }
}
