//! A seal as departments have it (picture, two certificates) and a signer who really signs with it (GB/T 38540), for measuring files
//! and for readers other than ours.

use zhengku_crypto::certificate::TrustAnchors;
use zhengku_crypto::certificate::issue::{CertificateDraft, Profile, Subject};
use zhengku_crypto::seal::{AdmittedAs, Picture, PreparedSeal, Seal, SealContext, SealDraft, SealError, SealKind};
use zhengku_crypto::sign::{Signer, Sm2Signer};
use zhengku_document::font::FontLibrary;
use zhengku_document::ofd::{Sealer, SealerError};
use zhengku_document::seal_picture::{self, DOTS_PER_INCH, Ground, SealText};
use zhengku_ledger::ids::TimestampMs;

type Failure = Box<dyn std::error::Error>;

pub(crate) const CREATED: TimestampMs = TimestampMs(1_795_230_000_000);
const CREATED_S: i64 = 1_795_230_000;
const YEAR_S: i64 = 365 * 86_400;

pub(crate) struct Measured {
    seal: Seal,
    prepared: PreparedSeal<'static>,
}

impl Measured {
    pub(crate) fn new(fonts: &FontLibrary) -> Result<Self, Failure> {
        let text = SealText {
            name: "演示市市场监督管理局", purpose: "行政审批专用章", code: "9999990000018"
        };
        let data = seal_picture::draw(&text, fonts)?.to_png(DOTS_PER_INCH, Ground::Transparent)?;
        let keys = [7, 8, 9].map(|seed| Sm2Signer::from_secret(&[seed; 32]));
        let [root, maker, signer] = keys;
        let (root, maker, signer) = (root?, maker?, signer?);
        let authority = draft(Profile::Root, "样例印章证书机构", &root).self_sign(&root)?;
        let maker_certificate = draft(Profile::Sealer, "样例制章中心", &maker).issue(&authority, &root)?;
        let certificate = draft(Profile::Sealer, "演示市市场监督管理局", &signer).issue(&authority, &root)?;
        let seal = SealDraft {
            vendor: "ZHENGKU".to_owned(),
            id: "99999900000018".to_owned(),
            kind: SealKind::Unit,
            name: "演示市市场监督管理局行政审批专用章".to_owned(),
            picture: Picture { format: "PNG".to_owned(), data, width_mm: 42, height_mm: 42 },
            certificates: vec![certificate.clone()],
            admitted_as: AdmittedAs::Certificates,
            created_unix_s: CREATED_S,
            valid_from_unix_s: CREATED_S,
            valid_to_unix_s: CREATED_S + YEAR_S,
        };
        let seal = seal.make(&maker_certificate, &maker)?;
        let anchors = TrustAnchors::from_certificates(vec![authority])?;
        let (now, lists, intermediates) = (CREATED_S, &[], &[]);
        let context = SealContext { anchors: &anchors, intermediates, lists, now, trusted_time: None };
        // Borrowed by what is prepared once, as long as the program runs.
        let (certificate, signer) = (Box::leak(Box::new(certificate)), Box::leak(Box::new(signer)));
        Ok(Self { prepared: PreparedSeal::new(&seal, certificate, signer, CREATED_S, &context)?, seal })
    }
}

fn draft(profile: Profile, name: &str, key: &Sm2Signer) -> CertificateDraft {
    CertificateDraft {
        profile,
        subject: Subject {
            common_name: name.to_owned(),
            organisation: Some(name.to_owned()),
            credit_code: Some("11999999000000019M".to_owned()),
        },
        public_key: key.public_key(),
        serial: (0x40..0x50).collect(),
        not_before_unix_s: CREATED_S - YEAR_S,
        not_after_unix_s: CREATED_S + YEAR_S,
    }
}

impl Sealer for Measured {
    fn seal_der(&self) -> &[u8] {
        self.seal.as_der()
    }

    fn time(&self) -> TimestampMs {
        CREATED
    }

    fn sign(&self, data_hash: [u8; 32], property: &str) -> Result<Vec<u8>, SealerError> {
        let refused = |error: SealError| SealerError::Refused(error.to_string());
        let signature = self.prepared.sign(data_hash, property, None).map_err(refused)?;
        Ok(signature.as_der().to_vec())
    }
}
