//! `zhengku seal trust`: a trust file that knows the seals as they stand now.

use crate::access::Access;
use crate::cli::issue::SealTrustArguments;
use crate::command::write_whole;
use crate::failure::Failure;
use crate::output::Console;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zhengku_document::trust::RegisteredSeal;
use zhengku_document::verify::{SealStanding, SealStatus as Standing};
use zhengku_ledger::entry::{EntryBody, SealRecord, SealStatus};
use zhengku_ledger::ids::EntryKey;
use zhengku_node::layout::Layout;
use zhengku_node::pki::{Pki, PkiError};
use zhengku_store::OpenMode;
use zhengku_verify::trust::TrustFile;

/// Writes the trust file of the directory again, with authorities, revocation lists and the register of seals.
pub(super) fn run(arguments: &SealTrustArguments, console: &Console) -> Result<u8, Failure> {
    let layout = Layout::new(&arguments.at.data.data);
    let access = Access::open(&arguments.at.data, arguments.at.node.as_deref(), OpenMode::Read)?;
    let base = arguments.base.clone().unwrap_or_else(|| layout.trust());
    let file = trust_file(&access, &layout, read(&base)?)?;
    let out = arguments.out.clone().unwrap_or_else(|| layout.trust());
    write_whole(&out, serde_json::to_string_pretty(&file)?.as_bytes())?;
    let answer = serde_json::json!({ "file": out.display().to_string(), "seals": file.seals.len() });
    console.result(
        &answer,
        &[
            ("信任文件", "Trust file", out.display().to_string()),
            ("印章版本", "Seal versions", file.seals.len().to_string()),
        ],
    )?;
    Ok(0)
}

/// A trust file with the authorities, the revocation lists and the register of seals of a directory.
pub(crate) fn trust_file(access: &Access, layout: &Layout, base: TrustFile) -> Result<TrustFile, Failure> {
    let pki = Pki::open(layout)?;
    let pem = |certificate: &zhengku_crypto::certificate::Certificate| certificate.to_pem().map_err(PkiError::from);
    Ok(TrustFile {
        seal_anchors: vec![pem(pki.root())?],
        seal_intermediates: vec![pem(pki.authority())?],
        revocation_lists: pki.lists_der()?.iter().map(|der| BASE64.encode(der)).collect(),
        seals: standings(access)?.iter().map(RegisteredSeal::of).collect(),
        ..base
    })
}

fn read(path: &std::path::Path) -> Result<TrustFile, Failure> {
    let bytes = std::fs::read(path).map_err(Failure::file(path))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let path = path.display();
        Failure::usage(format!("{path}: 不是信任文件 ({error})"), format!("{path} is no trust file: {error}"))
    })
}

/// Every made version of every seal: what it was sealed with before a renewal stays sealed.
fn standings(access: &Access) -> Result<Vec<SealStanding>, Failure> {
    let directory = access.directory();
    let mut all: Vec<SealStanding> = Vec::new();
    for record in directory.seals() {
        let owner = directory.organisation(record.owner).map(|owner| owner.credit_code.to_string());
        let owner = owner.unwrap_or_default();
        let mut next = access.find(&EntryKey::of_seal(record.number))?.map(|(_, entry)| entry);
        let newest = record.status;
        while let Some(entry) = next {
            if let EntryBody::Seal(version) = &entry.body {
                add(&mut all, version, newest, record, &owner);
            }
            next = entry.previous.map(|previous| access.entry(previous)).transpose()?;
        }
    }
    Ok(all)
}

/// The newest state of a version stands; a cancelled seal cancels all its versions.
fn add(all: &mut Vec<SealStanding>, version: &SealRecord, newest: SealStatus, record: &SealRecord, owner: &str) {
    let Some(made) = &version.made else { return };
    if let Some(known) = all.iter_mut().find(|known| known.digest == made.sm3) {
        // Entries come newest first: an earlier filing of the same version is when it began to be usable.
        if known.status == Standing::Filed && version.status == SealStatus::Filed {
            known.since = version.changed;
        }
        return;
    }
    let (status, since) = match (newest, version.status) {
        (SealStatus::Cancelled, _) => (Standing::Cancelled, record.changed),
        (_, SealStatus::Filed) => (Standing::Filed, version.changed),
        _ => (Standing::Pending, version.changed),
    };
    let id = version.id.to_string();
    all.push(SealStanding { id, digest: made.sm3, status, since, organisation_code: owner.to_owned() });
}
