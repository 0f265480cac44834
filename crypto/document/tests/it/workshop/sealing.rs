//! `Signature.xml` and `SignedValue.dat` by hand: what the product's own code refuses to sign.

use super::der::{Der, ID_SM2_SM3};
use super::pki::Party;
use super::{Parts, SIGNED_S, zip};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zhengku_crypto::digest::sm3;
use zhengku_crypto::seal::Seal;

pub(crate) const DESCRIPTION: &str = "Doc_0/Signs/Sign_0/Signature.xml";
pub(crate) const SIGNED_VALUE: &str = "Doc_0/Signs/Sign_0/SignedValue.dat";
pub(crate) const SEAL: &str = "Doc_0/Signs/Sign_0/Seal.esl";

/// How a package is sealed, every detail to be changed.
#[derive(Clone)]
pub(crate) struct Sealing<'a> {
    pub(crate) seal: Vec<u8>,
    pub(crate) signer: &'a Party,
    pub(crate) time_s: i64,
    /// The element `SignatureMethod`.
    pub(crate) signature_method: &'static str,
    pub(crate) check_method: &'static str,
    pub(crate) property: String,
    /// `StampAnnot` elements.
    pub(crate) stamps: String,
    /// Entries that are left out of the references.
    pub(crate) unlisted: Vec<&'static str>,
    /// Put behind the references.
    pub(crate) more_references: String,
    /// Signed instead of the digest of `Signature.xml`.
    pub(crate) data_hash: Option<[u8; 32]>,
}

impl<'a> Sealing<'a> {
    pub(crate) fn new(seal: &Seal, signer: &'a Party, page: &str) -> Self {
        Self {
            seal: seal.as_der().to_vec(),
            signer,
            time_s: SIGNED_S,
            signature_method: "<ofd:SignatureMethod>1.2.156.10197.1.501</ofd:SignatureMethod>",
            check_method: "1.2.156.10197.1.401",
            property: format!("/{DESCRIPTION}"),
            stamps: stamp(page, PLACE),
            unlisted: Vec::new(),
            more_references: String::new(),
            data_hash: None,
        }
    }

    /// Seals the files anew; what was there of signatures is replaced, `Signatures.xml` stays.
    pub(crate) fn parts(&self, mut parts: Parts) -> Parts {
        parts.retain(|(name, _)| ![DESCRIPTION, SIGNED_VALUE, SEAL].contains(&name.as_str()));
        parts.push((SEAL.to_owned(), self.seal.clone()));
        let description = self.description(&parts).into_bytes();
        let digest = self.data_hash.unwrap_or_else(|| *sm3(&description).as_bytes());
        parts.push((DESCRIPTION.to_owned(), description));
        parts.push((SIGNED_VALUE.to_owned(), signature(&self.seal, self.time_s, &digest, &self.property, self.signer)));
        parts
    }

    /// The sealed file.
    pub(crate) fn file(&self, parts: Parts) -> Vec<u8> {
        zip::pack(&self.parts(parts))
    }

    fn description(&self, parts: &Parts) -> String {
        let reference = |(name, content): &(String, Vec<u8>)| {
            let value = BASE64.encode(sm3(content).as_bytes());
            format!("<ofd:Reference FileRef=\"/{name}\"><ofd:CheckValue>{value}</ofd:CheckValue></ofd:Reference>")
        };
        let listed = parts.iter().filter(|(name, _)| !self.unlisted.contains(&name.as_str()));
        let references: String = listed.map(reference).collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ofd:Signature xmlns:ofd=\"http://www.ofdspec.org/2016\">\
             <ofd:SignedInfo><ofd:Provider ProviderName=\"hand\" Company=\"hand\" Version=\"1\"/>\
             {}<ofd:SignatureDateTime>2026-11-21T04:00:00Z</ofd:SignatureDateTime>\
             <ofd:References CheckMethod=\"{}\">{references}{}</ofd:References>{}\
             <ofd:Seal><ofd:BaseLoc>/{SEAL}</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo>\
             <ofd:SignedValue>/{SIGNED_VALUE}</ofd:SignedValue></ofd:Signature>\n",
            self.signature_method, self.check_method, self.more_references, self.stamps
        )
    }
}

/// Where the fixtures have the seal.
pub(crate) const PLACE: &str = "215 140 42 42";

pub(crate) fn stamp(page: &str, boundary: &str) -> String {
    format!("<ofd:StampAnnot ID=\"1\" PageRef=\"{page}\" Boundary=\"{boundary}\"/>")
}

/// SES_Signature of version 4 (GB/T 38540), whoever signs.
pub(crate) fn signature(seal: &[u8], time_s: i64, data_hash: &[u8; 32], property: &str, signer: &Party) -> Vec<u8> {
    let to_sign = Der::sequence(vec![
        Der::integer(&[4]),
        Der::raw(seal),
        Der::generalized_time(time_s),
        Der::bits(data_hash),
        Der::ascii(property),
    ]);
    let value = signer.key.danger_sign_without_domain(&to_sign.clone().into_bytes()).unwrap().to_x509();
    let certificate = Der::octets(&signer.certificate);
    Der::sequence(vec![to_sign, certificate, Der::oid(ID_SM2_SM3), Der::bits(&value)]).into_bytes()
}
