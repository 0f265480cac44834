//! What the interface needs of a node. Reads may touch the disk: handlers call them on a blocking thread.

use async_trait::async_trait;
use std::sync::Arc;
use tokio::sync::broadcast;
use zhengku_crypto::digest::Digest;
use zhengku_ledger::block::{Certificate, Header};
use zhengku_ledger::entry::Entry;
use zhengku_ledger::ids::{EntryKey, Height, IdempotencyKey, LogIndex, OrganisationNumber, TransactionId};
use zhengku_ledger::proof::EntryProof;
use zhengku_ledger::state::Tip;
use zhengku_ledger::transaction::{Outcome, PayloadKind, VerifiedTransaction};
use zhengku_ledger::validator_set::ValidatorSet;
pub use zhengku_library::port::PortError;

/// The node behind the interface.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// The newest state in memory.
    fn tip(&self) -> Arc<Tip>;

    /// This node, its peers and how agreement goes, as of now.
    fn network(&self) -> Network;

    /// A notice of every block that is committed from now on.
    fn blocks(&self) -> broadcast::Receiver<Arc<BlockNotice>>;

    /// Admits a transaction to the mempool and forwards it to every validator. Admitted is not decided.
    ///
    /// # Errors
    /// [`SubmitError`].
    async fn submit(&self, transaction: VerifiedTransaction) -> Result<(), SubmitError>;

    /// What became of the transaction that took this idempotency key of this organisation; none while it is not decided.
    ///
    /// # Errors
    /// [`PortError`].
    fn receipt(&self, organisation: OrganisationNumber, key: &IdempotencyKey) -> Result<Option<Receipt>, PortError>;

    /// The same receipt as a file (docs/spec/receipt.md).
    ///
    /// # Errors
    /// [`PortError`].
    fn receipt_file(&self, organisation: OrganisationNumber, key: &IdempotencyKey)
    -> Result<Option<String>, PortError>;

    /// A block with its transactions; none beyond the newest.
    ///
    /// # Errors
    /// [`PortError`].
    fn block(&self, height: Height) -> Result<Option<Block>, PortError>;

    /// The entry at a place in the log; none beyond its end.
    ///
    /// # Errors
    /// [`PortError`].
    fn entry(&self, index: LogIndex) -> Result<Option<Entry>, PortError>;

    /// The newest entry of each key, as of now.
    ///
    /// # Errors
    /// [`PortError`].
    fn find(&self, keys: &[EntryKey]) -> Result<Vec<Option<(LogIndex, Entry)>>, PortError>;

    /// The newest entry of the licence whose file has this SHA-256; none when no licence names it. The file may be one of an older state.
    ///
    /// # Errors
    /// [`PortError`].
    fn find_file(&self, sha256: &Digest) -> Result<Option<(LogIndex, Entry)>, PortError>;

    /// The entry of a key that was newest at a height, with both paths to that height's header; none when there was none.
    ///
    /// # Errors
    /// [`PortError`].
    fn prove(&self, key: &EntryKey, height: Height) -> Result<Option<Witness>, PortError>;

    /// The entry at a place, current or not, with its paths to a height's header (the bit says whether it was current).
    ///
    /// # Errors
    /// [`PortError`].
    fn prove_at(&self, index: LogIndex, height: Height) -> Result<Option<Witness>, PortError>;

    /// A proof file (docs/spec/proof.md) of a licence at a height; none when the key is no licence of that height.
    ///
    /// # Errors
    /// [`PortError`].
    fn proof_file(&self, key: &EntryKey, height: Height) -> Result<Option<String>, PortError>;

    /// The proof file, as of now, of the newest state that lists the file with this SHA-256; that of a former version's file says that there
    /// is a newer state. None when no licence has named the file.
    ///
    /// # Errors
    /// [`PortError`].
    fn proof_of_file(&self, sha256: &Digest) -> Result<Option<String>, PortError>;

    /// That the log of `new` entries extends the log of `old` entries.
    ///
    /// # Errors
    /// [`PortError`].
    fn consistency(&self, old: u64, new: u64) -> Result<Vec<Digest>, PortError>;

    /// The newest checkpoint that a quorum of validators has signed (C2SP signed note); none before the first.
    ///
    /// # Errors
    /// [`PortError`].
    fn checkpoint(&self) -> Result<Option<String>, PortError>;

    /// A tile of C2SP tlog-tiles: `width` hashes of 32 bytes (256 for a full one); none when the log is not that long.
    ///
    /// # Errors
    /// [`PortError`].
    fn tile(&self, level: u8, place: u64, width: u16) -> Result<Option<Vec<u8>>, PortError>;

    /// An entry bundle of C2SP tlog-tiles: `width` entries, each with a u16 length before it.
    ///
    /// # Errors
    /// [`PortError`].
    fn bundle(&self, place: u64, width: u16) -> Result<Option<Vec<u8>>, PortError>;

    /// The bitmap of a height, 1 = current, packed least significant bit first.
    ///
    /// # Errors
    /// [`PortError`].
    fn bitmap(&self, height: Height) -> Result<Option<Vec<u8>>, PortError>;

    /// The entries that were superseded by the blocks after `from` up to `to`, ascending.
    ///
    /// # Errors
    /// [`PortError`].
    fn superseded(&self, from: Height, to: Height) -> Result<Vec<LogIndex>, PortError>;

    /// Every validator set of the ledger so far with the height it begins at, oldest first.
    ///
    /// # Errors
    /// [`PortError`].
    fn validator_history(&self) -> Result<Vec<SetChange>, PortError>;

    /// The same history as a file (docs/spec/handover.md).
    ///
    /// # Errors
    /// [`PortError`]; also when there were more changes than a file holds.
    fn history_file(&self) -> Result<String, PortError>;

    /// What this node shows everybody beside the ledger: catalogue, seal register and verification of files. None: not offered here,
    /// and the pages say so.
    fn public(&self) -> Option<Arc<dyn crate::desk::port::Public>> {
        None
    }
}

/// Why a transaction was not admitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// It is for another ledger.
    #[error("the transaction is for another ledger")]
    ForeignChain,
    /// Its organisation or key is not on the ledger.
    #[error("the signer is not known to the ledger")]
    UnknownSigner,
    /// The same idempotency key is waiting with another transaction.
    #[error("the idempotency key is waiting with another transaction")]
    Conflict,
    /// The mempool (or this organisation's share of it) is full.
    #[error("too much is waiting; try again in {retry_after_ms} ms")]
    Full {
        /// When to try again.
        retry_after_ms: u64,
    },
    /// The node has no quorum or lags: nothing new would be decided.
    #[error("this node cannot reach a quorum; it stands at height {height}")]
    NoQuorum {
        /// Its height.
        height: Height,
    },
    /// The node is stopping.
    #[error("the node is stopping")]
    Stopping,
}

/// What became of a transaction, provable offline: paths of transaction and outcome to a certified header.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The transaction.
    pub transaction: TransactionId,
    /// The block's header.
    pub header: Header,
    /// Its certificate.
    pub certificate: Certificate,
    /// The transaction's place in the block.
    pub place: u32,
    /// Its outcome.
    pub outcome: Outcome,
    /// The path of the transaction to the transaction root.
    pub transaction_path: Vec<Digest>,
    /// The path of the outcome to the outcome root.
    pub outcome_path: Vec<Digest>,
}

/// A block as it is shown.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its header.
    pub header: Header,
    /// Its certificate; none for block 0.
    pub certificate: Option<Certificate>,
    /// The validators that voted for it.
    pub validators: ValidatorSet,
    /// Its transactions.
    pub transactions: Vec<TransactionSummary>,
    /// The entries it superseded.
    pub superseded: Vec<LogIndex>,
}

/// A transaction in a block.
#[derive(Clone, Debug)]
pub struct TransactionSummary {
    /// Its id.
    pub id: TransactionId,
    /// Who signed it.
    pub organisation: OrganisationNumber,
    /// Its idempotency key.
    pub idempotency: IdempotencyKey,
    /// What it asks for.
    pub kind: PayloadKind,
    /// Its items.
    pub items: u32,
    /// What became of it.
    pub outcome: Outcome,
}

/// An entry with its paths to a certified header.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The header.
    pub header: Header,
    /// Its certificate; none for block 0.
    pub certificate: Option<Certificate>,
    /// The entry with its paths.
    pub proof: EntryProof,
    /// Whether it was the newest of its key at that height.
    pub is_current: bool,
}

/// A validator set and the header that handed over to it.
#[derive(Clone, Debug)]
pub struct SetChange {
    /// The first height it votes on.
    pub from: Height,
    /// The set.
    pub validators: ValidatorSet,
    /// The header before, whose `next_validators` names the set; none for the genesis set.
    pub handover: Option<(Header, Certificate)>,
}

/// A committed block, for pages that follow the chain.
#[derive(Clone, Debug)]
pub struct BlockNotice {
    /// Its header.
    pub header: Header,
    /// The round it was decided in.
    pub round: u32,
    /// The places of the validators whose precommits certify it.
    pub voters: Vec<u16>,
    /// The entries it appended.
    pub entries: u64,
    /// Its transactions: (place, id, outcome). Lets waiting submitters be answered without reading.
    pub outcomes: Vec<(TransactionId, Outcome)>,
}

/// The network as one node sees it.
#[derive(Clone, Debug)]
pub struct Network {
    /// This node's name.
    pub name: String,
    /// What this node is.
    pub role: Role,
    /// All nodes on the ledger's list, this one too.
    pub nodes: Vec<NodePicture>,
    /// The height being agreed on, and the round.
    pub deciding: (Height, u32),
    /// Transactions waiting here, and their bytes.
    pub waiting: (usize, usize),
    /// Whether more than two thirds of the validators are connected (this one counted).
    pub has_quorum: bool,
    /// When this node last committed a block, in ms by its clock.
    pub committed_ms: u64,
    /// This node's clock.
    pub now_ms: u64,
    /// Offences on the ledger so far.
    pub offences: u64,
}

/// A node of the network.
#[derive(Clone, Debug)]
pub struct NodePicture {
    /// Its name on the ledger.
    pub name: String,
    /// Its organisation.
    pub organisation: OrganisationNumber,
    /// What it is.
    pub role: Role,
    /// Whether this node is connected to it (true for itself).
    pub is_connected: bool,
    /// Its newest height, as it said last.
    pub height: Option<Height>,
    /// The round trip to it in microseconds.
    pub round_trip_us: Option<u64>,
    /// The newest height that holds its precommit.
    pub last_vote: Option<Height>,
    /// When its certificate ends, in ms.
    pub certificate_ends_ms: Option<u64>,
    /// The address of its interface, when the ledger names one.
    pub url: Option<String>,
}

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// It votes.
    Validator,
    /// It follows.
    Observer,
}
