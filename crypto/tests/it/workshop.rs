//! Keys, certificates and lists made by the OpenSSL command line in a directory of their own.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use zhengku_crypto::certificate::{Certificate, CertificateError, RevocationList, TrustAnchors};

/// The user id without which OpenSSL takes an empty one.
pub(crate) const DISTID: &str = "distid:1234567812345678";
pub(crate) const DAY_S: i64 = 86_400;

pub(crate) const AUTHORITY: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
pub(crate) const SIGNER: &str = "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n";
pub(crate) const KEY_IDS: &str = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";

/// A kind of key, by the arguments of `openssl genpkey`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Ed25519,
    Sm2,
    P256,
    ExplicitSm2,
    Rsa,
}

impl Kind {
    fn genpkey(self) -> &'static [&'static str] {
        match self {
            Kind::Ed25519 => &["-algorithm", "ed25519"],
            Kind::Sm2 => &["-algorithm", "SM2"],
            Kind::P256 => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            Kind::ExplicitSm2 => {
                &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-pkeyopt", "ec_param_enc:explicit"]
            }
            Kind::Rsa => &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        }
    }

    fn signing(self) -> &'static [&'static str] {
        match self {
            Kind::Sm2 => &["-sm3", "-sigopt", DISTID],
            _ => &[],
        }
    }
}

/// What `openssl x509 -req` is asked for.
pub(crate) struct Request<'a> {
    /// File stem of the certificate.
    pub(crate) name: &'a str,
    /// Subject; its name in the certificate.
    pub(crate) subject: &'a str,
    pub(crate) kind: Kind,
    /// File stem of the issuer; `None` for a self-signed certificate.
    pub(crate) issuer: Option<&'a str>,
    pub(crate) extensions: &'a str,
    pub(crate) days: u32,
}

pub(crate) struct Workshop {
    dir: tempfile::TempDir,
    kinds: BTreeMap<String, Kind>,
    serial: u32,
}

impl Workshop {
    pub(crate) fn new() -> Self {
        Workshop { dir: tempfile::tempdir().unwrap(), kinds: BTreeMap::new(), serial: 0x1000 }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    #[expect(clippy::disallowed_methods, reason = "a test reads what OpenSSL wrote")]
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Runs OpenSSL in the directory and says whether it succeeded, with what it said.
    pub(crate) fn try_openssl(&self, arguments: &[&str]) -> (bool, String) {
        let output = Command::new("openssl").args(arguments).current_dir(self.dir.path()).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// What OpenSSL wrote to its standard output.
    pub(crate) fn openssl_output(&self, arguments: &[&str]) -> (bool, String) {
        let output = Command::new("openssl").args(arguments).current_dir(self.dir.path()).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    pub(crate) fn openssl(&self, arguments: &[&str]) {
        let (success, text) = self.try_openssl(arguments);
        assert!(success, "openssl {arguments:?}: {text}");
    }

    /// What openssl prints; it must succeed.
    pub(crate) fn openssl_text(&self, arguments: &[&str]) -> String {
        let (success, text) = self.openssl_output(arguments);
        assert!(success, "{text}");
        text
    }

    pub(crate) fn key(&mut self, name: &str, kind: Kind) {
        let file = format!("{name}.key");
        self.openssl(&[&["genpkey", "-out", &file], kind.genpkey()].concat());
        self.kinds.insert(name.to_owned(), kind);
    }

    /// The DER of a new certificate; the key of the name is made unless there is one.
    pub(crate) fn der(&mut self, request: &Request<'_>) -> Vec<u8> {
        let Request { name, subject, kind, issuer, extensions, days } = *request;
        if !self.kinds.contains_key(name) {
            self.key(name, kind);
        }
        let [key, csr, pem, der, ext] = ["key", "csr", "pem", "der", "ext"].map(|end| format!("{name}.{end}"));
        self.write(&ext, extensions.as_bytes());
        let subject = format!("/C=CN/O={subject}");
        let request = ["req", "-new", "-utf8", "-key", &key, "-subj", &subject, "-out", &csr];
        self.openssl(&[&request, kind.signing()].concat());
        self.serial += 1;
        let (serial, days) = (format!("0x{:x}", self.serial), days.to_string());
        let signer = issuer.unwrap_or(name).to_owned();
        let (signer_pem, signer_key) = (format!("{signer}.pem"), format!("{signer}.key"));
        let mut sign = vec!["x509", "-req", "-in", &csr, "-out", &pem, "-extfile", &ext, "-days", &days];
        sign.extend(["-set_serial", &serial]);
        match issuer {
            Some(_) => sign.extend(["-CA", &signer_pem, "-CAkey", &signer_key]),
            None => sign.extend(["-signkey", &key]),
        }
        if kind == Kind::Sm2 {
            sign.extend(["-vfyopt", DISTID]);
        }
        sign.extend(self.kinds.get(&signer).unwrap().signing());
        self.openssl(&sign);
        self.openssl(&["x509", "-in", &pem, "-outform", "DER", "-out", &der]);
        self.read(&der)
    }

    pub(crate) fn try_issue(&mut self, request: &Request<'_>) -> Result<Certificate, CertificateError> {
        Certificate::from_der(&self.der(request))
    }

    /// A certificate that lives ten years.
    pub(crate) fn issue(&mut self, name: &str, kind: Kind, issuer: Option<&str>, extensions: &str) -> Certificate {
        self.try_issue(&Request { name, subject: name, kind, issuer, extensions, days: 3_650 }).unwrap()
    }

    /// A list by the issuer: serial numbers and times of revocation.
    pub(crate) fn list_der(&self, issuer: &str, revoked: &[(&Certificate, i64)], from: i64, to: i64) -> Vec<u8> {
        let lines: String = revoked
            .iter()
            .map(|(certificate, at)| {
                let (end, at, serial) = (digits(certificate.not_after()), digits(*at), certificate.serial_hex());
                format!("R\t{}\t{},keyCompromise\t{serial}\tunknown\t/O=x\n", &end[2..], &at[2..])
            })
            .collect();
        self.write("index.txt", lines.as_bytes());
        self.write(
            "ca.cnf",
            b"[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=default\ncrl_extensions=e\n[e]\n\
              authorityKeyIdentifier=keyid\n",
        );
        let (key, pem) = (format!("{issuer}.key"), format!("{issuer}.pem"));
        let (from, to) = (digits(from), digits(to));
        let mut list = vec!["ca", "-gencrl", "-config", "ca.cnf", "-keyfile", &key, "-cert", &pem, "-out", "list.pem"];
        list.extend(["-crl_lastupdate", &from, "-crl_nextupdate", &to]);
        if self.kinds.get(issuer) == Some(&Kind::Sm2) {
            list.extend(["-md", "sm3", "-sigopt", DISTID]);
        }
        self.openssl(&list);
        self.openssl(&["crl", "-in", "list.pem", "-outform", "DER", "-out", "list.der"]);
        self.read("list.der")
    }

    pub(crate) fn list(&self, issuer: &str, revoked: &[(&Certificate, i64)], from: i64, to: i64) -> RevocationList {
        RevocationList::from_der(&self.list_der(issuer, revoked, from, to)).unwrap()
    }
}

pub(crate) fn anchors(certificate: &Certificate) -> TrustAnchors {
    TrustAnchors::from_certificates(vec![certificate.clone()]).unwrap()
}

/// Unix seconds as `YYYYMMDDHHMMSSZ` (days to a civil date after Hinnant's algorithm).
fn digits(unix_s: i64) -> String {
    let (days, second) = (unix_s.div_euclid(DAY_S) + 719_468, unix_s.rem_euclid(DAY_S));
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z")
}

#[test]
fn times_are_written_as_openssl_reads_them() {
    assert_eq!(digits(0), "19700101000000Z");
    assert_eq!(digits(951_782_400), "20000229000000Z");
    assert_eq!(digits(1_795_305_599), "20261121235959Z");
}
