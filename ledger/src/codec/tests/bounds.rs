use crate::block::{Certificate, Genesis, GenesisError};
use crate::codec::{Bounded, CodecError, LengthError, Text, TextError, decode, encode};
use crate::entry::{
    Entry, EntryBody, Node, NodeRefusal, NodeRole, NodeStatus, OrganisationStatus, Parameters, Roles, Status,
};
use crate::fixtures::*;
use crate::ids::SealNumber;
use crate::proof::Proof;
use crate::transaction::{Mint, Payload, RejectCode, SignedTransaction, TransactionError};
use crate::validator_set::{ValidatorSet, ValidatorSetError};
use borsh::BorshDeserialize;
use std::io::Read;

/// A reader that announces a list of a chosen length, then goes on for ever, and counts what was read.
struct Endless {
    front: Vec<u8>,
    taken: usize,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        for slot in buffer.iter_mut() {
            *slot = self.front.get(self.taken).copied().unwrap_or(1);
            self.taken += 1;
        }
        Ok(buffer.len())
    }
}

fn bytes_read<T: BorshDeserialize>(front: &[u8]) -> (bool, usize) {
    let mut reader = Endless { front: front.to_vec(), taken: 0 };
    let refused = T::deserialize_reader(&mut reader).is_err();
    (refused, reader.taken)
}

/// A length that the type does not allow is refused from its four bytes alone: nothing is read, nothing reserved.
#[test]
fn overlong_lists_are_refused_from_their_length() {
    for length in [4097, u32::MAX] {
        assert_eq!(bytes_read::<Bounded<Mint, 1, 4096>>(&length.to_le_bytes()), (true, 4));
        assert_eq!(bytes_read::<Payload>(&[&[3][..], &length.to_le_bytes()].concat()), (true, 5));
        assert_eq!(bytes_read::<ValidatorSet>(&length.to_le_bytes()), (true, 4));
        assert_eq!(bytes_read::<Text<96>>(&length.to_le_bytes()), (true, 4));
    }
    assert_eq!(bytes_read::<Bounded<Mint, 1, 4096>>(&0_u32.to_le_bytes()), (true, 4));
    assert_eq!(bytes_read::<Text<3>>(&4_u32.to_le_bytes()), (true, 4));
    assert_eq!(bytes_read::<Text<4>>(&4_u32.to_le_bytes()), (true, 8), "four control characters");
}

/// Lists without a bound of their own, the paths, cannot be longer than the bytes that are there.
#[test]
fn a_path_that_announces_more_than_there_is() {
    let short = [&u32::MAX.to_le_bytes()[..], &[0; 64]].concat();
    assert!(decode::<Vec<zhengku_crypto::digest::Digest>>("path", &short, 1 << 20).is_err());
}

#[test]
fn too_many_bytes_are_refused_unread() {
    let long = vec![0; crate::transaction::signed::MAX_TRANSACTION_BYTES + 1];
    let limit = crate::transaction::signed::MAX_TRANSACTION_BYTES;
    let expected = CodecError::TooLong { what: "transaction", limit, actual: limit + 1 };
    assert_eq!(SignedTransaction::decode(&long), Err(TransactionError::Codec(expected)));
    assert!(matches!(Entry::decode(&long), Err(CodecError::TooLong { what: "entry", .. })));
    assert!(matches!(Proof::decode(&long), Err(CodecError::TooLong { what: "proof", .. })));
    assert!(matches!(Genesis::decode(&long), Err(GenesisError::Codec(CodecError::TooLong { what: "genesis", .. }))));
}

/// The largest values of the types fit their limits.
#[test]
fn the_largest_values_fit() {
    let full = with(licence(PLAIN), |one| {
        one.holders = list((0..8).map(holder).collect());
        (one.ground.text, one.ground.operator) = (Some(digest("text")), Some(digest("operator")));
        (one.files, one.seal) = (list((0..4).map(|place| file(&format!("{place}"))).collect()), Some(SealNumber(9)));
        (one.twin, one.replaces, one.replaced_by) = (Some(key(1)), Some(key(2)), Some(key(3)));
    });
    let items = (0..4096).map(|number| mint(key(number), full.clone())).collect();
    let transaction =
        SignedTransaction::sign(genesis(1).chain_id(), ISSUER, idempotency(1), mints(items), &signer(9)).unwrap();
    assert!(transaction.encode().len() < crate::transaction::signed::MAX_TRANSACTION_BYTES);
    let rule = |place| crate::entry::FieldRule {
        key: text(&format!("{place:048}")),
        label_zh: text(&"长".repeat(32)),
        label_en: text(&"l".repeat(96)),
        kind: crate::entry::FieldKind::Text,
        code: text(&"C".repeat(16)),
        mandatory: true,
    };
    let alias =
        |place| crate::entry::Alias { jurisdiction: text(&format!("{place:012}")), code: text(&"9".repeat(32)) };
    let state = |_| crate::entry::StateName {
        state: crate::entry::NamedState::Valid,
        code: text(&"0".repeat(8)),
        name_zh: text(&"有".repeat(8)),
    };
    let mut kind = licence_type(PLAIN);
    kind.fields = list((0..64).map(rule).collect());
    (kind.aliases, kind.states) = (list((0..16).map(alias).collect()), list((0..16).map(state).collect()));
    (kind.name_zh, kind.name_en, kind.template) =
        (text(&"长".repeat(32)), text(&"l".repeat(96)), text(&"t".repeat(32)));
    (kind.holder_kinds, kind.collection_start) = (list(vec![1, 2, 3, 4]), Some(TODAY));
    kind.issuers = list((0..1024).map(crate::ids::OrganisationNumber).collect());
    let body = EntryBody::LicenceType(kind);
    let origin = crate::entry::Origin { height: crate::ids::Height(1), transaction: 0, item: 0 };
    let entry = Entry { version: 1, key: key(1), previous: None, origin, body };
    let bytes = encode(&entry);
    assert!(bytes.len() <= crate::entry::MAX_ENTRY_BYTES && Entry::decode(&bytes) == Ok(entry));
}

#[test]
fn lists_and_texts_keep_their_bounds() {
    type Few = Bounded<u8, 1, 2>;
    for count in [0, 3] {
        assert_eq!(Few::new(vec![7; count]), Err(LengthError { minimum: 1, maximum: 2, actual: count }));
    }
    assert_eq!(Few::new(vec![7, 8]).unwrap().into_vec(), [7, 8]);
    assert_eq!(Text::<5>::new("证照"), Err(TextError::TooLong { limit: 5, actual: 6 }));
    assert!(Text::<6>::new("证照").is_ok());
    for control in ["a\r\nb", "\r", "\0", "\u{7f}", "\u{85}", "\t"] {
        assert_eq!(Text::<9>::new(control), Err(TextError::ControlCharacter), "{control:?}");
        let bytes = encode(&control.to_owned());
        assert!(decode::<Text<9>>("text", &bytes, 64).is_err());
    }
    assert!(
        Text::<9>::new("浦东\n路").is_err() && Text::<10>::new("浦东\n路").is_ok(),
        "an address may have two lines"
    );
    let not_utf8 = [&2_u32.to_le_bytes()[..], &[0xc3, 0x28]].concat();
    assert!(decode::<Text<9>>("text", &not_utf8, 64).is_err());
}

/// Numbers that no variant has, and sets of roles that do not exist.
#[test]
fn unknown_numbers_are_refused() {
    for number in [0_u8, 8, 255] {
        assert!(decode::<Status>("status", &[number], 1).is_err());
    }
    for number in [0_u8, 3] {
        assert!(decode::<OrganisationStatus>("status", &[number], 1).is_err());
    }
    for bits in 0..=255_u8 {
        assert_eq!(decode::<Roles>("roles", &[bits], 1).is_ok(), (1..16).contains(&bits), "{bits}");
    }
    assert!(decode::<bool>("bool", &[2], 1).is_err());
    assert!(decode::<Option<u8>>("option", &[2, 0], 2).is_err());
    for number in 0..=u16::MAX {
        let known = RejectCode::ALL.iter().any(|code| code.number() == number);
        assert_eq!(decode::<RejectCode>("code", &number.to_le_bytes(), 2).is_ok(), known);
    }
}

/// A set read from bytes keeps the rule of a set that was built: one key, one vote.
#[test]
fn a_validator_set_with_a_repeated_key_is_refused() {
    let one = validators(1).as_slice()[0].clone();
    let twice: Bounded<_, 1, 200> = list(vec![one.clone(), one]);
    assert!(decode::<ValidatorSet>("validators", &encode(&twice), 4096).is_err());
    let mut genesis = encode(&genesis(2));
    let key = |place: usize| encode(&validators(2).as_slice()[place].key);
    let at = genesis.windows(33).position(|window| window == key(1)).unwrap();
    genesis[at..at + 33].copy_from_slice(&key(0));
    assert_eq!(Genesis::decode(&genesis), Err(GenesisError::NodeConflict { place: 1 }));
}

#[test]
fn a_genesis_needs_its_governor() {
    let wrong: [fn(&mut crate::entry::Organisation); 3] =
        [|one| one.number = ISSUER, |one| one.roles = Roles::ISSUER, |one| one.status = OrganisationStatus::Barred];
    for change in wrong {
        let mut governor = organisation(GOVERNOR, Roles::GOVERNOR);
        change(&mut governor);
        let refused = Genesis::new(text("test"), START, vec![governor], vec![node(0)], Parameters::default());
        assert_eq!(refused, Err(GenesisError::Governor));
    }
    let mut other = encode(&genesis(1));
    other[2] = 2;
    assert_eq!(Genesis::decode(&other), Err(GenesisError::Version { format: 1, suite: 2 }));
    assert!(matches!(Genesis::decode(&other[..3]), Err(GenesisError::Codec(_))));
}

/// Every rule of a genesis, broken one at a time; the refusal names the place.
#[test]
fn a_genesis_keeps_its_rules() {
    let governor = || organisation(GOVERNOR, Roles::GOVERNOR);
    let made = |organisations, nodes, parameters| Genesis::new(text("test"), START, organisations, nodes, parameters);
    let usual = Parameters::default();
    let of_nodes = |nodes| made(vec![governor()], nodes, usual).err();
    let changed = |place: u16, change: fn(&mut Node)| {
        let mut one = node(place);
        change(&mut one);
        one
    };
    let conflict = Some(GenesisError::NodeConflict { place: 1 });
    assert_eq!(of_nodes(vec![node(0), node(1)]), None);
    assert_eq!(of_nodes(vec![node(0), changed(1, |one| one.name = node(0).name)]), conflict);
    assert_eq!(of_nodes(vec![node(0), changed(1, |one| one.network_key = node(0).network_key)]), conflict);
    assert_eq!(of_nodes(vec![node(0), changed(1, |one| one.consensus_key = node(0).network_key)]), conflict);
    assert_eq!(of_nodes(vec![node(0), changed(1, |one| one.organisation = ISSUER)]), conflict);
    assert_eq!(of_nodes(vec![node(0), changed(1, |one| one.status = NodeStatus::Removed)]), conflict);
    let refused = of_nodes(vec![changed(0, |one| one.name = text("V0"))]);
    assert_eq!(refused, Some(GenesisError::Node { place: 0, source: NodeRefusal::Name }));
    let refused = of_nodes(vec![changed(0, |one| one.role = NodeRole::Observer)]);
    assert_eq!(refused, Some(GenesisError::Validators(ValidatorSetError::Count { actual: 0 })));
    assert!(matches!(of_nodes(vec![]), Some(GenesisError::Count(_))));
    let second = organisation(ISSUER, Roles::ISSUER);
    let refused = made(vec![governor(), second], vec![node(0)], usual);
    assert_eq!(refused.err(), Some(GenesisError::Organisation { place: 1 }), "numbered 2");
    let mut second = organisation(DEFINER, Roles::ISSUER);
    second.credit_code = governor().credit_code;
    let refused = made(vec![governor(), second], vec![node(0)], usual);
    assert_eq!(refused.err(), Some(GenesisError::Organisation { place: 1 }), "one code twice");
    let refused = made(vec![governor()], vec![node(0)], Parameters { propose_ms: 0, ..usual });
    assert!(matches!(refused, Err(GenesisError::Parameters(_))));
}

/// A certificate without votes is no certificate.
#[test]
fn a_certificate_needs_a_vote() {
    let world = World::new(1);
    let block = world.execute(vec![]);
    let bytes = encode(&certificate(&block, 0, [0]));
    let without = [&bytes[..44], &0_u32.to_le_bytes()[..]].concat();
    assert!(decode::<Certificate>("certificate", &bytes, 4096).is_ok());
    assert!(decode::<Certificate>("certificate", &without, 4096).is_err());
}
