//! The signer against SoftHSM 2 in a directory of its own. The module reads SOFTHSM2_CONF, so everything runs in a child of this
//! program that has it set; the test harness would share one process among tests.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use zhengku_crypto::certificate::issue::{CertificateDraft, Profile, Subject};
use zhengku_crypto::domain::Domain;
use zhengku_crypto::sign::{Algorithm, NoteText, Signer};
use zhengku_token::{Module, Pin, TokenError};

/// Set in the child: the directory to work in.
const CHILD: &str = "ZHENGKU_TOKEN_TEST_DIRECTORY";
const LIBRARY: &str = "/usr/lib/softhsm/libsofthsm2.so";
const TOKEN: &str = "zhengku";
const PIN: &str = "123456";

fn main() {
    match env::var_os(CHILD) {
        Some(directory) => check_all(Path::new(&directory)),
        None => start_child(),
    }
}

/// Makes a token and runs this program again, with the variable that the module reads.
fn start_child() {
    let directory = tempfile::tempdir().unwrap();
    let tokens = directory.path().join("tokens");
    fs::create_dir(&tokens).unwrap();
    let config = directory.path().join("softhsm2.conf");
    fs::write(&config, format!("directories.tokendir = {}\nobjectstore.backend = file\n", tokens.display())).unwrap();
    let init = ["--init-token", "--free", "--label", TOKEN, "--so-pin", "12345678", "--pin", PIN];
    let made = Command::new("softhsm2-util").args(init).env("SOFTHSM2_CONF", &config).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let child = Command::new(env::current_exe().unwrap())
        .env("SOFTHSM2_CONF", &config)
        .env(CHILD, directory.path())
        .status()
        .unwrap();
    assert!(child.success(), "the checks in the child failed");
}

fn check_all(directory: &Path) {
    let module = Module::load(Path::new(LIBRARY)).unwrap();
    let tokens = module.tokens().unwrap();
    assert_eq!(tokens.iter().map(|token| token.label.as_str()).collect::<Vec<_>>(), [TOKEN]);
    what_is_not_there_is_named(&module, tokens.first().unwrap().slot);
    let pin = Pin::from(PIN);
    let public = module.make_key(TOKEN, "validator", &pin).unwrap();
    let again = module.make_key(TOKEN, "validator", &pin).unwrap_err();
    assert!(matches!(again, TokenError::Key { count: 2, .. }), "{again}");

    let signer = module.signer(TOKEN, "validator", Algorithm::Ed25519, &pin).unwrap();
    assert_eq!(signer.public_key(), public);
    let signature = signer.sign(Domain::Transaction, b"message").unwrap();
    assert_eq!(public.verify(Domain::Transaction, b"message", &signature), Ok(()));
    assert!(public.verify(Domain::Precommit, b"message", &signature).is_err());
    openssl_agrees(directory, &signer);
    notes_and_certificates_are_signed(&signer);
    two_threads_share_a_signer(&signer);
    sm2_is_refused(&module, &pin);
    let unknown = module.signer(TOKEN, "nobody", Algorithm::Ed25519, &pin).unwrap_err();
    assert!(matches!(&unknown, TokenError::Key { count: 0, label, .. } if label == "nobody"), "{unknown}");
}

/// Before anybody has logged in: afterwards a token takes any PIN.
fn what_is_not_there_is_named(module: &Module, slot: u64) {
    let missing = Module::load(Path::new("/nonexistent/module.so")).unwrap_err();
    assert!(matches!(missing, TokenError::Load { .. }), "{missing}");
    assert!(missing.to_string().contains("/nonexistent/module.so"), "{missing}");
    let wrong = module.signer(TOKEN, "validator", Algorithm::Ed25519, &Pin::from("999999")).unwrap_err();
    assert!(matches!(wrong, TokenError::Pin { .. }), "{wrong}");
    let text = wrong.to_string();
    assert!(text.contains(LIBRARY) && text.contains(&slot.to_string()) && !text.contains("999999"), "{text}");
    let other = module.signer("other", "validator", Algorithm::Ed25519, &Pin::from(PIN)).unwrap_err();
    assert!(matches!(other, TokenError::NoToken { count: 0, .. }), "{other}");
}

fn openssl_agrees(directory: &Path, signer: &impl Signer) {
    let file = |name: &str| -> PathBuf { directory.join(name) };
    let message = b"bytes that a standard fixes";
    let signature = signer.danger_sign_without_domain(message).unwrap();
    fs::write(file("message"), message).unwrap();
    fs::write(file("signature"), signature.as_bytes()).unwrap();
    fs::write(file("key.der"), signer.public_key().to_spki_der()).unwrap();
    let verify = || {
        let line = ["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin"];
        let files = ["-in", "message", "-sigfile", "signature"];
        Command::new("openssl").args(line).args(files).current_dir(directory).output().unwrap().status.success()
    };
    assert!(verify());
    fs::write(file("message"), b"other bytes").unwrap();
    assert!(!verify());
}

fn notes_and_certificates_are_signed(signer: &impl Signer) {
    let note = NoteText::new(format!("zhengku.example/log\n1\n{}=\n", "A".repeat(43))).unwrap();
    let signature = signer.sign_note(&note).unwrap();
    assert_eq!(signer.public_key().verify_note(&note, &signature), Ok(()));
    let draft = CertificateDraft {
        profile: Profile::Root,
        subject: Subject { common_name: "测试根".to_owned(), organisation: None, credit_code: None },
        public_key: signer.public_key(),
        serial: vec![1],
        not_before_unix_s: 1_767_225_600,
        not_after_unix_s: 1_798_761_600,
    };
    assert!(draft.self_sign(signer).is_ok());
}

fn two_threads_share_a_signer(signer: &impl Signer) {
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for number in 0..20_u8 {
                    let signature = signer.sign(Domain::Precommit, &[number]).unwrap();
                    assert_eq!(signer.public_key().verify(Domain::Precommit, &[number], &signature), Ok(()));
                }
            });
        }
    });
}

fn sm2_is_refused(module: &Module, pin: &Pin) {
    let refused = module.signer(TOKEN, "seal", Algorithm::Sm2Sm3, pin).unwrap_err();
    assert!(matches!(refused, TokenError::NoSm2 { offered, .. } if offered > 0), "{refused}");
    assert!(refused.to_string().contains("this token has no SM2 mechanism"), "{refused}");
}
