//! The key of an issuing department in a PKCS#11 token (SoftHSM): licences are minted with it, and its file holds no secret.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use zhengku_tests::run::{Ran, binary, finish, verify};
use zhengku_tests::site::{Site, food_form};

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const NAME: &str = "organisation-11999999TE5T00016J";
const PIN: &str = "918273";

/// A token in a directory of its own.
struct Token {
    config: PathBuf,
    pin: PathBuf,
}

impl Token {
    fn new(directory: &Path) -> Self {
        let tokens = directory.join("tokens");
        std::fs::create_dir(&tokens).unwrap();
        let (config, pin) = (directory.join("softhsm2.conf"), directory.join("pin"));
        let text = format!("directories.tokendir = {}\nobjectstore.backend = file\n", tokens.display());
        std::fs::write(&config, text).unwrap();
        std::fs::write(&pin, format!("{PIN}\n")).unwrap();
        std::fs::set_permissions(&pin, std::fs::Permissions::from_mode(0o600)).unwrap();
        let token = Self { config, pin };
        token.util(&["--init-token", "--free", "--label", "desk", "--so-pin", "12345678", "--pin", PIN]);
        token
    }

    fn util(&self, arguments: &[&str]) {
        let ran = finish(Command::new("softhsm2-util").args(arguments).env("SOFTHSM2_CONF", &self.config));
        assert_eq!(ran.code, Some(0), "{ran:#?}");
    }

    fn zhengku(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(binary("zhengku"));
        finish(command.args(arguments).env("SOFTHSM2_CONF", &self.config).env("ZK_TOKEN_PIN_FILE", &self.pin))
    }
}

/// Moves the secret of a key file into the token, as a department would that has used files before.
fn import(token: &Token, directory: &Path, key_file: &Path) {
    let text = std::fs::read_to_string(key_file).unwrap();
    let secret = text.split_whitespace().nth(3).unwrap();
    // PKCS#8 of an ed25519 key (RFC 8410 section 7).
    let (der, pem) = (directory.join("key.der"), directory.join("key.pem"));
    let bytes = hex::decode(format!("302e020100300506032b657004220420{secret}")).unwrap();
    std::fs::write(&der, bytes).unwrap();
    let [from, to] = [&der, &pem].map(|path| path.to_str().unwrap());
    let ran = finish(Command::new("openssl").args(["pkey", "-inform", "DER", "-in", from, "-out", to]));
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    token.util(&["--import", to, "--token", "desk", "--label", NAME, "--id", "01", "--pin", PIN]);
    std::fs::remove_file(key_file).unwrap();
}

#[test]
fn a_department_signs_with_its_token() {
    let site = Site::empty();
    let _ = site.on_node(&["seal", "apply", "--all", "--complete"]).exits(0);
    let _ = site.on_node(&["seal", "trust"]).exits(0);
    let token = Token::new(site.path());
    let (keys, out) = (site.node().join("keys"), site.file("out"));
    let (file, keys) = (keys.join(format!("{NAME}.key")), keys.to_str().unwrap().to_owned());
    let public = |shown: &serde_json::Value| shown[0]["public_key"].as_str().unwrap().to_owned();
    let before = token.zhengku(&["key", "show", "--keys", &keys, "-o", "json"]).exits(0).json();
    let before = before.as_array().unwrap().iter().find(|one| one["name"] == NAME).unwrap()["public_key"].clone();
    import(&token, site.path(), &file);

    let add = ["key", "token", NAME, "--keys", &keys, "--module", MODULE, "--token", "desk", "-o", "json"];
    let added = token.zhengku(&[&add[..], &["--existing"]].concat()).exits(0).json();
    assert_eq!(
        (public(&added), &added[0]["token"]),
        (before.as_str().unwrap().to_owned(), &format!("desk/{NAME}").into())
    );
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("zhengku-key 3 ed25519 "));
    assert!(token.zhengku(&add).exits(2).err.contains("already"), "the file is not replaced");

    let data = site.node().to_str().unwrap().to_owned();
    let mint = |token: &Token, number: &str| {
        let form = food_form(number);
        let mut arguments: Vec<&str> = form.iter().map(String::as_str).collect();
        arguments.extend(["--data", &data, "--out", &out, "-o", "json"]);
        token.zhengku(&arguments)
    };
    let minted = mint(&token, "JY19999990099001").exits(0).json();
    let ofd = minted["licences"][0]["files"][0].as_str().unwrap();
    assert_eq!(verify(&[ofd, "--trust", &site.trust(), "-o", "json"]).exits(0).json()["verdict"], "VALID");

    // Without the PIN, and with a wrong one, nothing is signed; neither is repeated.
    let without = Token { pin: site.path().join("no-such-file"), config: token.config.clone() };
    assert_ne!(mint(&without, "JY19999990099002").code, Some(0));
    let wrong = site.path().join("wrong");
    std::fs::write(&wrong, "555444\n").unwrap();
    std::fs::set_permissions(&wrong, std::fs::Permissions::from_mode(0o644)).unwrap();
    let wrong = Token { pin: site.path().join("wrong"), config: token.config.clone() };
    let refused = mint(&wrong, "JY19999990099002");
    assert!(refused.code != Some(0) && refused.err.contains("mode is 644"), "{refused:#?}");
    std::fs::set_permissions(&wrong.pin, std::fs::Permissions::from_mode(0o600)).unwrap();
    let refused = mint(&wrong, "JY19999990099002");
    // What does not open is said before what is therefore missing.
    let named = format!("{NAME}.key: ");
    assert!(refused.code != Some(0) && refused.err.contains(&named), "{refused:#?}");
    assert!(refused.err.contains("refuses the PIN"), "{refused:#?}");
    let number = "JY19999990099001";
    let change = ["licence", "dispute", number, "--type", "食品经营许可证", "--ground", "test", "--data", &data];
    let changed = wrong.zhengku(&change).exits(2);
    let (first, then) = (changed.err.find("refuses the PIN"), changed.err.find("本机没有该发证机关"));
    assert!(first.is_some() && first < then, "{changed:#?}");
    let checked = wrong.zhengku(&["key", "check", "--keys", &keys]);
    assert!(checked.code != Some(0) && checked.out.contains("refuses the PIN"), "{checked:#?}");
    assert!(!checked.out.contains("555444") && !refused.err.contains("555444"));
    let encrypted = token.zhengku(&["key", "encrypt", "--keys", &keys, NAME]);
    assert_ne!(encrypted.code, Some(0), "what is not there is not encrypted");
    let _ = mint(&token, "JY19999990099002").exits(0);
}

#[test]
fn a_key_is_made_in_the_token() {
    let directory = tempfile::tempdir().unwrap();
    let token = Token::new(directory.path());
    let keys = directory.path().join("keys").to_str().unwrap().to_owned();
    let add = |name: &str, more: &[&str]| {
        let fixed = ["key", "token", name, "--keys", &keys, "--module", MODULE, "--token"];
        token.zhengku(&[&fixed[..], more].concat())
    };
    let made = add("validator", &["desk", "-o", "json"]).exits(0).json();
    assert_eq!((&made[0]["kind"], &made[0]["token"]), (&"ed25519".into(), &"desk/validator".into()));
    let _ = token.zhengku(&["key", "check", "--keys", &keys]).exits(0);
    // The same key under another name; a token, a module and a key that are not there.
    let again = add("second", &["desk", "--label", "validator", "--existing", "-o", "json"]).exits(0).json();
    assert_eq!(again[0]["public_key"], made[0]["public_key"]);
    for (name, more) in
        [("a", &["other"][..]), ("b", &["desk", "--existing"]), ("c", &["desk", "--label", "validator"])]
    {
        let refused = add(name, more).exits(2);
        assert!(refused.err.contains("label"), "{refused:#?}");
        assert!(!Path::new(&keys).join(format!("{name}.key")).exists());
    }
    let no_module = ["key", "token", "d", "--keys", &keys, "--module", "/no/such.so", "--token", "desk"];
    assert!(token.zhengku(&no_module).exits(2).err.contains("/no/such.so"));
}
