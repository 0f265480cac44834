//! From the files of the package to the one digest that the seal signs: files, references, `Signature.xml`.

use super::line::{failed, passed};
use crate::ofd::SM2_WITH_SM3_OID;
use crate::package::Package;
use crate::reader::{OfdDocument, SealedBlock};
use std::collections::BTreeSet;
use zhengku_crypto::digest::sm3;
use zhengku_ledger::verdict::{Check, CheckName, Verdict};

/// SM3 as a `CheckMethod`: its object identifier, and the name that some writers use instead.
const SM3_NAMES: [&str; 2] = ["1.2.156.10197.1.401", "SM3"];

/// An original and a copy carry one signature; more would leave open which one counts.
pub(super) fn one_signature(document: &OfdDocument) -> (Check, Option<&SealedBlock>) {
    let name = CheckName::Signatures;
    match document.signatures.as_slice() {
        [] => (failed(name, Verdict::Tampered, "没有电子签章", "no seal: a licence file is sealed"), None),
        [block] if block.kind == "Seal" && block.signature_method != SM2_WITH_SM3_OID => {
            let en = "the seal says another method of signing, not SM2 with SM3";
            (failed(name, Verdict::Unverifiable, "签名算法不是 SM2/SM3", en), Some(block))
        }
        [block] if block.kind == "Seal" => (passed(name, "一枚电子签章", "one seal"), Some(block)),
        [block] => {
            let en = "a signature without a seal picture where a seal must stand";
            (failed(name, Verdict::Tampered, "签名不是电子印章", en), Some(block))
        }
        [block, ..] => {
            let count = document.signatures.len();
            let (zh, en) = (format!("电子签章 {count} 枚, 应为一枚"), format!("{count} seals where one must stand"));
            (failed(name, Verdict::Tampered, zh, en), Some(block))
        }
    }
}

/// Every file of the package but the signature's own two is listed once, with the digest it has.
pub(super) fn references(package: &Package<'_>, block: &SealedBlock) -> Check {
    let name = CheckName::References;
    if !SM3_NAMES.contains(&block.check_method.as_str()) {
        let en = "the digests of the protected files are not SM3";
        return failed(name, Verdict::Unverifiable, "保护范围的摘要算法不是 SM3", en);
    }
    let mut listed = BTreeSet::new();
    for reference in &block.references {
        let path = reference.path.as_str();
        if !listed.insert(path) {
            return failed(
                name,
                Verdict::Tampered,
                format!("{path} 重复列入保护范围"),
                format!("{path} is listed twice"),
            );
        }
        let Some(content) = package.get(path) else {
            return failed(name, Verdict::Tampered, format!("{path} 缺失"), format!("{path} is listed and missing"));
        };
        if sm3(content).as_bytes().as_slice() != reference.digest {
            let (zh, en) = (format!("{path} 在盖章后被改动"), format!("{path} was changed after sealing"));
            return failed(name, Verdict::Tampered, zh, en);
        }
    }
    let own = [block.path.as_str(), block.signed_value.as_str()];
    let unlisted = package.iter().map(|(path, _)| path).find(|path| !listed.contains(path) && !own.contains(path));
    match unlisted {
        None => passed(
            name,
            format!("{} 个文件均受保护且未改动", listed.len()),
            format!("all {} files are protected and unchanged", listed.len()),
        ),
        Some(path) => failed(
            name,
            Verdict::Tampered,
            format!("{path} 不在印章保护范围内"),
            format!("{path} is not protected by the seal: it was added, or its reference removed"),
        ),
    }
}

/// The seal shown by readers is the seal inside the signature, byte for byte.
pub(super) fn seal_copy(package: &Package<'_>, block: &SealedBlock, signed: &[u8]) -> Check {
    let name = CheckName::SealCopy;
    match block.seal.as_deref().map(|path| package.get(path)) {
        Some(Some(shown)) if shown == signed => passed(name, "与签章内印章一致", "the same as inside the signature"),
        Some(Some(_)) => failed(
            name,
            Verdict::Tampered,
            "显示的印章与签章内印章不同",
            "Seal.esl is not the seal inside the signature",
        ),
        _ => failed(name, Verdict::Tampered, "缺少印章文件", "Seal.esl is not named or missing"),
    }
}
