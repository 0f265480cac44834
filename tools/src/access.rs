//! A ledger with the vault and the keys to work on it: all in one directory, or the ledger behind a node of a network.

use crate::cli::DataArgument;
use crate::department::Department;
use crate::failure::Failure;
use zhengku_crypto::pseudonym::PseudonymKey;
use zhengku_crypto::sign::PublicKey;
use zhengku_ledger::entry::Entry;
use zhengku_ledger::ids::{ChainId, EntryKey, Height, LogIndex, TimestampMs};
use zhengku_ledger::proof::Proof;
use zhengku_ledger::state::{Directory, StateView};
use zhengku_ledger::transaction::SignedTransaction;
use zhengku_library::port::{PortError, Read, Receipt, Submit};
use zhengku_library::vault::Vault;
use zhengku_node::keys::{KeyRing, KeyStore};
use zhengku_node::layout::Layout;
use zhengku_node::{Node, NodeError};
use zhengku_store::OpenMode;

/// Where the ledger is.
pub(crate) enum Access {
    /// In the directory itself.
    Here(Box<Node>),
    /// Behind a node.
    There(Box<Department>),
}

/// How far a ledger has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Standing {
    pub(crate) height: Height,
    pub(crate) time: TimestampMs,
    pub(crate) log_size: u64,
}

impl Access {
    /// Opens a directory; its ledger, or the one behind the node that is named.
    pub(crate) fn open(data: &DataArgument, node: Option<&str>, mode: OpenMode) -> Result<Self, Failure> {
        Ok(match node {
            Some(url) => {
                let writes = mode == OpenMode::Write;
                Self::There(Box::new(Department::open(&Layout::new(&data.data), url, writes)?))
            }
            None => Self::Here(Box::new(crate::command::open(data, mode)?)),
        })
    }

    pub(crate) fn standing(&self) -> Result<Standing, Failure> {
        match self {
            Self::Here(node) => {
                let tip = node.store().tip();
                let header = &tip.header;
                Ok(Standing { height: header.height, time: header.time, log_size: header.log_size })
            }
            Self::There(department) => {
                let ledger = &department.ledger;
                let status = ledger.wait(ledger.client().status())?;
                let (height, time) = (Height(status.height), TimestampMs(status.time_ms));
                Ok(Standing { height, time, log_size: status.log_size })
            }
        }
    }

    pub(crate) fn chain(&self) -> ChainId {
        Read::chain(self)
    }

    pub(crate) fn directory(&self) -> Directory {
        Read::directory(self)
    }

    /// The keys of the directory.
    pub(crate) fn keys(&self) -> &KeyStore {
        match self {
            Self::Here(node) => node.keys(),
            Self::There(department) => &department.keys,
        }
    }

    /// That none of these keys signs here: first of all the key file that is here and does not open, then what was needed.
    pub(crate) fn no_key(&self, of: &[PublicKey], (zh, en): (&str, &str)) -> Failure {
        match self.keys().unusable_among(of) {
            Some(error) => {
                Failure::usage(format!("{}\n      {zh}", unusable_zh(&error)), format!("{error}\n      {en}"))
            }
            None => Failure::usage(zh, en),
        }
    }

    /// Reads organisations, catalogue and seals again after a change, where they are not read from the ledger itself.
    pub(crate) fn refresh(&self) -> Result<(), Failure> {
        match self {
            Self::Here(_) => Ok(()),
            Self::There(department) => Ok(department.ledger.refresh()?),
        }
    }

    pub(crate) fn vault(&self) -> &Vault {
        match self {
            Self::Here(node) => node.vault(),
            Self::There(department) => &department.vault,
        }
    }

    pub(crate) fn pseudonyms(&self) -> &PseudonymKey {
        match self {
            Self::Here(node) => node.pseudonyms(),
            Self::There(department) => &department.pseudonyms,
        }
    }

    pub(crate) fn ring(&self) -> KeyRing {
        match self {
            Self::Here(node) => node.ring(),
            Self::There(department) => department.ring(),
        }
    }

    /// The newest entry of a key.
    pub(crate) fn find(&self, key: &EntryKey) -> Result<Option<(LogIndex, Entry)>, Failure> {
        match self {
            Self::Here(node) => Ok(node.store().view().find(key)?),
            Self::There(department) => Ok(department.ledger.entries(std::slice::from_ref(key))?.pop().flatten()),
        }
    }

    /// The entry at a place in the log.
    pub(crate) fn entry(&self, index: LogIndex) -> Result<Entry, Failure> {
        match self {
            Self::Here(node) => Ok(node.store().view().entry(index)?),
            Self::There(department) => Ok(department.ledger.wait(department.ledger.client().entry(index))?),
        }
    }

    /// The time of a block.
    pub(crate) fn block_time(&self, height: Height) -> Result<TimestampMs, Failure> {
        match self {
            Self::Here(node) => Ok(node.store().view().block(height)?.header.time),
            Self::There(department) => {
                let ledger = &department.ledger;
                Ok(TimestampMs(ledger.wait(ledger.client().header(height))?.time_ms))
            }
        }
    }

    /// The proof of a licence at a height (default: now), without any field disclosed; none when the ledger has no such licence then.
    pub(crate) fn prove(&self, key: &EntryKey, height: Option<Height>) -> Result<Option<Proof>, Failure> {
        match self {
            Self::Here(node) => Ok(node.store().view().prove(key, height, Vec::new())?),
            Self::There(department) => {
                let client = department.ledger.client();
                let file = department.ledger.wait(client.proof_file(key, height))?;
                file.map(|text| Proof::from_file(text.as_bytes())).transpose().map_err(|error| {
                    Failure::usage(
                        format!("节点给出的证明文件无法读取 ({error})"),
                        format!("the node's proof file cannot be read: {error}"),
                    )
                })
            }
        }
    }

    /// Decides one transaction and insists that it was applied.
    pub(crate) fn apply(&self, transaction: SignedTransaction) -> Result<(), Failure> {
        match self {
            Self::Here(node) => {
                node.apply(transaction)?;
            }
            Self::There(department) => {
                department.ledger.apply(transaction)?;
            }
        }
        Ok(())
    }
}

/// A key file that does not open, in Chinese.
pub(crate) fn unusable_zh(error: &NodeError) -> String {
    match error {
        NodeError::Key { path, reason } => format!("{}: 密钥文件无法打开 ({reason})", path.display()),
        other => format!("密钥文件无法打开 ({other})"),
    }
}

impl Submit for Access {
    fn submit(&self, transactions: Vec<SignedTransaction>) -> Result<Receipt, PortError> {
        match self {
            Self::Here(node) => node.submit(transactions),
            Self::There(department) => department.ledger.submit(transactions),
        }
    }
}

impl Read for Access {
    fn chain(&self) -> ChainId {
        match self {
            Self::Here(node) => Read::chain(&**node),
            Self::There(department) => department.ledger.chain(),
        }
    }

    fn directory(&self) -> Directory {
        match self {
            Self::Here(node) => Read::directory(&**node),
            Self::There(department) => department.ledger.directory(),
        }
    }

    fn find(&self, keys: &[EntryKey]) -> Result<Vec<Option<(LogIndex, Entry)>>, PortError> {
        match self {
            Self::Here(node) => Read::find(&**node, keys),
            Self::There(department) => department.ledger.find(keys),
        }
    }
}
