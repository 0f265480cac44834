//! `zhengku verify`: judges a file offline, the same as `zhengku-verify`.

use crate::cli::issue::VerifyArguments;
use crate::failure::Failure;
use crate::output::Console;
use std::io::Read;
use std::path::Path;
use zhengku_document::package::MAX_FILE_BYTES;
use zhengku_document::verify::verify_file;
use zhengku_ledger::verify::{MAX_DOCUMENT_BYTES, Strictness};
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_verify::report::{self, Report};
use zhengku_verify::trust::{MAX_TRUST_BYTES, TrustFile};

/// Exit code 0 for VALID, 1 for any other verdict.
pub(super) fn run(arguments: &VerifyArguments, console: &Console) -> Result<u8, Failure> {
    let limit = MAX_DOCUMENT_BYTES.max(MAX_FILE_BYTES) as u64 + 1;
    let trust = read(&arguments.trust, MAX_TRUST_BYTES)?;
    let mut store = TrustFile::parse_store(&trust).map_err(|error| {
        let path = arguments.trust.display();
        Failure::usage(format!("{path}: 信任文件不可用 ({error})"), format!("{path}: {error}"))
    })?;
    let file = read(&arguments.file, limit)?;
    store.history = arguments.history.as_deref().map(|path| read(path, limit)).transpose()?;
    let beside = arguments.file.with_extension("proof");
    let proof = arguments.proof.clone().or_else(|| beside.exists().then_some(beside));
    let proof = proof.as_deref().map(|path| read(path, limit)).transpose()?;
    let strictness = Strictness { now: SystemClock.now(), max_age_ms: None };
    let verification = verify_file(&file, proof.as_deref(), &store, strictness).verification;
    if console.is_json() {
        console.value(&Report::new(&verification))?;
    } else {
        console.text(&report::to_text(&verification, console.language()))?;
    }
    Ok(report::exit_code(verification.verdict))
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(Failure::file(path))?;
    file.take(limit).read_to_end(&mut bytes).map_err(Failure::file(path))?;
    Ok(bytes)
}
