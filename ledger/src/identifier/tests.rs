use proptest::prelude::*;

use super::check_character::{CheckRule, check_character};
use super::{
    CitizenNumber, IdentifierError, LicenceIdentifier, LicenceTypeCode, NumberKind, RecognisedIdentifier,
    UnifiedCreditCode,
};

const CONFORMANT: [&str; 6] = [
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.S",
    "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
    "1.2.156.3005.2.11100000000013338W087.11370800MB28559184.37080001202411010001.001.3",
    "1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001.F",
    "1.2.156.3005.2.11100000000013127D001.11999999000000019M.2026080500000001.001.1",
];
const FOREIGN_ISSUER: &str = "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9";
const LETTER_OFFSET: &str =
    "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M";

#[test]
fn published_identifiers_parse_and_rebuild() {
    for text in CONFORMANT {
        let identifier = LicenceIdentifier::parse(text).expect(text);
        assert_eq!(identifier.as_str(), text);
        let type_code = LicenceTypeCode::parse(identifier.type_code()).expect(text);
        let issuer = UnifiedCreditCode::parse(identifier.issuer()).expect(text);
        let built = LicenceIdentifier::build(&type_code, &issuer, identifier.serial(), identifier.version());
        assert_eq!(built.as_ref(), Ok(&identifier));
        let recognised = RecognisedIdentifier::parse(text).expect(text);
        assert_eq!(recognised.conformant(), Some(identifier));
    }
}

#[test]
fn foreign_issuer_is_recognised_and_flagged_only() {
    assert!(LicenceIdentifier::parse(FOREIGN_ISSUER).is_err());
    let recognised = RecognisedIdentifier::parse(FOREIGN_ISSUER).expect("accepted on import");
    assert!(recognised.has_foreign_issuer() && !recognised.has_letter_offset());
    assert_eq!(recognised.conformant(), None);
}

#[test]
fn letter_offset_is_recognised_and_never_issued() {
    let recognised = RecognisedIdentifier::parse(LETTER_OFFSET).expect("accepted on import");
    assert!(recognised.has_letter_offset());
    assert_eq!(recognised.conformant(), None);
    let neither = LETTER_OFFSET.replace(".M", ".E");
    let expected = IdentifierError::CheckCharacter { kind: NumberKind::LicenceIdentifier, expected: 'D', actual: 'E' };
    assert_eq!(RecognisedIdentifier::parse(&neither), Err(expected));
}

#[test]
fn letter_offset_under_a_right_issuer_is_not_ours_either() {
    let (type_code, issuer) = ("11100000000013338W011", "11999999000000019M");
    let check = check_character(&[type_code, issuer, "AB12", "001"], CheckRule::LetterOffset).expect("alphabet");
    let text = format!("1.2.156.3005.2.{type_code}.{issuer}.AB12.001.{}", char::from(check));
    let recognised = RecognisedIdentifier::parse(&text).expect("accepted on import");
    assert!(recognised.has_letter_offset() && !recognised.has_foreign_issuer());
    assert!(matches!(LicenceIdentifier::parse(&text), Err(IdentifierError::CheckCharacter { .. })));
}

#[test]
fn textbook_vector_of_check_character() {
    assert_eq!(check_character(&["A12425GABC1234002"], CheckRule::Standard), Some(b'M'));
    assert_eq!(check_character(&["A_1"], CheckRule::Standard), None);
}

#[test]
fn grammar_is_strict() {
    let good = CONFORMANT[0];
    let bad = [
        good.replace("1.2.156", "1.2.157"),
        good.replace(".001.U", ".000.U"),
        good.replace(".001.U", ".01.U"),
        good.replace(".001.U", ".001.UU"),
        good.replace(".001.U", ".001"),
        good.replace(".001.U", ".001.u"),
        good.replace("20230000403", "2023_000403"),
        good.replace("20230000403", ""),
        good.replace("20230000403", &"1".repeat(33)),
        good.replace("13338W011", "13338W000"),
        good.replace("13338W011", "13339W011"),
        good.replace("20230000403", "２0230000403"),
        format!("{good} "),
        String::new(),
    ];
    for text in bad {
        assert!(RecognisedIdentifier::parse(&text).is_err(), "{text}");
        assert!(LicenceIdentifier::parse(&text).is_err(), "{text}");
    }
}

#[test]
fn building_refuses_what_parsing_refuses() {
    let type_code = LicenceTypeCode::parse("11100000000013338W011").expect("type");
    let issuer = UnifiedCreditCode::parse("11999999000000019M").expect("issuer");
    for (serial, version) in [("", 1), ("a", 1), ("A_", 1), ("1", 0), ("1", 1000)] {
        assert!(LicenceIdentifier::build(&type_code, &issuer, serial, version).is_err());
    }
    let longest = "Z".repeat(32);
    let built = LicenceIdentifier::build(&type_code, &issuer, &longest, 999).expect("longest");
    assert_eq!(LicenceIdentifier::parse(built.as_str()), Ok(built));
}

#[test]
fn citizen_numbers() {
    let good = [
        "999999200001010011",
        "99999920000101002X",
        "999999199002280034",
        "999999202402290041",
        "999999201111110050",
        "999999194910019998",
        "99999920000101002x",
    ];
    for text in good {
        assert_eq!(CitizenNumber::parse(text).expect(text).as_str(), text.to_uppercase());
    }
    assert_eq!(CitizenNumber::parse("999999202402290041").expect("leap day").birth_date(), (2024, 2, 29));
    assert!(matches!(CitizenNumber::check("999999200001010012"), Err(IdentifierError::CheckCharacter { .. })));
    assert_eq!(CitizenNumber::check("99999920230229001X"), Err(IdentifierError::CalendarDate));
    assert_eq!(CitizenNumber::check("999999000101001"), Err(IdentifierError::FifteenDigits));
    assert!(matches!(CitizenNumber::check("99999920000101001"), Err(IdentifierError::Length { actual: 17, .. })));
    assert!(matches!(
        CitizenNumber::check("9999992000010100１1"),
        Err(IdentifierError::Character { position: 17, .. })
    ));
    assert!(matches!(CitizenNumber::check("X99999200001010011"), Err(IdentifierError::Character { position: 1, .. })));
    assert_eq!(format!("{:?}", CitizenNumber::parse("999999200001010011")), "Ok(CitizenNumber(redacted))");
}

#[test]
fn credit_codes() {
    let good = [
        "11999999000000019M",
        "12999999HP0000013G",
        "91999999MA0TE0018W",
        "11999999TE5T00016J",
        "11999999TE5T00024D",
        "11100000000013338W",
        "11100000MB03271699",
    ];
    for text in good {
        assert_eq!(UnifiedCreditCode::parse(text).expect(text).as_str(), text);
    }
    assert!(matches!(
        UnifiedCreditCode::check("11999999000000019N"),
        Err(IdentifierError::CheckCharacter { kind: NumberKind::UnifiedCreditCode, expected: 'M', actual: 'N' })
    ));
    assert!(matches!(
        UnifiedCreditCode::check("1199999900000001OM"),
        Err(IdentifierError::Character { position: 17, .. })
    ));
    assert!(matches!(
        UnifiedCreditCode::check("11999999000000019m"),
        Err(IdentifierError::Character { position: 18, .. })
    ));
    assert!(matches!(
        UnifiedCreditCode::check("11999A99000000019M"),
        Err(IdentifierError::Character { position: 6, .. })
    ));
    assert!(matches!(UnifiedCreditCode::check(""), Err(IdentifierError::Length { actual: 0, .. })));
}

#[test]
fn organisation_code_inside_is_checked() {
    // Right outer check character over a wrong organisation code: all candidates are tried, none may pass.
    let refused =
        b"0123456789ABCDEFGHJKLMNPQRTUWXY".iter().map(|&last| format!("1199999900000002{}{}", '9', char::from(last)));
    let errors: Vec<_> = refused.map(|text| UnifiedCreditCode::check(&text)).collect();
    assert!(errors.iter().all(Result::is_err));
    assert!(
        errors.iter().any(|error| matches!(
            error,
            Err(IdentifierError::CheckCharacter { kind: NumberKind::OrganisationCode, .. })
        ))
    );
}

#[test]
fn numbers_are_completed() {
    assert_eq!(
        CitizenNumber::complete("99999920000101002").map(|number| number.as_str().to_owned()).as_deref(),
        Ok("99999920000101002X")
    );
    assert_eq!(CitizenNumber::complete("99999920230229001"), Err(IdentifierError::CalendarDate));
    assert!(CitizenNumber::complete("999999").is_err());
    assert_eq!(
        UnifiedCreditCode::complete("11999999TE5T0001").map(|code| code.as_str().to_owned()).as_deref(),
        Ok("11999999TE5T00016J")
    );
    assert_eq!(
        UnifiedCreditCode::complete("91999999MA0TE001").map(|code| code.as_str().to_owned()).as_deref(),
        Ok("91999999MA0TE0018W")
    );
    assert!(UnifiedCreditCode::complete("11999999O0000000").is_err());
}

#[test]
fn type_codes() {
    assert_eq!(LicenceTypeCode::parse("11999999000000019M001").expect("type").authority(), "11999999000000019M");
    for bad in [
        "11999999000000019M000",
        "11999999000000019M0A1",
        "11999999000000019N001",
        "11999999000000019M01",
        "证照类型代码证照类型代码证照类型代码证照类",
    ] {
        assert!(LicenceTypeCode::parse(bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn parsers_never_panic(text in "\\PC{0,40}") {
        drop((CitizenNumber::parse(&text), UnifiedCreditCode::parse(&text), LicenceTypeCode::parse(&text)));
        drop((LicenceIdentifier::parse(&text), RecognisedIdentifier::parse(&format!("1.2.156.3005.2.{text}"))));
    }

    #[test]
    fn one_wrong_character_is_found(serial in "[0-9A-Z]{1,32}", version in 1_u16..=999, place in 0_usize..30, letter in "[0-9A-Z]") {
        let type_code = LicenceTypeCode::parse("11100000000013338W011").expect("type");
        let issuer = UnifiedCreditCode::parse("11999999000000019M").expect("issuer");
        let built = LicenceIdentifier::build(&type_code, &issuer, &serial, version).expect("built");
        prop_assert_eq!(LicenceIdentifier::parse(built.as_str()), Ok(built.clone()));
        let place = place % serial.len();
        let mut other = serial.clone();
        other.replace_range(place..=place, &letter);
        let changed = built.as_str().replace(&format!(".{serial}."), &format!(".{other}."));
        prop_assert_eq!(LicenceIdentifier::parse(&changed).is_ok(), other == serial);
    }
}
