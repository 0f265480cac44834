//! From the header to the licence: paths, issuer, type, fields, age, status and dates.

use super::{Strictness, failed, passed};
use crate::block::Header;
use crate::entry::licence::Period;
use crate::entry::{EntryBody, Licence, OrganisationStatus, Roles, Status};
use crate::ids::{EntryKey, TimestampMs};
use crate::proof::{EntryProof, Proof};
use crate::verdict::{Check, CheckName, Verdict};

/// The entry is in the log, and is the newest of its key.
pub(super) fn anchoring(proof: &Proof) -> [Check; 2] {
    let (header, licence) = (&proof.header, &proof.licence);
    let inclusion = match licence.verify_inclusion(header) {
        Ok(()) => {
            let (index, size, steps) = (licence.index, header.log_size, licence.path.len());
            passed(
                CheckName::Inclusion,
                format!("第 {index} 条, 共 {size} 条, 路径 {steps} 步"),
                format!("entry {index} of {size}, path of {steps} steps"),
            )
        }
        Err(error) => failed(CheckName::Inclusion, Verdict::Tampered, "默克尔路径与账本根不符", error.to_string()),
    };
    let currency = match licence.currency.verify(&header.current_root, header.log_size, licence.index) {
        Ok(true) => passed(CheckName::Currency, "截至该区块没有更新的记录", "no newer entry at that height"),
        Ok(false) => failed(CheckName::Currency, Verdict::Superseded, "已有更新的记录", "a newer entry of this licence exists"),
        Err(error) => failed(CheckName::Currency, Verdict::Tampered, "状态位路径与账本根不符", error.to_string()),
    };
    [inclusion, currency]
}

/// The issuer and the licence type are on the same ledger, current, and the ones that the licence names.
pub(super) fn parties(proof: &Proof) -> [Check; 2] {
    let Some(licence) = proof.licence.entry.licence() else {
        let missing = |name| failed(name, Verdict::Tampered, "所证明的记录不是证照", "the proven entry is not a licence");
        return [missing(CheckName::Issuer), missing(CheckName::LicenceType)];
    };
    [issuer(proof, licence), licence_type(proof, licence)]
}

fn issuer(proof: &Proof, licence: &Licence) -> Check {
    let name = CheckName::Issuer;
    let EntryBody::Organisation(organisation) = &proof.issuer.entry.body else {
        return failed(name, Verdict::Tampered, "证明中缺少发证机关记录", "the proof has no entry of the issuer");
    };
    let fits = organisation.number == licence.issuer && proof.issuer.entry.key == EntryKey::of_organisation(licence.issuer);
    if !fits {
        let en = format!("the licence names organisation {}, the proof shows {}", licence.issuer, organisation.number);
        return failed(name, Verdict::Tampered, "发证机关与证照不符", en);
    }
    if let Some(check) = anchored(name, &proof.issuer, &proof.header) {
        return check;
    }
    if !organisation.roles.include(Roles::ISSUER) {
        return failed(name, Verdict::Untrusted, "该机构没有发证角色", "the organisation does not have the issuer role");
    }
    let barred = organisation.status == OrganisationStatus::Barred;
    let (zh, en) = (organisation.name_zh.as_str(), organisation.name_en.as_str());
    if barred {
        passed(name, format!("{zh} (现已停用)"), format!("{en} (barred since)"))
    } else {
        passed(name, zh, en)
    }
}

fn licence_type(proof: &Proof, licence: &Licence) -> Check {
    let name = CheckName::LicenceType;
    let EntryBody::LicenceType(kind) = &proof.licence_type.entry.body else {
        return failed(name, Verdict::Tampered, "证明中缺少证照类型记录", "the proof has no entry of the licence type");
    };
    let key = EntryKey::of_licence_type(licence.licence_type);
    if kind.number != licence.licence_type || proof.licence_type.entry.key != key {
        let en = format!("the licence is of type {}, the proof shows {}", licence.licence_type, kind.number);
        return failed(name, Verdict::Tampered, "证照类型与证照不符", en);
    }
    anchored(name, &proof.licence_type, &proof.header)
        .unwrap_or_else(|| passed(name, kind.name_zh.as_str(), kind.name_en.as_str()))
}

/// The failure of a supporting entry's two paths, if any.
fn anchored(name: CheckName, entry: &EntryProof, header: &Header) -> Option<Check> {
    if let Err(error) = entry.verify_inclusion(header) {
        return Some(failed(name, Verdict::Tampered, "默克尔路径与账本根不符", error.to_string()));
    }
    match entry.currency.verify(&header.current_root, header.log_size, entry.index) {
        Ok(true) => None,
        Ok(false) => Some(failed(name, Verdict::Unverifiable, "该记录已有更新", "a newer entry exists; ask for a new proof")),
        Err(error) => Some(failed(name, Verdict::Tampered, "状态位路径与账本根不符", error.to_string())),
    }
}

/// Every disclosed field hangs below the licence's fields root, in rising order.
pub(super) fn fields(proof: &Proof) -> Check {
    let name = CheckName::Fields;
    let Some(licence) = proof.licence.entry.licence() else {
        return failed(name, Verdict::Tampered, "所证明的记录不是证照", "the proven entry is not a licence");
    };
    let mut former: Option<u16> = None;
    for shown in proof.disclosed.iter() {
        if former.is_some_and(|former| shown.index <= former) {
            return failed(name, Verdict::Tampered, "字段重复或乱序", format!("field {} stands twice or out of order", shown.index));
        }
        former = Some(shown.index);
        if let Err(error) = shown.verify(&licence.fields_root, licence.field_count) {
            return failed(name, Verdict::Tampered, "照面信息与账本不符", format!("field {}: {error}", shown.index));
        }
    }
    let (shown, all) = (proof.disclosed.len(), licence.field_count);
    passed(name, format!("{shown}/{all} 项与账本一致"), format!("{shown} of {all} fields agree with the ledger"))
}

/// The age of the proof against the verifier's limit.
pub(super) fn freshness(header: &Header, strictness: Strictness) -> Check {
    let name = CheckName::Freshness;
    let age_ms = strictness.now.0.saturating_sub(header.time.0);
    let age_s = age_ms / 1000;
    let Some(limit_ms) = strictness.max_age_ms else {
        return passed(name, format!("状态截至 {age_s} 秒前, 未要求时限"), format!("as of {age_s} s ago; no limit was asked for"));
    };
    let limit_s = limit_ms / 1000;
    if age_ms <= limit_ms {
        passed(name, format!("状态截至 {age_s} 秒前"), format!("as of {age_s} s ago"))
    } else {
        let zh = format!("证明已过时: {age_s} 秒前, 限 {limit_s} 秒");
        failed(name, Verdict::Unverifiable, zh, format!("stale: as of {age_s} s ago, the limit is {limit_s} s; ask for a fresh proof"))
    }
}

/// The status alone.
pub(super) fn status(licence: &Licence) -> Check {
    let verdict = match licence.status {
        Status::Valid => Verdict::Valid,
        Status::Suspended => Verdict::Suspended,
        Status::Cancelled | Status::Rescinded | Status::Withdrawn => Verdict::Revoked,
        Status::Replaced => Verdict::Superseded,
    };
    let (zh, en) = (licence.status.name_zh(), licence.status.name_en());
    if verdict == Verdict::Valid { passed(CheckName::Status, zh, en) } else { failed(CheckName::Status, verdict, zh, en) }
}

/// The dates at an instant.
pub(super) fn period(licence: &Licence, now: TimestampMs) -> Check {
    let name = CheckName::Period;
    let (from, to) = (licence.valid_from.to_text(), licence.valid_to.map(|last| last.to_text()));
    let (zh, en) = match &to {
        Some(last) => (format!("{from} 至 {last}"), format!("{from} to the end of {last} in Beijing")),
        None => (format!("{from} 起长期"), format!("from {from} without end")),
    };
    match licence.period_at(now) {
        Period::Running => passed(name, zh, en),
        Period::NotYet => failed(name, Verdict::NotYetValid, zh, en),
        Period::Over => failed(name, Verdict::Expired, zh, en),
    }
}
