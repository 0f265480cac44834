use super::*;
use crate::register::{Cause, Mappings, RefusedRowsWriter, Register, Report, RowResult};

fn import(bytes: Vec<u8>) -> (Report, Vec<u8>) {
    let register = Register::read("sample", io::Cursor::new(bytes), &Mappings::built_in()).expect("register");
    let mut rows = register.rows();
    let mut writer = RefusedRowsWriter::new(Vec::new(), &rows);
    for row in rows.by_ref() {
        let row = row.expect("row");
        if let RowResult::Refused(refusal) = &row.result {
            writer.write(refusal, &row.raw).expect("written");
        }
    }
    (rows.report().clone(), writer.finish().expect("finished").unwrap_or_default())
}

fn check(sample: &Sample) {
    let mut bytes = Vec::new();
    let expected = generate(sample, &mut bytes).expect("generated");
    let (report, _) = import(bytes);
    let found = (report.rows, report.accepted, report.refused, report.repeated, report.licences);
    assert_eq!(
        found,
        (expected.rows, expected.accepted, expected.refused, expected.repeated, expected.licences),
        "{sample:?}\n{report:?}"
    );
    let holders = report.refused_for(Cause::CitizenNumberCheck) + report.refused_for(Cause::CreditCodeCheck);
    let found = [
        ("reject:holder number check digit", holders),
        ("reject:licence number missing", report.refused_for(Cause::LicenceNumberMissing)),
        ("reject:mandatory field missing", report.refused_for(Cause::MandatoryMissing)),
        ("reject:same number, other content", report.refused_for(Cause::NumberConflict)),
        ("reject:impossible date", report.refused_for(Cause::DateImpossible)),
        ("reject:unknown status", report.refused_for(Cause::StatusUnknown)),
        ("reject:validity ends before it starts", report.refused_for(Cause::ValidityReversed)),
        ("reject:too few columns", report.refused_for(Cause::TooFewColumns)),
    ];
    for (case, count) in found {
        assert_eq!(count, expected.by_case.get(case).copied().unwrap_or(0), "{case} {sample:?}");
    }
    assert_eq!(report.licence_type, sample.kind.licence_type());
}

#[test]
fn every_sample_is_imported_as_expected() {
    for kind in SampleKind::ALL {
        for (seed, rows, defects) in
            [(1, 1_200, true), (20_260_805, 640, true), (7, 30, true), (8, 3, true), (9, 200, false)]
        {
            check(&Sample::new(kind, seed, rows, defects));
        }
    }
}

#[test]
fn every_encoding_and_delimiter_is_recognised_for_every_register() {
    for kind in SampleKind::ALL {
        for encoding in [SampleEncoding::Utf8, SampleEncoding::Utf8WithMark, SampleEncoding::Gb18030] {
            for delimiter in [',', '\t'] {
                check(&Sample { encoding, delimiter, ..Sample::new(kind, 42, 150, true) });
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let write = |seed| {
        let mut bytes = Vec::new();
        generate(&Sample::new(SampleKind::BirthCertificate, seed, 60, true), &mut bytes).expect("generated");
        bytes
    };
    assert_eq!(write(5), write(5));
    assert_ne!(write(5), write(6));
}

#[test]
fn the_shape_of_the_shared_registers_is_met() {
    let expected = generate(&Sample::new(SampleKind::FoodOperation, 3, 5_000, true), io::sink()).expect("generated");
    assert_eq!((expected.rows, expected.accepted, expected.by_case.get("ok")), (5_021, 4_940, Some(&4_890)));
    let expected =
        generate(&Sample::new(SampleKind::MarriageCertificate, 3, 5_000, true), io::sink()).expect("generated");
    assert_eq!((expected.rows, expected.accepted, expected.by_case.get("ok")), (5_020, 4_970, Some(&4_940)));
}

#[test]
fn refused_rows_are_refused_again_until_they_are_mended() {
    for kind in SampleKind::ALL {
        let mut bytes = Vec::new();
        let expected = generate(&Sample::new(kind, 11, 600, true), &mut bytes).expect("generated");
        let (report, refused) = import(bytes);
        assert!(refused.starts_with("\u{feff}行号".as_bytes()));
        let (again, refused_again) = import(refused.clone());
        // In a file of its own a conflicting row contradicts nobody: the ledger finds it.
        assert_eq!((again.rows, again.accepted), (expected.refused, report.refused_for(Cause::NumberConflict)));
        assert!(again.ignored_columns.is_empty());
        assert!(refused_again.len() < refused.len());
    }
}
