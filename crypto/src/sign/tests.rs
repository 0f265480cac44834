use proptest::prelude::*;

use super::*;
use crate::digest::sm3;

/// GB/T 32918.5-2017 annex A.2, recommended curve: key, signature over "message digest", ZA and e.
const SM2_SECRET: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
const SM2_POINT: &str = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
                         ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
const SM2_SIGNATURE: &str = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3\
                             b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
const SM2_ZA: &str = "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3";
const SM2_E: &str = "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640";
/// a, b, Gx, Gy of the recommended curve (GB/T 32918.5-2017).
const SM2_CURVE: [&str; 4] = [
    "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc",
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93",
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7",
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0",
];
const SM2_ORDER: &str = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";

/// The eight points of small order in their canonical encodings.
const SMALL_ORDER: [&str; 8] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

fn ed25519() -> SecretSigner {
    SecretSigner::from_secret(Algorithm::Ed25519, &[7; 32]).unwrap()
}

fn sm2_signer() -> SecretSigner {
    SecretSigner::from_secret(Algorithm::Sm2Sm3, &[7; 32]).unwrap()
}

#[test]
fn ed25519_vectors_of_rfc_8032() {
    let cases = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
             d25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c\
             387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659\
             4a7c15e9716ed28dc027beceea1ec40a",
        ),
    ];
    for (secret, key, message, signature) in cases {
        let signer = Ed25519Signer::from_secret(&bytes(secret)).unwrap();
        let message = hex::decode(message).unwrap();
        let made = signer.danger_sign_without_domain(&message).unwrap();
        assert_eq!(signer.public_key().to_string(), format!("ed25519:{key}"));
        assert_eq!(hex::encode(made.as_bytes()), signature);
        assert_eq!(signer.public_key().danger_verify_without_domain(&message, &made), Ok(()));
    }
}

#[test]
fn sm2_vector_of_gbt_32918_5() {
    let signer = Sm2Signer::from_secret(&bytes(SM2_SECRET)).unwrap();
    let key = signer.public_key();
    assert_eq!(hex::encode(key.as_bytes()), SM2_POINT);
    let signature = Signature::from_parts(Algorithm::Sm2Sm3, bytes(SM2_SIGNATURE)).unwrap();
    assert_eq!(key.danger_verify_without_domain(b"message digest", &signature), Ok(()));
    assert_eq!(key.danger_verify_without_domain(b"message digesT", &signature), Err(SignatureError::Refused));
    let made = signer.danger_sign_without_domain(b"message digest").unwrap();
    assert_eq!(key.danger_verify_without_domain(b"message digest", &made), Ok(()));
    assert_eq!(made, signer.danger_sign_without_domain(b"message digest").unwrap(), "signing is deterministic");
}

#[test]
fn sm2_identity_and_message_hashes_of_gbt_32918_5() {
    let mut identity = vec![0, 128];
    identity.extend_from_slice(SM2_DEFAULT_ID.as_bytes());
    for parameter in SM2_CURVE {
        identity.extend_from_slice(&bytes::<32>(parameter));
    }
    identity.extend_from_slice(&bytes::<65>(SM2_POINT)[1..]);
    assert_eq!(sm3(&identity).to_string(), SM2_ZA);
    let message = [&bytes::<32>(SM2_ZA)[..], b"message digest"].concat();
    assert_eq!(sm3(&message).to_string(), SM2_E);
}

#[test]
fn a_signature_belongs_to_its_domain_message_key_and_algorithm() {
    let other_secret = [8; 32];
    for signer in [ed25519(), sm2_signer()] {
        let key = signer.public_key();
        let signature = signer.sign(Domain::Transaction, b"message").unwrap();
        assert_eq!(key.verify(Domain::Transaction, b"message", &signature), Ok(()));
        for domain in Domain::ALL.iter().filter(|domain| **domain != Domain::Transaction) {
            assert_eq!(key.verify(*domain, b"message", &signature), Err(SignatureError::Refused));
        }
        assert_eq!(key.verify(Domain::Transaction, b"messag", &signature), Err(SignatureError::Refused));
        let other = SecretSigner::from_secret(key.algorithm(), &other_secret).unwrap().public_key();
        assert_eq!(other.verify(Domain::Transaction, b"message", &signature), Err(SignatureError::Refused));
        let plain = Domain::Transaction.signing_bytes(b"message");
        assert_eq!(key.danger_verify_without_domain(&plain, &signature), Ok(()));
    }
    let (left, right) = (ed25519(), sm2_signer());
    let signature = right.sign(Domain::Transaction, b"message").unwrap();
    let mismatch = SignatureError::AlgorithmMismatch { expected: Algorithm::Ed25519, actual: Algorithm::Sm2Sm3 };
    assert_eq!(left.public_key().verify(Domain::Transaction, b"message", &signature), Err(mismatch));
}

#[test]
fn every_altered_bit_of_a_signature_is_refused() {
    for signer in [ed25519(), sm2_signer()] {
        let key = signer.public_key();
        let signature = signer.sign(Domain::Precommit, b"message").unwrap();
        for position in (0..512).step_by(if key.algorithm() == Algorithm::Sm2Sm3 { 5 } else { 1 }) {
            let mut altered = *signature.as_bytes();
            altered[position / 8] ^= 1 << (position % 8);
            if let Ok(altered) = Signature::from_parts(key.algorithm(), altered) {
                assert_eq!(key.verify(Domain::Precommit, b"message", &altered), Err(SignatureError::Refused));
            }
        }
    }
}

#[test]
fn ed25519_keys_of_small_order_are_refused() {
    for text in SMALL_ORDER {
        let refused = SignatureError::WeakKey { algorithm: Algorithm::Ed25519 };
        assert_eq!(PublicKey::from_parts(Algorithm::Ed25519, &bytes::<32>(text)), Err(refused), "{text}");
    }
}

#[test]
fn ed25519_keys_have_one_spelling() {
    let refused = SignatureError::MalformedKey { algorithm: Algorithm::Ed25519 };
    for excess in 0..19_u8 {
        for sign in [0x7f, 0xff] {
            let mut key = [0xff; 32];
            key[0] = 0xed + excess;
            key[31] = sign;
            assert_eq!(PublicKey::from_parts(Algorithm::Ed25519, &key), Err(refused.clone()), "p + {excess}");
        }
    }
    // The points of order 1 and 2 have x = 0; a sign bit on them is a second spelling.
    for text in [SMALL_ORDER[2], SMALL_ORDER[7]] {
        let mut key = bytes::<32>(text);
        key[31] |= 0x80;
        assert!(PublicKey::from_parts(Algorithm::Ed25519, &key).is_err());
    }
}

/// Signatures computed with an independent implementation by someone who knows the secret. Each is accepted by some verifiers.
#[test]
fn ed25519_verification_is_strict() {
    let honest = ed25519().public_key();
    let mixed_order: [u8; 32] = bytes("1f4f580e73ac208f06760190e9edc6f5916775dabd9c1cdca393175c2d6d1083");
    let mixed_order = PublicKey::from_parts(Algorithm::Ed25519, &mixed_order).unwrap();
    let cases = [
        (
            "R of small order",
            &honest,
            "0100000000000000000000000000000000000000000000000000000000000000\
             c1e6f39f97804e45fbb14a668108fc6a3de69c58e6fd670bcf8661f2fb0aef07",
        ),
        (
            "R of mixed order, valid with cofactor only",
            &honest,
            "40a4cf5c611d737a2f1c6fcca84d9cabfed80987f186a5a6c57e629bff1af27f\
             bf474ad346924731736074fd2741dad38fd505f03ec7241b59ccca916e906d05",
        ),
        (
            "key of mixed order, valid with cofactor only",
            &mixed_order,
            "aee32c13edce6441f623b0aad7c4b5926df1343a86976ea76e378d4d033fbbe7\
             72db8dc5dd5874c9dd75c1473c42c97e1c6b66305c85bc0e40f7778286f51d05",
        ),
    ];
    for (name, key, signature) in cases {
        let signature = Signature::from_parts(Algorithm::Ed25519, bytes(signature)).unwrap();
        assert_eq!(key.verify(Domain::Transaction, b"message", &signature), Err(SignatureError::Refused), "{name}");
    }
}

#[test]
fn ed25519_s_plus_the_order_is_refused() {
    let signature = ed25519().sign(Domain::Transaction, b"message").unwrap();
    let order: [u8; 32] = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut shifted = *signature.as_bytes();
    let mut carry = 0;
    for (digit, addend) in shifted[32..].iter_mut().zip(order) {
        let sum = u16::from(*digit) + u16::from(addend) + carry;
        *digit = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    let refused = SignatureError::MalformedSignature { algorithm: Algorithm::Ed25519 };
    assert_eq!(Signature::from_parts(Algorithm::Ed25519, shifted), Err(refused.clone()));
    let mut exact = [0; 64];
    exact[32..].copy_from_slice(&order);
    assert_eq!(Signature::from_parts(Algorithm::Ed25519, exact), Err(refused));
    exact[32] -= 1;
    assert!(Signature::from_parts(Algorithm::Ed25519, exact).is_ok());
}

#[test]
fn sm2_signature_numbers_are_in_range() {
    let (order, mut below, one) = (bytes::<32>(SM2_ORDER), bytes::<32>(SM2_ORDER), {
        let mut one = [0; 32];
        one[31] = 1;
        one
    });
    below[31] -= 1;
    let join = |r: [u8; 32], s: [u8; 32]| -> [u8; 64] { [r, s].concat().try_into().unwrap() };
    for refused in [join([0; 32], one), join(one, [0; 32]), join(order, one), join(one, order), join(one, [0xff; 32])] {
        let error = SignatureError::MalformedSignature { algorithm: Algorithm::Sm2Sm3 };
        assert_eq!(Signature::from_parts(Algorithm::Sm2Sm3, refused), Err(error));
    }
    for accepted in [join(below, one), join(one, below)] {
        let signature = Signature::from_parts(Algorithm::Sm2Sm3, accepted).unwrap();
        let key = sm2_signer().public_key();
        // r + s = n as well: t = 0 is refused in verification (B5).
        assert_eq!(key.verify(Domain::Transaction, b"message", &signature), Err(SignatureError::Refused));
    }
}

#[test]
fn sm2_keys_have_one_spelling_and_lie_on_the_curve() {
    let point: [u8; 65] = bytes(SM2_POINT);
    let malformed = SignatureError::MalformedKey { algorithm: Algorithm::Sm2Sm3 };
    for first in [0x00, 0x02, 0x03, 0x05, 0x06, 0x07] {
        let mut other = point;
        other[0] = first;
        assert_eq!(PublicKey::from_parts(Algorithm::Sm2Sm3, &other), Err(malformed.clone()));
    }
    let mut off_curve = point;
    off_curve[64] ^= 1;
    assert_eq!(PublicKey::from_parts(Algorithm::Sm2Sm3, &off_curve), Err(malformed.clone()));
    let mut out_of_range = [0xff; 65];
    out_of_range[0] = 4;
    assert_eq!(PublicKey::from_parts(Algorithm::Sm2Sm3, &out_of_range), Err(malformed));
    let compressed = [&[0x03], &point[1..33]].concat();
    let length = SignatureError::KeyLength { algorithm: Algorithm::Sm2Sm3, expected: 65, actual: 33 };
    assert_eq!(PublicKey::from_parts(Algorithm::Sm2Sm3, &compressed), Err(length));
}

#[test]
fn sm2_secrets_are_in_range() {
    let order: [u8; 32] = bytes(SM2_ORDER);
    let mut secret = order;
    for (offset, accepted) in [(0, false), (1, false), (2, true)] {
        secret[31] = order[31] - offset;
        assert_eq!(Sm2Signer::from_secret(&secret).is_ok(), accepted, "n - {offset}");
    }
    assert!(Sm2Signer::from_secret(&[0; 32]).is_err());
    assert!(Sm2Signer::from_secret(&[0xff; 32]).is_err());
}

#[test]
fn secrets_are_not_shown() {
    for signer in [ed25519(), sm2_signer()] {
        let text = format!("{signer:?}");
        assert!(text.contains("REDACTED") && !text.contains("07070707") && !text.contains("7, 7, 7"), "{text}");
    }
}

#[test]
fn keys_have_texts_bytes_and_an_order() {
    let (left, right) = (ed25519().public_key(), sm2_signer().public_key());
    assert!(left < right);
    for key in [&left, &right] {
        assert_eq!(key.to_string().parse::<PublicKey>().as_ref(), Ok(key));
        assert_eq!(PublicKey::from_spki_der(&key.to_spki_der()).as_ref(), Ok(key));
        let encoded = borsh::to_vec(key).unwrap();
        assert_eq!(encoded[0], key.algorithm().tag());
        assert_eq!(encoded.len(), 1 + key.algorithm().public_key_len());
        assert_eq!(&borsh::from_slice::<PublicKey>(&encoded).unwrap(), key);
        assert!(borsh::from_slice::<PublicKey>(&[&encoded[..], &[0]].concat()).is_err());
        assert!(borsh::from_slice::<PublicKey>(&encoded[..encoded.len() - 1]).is_err());
    }
    for text in ["", "ed25519:", "ed25519:00", "rsa:00", &left.to_string().to_uppercase(), &format!("{left} ")] {
        assert_eq!(text.parse::<PublicKey>(), Err(SignatureError::MalformedKeyText), "{text}");
    }
    for tag in [0, 3, 255] {
        assert_eq!(Algorithm::from_tag(tag), Err(SignatureError::UnknownAlgorithm { tag }));
        assert!(borsh::from_slice::<PublicKey>(&[&[tag][..], left.as_bytes()].concat()).is_err());
    }
}

#[test]
fn sm2_signatures_have_one_der_spelling() {
    let signature = Signature::from_parts(Algorithm::Sm2Sm3, bytes(SM2_SIGNATURE)).unwrap();
    let der = signature.to_x509();
    assert_eq!(Signature::from_x509(Algorithm::Sm2Sm3, &der), Ok(signature));
    assert!(Signature::from_x509(Algorithm::Sm2Sm3, &[&der[..], &[0]].concat()).is_err());
    let refused = SignatureError::MalformedSignature { algorithm: Algorithm::Sm2Sm3 };
    // The same numbers with a length of two bytes, and with a needless zero before r (which already has its sign zero).
    let long_length = [&[0x30, 0x81, der[1]], &der[2..]].concat();
    let zero_before = [&[0x30, der[1] + 1, 0x02, der[3] + 1, 0x00], &der[4..]].concat();
    for other in [long_length, zero_before] {
        assert_eq!(Signature::from_x509(Algorithm::Sm2Sm3, &other), Err(refused.clone()));
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_a_canonical_key_or_refused(tag in 0_u8..4, body in prop::collection::vec(any::<u8>(), 0..70)) {
        let encoded = [&[tag][..], &body].concat();
        if let Ok(key) = borsh::from_slice::<PublicKey>(&encoded) {
            prop_assert_eq!(borsh::to_vec(&key).unwrap(), encoded);
        }
        if let Ok(key) = PublicKey::from_spki_der(&body) {
            prop_assert_eq!(key.to_spki_der(), body);
        }
    }

    #[test]
    fn arbitrary_ed25519_points_round_trip(body: [u8; 32]) {
        if let Ok(key) = PublicKey::from_parts(Algorithm::Ed25519, &body) {
            prop_assert_eq!(key.as_bytes(), &body[..]);
            prop_assert_eq!(PublicKey::from_spki_der(&key.to_spki_der()), Ok(key));
        }
    }

    #[test]
    fn arbitrary_bytes_are_a_canonical_signature_or_refused(tag in 0_u8..4, body in prop::collection::vec(any::<u8>(), 60..68)) {
        let encoded = [&[tag][..], &body].concat();
        if let Ok(signature) = borsh::from_slice::<Signature>(&encoded) {
            prop_assert_eq!(borsh::to_vec(&signature).unwrap(), encoded);
            prop_assert_eq!(Signature::from_x509(signature.algorithm(), &signature.to_x509()), Ok(signature));
            let key = SecretSigner::from_secret(signature.algorithm(), &[7; 32]).unwrap().public_key();
            prop_assert_eq!(key.verify(Domain::Transaction, b"message", &signature), Err(SignatureError::Refused));
        }
    }

    #[test]
    fn arbitrary_texts_are_no_keys(text in "(ed25519:|sm2:)?[0-9a-fA-F]{0,140}") {
        if let Ok(key) = text.parse::<PublicKey>() {
            prop_assert_eq!(key.to_string(), text);
        }
    }

    #[test]
    fn any_message_signs_and_verifies(secret: [u8; 32], message: Vec<u8>) {
        for algorithm in [Algorithm::Ed25519, Algorithm::Sm2Sm3] {
            let Ok(signer) = SecretSigner::from_secret(algorithm, &secret) else { continue };
            let signature = signer.sign(Domain::ImportBatch, &message).unwrap();
            prop_assert_eq!(signer.public_key().verify(Domain::ImportBatch, &message, &signature), Ok(()));
        }
    }
}
