//! `pki/`: `authorities/*.pem`, `issued/<serial>.pem`, `revoked.json`, `lists/*.crl`. Public facts, each file written whole.

use super::PkiError;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use zhengku_crypto::certificate::Certificate;
use zhengku_crypto::certificate::issue::{Revocation, RevocationReason};
use zhengku_library::whole::{self, Readers};

/// How the directory of authorities that are being made ends.
const UNFINISHED: &str = "unfinished";

pub(super) struct Directory(PathBuf);

#[derive(Serialize, Deserialize)]
struct RevokedRow {
    serial: String,
    revoked_unix_s: i64,
    reason: u8,
}

impl Directory {
    /// A directory beside `path`, which [`Directory::finish`] puts there; and whether one that was begun before was there.
    pub(super) fn begin(path: &Path) -> Result<(Self, bool), PkiError> {
        if path.exists() {
            return Err(PkiError::Exists { path: path.to_owned() });
        }
        let beside = path.with_added_extension(UNFINISHED);
        let is_resumed = beside.exists();
        for part in ["authorities", "issued", "lists"] {
            let part = beside.join(part);
            fs::create_dir_all(&part).map_err(PkiError::file(&part))?;
        }
        Ok((Self(beside), is_resumed))
    }

    /// Takes its place, durably.
    pub(super) fn finish(self, path: &Path) -> Result<Self, PkiError> {
        let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let moved = fs::rename(&self.0, path).and_then(|()| fs::File::open(above)?.sync_all());
        moved.map_err(PkiError::file(path))?;
        Ok(Self(path.to_owned()))
    }

    pub(super) fn open(path: &Path) -> Result<Self, PkiError> {
        if path.join("authorities").is_dir() {
            Ok(Self(path.to_owned()))
        } else {
            Err(PkiError::None { path: path.to_owned() })
        }
    }

    /// A lock that lasts as long as the file is open.
    pub(super) fn turn(&self) -> Result<fs::File, PkiError> {
        let path = self.0.join("turn");
        let open = || {
            let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
            file.lock()?;
            Ok(file)
        };
        open().map_err(PkiError::file(&path))
    }

    pub(super) fn authority(&self, name: &str) -> Result<Certificate, PkiError> {
        read_certificate(&self.0.join("authorities").join(format!("{name}.pem")))
    }

    pub(super) fn put_authority(&self, name: &str, certificate: &Certificate) -> Result<(), PkiError> {
        write_whole(&self.0.join("authorities").join(format!("{name}.pem")), certificate.to_pem()?.as_bytes())
    }

    pub(super) fn put_issued(&self, certificate: &Certificate) -> Result<(), PkiError> {
        let path = self.0.join("issued").join(format!("{}.pem", certificate.serial_hex()));
        write_whole(&path, certificate.to_pem()?.as_bytes())
    }

    pub(super) fn issued_as(&self, serial: &[u8]) -> Result<Certificate, PkiError> {
        read_certificate(&self.0.join("issued").join(format!("{}.pem", hex::encode(serial))))
    }

    pub(super) fn issued(&self) -> Result<Vec<Certificate>, PkiError> {
        let directory = self.0.join("issued");
        let mut certificates = Vec::new();
        for entry in fs::read_dir(&directory).map_err(PkiError::file(&directory))? {
            let path = entry.map_err(PkiError::file(&directory))?.path();
            if path.extension().is_some_and(|ending| ending == "pem") {
                certificates.push(read_certificate(&path)?);
            }
        }
        Ok(certificates)
    }

    pub(super) fn revoked(&self) -> Result<Vec<Revocation>, PkiError> {
        let path = self.0.join("revoked.json");
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(PkiError::file(&path))?,
        };
        let damaged = |reason: String| PkiError::Damaged { path: path.clone(), reason };
        let rows: Vec<RevokedRow> = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        let row = |row: RevokedRow| {
            let serial = hex::decode(&row.serial).map_err(|error| damaged(error.to_string()))?;
            let reason = RevocationReason::ALL.into_iter().find(|reason| reason.code() == row.reason);
            let reason = reason.ok_or_else(|| damaged(format!("reason {} is unknown", row.reason)))?;
            Ok(Revocation { serial, revoked_unix_s: row.revoked_unix_s, reason })
        };
        rows.into_iter().map(row).collect()
    }

    pub(super) fn put_revoked(&self, revoked: &[Revocation]) -> Result<(), PkiError> {
        let row = |one: &Revocation| RevokedRow {
            serial: hex::encode(&one.serial),
            revoked_unix_s: one.revoked_unix_s,
            reason: one.reason.code(),
        };
        let rows: Vec<RevokedRow> = revoked.iter().map(row).collect();
        let path = self.0.join("revoked.json");
        let text = serde_json::to_vec_pretty(&rows)
            .map_err(|error| PkiError::Damaged { path: path.clone(), reason: error.to_string() })?;
        write_whole(&path, &text)
    }

    pub(super) fn list(&self, name: &str) -> Result<Vec<u8>, PkiError> {
        let path = self.0.join("lists").join(format!("{name}.crl"));
        fs::read(&path).map_err(PkiError::file(&path))
    }

    pub(super) fn put_list(&self, name: &str, der: &[u8]) -> Result<(), PkiError> {
        write_whole(&self.0.join("lists").join(format!("{name}.crl")), der)
    }
}

fn read_certificate(path: &Path) -> Result<Certificate, PkiError> {
    let bytes = fs::read(path).map_err(PkiError::file(path))?;
    Certificate::from_pem(&bytes)
        .map_err(|error| PkiError::Damaged { path: path.to_owned(), reason: error.to_string() })
}

/// A public fact, whole or not at all.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), PkiError> {
    whole::write(path, bytes, Readers::All).map_err(PkiError::file(path))
}
