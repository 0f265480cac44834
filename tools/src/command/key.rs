//! `zhengku key`.

use crate::cli::network::{KeyAlgorithm, KeyNamesArguments, KeyNewArguments, KeyTokenArguments, KeysArgument};
use crate::failure::Failure;
use crate::output::Console;
use crate::passphrase;
use serde::Serialize;
use zhengku_crypto::sign::Algorithm;
use zhengku_library::random::Randomness;
use zhengku_node::keys::{KeyPicture, KeyStore, TokenPlace};

/// The longest name of a key file: it becomes part of a path.
const MAX_NAME_BYTES: usize = 64;
/// The longest label: PKCS#11 gives tokens 32 bytes.
const MAX_LABEL_BYTES: usize = 64;
/// The longest path of a module, so that the key file stays within its limit.
const MAX_MODULE_BYTES: usize = 200;

#[derive(Serialize)]
struct Shown {
    name: String,
    kind: String,
    encrypted: bool,
    /// `token/key` when a token holds the secret.
    token: Option<String>,
    public_key: Option<String>,
}

impl From<KeyPicture> for Shown {
    fn from(picture: KeyPicture) -> Self {
        Self {
            name: picture.name,
            kind: picture.kind,
            encrypted: picture.is_encrypted,
            token: picture.token.map(|place| format!("{}/{}", place.token, place.key)),
            public_key: picture.public.map(|key| key.to_string()),
        }
    }
}

/// `key new`.
pub(super) fn new(arguments: &KeyNewArguments, console: &Console) -> Result<u8, Failure> {
    check_name(&arguments.name)?;
    let keys = KeyStore::new(&arguments.keys.keys);
    keys.create()?;
    let algorithm = match arguments.algorithm {
        KeyAlgorithm::Ed25519 => Algorithm::Ed25519,
        KeyAlgorithm::Sm2 => Algorithm::Sm2Sm3,
    };
    // Asked for first: a key must not lie there in the clear because nobody knew a passphrase.
    let passphrase = arguments.encrypt.then(|| passphrase::new(console)).transpose()?;
    let mut random = Randomness::new();
    keys.make_signer(&arguments.name, algorithm, &mut random)?;
    if let Some(passphrase) = passphrase {
        keys.encrypt(&arguments.name, &passphrase, &mut random)?;
    }
    list(&keys, std::slice::from_ref(&arguments.name), console)
}

/// `key token`.
pub(super) fn token(arguments: &KeyTokenArguments, console: &Console) -> Result<u8, Failure> {
    check_name(&arguments.name)?;
    let label = arguments.label.as_ref().unwrap_or(&arguments.name);
    // The file is read from wherever a program is started.
    let module = std::fs::canonicalize(&arguments.module).map_err(Failure::file(&arguments.module))?;
    let is_label = |text: &str| (1..=MAX_LABEL_BYTES).contains(&text.len());
    if !is_label(&arguments.token)
        || !is_label(label)
        || module.to_str().is_none_or(|path| path.len() > MAX_MODULE_BYTES)
    {
        return Err(Failure::usage(
            format!("标签须为 1 至 {MAX_LABEL_BYTES} 字节, 模块路径不超过 {MAX_MODULE_BYTES} 字节"),
            format!("a label has 1 to {MAX_LABEL_BYTES} bytes, a module's path at most {MAX_MODULE_BYTES}"),
        ));
    }
    let keys = KeyStore::new(&arguments.keys.keys);
    keys.create()?;
    let place = TokenPlace { module, token: arguments.token.clone(), key: label.clone() };
    keys.add_token_key(&arguments.name, place, arguments.existing)?;
    list(&keys, std::slice::from_ref(&arguments.name), console)
}

/// Names stand in paths: nothing but letters, digits and hyphens.
fn check_name(name: &str) -> Result<(), Failure> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !name.is_empty() && name.len() <= MAX_NAME_BYTES && name.bytes().all(plain) {
        return Ok(());
    }
    Err(Failure::usage(
        "密钥名只能用字母、数字与连字符, 最长 64 字节",
        "a key's name takes letters, digits and hyphens, 64 bytes at most",
    ))
}

/// `key show`.
pub(super) fn show(arguments: &KeysArgument, console: &Console) -> Result<u8, Failure> {
    let keys = KeyStore::new(&arguments.keys);
    list(&keys, &keys.names()?, console)
}

fn list(keys: &KeyStore, names: &[String], console: &Console) -> Result<u8, Failure> {
    let shown = names.iter().map(|name| keys.picture(name).map(Shown::from)).collect::<Result<Vec<_>, _>>()?;
    let language = console.language();
    let headings = [("密钥", "Key"), ("种类", "Kind"), ("口令", "Passphrase"), ("公钥", "Public key")];
    let row = |one: &Shown| {
        let state = if one.encrypted { language.pick("有", "yes") } else { language.pick("无", "no") };
        let in_token = one.token.as_ref().map(|place| format!("{} {place}", language.pick("令牌", "token")));
        vec![
            one.name.clone(),
            one.kind.clone(),
            in_token.unwrap_or_else(|| state.to_owned()),
            one.public_key.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = shown.iter().map(row).collect();
    console.rows(&shown, &headings.map(|(zh, en)| language.pick(zh, en)), &rows)?;
    Ok(0)
}

/// The names that were asked for, or all that are, or are not, under a passphrase.
fn chosen(arguments: &KeyNamesArguments, keys: &KeyStore, encrypted: bool) -> Result<Vec<String>, Failure> {
    for name in &arguments.names {
        check_name(name)?;
    }
    if !arguments.names.is_empty() {
        return Ok(arguments.names.clone());
    }
    let mut chosen = Vec::new();
    for name in keys.names()? {
        if keys.picture(&name)?.is_encrypted == encrypted {
            chosen.push(name);
        }
    }
    Ok(chosen)
}

/// `key encrypt`.
pub(super) fn encrypt(arguments: &KeyNamesArguments, console: &Console) -> Result<u8, Failure> {
    let keys = KeyStore::new(&arguments.keys.keys);
    let names = chosen(arguments, &keys, false)?;
    let passphrase = passphrase::new(console)?;
    let mut random = Randomness::new();
    for name in &names {
        keys.encrypt(name, &passphrase, &mut random)?;
    }
    console.remark(
        "口令遗失则密钥不可恢复; 节点启动时用 ZK_KEY_PASSPHRASE_FILE 指明口令文件",
        "a lost passphrase is a lost key; a node reads it from the file that ZK_KEY_PASSPHRASE_FILE names",
    );
    list(&keys, &names, console)
}

/// `key decrypt`.
pub(super) fn decrypt(arguments: &KeyNamesArguments, console: &Console) -> Result<u8, Failure> {
    let keys = KeyStore::new(&arguments.keys.keys);
    let names = chosen(arguments, &keys, true)?;
    let passphrase = passphrase::existing(console)?;
    for name in &names {
        keys.decrypt(name, &passphrase)?;
    }
    list(&keys, &names, console)
}

#[derive(Serialize)]
struct Checked {
    name: String,
    ok: bool,
    problem: Option<String>,
}

/// `key check`: 1 when a key cannot be used.
pub(super) fn check(arguments: &KeysArgument, console: &Console) -> Result<u8, Failure> {
    let keys = passphrase::store(&arguments.keys, console)?;
    let check = |name: String| {
        let problem = keys.check(&name).err().map(|error| Failure::from(error).message(console.language()));
        Checked { name, ok: problem.is_none(), problem }
    };
    let checked: Vec<Checked> = keys.names()?.into_iter().map(check).collect();
    let row = |one: &Checked| {
        vec![if one.ok { "✔" } else { "✗" }.to_owned(), one.name.clone(), one.problem.clone().unwrap_or_default()]
    };
    let headings = ["", console.language().pick("密钥", "Key"), console.language().pick("问题", "Problem")];
    console.rows(&checked, &headings, &checked.iter().map(row).collect::<Vec<_>>())?;
    Ok(u8::from(checked.iter().any(|one| !one.ok)))
}
