//! Seals and seal signatures: made, read, verified, renewed; OpenSSL agrees on every signature.

use zhengku_crypto::certificate::CertificateError;
use zhengku_crypto::certificate::issue::{Profile, RevocationReason};
use zhengku_crypto::seal::{
    AdmittedAs, Finding, FindingClass, Outcome, PreparedSeal, Role, Seal, SealDates, SealError, SealKind,
    SealSignature, SealVersion, StepName, sign,
};

use crate::office::{DAY, Office, PROPERTY, Party, SIGNED, START, check};
use crate::workshop::{DISTID, Workshop};

#[test]
fn a_seal_is_read_back_as_it_was_made() {
    let office = Office::new("office");
    for admitted_as in [AdmittedAs::Certificates, AdmittedAs::Digests] {
        let draft = zhengku_crypto::seal::SealDraft { admitted_as, ..office.draft() };
        let seal = office.make(&draft);
        assert_eq!(Seal::from_der(seal.as_der()), Ok(seal.clone()));
        assert_eq!((seal.version(), seal.kind(), seal.id()), (SealVersion::V4, SealKind::Unit, "99999900000001"));
        assert_eq!((seal.name(), seal.vendor()), ("office测试局电子印章", "ZHENGKU"));
        assert_eq!(seal.picture(), &draft.picture);
        assert_eq!((seal.created(), seal.valid_from()), (START + DAY, START + DAY));
        assert_eq!(seal.valid_to(), START + 300 * DAY);
        assert_eq!(seal.maker(), &office.maker.certificate);
        assert!(seal.admits(&office.signer.certificate));
        assert!(!seal.admits(&office.maker.certificate));
        assert_eq!(seal.certificates().count(), 1);
    }
}

#[test]
fn a_signature_passes_every_step() {
    let office = Office::new("office");
    let signature = office.sign(&office.seal()).unwrap();
    assert_eq!(SealSignature::from_der(signature.as_der()), Ok(signature.clone()));
    assert_eq!((signature.time(), signature.property()), (SIGNED, PROPERTY));
    assert_eq!(signature.seal(), &office.seal());
    let report = office.verify(signature.as_der(), &[office.list(&[])]);
    let names: Vec<StepName> = report.steps.iter().map(|step| step.name).collect();
    assert_eq!(names, StepName::ALL);
    assert_eq!(report.first_failure(), None);
    assert!(report.is_valid());
    // The root publishes no list here, and that is said for both chains.
    let notes: Vec<_> = report.notes().collect();
    let missing = |whose| Finding::NoFreshList { whose };
    assert_eq!(
        notes,
        [(StepName::SignerCertificate, &missing(Role::Signer)), (StepName::MakerCertificate, &missing(Role::Maker))]
    );
    assert_eq!(report.outcome(StepName::Timestamp), Some(&Outcome::NotRun));
}

#[test]
fn openssl_verifies_both_signatures() {
    let office = Office::new("office");
    let signature = office.sign(&office.seal()).unwrap();
    let workshop = Workshop::new();
    let verifies = |party: &Party, message: &[u8], signature: &[u8]| {
        workshop.write("key.der", &party.certificate.public_key().to_spki_der());
        workshop.openssl(&["pkey", "-pubin", "-inform", "DER", "-in", "key.der", "-pubout", "-out", "key.pem"]);
        workshop.write("message", message);
        workshop.write("signature", signature);
        let line = ["dgst", "-sm3", "-verify", "key.pem", "-sigopt", DISTID, "-signature", "signature", "message"];
        workshop.try_openssl(&line).0
    };
    let (seal, signed) = (signature.seal(), signature.signed_bytes());
    assert!(verifies(&office.maker, seal.signed_bytes(), &seal.signature().to_x509()));
    assert!(verifies(&office.signer, signed, &signature.signature().to_x509()));
    assert!(!verifies(&office.maker, signed, &signature.signature().to_x509()));
    // The signed bytes are the elements of the structure itself, as OpenSSL cuts them out.
    workshop.write("signature.der", signature.as_der());
    workshop.openssl(&[
        "asn1parse",
        "-inform",
        "DER",
        "-in",
        "signature.der",
        "-strparse",
        "4",
        "-noout",
        "-out",
        "tbs",
    ]);
    assert_eq!(workshop.read("tbs"), signed);
    workshop.write("seal.der", seal.as_der());
    workshop.openssl(&["asn1parse", "-inform", "DER", "-in", "seal.der", "-strparse", "4", "-noout", "-out", "info"]);
    assert_eq!(workshop.read("info"), seal.signed_bytes());
}

#[test]
fn a_renewed_certificate_waits_until_the_seal_is_made_again() {
    let mut office = Office::new("office");
    let seal = office.seal();
    // Renewed under the same name, with a new key.
    let old = std::mem::replace(&mut office.signer, Party { ..renewed(&Office::new("office")) });
    let refused = office.sign(&seal).unwrap_err();
    let SealError::Refused { step: StepName::SignerAdmitted, finding } = &refused else { panic!("{refused:?}") };
    assert_eq!(**finding, Finding::SignerNotListed { renewed: true });
    assert!(finding.reason_zh().contains("重新制作印章"), "{}", finding.reason_zh());
    assert!(refused.to_string().contains("make the seal again"), "{refused}");

    let dates =
        SealDates { created_unix_s: SIGNED - 1, valid_from_unix_s: SIGNED - 1, valid_to_unix_s: SIGNED + 100 * DAY };
    let certificates = vec![office.signer.certificate.clone()];
    let again = seal.remake(certificates, dates, &office.maker.certificate, &office.maker.signer).unwrap();
    assert_eq!((again.id(), again.name(), again.kind()), (seal.id(), seal.name(), seal.kind()));
    assert_eq!(again.picture(), seal.picture());
    assert_eq!((again.created(), again.valid_to()), (SIGNED - 1, SIGNED + 100 * DAY));
    let signature = office.sign(&again).unwrap();
    assert!(office.verify(signature.as_der(), &[]).is_valid());
    office.signer = old;
    let refused = office.sign(&again).unwrap_err();
    assert!(matches!(refused, SealError::Refused { step: StepName::SignerAdmitted, .. }), "{refused:?}");
}

/// The signer's certificate, issued anew under the same name.
fn renewed(office: &Office) -> Party {
    office.issue(Profile::Sealer, &format!("{} signer", office.name), (50, 400))
}

#[test]
fn revocation_counts_from_its_time_on() {
    let office = Office::new("office");
    let signature = office.sign(&office.seal()).unwrap();
    let verify = |at, trusted_time| {
        let lists = [office.list(&[(&office.signer.certificate, at, RevocationReason::KeyCompromise)])];
        check(signature.as_der(), &zhengku_crypto::seal::SealContext { trusted_time, ..office.context(&lists) })
    };
    for at in [SIGNED - DAY, SIGNED] {
        let report = verify(at, None);
        let (step, finding) = report.first_failure().unwrap();
        assert_eq!((step, finding.class()), (StepName::SigningTime, FindingClass::Revoked));
        assert!(finding.reason_zh().contains("声明的时间"), "{}", finding.reason_zh());
    }
    let report = verify(SIGNED + 10, None);
    assert!(report.is_valid());
    let later = Finding::RevokedLater { whose: Role::Signer, revoked_unix_s: SIGNED + 10, trusted_time: false };
    assert!(report.notes().any(|(step, note)| step == StepName::SignerCertificate && *note == later));
    // The ledger saw the signature only after the revocation: the claimed time does not help.
    let report = verify(SIGNED + 10, Some(SIGNED + 20));
    let (step, finding) = report.first_failure().unwrap();
    assert_eq!((step, finding.class()), (StepName::SigningTime, FindingClass::Revoked));
    assert!(finding.reason_zh().contains("可信时间"), "{}", finding.reason_zh());
    assert!(verify(SIGNED + 10, Some(SIGNED + 5)).is_valid());
}

#[test]
fn a_revoked_maker_takes_later_signatures_along() {
    let office = Office::new("office");
    let signature = office.sign(&office.seal()).unwrap();
    let revoked = |at| [office.list(&[(&office.maker.certificate, at, RevocationReason::CessationOfOperation)])];
    let report = office.verify(signature.as_der(), &revoked(SIGNED - 1));
    assert_eq!(report.first_failure().map(|(step, _)| step), Some(StepName::MakerCertificate));
    assert_eq!(report.class(), Some(FindingClass::Revoked));
    assert!(office.verify(signature.as_der(), &revoked(SIGNED + 1)).is_valid());
}

#[test]
fn what_expired_since_is_a_note() {
    let office = Office::new("office");
    let signature = office.sign(&office.seal()).unwrap();
    let late = zhengku_crypto::seal::SealContext { now: START + 2_000 * DAY, ..office.context(&[]) };
    let report = check(signature.as_der(), &late);
    assert!(report.is_valid(), "{report:?}");
    let expired = report.notes().filter(|(_, note)| matches!(note, Finding::ExpiredSince { .. })).count();
    assert_eq!(expired, 3, "signer, maker and seal");
}

#[test]
fn nothing_is_signed_that_would_not_verify() {
    let office = Office::new("office");
    let seal = office.seal();
    let step = |result: Result<SealSignature, SealError>| match result {
        Err(SealError::Refused { step, .. }) => Some(step),
        _ => None,
    };
    let at = |time_unix_s| {
        let request = zhengku_crypto::seal::SignRequest { time_unix_s, ..office.request(&seal, None) };
        step(sign(&request, &office.context(&[])))
    };
    assert_eq!(at(crate::office::NOW + 1), Some(StepName::SigningTime), "in the future");
    assert_eq!(at(START), Some(StepName::SealValidity));
    assert_eq!(at(START + 301 * DAY), Some(StepName::SealValidity));
    let revoked = |party: &Party| {
        let lists = [office.list(&[(&party.certificate, SIGNED, RevocationReason::KeyCompromise)])];
        step(sign(&office.request(&seal, None), &office.context(&lists)))
    };
    assert_eq!(revoked(&office.signer), Some(StepName::SignerCertificate));
    assert_eq!(revoked(&office.maker), Some(StepName::MakerCertificate));
    let foreign = Office::new("foreign");
    assert_eq!(step(sign(&office.request(&seal, None), &foreign.context(&[]))), Some(StepName::MakerCertificate));
    let other = zhengku_crypto::seal::SignRequest {
        certificate: &foreign.signer.certificate,
        signer: &foreign.signer.signer,
        ..office.request(&seal, None)
    };
    assert_eq!(step(sign(&other, &office.context(&[]))), Some(StepName::SignerCertificate));
    let wrong_key = zhengku_crypto::seal::SignRequest { signer: &foreign.signer.signer, ..office.request(&seal, None) };
    assert_eq!(sign(&wrong_key, &office.context(&[])), Err(SealError::KeyDiffers { whose: Role::Signer }));
    let node = office.issue(Profile::Organisation, "node", (0, 100));
    let unlisted = zhengku_crypto::seal::SignRequest {
        certificate: &node.certificate,
        signer: &node.signer,
        ..office.request(&seal, None)
    };
    assert_eq!(step(sign(&unlisted, &office.context(&[]))), Some(StepName::SignerAdmitted));
}

#[test]
fn a_prepared_seal_signs_what_sign_signs() {
    let office = Office::new("office");
    let (seal, context) = (office.seal(), office.context(&[]));
    let request = office.request(&seal, None);
    let prepared = PreparedSeal::new(&seal, request.certificate, request.signer, SIGNED, &context).unwrap();
    let signature = prepared.sign(request.data_hash, PROPERTY, None).unwrap();
    assert_eq!(signature, office.sign(&seal).unwrap());
    let other = prepared.sign([7; 32], "/another", None).unwrap();
    assert_eq!((other.data_hash(), other.property()), (&[7; 32], "/another"));
    assert!(office.verify(signature.as_der(), &[]).is_valid());
    assert!(prepared.sign([7; 32], "/路径", None).is_err());
}

#[test]
fn a_draft_out_of_bounds_is_no_seal() {
    let office = Office::new("office");
    let make = |change: &dyn Fn(&mut zhengku_crypto::seal::SealDraft)| {
        let mut draft = office.draft();
        change(&mut draft);
        draft.make(&office.maker.certificate, &office.maker.signer).unwrap_err()
    };
    assert!(matches!(make(&|draft| draft.valid_to_unix_s = draft.valid_from_unix_s), SealError::Dates { .. }));
    assert!(matches!(make(&|draft| draft.certificates.clear()), SealError::Field { field: "certList", .. }));
    assert!(matches!(make(&|draft| draft.name.clear()), SealError::Field { field: "name", .. }));
    assert!(matches!(make(&|draft| draft.id = "印章".to_owned()), SealError::Field { field: "esID", .. }));
    assert!(matches!(make(&|draft| draft.picture.width_mm = 0), SealError::Field { field: "picture", .. }));
    assert!(matches!(make(&|draft| draft.picture.data = vec![0; 600_000]), SealError::TooLarge { .. }));
    assert!(matches!(make(&|draft| draft.created_unix_s = -1), SealError::Field { field: "time", .. }));
    let differs = office.draft().make(&office.maker.certificate, &office.signer.signer);
    assert_eq!(differs, Err(SealError::KeyDiffers { whose: Role::Maker }));
}

#[test]
fn a_maker_that_expired_before_making_is_refused() {
    let mut office = Office::new("office");
    office.maker = office.issue(Profile::Sealer, "short maker", (-30, 0));
    let refused = office.sign(&office.seal()).unwrap_err();
    let SealError::Refused { step: StepName::MakerCertificate, finding } = refused else { panic!("{refused:?}") };
    let Finding::Certificate { error, .. } = *finding else { panic!() };
    assert!(matches!(error, CertificateError::Expired { .. }));
}
