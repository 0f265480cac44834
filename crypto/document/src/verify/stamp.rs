//! Where the seal is shown, whose it is, and what the register says of it.

use super::line::{failed, passed};
use super::{SealStatus, TrustStore};
use crate::licence::LicenceData;
use crate::page::{Rect, Um};
use crate::reader::{OfdDocument, SealedBlock};
use x509_parser::der_parser::asn1_rs::{Oid, oid};
use x509_parser::parse_x509_certificate;
use zhengku_crypto::certificate::Certificate;
use zhengku_crypto::digest::sm3;
use zhengku_crypto::seal::Seal;
use zhengku_ledger::ids::TimestampMs;
use zhengku_ledger::verdict::{Check, CheckName, Verdict};

/// `organizationIdentifier`.
const ORGANISATION_IDENTIFIER: Oid<'static> = oid!(2.5.4.97);
/// How much a stamp's side may differ from the picture's: writers round millimetres.
const SIZE_TOLERANCE: Um = Um(500);
/// The smallest stamp: a seal of 42 mm is shown at 20 mm on a card, where it is still legible.
const SMALLEST_STAMP: Um = Um::mm(18);

/// Exactly one stamp, whole, on a page of the document, in the size of the seal or, on a card, evenly made smaller.
pub(super) fn place(document: &OfdDocument, block: &SealedBlock, seal: &Seal) -> Check {
    let name = CheckName::Stamp;
    let refused = |zh: &str, en: &str| failed(name, Verdict::Tampered, zh, en);
    let [stamp] = block.stamps.as_slice() else {
        return refused("盖章位置应为一处", "the seal must be shown at exactly one place");
    };
    let Some(page) = document.page(&stamp.page) else {
        return refused("盖章位置不在任何页面上", "the seal is on a page that the document does not have");
    };
    if stamp.clipped {
        return refused("印章显示不完整", "only a part of the seal is shown");
    }
    if !is_inside(stamp.place, page.area) {
        return refused("盖章位置超出页面", "the seal is not wholly on its page");
    }
    let picture = seal.picture();
    if !is_size(stamp.place, picture.width_mm, picture.height_mm) {
        return refused("盖章尺寸与印章不符", "the seal is not shown in its size");
    }
    let number = document.pages.iter().position(|one| one.id == page.id).map_or(0, |place| place.saturating_add(1));
    passed(name, format!("第 {number} 页"), format!("page {number}"))
}

fn is_inside(place: Rect, area: Rect) -> bool {
    let origin = place.x.0 >= 0 && place.y.0 >= 0;
    origin && place.x + place.width <= area.width && place.y + place.height <= area.height
}

/// Not larger than the picture, not too small to read, and of the same proportions.
fn is_size(place: Rect, width_mm: u32, height_mm: u32) -> bool {
    let (Ok(width_mm), Ok(height_mm)) = (i32::try_from(width_mm), i32::try_from(height_mm)) else { return false };
    let (full_width, full_height) = (i64::from(Um::mm(width_mm).0), i64::from(Um::mm(height_mm).0));
    let (width, height) = (i64::from(place.width.0), i64::from(place.height.0));
    let tolerance = i64::from(SIZE_TOLERANCE.0);
    let skew = width.saturating_mul(full_height).saturating_sub(height.saturating_mul(full_width)).saturating_abs();
    width <= full_width.saturating_add(tolerance)
        && height <= full_height.saturating_add(tolerance)
        && width.min(height) >= i64::from(SMALLEST_STAMP.0)
        && skew <= tolerance.saturating_mul(full_width.max(full_height))
}

/// The signer's certificate is one of the organisation that the licence names as its issuer.
pub(super) fn owner(certificate: &Certificate, data: &LicenceData) -> Check {
    let name = CheckName::SealOwner;
    let Some(code) = organisation_code(certificate) else {
        let en = "the signer's certificate does not say of which organisation it is";
        return failed(name, Verdict::Untrusted, "签章人证书未载明所属机构代码", en);
    };
    if code == data.issuer_code {
        let office = organisation(certificate).unwrap_or_default();
        passed(name, format!("{office} {code}"), format!("{office} {code}, the issuer of the licence"))
    } else {
        let en = format!("sealed by {code}, while the licence names {} as its issuer", data.issuer_code);
        failed(name, Verdict::Untrusted, format!("盖章机构 {code} 不是发证机关 {}", data.issuer_code), en)
    }
}

/// When a seal was used.
#[derive(Clone, Copy)]
pub(super) enum Used {
    /// Not later than this trusted time, in Unix seconds. A block may take up a file and then cancel its seal: the same time is in order.
    By(i64),
    /// At this time, as the signer says.
    At(i64),
}

/// The seal is on file for the issuer, and was not cancelled when it was used.
pub(super) fn register(seal: &Seal, used: Used, data: Option<&LicenceData>, trust: &TrustStore) -> Check {
    let name = CheckName::SealRegister;
    if trust.seals.is_empty() {
        let en = "no register of seals was given; get a trust file that has one";
        return failed(name, Verdict::Unverifiable, "没有印章备案信息, 无法核对", en);
    }
    let untrusted = |zh: &str, en: &str| failed(name, Verdict::Untrusted, zh, en);
    // What an older register does not know may be in order since.
    let unknown = |zh: &str, en: &str| match trust.seals_as_of {
        Some(as_of) if used.may_be_after(as_of) => {
            let zh = format!("{zh}; 但所用登记册早于盖章时间, 请换用新的信任文件");
            let en = format!("{en}, but the register that was given is older than the sealing: get a newer trust file");
            failed(name, Verdict::Unverifiable, zh, en)
        }
        _ => untrusted(zh, en),
    };
    let mut same_id = trust.seals.iter().filter(|standing| standing.id == seal.id()).peekable();
    if same_id.peek().is_none() {
        return unknown("印章未备案", "the seal is not in the register");
    }
    let digest = sm3(seal.as_der());
    let Some(standing) = same_id.find(|standing| standing.digest == digest) else {
        return unknown("印章与备案的印章不同", "the register has another seal under this number");
    };
    if data.is_some_and(|data| data.issuer_code != standing.organisation_code) {
        return untrusted(
            "备案的印章属于其他机构",
            "the register has this seal for another organisation than the issuer",
        );
    }
    match standing.status {
        SealStatus::Filed => passed(name, "已备案", "on file"),
        SealStatus::Pending => unknown("印章尚未备案", "the seal is not on file yet"),
        SealStatus::Cancelled if used.is_before(standing.since) => {
            passed(name, "已备案 (盖章后注销)", "on file when it was used, cancelled since")
        }
        SealStatus::Cancelled => untrusted("盖章时印章已注销", "the seal was cancelled before it was used"),
    }
}

impl Used {
    fn is_before(self, instant: TimestampMs) -> bool {
        i64::try_from(instant.0 / 1000).is_ok_and(|instant| match self {
            Self::By(unix_s) => unix_s <= instant,
            Self::At(unix_s) => unix_s < instant,
        })
    }

    /// In the same second counts: nobody can say which was first.
    fn may_be_after(self, instant: TimestampMs) -> bool {
        let (Self::By(unix_s) | Self::At(unix_s)) = self;
        i64::try_from(instant.0 / 1000).is_ok_and(|instant| unix_s >= instant)
    }
}

/// The name of the organisation in a certificate's subject.
fn organisation(certificate: &Certificate) -> Option<String> {
    let (_, parsed) = parse_x509_certificate(certificate.as_der()).ok()?;
    let subject = parsed.subject();
    let named = subject.iter_organization().chain(subject.iter_common_name()).next()?;
    named.as_str().ok().map(str::to_owned)
}

/// The credit code in a certificate's subject: `organizationIdentifier` (X.520, 2.5.4.97), as it is or in the form of
/// ETSI EN 319 412-1 (`NTRCN-…`). None when it is missing or stands twice.
fn organisation_code(certificate: &Certificate) -> Option<String> {
    let (_, parsed) = parse_x509_certificate(certificate.as_der()).ok()?;
    let mut values = parsed.subject().iter_by_oid(&ORGANISATION_IDENTIFIER);
    let value = values.next()?.as_str().ok()?;
    let code = value.strip_prefix("NTRCN-").unwrap_or(value);
    values.next().is_none().then(|| code.to_owned())
}
