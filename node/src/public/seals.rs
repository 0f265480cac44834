//! The register of seals as pages and verifiers need it.

use super::{Showing, Source};
use crate::layout::Layout;
use std::fs;
use zhengku_api::desk::port::{PictureFormat, Seal as SealDetail, SealRow, SealStatus as StatusShown};
use zhengku_crypto::digest::sha256;
use zhengku_crypto::seal::Seal;
use zhengku_document::seal_picture::{self, Ground, SealText};
use zhengku_document::verify::{SealStanding, SealStatus as Standing};
use zhengku_ledger::entry::{Entry, EntryBody, SealKind, SealRecord, SealStatus};
use zhengku_ledger::ids::{Date, EntryKey, LogIndex, TimestampMs};
use zhengku_ledger::state::Directory;
use zhengku_library::port::{PortError, Read};

/// Dots per inch of a seal's picture on a page: 330 points across.
const SCREEN_DPI: u16 = 200;
/// The longest seal file that is read, in bytes: ours have 15 KB.
const MAX_SEAL_BYTES: u64 = 4 * 1024 * 1024;

impl<S: Source> Showing<'_, S> {
    /// The register, in the order of its numbers.
    pub fn seals(&self) -> Vec<SealRow> {
        let directory = self.source.directory();
        directory.seals().map(|record| row(&directory, record)).collect()
    }

    /// One seal by its id; `uses` are the licences known here to be under it, by its number.
    ///
    /// # Errors
    /// [`PortError`].
    pub fn seal(
        &self,
        id: &str,
        uses: &dyn Fn(zhengku_ledger::ids::SealNumber) -> u64,
    ) -> Result<Option<SealDetail>, PortError> {
        let directory = self.source.directory();
        let Some(record) = directory.seals().find(|record| record.id.as_str() == id) else { return Ok(None) };
        let entries = self.entries(&EntryKey::of_seal(record.number))?;
        let owner = directory.organisation(record.owner);
        let day = |status| first_day(&entries, status);
        let made = record.made.as_ref();
        let maker = made.and_then(|made| directory.organisation(made.maker));
        let file = held(self.layout, record);
        let fingerprints = made.map(|made| made.certificates.iter().map(ToString::to_string).collect::<Vec<_>>());
        let signer = |subject: String| (subject, made.map_or(Date(0), |made| made.valid_to));
        Ok(Some(SealDetail {
            row: row(&directory, record),
            owner_code: owner.map(|owner| owner.credit_code.to_string()).unwrap_or_default(),
            applied: day(SealStatus::Applied),
            made: day(SealStatus::Made),
            filed: day(SealStatus::Filed),
            cancelled: day(SealStatus::Cancelled),
            maker: match (&file, maker) {
                (Some(seal), _) => seal.maker().subject().to_owned(),
                (None, Some(maker)) => maker.name_zh.to_string(),
                (None, None) => String::new(),
            },
            algorithm: "SM2 / SM3".to_owned(),
            structure_version: 4,
            digest: made.map(|made| made.sm3.to_string()).unwrap_or_default(),
            signers: fingerprints
                .unwrap_or_default()
                .into_iter()
                .map(|one| format!("SHA-256 {one}"))
                .map(signer)
                .collect(),
            uses: uses(record.number),
            entry: entries.first().map(|(index, _)| index.0),
        }))
    }

    /// The picture of a seal: its own where the seal is held here (PNG), and else drawn from its name as seals are drawn here.
    #[must_use]
    pub fn seal_picture(&self, id: &str, format: PictureFormat) -> Option<Vec<u8>> {
        let directory = self.source.directory();
        let record = directory.seals().find(|record| record.id.as_str() == id)?;
        if format == PictureFormat::Png
            && let Some(seal) = held(self.layout, record)
            && seal.picture().format == "PNG"
        {
            return Some(seal.picture().data.clone());
        }
        let (name, purpose) = crate::seals::split_name(record.name_zh.as_str());
        let drawn = seal_picture::draw(&SealText { name, purpose, code: record.id.as_str() }, self.fonts?).ok()?;
        match format {
            PictureFormat::Png => drawn.to_png(SCREEN_DPI, Ground::Transparent).ok(),
            PictureFormat::Svg => Some(drawn.to_svg().into_bytes()),
        }
    }
}

/// Every made version of every seal: what was sealed before a renewal stays sealed.
///
/// # Errors
/// [`PortError`].
pub fn standings<S: Read>(
    source: &S,
    entry: &dyn Fn(LogIndex) -> Result<Entry, PortError>,
) -> Result<Vec<SealStanding>, PortError> {
    let directory = source.directory();
    let mut all: Vec<SealStanding> = Vec::new();
    for record in directory.seals() {
        let owner = directory.organisation(record.owner).map(|owner| owner.credit_code.to_string());
        let owner = owner.unwrap_or_default();
        let found = source.find(&[EntryKey::of_seal(record.number)])?.pop().flatten();
        let mut next = found.map(|(_, entry)| entry);
        while let Some(found) = next {
            if let EntryBody::Seal(version) = &found.body {
                add(&mut all, version, record, &owner);
            }
            next = found.previous.map(entry).transpose()?;
        }
    }
    Ok(all)
}

/// The newest state of a version stands; a cancelled seal cancels all its versions.
fn add(all: &mut Vec<SealStanding>, version: &SealRecord, newest: &SealRecord, owner: &str) {
    let Some(made) = &version.made else { return };
    if let Some(known) = all.iter_mut().find(|known| known.digest == made.sm3) {
        // Entries come newest first: an earlier filing of the same version is when it began to be usable.
        if known.status == Standing::Filed && version.status == SealStatus::Filed {
            known.since = version.changed;
        }
        return;
    }
    let (status, since) = match (newest.status, version.status) {
        (SealStatus::Cancelled, _) => (Standing::Cancelled, newest.changed),
        (_, SealStatus::Filed) => (Standing::Filed, version.changed),
        _ => (Standing::Pending, version.changed),
    };
    let id = version.id.to_string();
    all.push(SealStanding { id, digest: made.sm3, status, since, organisation_code: owner.to_owned() });
}

fn row(directory: &Directory, record: &SealRecord) -> SealRow {
    let owner = directory.organisation(record.owner).map(|owner| owner.name_zh.to_string());
    let applied = record.changed.beijing_date();
    let (valid_from, valid_to) =
        record.made.as_ref().map_or((applied, applied), |made| (made.valid_from, made.valid_to));
    SealRow {
        id: record.id.to_string(),
        name: record.name_zh.to_string(),
        owner: owner.unwrap_or_default(),
        kind_zh: record.kind.name_zh().to_owned(),
        kind_en: match record.kind {
            SealKind::LegalName => "legal name",
            SealKind::Licence => "licences",
            SealKind::Special => "special",
            SealKind::Representative => "representative",
        }
        .to_owned(),
        status: match record.status {
            SealStatus::Applied => StatusShown::Applied,
            SealStatus::Made => StatusShown::Made,
            SealStatus::Filed => StatusShown::Filed,
            SealStatus::Cancelled => StatusShown::Cancelled,
        },
        valid_from,
        valid_to,
    }
}

/// The day of the first entry with a status; entries come newest first.
fn first_day(entries: &[(LogIndex, Entry)], status: SealStatus) -> Option<Date> {
    let changed = |(_, entry): &(LogIndex, Entry)| match &entry.body {
        EntryBody::Seal(version) if version.status == status => Some(version.changed),
        _ => None,
    };
    entries.iter().rev().find_map(changed).map(TimestampMs::beijing_date)
}

/// The seal itself, when it is held here as the register has it.
fn held(layout: &Layout, record: &SealRecord) -> Option<Seal> {
    let made = record.made.as_ref()?;
    let number = record.number.0;
    [format!("{number}.esl"), format!("{number}-next.esl")].iter().find_map(|name| {
        let path = layout.seals().join(name);
        let is_short = fs::metadata(&path).is_ok_and(|about| about.len() <= MAX_SEAL_BYTES);
        let bytes = is_short.then(|| fs::read(&path).ok()).flatten()?;
        (sha256(&bytes) == made.sha256).then(|| Seal::from_der(&bytes).ok()).flatten()
    })
}
