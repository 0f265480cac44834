//! A sample of proofs, fetched and verified as an outsider would.

use super::client::Nodes;
use super::offer::Minted;
use crate::failure::Failure;
use std::path::Path;
use zhengku_ledger::verdict::Verdict;
use zhengku_ledger::verify::{Strictness, Trust, verify_file};
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_verify::trust::TrustFile;

/// Reads a trust file.
pub(super) fn trust(path: &Path) -> Result<Trust, Failure> {
    let bytes = std::fs::read(path).map_err(Failure::file(path))?;
    let parsed = TrustFile::parse(&bytes);
    parsed.map_err(|error| Failure::usage(format!("信任文件无效: {error}"), format!("the trust file: {error}")))
}

/// How many of the licences have a proof, from the node that called them final, that verifies as VALID.
pub(super) async fn valid(nodes: &Nodes, minted: &[Minted], trust: &Trust) -> usize {
    let mut valid = 0_usize;
    for Minted { key, node } in minted {
        let Ok(file) = nodes.bytes(*node, &format!("/v1/proofs/{key}")).await else { continue };
        let strictness = Strictness { now: SystemClock.now(), max_age_ms: None };
        if verify_file(&file, trust, strictness).verdict == Verdict::Valid {
            valid = valid.saturating_add(1);
        }
    }
    valid
}
