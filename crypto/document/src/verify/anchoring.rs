//! The file and what it says against the ledger's record, by the proof that travels beside it.

use super::TrustStore;
use super::line::{failed, no_ledger, passed, skipped};
use crate::licence::LicenceData;
use crate::package::MAX_FILE_BYTES;
use zhengku_crypto::digest::{Digest, sha256, sm3};
use zhengku_ledger::entry::{EntryBody, FileKind, Licence, LicenceFile};
use zhengku_ledger::ids::{Height, TimestampMs};
use zhengku_ledger::proof::Proof;
use zhengku_ledger::verdict::{Check, CheckName, CheckState, Verdict};
use zhengku_ledger::verify::{Document, Strictness, Verification, verify_document};

/// What must hold before anything of a proof is used.
const PILLARS: [CheckName; 3] = [CheckName::Ledger, CheckName::Certificate, CheckName::Inclusion];

/// A file and its proof.
pub(super) struct Anchor {
    kind: FileKind,
    /// None for a file that is too long to be read.
    digests: Option<(Digest, Digest)>,
    proof: Given,
}

enum Given {
    /// No proof beside the file.
    None,
    /// A file that is no proof of a licence, or a proof without a ledger to judge it by.
    Useless { check: Check },
    /// A proof, judged.
    Judged { proof: Box<Proof>, verification: Verification },
}

impl Anchor {
    pub(super) fn of(
        file: &[u8],
        kind: FileKind,
        proof: Option<&[u8]>,
        trust: &TrustStore,
        strictness: Strictness,
    ) -> Self {
        let digests = (file.len() <= MAX_FILE_BYTES).then(|| (sha256(file), sm3(file)));
        Self { kind, digests, proof: Given::of(proof, trust, strictness) }
    }

    /// The licence on the ledger, if everything that proves it holds.
    fn licence(&self) -> Option<(&Proof, &Licence)> {
        let Given::Judged { proof, verification } = &self.proof else { return None };
        let holds = |name: &CheckName| {
            verification.checks.iter().any(|check| check.name == *name && check.state == CheckState::Passed)
        };
        let licence = proof.licence.entry.licence()?;
        PILLARS.iter().all(holds).then_some((proof, licence))
    }

    /// Whether what came beside the file is a proof whose bytes are not those that were made.
    fn is_proof_damaged(&self) -> bool {
        match &self.proof {
            Given::None => false,
            Given::Useless { check } => check.verdict == Verdict::Tampered,
            Given::Judged { verification, .. } => {
                verification.checks.iter().any(|check| check.verdict == Verdict::Tampered)
            }
        }
    }

    fn is_listed(&self, licence: &Licence) -> bool {
        let same = |file: &LicenceFile| file.kind == self.kind && Some((file.sha256, file.sm3)) == self.digests;
        licence.files.iter().any(same)
    }

    /// A time at which the file is proven to have existed, Unix seconds: that of the block that took it up, when the proof is of
    /// that block. A later proof says only that it existed by then, which is no ground for calling an old signature too late.
    pub(super) fn trusted_unix_s(&self) -> Option<i64> {
        let (proof, licence) = self.licence()?;
        let is_first = proof.header.height == proof.licence.entry.origin.height;
        let is_trusted = is_first && self.is_listed(licence);
        is_trusted.then(|| i64::try_from(proof.header.time.0 / 1000).ok()).flatten()
    }

    /// The ledger has the digests of this file. A copy is not on the ledger: its data are, and its own seal.
    pub(super) fn file_check(&self, is_copy: bool, signed_unix_s: Option<i64>, data: Option<&LicenceData>) -> Check {
        let name = CheckName::Anchoring;
        if self.digests.is_none() {
            let en = format!("the file has more than {MAX_FILE_BYTES} bytes and was not read");
            return failed(name, Verdict::Unverifiable, format!("文件超过 {MAX_FILE_BYTES} 字节上限, 未读取"), en);
        }
        let (proof, licence) = match (&self.proof, self.licence()) {
            (Given::None, _) => {
                let en = "no proof was given; put the file beside its proof, or fetch one from any node by the file's digest";
                return failed(name, Verdict::Unverifiable, "没有链上证明, 请一并提供证明文件或联网查询", en);
            }
            (_, None) if self.is_proof_damaged() => {
                let en = "the proof beside the file is damaged, so that this was not looked up; get a new proof of the licence and judge again";
                let zh = "随附的证明文件有损, 未能核对; 请另取这份证照的新证明再核验";
                return failed(name, Verdict::Unverifiable, zh, en);
            }
            (_, None) => return skipped(name),
            (_, Some(found)) => found,
        };
        if is_copy {
            return passed(
                name,
                "加注件本身不上链, 以其所载数据核对",
                "a copy is not on the ledger itself; its data are",
            );
        }
        if self.is_listed(licence) {
            return self.listed(proof, signed_unix_s);
        }
        if let Some(former) = data.filter(|data| is_former(proof, licence, data)) {
            return self.former(licence.version, former.version);
        }
        if licence.files.iter().all(|file| file.kind != self.kind) {
            let en = format!("the ledger's record of this licence lists no {} file", self.kind.name());
            return failed(name, Verdict::NotAnchored, format!("账本未登记 {} 文件", self.kind.name()), en);
        }
        let en = "the ledger has other digests for this licence's file: it was changed, or replaced by a newer one";
        failed(name, Verdict::Tampered, "文件与账本登记的不是同一个", en)
    }

    /// The record is of a later version. The seal on an OFD covers the version it says; a PDF is worth its digests alone, and this record
    /// does not list those of former versions.
    fn former(&self, newest: u16, version: u16) -> Check {
        let name = CheckName::Anchoring;
        let zh = format!("此文件为第 {version} 版, 账本已登记第 {newest} 版的文件");
        let en = format!("this file is of version {version}, the ledger has the file of version {newest}");
        match self.kind {
            FileKind::Ofd => failed(name, Verdict::Superseded, zh, en),
            FileKind::Pdf => {
                let zh = format!("{zh}; 旧版 PDF 须用该版的证明或 OFD 核验");
                let en = format!("{en}; judge a former PDF by a proof of its own version, or take the OFD");
                failed(name, Verdict::Unverifiable, zh, en)
            }
        }
    }

    fn listed(&self, proof: &Proof, signed_unix_s: Option<i64>) -> Check {
        let (name, header) = (CheckName::Anchoring, &proof.header);
        let block_unix_s = i64::try_from(header.time.0 / 1000).unwrap_or(i64::MAX);
        if signed_unix_s.is_some_and(|signed| signed > block_unix_s) {
            let en = "the seal says a time after the block that already had the file";
            return failed(name, Verdict::Untrusted, "签章时间晚于上链时间", en);
        }
        let digest = self.digests.map(|(_, sm3)| sm3.to_string()).unwrap_or_default();
        passed(
            name,
            format!("SM3 {digest} 与账本登记一致"),
            format!("SM3 {digest} and SHA-256 are those on the ledger"),
        )
    }

    /// The ledger's record is of the licence that the file shows.
    pub(super) fn record_check(&self, data: Option<&LicenceData>) -> Check {
        let name = CheckName::Record;
        let (Some((proof, licence)), Some(data)) = (self.licence(), data) else { return skipped(name) };
        if proof.licence.entry.key.to_string() != data.key || proof.header.chain.to_string() != data.chain {
            let en = "the proof is of another licence or ledger; get the proof of this one";
            return failed(name, Verdict::Unverifiable, "证明属于另一份证照或另一账本", en);
        }
        match difference(proof, licence, data) {
            None => passed(
                name,
                "照面信息, 发证机关, 类型和日期与账本一致",
                "fields, issuer, type and dates are those on the ledger",
            ),
            Some((zh, en)) if licence.version > data.version => {
                let en = format!("the ledger has version {} of this licence: {en}", licence.version);
                failed(name, Verdict::Superseded, format!("账本已有新版本: {zh}"), en)
            }
            Some((zh, en)) => failed(name, Verdict::Tampered, zh, en),
        }
    }

    /// The lines of the proof itself.
    pub(super) fn into_ledger_checks(self) -> (Vec<Check>, Option<(Height, TimestampMs)>, Option<u64>) {
        match self.proof {
            Given::None => (Vec::new(), None, None),
            Given::Useless { check } => (vec![of_the_proof(check)], None, None),
            Given::Judged { verification, .. } => {
                let checks = verification.checks.into_iter().map(of_the_proof).collect();
                (checks, verification.as_of, verification.age_ms)
            }
        }
    }
}

impl Given {
    fn of(proof: Option<&[u8]>, trust: &TrustStore, strictness: Strictness) -> Self {
        let Some(bytes) = proof else { return Self::None };
        if Document::of(bytes) != Document::Proof {
            let en = "what was given with the file is no proof of a licence";
            let check = failed(CheckName::File, Verdict::Unverifiable, "随附的文件不是证照证明", en);
            return Self::Useless { check };
        }
        let Some(ledger) = &trust.ledger else { return Self::Useless { check: no_ledger() } };
        let verification = verify_document(bytes, ledger, trust.history.as_deref(), strictness, &[]);
        match Proof::from_file(bytes) {
            Ok(proof) => Self::Judged { proof: Box::new(proof), verification },
            Err(error) => {
                let first = verification.checks.into_iter().next();
                let unread = || failed(CheckName::File, Verdict::Unverifiable, "证明文件无法读取", error.to_string());
                Self::Useless { check: first.unwrap_or_else(unread) }
            }
        }
    }
}

/// An altered proof is not an altered licence file: its line says of which of the two it speaks.
fn of_the_proof(check: Check) -> Check {
    if check.verdict != Verdict::Tampered {
        return check;
    }
    let reason_zh = format!("随附的证明文件: {}", check.reason_zh);
    let reason_en = format!("in the proof beside the file: {}", check.reason_en);
    Check { reason_zh, reason_en, ..check }
}

/// Whether the file says to be an earlier version of the licence that the record is of.
fn is_former(proof: &Proof, licence: &Licence, data: &LicenceData) -> bool {
    let is_same = proof.licence.entry.key.to_string() == data.key && proof.header.chain.to_string() == data.chain;
    is_same && data.version < licence.version
}

/// The first thing in which file and record differ, in Chinese and English.
fn difference(proof: &Proof, licence: &Licence, data: &LicenceData) -> Option<(&'static str, &'static str)> {
    let code = match &proof.issuer.entry.body {
        EntryBody::Organisation(issuer) => issuer.credit_code.as_str(),
        _ => "",
    };
    let kind = match &proof.licence_type.entry.body {
        EntryBody::LicenceType(kind) => kind.code.as_str(),
        _ => "",
    };
    let fields =
        data.fields_root().ok() == Some(licence.fields_root) && data.fields.len() == usize::from(licence.field_count);
    let dates = (licence.issued_on, licence.valid_from, licence.valid_to);
    let same = [
        (fields, "照面信息与账本不符", "the fields are not those on the ledger"),
        (code == data.issuer_code, "发证机关与账本不符", "the issuer is not that on the ledger"),
        (kind == data.licence_type_code, "证照类型与账本不符", "the licence type is not that on the ledger"),
        (licence.version == data.version, "版本与账本不符", "the version is not that on the ledger"),
        (
            dates == (data.issued_on, data.valid_from, data.valid_to),
            "日期与账本不符",
            "the dates are not those on the ledger",
        ),
    ];
    same.into_iter().find(|(same, ..)| !same).map(|(_, zh, en)| (zh, en))
}
