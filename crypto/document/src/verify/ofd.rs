//! An OFD package: every check, in the order of the report. Each has its line whatever the others say.

use super::anchoring::Anchor;
use super::line::{failed, passed, skipped};
use super::{FileReport, Kind, TrustStore, data, protection, seal, stamp, table};
use crate::licence::LicenceData;
use crate::package::Package;
use crate::reader::{OfdDocument, SealedBlock};
use zhengku_crypto::seal::SealSignature;
use zhengku_ledger::entry::FileKind;
use zhengku_ledger::verdict::{Check, CheckName, Verdict};
use zhengku_ledger::verify::{Strictness, Verification};

/// What the package gave.
#[derive(Default)]
struct Found {
    checks: Vec<Check>,
    data: Option<LicenceData>,
    signature: Option<SealSignature>,
    trusted_unix_s: Option<i64>,
    is_copy: bool,
}

pub(super) fn judge(file: &[u8], proof: Option<&[u8]>, trust: &TrustStore, strictness: Strictness) -> FileReport {
    let anchor = Anchor::of(file, FileKind::Ofd, proof, trust, strictness);
    let mut found = contents(file, &anchor, trust, strictness);
    let signed_unix_s = found.signature.as_ref().map(SealSignature::time);
    found.checks.push(anchor.file_check(found.is_copy, signed_unix_s, found.data.as_ref()));
    found.checks.push(anchor.record_check(found.data.as_ref()));
    let (mut checks, as_of, age_ms) = anchor.into_ledger_checks();
    found.checks.append(&mut checks);
    FileReport {
        verification: Verification::from_checks(found.checks, as_of, age_ms),
        kind: Kind::Ofd,
        data: found.data,
        seal: found.signature.as_ref().map(|signature| seal::shown(signature, found.trusted_unix_s)),
    }
}

fn contents(file: &[u8], anchor: &Anchor, trust: &TrustStore, strictness: Strictness) -> Found {
    let package = match Package::read(file) {
        Ok(package) => package,
        Err(error) => {
            let check = failed(CheckName::Package, error.verdict(), error.reason_zh(), error.to_string());
            return unread(vec![check], &[CheckName::Document, CheckName::Copy, CheckName::Signatures]);
        }
    };
    let count = package.count();
    let whole =
        passed(CheckName::Package, format!("{count} 个文件, 结构完整"), format!("{count} files, nothing hidden"));
    match OfdDocument::read(&package) {
        Ok(document) => judge_document(whole, &package, &document, anchor, trust, strictness),
        Err(error) => {
            let check = failed(CheckName::Document, error.verdict(), error.reason_zh(), error.to_string());
            unread(vec![whole, check], &[CheckName::Copy, CheckName::Signatures])
        }
    }
}

/// The lines of a file of which no document could be read.
fn unread(mut checks: Vec<Check>, missing: &[CheckName]) -> Found {
    checks.extend(missing.iter().copied().map(skipped));
    checks.push(skipped(CheckName::References));
    checks.extend(seal::skipped_lines());
    let rest = [
        CheckName::SealCopy,
        CheckName::Stamp,
        CheckName::SealOwner,
        CheckName::SealRegister,
        CheckName::Data,
        CheckName::Face,
        CheckName::Identifier,
    ];
    checks.extend(rest.map(skipped));
    Found { checks, ..Found::default() }
}

fn judge_document(
    whole: Check,
    package: &Package<'_>,
    document: &OfdDocument,
    anchor: &Anchor,
    trust: &TrustStore,
    strictness: Strictness,
) -> Found {
    let read = document_check(package, document);
    let (copy, is_copy) = data::copy(document, strictness.now);
    let (one, block) = protection::one_signature(document);
    let (data_check, data) = data::read(package, document);
    let mut found =
        Found { checks: vec![whole, read, copy, one], data, signature: None, trusted_unix_s: None, is_copy };
    match block {
        None => {
            found.checks.push(skipped(CheckName::References));
            found.checks.extend(seal::skipped_lines());
            let rest = [CheckName::SealCopy, CheckName::Stamp, CheckName::SealOwner, CheckName::SealRegister];
            found.checks.extend(rest.map(skipped));
        }
        Some(block) => judge_seal(&mut found, package, document, block, anchor, trust, strictness),
    }
    found.checks.push(data_check);
    match &found.data {
        None => found.checks.extend([CheckName::Face, CheckName::Identifier].map(skipped)),
        Some(data) => found.checks.extend([data::face(document, data), data::identifier(data)]),
    }
    found
}

/// A document that was read is ours when the package holds no other file than a licence has.
fn document_check(package: &Package<'_>, document: &OfdDocument) -> Check {
    let (name, pages) = (CheckName::Document, document.pages.len());
    match table::stranger(package) {
        None => passed(name, format!("OFD, {pages} 页"), format!("OFD, pages: {pages}")),
        Some(path) => failed(
            name,
            Verdict::Tampered,
            format!("{path} 不是证照文件应有的文件"),
            format!("{path} is no file of a licence"),
        ),
    }
}

fn judge_seal(
    found: &mut Found,
    package: &Package<'_>,
    document: &OfdDocument,
    block: &SealedBlock,
    anchor: &Anchor,
    trust: &TrustStore,
    strictness: Strictness,
) {
    found.checks.push(protection::references(package, block));
    let report = seal::verify(package, block, trust, strictness.now, anchor.trusted_unix_s());
    let mut lines = seal::lines(&report, trust.anchors.count() > 0);
    if found.is_copy {
        seal::doubt_time_of_copy(&report, &mut lines);
    }
    found.checks.extend(lines);
    let Some(signature) = report.signature else {
        let rest = [CheckName::SealCopy, CheckName::Stamp, CheckName::SealOwner, CheckName::SealRegister];
        found.checks.extend(rest.map(skipped));
        return;
    };
    // The time that counts against a cancellation: the trusted one when there is one.
    let used = report.trusted_unix_s.map_or_else(|| stamp::Used::At(signature.time()), stamp::Used::By);
    let owner = match &found.data {
        Some(data) => stamp::owner(signature.certificate(), data),
        None => skipped(CheckName::SealOwner),
    };
    found.checks.extend([
        protection::seal_copy(package, block, signature.seal().as_der()),
        stamp::place(document, block, signature.seal()),
        owner,
        stamp::register(signature.seal(), used, found.data.as_ref(), trust),
    ]);
    found.signature = Some(signature);
    found.trusted_unix_s = report.trusted_unix_s;
}
