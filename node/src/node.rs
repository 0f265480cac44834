//! An embedded node: the ledger of one validator, the vault and the keys of one directory, and the two ports of the library.

use crate::clock::{Clock, SystemClock};
use crate::embedded::{Decision, Embedded};
use crate::error::NodeError;
use crate::keys::{KeyRing, KeyStore};
use crate::layout::Layout;
use std::io::Read as _;
use std::sync::Arc;
use zhengku_crypto::pseudonym::PseudonymKey;
use zhengku_ledger::entry::Entry;
use zhengku_ledger::ids::{ChainId, EntryKey, LogIndex};
use zhengku_ledger::state::Directory;
use zhengku_ledger::transaction::{SignedTransaction, VerifiedTransaction};
use zhengku_library::port::{PortError, Read, Receipt, Submit};
use zhengku_library::vault::{Settled, Vault, VaultError, VaultRecovery};
use zhengku_store::{OpenMode, Store, StoreError, StoreOptions, View, look_again};

/// The key file of the validator.
pub const VALIDATOR_KEY: &str = "validator";
/// The longest trust file in bytes.
const MAX_TRUST_BYTES: u64 = 256 * 1024;

/// A node that is open.
pub struct Node {
    layout: Layout,
    keys: KeyStore,
    pseudonyms: PseudonymKey,
    store: Arc<Store>,
    vault: Vault,
    ledger: Option<Embedded>,
    settled: Settled,
}

impl Node {
    /// Opens the node of a directory.
    ///
    /// To write, it also finishes what a stop interrupted: a block that was signed and not committed, records of the vault that
    /// no entry names.
    ///
    /// # Errors
    /// [`NodeError`] naming what is missing, locked, newer or damaged.
    pub fn open(layout: &Layout, mode: OpenMode, options: &StoreOptions) -> Result<Self, NodeError> {
        Self::open_with_clock(layout, mode, options, Arc::new(SystemClock))
    }

    /// As [`Node::open`], with a clock of the caller's.
    ///
    /// # Errors
    /// As [`Node::open`].
    pub fn open_with_clock(
        layout: &Layout,
        mode: OpenMode,
        options: &StoreOptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, NodeError> {
        let store = match Store::open(&layout.ledger(), mode, options) {
            Err(StoreError::Unfinished { .. }) if mode == OpenMode::Read => {
                // A stop in the middle of a write, and nobody has written since: finish the signed block, then read.
                drop(Self::open_with_clock(layout, OpenMode::Write, options, Arc::clone(&clock))?);
                Arc::new(Store::open(&layout.ledger(), mode, options)?)
            }
            opened => Arc::new(opened?),
        };
        check_chain(layout, &store)?;
        let keys = KeyStore::new(&layout.keys());
        let pseudonyms = keys.pseudonym_key_of(layout, mode)?;
        let wrapping = keys.wrapping_key()?;
        if mode == OpenMode::Read {
            let vault = open_vault_to_read(layout, &keys)?;
            return Ok(Self {
                layout: layout.clone(),
                keys,
                pseudonyms,
                store,
                vault,
                ledger: None,
                settled: Settled::default(),
            });
        }
        if !layout.vault().exists() {
            // Made by `init` alone: an empty one in the place of one that was lost would hide the loss.
            return Err(VaultError::NoVault { path: layout.vault() }.into());
        }
        let signer = keys.signer(VALIDATOR_KEY)?;
        if !store.tip().validators().as_slice().iter().any(|one| one.key == signer.public_key()) {
            return Err(keys.bad(VALIDATOR_KEY, "it belongs to no validator of this ledger"));
        }
        let ledger = Embedded::open(Arc::clone(&store), signer, clock, options.sync, &layout.agreement())?;
        // A look that changes nothing comes first: opening to write would make a torn log a clean one, and the next start would ask no more.
        if let Ok(looked) = Vault::open_read_only(&layout.vault(), keys.wrapping_key()?)
            && looked.recovery() == VaultRecovery::TornTail
        {
            require_records(&store, &looked)?;
        }
        let vault = Vault::create_or_open(&layout.vault(), wrapping)?;
        let settled = settle(&store, &vault)?;
        Ok(Self { layout: layout.clone(), keys, pseudonyms, store, vault, ledger: Some(ledger), settled })
    }

    /// Where it keeps what.
    #[must_use]
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Its ledger.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Its vault.
    #[must_use]
    pub const fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The keys of its directory.
    #[must_use]
    pub const fn keys(&self) -> &KeyStore {
        &self.keys
    }

    /// The signers of the organisations whose keys are here.
    #[must_use]
    pub fn ring(&self) -> KeyRing {
        self.keys.ring(&self.store.tip().directory)
    }

    /// The jurisdiction's pseudonym key.
    #[must_use]
    pub const fn pseudonyms(&self) -> &PseudonymKey {
        &self.pseudonyms
    }

    /// What the start had to tidy up in the vault.
    #[must_use]
    pub const fn settled(&self) -> &Settled {
        &self.settled
    }

    /// Decides transactions. When this returns, they are in certified blocks and durable.
    ///
    /// # Errors
    /// [`NodeError`]; nothing of them is decided then, or (after a crash) it is decided at the next start.
    pub fn decide(&self, transactions: Vec<VerifiedTransaction>) -> Result<Decision, NodeError> {
        self.ledger.as_ref().ok_or(NodeError::ReadOnly)?.decide(transactions)
    }

    /// Decides one transaction and insists that it was applied.
    ///
    /// # Errors
    /// [`NodeError::Rejected`] with the ledger's code.
    pub fn apply(&self, transaction: SignedTransaction) -> Result<Decision, NodeError> {
        let decision = self.decide(vec![transaction.verify()?])?;
        match decision.outcomes.first() {
            Some(zhengku_ledger::transaction::Outcome::Rejected { code, .. }) => {
                Err(NodeError::Rejected { code: *code })
            }
            _ => Ok(decision),
        }
    }

    fn submit_verified(&self, transactions: Vec<SignedTransaction>) -> Result<Receipt, NodeError> {
        let verified: Result<Vec<VerifiedTransaction>, _> =
            transactions.into_iter().map(SignedTransaction::verify).collect();
        let decision = self.decide(verified?)?;
        Ok(Receipt { height: decision.height, time: decision.time, outcomes: decision.outcomes })
    }
}

/// Opens the vault beside a writer.
fn open_vault_to_read(layout: &Layout, keys: &KeyStore) -> Result<Vault, NodeError> {
    let look = || Ok(Vault::open_read_only(&layout.vault(), keys.wrapping_key()?)?);
    look_again(look, |error| matches!(error, NodeError::Vault(VaultError::Database(_))))
}

/// Compares the ledger with the trust file beside it, which `init` wrote: a ledger that was moved here from another node's directory
/// would be read with the wrong pseudonym key, and every licence would seem unknown.
fn check_chain(layout: &Layout, store: &Store) -> Result<(), NodeError> {
    let path = layout.trust();
    let mut bytes = Vec::new();
    let read = std::fs::File::open(&path).and_then(|file| file.take(MAX_TRUST_BYTES).read_to_end(&mut bytes));
    match read {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        read => read.map_err(NodeError::file(&path))?,
    };
    let unusable = || NodeError::file(&path)(std::io::Error::new(std::io::ErrorKind::InvalidData, "no trust file"));
    let trust: serde_json::Value = serde_json::from_slice(&bytes).map_err(|_| unusable())?;
    let chain = trust.get("chain_id").and_then(serde_json::Value::as_str).ok_or_else(unusable)?;
    let expected = ChainId::from_digest(chain.parse().map_err(|_| unusable())?);
    let actual = store.tip().header.chain;
    if actual == expected { Ok(()) } else { Err(StoreError::ForeignChain { expected, actual }.into()) }
}

/// Drops records that no entry names.
fn settle(store: &Store, vault: &Vault) -> Result<Settled, NodeError> {
    let view = store.view();
    let is_named = |key: &EntryKey, record: &zhengku_crypto::digest::Digest| {
        let mut found = view.find(key)?;
        // A newer state of the licence may name another record; the former states still name theirs.
        while let Some((_, entry)) = found {
            let names = |licence| crate::audit::records_of(licence).any(|(id, _)| id == *record);
            if entry.licence().is_some_and(names) {
                return Ok(true);
            }
            found = match entry.previous {
                Some(previous) => Some((previous, zhengku_ledger::state::StateView::entry(&view, previous)?)),
                None => None,
            };
        }
        Ok::<bool, StoreError>(false)
    };
    Ok(vault.settle(is_named)?)
}

/// Requires the record of every licence entry to be in the vault.
fn require_records(store: &Store, vault: &Vault) -> Result<(), NodeError> {
    let view = store.view();
    for index in 0..store.tip().header.log_size {
        let entry = zhengku_ledger::state::StateView::entry(&view, LogIndex(index))?;
        let Some(licence) = entry.licence() else { continue };
        let records = crate::audit::records_of(licence).map(|(id, version)| (id, entry.key, version));
        if !vault.check(records).is_sound() {
            return Err(NodeError::RecordMissing { entry: index });
        }
    }
    Ok(())
}

impl Submit for Node {
    fn submit(&self, transactions: Vec<SignedTransaction>) -> Result<Receipt, PortError> {
        self.submit_verified(transactions)
            .map_err(|source| PortError { context: "deciding a block", source: Box::new(source) })
    }
}

impl Read for Node {
    fn chain(&self) -> ChainId {
        self.store.tip().header.chain
    }

    fn directory(&self) -> Directory {
        self.store.tip().directory.clone()
    }

    fn find(&self, keys: &[EntryKey]) -> Result<Vec<Option<(LogIndex, Entry)>>, PortError> {
        find_all(&self.store.view(), keys)
            .map_err(|source| PortError { context: "reading the ledger", source: Box::new(source) })
    }
}

/// The newest entry of each key, in the order of the keys.
pub(crate) fn find_all(view: &View<'_>, keys: &[EntryKey]) -> Result<Vec<Option<(LogIndex, Entry)>>, StoreError> {
    let mut sorted: Vec<EntryKey> = keys.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let newest = zhengku_ledger::state::StateView::newest(view, &sorted)?;
    let entry = |key: &EntryKey| {
        let place = sorted.binary_search(key).ok()?;
        newest.get(place).copied().flatten()
    };
    let found = keys.iter().map(|key| match entry(key) {
        None => Ok(None),
        Some(index) => {
            let entry = zhengku_ledger::state::StateView::entry(view, index)?;
            Ok((entry.key == *key).then_some((index, entry)))
        }
    });
    found.collect()
}
