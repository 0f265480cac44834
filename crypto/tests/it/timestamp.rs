//! Timestamps: made, verified, seen by OpenSSL, and refused one reason at a time.

use zhengku_crypto::certificate::issue::{Profile, RevocationReason};
use zhengku_crypto::certificate::{CertificateError, RevocationList};
use zhengku_crypto::seal::{Finding, FindingClass, Outcome, Role, SealContext, StepName, sign};
use zhengku_crypto::timestamp::protocol::{self, Refusal, TimestampRequest};
use zhengku_crypto::timestamp::{TimestampAt, TimestampAuthority, TimestampError, TimestampTrust, verify};

use crate::office::{NOW, Office, Party, SIGNED, check};
use crate::workshop::{DISTID, Workshop};

const MESSAGE: &[u8] = b"signature value";

fn authority(party: &Party) -> TimestampAuthority<'_> {
    TimestampAuthority { certificate: &party.certificate, signer: &party.signer }
}

fn trust<'a>(office: &'a Office, lists: &'a [RevocationList]) -> TimestampTrust<'a> {
    let intermediates = std::slice::from_ref(&office.authority.certificate);
    TimestampTrust { anchors: &office.anchors, intermediates, lists, now: NOW }
}

#[test]
fn a_timestamp_is_verified_and_openssl_verifies_its_signature() {
    let office = Office::new("office");
    let token = authority(&office.stamper).stamp(MESSAGE, SIGNED, 0x1234_5678_9abc).unwrap();
    let stamp = verify(&token, MESSAGE, &trust(&office, &[])).unwrap();
    assert_eq!((stamp.time_unix_s, &stamp.certificate), (SIGNED, &office.stamper.certificate));
    assert_eq!(stamp.serial, [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc]);

    let workshop = Workshop::new();
    workshop.write("token.der", &token);
    let (success, text) = workshop.openssl_output(&["cms", "-cmsout", "-print", "-inform", "DER", "-in", "token.der"]);
    assert!(success && text.contains("id-smime-ct-TSTInfo") && text.contains("SM2-with-SM3"), "{text}");
    let (_, text) = workshop.openssl_output(&["asn1parse", "-inform", "DER", "-in", "token.der"]);
    let offset = |line: &str| line.split(':').next().unwrap().trim().to_owned();
    let lines: Vec<&str> = text.lines().collect();
    let signature = offset(lines.last().unwrap());
    let attributes = offset(lines.iter().rfind(|line| line.contains("d=5 ") && line.contains("cont [ 0 ]")).unwrap());
    let cut = |at: &str, out: &str| {
        workshop.openssl(&["asn1parse", "-inform", "DER", "-in", "token.der", "-strparse", at, "-noout", "-out", out]);
    };
    cut(&signature, "signature");
    let at: usize = attributes.parse().unwrap();
    let length = usize::from(token[at + 2]);
    assert_eq!(token[at + 1], 0x81, "one byte of length");
    let signed = [&[0x31][..], &token[at + 1..at + 3 + length]].concat();
    workshop.write("signed", &signed);
    workshop.write("key.der", &office.stamper.certificate.public_key().to_spki_der());
    workshop.openssl(&["pkey", "-pubin", "-inform", "DER", "-in", "key.der", "-pubout", "-out", "key.pem"]);
    let line = ["dgst", "-sm3", "-verify", "key.pem", "-sigopt", DISTID, "-signature", "signature", "signed"];
    workshop.openssl(&line);
    workshop.write("signed", &signed[1..]);
    assert!(!workshop.try_openssl(&line).0);
}

#[test]
fn every_reason_to_refuse_is_named() {
    let office = Office::new("office");
    let stamp = |party: &Party, at| authority(party).stamp(MESSAGE, at, 9).unwrap();
    let refused = |token: &[u8], message: &[u8]| verify(token, message, &trust(&office, &[])).unwrap_err();
    let good = stamp(&office.stamper, SIGNED);
    assert_eq!(refused(&good, b"another"), TimestampError::ImprintDiffers);
    let usage = refused(&stamp(&office.signer, SIGNED), MESSAGE);
    assert!(matches!(usage, TimestampError::Certificate(CertificateError::MissingUsage { .. })), "{usage:?}");
    let short = office.issue(Profile::TimeStamping, "short", (0, 50));
    let expired = refused(&stamp(&short, SIGNED), MESSAGE);
    assert!(matches!(expired, TimestampError::Certificate(CertificateError::Expired { .. })), "{expired:?}");
    let future = refused(&stamp(&office.stamper, NOW + 1), MESSAGE);
    assert_eq!(future, TimestampError::InFuture { time_unix_s: NOW + 1 });
    let foreign = refused(&stamp(&Office::new("foreign").stamper, SIGNED), MESSAGE);
    assert!(matches!(foreign, TimestampError::Certificate(CertificateError::UnknownIssuer { .. })), "{foreign:?}");
    assert!(matches!(refused(b"", MESSAGE), TimestampError::Malformed { .. }));
    assert!(matches!(refused(&[&good[..], &[0]].concat(), MESSAGE), TimestampError::Malformed { .. }));
    let other = TimestampAuthority { certificate: &office.stamper.certificate, signer: &office.signer.signer };
    assert!(matches!(other.stamp(MESSAGE, SIGNED, 1), Err(TimestampError::Unmade { .. })));
}

#[test]
fn a_later_revocation_hurts_unless_the_key_was_safe() {
    let office = Office::new("office");
    let token = authority(&office.stamper).stamp(MESSAGE, SIGNED, 9).unwrap();
    let revoked = |at, reason| {
        let lists = [office.list(&[(&office.stamper.certificate, at, reason)])];
        verify(&token, MESSAGE, &trust(&office, &lists)).is_err()
    };
    assert!(revoked(SIGNED - 1, RevocationReason::Superseded));
    assert!(!revoked(SIGNED + 1, RevocationReason::Superseded));
    assert!(revoked(SIGNED + 1, RevocationReason::KeyCompromise));
}

#[test]
fn no_altered_byte_of_a_token_is_accepted() {
    let office = Office::new("office");
    let token = authority(&office.stamper).stamp(MESSAGE, SIGNED, 9).unwrap();
    for position in 0..token.len() {
        let mut altered = token.clone();
        altered[position] ^= 1 << (position % 8);
        assert!(verify(&altered, MESSAGE, &trust(&office, &[])).is_err(), "byte {position}");
    }
}

#[test]
fn a_timestamp_in_a_seal_signature_bounds_the_signing_time() {
    let office = Office::new("office");
    let seal = office.seal();
    let authority = authority(&office.stamper);
    let signed = |time_unix_s| {
        let stamp = TimestampAt { authority: &authority, time_unix_s, serial: 1 };
        sign(&office.request(&seal, Some(&stamp)), &office.context(&[])).unwrap()
    };
    let listed = [office.list(&[]), office.root_list()];
    let report = office.verify(signed(SIGNED + 60).as_der(), &listed);
    assert!(report.is_valid(), "{report:?}");
    assert_eq!((report.timestamp_unix_s, report.trusted_unix_s), (Some(SIGNED + 60), Some(SIGNED + 60)));
    let report = office.verify(signed(SIGNED - 60).as_der(), &listed);
    assert_eq!(report.first_failure().map(|(step, _)| step), Some(StepName::SigningTime));
    assert_eq!(report.class(), Some(FindingClass::OutOfTime));
    // Revoked between claimed time and timestamp: the signature may be younger than the revocation.
    // Without a list nobody knows whether the authority's key was stolen: its time is not relied upon.
    let unlisted = office.verify(signed(SIGNED + 60).as_der(), &[]);
    assert_eq!((unlisted.timestamp_unix_s, unlisted.trusted_unix_s), (None, None));
    let notes = |outcome: &Outcome| match outcome {
        Outcome::Passed { notes } => notes.clone(),
        _ => Vec::new(),
    };
    let stamped = unlisted.steps.iter().find(|step| step.name == StepName::Timestamp).unwrap();
    assert_eq!(notes(&stamped.outcome), [Finding::NoFreshList { whose: Role::TimestampAuthority }]);
    let revoked = (&office.signer.certificate, SIGNED + 30, RevocationReason::KeyCompromise);
    let lists = [office.list(&[revoked]), office.root_list()];
    let report = office.verify(signed(SIGNED + 60).as_der(), &lists);
    assert_eq!(report.class(), Some(FindingClass::Revoked));
    // The earlier of timestamp and ledger time counts.
    let context = SealContext { trusted_time: Some(SIGNED + 20), ..office.context(&lists) };
    let report = check(signed(SIGNED + 60).as_der(), &context);
    assert_eq!((report.is_valid(), report.trusted_unix_s), (true, Some(SIGNED + 20)));
    // A timestamp over another signature does not help.
    let foreign = Office::new("foreign");
    let stamper = TimestampAuthority { certificate: &foreign.stamper.certificate, signer: &foreign.stamper.signer };
    let stamp = TimestampAt { authority: &stamper, time_unix_s: SIGNED, serial: 1 };
    let untrusted = sign(&office.request(&seal, Some(&stamp)), &office.context(&[])).unwrap();
    let report = office.verify(untrusted.as_der(), &[]);
    assert_eq!(report.first_failure().map(|(step, _)| step), Some(StepName::Timestamp));
}

#[test]
fn a_request_of_openssl_is_answered_and_openssl_reads_request_and_answer() {
    let office = Office::new("office");
    let workshop = Workshop::new();
    workshop.write("message", MESSAGE);
    workshop.openssl(&["ts", "-query", "-data", "message", "-sm3", "-cert", "-out", "query.tsq"]);
    let answer = authority(&office.stamper).answer(&workshop.read("query.tsq"), SIGNED, u128::MAX >> 1).unwrap();
    workshop.write("answer.tsr", &answer);
    let text = workshop.openssl_text(&["ts", "-reply", "-in", "answer.tsr", "-text"]);
    assert!(text.contains("Status: Granted.") && text.contains("Hash Algorithm: sm3"), "{text}");
    let asked = workshop.openssl_text(&["ts", "-query", "-in", "query.tsq", "-text"]);
    let nonce = |text: &str| text.lines().find_map(|line| line.strip_prefix("Nonce: ").map(str::to_owned)).unwrap();
    assert_eq!(nonce(&text), nonce(&asked));
    workshop.openssl(&["ts", "-reply", "-in", "answer.tsr", "-token_out", "-out", "token.der"]);
    assert_eq!(verify(&workshop.read("token.der"), MESSAGE, &trust(&office, &[])).unwrap().time_unix_s, SIGNED);

    workshop.write("own.tsq", &TimestampRequest::over(MESSAGE, 0xfeed).to_der().unwrap());
    let own = workshop.openssl_text(&["ts", "-query", "-in", "own.tsq", "-text"]);
    let has = ["Hash Algorithm: sm3", "Nonce: 0xFEED", "Certificate required: yes"].map(|line| own.contains(line));
    assert_eq!(has, [true; 3], "{own}");
    workshop.openssl(&["ts", "-query", "-data", "message", "-sha256", "-cert", "-out", "sha256.tsq"]);
    workshop.write("refused.tsr", &authority(&office.stamper).answer(&workshop.read("sha256.tsq"), SIGNED, 1).unwrap());
    let refused = workshop.openssl_text(&["ts", "-reply", "-in", "refused.tsr", "-text"]);
    assert!(
        refused.contains("Status: Rejected.") && refused.contains("unrecognized or unsupported algorithm"),
        "{refused}"
    );
}

#[test]
fn an_answer_must_be_to_the_request() {
    let office = Office::new("office");
    let request = |message: &[u8], nonce| TimestampRequest::over(message, nonce);
    let answer =
        |asked: &TimestampRequest| authority(&office.stamper).answer(&asked.to_der().unwrap(), SIGNED, 7).unwrap();
    let asked = request(MESSAGE, 1 << 63);
    let given = answer(&asked);
    let token = asked.token_of(&given).unwrap();
    assert_eq!(verify(&token, MESSAGE, &trust(&office, &[])).unwrap().serial, [7]);
    assert_eq!(request(b"another", 1 << 63).token_of(&given), Err(TimestampError::ImprintDiffers));
    assert_eq!(request(MESSAGE, 2).token_of(&given), Err(TimestampError::NonceDiffers));
    let reasons = [Refusal::Algorithm, Refusal::Request, Refusal::Format, Refusal::Failure];
    for reason in reasons {
        let refusal = protocol::refusal(reason).unwrap();
        assert_eq!(asked.token_of(&refusal), Err(TimestampError::Refused { status: 2 }), "{reason:?}");
    }
    for cut in 0..given.len() {
        assert!(asked.token_of(&given[..cut]).is_err(), "{cut}");
    }
    assert!(asked.token_of(&[&given[..], &[0]].concat()).is_err());
}

#[test]
fn what_is_no_request_is_refused() {
    let office = Office::new("office");
    let asked = TimestampRequest::over(MESSAGE, 5).to_der().unwrap();
    assert_eq!(TimestampRequest::from_der(&[]), Err(Refusal::Format));
    assert_eq!(TimestampRequest::from_der(&vec![0x30; protocol::MAX_REQUEST_BYTES + 1]), Err(Refusal::Format));
    let without = |bytes: &[u8], cut: usize| [&[0x30, bytes[1] - cut as u8], &bytes[2..bytes.len() - cut]].concat();
    assert_eq!(TimestampRequest::from_der(&without(&asked, 3)), Err(Refusal::Request), "no certificate is asked for");
    for position in 0..asked.len() {
        let mut altered = asked.clone();
        altered[position] ^= 1;
        // Whatever is asked, there is an answer, and never a panic.
        assert!(authority(&office.stamper).answer(&altered, SIGNED, 1).is_ok(), "byte {position}");
    }
}
