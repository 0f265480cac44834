use super::arbitrary::Arbitrary;
use crate::block::{Certificate, Genesis, Header};
use crate::codec::{self, CodecError, decode};
use crate::entry::Entry;
use crate::proof::Proof;
use crate::transaction::{Outcome, SignedTransaction};
use crate::validator_set::ValidatorSet;
use proptest::prelude::*;

/// Reads a type and gives its encoding back, or nothing when it was refused.
type Reread = fn(&[u8]) -> Option<Vec<u8>>;

fn plain<T: borsh::BorshDeserialize + borsh::BorshSerialize>(bytes: &[u8]) -> Option<Vec<u8>> {
    decode::<T>("value", bytes, 1 << 20).ok().map(|value| codec::encode(&value))
}

const READERS: [Reread; 8] = [
    |bytes| Entry::decode(bytes).ok().map(|value| codec::encode(&value)),
    |bytes| SignedTransaction::decode(bytes).ok().map(|value| value.encode()),
    |bytes| Genesis::decode(bytes).ok().map(|value| codec::encode(&value)),
    |bytes| Proof::decode(bytes).ok().map(|value| value.encode()),
    plain::<Header>,
    plain::<Certificate>,
    plain::<ValidatorSet>,
    plain::<Outcome>,
];

/// The encoding of an arbitrary value of the type that `READERS[kind]` reads, after checking that reading gives it back.
fn encoded(kind: usize, seed: u64) -> Vec<u8> {
    fn round_trip<T: PartialEq + std::fmt::Debug>(value: &T, bytes: &[u8], read: impl Fn(&[u8]) -> T) {
        assert_eq!(read(bytes), *value);
    }
    let mut any = Arbitrary::of(seed);
    macro_rules! check {
        ($value:expr, $read:expr) => {{
            let value = $value;
            let bytes = codec::encode(&value);
            round_trip(&value, &bytes, $read);
            bytes
        }};
    }
    match kind {
        0 => check!(any.entry(), |bytes| Entry::decode(bytes).unwrap()),
        1 => check!(any.transaction(), |bytes| SignedTransaction::decode(bytes).unwrap()),
        2 => check!(any.genesis(), |bytes| Genesis::decode(bytes).unwrap()),
        3 => check!(any.proof(), |bytes| Proof::decode(bytes).unwrap()),
        4 => check!(any.header(), |bytes| decode("header", bytes, 1024).unwrap()),
        5 => check!(any.certificate(), |bytes| decode("certificate", bytes, 1 << 16).unwrap()),
        6 => check!(any.validators(), |bytes| decode("validators", bytes, 1 << 16).unwrap()),
        _ => check!(any.outcome(), |bytes| decode("outcome", bytes, 64).unwrap()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_value_is_read_back(kind in 0..8_usize, seed: u64) {
        let bytes = encoded(kind, seed);
        prop_assert_eq!(READERS[kind](&bytes), Some(bytes));
    }

    #[test]
    fn trailing_and_missing_bytes_are_refused(kind in 0..8_usize, seed: u64, cut: prop::sample::Index, extra: u8) {
        let bytes = encoded(kind, seed);
        prop_assert_eq!(READERS[kind](&[bytes.as_slice(), &[extra]].concat()), None);
        prop_assert_eq!(READERS[kind](&bytes[..cut.index(bytes.len())]), None);
        prop_assert_eq!(READERS[kind](&bytes[..bytes.len() - 1]), None);
    }

    /// Whatever is accepted is the encoding of what was read: no value has two encodings.
    #[test]
    fn what_is_accepted_is_canonical(
        kind in 0..8_usize, seed: u64, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
    ) {
        let mut bytes = encoded(kind, seed);
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        for read in READERS {
            if let Some(again) = read(&bytes) {
                prop_assert_eq!(&again, &bytes);
            }
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), zeros in 0..4_usize) {
        // Small numbers at the front let more of them pass the first fields.
        let bytes = [vec![1; zeros], bytes].concat();
        for read in READERS {
            if let Some(again) = read(&bytes) {
                prop_assert_eq!(&again, &bytes);
            }
        }
        let _ = crate::proof::Proof::from_file(&bytes);
    }
}

/// The header has one length, and its every byte is read as it is.
#[test]
fn a_header_has_322_bytes() {
    for seed in 0..64 {
        assert_eq!(encoded(4, seed).len(), 322);
    }
}

#[test]
fn other_versions_are_refused() {
    let mut entry = encoded(0, 1);
    let mut proof = encoded(3, 1);
    let mut transaction = encoded(1, 1);
    let mut genesis = encoded(2, 1);
    for version in [0, 2, 255] {
        (entry[0], proof[0], transaction[0], genesis[0]) = (version, version, version, version);
        assert!(matches!(Entry::decode(&entry), Err(CodecError::Malformed { what: "entry", .. })));
        assert!(matches!(Proof::decode(&proof), Err(CodecError::Malformed { what: "proof", .. })));
        let refused = SignedTransaction::decode(&transaction);
        assert_eq!(refused, Err(crate::transaction::TransactionError::Version { actual: version }));
        let expected = crate::block::GenesisError::Version { format: u16::from(version), suite: 1 };
        assert_eq!(Genesis::decode(&genesis), Err(expected));
    }
}
