//! Forged protection and forged seals.

use super::{Attempt, Forgery, forgery};
use crate::workshop::pki::{ENCIPHER, Issue, Party};
use crate::workshop::sealing::{DESCRIPTION, SEAL, SIGNED_VALUE, Sealing};
use crate::workshop::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zhengku_crypto::digest::sm3;
use zhengku_crypto::seal::Seal;
use zhengku_document::verify::{SealStatus, TrustStore};
use zhengku_ledger::ids::TimestampMs;
use zhengku_ledger::verdict::CheckName::{
    DataHash, References, SealAdmission, SealCopy, SealFormat, SealMaker, SealMaking, SealOwner, SealRange,
    SealRegister, SealSigner, SealTime, SealValidity, SealValue, Signatures,
};
use zhengku_ledger::verdict::Verdict::{Tampered, Untrusted, Unverifiable};

const PAGE: &str = "Doc_0/Pages/Page_0/Content.xml";
const LIST: &str = "Doc_0/Signs/Signatures.xml";

pub(super) const TABLE: &[Forgery] = &[
    forgery("a name on the page altered", References, Tampered, "Page_0/Content.xml was changed after sealing", |w| {
        raw(w, |parts| edit(parts, PAGE, "12315", "12345"))
    }),
    forgery("page and CheckValue altered together", DataHash, Tampered, "not the one that was sealed", |w| {
        raw(w, |parts| {
            let old = BASE64.encode(sm3(part(parts, PAGE)).as_bytes());
            edit(parts, PAGE, "12315", "12345");
            let new = BASE64.encode(sm3(part(parts, PAGE)).as_bytes());
            edit(parts, DESCRIPTION, &old, &new);
        })
    }),
    forgery("a reference removed", References, Tampered, "its reference removed", |w| {
        raw(w, |parts| {
            let value = BASE64.encode(sm3(part(parts, PAGE)).as_bytes());
            let reference =
                format!("<ofd:Reference FileRef=\"/{PAGE}\"><ofd:CheckValue>{value}</ofd:CheckValue></ofd:Reference>");
            edit(parts, DESCRIPTION, &reference, "");
        })
    }),
    forgery("a page that the signer left out", References, Tampered, "not protected by the seal", |w| {
        sealed(w, |one| one.unlisted = vec![PAGE])
    }),
    forgery("a list of signatures left open for more", References, Tampered, "Signatures.xml is not protected", |w| {
        sealed(w, |one| one.unlisted = vec![LIST])
    }),
    forgery("a file added after sealing", References, Tampered, "it was added", |w| {
        raw(w, |parts| parts.push(("Doc_0/Res/extra.bin".to_owned(), vec![1, 2, 3])))
    }),
    forgery("a file removed after sealing", References, Tampered, "is listed and missing", |w| {
        sealed(w, |one| one.more_references = reference("Doc_0/Res/gone.bin"))
    }),
    forgery("a file listed twice with two digests", References, Tampered, "is listed twice", |w| {
        sealed(w, |one| one.more_references = reference(PAGE))
    }),
    forgery("digests by MD5", References, Unverifiable, "not SM3", |w| sealed(w, |one| one.check_method = "MD5")),
    forgery("the stamp moved", DataHash, Tampered, "not the one that was sealed", |w| {
        raw(w, |parts| edit(parts, DESCRIPTION, "Boundary=\"215 140 42 42\"", "Boundary=\"15 140 42 42\""))
    }),
    forgery("the picture swapped in the seal that readers draw", SealCopy, Tampered, "not the seal inside", |w| {
        let parts = w.sealing().parts(w.parts());
        let mut swapped = w.seal.as_der().to_vec();
        let place = swapped.windows(8).position(|window| window == [0x89; 8]).unwrap();
        swapped[place] = 0x90;
        // The reference of Seal.esl fits the swapped one, and the signature fits the references.
        let mut unsigned = parts.clone();
        unsigned.retain(|(name, _)| name != DESCRIPTION && name != SIGNED_VALUE);
        let other = Sealing { seal: swapped.clone(), ..w.sealing() };
        let mut parts = other.parts(w.parts());
        let hash = sm3(part(&parts, DESCRIPTION));
        let value = sealing::signature(w.seal.as_der(), SIGNED_S, hash.as_bytes(), &other.property, &w.pki.signer);
        replace(&mut parts, SIGNED_VALUE, value);
        assert_eq!(part(&parts, SEAL), swapped);
        Attempt::anchored(w, zip::pack(&parts))
    }),
    forgery(
        "the picture swapped everywhere, signed again by the signer",
        SealMaking,
        Tampered,
        "not the one that its maker",
        |w| {
            let mut swapped = w.seal.as_der().to_vec();
            let place = swapped.windows(8).position(|window| window == [0x89; 8]).unwrap();
            swapped[place] = 0x90;
            sealed(w, |one| one.seal = swapped)
        },
    ),
    forgery("two signatures", Signatures, Tampered, "2 seals", |w| {
        let mut parts = w.parts();
        for (name, content) in w.parts() {
            if let Some(file) = name.strip_prefix("Doc_0/Signs/Sign_0/") {
                parts.push((format!("Doc_0/Signs/Sign_1/{file}"), content));
            }
        }
        let second = "<ofd:Signature ID=\"2\" Type=\"Seal\" BaseLoc=\"/Doc_0/Signs/Sign_1/Signature.xml\"/>";
        edit(&mut parts, LIST, "</ofd:Signatures>", &format!("{second}</ofd:Signatures>"));
        Attempt::anchored(w, w.sealing().file(parts))
    }),
    forgery("no signature", Signatures, Tampered, "no seal", |w| {
        let mut parts = w.parts();
        parts.retain(|(name, _)| !name.starts_with("Doc_0/Signs/"));
        edit(&mut parts, "OFD.xml", "<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>", "");
        Attempt::anchored(w, zip::pack(&parts))
    }),
    forgery("a signature that is no seal", Signatures, Tampered, "without a seal picture", |w| {
        let mut parts = w.parts();
        edit(&mut parts, LIST, "Type=\"Seal\"", "Type=\"Sign\"");
        Attempt::anchored(w, w.sealing().file(parts))
    }),
    forgery("the signature of another licence", DataHash, Tampered, "not the one that was sealed", |w| {
        sealed(w, |one| one.data_hash = Some(*sm3(b"another licence").as_bytes()))
    }),
    forgery("a signature over another range", SealRange, Tampered, "protected range", |w| {
        sealed(w, |one| one.property = "/Doc_0/Signs/Sign_1/Signature.xml".to_owned())
    }),
    forgery("bytes in place of a signature", SealFormat, Tampered, "no well-formed SES_Signature", |w| {
        raw(w, |parts| replace(parts, SIGNED_VALUE, b"signed, truly".to_vec()))
    }),
    forgery("a signature by another key", SealValue, Tampered, "does not verify", |w| {
        // The certificate of the true signer behind the signature of another.
        let liar = Party { certificate: w.pki.signer.certificate.clone(), ..other_key(w) };
        sealed_by(w, &liar, &w.seal, w.trust())
    }),
    forgery("the seal of another office", SealOwner, Untrusted, "sealed by 11999999TE5T00016J", |w| {
        let seal = seal(&w.pki.other, &w.pki.maker, "99999900000002", SIGNED_S - DAY_S, SIGNED_S + DAY_S);
        let standing = zhengku_document::verify::SealStanding {
            organisation_code: OTHER.to_owned(),
            ..standing(&seal, SealStatus::Filed, 0)
        };
        let trust = TrustStore { seals: vec![standing], ..w.trust() };
        sealed_by(w, &w.pki.other, &seal, trust)
    }),
    forgery("the seal of another office in the register", SealRegister, Untrusted, "for another organisation", |w| {
        let mut trust = w.trust();
        trust.seals[0].organisation_code = OTHER.to_owned();
        sealed_by(w, &w.pki.signer, &w.seal, trust)
    }),
    forgery("a signer's certificate without an organisation", SealOwner, Untrusted, "does not say of which", |w| {
        by_signer(w, Issue { code: None, ..Issue::signer(40, "无机构", ISSUER) })
    }),
    forgery("a foreign certificate", SealSigner, Untrusted, "of the signer is refused: the issuer of the", |w| {
        let seal = seal(&w.pki.foreign_signer, &w.pki.maker, SEAL_ID, SIGNED_S - DAY_S, SIGNED_S + DAY_S);
        sealed_by(w, &w.pki.foreign_signer, &seal, registered(w, &seal))
    }),
    forgery("a foreign seal maker", SealMaker, Untrusted, "of the maker of the seal is refused: the issuer of", |w| {
        let seal = seal(&w.pki.signer, &w.pki.foreign_maker, SEAL_ID, SIGNED_S - DAY_S, SIGNED_S + DAY_S);
        sealed_by(w, &w.pki.signer, &seal, registered(w, &seal))
    }),
    forgery("an expired certificate", SealTime, Untrusted, "was valid until 1795233599, not at 1795233600", |w| {
        by_signer(w, Issue { to_s: SIGNED_S - 1, ..Issue::signer(41, "期满", ISSUER) })
    }),
    forgery(
        "a certificate that begins after signing",
        SealTime,
        Untrusted,
        "is valid from 1795233601, not yet at",
        |w| by_signer(w, Issue { from_s: SIGNED_S + 1, ..Issue::signer(42, "未起", ISSUER) }),
    ),
    forgery("a certificate revoked before signing", SealTime, Untrusted, "was revoked at", |w| {
        let lists = w.lists(&[(w.pki.signer.serial, SIGNED_S - 3600)]);
        sealed_by(w, &w.pki.signer, &w.seal, TrustStore { lists, ..w.trust() })
    }),
    forgery("a certificate revoked between signing and the block", SealTime, Untrusted, "trusted time", |w| {
        let lists = w.lists(&[(w.pki.signer.serial, SIGNED_S + 30)]);
        sealed_by(w, &w.pki.signer, &w.seal, TrustStore { lists, ..w.trust() })
    }),
    forgery("a maker's certificate revoked before signing", SealMaker, Untrusted, "was revoked at", |w| {
        let lists = w.lists(&[(w.pki.maker.serial, SIGNED_S - 3600)]);
        sealed_by(w, &w.pki.signer, &w.seal, TrustStore { lists, ..w.trust() })
    }),
    forgery("no revocation list", SealSigner, Unverifiable, "no fresh revocation list for the certificate", |w| {
        sealed_by(w, &w.pki.signer, &w.seal, TrustStore { lists: Vec::new(), ..w.trust() })
    }),
    forgery("no authority for seals", SealSigner, Unverifiable, "no authority for seals", |w| {
        let anchors = zhengku_crypto::certificate::TrustAnchors::default();
        sealed_by(w, &w.pki.signer, &w.seal, TrustStore { anchors, ..w.trust() })
    }),
    forgery("explicit curve parameters", SealFormat, Unverifiable, "writes out its curve", |w| {
        let issue = Issue { explicit_curve: true, ..Issue::signer(43, "曲线", ISSUER) };
        let signer = w.pki.authority.issue(43, &issue);
        sealed_by(w, &signer, &w.seal, w.trust())
    }),
    forgery("a certificate for encryption", SealSigner, Untrusted, "key usage", |w| {
        by_signer(w, Issue { usage: ENCIPHER, ..Issue::signer(44, "加密", ISSUER) })
    }),
    forgery(
        "an authority's certificate as the signer's",
        SealSigner,
        Untrusted,
        "belongs to an authority and cannot",
        |w| by_signer(w, Issue { authority: true, ..Issue::signer(45, "机构", ISSUER) }),
    ),
    forgery(
        "a certificate that a signer issued",
        SealSigner,
        Untrusted,
        "issued another one but belongs to no authority",
        |w| {
            let signer = w.pki.signer.issue(46, &Issue::signer(46, "下级", ISSUER));
            let seal = seal(&signer, &w.pki.maker, SEAL_ID, SIGNED_S - DAY_S, SIGNED_S + DAY_S);
            let certificate = zhengku_crypto::certificate::Certificate::from_der(&w.pki.signer.certificate).unwrap();
            let mut trust = registered(w, &seal);
            trust.intermediates.push(certificate);
            sealed_by(w, &signer, &seal, trust)
        },
    ),
    forgery("signed before the seal was valid", SealValidity, Untrusted, "not at the signing time", |w| {
        let seal = seal(&w.pki.signer, &w.pki.maker, SEAL_ID, SIGNED_S + 1, SIGNED_S + DAY_S);
        sealed_by(w, &w.pki.signer, &seal, registered(w, &seal))
    }),
    forgery("signed after the seal had expired", SealValidity, Untrusted, "not at the signing time", |w| {
        let seal = seal(&w.pki.signer, &w.pki.maker, SEAL_ID, SIGNED_S - 9 * DAY_S, SIGNED_S - 1);
        sealed_by(w, &w.pki.signer, &seal, registered(w, &seal))
    }),
    forgery("signed tomorrow", SealTime, Untrusted, "later than the trusted or present time", |w| {
        sealed(w, |one| one.time_s = i64::try_from(NOW.0 / 1000).unwrap() + 3600)
    }),
    forgery("a signer whom the seal does not list", SealAdmission, Untrusted, "does not list", |w| {
        let signer = w.pki.authority.issue(47, &Issue::signer(47, "他人", ISSUER));
        sealed_by(w, &signer, &w.seal, w.trust())
    }),
    forgery("a renewed certificate with the old seal", SealAdmission, Untrusted, "was renewed", |w| {
        let signer = w.pki.authority.issue(4, &Issue::signer(48, "样例市演示区市场监督管理局", ISSUER));
        sealed_by(w, &signer, &w.seal, w.trust())
    }),
    forgery("a seal cancelled before signing", SealRegister, Untrusted, "cancelled before", |w| {
        let seals = vec![standing(&w.seal, SealStatus::Cancelled, SIGNED_S - 60)];
        sealed_by(w, &w.pki.signer, &w.seal, TrustStore { seals, ..w.trust() })
    }),
    forgery("a seal that is not on file yet", SealRegister, Untrusted, "not on file yet", |w| {
        let seals = vec![standing(&w.seal, SealStatus::Pending, SIGNED_S - 60)];
        sealed_by(w, &w.pki.signer, &w.seal, TrustStore { seals, ..w.trust() })
    }),
    forgery("a seal that nobody registered", SealRegister, Untrusted, "not in the register", |w| {
        let seal = seal(&w.pki.signer, &w.pki.maker, "99999900000077", SIGNED_S - DAY_S, SIGNED_S + DAY_S);
        sealed_by(w, &w.pki.signer, &seal, w.trust())
    }),
    forgery(
        "a second seal under a registered number",
        SealRegister,
        Untrusted,
        "another seal under this number",
        |w| {
            let seal = seal(&w.pki.signer, &w.pki.maker, SEAL_ID, SIGNED_S - DAY_S, SIGNED_S + DAY_S);
            sealed_by(w, &w.pki.signer, &seal, w.trust())
        },
    ),
    forgery("no register of seals", SealRegister, Unverifiable, "no register", |w| {
        sealed_by(w, &w.pki.signer, &w.seal, TrustStore { seals: Vec::new(), ..w.trust() })
    }),
    forgery(
        "a trusted time before the seal",
        zhengku_ledger::verdict::CheckName::Anchoring,
        Untrusted,
        "after the block",
        |w| {
            let file = w.sealing().file(w.parts());
            let earlier = TimestampMs(u64::try_from(SIGNED_S - 60).unwrap() * 1000);
            let proof = Some(w.proof_with(&file, |record| record.time = earlier));
            Attempt { proof, ..Attempt::anchored(w, file) }
        },
    ),
];

fn reference(path: &str) -> String {
    let value = BASE64.encode([0; 32]);
    format!("<ofd:Reference FileRef=\"/{path}\"><ofd:CheckValue>{value}</ofd:CheckValue></ofd:Reference>")
}

/// Changed without the signer.
fn raw(workshop: &Workshop, change: impl FnOnce(&mut Parts)) -> Attempt {
    let mut parts = workshop.parts();
    change(&mut parts);
    Attempt::anchored(workshop, zip::pack(&parts))
}

/// Sealed by the true signer in another way.
fn sealed(workshop: &Workshop, change: impl FnOnce(&mut Sealing<'_>)) -> Attempt {
    let mut sealing = workshop.sealing();
    change(&mut sealing);
    Attempt::anchored(workshop, sealing.file(workshop.parts()))
}

fn sealed_by(workshop: &Workshop, signer: &Party, seal: &Seal, trust: TrustStore) -> Attempt {
    let file = Sealing::new(seal, signer, &workshop.page()).file(workshop.parts());
    Attempt { trust, ..Attempt::anchored(workshop, file) }
}

/// A signer of this certificate by the true authority, with a registered seal that lists it.
fn by_signer(workshop: &Workshop, issue: Issue<'_>) -> Attempt {
    let signer = workshop.pki.authority.issue(issue.serial, &issue);
    let seal = seal(&signer, &workshop.pki.maker, SEAL_ID, SIGNED_S - DAY_S, SIGNED_S + DAY_S);
    sealed_by(workshop, &signer, &seal, registered(workshop, &seal))
}

fn registered(workshop: &Workshop, seal: &Seal) -> TrustStore {
    TrustStore { seals: vec![standing(seal, SealStatus::Filed, 0)], ..workshop.trust() }
}

fn other_key(workshop: &Workshop) -> Party {
    workshop.pki.authority.issue(90, &Issue::signer(90, "他人", OTHER))
}
