//! Passphrases: from the environment, else asked for on the terminal without showing them.

use crate::failure::Failure;
use crate::output::Console;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use zeroize::Zeroizing;
use zhengku_node::keys::{KeyStore, MAX_PASSPHRASE_BYTES, Passphrase, PassphraseError, SecretFileError};

impl From<PassphraseError> for Failure {
    fn from(error: PassphraseError) -> Self {
        let zh = match &error {
            PassphraseError::Secret(SecretFileError::File { path, source }) => {
                format!("{}: 口令文件无法读取 ({source})", path.display())
            }
            PassphraseError::Secret(SecretFileError::Shared { path, mode }) => {
                let path = path.display();
                format!("{path}: 口令文件的权限为 {mode:03o}, 他人可读; 请运行 chmod 600 {path}")
            }
            PassphraseError::Length { actual } => format!("口令须为 10 至 1024 字节, 实为 {actual}"),
            PassphraseError::File { path, source } => format!("{}: 口令文件无法读取 ({source})", path.display()),
            _ => format!("口令不可用 ({error})"),
        };
        Self::usage(zh, error.to_string())
    }
}

/// A passphrase for keys that have none: asked for twice.
pub(crate) fn new(console: &Console) -> Result<Passphrase, Failure> {
    if let Some(passphrase) = Passphrase::from_environment()? {
        return Ok(passphrase);
    }
    let first = ask(console, "新口令: ", "new passphrase: ")?;
    let passphrase = Passphrase::new(&first)?;
    let second = ask(console, "再输一遍: ", "again: ")?;
    if first.trim_end() != second.trim_end() {
        return Err(Failure::usage("两次口令不同", "the two passphrases differ"));
    }
    Ok(passphrase)
}

/// A password for somebody's account: asked for twice.
pub(crate) fn new_password(console: &Console) -> Result<Zeroizing<String>, Failure> {
    let first = ask(console, "新口令: ", "new password: ")?;
    let second = ask(console, "再输一遍: ", "again: ")?;
    if first.trim_end_matches(['\r', '\n']) != second.trim_end_matches(['\r', '\n']) {
        return Err(Failure::usage("两次口令不同", "the two passwords differ"));
    }
    Ok(Zeroizing::new(first.trim_end_matches(['\r', '\n']).to_owned()))
}

/// The passphrase of keys that have one.
pub(crate) fn existing(console: &Console) -> Result<Passphrase, Failure> {
    match Passphrase::from_environment()? {
        Some(passphrase) => Ok(passphrase),
        None => Ok(Passphrase::new(&ask(console, "口令: ", "passphrase: ")?)?),
    }
}

/// The keys of a directory; when some are under a passphrase, with it.
pub(crate) fn store(directory: &Path, console: &Console) -> Result<KeyStore, Failure> {
    let keys = KeyStore::new(directory);
    let names = keys.names()?;
    let needed = names.iter().any(|name| keys.picture(name).is_ok_and(|picture| picture.is_encrypted));
    Ok(if needed { KeyStore::with_passphrase(directory, existing(console)?) } else { keys })
}

/// Asks on the terminal, also when standard input is something else.
fn ask(console: &Console, zh: &str, en: &str) -> Result<Zeroizing<String>, Failure> {
    let open = || std::fs::OpenOptions::new().read(true).write(true).open("/dev/tty");
    let mut terminal = open().map_err(|_| {
        Failure::usage(
            "没有终端可输入口令; 请用 ZK_KEY_PASSPHRASE_FILE 指明口令文件",
            "there is no terminal to ask for the passphrase; name its file with ZK_KEY_PASSPHRASE_FILE",
        )
    })?;
    write!(terminal, "{}", console.language().pick(zh, en)).map_err(Failure::output)?;
    let hidden = Hidden::start(&terminal).map_err(Failure::output)?;
    let mut line = Zeroizing::new(String::with_capacity(MAX_PASSPHRASE_BYTES));
    let read = BufReader::with_capacity(1, &terminal).read_line(&mut line);
    drop(hidden);
    let _ = writeln!(terminal);
    read.map_err(Failure::output)?;
    Ok(line)
}

/// While it lives, the terminal does not show what is typed.
struct Hidden<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Hidden<'a> {
    fn start(terminal: &'a File) -> std::io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(terminal, OptionalActions::Flush, &silent)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        // Nothing can be done about a terminal that is gone.
        let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
    }
}
