//! `zhengku cert`: the certificate of a node's network key.

use super::write_whole;
use crate::certificate::{Authority, Identity, Validity};
use crate::cli::network::{CertRenewArguments, CertRequestArguments, ConfigArgument};
use crate::config::{self, Loaded};
use crate::failure::Failure;
use crate::output::Console;
use crate::passphrase;
use crate::testnet::CERTIFICATE_FILE;
use serde::Serialize;
use std::io::Read;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;
use zhengku_crypto::certificate::{Certificate, MAX_CERTIFICATE_BYTES};
use zhengku_ledger::ids::TimestampMs;
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::keys::{KeyStore, NETWORK_KEY};
use zhengku_node::layout::Layout;

/// From so many days on before its end, a certificate is to be renewed.
pub(super) const RENEW_DAYS: i64 = 30;
const NEGATIVE: u8 = 1;

/// What a certificate says, and whether it fits.
#[derive(Serialize)]
pub(super) struct Standing {
    pub(super) file: String,
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) serial: String,
    pub(super) fingerprint: String,
    pub(super) valid_from: String,
    pub(super) valid_to: String,
    pub(super) days_left: i64,
    pub(super) fits_key: bool,
    pub(super) names_node: bool,
}

/// Reads and judges the certificate of a node's directory.
pub(super) fn standing(loaded: &Loaded) -> Result<Standing, Failure> {
    let path = loaded.config.data.join(CERTIFICATE_FILE);
    let certificate =
        Certificate::from_pem(&read(&path, MAX_CERTIFICATE_BYTES.saturating_mul(2))?).map_err(|error| {
            Failure::usage(
                format!("{}: 不是可用的证书 ({error}); 请运行 zhengku cert renew", path.display()),
                format!("{}: {error}; run zhengku cert renew", path.display()),
            )
        })?;
    let keys = KeyStore::new(&Layout::new(&loaded.config.data).keys());
    let is_held = keys.name_of(certificate.public_key())?.is_some();
    let now = i64::try_from(SystemClock.now().0.checked_div(1000).unwrap_or_default()).unwrap_or(i64::MAX);
    let time = |unix_s: i64| TimestampMs(u64::try_from(unix_s).unwrap_or_default().saturating_mul(1000)).to_utc_text();
    Ok(Standing {
        file: path.display().to_string(),
        subject: certificate.subject().to_owned(),
        issuer: certificate.issuer().to_owned(),
        serial: certificate.serial_hex(),
        fingerprint: certificate.fingerprint().to_string(),
        valid_from: time(certificate.not_before()),
        valid_to: time(certificate.not_after()),
        days_left: certificate.not_after().saturating_sub(now).div_euclid(86_400),
        fits_key: is_held,
        names_node: certificate.subject().contains(&format!("CN={}", loaded.config.name)),
    })
}

fn read(path: &Path, max: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX);
    let file = std::fs::File::open(path).map_err(Failure::file(path))?;
    file.take(limit).read_to_end(&mut bytes).map_err(Failure::file(path))?;
    Ok(bytes)
}

/// `cert status`: 1 when it is expired or of another key.
pub(super) fn status(arguments: &ConfigArgument, console: &Console) -> Result<u8, Failure> {
    let standing = standing(&config::load(&arguments.config)?)?;
    let fits = |fits: bool| if fits { "✔" } else { "✗" }.to_owned();
    let left = standing.days_left;
    let mark = if left < 0 {
        "✗ 已过期 expired"
    } else if left <= RENEW_DAYS {
        "! 请换发 renew it"
    } else {
        ""
    };
    console.result(
        &standing,
        &[
            ("证书", "Certificate", standing.file.clone()),
            ("主体", "Subject", standing.subject.clone()),
            ("签发者", "Issuer", standing.issuer.clone()),
            ("指纹", "Fingerprint", standing.fingerprint.clone()),
            ("有效期", "Valid", format!("{} – {}", standing.valid_from, standing.valid_to)),
            ("剩余天数", "Days left", format!("{left} {mark}")),
            ("与网络密钥相符", "Fits the network key", fits(standing.fits_key)),
            ("与节点名相符", "Names this node", fits(standing.names_node)),
        ],
    )?;
    if left <= RENEW_DAYS || !standing.fits_key {
        console.remark(
            &format!("下一步: zhengku cert renew --config {}", arguments.config.display()),
            &format!("next: zhengku cert renew --config {}", arguments.config.display()),
        );
    }
    Ok(if left < 0 || !standing.fits_key { NEGATIVE } else { 0 })
}

/// `cert request`.
pub(super) fn request(arguments: &CertRequestArguments, console: &Console) -> Result<u8, Failure> {
    let node = Subject::of(&arguments.config.config, arguments.key.as_deref(), console)?;
    let pem = node.identity().request(&node.secret)?;
    write_whole(&arguments.out, pem.as_bytes())?;
    let file = arguments.out.display().to_string();
    console.result(&serde_json::json!({ "file": file }), &[("证书申请", "Request", file.clone())])?;
    Ok(0)
}

/// `cert renew`.
pub(super) fn renew(arguments: &CertRenewArguments, console: &Console) -> Result<u8, Failure> {
    if let Some(out) = arguments.out.as_deref().filter(|out| out.exists()) {
        let shown = out.display();
        return Err(Failure::usage(
            format!("{shown}: 文件已存在, 未作改动; 请换一个文件名 (就地换发则不给 --out)"),
            format!(
                "{shown}: there is a file already, nothing was written; give another name, or no --out to renew in place"
            ),
        ));
    }
    let node = Subject::of(&arguments.config.config, arguments.key.as_deref(), console)?;
    let validity = Validity::of_days(SystemClock.now(), arguments.days);
    let issued = match (&arguments.ca, &arguments.ca_key) {
        (Some(certificate), Some(key)) => {
            let text = |path: &PathBuf| -> Result<Zeroizing<String>, Failure> {
                let bytes = Zeroizing::new(read(path, MAX_CERTIFICATE_BYTES.saturating_mul(2))?);
                Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
            };
            let authority = Authority { certificate_pem: text(certificate)?.to_string(), key_pem: text(key)? };
            node.identity().signed_by(&node.secret, validity, &authority)?
        }
        _ => node.identity().self_signed(&node.secret, validity)?,
    };
    let out = arguments.out.clone().unwrap_or_else(|| node.data.join(CERTIFICATE_FILE));
    write_whole(&out, issued.pem.as_bytes())?;
    let (name, file) = (&node.name, out.display());
    let rotated = arguments.key.as_ref().map(|_| format!(" --network-key {}", node.public));
    let next = format!(
        "zhengku governance propose replace-node {name}{} --certificate {file} --keys DIR --node URL",
        rotated.unwrap_or_default()
    );
    console.remark(&format!("新证书须经治理上账: {next}"), &format!("the ledger learns of it by: {next}"));
    if arguments.out.is_none() {
        return status(&arguments.config, console);
    }
    let file = file.to_string();
    console.result(&serde_json::json!({ "file": file }), &[("证书", "Certificate", file.clone())])?;
    Ok(0)
}

/// A node whose certificate is made.
struct Subject {
    name: String,
    organisation: String,
    host: String,
    data: PathBuf,
    secret: Zeroizing<[u8; 32]>,
    public: String,
}

impl Subject {
    fn of(config: &Path, key: Option<&str>, console: &Console) -> Result<Self, Failure> {
        let loaded = config::load(config)?;
        let keys = passphrase::store(&Layout::new(&loaded.config.data).keys(), console)?;
        let existing = read(&loaded.config.data.join(CERTIFICATE_FILE), MAX_CERTIFICATE_BYTES.saturating_mul(2));
        let existing = existing.ok().and_then(|bytes| Certificate::from_pem(&bytes).ok());
        let present = existing.as_ref().and_then(|one| keys.name_of(one.public_key()).transpose()).transpose()?;
        let key = key.map(str::to_owned).or(present).unwrap_or_else(|| NETWORK_KEY.to_owned());
        let (secret, public) = (keys.ed25519_secret(&key)?, keys.picture(&key)?.public);
        // The operator stays who it was; a first certificate is given one by the network's maker.
        let organisation = existing.as_ref().and_then(|one| {
            let part = one.subject().split(", ").find_map(|part| part.trim().strip_prefix("O="))?;
            Some(part.to_owned())
        });
        let host = loaded.config.api.listen.ip();
        Ok(Self {
            organisation: organisation.unwrap_or_else(|| "Zhengku".to_owned()),
            host: if host.is_unspecified() { String::new() } else { host.to_string() },
            name: loaded.config.name,
            data: loaded.config.data,
            secret,
            public: public.map(|key| key.to_string()).unwrap_or_default(),
        })
    }

    fn identity(&self) -> Identity<'_> {
        Identity { name: &self.name, organisation: &self.organisation, host: &self.host }
    }
}
