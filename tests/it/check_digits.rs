//! Check characters against python-stdnum (Debian's package), which shares no code with ours.

use std::io::Write;
use std::process::{Command, Stdio};
use zhengku_ledger::identifier::{
    CitizenNumber, IdentifierError, LicenceIdentifier, LicenceTypeCode, RecognisedIdentifier, UnifiedCreditCode,
};
use zhengku_tests::dice::Dice;

/// Identifiers that public code shows, and a synthetic one.
const PUBLISHED: [&str; 7] = [
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.S",
    "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
    "1.2.156.3005.2.11100000000013338W087.11370800MB28559184.37080001202411010001.001.3",
    "1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001.F",
    "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
    "1.2.156.3005.2.11100000000013127D001.11999999000000019M.2026080500000001.001.1",
];
/// One that is published with another rule's character.
const WRONG: &str = "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M";
/// Numbers of each kind that are made up.
const INVENTED: usize = 1_000;

/// The other implementation's characters for these kinds and bodies.
fn theirs(asked: &[(&str, String)]) -> Vec<char> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/independent/check_digits.py");
    // Debian's own Python: the package is its.
    let mut command = Command::new("/usr/bin/python3");
    let mut child = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: String = asked.iter().map(|(kind, body)| format!("{kind} {body}\n")).collect();
    // Read while it writes: neither waits for the other with a full pipe.
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "python3-stdnum is missing?");
    let characters: Vec<char> = String::from_utf8(output.stdout).unwrap().lines().flat_map(str::chars).collect();
    assert_eq!(characters.len(), asked.len());
    characters
}

/// The characters of a licence identifier that its check character is computed over, and that character.
fn parted(identifier: &str) -> (String, char) {
    let (body, check) = identifier.strip_prefix("1.2.156.3005.2.").unwrap().rsplit_once('.').unwrap();
    (body.replace('.', ""), check.parse().unwrap())
}

#[test]
fn published_licence_identifiers() {
    let all: Vec<(String, char)> = PUBLISHED.iter().chain([&WRONG]).map(|text| parted(text)).collect();
    let mut found = theirs(&all.iter().map(|(body, _)| ("licence", body.clone())).collect::<Vec<_>>());
    let wrong = found.pop().unwrap();
    assert!(all.iter().zip(&found).all(|((_, published), found)| published == found));
    for text in PUBLISHED {
        assert!(!RecognisedIdentifier::parse(text).unwrap().has_letter_offset());
    }
    // Theirs says D where M is published; ours knows the other rule and issues no such identifier.
    assert_eq!((wrong, RecognisedIdentifier::parse(WRONG).unwrap().conformant()), ('D', None));
    assert!(RecognisedIdentifier::parse(WRONG).unwrap().has_letter_offset());
    assert_eq!(theirs(&[("licence", "A12425GABC1234002".to_owned())]), ['M'], "the standard's own example");
}

#[test]
fn invented_numbers_of_each_kind() {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut dice = Dice::new(20_261_122);
    let mut text = |alphabet: &[u8], length: usize| -> String {
        (0..length).map(|_| char::from(alphabet[usize::try_from(dice.below(alphabet.len() as u64)).unwrap()])).collect()
    };
    let type_code = LicenceTypeCode::parse("11100000000013338W011").unwrap();
    let issuer = UnifiedCreditCode::parse("11999999000000019M").unwrap();
    let (mut asked, mut ours) = (Vec::new(), Vec::new());
    for round in 0..INVENTED {
        let serial = text(LETTERS, 1 + round % 32);
        let version = u16::try_from(1 + round % 999).unwrap();
        let (body, check) = parted(LicenceIdentifier::build(&type_code, &issuer, &serial, version).unwrap().as_str());
        asked.push(("licence", body));
        ours.push(check);
        let day = format!("{:04}{:02}{:02}", 1930 + round % 90, 1 + round % 12, 1 + round % 28);
        let body = format!("999999{day}{}", text(b"0123456789", 3));
        ours.push(CitizenNumber::complete(&body).unwrap().as_str().chars().last().unwrap());
        asked.push(("citizen", body));
    }
    assert_eq!(theirs(&asked), ours);
    assert!(ours.iter().collect::<std::collections::BTreeSet<_>>().len() > 30, "all kinds of characters");
}

/// Ours accepts a credit code with the character that theirs computes, and no other.
#[test]
fn credit_codes() {
    let codes =
        ["11999999000000019M", "11430000006122244L", "11330105002500287C", "11370800MB28559184", "11220000013544541J"];
    let found = theirs(&codes.map(|code| ("credit", code[..17].to_owned())));
    for (code, theirs) in codes.iter().zip(found) {
        for last in "0123456789ABCDEFGHJKLMNPQRTUWXY".chars() {
            let judged = UnifiedCreditCode::check(&format!("{}{last}", &code[..17]));
            match judged {
                Ok(()) => assert_eq!(last, theirs),
                Err(error) => {
                    assert!(last != theirs && matches!(error, IdentifierError::CheckCharacter { .. }), "{error}")
                }
            }
        }
    }
}
