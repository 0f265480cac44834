//! `zhengku ca`: the certificate authorities of a directory.

use super::write_whole;
use crate::cli::DataArgument;
use crate::cli::issue::{
    CaCommand, CaCrlArguments, CaInitArguments, CaIssueArguments, CaProfile, CaReason, CaRevokeArguments,
    CaShowArguments,
};
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use std::path::Path;
use zhengku_crypto::certificate::Certificate;
use zhengku_crypto::certificate::issue::{Profile, RevocationReason};
use zhengku_crypto::sign::{Algorithm, PublicKey};
use zhengku_ledger::ids::TimestampMs;
use zhengku_library::random::Randomness;
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::keys::KeyStore;
use zhengku_node::layout::Layout;
use zhengku_node::pki::{Pki, subject};

/// The longest certificate file in bytes, PEM included.
const MAX_FILE_BYTES: usize = 64 * 1024;

/// `zhengku ca …`.
pub(super) fn run(command: &CaCommand, console: &Console) -> Result<u8, Failure> {
    match command {
        CaCommand::Init(arguments) => init(arguments, console),
        CaCommand::Issue(arguments) => issue(arguments, console),
        CaCommand::Revoke(arguments) => revoke(arguments, console),
        CaCommand::Crl(arguments) => crl(arguments, console),
        CaCommand::List(arguments) => list(arguments, console),
        CaCommand::Show(arguments) => show(arguments, console),
    }
}

#[derive(Serialize)]
struct CertificateLine {
    serial: String,
    subject: String,
    issuer: String,
    algorithm: String,
    not_before: String,
    not_after: String,
    revoked: Option<String>,
    sha256: String,
}

fn line(certificate: &Certificate, revoked: Option<i64>) -> CertificateLine {
    CertificateLine {
        serial: certificate.serial_hex(),
        subject: certificate.subject().to_owned(),
        issuer: certificate.issuer().to_owned(),
        algorithm: certificate.public_key().algorithm().name().to_owned(),
        not_before: time_text(certificate.not_before()),
        not_after: time_text(certificate.not_after()),
        revoked: revoked.map(time_text),
        sha256: certificate.fingerprint().to_string(),
    }
}

fn table(line: &CertificateLine) -> Vec<(&'static str, &'static str, String)> {
    let revoked = line.revoked.iter().map(|time| ("吊销时间", "Revoked", time.clone()));
    let mut table = vec![
        ("序列号", "Serial", line.serial.clone()),
        ("主体", "Subject", line.subject.clone()),
        ("签发者", "Issuer", line.issuer.clone()),
        ("算法", "Algorithm", line.algorithm.clone()),
        ("有效期", "Valid", format!("{} – {}", line.not_before, line.not_after)),
    ];
    table.extend(revoked);
    table.push(("SHA-256", "SHA-256", line.sha256.clone()));
    table
}

fn init(arguments: &CaInitArguments, console: &Console) -> Result<u8, Failure> {
    let layout = Layout::new(&arguments.data.data);
    let keys = KeyStore::new(&layout.keys());
    keys.create()?;
    let mut random = Randomness::new();
    let pki = Pki::create(&layout, &keys, &arguments.name, arguments.years, now_s(), &mut random)?;
    let lines = [line(pki.root(), None), line(pki.authority(), None)];
    let mut rows = Vec::new();
    lines.iter().for_each(|line| rows.extend(table(line)));
    console.result(&lines, &rows)?;
    Ok(0)
}

fn issue(arguments: &CaIssueArguments, console: &Console) -> Result<u8, Failure> {
    let layout = Layout::new(&arguments.data.data);
    let (pki, keys) = (Pki::open(&layout)?, KeyStore::new(&layout.keys()));
    let mut random = Randomness::new();
    let key: PublicKey = match &arguments.key {
        Some(text) => {
            text.parse().map_err(|error| Failure::usage(format!("--key: {error}"), format!("--key: {error}")))?
        }
        None => {
            let name =
                format!("certificate-{}", hex::encode(random.array::<4>().map_err(zhengku_node::NodeError::from)?));
            console.remark(&format!("新密钥: keys/{name}.key"), &format!("new key: keys/{name}.key"));
            keys.make_signer(&name, Algorithm::Sm2Sm3, &mut random)?.public_key()
        }
    };
    let profile = match arguments.profile {
        CaProfile::Sealer => Profile::Sealer,
        CaProfile::Organisation => Profile::Organisation,
        CaProfile::Node => Profile::Node,
        CaProfile::Timestamp => Profile::TimeStamping,
    };
    let subject = subject(arguments.name.clone(), Some(&arguments.name), Some(&arguments.organisation));
    let certificate = pki.issue(&keys, (profile, subject), key, (now_s(), arguments.days), &mut random)?;
    if let Some(path) = &arguments.out {
        write_whole(path, certificate.to_pem().map_err(zhengku_node::pki::PkiError::from)?.as_bytes())?;
    }
    let line = line(&certificate, None);
    console.result(&line, &table(&line))?;
    Ok(0)
}

fn revoke(arguments: &CaRevokeArguments, console: &Console) -> Result<u8, Failure> {
    let layout = Layout::new(&arguments.data.data);
    let (pki, keys) = (Pki::open(&layout)?, KeyStore::new(&layout.keys()));
    let reason = match arguments.reason {
        CaReason::Unspecified => RevocationReason::Unspecified,
        CaReason::KeyCompromise => RevocationReason::KeyCompromise,
        CaReason::AffiliationChanged => RevocationReason::AffiliationChanged,
        CaReason::Superseded => RevocationReason::Superseded,
        CaReason::CessationOfOperation => RevocationReason::CessationOfOperation,
    };
    let now = now_s();
    let certificate = pki.revoke(&keys, &arguments.serial, reason, now)?;
    let line = line(&certificate, Some(now));
    console.result(&line, &table(&line))?;
    console.remark(
        "吊销列表已更新; 请分发新的信任文件 (zhengku seal trust), 使离线核验方得知",
        "the revocation list is new; hand out a new trust file (zhengku seal trust) so that offline verifiers know",
    );
    if reason == RevocationReason::KeyCompromise {
        console.remark(
            "密钥泄露: 若此证书用于印章签章, 还须在账本上注销该印章 (zhengku seal list, zhengku seal cancel), 再用新密钥申请; \
             若属制章机构, 下次制章时自动换用新密钥, 请以 zhengku seal renew 重制在用印章",
            "key compromise: if a seal is signed with this certificate, cancel that seal on the ledger too (zhengku seal list, zhengku \
             seal cancel) and apply for one with a new key; if it is the seal maker's, the next making takes a new key: make the \
             seals in use again with zhengku seal renew",
        );
    }
    Ok(0)
}

fn crl(arguments: &CaCrlArguments, console: &Console) -> Result<u8, Failure> {
    let layout = Layout::new(&arguments.data.data);
    let (pki, keys) = (Pki::open(&layout)?, KeyStore::new(&layout.keys()));
    pki.write_lists(&keys, arguments.days, now_s())?;
    let der = pki.list_der()?;
    let path = arguments.out.clone().unwrap_or_else(|| layout.pki().join("lists/seal-authority.crl"));
    if arguments.out.is_some() {
        write_whole(&path, &der)?;
    }
    let revoked = pki.issued()?.iter().filter(|one| one.revoked.is_some()).count();
    let answer = serde_json::json!({ "file": path.display().to_string(), "bytes": der.len(), "revoked": revoked });
    console.result(
        &answer,
        &[
            ("吊销列表", "Revocation list", format!("{} ({} B)", path.display(), der.len())),
            ("已吊销", "Revoked", revoked.to_string()),
        ],
    )?;
    Ok(0)
}

fn list(arguments: &DataArgument, console: &Console) -> Result<u8, Failure> {
    let pki = Pki::open(&Layout::new(&arguments.data))?;
    let issued = pki.issued()?;
    let of = |one: &zhengku_node::pki::Issued| {
        line(&one.certificate, one.revoked.as_ref().map(|revoked| revoked.revoked_unix_s))
    };
    let lines: Vec<CertificateLine> = issued.iter().map(of).collect();
    let headings = [("序列号", "Serial"), ("主体", "Subject"), ("至", "Until"), ("吊销时间", "Revoked")];
    let headings = headings.map(|(zh, en)| console.language().pick(zh, en));
    let row = |line: &CertificateLine| {
        let revoked = line.revoked.clone().unwrap_or_default();
        vec![line.serial.clone(), line.subject.clone(), line.not_after.clone(), revoked]
    };
    console.rows(&lines, &headings, &lines.iter().map(row).collect::<Vec<_>>())?;
    Ok(0)
}

fn show(arguments: &CaShowArguments, console: &Console) -> Result<u8, Failure> {
    let line = line(&read_certificate(&arguments.file)?, None);
    console.result(&line, &table(&line))?;
    Ok(0)
}

/// The certificate in a file, PEM or DER.
pub(super) fn read_certificate(path: &Path) -> Result<Certificate, Failure> {
    let bytes = read(path, MAX_FILE_BYTES)?;
    let read = if bytes.starts_with(b"-----") { Certificate::from_pem(&bytes) } else { Certificate::from_der(&bytes) };
    read.map_err(|error| {
        let path = path.display();
        Failure::usage(format!("{path}: 不是可接受的证书 ({error})"), format!("{path}: {error}"))
    })
}

/// A file of at most `limit` bytes.
pub(super) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(Failure::file(path))?;
    // One byte more, so that a longer file is recognised as such.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    std::io::Read::read_to_end(&mut std::io::Read::take(file, most), &mut bytes).map_err(Failure::file(path))?;
    if bytes.len() > limit {
        let path = path.display();
        return Err(Failure::usage(
            format!("{path}: 文件超过 {limit} 字节, 不是所要的文件"),
            format!("{path} has more than {limit} bytes: it is not what is asked for"),
        ));
    }
    Ok(bytes)
}

/// Seconds since 1970 as text.
pub(super) fn time_text(unix_s: i64) -> String {
    TimestampMs(u64::try_from(unix_s).unwrap_or(0).saturating_mul(1000)).to_utc_text()
}

/// Now, in Unix seconds.
pub(super) fn now_s() -> i64 {
    i64::try_from(SystemClock.now().0 / 1000).unwrap_or(i64::MAX)
}
