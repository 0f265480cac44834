//! From the header to the licence: paths, issuer, type, fields, age, status and dates.

use super::{Strictness, failed, passed};
use crate::block::Header;
use crate::entry::licence::Period;
use crate::entry::{ENTRY_VERSION, EntryBody, Licence, OrganisationStatus, Roles, Status};
use crate::ids::{EntryKey, TimestampMs};
use crate::proof::{EntryProof, Proof};
use crate::verdict::{Check, CheckName, Verdict};

/// The entry is in the log, and is the newest of its key.
pub(super) fn anchoring(proof: &Proof) -> [Check; 2] {
    let (header, licence) = (&proof.header, &proof.licence);
    let inclusion = match licence.verify_inclusion(header) {
        Ok(()) => {
            let (index, size, steps) = (licence.index, header.log_size, licence.path.len());
            let anchored = || {
                passed(
                    CheckName::Inclusion,
                    format!("第 {index} 条, 共 {size} 条, 路径 {steps} 步"),
                    format!("entry {index} of {size}, path of {steps} steps"),
                )
            };
            unknown_version(CheckName::Inclusion, licence).unwrap_or_else(anchored)
        }
        Err(error) => failed(CheckName::Inclusion, Verdict::Tampered, "默克尔路径与账本根不符", error.to_string()),
    };
    let currency = match licence.currency.verify(&header.current_root, header.log_size, licence.index) {
        Ok(true) => passed(CheckName::Currency, "截至该区块没有更新的记录", "no newer entry at that height"),
        Ok(false) => {
            failed(CheckName::Currency, Verdict::Superseded, "已有更新的记录", "a newer entry of this licence exists")
        }
        Err(error) => failed(CheckName::Currency, Verdict::Tampered, "状态位路径与账本根不符", error.to_string()),
    };
    [inclusion, currency]
}

/// The issuer and the licence type are on the same ledger, current, and the ones that the licence names.
pub(super) fn parties(proof: &Proof) -> [Check; 2] {
    let Some(licence) = proof.licence.entry.licence() else {
        let missing =
            |name| failed(name, Verdict::Tampered, "所证明的记录不是证照", "the proven entry is not a licence");
        return [missing(CheckName::Issuer), missing(CheckName::LicenceType)];
    };
    [issuer(proof, licence), licence_type(proof, licence)]
}

fn issuer(proof: &Proof, licence: &Licence) -> Check {
    let name = CheckName::Issuer;
    let EntryBody::Organisation(organisation) = &proof.issuer.entry.body else {
        return failed(name, Verdict::Tampered, "证明中缺少发证机关记录", "the proof has no entry of the issuer");
    };
    let fits =
        organisation.number == licence.issuer && proof.issuer.entry.key == EntryKey::of_organisation(licence.issuer);
    if !fits {
        let en = format!("the licence names organisation {}, the proof shows {}", licence.issuer, organisation.number);
        return failed(name, Verdict::Tampered, "发证机关与证照不符", en);
    }
    if let Some(check) = anchored(name, &proof.issuer, &proof.header) {
        return check;
    }
    if !organisation.roles.include(Roles::ISSUER) {
        return failed(
            name,
            Verdict::Untrusted,
            "该机构没有发证角色",
            "the organisation does not have the issuer role",
        );
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

/// The failure of an entry that is on the ledger in a layout this program does not know.
fn unknown_version(name: CheckName, proof: &EntryProof) -> Option<Check> {
    let version = proof.entry.version;
    let en = format!("the entry is of version {version}, this program knows {ENTRY_VERSION}");
    (version != ENTRY_VERSION).then(|| failed(name, Verdict::Unverifiable, "记录的版本未知, 请使用新版核验程序", en))
}

/// The failure of a supporting entry's two paths, if any.
fn anchored(name: CheckName, entry: &EntryProof, header: &Header) -> Option<Check> {
    if let Err(error) = entry.verify_inclusion(header) {
        return Some(failed(name, Verdict::Tampered, "默克尔路径与账本根不符", error.to_string()));
    }
    if let Some(check) = unknown_version(name, entry) {
        return Some(check);
    }
    match entry.currency.verify(&header.current_root, header.log_size, entry.index) {
        Ok(true) => None,
        Ok(false) => {
            Some(failed(name, Verdict::Unverifiable, "该记录已有更新", "a newer entry exists; ask for a new proof"))
        }
        Err(error) => Some(failed(name, Verdict::Tampered, "状态位路径与账本根不符", error.to_string())),
    }
}

/// Every disclosed field hangs below the licence's fields root, in rising order, each under a key of its type and its own.
pub(super) fn fields(proof: &Proof) -> Check {
    let name = CheckName::Fields;
    let Some(licence) = proof.licence.entry.licence() else {
        return failed(name, Verdict::Tampered, "所证明的记录不是证照", "the proven entry is not a licence");
    };
    let mut former: Option<u16> = None;
    for shown in proof.disclosed.iter() {
        if former.is_some_and(|former| shown.index <= former) {
            return failed(
                name,
                Verdict::Tampered,
                "字段重复或乱序",
                format!("field {} stands twice or out of order", shown.index),
            );
        }
        former = Some(shown.index);
        if let Err(error) = shown.verify(&licence.fields_root, licence.field_count) {
            return failed(name, Verdict::Tampered, "照面信息与账本不符", format!("field {}: {error}", shown.index));
        }
    }
    if let Some(key) = strange_key(proof) {
        let en = format!("the field key {key} is not one of the licence type's, or stands twice");
        return failed(name, Verdict::Tampered, "字段不属于该证照类型或重复", en);
    }
    let (shown, all) = (proof.disclosed.len(), licence.field_count);
    if shown == 0 {
        return passed(
            name,
            "未披露任何字段, 证明未指明是哪一份证照",
            "no field is shown: this proof does not say which licence it is of",
        );
    }
    passed(name, format!("{shown}/{all} 项与账本一致"), format!("{shown} of {all} fields agree with the ledger"))
}

/// A key that the licence type does not have, or that two fields share. An issuer signs fields whose content the ledger cannot see.
fn strange_key(proof: &Proof) -> Option<&str> {
    let EntryBody::LicenceType(kind) = &proof.licence_type.entry.body else { return None };
    let shown = || proof.disclosed.iter().map(|shown| shown.field.key.as_str());
    let strange = |(place, key): &(usize, &str)| {
        let known = kind.fields.iter().any(|field| field.key.as_str() == *key);
        !known || shown().take(*place).any(|earlier| earlier == *key)
    };
    shown().enumerate().find(strange).map(|(_, key)| key)
}

/// One field as the verifier expects it.
pub(super) fn expected(proof: &Proof, key: &str, value: &str) -> Check {
    let name = CheckName::Expected;
    match proof.disclosed.iter().find(|shown| shown.field.key.as_str() == key) {
        Some(shown) if shown.field.value.as_str() == value => {
            passed(name, format!("{key} 相符"), format!("{key} is as expected"))
        }
        Some(_) => {
            let en = format!("{key} has another value: this is a proof of another licence");
            failed(name, Verdict::NotAnchored, format!("{key} 不符: 这是另一份证照的证明"), en)
        }
        None => {
            let en = format!("{key} is not disclosed; ask for a proof that shows it");
            failed(name, Verdict::Unverifiable, format!("未披露 {key}, 无法核对"), en)
        }
    }
}

/// How far a verifier's clock may be behind the certified time before ages mean nothing.
const CLOCK_TOLERANCE_MS: u64 = 5 * 60_000;

/// The age of the proof against the verifier's limit.
pub(super) fn freshness(time: TimestampMs, strictness: Strictness) -> Check {
    let name = CheckName::Freshness;
    let age_ms = strictness.now.0.saturating_sub(time.0);
    let age_s = age_ms / 1000;
    let Some(limit_ms) = strictness.max_age_ms else {
        return passed(
            name,
            format!("状态截至 {age_s} 秒前, 未要求时限"),
            format!("as of {age_s} s ago; no limit was asked for"),
        );
    };
    let limit_s = limit_ms / 1000;
    if time.0 > strictness.now.0.saturating_add(CLOCK_TOLERANCE_MS) {
        let en = "this machine's clock is behind the proof's time, so its age cannot be told; set the clock";
        return failed(name, Verdict::Unverifiable, "本机时钟落后于证明时间, 无法判断新旧; 请校准时钟", en);
    }
    if age_ms <= limit_ms {
        passed(name, format!("状态截至 {age_s} 秒前"), format!("as of {age_s} s ago"))
    } else {
        let zh = format!("证明已过时: {age_s} 秒前, 限 {limit_s} 秒");
        failed(
            name,
            Verdict::Unverifiable,
            zh,
            format!("stale: as of {age_s} s ago, the limit is {limit_s} s; ask for a fresh proof"),
        )
    }
}

/// The status alone.
pub(super) fn status(licence: &Licence) -> Check {
    let verdict = match licence.status {
        Status::Valid => Verdict::Valid,
        Status::Suspended => Verdict::Suspended,
        Status::Cancelled | Status::Rescinded | Status::Withdrawn => Verdict::Revoked,
        Status::Replaced | Status::TransferredOut => Verdict::Superseded,
    };
    let dispute = if licence.disputed { (" (异议中)", " (disputed)") } else { ("", "") };
    let zh = format!("{}{}", licence.status.name_zh(), dispute.0);
    let en = format!("{}{}", licence.status.name_en(), dispute.1);
    if verdict == Verdict::Valid {
        passed(CheckName::Status, zh, en)
    } else {
        failed(CheckName::Status, verdict, zh, en)
    }
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
