//! OpenSSL verifies what we sign, and we verify what OpenSSL signs.

use zhengku_crypto::domain::Domain;
use zhengku_crypto::sign::{Algorithm, PublicKey, SecretSigner, Signature, Signer};

use crate::workshop::{DISTID, Kind, Workshop};

const MESSAGE: &[u8] = "证照 message".as_bytes();

/// Asks OpenSSL about `pub.der`, `message` and `signature`.
fn openssl_verifies(workshop: &Workshop, algorithm: Algorithm) -> bool {
    let arguments: &[&str] = match algorithm {
        Algorithm::Sm2Sm3 => {
            let key = ["dgst", "-sm3", "-verify", "pub.der", "-keyform", "DER", "-sigopt", DISTID];
            &[&key[..], &["-signature", "signature", "message"]].concat()
        }
        _ => {
            let key = ["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "pub.der", "-rawin"];
            &[&key[..], &["-in", "message", "-sigfile", "signature"]].concat()
        }
    };
    workshop.try_openssl(arguments).0
}

#[test]
fn openssl_verifies_our_signatures() {
    for algorithm in [Algorithm::Ed25519, Algorithm::Sm2Sm3] {
        let workshop = Workshop::new();
        let signer = SecretSigner::from_secret(algorithm, &[0x35; 32]).unwrap();
        let signature = signer.sign(Domain::Transaction, MESSAGE).unwrap();
        workshop.write("pub.der", &signer.public_key().to_spki_der());
        workshop.write("message", &Domain::Transaction.signing_bytes(MESSAGE));
        workshop.write("signature", &signature.to_x509());
        assert!(openssl_verifies(&workshop, algorithm), "{algorithm}");
        workshop.write("message", &Domain::Precommit.signing_bytes(MESSAGE));
        assert!(!openssl_verifies(&workshop, algorithm), "{algorithm}, another domain");
        workshop.write("message", MESSAGE);
        assert!(!openssl_verifies(&workshop, algorithm), "{algorithm}, no domain");
    }
}

#[test]
fn we_verify_the_signatures_of_openssl() {
    for (kind, algorithm) in [(Kind::Ed25519, Algorithm::Ed25519), (Kind::Sm2, Algorithm::Sm2Sm3)] {
        let mut workshop = Workshop::new();
        workshop.key("signer", kind);
        workshop.openssl(&["pkey", "-in", "signer.key", "-pubout", "-outform", "DER", "-out", "pub.der"]);
        workshop.write("message", &Domain::ImportBatch.signing_bytes(MESSAGE));
        let sign: &[&str] = match kind {
            Kind::Sm2 => &["dgst", "-sm3", "-sign", "signer.key", "-sigopt", DISTID, "-out", "signature", "message"],
            _ => &["pkeyutl", "-sign", "-inkey", "signer.key", "-rawin", "-in", "message", "-out", "signature"],
        };
        workshop.openssl(sign);
        let key = PublicKey::from_spki_der(&workshop.read("pub.der")).unwrap();
        assert_eq!(key.to_spki_der(), workshop.read("pub.der"));
        let signature = Signature::from_x509(algorithm, &workshop.read("signature")).unwrap();
        assert_eq!(key.verify(Domain::ImportBatch, MESSAGE, &signature), Ok(()));
        assert!(key.verify(Domain::Transaction, MESSAGE, &signature).is_err());
    }
}
