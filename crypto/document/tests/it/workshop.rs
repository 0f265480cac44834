//! A whole world for one licence: authorities, a seal, the file, a ledger that has it, and a proof. Certificates, seal signatures and
//! packages are also put together by hand here, so that forgers can make what the product's own code refuses to make.

pub(crate) mod der;
pub(crate) mod flip;
pub(crate) mod ledger;
pub(crate) mod pki;
pub(crate) mod sealing;
pub(crate) mod zip;

use pki::{Party, Pki};
use sealing::Sealing;
use std::path::Path;
use std::sync::LazyLock;
use zhengku_crypto::certificate::{Certificate, RevocationList, TrustAnchors};
use zhengku_crypto::digest::{sha256, sm3};
use zhengku_crypto::seal::{AdmittedAs, Picture, Seal, SealDraft, SealKind};
use zhengku_document::fixtures;
use zhengku_document::font::{DEBIAN_FONTS, FontLibrary};
use zhengku_document::licence::LicenceData;
use zhengku_document::ofd::{self, Annotation, OfdContent, Sealer, SealerError};
use zhengku_document::package::Package;
use zhengku_document::page::{Rect, Sheet};
use zhengku_document::verify::{FileReport, SealStanding, SealStatus, TrustStore, verify_file};
use zhengku_ledger::entry::{FileKind, LicenceFile};
use zhengku_ledger::ids::TimestampMs;
use zhengku_ledger::verdict::{Check, CheckState};
use zhengku_ledger::verify::Strictness;

/// 2026-11-21T04:00:00Z, noon in Beijing: the seal is put on.
pub(crate) const SIGNED_S: i64 = 1_795_233_600;
/// The block that takes the file up, a minute later.
pub(crate) const BLOCK: TimestampMs = TimestampMs(1_795_233_660_000);
/// The verifier's clock: a day later.
pub(crate) const NOW: TimestampMs = TimestampMs(1_795_320_000_000);
pub(crate) const DAY_S: i64 = 86_400;
pub(crate) const SEAL_ID: &str = "99999900000001";
/// The credit code of the issuer in the fixtures.
pub(crate) const ISSUER: &str = "11999999000000019M";
/// Another office.
pub(crate) const OTHER: &str = "11999999TE5T00016J";

/// Files of a package in order.
pub(crate) type Parts = Vec<(String, Vec<u8>)>;

/// Everything that is made once.
pub(crate) struct Workshop {
    pub(crate) fonts: FontLibrary,
    pub(crate) pki: Pki,
    pub(crate) data: LicenceData,
    pub(crate) seal: Seal,
    /// The sealed original, by the product's own writer.
    pub(crate) file: Vec<u8>,
}

pub(crate) static WORKSHOP: LazyLock<Workshop> = LazyLock::new(Workshop::new);

impl Workshop {
    fn new() -> Self {
        let fonts = FontLibrary::load(Path::new(DEBIAN_FONTS)).unwrap();
        let pki = Pki::new();
        let seal = seal_of(&pki);
        let data = fixtures::licence_data();
        let mut workshop = Self { fonts, pki, data, seal, file: Vec::new() };
        workshop.file = workshop.write(&workshop.data, None);
        workshop
    }

    /// A sealed file of these data by the product's own writer.
    pub(crate) fn write(&self, data: &LicenceData, annotation: Option<Annotation>) -> Vec<u8> {
        let sheets = [fixtures::sheet(&self.fonts, data).unwrap()];
        let created = TimestampMs(u64::try_from(SIGNED_S).unwrap() * 1000);
        let content = OfdContent { sheets: &sheets, data, created, seal_name: "样例证照专用章", annotation };
        let sealer = Clerk { workshop: self, seal: self.seal.as_der() };
        ofd::write(&content, &self.fonts).unwrap().seal(0, fixtures::SEAL_PLACE, &sealer).unwrap()
    }

    /// A sealed original of these pages.
    pub(crate) fn write_sheets(&self, data: &LicenceData, sheets: &[Sheet], page: usize, place: Rect) -> Vec<u8> {
        let created = TimestampMs(u64::try_from(SIGNED_S).unwrap() * 1000);
        let content = OfdContent { sheets, data, created, seal_name: "样例证照专用章", annotation: None };
        let sealer = Clerk { workshop: self, seal: self.seal.as_der() };
        ofd::write(&content, &self.fonts).unwrap().seal(page, place, &sealer).unwrap()
    }

    /// The files of the genuine package.
    pub(crate) fn parts(&self) -> Parts {
        parts(&self.file)
    }

    /// How the genuine file is sealed.
    pub(crate) fn sealing(&self) -> Sealing<'_> {
        Sealing::new(&self.seal, &self.pki.signer, &self.page())
    }

    /// The ID of the page that bears the seal.
    pub(crate) fn page(&self) -> String {
        let description = String::from_utf8(part(&self.parts(), sealing::DESCRIPTION).to_vec()).unwrap();
        description.split("PageRef=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    pub(crate) fn trust(&self) -> TrustStore {
        trust_of(&self.pki, &self.seal)
    }

    /// The lists of both authorities, the lower one with these revocations: serial number and time.
    pub(crate) fn lists(&self, revoked: &[(u8, i64)]) -> Vec<RevocationList> {
        lists_of(&self.pki, revoked)
    }

    /// The proof of a ledger that has the digests of this very file.
    pub(crate) fn proof(&self, file: &[u8]) -> Vec<u8> {
        self.proof_with(file, |_| {})
    }

    pub(crate) fn proof_with(&self, file: &[u8], change: impl Fn(&mut ledger::Record)) -> Vec<u8> {
        let mut record = ledger::Record::of(&self.data, vec![digests(file, FileKind::Ofd)]);
        change(&mut record);
        record.proof()
    }
}

/// What everybody trusts.
pub(crate) fn trust_of(pki: &Pki, seal: &Seal) -> TrustStore {
    let anchor = Certificate::from_der(&pki.root.certificate).unwrap();
    TrustStore {
        seals_as_of: None,
        ledger: Some(ledger::trust()),
        history: None,
        anchors: TrustAnchors::from_certificates(vec![anchor]).unwrap(),
        intermediates: vec![Certificate::from_der(&pki.authority.certificate).unwrap()],
        lists: lists_of(pki, &[]),
        seals: vec![standing(seal, SealStatus::Filed, 0)],
    }
}

fn lists_of(pki: &Pki, revoked: &[(u8, i64)]) -> Vec<RevocationList> {
    let list = |issuer: &Party, revoked: &[(u8, i64)]| {
        RevocationList::from_der(&pki::list(issuer, revoked, SIGNED_S, SIGNED_S + 30 * DAY_S)).unwrap()
    };
    vec![list(&pki.root, &[]), list(&pki.authority, revoked)]
}

/// The registered seal of the issuer.
pub(crate) fn seal_of(pki: &Pki) -> Seal {
    seal(&pki.signer, &pki.maker, SEAL_ID, SIGNED_S - 30 * DAY_S, SIGNED_S + 700 * DAY_S)
}

/// The digests of a file as the ledger has them.
pub(crate) fn digests(file: &[u8], kind: FileKind) -> LicenceFile {
    LicenceFile { kind, sha256: sha256(file), sm3: sm3(file) }
}

pub(crate) fn standing(seal: &Seal, status: SealStatus, since_s: i64) -> SealStanding {
    SealStanding {
        id: seal.id().to_owned(),
        digest: sm3(seal.as_der()),
        status,
        since: TimestampMs(u64::try_from(since_s).unwrap() * 1000),
        organisation_code: ISSUER.to_owned(),
    }
}

/// A seal of 42 mm that admits one signer.
pub(crate) fn seal(signer: &Party, maker: &Party, id: &str, from_s: i64, to_s: i64) -> Seal {
    let draft = SealDraft {
        vendor: "ZHENGKU".to_owned(),
        id: id.to_owned(),
        kind: SealKind::Unit,
        name: "样例市演示区市场监督管理局证照专用章".to_owned(),
        picture: Picture { format: "PNG".to_owned(), data: vec![0x89; 2000], width_mm: 42, height_mm: 42 },
        certificates: vec![Certificate::from_der(&signer.certificate).unwrap()],
        admitted_as: AdmittedAs::Certificates,
        created_unix_s: from_s,
        valid_from_unix_s: from_s,
        valid_to_unix_s: to_s,
    };
    draft.make(&Certificate::from_der(&maker.certificate).unwrap(), &maker.key).unwrap()
}

struct Clerk<'a> {
    workshop: &'a Workshop,
    seal: &'a [u8],
}

impl Sealer for Clerk<'_> {
    fn seal_der(&self) -> &[u8] {
        self.seal
    }

    fn time(&self) -> TimestampMs {
        TimestampMs(u64::try_from(SIGNED_S).unwrap() * 1000)
    }

    fn sign(&self, data_hash: [u8; 32], property: &str) -> Result<Vec<u8>, SealerError> {
        Ok(sealing::signature(self.seal, SIGNED_S, &data_hash, property, &self.workshop.pki.signer))
    }
}

/// The files of a package.
pub(crate) fn parts(file: &[u8]) -> Parts {
    Package::read(file).unwrap().iter().map(|(name, content)| (name.to_owned(), content.to_vec())).collect()
}

pub(crate) fn part<'a>(parts: &'a Parts, name: &str) -> &'a [u8] {
    &parts.iter().find(|(known, _)| known == name).unwrap().1
}

pub(crate) fn replace(parts: &mut Parts, name: &str, content: Vec<u8>) {
    parts.iter_mut().find(|(known, _)| known == name).unwrap().1 = content;
}

/// Replaces text that must be there.
pub(crate) fn edit(parts: &mut Parts, name: &str, from: &str, to: &str) {
    let text = String::from_utf8(part(parts, name).to_vec()).unwrap();
    assert!(text.contains(from), "{name} does not contain {from}");
    replace(parts, name, text.replace(from, to).into_bytes());
}

pub(crate) fn judge(file: &[u8], proof: Option<&[u8]>, trust: &TrustStore) -> FileReport {
    judge_at(file, proof, trust, NOW)
}

pub(crate) fn judge_at(file: &[u8], proof: Option<&[u8]>, trust: &TrustStore, now: TimestampMs) -> FileReport {
    verify_file(file, proof, trust, Strictness { now, max_age_ms: None })
}

/// The checks that did not pass.
pub(crate) fn open(report: &FileReport) -> Vec<&Check> {
    report.verification.checks.iter().filter(|check| check.state != CheckState::Passed).collect()
}
