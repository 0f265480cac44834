//! The certificate authorities of a directory: a root and a seal authority, both SM2. Their keys lie in `keys/` (or behind another
//! [`Signer`]), what they issued in `pki/`. For a demo, and for a province that has no authority of its own yet; with one, only its
//! certificates and lists come here.

mod error;
mod files;

pub use error::PkiError;
pub(crate) use files::write_whole;

use crate::keys::KeyStore;
use crate::layout::Layout;
use files::Directory;
use std::sync::Arc;
use zhengku_crypto::certificate::issue::{CertificateDraft, ListDraft, Profile, Revocation, RevocationReason, Subject};
use zhengku_crypto::certificate::{Certificate, RevocationList, TrustAnchors};
use zhengku_crypto::seal::SealContext;
use zhengku_crypto::sign::{Algorithm, PublicKey, Signer};
use zhengku_library::random::Randomness;

/// The root's key.
pub const ROOT_KEY: &str = "authority-root";
/// The seal authority's key.
pub const SEAL_AUTHORITY_KEY: &str = "authority-seal";
/// Days between two revocation lists when nobody says otherwise.
pub const LIST_DAYS: u32 = 30;
const DAY_S: i64 = 86_400;
/// Certificates are valid from a minute before they are made: clocks differ.
const CLOCK_SLACK_S: i64 = 60;

/// The authorities and what they issued.
pub struct Pki {
    directory: Directory,
    root: Certificate,
    authority: Certificate,
}

/// A certificate that was issued.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The certificate.
    pub certificate: Certificate,
    /// When and why it was revoked.
    pub revoked: Option<Revocation>,
}

/// What is needed to judge seals: the trust anchor, the authority below it, the lists.
#[derive(Clone, Debug)]
pub struct SealTrust {
    /// Trusted roots.
    pub anchors: TrustAnchors,
    /// Authorities below them.
    pub intermediates: Vec<Certificate>,
    /// Revocation lists.
    pub lists: Vec<RevocationList>,
}

impl SealTrust {
    /// The context of making or verifying a seal signature at a time, Unix seconds.
    #[must_use]
    pub fn context(&self, now: i64) -> SealContext<'_> {
        let Self { anchors, intermediates, lists } = self;
        SealContext { anchors, intermediates, lists, now, trusted_time: None }
    }
}

impl Pki {
    /// Makes root and seal authority with new keys, and an empty revocation list of each. They are made beside their place and take it
    /// whole: after a failure or a crash there are none, and the next call goes on with the keys that were made.
    ///
    /// # Errors
    /// [`PkiError`]; authorities that are there already are not touched.
    pub fn create(
        layout: &Layout,
        keys: &KeyStore,
        name: &str,
        years: u8,
        now: i64,
        random: &mut Randomness,
    ) -> Result<Self, PkiError> {
        let (directory, is_resumed) = Directory::begin(&layout.pki())?;
        let signer = |name: &str, random: &mut Randomness| {
            if is_resumed && keys.holds(name) {
                return keys.signer(name);
            }
            keys.make_signer(name, Algorithm::Sm2Sm3, random)
        };
        let root_signer = signer(ROOT_KEY, random)?;
        let authority_signer = signer(SEAL_AUTHORITY_KEY, random)?;
        let days = i64::from(years).saturating_mul(366);
        let draft = |profile, name: String, signer: &dyn Signer, random: &mut Randomness| {
            draft(profile, subject(name, None, None), signer.public_key(), (now, days), random)
        };
        let root = draft(Profile::Root, format!("{name}根CA"), &*root_signer, random)?.self_sign(&*root_signer)?;
        let profile = Profile::Authority { path_len: 0 };
        let authority = draft(profile, format!("{name}电子印章CA"), &*authority_signer, random)?;
        let mut authority = authority;
        authority.not_after_unix_s = root.not_after();
        let authority = authority.issue(&root, &*root_signer)?;
        directory.put_authority("root", &root)?;
        directory.put_authority("seal-authority", &authority)?;
        let pki = Self { directory, root, authority };
        pki.write_lists(keys, LIST_DAYS, now)?;
        Ok(Self { directory: pki.directory.finish(&layout.pki())?, ..pki })
    }

    /// Opens the authorities of a directory.
    ///
    /// # Errors
    /// [`PkiError::None`] when it has none.
    pub fn open(layout: &Layout) -> Result<Self, PkiError> {
        let directory = Directory::open(&layout.pki())?;
        let (root, authority) = (directory.authority("root")?, directory.authority("seal-authority")?);
        Ok(Self { directory, root, authority })
    }

    /// The root.
    #[must_use]
    pub const fn root(&self) -> &Certificate {
        &self.root
    }

    /// The seal authority.
    #[must_use]
    pub const fn authority(&self) -> &Certificate {
        &self.authority
    }

    /// Issues a certificate below the seal authority and keeps it.
    ///
    /// # Errors
    /// [`PkiError`], [`PkiError::Compromised`] for a key that somebody else may have.
    pub fn issue(
        &self,
        keys: &KeyStore,
        (profile, subject): (Profile, Subject),
        public_key: PublicKey,
        (now, days): (i64, u32),
        random: &mut Randomness,
    ) -> Result<Certificate, PkiError> {
        if self.is_compromised(&public_key)? {
            return Err(PkiError::Compromised);
        }
        let signer = keys.signer(SEAL_AUTHORITY_KEY)?;
        let mut draft = draft(profile, subject, public_key, (now, i64::from(days)), random)?;
        draft.not_after_unix_s = draft.not_after_unix_s.min(self.authority.not_after());
        let certificate = draft.issue(&self.authority, &*signer)?;
        self.directory.put_issued(&certificate)?;
        Ok(certificate)
    }

    /// Puts a certificate on the list of revoked ones, and writes the list. One at a time: a second caller waits.
    ///
    /// # Errors
    /// [`PkiError::Unknown`]: this authority has not issued it; [`PkiError::Revoked`]: it is on the list already.
    pub fn revoke(
        &self,
        keys: &KeyStore,
        serial: &str,
        reason: RevocationReason,
        now: i64,
    ) -> Result<Certificate, PkiError> {
        let _turn = self.directory.turn()?;
        // A key that does not open must not leave a revocation that no list has.
        let _keys = (keys.signer(ROOT_KEY)?, keys.signer(SEAL_AUTHORITY_KEY)?);
        let issued = self.issued()?;
        let found = issued.into_iter().find(|one| one.certificate.serial_hex() == serial.to_lowercase());
        let Issued { certificate, revoked } = found.ok_or_else(|| PkiError::Unknown { serial: serial.to_owned() })?;
        if revoked.is_some() {
            // The lists of a revocation that was cut off are written now.
            self.write_lists(keys, LIST_DAYS, now)?;
            return Err(PkiError::Revoked { serial: serial.to_owned() });
        }
        let mut all = self.directory.revoked()?;
        all.push(Revocation { serial: certificate.serial().to_vec(), revoked_unix_s: now, reason });
        self.directory.put_revoked(&all)?;
        self.write_lists(keys, LIST_DAYS, now)?;
        Ok(certificate)
    }

    /// Signs the revocation lists anew: of the root (empty) and of the seal authority.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn write_lists(&self, keys: &KeyStore, days: u32, now: i64) -> Result<(), PkiError> {
        let list = |revoked| ListDraft {
            // Seconds grow: so do the numbers of lists that are made one after another.
            number: u64::try_from(now).unwrap_or(0),
            this_update_unix_s: now,
            next_update_unix_s: now.saturating_add(i64::from(days).saturating_mul(DAY_S)),
            revoked,
        };
        let of_root = list(Vec::new()).issue(&self.root, &*keys.signer(ROOT_KEY)?)?;
        let of_authority =
            list(self.directory.revoked()?).issue(&self.authority, &*keys.signer(SEAL_AUTHORITY_KEY)?)?;
        self.directory.put_list("root", &of_root)?;
        self.directory.put_list("seal-authority", &of_authority)
    }

    /// Everything that was issued, oldest first.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn issued(&self) -> Result<Vec<Issued>, PkiError> {
        let revoked = self.directory.revoked()?;
        let mut issued: Vec<Issued> = Vec::new();
        for certificate in self.directory.issued()? {
            let found = revoked.iter().find(|one| one.serial == certificate.serial()).cloned();
            issued.push(Issued { certificate, revoked: found });
        }
        issued.sort_by_key(|one| (one.certificate.not_before(), one.certificate.serial_hex()));
        Ok(issued)
    }

    /// Whether a certificate of this key was revoked because somebody else may have the key (`key-compromise`): whatever certificate
    /// it gets later, what it signs shows nothing.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn is_compromised(&self, key: &PublicKey) -> Result<bool, PkiError> {
        let revoked = self.directory.revoked()?;
        for one in revoked.iter().filter(|one| one.reason == RevocationReason::KeyCompromise) {
            if self.directory.issued_as(&one.serial)?.public_key() == key {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a certificate of this authority can be signed with at a time, Unix seconds: neither over nor revoked.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn is_usable(&self, certificate: &Certificate, now: i64) -> Result<bool, PkiError> {
        let revoked = self.directory.revoked()?;
        let is_revoked = revoked.iter().any(|one| one.serial == certificate.serial());
        Ok(!is_revoked && certificate.not_after() > now)
    }

    /// The revocation list of the seal authority, DER.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn list_der(&self) -> Result<Vec<u8>, PkiError> {
        self.directory.list("seal-authority")
    }

    /// The revocation lists of root and seal authority, DER.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn lists_der(&self) -> Result<[Vec<u8>; 2], PkiError> {
        Ok([self.directory.list("root")?, self.directory.list("seal-authority")?])
    }

    /// What is needed to judge the seals of this authority.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn trust(&self) -> Result<Arc<SealTrust>, PkiError> {
        let lists = ["root", "seal-authority"].iter().map(|name| {
            let bytes = self.directory.list(name)?;
            RevocationList::from_der(&bytes).map_err(PkiError::from)
        });
        Ok(Arc::new(SealTrust {
            anchors: TrustAnchors::from_certificates(vec![self.root.clone()])?,
            intermediates: vec![self.authority.clone()],
            lists: lists.collect::<Result<_, _>>()?,
        }))
    }
}

/// A subject of a certificate.
#[must_use]
pub fn subject(common_name: String, organisation: Option<&str>, credit_code: Option<&str>) -> Subject {
    Subject { common_name, organisation: organisation.map(str::to_owned), credit_code: credit_code.map(str::to_owned) }
}

fn draft(
    profile: Profile,
    subject: Subject,
    public_key: PublicKey,
    (now, days): (i64, i64),
    random: &mut Randomness,
) -> Result<CertificateDraft, PkiError> {
    let mut serial: [u8; 16] = random.array()?;
    // Positive and of full length (RFC 5280 section 4.1.2.2).
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x7f | 0x40;
    }
    Ok(CertificateDraft {
        profile,
        subject,
        public_key,
        serial: serial.to_vec(),
        not_before_unix_s: now.saturating_sub(CLOCK_SLACK_S),
        not_after_unix_s: now.saturating_add(days.saturating_mul(DAY_S)),
    })
}

#[cfg(test)]
mod tests;
