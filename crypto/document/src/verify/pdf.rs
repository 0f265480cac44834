//! A PDF has no seal signature of its own: it is worth what the ledger says of its digests. The data attached to it must be those of
//! the ledger's record as well; a PDF without any is judged by the digests alone.

use super::anchoring::Anchor;
use super::attachment;
use super::line::{failed, passed};
use super::{FileReport, Kind, TrustStore, data};
use crate::licence::LicenceData;
use crate::package::MAX_FILE_BYTES;
use zhengku_ledger::entry::FileKind;
use zhengku_ledger::verdict::{Check, CheckName, Verdict};
use zhengku_ledger::verify::{Strictness, Verification};

pub(super) fn judge(file: &[u8], proof: Option<&[u8]>, trust: &TrustStore, strictness: Strictness) -> FileReport {
    let anchor = Anchor::of(file, FileKind::Pdf, proof, trust, strictness);
    let zh = "PDF 上的印章只是图样, 未作签章核验; 文件以账本登记为准, 需核验签章请用 OFD";
    let en = "the seal on a PDF is a picture and was not judged; the file is worth what the ledger says of it, the OFD carries the seal";
    let mut checks = vec![passed(CheckName::Signatures, zh, en)];
    let data = match attached(file) {
        None => None,
        Some((check, data)) => {
            checks.push(check);
            checks.extend(data.as_ref().map(data::identifier));
            data
        }
    };
    checks.push(anchor.file_check(false, None, data.as_ref()));
    checks.extend(data.as_ref().map(|data| anchor.record_check(Some(data))));
    let (ledger, as_of, age_ms) = anchor.into_ledger_checks();
    checks.extend(ledger);
    let verification = Verification::from_checks(checks, as_of, age_ms);
    FileReport { verification, kind: Kind::Pdf, data, seal: None }
}

/// What is attached, with its line; `None` without an attachment, or for a file that is too long to be read.
fn attached(file: &[u8]) -> Option<(Check, Option<LicenceData>)> {
    let name = CheckName::Data;
    let file = Some(file).filter(|file| file.len() <= MAX_FILE_BYTES)?;
    let bytes = match attachment::find(file) {
        Ok(found) => found?,
        Err(reason) => {
            return Some((failed(name, Verdict::Unverifiable, reason.reason_zh(), reason.reason_en()), None));
        }
    };
    Some(match LicenceData::from_json(&bytes) {
        Ok(data) => {
            let count = data.fields.len();
            let (zh, en) = (format!("附件 {count} 项照面信息"), format!("{count} fields in the attached licence.json"));
            (passed(name, zh, en), Some(data))
        }
        Err(error) => {
            let zh = "附件不是机读数据 licence.json";
            (failed(name, Verdict::Unverifiable, zh, format!("the attachment is no licence.json: {error}")), None)
        }
    })
}
