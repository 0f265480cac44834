use super::*;
use proptest::prelude::*;

const KEY: RecordKey = RecordKey::from_bytes([1; 32]);
const NONCE: [u8; NONCE_LEN] = [2; NONCE_LEN];
const ID: Digest = Digest::from_bytes([3; 32]);

/// Test cases 13 and 14 of the GCM specification (McGrew and Viega, appendix B): AES-256, zero key, zero nonce, nothing associated.
#[test]
fn known_vectors_of_the_gcm_specification() {
    let cases: [(&[u8], &str); 2] = [
        (&[], "530f8afbc74536b9a963b4f1c4cb738b"),
        (&[0; 16], "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
    ];
    for (plaintext, expected) in cases {
        let sealed = seal(&[0; 32], &[0; NONCE_LEN], b"", plaintext).unwrap();
        assert_eq!(hex::encode(&sealed[NONCE_LEN..]), expected);
        assert_eq!(open(&[0; 32], b"", &sealed).unwrap().as_slice(), plaintext);
    }
}

#[test]
fn a_record_opens_with_its_own_key_and_id_only() {
    let sealed = seal_record(&KEY, &NONCE, &ID, b"record").unwrap();
    assert_eq!(sealed.len(), NONCE_LEN + 6 + TAG_LEN);
    assert_eq!(sealed[..NONCE_LEN], NONCE);
    assert_eq!(open_record(&KEY, &ID, &sealed).unwrap().as_slice(), b"record");
    let other_id = Digest::from_bytes([4; 32]);
    assert_eq!(open_record(&KEY, &other_id, &sealed), Err(EnvelopeError::Refused));
    assert_eq!(open_record(&RecordKey::from_bytes([5; 32]), &ID, &sealed), Err(EnvelopeError::Refused));
}

#[test]
fn every_altered_bit_is_refused() {
    let sealed = seal_record(&KEY, &NONCE, &ID, b"record").unwrap();
    for position in 0..sealed.len() * 8 {
        let mut altered = sealed.clone();
        altered[position / 8] ^= 1 << (position % 8);
        assert_eq!(open_record(&KEY, &ID, &altered), Err(EnvelopeError::Refused), "bit {position}");
    }
    for length in NONCE_LEN + TAG_LEN..sealed.len() {
        assert_eq!(open_record(&KEY, &ID, &sealed[..length]), Err(EnvelopeError::Refused));
    }
    for actual in 0..NONCE_LEN + TAG_LEN {
        let refused = EnvelopeError::TooShort { min: NONCE_LEN + TAG_LEN, actual };
        assert_eq!(open_record(&KEY, &ID, &sealed[..actual]), Err(refused));
    }
}

#[test]
fn a_wrapped_key_opens_what_the_key_sealed() {
    let wrapping = WrappingKey::from_bytes([6; 32]);
    let wrapped = wrapping.wrap(&NONCE, &ID, &KEY).unwrap();
    let sealed = seal_record(&KEY, &NONCE, &ID, b"record").unwrap();
    let unwrapped = wrapping.unwrap(&ID, &wrapped).unwrap();
    assert_eq!(open_record(&unwrapped, &ID, &sealed).unwrap().as_slice(), b"record");
    assert_eq!(wrapping.unwrap(&Digest::ZERO, &wrapped).unwrap_err(), EnvelopeError::Refused);
    assert_eq!(WrappingKey::from_bytes([7; 32]).unwrap(&ID, &wrapped).unwrap_err(), EnvelopeError::Refused);
    for actual in [0, WRAPPED_KEY_LEN - 1, WRAPPED_KEY_LEN + 1] {
        let refused = EnvelopeError::WrappedKeyLength { expected: WRAPPED_KEY_LEN, actual };
        assert_eq!(wrapping.unwrap(&ID, &vec![0; actual]).unwrap_err(), refused);
    }
}

#[test]
fn a_wrapped_key_is_no_record_and_a_record_no_wrapped_key() {
    let wrapping = WrappingKey::from_bytes([1; 32]);
    let wrapped = wrapping.wrap(&NONCE, &ID, &KEY).unwrap();
    assert_eq!(open_record(&KEY, &ID, &wrapped), Err(EnvelopeError::Refused));
    let sealed = seal_record(&KEY, &NONCE, &ID, &[9; 32]).unwrap();
    assert_eq!(wrapping.unwrap(&ID, &sealed).unwrap_err(), EnvelopeError::Refused);
}

#[test]
fn keys_are_not_shown() {
    assert_eq!(format!("{KEY:?}"), "RecordKey([REDACTED])");
    assert_eq!(format!("{:?}", WrappingKey::from_bytes([1; 32])), "WrappingKey([REDACTED])");
}

proptest! {
    #[test]
    fn any_record_round_trips(key: [u8; 32], nonce: [u8; NONCE_LEN], id: [u8; 32], plaintext: Vec<u8>) {
        let (key, id) = (RecordKey::from_bytes(key), Digest::from_bytes(id));
        let sealed = seal_record(&key, &nonce, &id, &plaintext).unwrap();
        let opened = open_record(&key, &id, &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), plaintext.as_slice());
    }

    #[test]
    fn arbitrary_bytes_never_open(bytes: Vec<u8>) {
        prop_assert!(open_record(&KEY, &ID, &bytes).is_err());
        prop_assert!(WrappingKey::from_bytes([1; 32]).unwrap(&ID, &bytes).is_err());
    }
}
