//! Verification of files against what this server knows, and its report.

use super::{Showing, Source, standings};
use zhengku_api::desk::port::{CheckLine, DataAge, DataSource, FaceField, FileToVerify, SealShown, VerificationReport};
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_crypto::seal::Seal;
use zhengku_document::licence::LicenceData;
use zhengku_document::ofd::{LICENCE_JSON, SEAL};
use zhengku_document::package::Package;
use zhengku_document::png::{self, Stamp};
use zhengku_document::template;
use zhengku_document::verify::{FileReport, Kind, TrustStore, is_proof_alone_damaged, verify_file};
use zhengku_ledger::ids::{EntryKey, TimestampMs};
use zhengku_ledger::state::Directory;
use zhengku_ledger::verdict::{Check, CheckName, CheckState};
use zhengku_ledger::verify::Strictness;
use zhengku_library::issue::PREVIEW_DPI;
use zhengku_library::port::PortError;

/// How far the clocks of this server and of the newest block's makers may differ, in milliseconds.
const CLOCK_SLACK_MS: u64 = 1_000;

impl<S: Source> Showing<'_, S> {
    /// Everything that files are judged by here.
    ///
    /// # Errors
    /// [`PortError`]: the ledger could not be read, or the authorities named here are none.
    pub fn trust_store(&self) -> Result<TrustStore, PortError> {
        let mut store =
            TrustStore { ledger: self.source.trust()?, history: self.source.history()?, ..TrustStore::default() };
        let filled = self.seal_trust.fill(&mut store);
        filled.map_err(|error| PortError { context: "reading the trust file", source: Box::new(error) })?;
        store.seals = standings(self.source, &|place| self.source.entry(place))?;
        store.seals_as_of = None;
        Ok(store)
    }

    /// Verifies a file as of `now`. The ledger's own proof, as fresh as this server, is used wherever it has one.
    ///
    /// # Errors
    /// [`PortError`] when the ledger could not be read.
    pub fn verify(&self, file: &FileToVerify, now: TimestampMs) -> Result<VerificationReport, PortError> {
        let trust = self.trust_store()?;
        let strictness = Strictness { now: TimestampMs(now.0.saturating_add(CLOCK_SLACK_MS)), max_age_ms: None };
        let own = self.own_proof(&file.bytes)?;
        let (proof, source) = match (&own, &file.proof) {
            (Some(own), _) => (Some(own.as_bytes()), DataSource::Ledger),
            (None, Some(given)) => (Some(given.as_slice()), DataSource::Proof),
            (None, None) => (None, DataSource::Nothing),
        };
        let report = verify_file(&file.bytes, proof, &trust, strictness);
        let source = match report.kind {
            Kind::Text if report.verification.as_of.is_some() => DataSource::Proof,
            _ => source,
        };
        Ok(self.shown(file, report, source))
    }

    /// The proof of the licence whose file this is: by the key that its data name, or by its digest.
    fn own_proof(&self, bytes: &[u8]) -> Result<Option<String>, PortError> {
        let named = match Kind::of(bytes) {
            Kind::Text => return Ok(None),
            Kind::Ofd => data_of(bytes),
            Kind::Pdf => None,
        };
        if let Some(data) = named.filter(|data| data.chain == self.source.chain().to_string())
            && let Ok(digest) = data.key.parse::<Digest>()
            && let Some(proof) = self.source.proof_of_key(&EntryKey::from_digest(digest))?
        {
            return Ok(Some(proof));
        }
        self.source.proof_of_file(&sha256(bytes))
    }

    fn shown(&self, file: &FileToVerify, report: FileReport, source: DataSource) -> VerificationReport {
        let FileReport { verification, kind, data, seal } = report;
        let is_proof_alone_damaged = is_proof_alone_damaged(&verification);
        let directory = self.source.directory();
        let (kind_zh, kind_en) = kind_names(kind, data.as_ref());
        let contact = data.as_ref().map(|data| data.issuer.clone());
        let passed = |name| verification.checks.iter().any(|one| one.name == name && one.state == CheckState::Passed);
        // A seal that is not on file may show anything: its picture goes to nobody.
        let is_on_file = file.is_drawn && passed(CheckName::SealRegister) && passed(CheckName::SealCopy);
        let on_file = is_on_file.then(|| package_seal(&file.bytes, kind)).flatten();
        let picture =
            data.as_ref().filter(|_| file.is_drawn).and_then(|data| self.picture(&directory, data, on_file.as_ref()));
        let seal = seal.map(|seal| SealShown {
            name: seal.name,
            id: seal.id,
            signer: seal.signer,
            signed: u64::try_from(seal.signed_unix_s).ok().map(|seconds| TimestampMs(seconds.saturating_mul(1000))),
            is_time_confirmed: seal.trusted_unix_s.is_some(),
            picture: on_file.as_ref().filter(|seal| is_png(seal)).map(|seal| seal.picture().data.clone()),
        });
        VerificationReport {
            verdict: verification.verdict,
            is_proof_alone_damaged,
            kind_zh,
            kind_en,
            file_digest: sha256(&file.bytes).to_string(),
            checks: verification.checks.into_iter().map(line).collect(),
            face: data.as_ref().map(|data| face(&directory, data)).unwrap_or_default(),
            seal,
            age: DataAge {
                source: if verification.as_of.is_some() { source } else { DataSource::Nothing },
                height: verification.as_of.map(|(height, _)| height.0),
                as_of: verification.as_of.map(|(_, time)| time),
            },
            picture,
            contact,
        }
    }

    /// The first page, composed from the data.
    fn picture(&self, directory: &Directory, data: &LicenceData, seal: Option<&Seal>) -> Option<Vec<u8>> {
        let fonts = self.fonts?;
        let kind = directory.licence_types().find(|one| one.code.as_str() == data.licence_type_code);
        let composed = template::compose(data, kind.map_or("", |kind| kind.template.as_str()), fonts).ok()?;
        let seal = seal.filter(|seal| is_png(seal) && composed.seal.page == 0);
        let stamps: Vec<Stamp<'_>> =
            seal.map(|seal| Stamp { place: composed.seal.place, png: &seal.picture().data }).into_iter().collect();
        let first = composed.sheets.first()?;
        let drawn = png::render(first, fonts, PREVIEW_DPI, &stamps);
        // A seal's picture comes from outside; what cannot be drawn is left out.
        drawn.or_else(|_| png::render(first, fonts, PREVIEW_DPI, &[])).ok()
    }
}

fn is_png(seal: &Seal) -> bool {
    seal.picture().format.eq_ignore_ascii_case("png")
}

fn data_of(bytes: &[u8]) -> Option<LicenceData> {
    let package = Package::read(bytes).ok()?;
    LicenceData::from_json(package.get(LICENCE_JSON)?).ok()
}

fn package_seal(bytes: &[u8], kind: Kind) -> Option<Seal> {
    if kind != Kind::Ofd {
        return None;
    }
    Seal::from_der(Package::read(bytes).ok()?.get(SEAL)?).ok()
}

fn kind_names(kind: Kind, data: Option<&LicenceData>) -> (String, String) {
    let licence = |file: &str| {
        let zh = data.map_or_else(|| file.to_owned(), |data| format!("{file}, {}", data.licence_type));
        let en = data.map_or_else(|| file.to_owned(), |data| format!("{file}, {}", data.licence_type_en));
        (zh, en)
    };
    match kind {
        Kind::Ofd => licence("OFD"),
        Kind::Pdf => licence("PDF"),
        Kind::Text => ("证明文件或其他文本".to_owned(), "proof file or other text".to_owned()),
    }
}

fn line(check: Check) -> CheckLine {
    let code = check.name.code();
    let mut name_en = code.replace('_', " ");
    if let Some(first) = name_en.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    CheckLine {
        code: code.to_owned(),
        name_zh: check.name.name_zh().to_owned(),
        name_en,
        state: check.state,
        verdict: check.verdict,
        reason_zh: check.reason_zh,
        reason_en: check.reason_en,
    }
}

fn face(directory: &Directory, data: &LicenceData) -> Vec<FaceField> {
    let kind = directory.licence_types().find(|one| one.code.as_str() == data.licence_type_code);
    let label_en = |key: &str| {
        let rule = kind.and_then(|kind| kind.fields.iter().find(|rule| rule.key.as_str() == key));
        rule.map_or_else(|| key.replace('_', " "), |rule| rule.label_en.to_string())
    };
    let of_data = data.fields.iter().map(|field| FaceField {
        label_zh: field.label.clone(),
        label_en: label_en(&field.key),
        value: field.value.clone(),
    });
    let kind =
        FaceField {
            label_zh: "证照名称".to_owned(), label_en: "Licence".to_owned(), value: data.licence_type.clone()
        };
    std::iter::once(kind).chain(of_data).collect()
}
