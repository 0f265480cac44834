//! Seal signatures that must not pass, each refused at its own step and for its own reason; and bytes that are none at all.

use std::sync::OnceLock;

use proptest::prelude::*;
use zhengku_crypto::certificate::issue::Profile;
use zhengku_crypto::certificate::{CertificateError, TrustAnchors};
use zhengku_crypto::digest::sm3;
use zhengku_crypto::seal::{
    Finding, FindingClass, Seal, SealContext, SealError, SealReport, SealSignature, SignRequest, StepName, sign, verify,
};
use zhengku_crypto::sign::{SignatureError, Signer};

use crate::office::{DAY, NOW, Office, PROPERTY, Party, SIGNED, START, check};
use crate::workshop::{AUTHORITY, Kind, SIGNER, Workshop};

/// The first failure's step and class.
fn failure(report: &SealReport) -> Option<(StepName, FindingClass)> {
    report.first_failure().map(|(step, finding)| (step, finding.class()))
}

/// A DER element.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = match content.len() {
        short @ 0..0x80 => vec![u8::try_from(short).unwrap()],
        long => [&[0x84][..], &u32::try_from(long).unwrap().to_be_bytes()].concat(),
    };
    let length = if length.len() == 5 {
        let digits: Vec<u8> = length[1..].iter().copied().skip_while(|digit| *digit == 0).collect();
        [&[0x80 | u8::try_from(digits.len()).unwrap()][..], &digits].concat()
    } else {
        length
    };
    [&[tag][..], &length, content].concat()
}

/// The top elements of a SEQUENCE, each with its header.
fn elements(der: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = content(der);
    let mut list = Vec::new();
    while !rest.is_empty() {
        let length = header_len(rest) + content_len(rest);
        list.push(rest[..length].to_vec());
        rest = &rest[length..];
    }
    list
}

fn header_len(der: &[u8]) -> usize {
    if der[1] < 0x80 { 2 } else { 2 + usize::from(der[1] & 0x7f) }
}

fn content_len(der: &[u8]) -> usize {
    if der[1] < 0x80 {
        return usize::from(der[1]);
    }
    der[2..header_len(der)].iter().fold(0, |length, digit| length << 8 | usize::from(*digit))
}

fn content(der: &[u8]) -> &[u8] {
    &der[header_len(der)..header_len(der) + content_len(der)]
}

/// TBS_Sign and the frame around it, signed with a key, whatever stands inside: what a hostile signer can make.
fn forge(signer: &Party, seal: &[u8], time: &str) -> Vec<u8> {
    let hash = [&[0][..], sm3(crate::office::DOCUMENT).as_bytes()].concat();
    let to_sign =
        [tlv(0x02, &[4]), seal.to_vec(), tlv(0x18, time.as_bytes()), tlv(0x03, &hash), tlv(0x16, PROPERTY.as_bytes())]
            .concat();
    frame(&tlv(0x30, &to_sign), signer)
}

fn frame(to_sign: &[u8], signer: &Party) -> Vec<u8> {
    let signature = signer.signer.danger_sign_without_domain(to_sign).unwrap().to_x509();
    let signature = [&[0][..], &signature].concat();
    let algorithm = [0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75];
    let parts = [to_sign.to_vec(), tlv(0x04, signer.certificate.as_der()), algorithm.to_vec(), tlv(0x03, &signature)];
    tlv(0x30, &parts.concat())
}

/// SIGNED, START and others as GeneralizedTime.
const SIGNED_TEXT: &str = "20260411000000Z";
const START_TEXT: &str = "20260101000000Z";
const LATE_TEXT: &str = "20261231000000Z";

#[test]
fn the_forger_makes_what_sign_makes() {
    let office = Office::new("office");
    let seal = office.seal();
    let forged = forge(&office.signer, seal.as_der(), SIGNED_TEXT);
    assert_eq!(forged, office.sign(&seal).unwrap().as_der());
}

#[test]
fn another_document_or_range_is_refused() {
    let office = Office::new("office");
    let signature = office.sign(&office.seal()).unwrap();
    let context = office.context(&[]);
    let other = verify(signature.as_der(), sm3(b"another").as_bytes(), PROPERTY, &context);
    assert_eq!(failure(&other), Some((StepName::DataHash, FindingClass::Tampered)));
    let range = verify(signature.as_der(), signature.data_hash(), "/Doc_0/Signs/Sign_1/Signature.xml", &context);
    assert_eq!(failure(&range), Some((StepName::ProtectedRange, FindingClass::Tampered)));
}

#[test]
fn a_foreign_root_is_not_trusted() {
    let office = Office::new("office");
    let foreign = Office::new("foreign");
    let signature = foreign.sign(&foreign.seal()).unwrap();
    let report = office.verify(signature.as_der(), &[]);
    assert_eq!(failure(&report), Some((StepName::SignerCertificate, FindingClass::Untrusted)));
    let none = SealContext { anchors: &TrustAnchors::default(), ..office.context(&[]) };
    let report = check(office.sign(&office.seal()).unwrap().as_der(), &none);
    assert_eq!(failure(&report), Some((StepName::SignerCertificate, FindingClass::Untrusted)));
}

#[test]
fn a_seal_of_another_office_is_refused() {
    let office = Office::new("office");
    // Another office under the same root: its signer takes our seal, and our signer takes its seal.
    let other = office.issue(Profile::Sealer, "other signer", (0, 365));
    let forged = forge(&other, office.seal().as_der(), SIGNED_TEXT);
    let report = office.verify(&forged, &[]);
    assert_eq!(failure(&report), Some((StepName::SignerAdmitted, FindingClass::Untrusted)));
    let (_, finding) = report.first_failure().unwrap();
    assert_eq!(*finding, Finding::SignerNotListed { renewed: false });
    let foreign = Office::new("foreign");
    let forged = forge(&office.signer, foreign.seal().as_der(), SIGNED_TEXT);
    let report = office.verify(&forged, &[]);
    assert_eq!(failure(&report), Some((StepName::MakerCertificate, FindingClass::Untrusted)));
}

#[test]
fn an_altered_seal_is_refused() {
    let office = Office::new("office");
    let seal = office.seal();
    let name = seal.name().as_bytes();
    let at = seal.as_der().windows(name.len()).position(|window| window == name).unwrap();
    let mut altered = seal.as_der().to_vec();
    altered[at] ^= 1;
    let report = office.verify(&forge(&office.signer, &altered, SIGNED_TEXT), &[]);
    assert_eq!(failure(&report), Some((StepName::SealSignature, FindingClass::Tampered)));
}

#[test]
fn times_outside_seal_and_certificate_are_refused() {
    let office = Office::new("office");
    let seal = office.seal();
    let now = |now| SealContext { now, ..office.context(&[]) };
    // The certificate is valid from START on, the seal from a day later.
    let early = forge(&office.signer, seal.as_der(), START_TEXT);
    assert_eq!(failure(&check(&early, &now(NOW))), Some((StepName::SealValidity, FindingClass::OutOfTime)));
    let late = forge(&office.signer, seal.as_der(), LATE_TEXT);
    let report = check(&late, &now(START + 800 * DAY));
    assert_eq!(failure(&report), Some((StepName::SealValidity, FindingClass::OutOfTime)));
    let future = check(&late, &now(NOW));
    assert_eq!(failure(&future), Some((StepName::SigningTime, FindingClass::OutOfTime)));
    let short = office.issue(Profile::Sealer, "short", (0, 50));
    let expired = check(&forge(&short, seal.as_der(), SIGNED_TEXT), &now(NOW));
    assert_eq!(failure(&expired), Some((StepName::SigningTime, FindingClass::OutOfTime)));
    assert!(expired.steps[2].failure().is_none(), "the chain itself holds");
}

#[test]
fn a_signing_time_after_the_trusted_time_is_refused() {
    let office = Office::new("office");
    let signature = office.sign(&office.seal()).unwrap();
    let trusted = |time| check(signature.as_der(), &SealContext { trusted_time: Some(time), ..office.context(&[]) });
    let report = trusted(SIGNED - 1);
    assert_eq!(failure(&report), Some((StepName::SigningTime, FindingClass::OutOfTime)));
    assert!(trusted(SIGNED).is_valid());
    assert!(trusted(SIGNED + 1).is_valid());
}

#[test]
fn the_first_failure_in_order_is_reported_and_all_steps_run() {
    let office = Office::new("office");
    let foreign = Office::new("foreign");
    let signature = foreign.sign(&foreign.seal()).unwrap();
    let report = verify(signature.as_der(), &[0; 32], "/x", &office.context(&[]));
    let failed: Vec<StepName> =
        report.steps.iter().filter(|step| step.failure().is_some()).map(|step| step.name).collect();
    let expected =
        [StepName::SignerCertificate, StepName::DataHash, StepName::ProtectedRange, StepName::MakerCertificate];
    assert_eq!(failed, expected);
    for step in &report.steps {
        let Some(finding) = step.failure() else { continue };
        assert!(!finding.reason_zh().is_ascii() && finding.reason_en().is_ascii(), "{finding:?}");
    }
}

#[test]
fn a_wrong_key_usage_is_refused() {
    let office = Office::new("office");
    let mut other = Office::new("office");
    other.signer = Party { ..office.issue(Profile::TimeStamping, "stamper as signer", (0, 300)) };
    let seal = other.seal();
    let forged = forge(&other.signer, seal.as_der(), SIGNED_TEXT);
    let report = office.verify(&forged, &[]);
    assert_eq!(failure(&report), Some((StepName::SignerCertificate, FindingClass::Untrusted)));
    let (_, Finding::Certificate { error, .. }) = report.first_failure().unwrap() else { panic!() };
    assert!(matches!(error, CertificateError::MissingUsage { .. }));
    let refused = sign(&other.request(&seal, None), &other.context(&[])).unwrap_err();
    assert!(matches!(refused, SealError::Refused { step: StepName::SignerCertificate, .. }));
}

#[test]
fn certificates_of_other_kinds_are_refused_when_read() {
    let office = Office::new("office");
    let mut workshop = Workshop::new();
    for (kind, expected) in [
        (Kind::ExplicitSm2, SignatureError::ExplicitCurve),
        (Kind::Rsa, SignatureError::UnsupportedKeyKind { oid: "1.2.840.113549.1.1.1".to_owned() }),
        (Kind::P256, SignatureError::UnsupportedCurve { oid: "1.2.840.10045.3.1.7".to_owned() }),
    ] {
        let request = crate::workshop::Request {
            name: &format!("{kind:?}"),
            subject: "x",
            kind,
            issuer: None,
            extensions: SIGNER,
            days: 9,
        };
        let der = workshop.der(&request);
        let signature = office.sign(&office.seal()).unwrap();
        let mut parts = elements(signature.as_der());
        parts[1] = tlv(0x04, &der);
        let refused = SealSignature::from_der(&tlv(0x30, &parts.concat())).unwrap_err();
        let SealError::Certificate { source: CertificateError::Key { source, .. }, .. } = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(source, expected);
    }
}

/// A version 1 seal by OpenSSL-made certificates, through the maker's key of ours.
fn version_1(office: &Office, algorithm: &[u8], maker: &[u8]) -> Vec<u8> {
    let seal = office.seal();
    let mut info = elements(&elements(seal.as_der())[0]);
    info[0] = tlv(0x30, &[tlv(0x16, b"ES"), tlv(0x02, &[1]), tlv(0x16, b"ZHENGKU")].concat());
    let property = elements(&info[2]);
    let time = |text: &str| tlv(0x17, text.as_bytes());
    let dates = [time("260102000000Z"), time("260102000000Z"), time("261028000000Z")].concat();
    info[2] = tlv(0x30, &[property[0].clone(), property[1].clone(), property[3].clone(), dates].concat());
    let info = tlv(0x30, &info.concat());
    let sign_info = [tlv(0x04, maker), algorithm.to_vec()].concat();
    let message = tlv(0x30, &[info.clone(), sign_info.clone()].concat());
    let signature = office.maker.signer.danger_sign_without_domain(&message).unwrap().to_x509();
    let sign_info = tlv(0x30, &[sign_info, tlv(0x03, &[&[0][..], &signature].concat())].concat());
    tlv(0x30, &[info, sign_info].concat())
}

const SM2_WITH_SM3: &[u8] = &[0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75];
/// 1.2.840.113549.1.1.11, sha256WithRSAEncryption.
const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];

#[test]
fn version_1_is_read_and_verified() {
    let office = Office::new("office");
    let seal_der = version_1(&office, SM2_WITH_SM3, office.maker.certificate.as_der());
    let seal = Seal::from_der(&seal_der).unwrap();
    assert_eq!((seal.version().number(), seal.valid_from()), (1, START + DAY));
    assert!(seal.admits(&office.signer.certificate));
    let hash = [&[0][..], sm3(crate::office::DOCUMENT).as_bytes()].concat();
    let time = tlv(0x17, &SIGNED_TEXT.as_bytes()[2..]);
    let to_sign = [
        tlv(0x02, &[1]),
        seal_der,
        tlv(0x03, &[&[0][..], &time].concat()),
        tlv(0x03, &hash),
        tlv(0x16, PROPERTY.as_bytes()),
        tlv(0x04, office.signer.certificate.as_der()),
        SM2_WITH_SM3.to_vec(),
    ]
    .concat();
    let to_sign = tlv(0x30, &to_sign);
    let signature = office.signer.signer.danger_sign_without_domain(&to_sign).unwrap().to_x509();
    let whole = tlv(0x30, &[to_sign, tlv(0x03, &[&[0][..], &signature].concat())].concat());
    let report = office.verify(&whole, &[]);
    assert_eq!(report.first_failure(), None);
    assert!(report.is_valid());
    assert_eq!(report.signature.unwrap().time(), SIGNED);
    let mut altered = whole;
    let last = altered.len() - 1;
    altered[last] ^= 1;
    assert!(!office.verify(&altered, &[]).is_valid());
    let refused = sign(&SignRequest { seal: &seal, ..office.request(&seal, None) }, &office.context(&[]));
    assert_eq!(refused, Err(SealError::Version { what: "SESeal", actual: 1 }));
}

#[test]
fn version_1_with_rsa_is_refused() {
    let office = Office::new("office");
    let mut workshop = Workshop::new();
    let request = crate::workshop::Request {
        name: "rsa",
        subject: "rsa",
        kind: Kind::Rsa,
        issuer: None,
        extensions: AUTHORITY,
        days: 9,
    };
    let rsa = workshop.der(&request);
    let refused = Seal::from_der(&version_1(&office, RSA, &rsa)).unwrap_err();
    assert!(matches!(refused, SealError::Certificate { .. }), "{refused:?}");
    let refused = Seal::from_der(&version_1(&office, RSA, office.maker.certificate.as_der())).unwrap_err();
    assert_eq!(refused, SealError::UnsupportedAlgorithm { oid: "1.2.840.113549.1.1.11".to_owned() });
}

#[test]
fn versions_do_not_mix() {
    let office = Office::new("office");
    let seal = office.seal();
    let mut info = elements(&elements(seal.as_der())[0]);
    for (number, read) in [(4, true), (5, true), (1, false), (3, false), (6, false)] {
        info[0] = tlv(0x30, &[tlv(0x16, b"ES"), tlv(0x02, &[number]), tlv(0x16, b"ZHENGKU")].concat());
        let mut parts = elements(seal.as_der());
        parts[0] = tlv(0x30, &info.concat());
        assert_eq!(Seal::from_der(&tlv(0x30, &parts.concat())).is_ok(), read, "version {number}");
        parts.push(tlv(0xa0, &tlv(0x03, &[0, 1, 2, 3])));
        assert_eq!(
            Seal::from_der(&tlv(0x30, &parts.concat())).is_ok(),
            number == 5,
            "version {number} with a timestamp"
        );
    }
}

#[test]
fn extensions_are_kept_unless_they_are_critical() {
    let office = Office::new("office");
    let seal = office.seal();
    let id = [0x06, 0x03, 0x2a, 0x03, 0x04];
    let read = |critical: &[u8], tagged: bool| {
        let extension = tlv(0x30, &[&id[..], critical, &[0x04, 0x01, 0x00]].concat());
        let list = tlv(0x30, &extension);
        let mut info = elements(&elements(seal.as_der())[0]);
        info.push(if tagged { tlv(0xa0, &list) } else { list });
        let mut parts = elements(seal.as_der());
        parts[0] = tlv(0x30, &info.concat());
        Seal::from_der(&tlv(0x30, &parts.concat())).map(|read| read.as_der().len() - seal.as_der().len())
    };
    for tagged in [false, true] {
        let more = if tagged { 2 } else { 0 };
        assert_eq!(read(&[], tagged), Ok(12 + more));
        assert_eq!(read(&[0x01, 0x01, 0x00], tagged), Ok(15 + more), "FALSE written out, as on tax invoices");
        let refused = Err(SealError::CriticalExtension { oid: "1.2.3.4".to_owned() });
        assert_eq!(read(&[0x01, 0x01, 0xff], tagged), refused);
        assert!(read(&[0x01, 0x01, 0x01], tagged).is_err(), "no DER");
    }
}

#[test]
fn huge_lengths_and_sizes_are_refused() {
    let office = Office::new("office");
    let signature = office.sign(&office.seal()).unwrap();
    let der = signature.as_der();
    for length in [[0xff, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], [0x10, 0, 0, 0]] {
        let huge = [&[0x30, 0x84][..], &length, content(der)].concat();
        assert!(SealSignature::from_der(&huge).is_err());
        assert!(Seal::from_der(&huge).is_err());
    }
    let big = vec![0x30; 2 * 1024 * 1024];
    assert!(matches!(SealSignature::from_der(&big), Err(SealError::TooLarge { .. })));
    assert!(matches!(Seal::from_der(&big), Err(SealError::TooLarge { .. })));
    assert!(SealSignature::from_der(&[der, &[0]].concat()).is_err(), "a trailing byte");
    let deep = tlv(0x30, &(0..200).fold(Vec::new(), |inner, _| tlv(0x30, &inner)));
    assert!(SealSignature::from_der(&deep).is_err());
}

struct Sample {
    office: Office,
    signature: Vec<u8>,
}

fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let office = Office::new("office");
        let authority = zhengku_crypto::timestamp::TimestampAuthority {
            certificate: &office.stamper.certificate,
            signer: &office.stamper.signer,
        };
        let stamp =
            zhengku_crypto::timestamp::TimestampAt { authority: &authority, time_unix_s: SIGNED + 60, serial: 1 };
        let seal = office.seal();
        let signature = sign(&office.request(&seal, Some(&stamp)), &office.context(&[])).unwrap().as_der().to_vec();
        Sample { office, signature }
    })
}

#[test]
fn no_altered_byte_is_accepted() {
    let Sample { office, signature } = sample();
    assert!(office.verify(signature, &[]).is_valid());
    for position in 0..signature.len() {
        // Every bit of a byte over eight positions; the property test below flips the rest at random.
        let mut altered = signature.clone();
        altered[position] ^= 1 << (position % 8);
        assert!(!office.verify(&altered, &[]).is_valid(), "byte {position}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn an_edited_signature_is_refused(
        from: prop::sample::Index,
        removed in 0_usize..6,
        inserted in prop::collection::vec(any::<u8>(), 0..6),
    ) {
        let Sample { office, signature } = sample();
        let from = from.index(signature.len());
        let to = (from + removed).min(signature.len());
        let edited = [&signature[..from], &inserted, &signature[to..]].concat();
        if edited != *signature {
            prop_assert!(!office.verify(&edited, &[]).is_valid());
        }
    }

    #[test]
    fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(Seal::from_der(&bytes).is_err());
        prop_assert!(SealSignature::from_der(&bytes).is_err());
        prop_assert!(SealSignature::from_der(&tlv(0x30, &bytes)).is_err());
    }
}
