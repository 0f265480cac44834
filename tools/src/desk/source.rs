//! The ledger of a directory as a source of what everybody may see.

use crate::access::Access;
use crate::failure::Failure;
use zhengku_crypto::digest::Digest;
use zhengku_ledger::entry::Entry;
use zhengku_ledger::ids::{EntryKey, Height, LogIndex, TimestampMs};
use zhengku_ledger::verify::Trust;
use zhengku_library::port::PortError;
use zhengku_node::public::Source;

fn reading<E: std::error::Error + Send + Sync + 'static>(error: E) -> PortError {
    PortError { context: "reading the ledger", source: Box::new(error) }
}

/// A failure keeps its cause, so that "nobody answers" stays known as such.
fn failed(failure: Failure) -> PortError {
    match failure {
        Failure::Remote(error) => reading(error),
        Failure::Port(error) => error,
        other => reading(other),
    }
}

impl Source for Access {
    fn entry(&self, index: LogIndex) -> Result<Entry, PortError> {
        Self::entry(self, index).map_err(failed)
    }

    fn block_time(&self, height: Height) -> Result<TimestampMs, PortError> {
        match self {
            Self::Here(node) => Ok(node.store().view().block(height).map_err(reading)?.header.time),
            Self::There(department) => {
                let header = department.ledger.wait(department.ledger.client().header(height)).map_err(reading)?;
                Ok(TimestampMs(header.time_ms))
            }
        }
    }

    fn proof_of_key(&self, key: &EntryKey) -> Result<Option<String>, PortError> {
        Ok(self.prove(key, None).map_err(failed)?.map(|proof| proof.to_file()))
    }

    fn proof_of_file(&self, sha256: &Digest) -> Result<Option<String>, PortError> {
        match self {
            Self::Here(node) => {
                let proof = node.store().view().prove_file(sha256).map_err(reading)?;
                Ok(proof.map(|proof| proof.to_file()))
            }
            Self::There(department) => {
                department.ledger.wait(department.ledger.client().proof_of_file(sha256)).map_err(reading)
            }
        }
    }

    fn trust(&self) -> Result<Option<Trust>, PortError> {
        match self {
            Self::Here(node) => {
                let genesis = node.store().genesis();
                Ok(Some(Trust { chain: genesis.chain_id(), validators: genesis.validators().clone() }))
            }
            // A department got its validators by a safe way, in its trust file: not from the node that it asks.
            Self::There(department) => Ok(department.trust.clone()),
        }
    }

    fn history(&self) -> Result<Option<Vec<u8>>, PortError> {
        match self {
            Self::Here(_) => Ok(None),
            Self::There(department) => {
                let file = department.ledger.wait(department.ledger.client().history_file()).map_err(reading)?;
                Ok(file.map(String::into_bytes))
            }
        }
    }
}
