//! `operators.toml`: who may sit at the desk. Readable by the owner alone; passwords stand there as Argon2id hashes.

use crate::command::write_private;
use crate::failure::Failure;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, SaltString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use zhengku_api::desk::port::{Account, Operator, Role};
use zhengku_ledger::identifier::UnifiedCreditCode;
use zhengku_library::random::Randomness;
use zhengku_node::NodeError;

/// The file's name in the directory.
const FILE: &str = "operators.toml";
/// The longest login name.
const MAX_LOGIN: usize = 32;
/// The shortest password in characters: what may be tried five times in five minutes is not guessed at this length.
const MIN_PASSWORD: usize = 10;
/// The longest one in bytes, as the desk's login has it.
const MAX_PASSWORD: usize = 256;
/// Changes of more licences than this take a second operator, unless the file says otherwise. Below the ledger's own limit, so that the
/// rule protects before the ledger's does; a page takes 50 at once.
const DEFAULT_MASS_LIMIT: u32 = 20;

/// The file.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorsFile {
    /// Changes of more licences than this take a second operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mass_limit: Option<u32>,
    #[serde(default, rename = "operator")]
    operators: Vec<Entry>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    login: String,
    name: String,
    role: RoleName,
    /// Credit codes of the issuers that he acts for; none: all whose keys are here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    issuers: Vec<String>,
    password: String,
}

/// Roles as they stand in the file and on the command line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RoleName {
    /// 查看
    Viewer,
    /// 经办
    Clerk,
    /// 复核
    Reviewer,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Viewer => Self::Viewer,
            RoleName::Clerk => Self::Clerk,
            RoleName::Reviewer => Self::Reviewer,
        }
    }
}

/// An operator without his password.
#[derive(Serialize)]
pub(crate) struct Listed {
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) role: RoleName,
    pub(crate) issuers: Vec<String>,
}

/// Who is added.
pub(crate) struct NewOperator<'a> {
    pub(crate) login: &'a str,
    pub(crate) name: &'a str,
    pub(crate) role: RoleName,
    /// Credit codes; empty: all issuers whose keys are here.
    pub(crate) issuers: &'a [String],
}

/// The accounts of a directory, in memory.
pub(crate) struct Operators {
    path: PathBuf,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Time and length of the file that was read.
    read: Option<(i64, i64, u64)>,
    mass_limit: u32,
    accounts: BTreeMap<String, Account>,
    /// Of those who are bound to some.
    issuers: BTreeMap<String, Vec<String>>,
}

impl Operators {
    /// Reads the accounts of a directory; none when it has no such file.
    pub(crate) fn open(root: &Path) -> Result<Self, Failure> {
        let operators = Self { path: root.join(FILE), known: Mutex::default() };
        operators.refresh()?;
        Ok(operators)
    }

    /// Reads the file again when it has changed.
    pub(crate) fn refresh(&self) -> Result<(), Failure> {
        let about = std::fs::metadata(&self.path).ok();
        let stamp = about.map(|about| (about.mtime(), about.mtime_nsec(), about.len()));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.read == stamp && known.mass_limit > 0 {
            return Ok(());
        }
        let file = read(&self.path)?;
        let issuers = file.operators.iter().filter(|one| !one.issuers.is_empty());
        let issuers = issuers.map(|one| (one.login.clone(), one.issuers.clone())).collect();
        let account = |one: Entry| {
            let operator = Operator { login: one.login.clone(), name: one.name, role: one.role.into() };
            (one.login, Account { operator, password_hash: one.password })
        };
        let most = zhengku_ledger::transaction::MASS_ACTION_ITEMS;
        *known = Known {
            read: stamp,
            mass_limit: file.mass_limit.unwrap_or(DEFAULT_MASS_LIMIT).clamp(1, most),
            accounts: file.operators.into_iter().map(account).collect(),
            issuers,
        };
        Ok(())
    }

    pub(crate) fn mass_limit(&self) -> u32 {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).mass_limit
    }

    pub(crate) fn find(&self, login: &str) -> Option<Account> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).accounts.get(login).cloned()
    }

    /// The credit codes of the issuers that an operator is bound to; empty: none in particular.
    pub(crate) fn issuers(&self, login: &str) -> Vec<String> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).issuers.get(login).cloned().unwrap_or_default()
    }

    /// Everybody, for finding the name behind a pseudonym.
    pub(crate) fn all(&self) -> Vec<Operator> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.accounts.values().map(|account| account.operator.clone()).collect()
    }
}

/// Adds an operator.
pub(crate) fn add(root: &Path, new: &NewOperator<'_>, password: &str) -> Result<(), Failure> {
    let NewOperator { login, name, role, issuers } = *new;
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if login.is_empty() || login.len() > MAX_LOGIN || !login.bytes().all(is_word) {
        return Err(Failure::usage(
            format!("登录名须为 1 至 {MAX_LOGIN} 个字母、数字或 - _ ."),
            format!("a login name has 1 to {MAX_LOGIN} letters, digits, - _ or ."),
        ));
    }
    if let Some(wrong) = issuers.iter().find(|code| UnifiedCreditCode::check(code).is_err()) {
        return Err(Failure::usage(
            format!("{wrong} 不是统一社会信用代码"),
            format!("{wrong} is no unified social credit code"),
        ));
    }
    let path = root.join(FILE);
    let mut file = read(&path)?;
    if file.operators.iter().any(|one| one.login == login) {
        return Err(Failure::usage(
            format!("已有操作员 {login}; 更换口令请用 zhengku desk operator passwd"),
            format!("there is an operator {login}; change the password with `zhengku desk operator passwd`"),
        ));
    }
    let password = hash(password)?;
    let issuers = issuers.to_vec();
    file.operators.push(Entry { login: login.to_owned(), name: name.to_owned(), role, issuers, password });
    write(&path, &file)
}

/// Removes an operator: his sessions end with his next request.
pub(crate) fn remove(root: &Path, login: &str) -> Result<(), Failure> {
    let path = root.join(FILE);
    let mut file = read(&path)?;
    let before = file.operators.len();
    file.operators.retain(|one| one.login != login);
    if file.operators.len() == before { Err(unknown(login)) } else { write(&path, &file) }
}

/// Gives an operator another password.
pub(crate) fn set_password(root: &Path, login: &str, password: &str) -> Result<(), Failure> {
    let path = root.join(FILE);
    let mut file = read(&path)?;
    let one = file.operators.iter_mut().find(|one| one.login == login).ok_or_else(|| unknown(login))?;
    one.password = hash(password)?;
    write(&path, &file)
}

/// All operators of a directory.
pub(crate) fn list(root: &Path) -> Result<Vec<Listed>, Failure> {
    let file = read(&root.join(FILE))?;
    let listed = |one: Entry| Listed { login: one.login, name: one.name, role: one.role, issuers: one.issuers };
    Ok(file.operators.into_iter().map(listed).collect())
}

fn unknown(login: &str) -> Failure {
    Failure::usage(format!("没有操作员 {login}"), format!("there is no operator {login}"))
}

/// Argon2id with the library's own parameters (19 MiB, 2 passes, one lane): the least that OWASP's password storage cheat sheet recommends.
fn hash(password: &str) -> Result<String, Failure> {
    if password.chars().count() < MIN_PASSWORD || password.len() > MAX_PASSWORD {
        return Err(Failure::usage(
            format!("口令须为 {MIN_PASSWORD} 个字符以上, {MAX_PASSWORD} 字节以下"),
            format!("a password has {MIN_PASSWORD} characters at least and {MAX_PASSWORD} bytes at most"),
        ));
    }
    let salt: [u8; 16] = Randomness::new().array().map_err(NodeError::from)?;
    let failed = |error: argon2::password_hash::Error| {
        Failure::usage(format!("口令无法处理 ({error})"), format!("the password cannot be hashed: {error}"))
    };
    let salt = SaltString::encode_b64(&salt).map_err(failed)?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt).map_err(failed)?;
    Ok(hash.to_string())
}

fn read(path: &Path) -> Result<OperatorsFile, Failure> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(OperatorsFile::default()),
        read => read.map_err(Failure::file(path))?,
    };
    let mode = std::fs::metadata(path).map_err(Failure::file(path))?.mode();
    if mode & 0o077 != 0 {
        let path = path.display();
        return Err(Failure::usage(
            format!("{path}: 他人可读; 请运行 chmod 600"),
            format!("{path}: others can read it; run chmod 600 on it"),
        ));
    }
    toml::from_str(&text).map_err(|error| {
        // The message quotes the file, where hashes stand.
        let place = error.span().map_or(0, |span| span.start);
        let path = path.display();
        Failure::usage(format!("{path}: 第 {place} 字节处有误"), format!("{path}: cannot be read at byte {place}"))
    })
}

fn write(path: &Path, file: &OperatorsFile) -> Result<(), Failure> {
    let text = toml::to_string(file)
        .map_err(|error| Failure::usage(format!("操作员文件无法写出 ({error})"), error.to_string()))?;
    write_private(path, text.as_bytes())
}
