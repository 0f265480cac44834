//! What is genuine is VALID, also years later, and what happened after sealing does not undo it.

use crate::workshop::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zhengku_crypto::certificate::{Certificate, MAX_INTERMEDIATES};
use zhengku_crypto::digest::sm3;
use zhengku_document::fixtures;
use zhengku_document::licence::LicenceData;
use zhengku_document::ofd::Annotation;
use zhengku_document::pdf;
use zhengku_document::template::compose;
use zhengku_document::trust::{RegisteredSeal, SealTrust};
use zhengku_document::verify::{Kind, SealStatus, TrustStore};
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::FileKind;
use zhengku_ledger::ids::{Height, TimestampMs};
use zhengku_ledger::verdict::{Check, CheckName, CheckState, Verdict};

#[track_caller]
fn is_valid(file: &[u8], proof: &[u8], trust: &TrustStore) {
    let report = judge(file, Some(proof), trust);
    assert_eq!(open(&report), Vec::<&Check>::new());
    assert_eq!(report.verification.verdict, Verdict::Valid);
}

#[test]
fn a_genuine_file_with_its_proof_is_valid() {
    let workshop = &*WORKSHOP;
    let proof = workshop.proof(&workshop.file);
    is_valid(&workshop.file, &proof, &workshop.trust());
    let report = judge(&workshop.file, Some(&proof), &workshop.trust());
    assert_eq!(report.kind, Kind::Ofd);
    assert_eq!(report.data.as_ref(), Some(&workshop.data));
    let seal = report.seal.unwrap();
    assert_eq!((seal.id.as_str(), seal.signed_unix_s), (SEAL_ID, SIGNED_S));
}

#[test]
fn the_hand_that_makes_the_forgeries_also_makes_a_genuine_file() {
    let workshop = &*WORKSHOP;
    let file = workshop.sealing().file(workshop.parts());
    is_valid(&file, &workshop.proof(&file), &workshop.trust());
}

#[test]
fn every_check_has_one_line_in_the_order_of_the_report() {
    let workshop = &*WORKSHOP;
    let report = judge(&workshop.file, Some(&workshop.proof(&workshop.file)), &workshop.trust());
    let names: Vec<CheckName> = report.verification.checks.iter().map(|check| check.name).collect();
    assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
    // A broken package has the same lines of the file, none of them passed but the ledger's.
    let mut broken = workshop.file.clone();
    broken.push(0);
    let report = judge(&broken, Some(&workshop.proof(&broken)), &workshop.trust());
    assert_eq!(report.verification.checks.iter().map(|check| check.name).collect::<Vec<_>>(), names);
    let anchoring = names.iter().position(|name| *name == CheckName::Anchoring).unwrap();
    let passed = |check: &Check| check.state == CheckState::Passed;
    assert!(!report.verification.checks[..anchoring].iter().any(passed));
}

#[test]
fn a_certificate_revoked_after_signing_leaves_the_licence_valid() {
    let workshop = &*WORKSHOP;
    let lists = workshop.lists(&[(workshop.pki.signer.serial, SIGNED_S + 3600)]);
    let trust = TrustStore { lists, ..workshop.trust() };
    is_valid(&workshop.file, &workshop.proof(&workshop.file), &trust);
    let report = judge(&workshop.file, Some(&workshop.proof(&workshop.file)), &trust);
    let line = report.verification.checks.iter().find(|check| check.name == CheckName::SealSigner).unwrap();
    assert!(line.reason_en.contains("after signing"), "{}", line.reason_en);
}

#[test]
fn a_proof_of_a_later_block_does_not_make_an_old_signature_late() {
    let workshop = &*WORKSHOP;
    let lists = workshop.lists(&[(workshop.pki.signer.serial, SIGNED_S + 3600)]);
    let trust = TrustStore { lists, ..workshop.trust() };
    let later = TimestampMs(u64::try_from(SIGNED_S + 2 * 3600).unwrap() * 1000);
    let proof = workshop.proof_with(&workshop.file, |record| (record.origin, record.time) = (Height(2), later));
    is_valid(&workshop.file, &proof, &trust);
}

#[test]
fn a_seal_cancelled_after_signing_leaves_the_licence_valid() {
    let workshop = &*WORKSHOP;
    let seals = vec![standing(&workshop.seal, SealStatus::Cancelled, SIGNED_S + 60)];
    is_valid(&workshop.file, &workshop.proof(&workshop.file), &TrustStore { seals, ..workshop.trust() });
}

/// The clock of the one who seals may be behind that of the block that put the seal on file.
#[test]
fn a_seal_filed_within_the_difference_of_clocks_is_on_file() {
    let workshop = &*WORKSHOP;
    let seals = vec![standing(&workshop.seal, SealStatus::Filed, SIGNED_S + 60)];
    let trust = TrustStore { seals, ..workshop.trust() };
    is_valid(&workshop.file, &workshop.proof(&workshop.file), &trust);
    let later = TimestampMs(u64::try_from(SIGNED_S + 7200).unwrap() * 1000);
    let proof = workshop.proof_with(&workshop.file, |record| (record.origin, record.time) = (Height(2), later));
    is_valid(&workshop.file, &proof, &trust);
}

#[test]
fn a_cancellation_is_not_lost_beside_another_row() {
    let workshop = &*WORKSHOP;
    let rows = [SealStatus::Filed, SealStatus::Cancelled].map(|status| standing(&workshop.seal, status, SIGNED_S - 60));
    for seals in [rows.to_vec(), rows.iter().rev().cloned().collect()] {
        let trust = TrustStore { seals, ..workshop.trust() };
        let report = judge(&workshop.file, Some(&workshop.proof(&workshop.file)), &trust);
        assert_eq!(report.verification.verdict, Verdict::Untrusted);
    }
}

#[test]
fn a_seal_cancelled_before_the_block_does_not_make_a_licence() {
    let workshop = &*WORKSHOP;
    let seals = vec![standing(&workshop.seal, SealStatus::Cancelled, SIGNED_S + 30)];
    let trust = TrustStore { seals, ..workshop.trust() };
    let report = judge(&workshop.file, Some(&workshop.proof(&workshop.file)), &trust);
    assert_eq!(
        report.verification.verdict,
        Verdict::Untrusted,
        "the signer's own time does not count against the block's"
    );
    assert_eq!(open(&report).iter().map(|check| check.name).collect::<Vec<_>>(), [CheckName::SealRegister]);
}

/// Who was given the register before the seal was made, or made again, learns that it is too old, not that the licence is false.
#[test]
fn an_older_register_cannot_say_that_a_newer_seal_is_false() {
    let workshop = &*WORKSHOP;
    let other = standing(&workshop.seal, SealStatus::Filed, 0);
    let of_another_making = zhengku_document::verify::SealStanding { digest: sm3(b"the former"), ..other.clone() };
    let of_another_number = zhengku_document::verify::SealStanding { id: "99999900000099".to_owned(), ..other.clone() };
    let pending = standing(&workshop.seal, SealStatus::Pending, 0);
    for seals in [of_another_making, of_another_number, pending].map(|one| vec![one]) {
        for (as_of, verdict) in [
            (Some(SIGNED_S - DAY_S), Verdict::Unverifiable),
            (Some(SIGNED_S + DAY_S), Verdict::Untrusted),
            (None, Verdict::Untrusted),
        ] {
            let seals_as_of = as_of.map(|unix_s| TimestampMs(u64::try_from(unix_s).unwrap() * 1000));
            let trust = TrustStore { seals: seals.clone(), seals_as_of, ..workshop.trust() };
            let report = judge(&workshop.file, Some(&workshop.proof(&workshop.file)), &trust);
            assert_eq!(report.verification.verdict, verdict);
            assert_eq!(open(&report).iter().map(|check| check.name).collect::<Vec<_>>(), [CheckName::SealRegister]);
        }
    }
}

#[test]
fn a_seal_made_again_leaves_the_licences_of_the_old_one_valid() {
    let workshop = &*WORKSHOP;
    let again = seal(&workshop.pki.signer, &workshop.pki.maker, SEAL_ID, SIGNED_S + 60, SIGNED_S + DAY_S);
    let seals =
        vec![standing(&again, SealStatus::Filed, SIGNED_S + 60), standing(&workshop.seal, SealStatus::Filed, 0)];
    is_valid(&workshop.file, &workshop.proof(&workshop.file), &TrustStore { seals, ..workshop.trust() });
}

#[test]
fn a_copy_within_its_time_is_valid_by_the_proof_of_the_original() {
    let workshop = &*WORKSHOP;
    let annotation = Annotation {
        maker: "样例市政务服务中心".to_owned(),
        cause: "办理演示事项".to_owned(),
        expires: TimestampMs(NOW.0 + 86_400_000),
        created: TimestampMs(1_795_233_600_000),
    };
    let copy = workshop.write(&workshop.data, Some(annotation));
    assert_ne!(copy, workshop.file);
    let proof = workshop.proof(&workshop.file);
    is_valid(&copy, &proof, &workshop.trust());
    let report = judge(&copy, Some(&proof), &workshop.trust());
    let line = report.verification.checks.iter().find(|check| check.name == CheckName::Copy).unwrap();
    assert!(line.reason_zh.contains("办理演示事项"), "{}", line.reason_zh);
}

/// Whoever stole a seal key could antedate a copy: it is not on the ledger, so nothing says that it is older than the revocation.
#[test]
fn a_copy_under_a_seal_revoked_since_cannot_be_judged() {
    let workshop = &*WORKSHOP;
    let annotation = Annotation {
        maker: "样例市政务服务中心".to_owned(),
        cause: "盗用".to_owned(),
        expires: TimestampMs(NOW.0 + 86_400_000),
        created: TimestampMs(1_795_233_600_000),
    };
    let copy = workshop.write(&workshop.data, Some(annotation));
    let lists = workshop.lists(&[(workshop.pki.signer.serial, SIGNED_S + 3600)]);
    let trust = TrustStore { lists, ..workshop.trust() };
    let report = judge(&copy, Some(&workshop.proof(&workshop.file)), &trust);
    assert_eq!(report.verification.verdict, Verdict::Unverifiable);
    let names: Vec<CheckName> = open(&report).iter().map(|check| check.name).collect();
    assert_eq!(names, [CheckName::SealTime]);
}

#[test]
fn a_pdf_is_valid_by_its_digests() {
    let workshop = &*WORKSHOP;
    let pdf = b"%PDF-1.7 genuine".to_vec();
    let proof = workshop.proof_with(&pdf, |record| {
        record.licence.files = Bounded::new(vec![digests(&pdf, FileKind::Pdf)]).unwrap();
    });
    is_valid(&pdf, &proof, &workshop.trust());
}

/// A PDF twin of these data that the ledger's record lists, whatever data the record is of.
fn twin(data: &LicenceData) -> (Vec<u8>, Vec<u8>) {
    let workshop = &*WORKSHOP;
    let sheets = [fixtures::sheet(&workshop.fonts, data).unwrap()];
    let file = pdf::write(&sheets, data, &workshop.fonts, BLOCK, None).unwrap();
    let proof = workshop.proof_with(&file, |record| {
        record.licence.files = Bounded::new(vec![digests(&file, FileKind::Pdf)]).unwrap();
    });
    (file, proof)
}

#[test]
fn a_pdf_twin_is_judged_by_its_attachment_as_well() {
    let workshop = &*WORKSHOP;
    let (file, proof) = twin(&workshop.data);
    is_valid(&file, &proof, &workshop.trust());
    let report = judge(&file, Some(&proof), &workshop.trust());
    assert_eq!(report.data.as_ref(), Some(&workshop.data));
    let names: Vec<CheckName> = report.verification.checks.iter().map(|check| check.name).collect();
    assert!(names.starts_with(&[
        CheckName::Signatures,
        CheckName::Data,
        CheckName::Identifier,
        CheckName::Anchoring,
        CheckName::Record
    ]));
    // The same file with a value exchanged before it was anchored: the digest is right, the record is not.
    let mut other = workshop.data.clone();
    other.fields[3].value.push('甲');
    let (file, proof) = twin(&other);
    let report = judge(&file, Some(&proof), &workshop.trust());
    assert_eq!(report.verification.verdict, Verdict::Tampered);
    let found: Vec<CheckName> = open(&report).iter().map(|check| check.name).collect();
    assert_eq!(found, [CheckName::Record]);
}

#[test]
fn a_proof_alone_is_judged_as_before() {
    let workshop = &*WORKSHOP;
    let report = judge(&workshop.proof(&workshop.file), None, &workshop.trust());
    assert_eq!((report.kind, report.verification.verdict), (Kind::Text, Verdict::Valid));
    let trust = TrustStore { ledger: None, ..workshop.trust() };
    assert_eq!(judge(&workshop.file, None, &trust).verification.verdict, Verdict::Unverifiable);
    assert_eq!(judge(b"anything", None, &trust).verification.verdict, Verdict::Unverifiable);
}

#[test]
fn trust_of_seals_travels_as_json() {
    let workshop = &*WORKSHOP;
    let pem = |der: &[u8]| {
        let text = BASE64.encode(der);
        let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    };
    let list = |issuer| BASE64.encode(pki::list(issuer, &[], SIGNED_S, SIGNED_S + 30 * DAY_S));
    let written = SealTrust {
        seal_anchors: vec![pem(&workshop.pki.root.certificate)],
        seal_intermediates: vec![pem(&workshop.pki.authority.certificate)],
        revocation_lists: vec![list(&workshop.pki.root), list(&workshop.pki.authority)],
        seals: workshop.trust().seals.iter().map(RegisteredSeal::of).collect(),
        seals_as_of: Some(1_795_230_000_000),
    };
    let read: SealTrust = serde_json::from_str(&serde_json::to_string(&written).unwrap()).unwrap();
    let mut store = TrustStore { ledger: Some(ledger::trust()), ..TrustStore::default() };
    read.fill(&mut store).unwrap();
    assert_eq!(store.seals_as_of, written.seals_as_of.map(TimestampMs));
    is_valid(&workshop.file, &workshop.proof(&workshop.file), &store);
    let none: SealTrust = serde_json::from_str("{}").unwrap();
    none.fill(&mut store).unwrap();
    let report = judge(&workshop.file, Some(&workshop.proof(&workshop.file)), &store);
    assert_eq!(report.verification.verdict, Verdict::Unverifiable);
    let mut bad = written;
    bad.seals[0].status = "good".to_owned();
    assert_eq!(bad.fill(&mut store).unwrap_err().field, "seals[0]");
}

/// With a seventeenth no chain can be built, and the licence would seem at fault instead of the trust file.
#[test]
fn more_intermediates_than_a_chain_takes_are_refused_by_name() {
    let workshop = &*WORKSHOP;
    let pem = Certificate::from_der(&workshop.pki.authority.certificate).unwrap().to_pem().unwrap();
    let with = |count: usize| SealTrust { seal_intermediates: vec![pem.clone(); count], ..SealTrust::default() };
    let mut store = TrustStore::default();
    with(MAX_INTERMEDIATES).fill(&mut store).unwrap();
    let refused = with(MAX_INTERMEDIATES + 1).fill(&mut store).unwrap_err();
    assert_eq!(refused.field, "seal_intermediates");
    assert!(
        refused.reason.contains("17 certificates; at most 16") && refused.reason.contains("leave out"),
        "{refused}"
    );
}

#[test]
fn what_the_templates_compose_is_valid() {
    let workshop = &*WORKSHOP;
    let mut long = workshop.data.clone();
    // A field of several pages.
    long.fields[6].value = (0..2_500).map(|number| char::from_u32(0x4e00 + number * 5).unwrap()).collect();
    for template in ["permit", "card", "certificate", "plain"] {
        for data in [&workshop.data, &long] {
            let Ok(composed) = compose(data, template, &workshop.fonts) else {
                assert_eq!(data, &long, "{template}");
                continue;
            };
            let file = workshop.write_sheets(data, &composed.sheets, composed.seal.page, composed.seal.place);
            let proof = ledger::Record::of(data, vec![digests(&file, FileKind::Ofd)]).proof();
            let report = judge(&file, Some(&proof), &workshop.trust());
            assert_eq!(open(&report), Vec::<&Check>::new(), "{template}, pages: {}", composed.sheets.len());
        }
    }
}
