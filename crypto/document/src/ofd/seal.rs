//! Sealing: digests of every file, the description of the signature, the seal's signature over it (GB/T 33190-2016 clause 18,
//! GB/T 38540-2020).

use super::metadata::compact_time;
use super::package::{Entry, pack};
use super::xml::{Xml, mm_list};
use super::{OfdError, Unsealed};
use crate::page::Rect;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zhengku_crypto::digest::sm3;
use zhengku_ledger::ids::TimestampMs;

/// The list of signatures, as `OFD.xml` names it.
pub(super) const SIGNATURES: &str = "Doc_0/Signs/Signatures.xml";
/// The description of the signature; with a leading slash it is the signature's `propertyInfo`.
pub const SIGNATURE: &str = "Doc_0/Signs/Sign_0/Signature.xml";
/// The seal itself.
pub const SEAL: &str = "Doc_0/Signs/Sign_0/Seal.esl";
/// The seal's signature.
pub const SIGNED_VALUE: &str = "Doc_0/Signs/Sign_0/SignedValue.dat";
/// SM3 (GB/T 33560).
pub const SM3_OID: &str = "1.2.156.10197.1.401";
/// SM2 with SM3 (GB/T 33560).
pub const SM2_WITH_SM3_OID: &str = "1.2.156.10197.1.501";

/// The program that seals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Provider<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its maker.
    pub company: &'a str,
    /// Its version.
    pub version: &'a str,
}

impl Default for Provider<'_> {
    fn default() -> Self {
        Self { name: "Zhengku", company: "Zhengku", version: env!("CARGO_PKG_VERSION") }
    }
}

/// Why nothing was sealed, for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealerError {
    /// The seal or its signer cannot be used.
    #[error("{0}")]
    Refused(String),
    /// The timestamping authority gave no timestamp.
    #[error("no timestamp: {0}")]
    NoTimestamp(String),
}

/// Whoever holds the seal's key: a key file, a token, a sealing service.
pub trait Sealer {
    /// The seal: `SESeal` in DER.
    fn seal_der(&self) -> &[u8];

    /// The time of sealing, the same that the signature says.
    fn time(&self) -> TimestampMs;

    /// The program that seals.
    fn provider(&self) -> Provider<'_> {
        Provider::default()
    }

    /// `SES_Signature` in DER over the digest of the description and its path.
    ///
    /// # Errors
    /// [`SealerError`].
    fn sign(&self, data_hash: [u8; 32], property: &str) -> Result<Vec<u8>, SealerError>;
}

impl Unsealed {
    /// Seals the whole package and gives the file. `page` counts from 0; `place` is the seal's picture on it. The list of
    /// signatures is protected too, so that no second signature can be added: an annotated copy is a new package.
    ///
    /// # Errors
    /// [`OfdError::SealPage`], [`OfdError::Sealing`], [`OfdError::Container`].
    pub fn seal(self, page: usize, place: Rect, sealer: &dyn Sealer) -> Result<Vec<u8>, OfdError> {
        let pages = self.pages.len();
        let page_id = *self.pages.get(page).ok_or(OfdError::SealPage { page, pages })?;
        let mut entries = vec![("OFD.xml".to_owned(), self.info.write(Some(compact_time(sealer.time()))))];
        entries.extend(self.entries);
        entries.push((SIGNATURES.to_owned(), signatures()));
        entries.push((SEAL.to_owned(), sealer.seal_der().to_vec()));
        let description = description(&entries, page_id, place, sealer);
        let data_hash = *sm3(&description).as_bytes();
        let value = sealer.sign(data_hash, &format!("/{SIGNATURE}"))?;
        entries.push((SIGNATURE.to_owned(), description));
        entries.push((SIGNED_VALUE.to_owned(), value));
        pack(&entries, self.info.created)
    }

    /// The package without seal: for previews of a face that nobody has signed. It is no licence.
    ///
    /// # Errors
    /// [`OfdError::Container`].
    pub fn danger_without_seal(self) -> Result<Vec<u8>, OfdError> {
        let mut entries = vec![("OFD.xml".to_owned(), self.info.write(None))];
        entries.extend(self.entries);
        pack(&entries, self.info.created)
    }
}

fn signatures() -> Vec<u8> {
    let mut xml = Xml::document("Signatures", &[]);
    xml.leaf("MaxSignId", &[], "1");
    xml.empty("Signature", &[("ID", "1"), ("Type", "Seal"), ("BaseLoc", &format!("/{SIGNATURE}"))]);
    xml.finish()
}

fn description(entries: &[Entry], page_id: u32, place: Rect, sealer: &dyn Sealer) -> Vec<u8> {
    let mut xml = Xml::document("Signature", &[]);
    xml.start("SignedInfo", &[]);
    let provider = sealer.provider();
    let version = ("Version", provider.version);
    xml.empty("Provider", &[("ProviderName", provider.name), ("Company", provider.company), version]);
    xml.leaf("SignatureMethod", &[], SM2_WITH_SM3_OID);
    // xs:dateTime in UTC: Beijing time would need a zone that some readers drop.
    xml.leaf("SignatureDateTime", &[], &sealer.time().to_utc_text());
    xml.start("References", &[("CheckMethod", SM3_OID)]);
    for (path, bytes) in entries {
        xml.start("Reference", &[("FileRef", &format!("/{path}"))]);
        xml.leaf("CheckValue", &[], &STANDARD.encode(sm3(bytes).as_bytes()));
        xml.end();
    }
    xml.end();
    let boundary = mm_list([place.x, place.y, place.width, place.height]);
    xml.empty("StampAnnot", &[("ID", "1"), ("PageRef", &page_id.to_string()), ("Boundary", &boundary)]);
    xml.start("Seal", &[]);
    xml.leaf("BaseLoc", &[], &format!("/{SEAL}"));
    xml.end();
    xml.end();
    xml.leaf("SignedValue", &[], &format!("/{SIGNED_VALUE}"));
    xml.finish()
}
