//! Text, signatures, quorum and hostile notes.

use super::note::{MAX_NOTE_BYTES, MAX_SIGNATURE_LINES};
use super::*;
use crate::codec;
use crate::fixtures::{Leaves, START, Sequence, digest, validator_signer, validators};
use crate::log::proof::{consistency, root_at};
use proptest::prelude::{any, prop_assert_eq, proptest};
use zhengku_crypto::digest::sha256;
use zhengku_crypto::merkle::{LogTree, leaf_hash};
use zhengku_crypto::sign::SignatureError;

fn chain() -> ChainId {
    ChainId::from_digest(digest("chain"))
}

fn checkpoint() -> Checkpoint {
    Checkpoint { chain: chain(), size: 4310, root: digest("root"), height: Height(7), time: START }
}

fn signatures(one: &Checkpoint, places: &[u16]) -> Vec<NoteSignature> {
    places.iter().map(|place| one.sign(&validator_signer(*place), &format!("v{place}")).unwrap()).collect()
}

fn signed(one: &Checkpoint, places: &[u16], count: u16) -> SignedCheckpoint {
    SignedCheckpoint::assemble(one.clone(), signatures(one, places), &validators(count)).unwrap()
}

#[test]
fn the_text_is_fixed() {
    let text = checkpoint().text();
    let expected = format!(
        "zhengku.invalid/{}\n4310\n{}\nheight 7\ntime 1795233600000\n",
        chain(),
        STANDARD.encode(digest("root").as_bytes())
    );
    assert_eq!(text, expected);
    assert_eq!(Checkpoint::parse(&text), Ok(checkpoint()));
}

/// The example of C2SP signed-note: its verifier key gives the id 530d903a.
#[test]
fn key_ids_are_those_of_the_standard() {
    let typed = STANDARD.decode("AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").unwrap();
    let key = PublicKey::from_parts(zhengku_crypto::sign::Algorithm::Ed25519, &typed[1..]).unwrap();
    assert_eq!(key_id("example.com/foo", &key), [0x53, 0x0d, 0x90, 0x3a]);
}

#[test]
fn key_names_hold_no_spaces_or_plus_signs() {
    let plain = key_name(chain(), "pudong-1");
    assert_eq!(plain, format!("zhengku.invalid/{}/pudong-1", chain()));
    assert!(key_name(chain(), "a b+c\n浦/%").ends_with("/a%20b%2Bc%0A%E6%B5%A6%2F%25"));
    assert_ne!(key_name(chain(), "a%20b"), key_name(chain(), "a b"));
    let vkey = verifier_key(chain(), "v0", &validator_signer(0).public_key());
    assert_eq!(vkey.split('+').count() - vkey.matches("+").count(), 1);
    assert!(vkey.starts_with(&format!("zhengku.invalid/{}/v0+", chain())));
}

#[test]
fn every_other_text_is_refused() {
    let text = checkpoint().text();
    let edits = [
        ("zhengku.invalid", "zhengku.invalid:80", CheckpointError::Origin),
        ("zhengku.invalid/", "", CheckpointError::Origin),
        ("\n4310", "\n04310", CheckpointError::Number { line: 2, what: "the size" }),
        ("\n4310", "\n+4310", CheckpointError::Number { line: 2, what: "the size" }),
        ("\n4310", "\n18446744073709551616", CheckpointError::Number { line: 2, what: "the size" }),
        ("height 7", "height  7", CheckpointError::Number { line: 4, what: "the height" }),
        ("height 7", "Height 7", CheckpointError::Number { line: 4, what: "the height" }),
        ("time ", "time -", CheckpointError::Number { line: 5, what: "the time" }),
        ("=\n", "\n", CheckpointError::Root),
        ("=\n", "==\n", CheckpointError::Root),
        ("0\n", "0\r\n", CheckpointError::Number { line: 2, what: "the size" }),
        ("height 7\n", "", CheckpointError::Lines),
        ("height 7\n", "height 7\n\n", CheckpointError::Lines),
    ];
    for (from, to, refused) in edits {
        let edited = text.replacen(from, to, 1);
        assert_ne!(edited, text, "{from}");
        assert_eq!(Checkpoint::parse(&edited), Err(refused), "{edited:?}");
    }
    assert_eq!(Checkpoint::parse(text.trim_end()), Err(CheckpointError::Lines));
    let upper = text.replacen(&chain().to_string(), &chain().to_string().to_uppercase(), 1);
    assert_eq!(Checkpoint::parse(&upper), Err(CheckpointError::Origin));
}

#[test]
fn a_quorum_signs_and_less_does_not() {
    let one = checkpoint();
    let set = validators(4);
    for places in [&[0, 1, 2][..], &[3, 1, 0], &[0, 1, 2, 3], &[2, 2, 1, 3, 3]] {
        let note = SignedCheckpoint::assemble(one.clone(), signatures(&one, places), &set).unwrap();
        let mut sorted = places.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(note.verify(chain(), &set), Ok(sorted));
        assert_eq!(SignedCheckpoint::parse(note.text().as_bytes()).as_ref(), Ok(&note));
    }
    for places in [&[][..], &[0], &[0, 1], &[0, 0, 1, 1]] {
        let refused = SignedCheckpoint::assemble(one.clone(), signatures(&one, places), &set);
        assert!(matches!(refused, Err(NoteError::BelowQuorum { quorum: 3, .. })), "{places:?}");
    }
}

/// What is not of the set, of another height, or of another ledger, is no vote.
#[test]
fn foreign_signatures_are_no_votes() {
    let (one, set) = (checkpoint(), validators(4));
    let other = Checkpoint { height: Height(8), ..checkpoint() };
    let elsewhere = Checkpoint { chain: ChainId::from_digest(digest("elsewhere")), ..checkpoint() };
    let foreign = [
        signatures(&one, &[5]).remove(0),
        signatures(&other, &[2]).remove(0),
        signatures(&elsewhere, &[2]).remove(0),
        one.sign(&validator_signer(2), "v3").unwrap(),
        one.sign(&validator_signer(9), "v2").unwrap(),
    ];
    for signature in &foreign {
        assert!(one.verify_one(signature, &set).is_err());
        let mut all = signatures(&one, &[0, 1]);
        all.push(signature.clone());
        let refused = SignedCheckpoint::assemble(one.clone(), all, &set);
        assert_eq!(refused, Err(NoteError::BelowQuorum { quorum: 3, actual: 2 }));
    }
    assert_eq!(one.verify_one(&signatures(&one, &[2])[0], &set), Ok(2));
    let note = signed(&one, &[0, 1, 2], 4);
    let chain = elsewhere.chain;
    assert_eq!(note.verify(chain, &set), Err(NoteError::OtherLedger { expected: chain, actual: one.chain }));
    assert!(matches!(note.verify(one.chain, &validators(7)), Err(NoteError::BelowQuorum { quorum: 5, actual: 3 })));
}

/// Unknown keys are ignored; a known key that does not verify spoils the note; repeats count once.
#[test]
fn signature_lines_as_the_standard_says() {
    let (one, set) = (checkpoint(), validators(4));
    let note = signed(&one, &[0, 1, 2], 4).text();
    let (text, block) = note.rsplit_once("\n\n").unwrap();
    let lines: Vec<&str> = block.lines().collect();
    let judged = |lines: &[&str]| {
        let note = format!("{text}\n\n{}\n", lines.join("\n"));
        SignedCheckpoint::parse(note.as_bytes()).and_then(|note| note.verify(chain(), &set))
    };
    assert_eq!(judged(&lines), Ok(vec![0, 1, 2]));
    let witness = format!("— witness.example/w1 {}", STANDARD.encode([7; 77]));
    assert_eq!(judged(&[&witness, lines[0], lines[1], lines[2], &witness]), Ok(vec![0, 1, 2]));
    assert_eq!(judged(&[lines[2], lines[1], lines[0]]), Ok(vec![0, 1, 2]));
    assert_eq!(judged(&[lines[0], lines[0], lines[1]]), Err(NoteError::BelowQuorum { quorum: 3, actual: 2 }));
    // The signature of another validator behind the name and id of this one.
    let (id, rest) = lines[0].split_at(lines[0].len() - 84);
    let moved = format!("{id}{}", &lines[1][lines[1].len() - 84..]);
    assert_ne!(rest, &lines[1][lines[1].len() - 84..]);
    let spoilt = judged(&[lines[0], lines[1], lines[2], &moved]);
    assert!(matches!(spoilt, Err(NoteError::Signature { .. })), "{spoilt:?}");
    // A known name and id with a signature of another length.
    let encoded = lines[0].rsplit_once(' ').unwrap().1;
    let short = STANDARD.encode(&STANDARD.decode(encoded).unwrap()[..40]);
    let short = lines[0].replace(encoded, &short);
    assert!(matches!(judged(&[lines[0], lines[1], lines[2], &short]), Err(NoteError::Signature { .. })));
    for line in [
        "",
        "—",
        "— ",
        "— a",
        "— a  AAAA",
        "- a AAAAAAA=",
        "— a+b AAAAAAA=",
        "— a AAAA",
        "— a AAAAAAA",
        "— a\u{3000}b AAAAAAA=",
    ] {
        let refused = judged(&[lines[0], lines[1], lines[2], line]);
        assert!(refused.is_err(), "{line:?} {refused:?}");
    }
}

#[test]
fn hostile_notes() {
    let note = signed(&checkpoint(), &[0, 1, 2], 4).text();
    let parse = |text: &str| SignedCheckpoint::parse(text.as_bytes());
    assert!(matches!(SignedCheckpoint::parse(&vec![b'a'; MAX_NOTE_BYTES + 1]), Err(NoteError::TooLong { .. })));
    assert_eq!(SignedCheckpoint::parse(b"\xff\n\n"), Err(NoteError::NotText));
    assert_eq!(parse(&note.replace('\n', "\r\n")), Err(NoteError::NotText));
    assert_eq!(parse(&note.replacen("height", "hei\u{7}ght", 1)), Err(NoteError::NotText));
    assert_eq!(parse(note.trim_end()), Err(NoteError::NoSignatures));
    assert_eq!(parse(&checkpoint().text()), Err(NoteError::NoSignatures));
    assert!(parse(&format!("{}\n", checkpoint().text())).is_err());
    assert!(parse(&format!("\u{feff}{note}")).is_err());
    assert!(parse(&format!("{note}\n")).is_err());
    assert!(parse("").is_err());
    let many = format!("{}\n{}", checkpoint().text(), "— a AAAAAAA=\n".repeat(MAX_SIGNATURE_LINES + 1));
    assert_eq!(parse(&many), Err(NoteError::TooManyLines));
    let full = format!("{}\n{}", checkpoint().text(), "— a AAAAAAA=\n".repeat(MAX_SIGNATURE_LINES));
    assert!(parse(&full).is_ok_and(|note| note.verify(chain(), &validators(1)).is_err()));
}

/// No byte of a note of a bare quorum can change without losing it.
#[test]
fn every_byte_counts() {
    let note = signed(&checkpoint(), &[0, 1, 2], 4).text().into_bytes();
    for place in 0..note.len() {
        for bit in [0x01, 0x20] {
            let mut changed = note.clone();
            changed[place] ^= bit;
            let judged = SignedCheckpoint::parse(&changed).and_then(|note| note.verify(chain(), &validators(4)));
            assert!(judged.is_err(), "byte {place} ^ {bit:#x}");
        }
    }
}

/// The largest set with the longest names fits; other readers' hundred lines are kept to while the quorum allows it.
#[test]
fn the_largest_set() {
    use crate::validator_set::{Validator, ValidatorSet};
    for (count, lines) in [(120_u8, 100), (200, 134)] {
        let signers: Vec<_> = (1..=count).map(crate::fixtures::signer).collect();
        let name = |place: usize| format!("{place:03}{}", " ".repeat(61));
        let one = |(place, signer): (usize, &zhengku_crypto::sign::Ed25519Signer)| Validator {
            name: crate::fixtures::text(&name(place)),
            key: signer.public_key(),
        };
        let set = ValidatorSet::new(signers.iter().enumerate().map(one).collect()).unwrap();
        let point = checkpoint();
        let all = signers.iter().enumerate().map(|(place, signer)| point.sign(signer, &name(place)).unwrap());
        let note = SignedCheckpoint::assemble(point.clone(), all, &set).unwrap();
        assert_eq!(note.verify(chain(), &set).unwrap().len(), lines);
        assert!(note.text().len() < MAX_NOTE_BYTES);
        let bytes = codec::encode(&point.sign(&signers[0], &name(0)).unwrap());
        assert!(codec::decode::<NoteSignature>("signature", &bytes, 1024).is_ok());
    }
    assert!(matches!(
        checkpoint().sign(&validator_signer(0), &" ".repeat(65)),
        Err(SignatureError::SigningFailed { .. })
    ));
}

fn extension(old: u64, new: u64) -> Extension {
    let leaves = Leaves((0..new).map(|number| leaf_hash::<LogTree>(&number.to_le_bytes())).collect());
    let at = |size: u64| Checkpoint {
        chain: chain(),
        size,
        root: root_at(&leaves, size).unwrap(),
        height: Height(size),
        time: START,
    };
    let note = |size| signed(&at(size), &[0, 1, 2], 4);
    Extension { old: note(old), new: note(new), path: consistency(&leaves, old, new).unwrap() }
}

#[test]
fn extensions_of_all_sizes() {
    let set = validators(4);
    for (old, new) in [(0, 0), (0, 9), (1, 2), (8, 9), (9, 9), (7, 300), (256, 300)] {
        let honest = extension(old, new);
        assert_eq!(honest.verify(chain(), &set, &set), Ok(()), "{old} to {new}");
        let file = honest.to_file();
        assert_eq!(Extension::from_file(file.as_bytes()).as_ref(), Ok(&honest));
        let mut longer = honest.clone();
        longer.path.push(sha256(b"surplus"));
        assert!(longer.verify(chain(), &set, &set).is_err());
        if !honest.path.is_empty() {
            let mut shorter = honest.clone();
            shorter.path.pop();
            assert!(shorter.verify(chain(), &set, &set).is_err());
            let mut other = honest.clone();
            other.path[0] = sha256(b"other");
            assert!(other.verify(chain(), &set, &set).is_err());
        }
        assert!(honest.verify(chain(), &validators(7), &set).is_err());
        assert!(honest.verify(chain(), &set, &validators(7)).is_err());
        if old < new {
            let backwards = Extension { old: honest.new.clone(), new: honest.old.clone(), path: honest.path.clone() };
            assert!(matches!(backwards.verify(chain(), &set, &set), Err(ExtensionError::Order { .. })));
        }
    }
}

use super::extension::ExtensionError;

/// Two signed states of one height are themselves the evidence.
#[test]
fn two_states_of_one_height() {
    let one = extension(8, 9);
    let other = Checkpoint { root: digest("another log"), ..one.new.checkpoint().clone() };
    let fork = Extension { old: one.new.clone(), new: signed(&other, &[0, 1, 2], 4), path: vec![] };
    let judged = fork.verify(chain(), &validators(4), &validators(4));
    assert_eq!(judged, Err(ExtensionError::TwoStates { height: 9 }));
}

#[test]
fn no_byte_of_an_extension_file_can_change() {
    let file = extension(7, 12).to_file().into_bytes();
    for place in 0..file.len() {
        let mut changed = file.clone();
        changed[place] ^= 1;
        assert!(Extension::from_file(&changed).is_err(), "byte {place}");
    }
}

proptest! {
    #[test]
    fn checkpoints_round_trip(size: u64, height: u64, time: u64, seed: u64) {
        let mut sequence = Sequence(seed);
        let root = sha256(&sequence.next().to_le_bytes());
        let one = Checkpoint { chain: chain(), size, root, height: Height(height), time: TimestampMs(time) };
        prop_assert_eq!(Checkpoint::parse(&one.text()), Ok(one));
    }

    #[test]
    fn whatever_is_read_is_written_again(cut in any::<proptest::sample::Index>(), byte: u8) {
        let mut note = signed(&checkpoint(), &[0, 1, 2], 4).text().into_bytes();
        let place = cut.index(note.len());
        note[place] = byte;
        if let Ok(read) = SignedCheckpoint::parse(&note) {
            prop_assert_eq!(read.text().into_bytes(), note);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        let _ = SignedCheckpoint::parse(&bytes);
        let _ = Extension::decode(&bytes);
        let _ = Extension::from_file(&bytes);
    }
}
