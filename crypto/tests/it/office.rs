//! A synthetic hierarchy of certificates made by our own code: root, authority, seal maker, signer, timestamping authority.

use zhengku_crypto::certificate::issue::{CertificateDraft, ListDraft, Profile, Revocation, RevocationReason, Subject};
use zhengku_crypto::certificate::{Certificate, RevocationList, TrustAnchors};
use zhengku_crypto::digest::{sha256, sm3};
use zhengku_crypto::seal::{
    AdmittedAs, Picture, Seal, SealContext, SealDraft, SealError, SealKind, SealReport, SealSignature, SignRequest,
    TimestampSource, sign, verify,
};
use zhengku_crypto::sign::{Algorithm, SecretSigner, Signer};

pub(crate) const DAY: i64 = 86_400;
/// 2026-01-01T00:00:00Z.
pub(crate) const START: i64 = 1_767_225_600;
/// When the seal is used in most tests.
pub(crate) const SIGNED: i64 = START + 100 * DAY;
pub(crate) const NOW: i64 = START + 200 * DAY;
pub(crate) const PROPERTY: &str = "/Doc_0/Signs/Sign_0/Signature.xml";
pub(crate) const DOCUMENT: &[u8] = b"<Signature/>";

/// A certificate and its key.
pub(crate) struct Party {
    pub(crate) certificate: Certificate,
    pub(crate) signer: SecretSigner,
}

pub(crate) fn key(algorithm: Algorithm, label: &str) -> SecretSigner {
    SecretSigner::from_secret(algorithm, sha256(label.as_bytes()).as_bytes()).unwrap()
}

pub(crate) fn draft(profile: Profile, name: &str, signer: &SecretSigner, days: (i64, i64)) -> CertificateDraft {
    let serial = sha256(format!("{name}{days:?}").as_bytes()).as_bytes()[..12].to_vec();
    CertificateDraft {
        profile,
        subject: Subject {
            common_name: name.to_owned(),
            organisation: Some("测试市测试局".to_owned()),
            credit_code: Some("11999999000000019M".to_owned()),
        },
        public_key: signer.public_key(),
        serial: [&[0x2a], &serial[..]].concat(),
        not_before_unix_s: START + days.0 * DAY,
        not_after_unix_s: START + days.1 * DAY,
    }
}

/// A whole hierarchy; one with another name has other keys and is foreign.
pub(crate) struct Office {
    pub(crate) name: &'static str,
    pub(crate) root: Party,
    pub(crate) authority: Party,
    pub(crate) maker: Party,
    pub(crate) signer: Party,
    pub(crate) stamper: Party,
    pub(crate) anchors: TrustAnchors,
}

impl Office {
    pub(crate) fn new(name: &'static str) -> Self {
        let root_key = key(Algorithm::Sm2Sm3, &format!("{name} root"));
        let root =
            draft(Profile::Root, &format!("{name} root"), &root_key, (-1_000, 9_000)).self_sign(&root_key).unwrap();
        let root = Party { certificate: root, signer: root_key };
        let authority = issue(&root, Profile::Authority { path_len: 0 }, &format!("{name} authority"), (-900, 5_000));
        let maker = issue(&authority, Profile::Sealer, &format!("{name} maker"), (-30, 1_000));
        let signer = issue(&authority, Profile::Sealer, &format!("{name} signer"), (0, 365));
        let stamper = issue(&authority, Profile::TimeStamping, &format!("{name} stamper"), (0, 300));
        let anchors = TrustAnchors::from_certificates(vec![root.certificate.clone()]).unwrap();
        Office { name, root, authority, maker, signer, stamper, anchors }
    }

    /// A certificate below the authority, with a key of its own.
    pub(crate) fn issue(&self, profile: Profile, name: &str, days: (i64, i64)) -> Party {
        issue(&self.authority, profile, name, days)
    }

    pub(crate) fn draft(&self) -> SealDraft {
        SealDraft {
            vendor: "ZHENGKU".to_owned(),
            id: "99999900000001".to_owned(),
            kind: SealKind::Unit,
            name: format!("{}测试局电子印章", self.name),
            picture: Picture { format: "PNG".to_owned(), data: vec![0x89; 300], width_mm: 42, height_mm: 42 },
            certificates: vec![self.signer.certificate.clone()],
            admitted_as: AdmittedAs::Certificates,
            created_unix_s: START + DAY,
            valid_from_unix_s: START + DAY,
            valid_to_unix_s: START + 300 * DAY,
        }
    }

    pub(crate) fn make(&self, draft: &SealDraft) -> Seal {
        draft.make(&self.maker.certificate, &self.maker.signer).unwrap()
    }

    pub(crate) fn seal(&self) -> Seal {
        self.make(&self.draft())
    }

    pub(crate) fn list(&self, revoked: &[(&Certificate, i64, RevocationReason)]) -> RevocationList {
        RevocationList::from_der(&self.list_der(revoked)).unwrap()
    }

    /// The root's list: nothing is revoked.
    pub(crate) fn root_list(&self) -> RevocationList {
        RevocationList::from_der(&list_of(&self.root, Vec::new())).unwrap()
    }

    pub(crate) fn list_der(&self, revoked: &[(&Certificate, i64, RevocationReason)]) -> Vec<u8> {
        let revoked = revoked
            .iter()
            .map(|(certificate, at, reason)| Revocation {
                serial: certificate.serial().to_vec(),
                revoked_unix_s: *at,
                reason: *reason,
            })
            .collect();
        list_of(&self.authority, revoked)
    }

    pub(crate) fn context<'a>(&'a self, lists: &'a [RevocationList]) -> SealContext<'a> {
        let intermediates = std::slice::from_ref(&self.authority.certificate);
        SealContext { anchors: &self.anchors, intermediates, lists, now: NOW, trusted_time: None }
    }

    pub(crate) fn request<'a>(&'a self, seal: &'a Seal, timestamp: Option<&'a dyn TimestampSource>) -> SignRequest<'a> {
        SignRequest {
            seal,
            certificate: &self.signer.certificate,
            signer: &self.signer.signer,
            time_unix_s: SIGNED,
            data_hash: *sm3(DOCUMENT).as_bytes(),
            property: PROPERTY,
            timestamp,
        }
    }

    pub(crate) fn sign(&self, seal: &Seal) -> Result<SealSignature, SealError> {
        sign(&self.request(seal, None), &self.context(&[]))
    }

    pub(crate) fn verify(&self, signature: &[u8], lists: &[RevocationList]) -> SealReport {
        check(signature, &self.context(lists))
    }
}

fn list_of(issuer: &Party, revoked: Vec<Revocation>) -> Vec<u8> {
    let (this_update_unix_s, next_update_unix_s) = (NOW - DAY, NOW + DAY);
    let draft = ListDraft { number: 7, this_update_unix_s, next_update_unix_s, revoked };
    draft.issue(&issuer.certificate, &issuer.signer).unwrap()
}

pub(crate) fn check(signature: &[u8], context: &SealContext<'_>) -> SealReport {
    verify(signature, sm3(DOCUMENT).as_bytes(), PROPERTY, context)
}

pub(crate) fn issue(issuer: &Party, profile: Profile, name: &str, days: (i64, i64)) -> Party {
    let signer = key(Algorithm::Sm2Sm3, name);
    let certificate = draft(profile, name, &signer, days).issue(&issuer.certificate, &issuer.signer).unwrap();
    Party { certificate, signer }
}
