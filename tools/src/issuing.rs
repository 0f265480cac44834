//! The workshop of a directory that makes licences: fonts, seals, authorities, and what a run of it needs.

use crate::access::Access;
use crate::failure::Failure;
use crate::remote::TimestampClient;
use std::path::Path;
use std::sync::Arc;
use zhengku_crypto::seal::TimestampSource;
use zhengku_document::font::{DEBIAN_FONTS, FontLibrary};
use zhengku_ledger::entry::{Entry, FileKind, Licence};
use zhengku_ledger::ids::{EntryKey, TimestampMs};
use zhengku_ledger::proof::Proof;
use zhengku_library::catalogue;
use zhengku_library::face::FaceRecord;
use zhengku_library::import::{Import, Run};
use zhengku_library::issue::FileMaker;
use zhengku_library::port::{Keyring, Read, Submit};
use zhengku_library::register::{LicenceDraft, Mapping, Mappings, RowOutcome, RowResult};
use zhengku_library::vault::VaultError;
use zhengku_node::NodeError;
use zhengku_node::keys::{KeyRing, KeyStore};
use zhengku_node::layout::Layout;
use zhengku_node::pki::{Pki, SealTrust};
use zhengku_node::seals::Seals;
use zhengku_node::timestamping::TimestampService;

/// Where the fonts are, when they are not where Debian puts them.
const FONTS_VARIABLE: &str = "ZHENGKU_FONTS";

/// Loads the fonts.
pub(crate) fn fonts() -> Result<Arc<FontLibrary>, Failure> {
    let directory = std::env::var_os(FONTS_VARIABLE);
    let directory = directory.as_deref().map_or(Path::new(DEBIAN_FONTS), Path::new);
    FontLibrary::load(directory).map(Arc::new).map_err(|error| {
        Failure::usage(
            format!("缺少证照字体 ({error}); 请安装 Debian 软件包 fonts-wqy-microhei fonts-lxgw-wenkai fonts-hanazono"),
            format!("{error}; licences are written with fonts-wqy-microhei, fonts-lxgw-wenkai and fonts-hanazono"),
        )
    })
}

/// The seals of a directory, on its ledger.
pub(crate) fn seals<'a>(
    access: &'a Access,
    layout: &'a Layout,
    ring: &'a KeyRing,
    now: TimestampMs,
) -> Seals<'a, Access> {
    Seals { ledger: access, keyring: ring, keys: access.keys(), layout, now }
}

/// What makes files here, now.
pub(crate) fn file_maker(
    access: &Access,
    layout: &Layout,
    fonts: Arc<FontLibrary>,
    now: TimestampMs,
    pdf: bool,
) -> Result<FileMaker, Failure> {
    file_maker_of(access, (access.keys(), &access.ring()), layout, fonts, now, pdf)
}

/// As [`file_maker`], for a ledger with keys.
pub(crate) fn file_maker_of<L: Submit + Read>(
    ledger: &L,
    (keys, ring): (&KeyStore, &KeyRing),
    layout: &Layout,
    fonts: Arc<FontLibrary>,
    now: TimestampMs,
    pdf: bool,
) -> Result<FileMaker, Failure> {
    let trust: Arc<SealTrust> = Pki::open(layout)?.trust()?;
    let seals = Seals { ledger, keyring: ring, keys, layout, now }.in_use(&trust)?;
    let timestamps = TimestampService::of(layout)?.map(|service| timestamps(&service, trust, now));
    Ok(FileMaker { fonts, seals, chain: ledger.chain(), now, pdf, timestamps })
}

fn timestamps(
    service: &TimestampService,
    trust: Arc<SealTrust>,
    now: TimestampMs,
) -> Arc<dyn TimestampSource + Send + Sync> {
    let sealed_unix_s = i64::try_from(now.0 / 1000).unwrap_or(i64::MAX);
    Arc::new(TimestampClient::new(&service.url, trust, sealed_unix_s))
}

/// An import or a mint on this directory's ledger and vault.
pub(crate) fn import<'a>(
    access: &'a Access,
    ring: &'a (dyn Keyring + Sync),
    files: Option<&'a FileMaker>,
    now: TimestampMs,
    run: Run,
) -> Import<'a, Access> {
    Import {
        ledger: access,
        vault: access.vault(),
        keyring: ring,
        pseudonyms: access.pseudonyms(),
        today: now.beijing_date(),
        files,
        run,
        watch: None,
    }
}

/// The form of a licence type, by name or code: its mapping file, or what its fields in the catalogue give.
pub(crate) fn mapping(wanted: &str) -> Result<Arc<Mapping>, Failure> {
    let all = Mappings::built_in();
    let is_wanted = |mapping: &&Arc<Mapping>| {
        mapping.licence_type() == wanted || mapping.type_code() == wanted || mapping.licence_type_en() == wanted
    };
    if let Some(found) = all.iter().find(is_wanted) {
        return Ok(Arc::clone(found));
    }
    let catalogue = catalogue::load().map_err(NodeError::from)?;
    let found = catalogue.types.iter().map(|one| &one.licence_type).find(|kind| {
        kind.name_zh.as_str() == wanted || kind.code.as_str() == wanted || kind.name_en.as_str() == wanted
    });
    if let Some(kind) = found {
        return Ok(Arc::new(Mapping::of_type(kind)?));
    }
    let kinds = || catalogue.types.iter().map(|one| &one.licence_type);
    let zh: Vec<&str> = kinds().map(|kind| kind.name_zh.as_str()).collect();
    let en: Vec<&str> = kinds().map(|kind| kind.name_en.as_str()).collect();
    Err(Failure::usage(
        format!("没有证照类型 {wanted}; 已有: {}", zh.join(", ")),
        format!("there is no licence type {wanted}; there are: {}", en.join(", ")),
    ))
}

/// A licence with its face and files, as the vault keeps them.
pub(crate) struct Kept {
    pub(crate) entry: Entry,
    pub(crate) licence: Licence,
    pub(crate) face: FaceRecord,
}

impl Kept {
    /// Its licence identifier (GB/T 36904).
    pub(crate) fn identifier(&self) -> Option<&str> {
        let field = self.face.fields.iter().find(|field| field.key.as_str() == catalogue::IDENTIFIER_KEY);
        field.map(|field| field.value.as_str())
    }
}

/// Reads a licence from ledger and vault; none when the ledger has none of this key.
pub(crate) fn kept(access: &Access, key: &EntryKey) -> Result<Option<Kept>, Failure> {
    let Some((_, entry)) = access.find(key)? else { return Ok(None) };
    let Some(licence) = entry.licence().cloned() else { return Ok(None) };
    // A change of status keeps the version's record.
    let bytes = access.vault().open_record(&licence.record.sha256, key, licence.version)?;
    let face = FaceRecord::decode(&bytes).map_err(|error| {
        Failure::usage(format!("照面信息无法读取 ({error})"), format!("the face record cannot be read: {error}"))
    })?;
    Ok(Some(Kept { entry, licence, face }))
}

/// The face of a state of a licence; none when it was erased.
pub(crate) fn face(access: &Access, key: &EntryKey, licence: &Licence) -> Result<Option<FaceRecord>, Failure> {
    match access.vault().open_record(&licence.record.sha256, key, licence.version) {
        Ok(bytes) => FaceRecord::decode(&bytes).map(Some).map_err(|error| {
            Failure::usage(format!("照面信息无法读取 ({error})"), format!("the face record cannot be read: {error}"))
        }),
        Err(VaultError::Erased { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The ledger's keys of a row's licences; none of a row that was refused.
pub(crate) fn keys_of(access: &Access, row: &RowOutcome) -> Vec<EntryKey> {
    let RowResult::Accepted(drafts) = &row.result else { return Vec::new() };
    drafts.iter().map(|draft| key_of(access, draft)).collect()
}

/// The ledger's key of a licence.
pub(crate) fn key_of(access: &Access, draft: &LicenceDraft) -> EntryKey {
    let number = catalogue::lookup_number(&draft.number, draft.part);
    EntryKey::from_digest(access.pseudonyms().licence(&draft.type_code, &number))
}

/// A licence's proof file with all its fields, to lie beside its OFD.
pub(crate) fn proof_file(access: &Access, kept: &Kept) -> Result<String, Failure> {
    let proof: Option<Proof> = access.prove(&kept.entry.key, None)?;
    let proof = proof.ok_or_else(|| Failure::usage("账本没有这份证照", "the ledger does not have this licence"))?;
    let disclosed = zhengku_ledger::entry::FieldSet::new(kept.face.fields.clone()).disclose(|_| true);
    let disclosed = disclosed.map_err(|error| Failure::usage(format!("字段路径: {error}"), error.to_string()))?;
    let disclosed = zhengku_ledger::codec::Bounded::new(disclosed).map_err(NodeError::from)?;
    Ok(Proof { disclosed, ..proof }.to_file())
}

/// The ending of a file of a kind.
pub(crate) const fn ending(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Ofd => "ofd",
        FileKind::Pdf => "pdf",
    }
}
