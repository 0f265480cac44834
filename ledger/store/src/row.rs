//! What a block row holds. Minted licences are stored once, as entries: the row refers to their range in the log.

use crate::error::StoreError;
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::sign::Signature;
use zhengku_ledger::block::{Certificate, ExecutedBlock, Header};
use zhengku_ledger::codec::{self, Bounded};
use zhengku_ledger::entry::{Entry, EntryBody};
use zhengku_ledger::ids::LogIndex;
use zhengku_ledger::transaction::{Envelope, Mint, Outcome, Payload, SignedTransaction};

/// The longest block row in bytes: 40,960 items that are stored inline, with room.
const MAX_ROW_BYTES: usize = 64 * 1024 * 1024;

/// A block as it is stored.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct StoredBlock {
    /// Its header.
    pub header: Header,
    /// Its certificate; none for block 0.
    pub certificate: Option<Certificate>,
    /// Its transactions.
    pub transactions: Vec<StoredTransaction>,
    /// What became of each.
    pub outcomes: Vec<Outcome>,
    /// The entries it superseded.
    pub superseded: Vec<LogIndex>,
}

/// A transaction as it is stored.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub struct StoredTransaction {
    /// What was signed.
    pub envelope: Envelope,
    /// The signature.
    pub signature: Signature,
    /// The items.
    pub payload: StoredPayload,
}

/// Where a transaction's items are.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub enum StoredPayload {
    /// Minted licences: the entries of the outcome's range.
    InLog,
    /// Here.
    Inline(Payload),
}

impl StoredBlock {
    pub(crate) fn new(block: &ExecutedBlock, certificate: Option<Certificate>) -> Self {
        let stored = |(transaction, outcome): (&zhengku_ledger::transaction::VerifiedTransaction, &Outcome)| {
            let signed = transaction.signed();
            let payload = match (signed.payload(), outcome) {
                (Payload::Mint(_), Outcome::Applied { .. }) => StoredPayload::InLog,
                (payload, _) => StoredPayload::Inline(payload.clone()),
            };
            StoredTransaction { envelope: signed.envelope().clone(), signature: *signed.signature(), payload }
        };
        Self {
            header: block.header().clone(),
            certificate,
            transactions: block.transactions().iter().zip(block.outcomes()).map(stored).collect(),
            outcomes: block.outcomes().to_vec(),
            superseded: block.superseded().to_vec(),
        }
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        codec::decode("block row", bytes, MAX_ROW_BYTES).map_err(StoreError::codec("block row"))
    }
}

impl StoredTransaction {
    /// The transaction as it was signed; `entry` reads the log.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the log does not hold what the outcome says; whatever `entry` meets.
    pub fn danger_from_committed(
        &self,
        outcome: &Outcome,
        entry: impl Fn(LogIndex) -> Result<Entry, StoreError>,
    ) -> Result<SignedTransaction, StoreError> {
        let payload = match (&self.payload, outcome) {
            (StoredPayload::Inline(payload), _) => payload.clone(),
            (StoredPayload::InLog, Outcome::Applied { first, count }) => {
                let range = first.0..first.0.saturating_add(u64::from(*count));
                let items = range.map(|index| minted(entry(LogIndex(index))?)).collect::<Result<Vec<_>, _>>()?;
                Payload::Mint(Bounded::new(items).map_err(|error| StoreError::damaged("block row", error))?)
            }
            (StoredPayload::InLog, _) => {
                return Err(StoreError::damaged("block row", "items in the log without a range"));
            }
        };
        Ok(SignedTransaction::danger_from_committed(self.envelope.clone(), self.signature, payload))
    }
}

fn minted(entry: Entry) -> Result<Mint, StoreError> {
    match entry.body {
        EntryBody::Licence(licence) => Ok(Mint { key: entry.key, licence }),
        _ => Err(StoreError::damaged("entry", "not a licence where a minted one is recorded")),
    }
}
