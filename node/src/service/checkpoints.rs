//! Checkpoints: this node's own signatures under the log, and the newest note that a quorum has signed.

use crate::chain::Chain;
use crate::exchange::Exchange;
use crate::exchange::message::{Answer, Question};
use crate::service::members::Member;
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use zhengku_crypto::sign::Signer;
use zhengku_ledger::block::Header;
use zhengku_ledger::checkpoint::{Checkpoint, NoteSignature, SignedCheckpoint};
use zhengku_ledger::codec;
use zhengku_ledger::ids::{BlockId, Height};
use zhengku_ledger::validator_set::ValidatorSet;

/// The least time between two notes: every node asks every other, and blocks may follow each other fast.
const EVERY: Duration = Duration::from_secs(1);
/// How long peers that have not committed the height yet are given before they are asked again.
const PAUSE: Duration = Duration::from_millis(200);
/// How often they are asked for one height.
const ATTEMPTS: usize = 10;
/// The longest signature, as it is carried.
const MAX_SIGNATURE_BYTES: usize = 1024;

/// Own signatures, and the newest note.
pub(super) struct Checkpoints {
    chain: Arc<Chain>,
    signer: Option<Arc<dyn Signer>>,
    name: String,
    newest: Mutex<Option<(Height, String)>>,
}

impl Checkpoints {
    /// Of a node; an observer signs none.
    pub(super) fn new(chain: Arc<Chain>, signer: Option<Arc<dyn Signer>>, name: &str) -> Self {
        Self { chain, signer, name: name.to_owned(), newest: Mutex::default() }
    }

    /// The newest note.
    pub(super) fn newest(&self) -> Option<String> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|(_, text)| text.clone())
    }

    /// Own signature for a committed block; none when this node has another block, or none, at that height.
    pub(super) fn own(&self, height: Height, block: BlockId) -> Option<Bytes> {
        let header = self.header(height)?;
        if header.id() != block {
            return None;
        }
        self.sign(&header).map(|signature| codec::encode(&signature).into())
    }

    fn header(&self, height: Height) -> Option<Header> {
        let tip = self.chain.tip();
        if tip.header.height == height {
            return Some(tip.header.clone());
        }
        self.chain.store().view().block(height).ok().map(|block| block.header)
    }

    fn sign(&self, header: &Header) -> Option<NoteSignature> {
        let signer = self.signer.as_ref()?;
        // Signed by a key that did not vote on it, a note would not hold; block 0 names the set of height 1.
        self.chain.tip().governance.term_at(&signer.public_key(), header.height.max(Height(1)))?;
        match Checkpoint::of(header).sign(&**signer, &self.name) {
            Ok(signature) => Some(signature),
            Err(error) => {
                tracing::warn!(%error, "signing a checkpoint");
                None
            }
        }
    }

    fn keep(&self, note: &SignedCheckpoint, height: Height) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.as_ref().is_none_or(|(former, _)| *former < height) {
            *newest = Some((height, note.text()));
        }
    }
}

/// Gathers signatures after every block until the task is dropped.
pub(super) async fn run(checkpoints: Arc<Checkpoints>, exchange: Exchange, members: watch::Receiver<Vec<Member>>) {
    let mut notices = checkpoints.chain.notices();
    loop {
        let validators: Vec<Member> = members.borrow().iter().filter(|one| one.is_validator).cloned().collect();
        gather(&checkpoints, &exchange, &validators).await;
        tokio::time::sleep(EVERY).await;
        match notices.recv().await {
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => notices = notices.resubscribe(),
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

/// Gathers for the newest height, until there is a quorum or a newer height.
async fn gather(checkpoints: &Checkpoints, exchange: &Exchange, members: &[Member]) {
    let tip = checkpoints.chain.tip();
    let (header, block) = (&tip.header, tip.id);
    let Some(validators) = checkpoints.chain.validators_of(&tip) else { return };
    let checkpoint = Checkpoint::of(header);
    let own = checkpoints.sign(header);
    let carried: Bytes = own.as_ref().map(codec::encode).unwrap_or_default().into();
    let mut signatures: Vec<(String, NoteSignature)> =
        own.map(|one| (checkpoints.name.clone(), one)).into_iter().collect();
    for _ in 0..ATTEMPTS {
        if let Ok(note) = assemble(&checkpoint, &signatures, &validators) {
            checkpoints.keep(&note, header.height);
            return;
        }
        let missing = members.iter().filter(|one| !signatures.iter().any(|(name, _)| *name == one.name));
        let asking: FuturesUnordered<_> = missing
            .map(|member| {
                let question = Question::Checkpoint { height: header.height, block, signature: carried.clone() };
                async { (member.name.clone(), exchange.ask(member.id, question).await) }
            })
            .collect();
        let answers: Vec<_> = asking.collect().await;
        for (name, answer) in answers {
            let Ok(Answer::Checkpoint(bytes)) = answer else { continue };
            let Ok(signature) = codec::decode::<NoteSignature>("signature", &bytes, MAX_SIGNATURE_BYTES) else {
                continue;
            };
            if checkpoint.verify_one(&signature, &validators).is_ok() {
                signatures.push((name, signature));
            }
        }
        if let Ok(note) = assemble(&checkpoint, &signatures, &validators) {
            checkpoints.keep(&note, header.height);
            return;
        }
        if checkpoints.chain.height() > header.height {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn assemble(
    checkpoint: &Checkpoint,
    signatures: &[(String, NoteSignature)],
    validators: &ValidatorSet,
) -> Result<SignedCheckpoint, zhengku_ledger::checkpoint::NoteError> {
    let signatures = signatures.iter().map(|(_, signature)| signature.clone());
    SignedCheckpoint::assemble(checkpoint.clone(), signatures, validators)
}
