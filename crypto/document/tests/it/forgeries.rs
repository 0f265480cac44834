//! Forgeries made by hand. Where nothing else is said, the forger is as strong as can be: the ledger has the digests of the forged
//! file, so that only the check in question can find it. Each must be found by its own check, with its own reason.

mod data;
mod document;
mod package;
mod record;
mod seal;
mod stamp;

use crate::workshop::*;
use zhengku_document::verify::TrustStore;
use zhengku_ledger::ids::TimestampMs;
use zhengku_ledger::verdict::{CheckName, Verdict};

/// What is put before the verifier.
pub(crate) struct Attempt {
    pub(crate) file: Vec<u8>,
    pub(crate) proof: Option<Vec<u8>>,
    pub(crate) trust: TrustStore,
    pub(crate) now: TimestampMs,
}

impl Attempt {
    /// A file that the ledger has, judged by what everybody trusts.
    pub(crate) fn anchored(workshop: &Workshop, file: Vec<u8>) -> Self {
        let proof = Some(workshop.proof(&file));
        Self { file, proof, trust: workshop.trust(), now: NOW }
    }

    /// The genuine file with another proof.
    pub(crate) fn recorded(workshop: &Workshop, change: impl Fn(&mut ledger::Record)) -> Self {
        let proof = Some(workshop.proof_with(&workshop.file, change));
        Self { proof, ..Self::anchored(workshop, workshop.file.clone()) }
    }
}

/// A forgery: its name, how it is made, and what must be found.
pub(crate) struct Forgery {
    pub(crate) name: &'static str,
    pub(crate) check: CheckName,
    /// The verdict on the whole.
    pub(crate) verdict: Verdict,
    /// In the English reason of the check.
    pub(crate) reason: &'static str,
    pub(crate) make: fn(&Workshop) -> Attempt,
}

pub(crate) const fn forgery(
    name: &'static str,
    check: CheckName,
    verdict: Verdict,
    reason: &'static str,
    make: fn(&Workshop) -> Attempt,
) -> Forgery {
    Forgery { name, check, verdict, reason, make }
}

pub(crate) fn all() -> Vec<&'static Forgery> {
    let tables = [package::TABLE, document::TABLE, seal::TABLE, stamp::TABLE, data::TABLE, record::TABLE];
    tables.into_iter().flatten().collect()
}
