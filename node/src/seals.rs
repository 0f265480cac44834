//! The e-seals of a directory: from the application to the seal in use. The ledger keeps the register, `seals/` the seals themselves
//! with the signers' certificates, `keys/` their keys.

mod error;
mod files;

pub use error::SealsError;
pub use files::MAKER_KEY;

use crate::keys::KeyStore;
use crate::layout::Layout;
use crate::pki::{Pki, SealTrust, subject};
use files::SealFiles;
use std::collections::BTreeMap;
use std::sync::Arc;
use zhengku_crypto::certificate::Certificate;
use zhengku_crypto::certificate::issue::Profile;
use zhengku_crypto::digest::{Digest, sha256, sm3};
use zhengku_crypto::seal::{AdmittedAs, Picture, Seal, SealDates, SealDraft, SealKind as SealForm};
use zhengku_crypto::sign::{Algorithm, PublicKey, Signer};
use zhengku_document::font::FontLibrary;
use zhengku_document::seal_picture::{self, Ground as Backdrop, SealText};
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::licence::GroundCode;
use zhengku_ledger::entry::{Ground, Organisation, Roles, SealKind, SealRecord, SealStatus};
use zhengku_ledger::ids::{IdempotencyKey, OrganisationNumber, SealNumber, TimestampMs};
use zhengku_ledger::transaction::{
    MAX_ITEMS, Outcome, Payload, SealApplication, SealCancellation, SealFiling, SealMaking, SignedTransaction,
};
use zhengku_library::issue::{SealInUse, SealsInUse};
use zhengku_library::port::{Keyring, Read, Submit};
use zhengku_library::random::Randomness;

/// Side of a seal's picture in millimetres (国发〔1999〕25号 gives 42 mm to departments).
const PICTURE_MM: u32 = 42;
/// The mark of this seal system (Vid).
const VENDOR: &str = "ZHENGKU";
const DAY_S: i64 = 86_400;
const NO_GROUND: Ground = Ground { code: GroundCode::Decision, text: None, operator: None };

/// The seals of a directory, with the ledger that registers them.
pub struct Seals<'a, L> {
    /// The ledger.
    pub ledger: &'a L,
    /// Who signs for organisations here.
    pub keyring: &'a dyn Keyring,
    /// The keys.
    pub keys: &'a KeyStore,
    /// The directory.
    pub layout: &'a Layout,
    /// Now.
    pub now: TimestampMs,
}

/// What is applied for.
#[derive(Clone, Debug)]
pub struct Application {
    /// Whose seal.
    pub owner: OrganisationNumber,
    /// Its name, as it stands around the ring.
    pub name: String,
    /// What it is for.
    pub kind: SealKind,
}

impl<L: Submit + Read> Seals<'_, L> {
    /// Applies for seals (申请), each by its owner's key. Gives their numbers.
    ///
    /// # Errors
    /// [`SealsError`].
    pub fn apply(&self, applications: &[Application], random: &mut Randomness) -> Result<Vec<SealNumber>, SealsError> {
        let mut numbers = Vec::with_capacity(applications.len());
        let directory = self.ledger.directory();
        for (application, number) in applications.iter().zip(directory.next_seal().0..) {
            let owner = directory.organisation(application.owner).ok_or(SealsError::NoOwner)?;
            let number = SealNumber(number);
            // A name that no seal can be made of is refused before it stands in the register.
            let (name, purpose) = split_name(&application.name);
            seal_picture::check(&SealText { name, purpose, code: &seal_id(owner, number) })?;
            let item = SealApplication {
                number,
                id: Text::new(seal_id(owner, number))?,
                name_zh: Text::new(application.name.as_str())?,
                kind: application.kind,
                ground: Ground { code: GroundCode::HolderRequest, text: None, operator: None },
            };
            self.submit(owner.number, Payload::ApplySeal(Bounded::new(vec![item])?), random)?;
            numbers.push(number);
        }
        Ok(numbers)
    }

    /// Makes a seal that was applied for (制作): key and certificate of its signer, picture, the maker's signature; registers it.
    ///
    /// # Errors
    /// [`SealsError`]; what was made and not registered is made again by the next call.
    pub fn make(
        &self,
        number: SealNumber,
        fonts: &FontLibrary,
        years: u8,
        random: &mut Randomness,
    ) -> Result<Seal, SealsError> {
        let (record, owner) = self.record(number)?;
        if record.status != SealStatus::Applied {
            return Err(SealsError::Status { number, status: record.status, needed: SealStatus::Applied });
        }
        let pki = Pki::open(self.layout)?;
        let (from, to) = self.period(years, &pki);
        let signer = self.signer_key(number, random)?;
        let certificate = self.signer_certificate(&pki, &owner, &record, &*signer, (from, to), random)?;
        let (maker_certificate, maker_key) = self.maker(&pki, random)?;
        let draft = SealDraft {
            vendor: VENDOR.to_owned(),
            id: record.id.as_str().to_owned(),
            kind: SealForm::Unit,
            name: record.name_zh.as_str().to_owned(),
            picture: picture(&record, fonts)?,
            certificates: vec![certificate.clone()],
            admitted_as: AdmittedAs::Certificates,
            created_unix_s: from,
            valid_from_unix_s: from,
            valid_to_unix_s: to,
        };
        let seal = draft.make(&maker_certificate, &*maker_key)?;
        SealFiles::new(self.layout)?.put(number, &seal, &certificate)?;
        let making = making(number, &seal, &certificate)?;
        let payload = Payload::MakeSeal(Bounded::new(vec![making])?);
        self.submit(self.maker_organisation()?, payload, random)?;
        Ok(seal)
    }

    /// Puts a made seal on file (备案), after comparing the file here with the register.
    ///
    /// # Errors
    /// [`SealsError`].
    pub fn file(&self, number: SealNumber, random: &mut Randomness) -> Result<(), SealsError> {
        let (record, _) = self.record(number)?;
        let (seal, _) = SealFiles::new(self.layout)?.get(number)?.ok_or(SealsError::NoFile { number })?;
        let digest = sha256(seal.as_der());
        if record.made.as_ref().is_none_or(|made| made.sha256 != digest) {
            return Err(SealsError::FileDiffers { number });
        }
        let item = SealFiling { number, sha256: digest, ground: NO_GROUND };
        self.submit(self.maker_organisation()?, Payload::FileSeal(Bounded::new(vec![item])?), random)
    }

    /// Renews the signers' certificates and makes the seals again, in one transaction for all of them. The former files stay until the
    /// register has the new ones.
    ///
    /// # Errors
    /// [`SealsError`]; nothing is registered then.
    pub fn renew(&self, numbers: &[SealNumber], years: u8, random: &mut Randomness) -> Result<(), SealsError> {
        let pki = Pki::open(self.layout)?;
        let files = SealFiles::new(self.layout)?;
        let (from, to) = self.period(years, &pki);
        let (maker_certificate, maker_key) = self.maker(&pki, random)?;
        let dates = SealDates { created_unix_s: from, valid_from_unix_s: from, valid_to_unix_s: to };
        for numbers in numbers.chunks(MAX_ITEMS) {
            let mut items = Vec::with_capacity(numbers.len());
            for &number in numbers {
                let (record, owner) = self.record(number)?;
                if record.status != SealStatus::Filed {
                    return Err(SealsError::Status { number, status: record.status, needed: SealStatus::Filed });
                }
                let (former, _) = files.get(number)?.ok_or(SealsError::NoFile { number })?;
                let signer = self.keys.signer(&key_name(number))?;
                let certificate = self.signer_certificate(&pki, &owner, &record, &*signer, (from, to), random)?;
                let seal = former.remake(vec![certificate.clone()], dates, &maker_certificate, &*maker_key)?;
                files.put_next(number, &seal, &certificate)?;
                items.push(making(number, &seal, &certificate)?);
            }
            self.submit(self.maker_organisation()?, Payload::RemakeSeal(Bounded::new(items)?), random)?;
            numbers.iter().try_for_each(|number| files.take_next(*number))?;
        }
        Ok(())
    }

    /// Cancels a seal (注销): what it sealed before stays sealed.
    ///
    /// # Errors
    /// [`SealsError`].
    pub fn cancel(&self, number: SealNumber, text: Option<Digest>, random: &mut Randomness) -> Result<(), SealsError> {
        let (record, _) = self.record(number)?;
        let by = if self.keyring.signer(record.owner).is_some() { record.owner } else { self.maker_organisation()? };
        let item = SealCancellation { number, ground: Ground { code: GroundCode::Decision, text, operator: None } };
        self.submit(by, Payload::CancelSeal(Bounded::new(vec![item])?), random)
    }

    /// The filed seals whose file, certificate and key are here: of each organisation the one that serves for licences now
    /// (in force, for licences), the newest of several.
    ///
    /// # Errors
    /// [`SealsError`]: a file that is damaged.
    pub fn in_use(&self, trust: &Arc<SealTrust>) -> Result<SealsInUse, SealsError> {
        let files = SealFiles::new(self.layout)?;
        let mut seals = SealsInUse::new(trust.anchors.clone(), trust.intermediates.clone(), trust.lists.clone());
        let mut chosen: BTreeMap<OrganisationNumber, Fitness> = BTreeMap::new();
        for record in self.ledger.directory().seals().filter(|record| record.status == SealStatus::Filed) {
            let Some((seal, certificate)) = files.get_registered(record)? else { continue };
            let Some(fitness) = Fitness::of(record, &seal, &certificate, seconds(self.now)) else { continue };
            let name = key_name(record.number);
            // A key that is elsewhere is no error; one that is here and cannot be read is.
            if !self.keys.holds(&name) || chosen.get(&record.owner).is_some_and(|known| *known > fitness) {
                continue;
            }
            let signer = self.keys.signer(&name)?;
            let picture = seal.picture().data.clone();
            let seal = SealInUse {
                number: record.number,
                seal: Arc::new(seal),
                certificate: Arc::new(certificate),
                signer,
                picture: Arc::new(picture),
            };
            chosen.insert(record.owner, fitness);
            seals.insert(record.owner, seal);
        }
        Ok(seals)
    }

    fn record(&self, number: SealNumber) -> Result<(SealRecord, Organisation), SealsError> {
        let directory = self.ledger.directory();
        let record = directory.seal(number).cloned().ok_or(SealsError::Unknown { number })?;
        let owner = directory.organisation(record.owner).cloned().ok_or(SealsError::NoOwner)?;
        Ok((record, owner))
    }

    /// From now to the same day in some years, but not longer than the authority.
    fn period(&self, years: u8, pki: &Pki) -> (i64, i64) {
        let from = seconds(self.now);
        let to = from.saturating_add(i64::from(years).saturating_mul(365).saturating_mul(DAY_S));
        (from, to.min(pki.authority().not_after()))
    }

    fn signer_key(&self, number: SealNumber, random: &mut Randomness) -> Result<Arc<dyn Signer>, SealsError> {
        let name = key_name(number);
        if self.keys.holds(&name) {
            return Ok(self.keys.signer(&name)?);
        }
        Ok(self.keys.make_signer(&name, Algorithm::Sm2Sm3, random)?)
    }

    fn signer_certificate(
        &self,
        pki: &Pki,
        owner: &Organisation,
        record: &SealRecord,
        signer: &dyn Signer,
        (from, to): (i64, i64),
        random: &mut Randomness,
    ) -> Result<Certificate, SealsError> {
        let code = Some(owner.credit_code.as_str());
        let subject = subject(record.name_zh.as_str().to_owned(), Some(owner.name_zh.as_str()), code);
        let days = u32::try_from(to.saturating_sub(from) / DAY_S).unwrap_or(0).saturating_add(1);
        let profile = (Profile::Sealer, subject);
        Ok(pki.issue(self.keys, profile, signer.public_key(), (from, days), random)?)
    }

    /// The maker's certificate and key. What is missing, over or revoked is replaced, the key only when somebody else may have it.
    fn maker(&self, pki: &Pki, random: &mut Randomness) -> Result<(Certificate, Arc<dyn Signer>), SealsError> {
        let files = SealFiles::new(self.layout)?;
        let key = self.maker_key(pki, random)?;
        if let Some(certificate) = files.maker()?
            && *certificate.public_key() == key.public_key()
            && pki.is_usable(&certificate, seconds(self.now))?
        {
            return Ok((certificate, key));
        }
        let directory = self.ledger.directory();
        let maker = directory.organisation(self.maker_organisation()?).ok_or(SealsError::NoMaker)?;
        let names = (Some(maker.name_zh.as_str()), Some(maker.credit_code.as_str()));
        let subject = subject(format!("{}制章", maker.name_zh), names.0, names.1);
        let days = u32::try_from(pki.authority().not_after().saturating_sub(seconds(self.now)) / DAY_S).unwrap_or(0);
        let profile = (Profile::Sealer, subject);
        let certificate = pki.issue(self.keys, profile, key.public_key(), (seconds(self.now), days), random)?;
        files.put_maker(&certificate)?;
        Ok((certificate, key))
    }

    /// The first of `seal-maker`, `seal-maker-2` and so on that is nobody else's; made when it is missing.
    fn maker_key(&self, pki: &Pki, random: &mut Randomness) -> Result<Arc<dyn Signer>, SealsError> {
        let later = (2_u32..).map(|number| format!("{MAKER_KEY}-{number}"));
        for name in std::iter::once(MAKER_KEY.to_owned()).chain(later) {
            if !self.keys.holds(&name) {
                return Ok(self.keys.make_signer(&name, Algorithm::Sm2Sm3, random)?);
            }
            let key = self.keys.signer(&name)?;
            if !pki.is_compromised(&key.public_key())? {
                return Ok(key);
            }
        }
        Err(SealsError::NoMaker)
    }

    /// The seal maker whose key is here.
    fn maker_organisation(&self) -> Result<OrganisationNumber, SealsError> {
        let directory = self.ledger.directory();
        let held =
            |one: &&Organisation| one.roles.include(Roles::SEAL_MAKER) && self.keyring.signer(one.number).is_some();
        if let Some(maker) = directory.organisations().find(held) {
            return Ok(maker.number);
        }
        let makers = directory.organisations().filter(|one| one.roles.include(Roles::SEAL_MAKER));
        let keys: Vec<PublicKey> = makers.flat_map(|one| one.keys.iter().cloned()).collect();
        Err(self.keys.unusable_among(&keys).map_or(SealsError::NoMaker, SealsError::from))
    }

    /// Why an organisation does not sign here: its key file when that does not open.
    fn no_key(&self, organisation: OrganisationNumber) -> SealsError {
        let directory = self.ledger.directory();
        let unusable = directory.organisation(organisation).and_then(|one| self.keys.unusable_among(&one.keys));
        unusable.map_or(SealsError::NoKey { organisation }, SealsError::from)
    }

    fn submit(&self, by: OrganisationNumber, payload: Payload, random: &mut Randomness) -> Result<(), SealsError> {
        let signer = self.keyring.signer(by).ok_or_else(|| self.no_key(by))?;
        let idempotency = IdempotencyKey::from_digest(Digest::from_bytes(random.array()?));
        let signed = SignedTransaction::sign(self.ledger.chain(), by, idempotency, payload, &*signer)?;
        let receipt = self.ledger.submit(vec![signed])?;
        match receipt.outcomes.first() {
            Some(Outcome::Rejected { code, .. }) => Err(SealsError::Rejected { code: *code }),
            _ => Ok(()),
        }
    }
}

/// How well a seal on file serves for licences at a moment: of several of one owner the greatest is used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Fitness {
    /// One that is over, or not yet in force, seals nothing; it is kept so that its owner is told that it ended.
    is_in_force: bool,
    /// 证照专用章 before 法定名称章.
    is_for_licences: bool,
    /// The newest.
    number: SealNumber,
}

impl Fitness {
    /// None for a seal that is not for licences: of a person, or for another purpose.
    fn of(record: &SealRecord, seal: &Seal, certificate: &Certificate, now_s: i64) -> Option<Self> {
        let is_for_licences = match record.kind {
            SealKind::Licence => true,
            SealKind::LegalName => false,
            SealKind::Special | SealKind::Representative => return None,
        };
        let (from, to) = period(seal, certificate);
        Some(Self { is_in_force: from <= now_s && now_s <= to, is_for_licences, number: record.number })
    }
}

/// First and last second, Unix, at which a seal and its signer's certificate are both in force.
fn period(seal: &Seal, certificate: &Certificate) -> (i64, i64) {
    (seal.valid_from().max(certificate.not_before()), seal.valid_to().min(certificate.not_after()))
}

/// The last second, Unix, at which each seal whose file lies in a directory can be used: its own, or that of its signer's certificate.
/// Seals that were cancelled since are among them: the register knows.
///
/// # Errors
/// [`SealsError`]: a file that is damaged.
pub fn ends(layout: &Layout) -> Result<Vec<(SealNumber, i64)>, SealsError> {
    let Some(files) = SealFiles::there(layout) else { return Ok(Vec::new()) };
    let mut ends = Vec::new();
    for number in files.numbers()? {
        if let Some((seal, certificate)) = files.get(number)? {
            ends.push((number, period(&seal, &certificate).1));
        }
    }
    Ok(ends)
}

/// The key file of a seal's signer.
#[must_use]
pub fn key_name(number: SealNumber) -> String {
    format!("seal-{}", number.0)
}

/// 印章编码: the area of the owner's credit code and eight digits.
fn seal_id(owner: &Organisation, number: SealNumber) -> String {
    let area: String = owner.credit_code.as_str().chars().skip(2).take(6).collect();
    format!("{area}{:08}", number.0.saturating_add(1))
}

fn picture(record: &SealRecord, fonts: &FontLibrary) -> Result<Picture, SealsError> {
    let (name, purpose) = split_name(record.name_zh.as_str());
    let drawn = seal_picture::draw(&SealText { name, purpose, code: record.id.as_str() }, fonts)?;
    let data = drawn.to_png(seal_picture::DOTS_PER_INCH, Backdrop::Transparent)?;
    Ok(Picture { format: "PNG".to_owned(), data, width_mm: PICTURE_MM, height_mm: PICTURE_MM })
}

/// A name like 某局行政审批专用章 stands in two places: the office around the ring, the purpose below the star.
pub(crate) fn split_name(name: &str) -> (&str, &str) {
    // The longer of two with one ending first.
    const PURPOSES: [&str; 5] = ["行政审批专用章", "电子证照专用章", "证照专用章", "业务专用章", "出生医学证明专用章"];
    let found = PURPOSES.iter().find_map(|purpose| Some((name.strip_suffix(purpose)?, *purpose)));
    found.filter(|(office, _)| !office.is_empty()).unwrap_or((name, ""))
}

fn making(number: SealNumber, seal: &Seal, certificate: &Certificate) -> Result<SealMaking, SealsError> {
    let day = |unix_s: i64| TimestampMs(u64::try_from(unix_s).unwrap_or(0).saturating_mul(1000)).beijing_date();
    Ok(SealMaking {
        number,
        sha256: sha256(seal.as_der()),
        sm3: sm3(seal.as_der()),
        certificates: Bounded::new(vec![certificate.fingerprint()])?,
        valid_from: day(seal.valid_from()),
        valid_to: day(seal.valid_to()),
        ground: NO_GROUND,
    })
}

fn seconds(now: TimestampMs) -> i64 {
    i64::try_from(now.0 / 1000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
