//! A department's directory: keys and vault, with the ledger elsewhere.

use crate::access::unusable_zh;
use crate::failure::Failure;
use crate::remote::{Caller, Client, RemoteError, RemoteLedger};
use std::sync::Arc;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::pseudonym::PseudonymKey;
use zhengku_crypto::sign::{PublicKey, Signer};
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::{LicenceType, Roles};
use zhengku_ledger::ids::{EntryKey, IdempotencyKey, LicenceTypeNumber, OrganisationNumber};
use zhengku_ledger::state::Directory;
use zhengku_ledger::transaction::{Payload, SignedTransaction};
use zhengku_ledger::verify::Trust;
use zhengku_library::catalogue;
use zhengku_library::port::{Keyring, Read};
use zhengku_library::random::Randomness;
use zhengku_library::register::Mapping;
use zhengku_library::vault::{SettleError, Vault};
use zhengku_node::NodeError;
use zhengku_node::audit::records_of;
use zhengku_node::keys::{KeyRing, KeyStore};
use zhengku_node::layout::Layout;
use zhengku_store::OpenMode;

/// A department at work.
pub(crate) struct Department {
    pub(crate) keys: KeyStore,
    pub(crate) pseudonyms: PseudonymKey,
    pub(crate) vault: Vault,
    pub(crate) ledger: RemoteLedger,
    /// The validators that its trust file names; none without such a file.
    pub(crate) trust: Option<Trust>,
}

/// Why a batch of records is not settled now.
#[derive(Debug, thiserror::Error)]
enum Unsettled {
    /// No entry names it yet: its transaction may still be decided, so it stays until one does.
    #[error("a record is not named yet")]
    Open,
    #[error(transparent)]
    Remote(#[from] RemoteError),
}

impl Department {
    /// Opens a directory against a node.
    pub(crate) fn open(layout: &Layout, url: &str, writes: bool) -> Result<Self, Failure> {
        if layout.ledger().exists() {
            let path = layout.root().display();
            return Err(Failure::usage(
                format!("{path} 自带账本; 去掉 --node, 或换用部门目录"),
                format!("{path} has a ledger of its own; leave out --node, or name a department's directory"),
            ));
        }
        let keys = KeyStore::new(&layout.keys());
        let mode = if writes { OpenMode::Write } else { OpenMode::Read };
        let (pseudonyms, wrapping) = (keys.pseudonym_key_of(layout, mode)?, keys.wrapping_key()?);
        let client = Client::new(url)?;
        let ledger = RemoteLedger::connect(client, |directory| caller(&keys, directory))?;
        if !ledger.client().has_caller() {
            let directory = ledger.directory();
            let known: Vec<PublicKey> = directory.organisations().flat_map(|one| one.keys.iter().cloned()).collect();
            if let Some(error) = keys.unusable_among(&known) {
                return Err(Failure::usage(unusable_zh(&error), error.to_string()));
            }
        }
        let trust = check_chain(layout, &ledger)?;
        let vault = if writes {
            Vault::create_or_open(&layout.vault(), wrapping)?
        } else {
            Vault::open_read_only(&layout.vault(), wrapping)?
        };
        let department = Self { keys, pseudonyms, vault, ledger, trust };
        if writes {
            department.settle()?;
        }
        Ok(department)
    }

    /// The signers of the organisations whose keys are here.
    pub(crate) fn ring(&self) -> KeyRing {
        self.keys.ring(&self.ledger.directory())
    }

    /// Confirms what an interrupted command left behind and the ledger names. What it does not name stays as it is: over a network,
    /// "not named" may only mean "not yet".
    fn settle(&self) -> Result<(), Failure> {
        let is_named = |key: &EntryKey, record: &Digest| {
            let mut found = self.ledger.entries(std::slice::from_ref(key))?.pop().flatten().map(|(_, entry)| entry);
            // A newer state of the licence may name another record; the former states still name theirs.
            while let Some(entry) = found {
                if entry.licence().is_some_and(|licence| records_of(licence).any(|(id, _)| id == *record)) {
                    return Ok(true);
                }
                let client = self.ledger.client();
                found = entry.previous.map(|previous| self.ledger.wait(client.entry(previous))).transpose()?;
            }
            Err(Unsettled::Open)
        };
        match self.vault.settle(is_named) {
            Ok(_) | Err(SettleError::Ledger(Unsettled::Open)) => Ok(()),
            Err(SettleError::Ledger(Unsettled::Remote(error))) => Err(error.into()),
            Err(SettleError::Vault(error)) => Err(error.into()),
            Err(error) => Err(Failure::usage(format!("照面信息库: {error}"), error.to_string())),
        }
    }

    /// Defines the licence types that the ledger's catalogue does not have, when the definer's key is here: the program's whole catalogue on
    /// a ledger that has none, and those of the mappings.
    pub(crate) fn define_types<'m>(&self, mappings: impl Iterator<Item = &'m Mapping>) -> Result<usize, Failure> {
        let directory = self.ledger.directory();
        let Some((definer, signer)) = self.definer(&directory) else { return Ok(0) };
        let catalogue = catalogue::load().map_err(NodeError::from)?;
        let is_first = directory.licence_types().next().is_none();
        let mut types = if is_first { catalogue.publication(&directory, definer) } else { Vec::new() };
        for mapping in mappings {
            let has_code = |one: &LicenceType| one.code.as_str() == mapping.type_code();
            if directory.licence_types().any(has_code) || types.iter().any(has_code) {
                continue;
            }
            let next = directory.next_licence_type().0.saturating_add(u32::try_from(types.len()).unwrap_or(u32::MAX));
            let next = LicenceTypeNumber(next);
            types.push(catalogue::licence_type(mapping, next, definer).map_err(NodeError::from)?);
        }
        if types.is_empty() {
            return Ok(0);
        }
        let count = types.len();
        let payload = Payload::DefineLicenceType(Bounded::new(types).map_err(NodeError::from)?);
        self.define(definer, &*signer, payload)?;
        if is_first {
            let materials = catalogue.materials(&self.ledger.directory(), definer).map_err(NodeError::from)?;
            let payload = Payload::DefineMaterialType(Bounded::new(materials).map_err(NodeError::from)?);
            self.define(definer, &*signer, payload)?;
        }
        Ok(count)
    }

    /// The first definer whose key is held here.
    fn definer(&self, directory: &Directory) -> Option<(OrganisationNumber, Arc<dyn Signer>)> {
        let ring = self.ring();
        let definers = directory.organisations().filter(|one| one.roles.include(Roles::DEFINER));
        definers.map(|one| one.number).find_map(|number| Some((number, ring.signer(number)?)))
    }

    fn define(&self, definer: OrganisationNumber, signer: &dyn Signer, payload: Payload) -> Result<(), Failure> {
        let nonce = Randomness::new().array().map_err(NodeError::from)?;
        let idempotency = IdempotencyKey::from_digest(Digest::from_bytes(nonce));
        let signed = SignedTransaction::sign(self.ledger.chain(), definer, idempotency, payload, signer);
        self.ledger.apply(signed.map_err(NodeError::from)?)?;
        self.ledger.refresh()?;
        Ok(())
    }
}

/// Who signs this department's requests: the first organisation one of whose keys is held.
pub(crate) fn caller(keys: &KeyStore, directory: &Directory) -> Option<Caller> {
    keys.first_organisation(directory).map(|(number, signer)| Caller::new(number, signer))
}

/// A department of one network must not write into another: its pseudonyms would match nothing there.
fn check_chain(layout: &Layout, ledger: &RemoteLedger) -> Result<Option<Trust>, Failure> {
    let path = layout.trust();
    let bytes = match std::fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(Failure::file(&path))?,
    };
    let trust = zhengku_verify::trust::TrustFile::parse(&bytes)
        .map_err(|error| Failure::usage(format!("{}: 信任文件不可用 ({error})", path.display()), error.to_string()))?;
    if trust.chain == ledger.chain() {
        Ok(Some(trust))
    } else {
        Err(Failure::usage(
            "此节点属于另一账本; 请核对 --node 与 --data",
            "the node is of another ledger; check --node and --data",
        ))
    }
}
