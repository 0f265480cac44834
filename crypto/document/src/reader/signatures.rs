//! `Signatures.xml` and `Signature.xml` (GB/T 33190, clause 18).

use super::location::{folder, resolve};
use super::xml::Element;
use super::{Files, MAX_SIGNATURES, ReadError, rect};
use crate::package::MAX_ENTRIES;
use crate::page::Rect;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// One signature of the document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedBlock {
    /// Its `Signature.xml`, an entry of the package.
    pub path: String,
    /// `Type` in the list: `Seal` or `Sign`.
    pub kind: String,
    /// `CheckMethod` of the references.
    pub check_method: String,
    /// `SignatureMethod`.
    pub signature_method: String,
    /// What is protected.
    pub references: Vec<Reference>,
    /// Where the seal is shown.
    pub stamps: Vec<Stamp>,
    /// `Seal.esl`, if it is named.
    pub seal: Option<String>,
    /// `SignedValue.dat`.
    pub signed_value: String,
}

/// A protected file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// The entry of the package.
    pub path: String,
    /// The digest it must have.
    pub digest: Vec<u8>,
}

/// Where a seal is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// The page's ID.
    pub page: String,
    /// The place on it.
    pub place: Rect,
    /// Whether only a part of the seal is shown (骑缝章).
    pub clipped: bool,
}

/// Reads the list and every signature it names.
pub(super) fn read(files: &mut Files<'_, '_>, list_path: &str) -> Result<Vec<SealedBlock>, ReadError> {
    let list = files.open(list_path)?;
    list.named("Signatures", list_path)?;
    let entries: Vec<&Element> = list.all("Signature").collect();
    if entries.len() > MAX_SIGNATURES {
        return Err(ReadError::Signatures { actual: entries.len() });
    }
    let mut blocks = Vec::<SealedBlock>::with_capacity(entries.len());
    for entry in entries {
        let path = resolve(folder(list_path), entry.required("BaseLoc", list_path)?, list_path)?;
        let kind = entry.attribute("Type").unwrap_or("Seal").to_owned();
        blocks.push(block(files, path, kind)?);
    }
    Ok(blocks)
}

fn block(files: &mut Files<'_, '_>, path: String, kind: String) -> Result<SealedBlock, ReadError> {
    let root = files.open(&path)?;
    root.named("Signature", &path)?;
    let info = root.only("SignedInfo", &path)?;
    let list = info.only("References", &path)?;
    let base = folder(&path);
    let place = |element: &Element| resolve(base, &element.text, &path);
    let seal = info.at_most_one("Seal", &path)?.map(|seal| place(seal.only("BaseLoc", &path)?)).transpose()?;
    let signed_value = place(root.only("SignedValue", &path)?)?;
    let references = list.all("Reference").map(|one| reference(one, base, &path)).collect::<Result<Vec<_>, _>>()?;
    if references.len() > MAX_ENTRIES {
        return Err(ReadError::Value { file: path, what: "a list of references to files of the package" });
    }
    let stamps = info.all("StampAnnot").map(|one| stamp(one, &path)).collect::<Result<_, _>>()?;
    let check_method = list.attribute("CheckMethod").unwrap_or("MD5").to_owned();
    let signature_method = info.at_most_one("SignatureMethod", &path)?.map(|one| one.text.trim().to_owned());
    let signature_method = signature_method.unwrap_or_default();
    Ok(SealedBlock { path, kind, check_method, signature_method, references, stamps, seal, signed_value })
}

fn reference(element: &Element, base: &str, path: &str) -> Result<Reference, ReadError> {
    let value = element.only("CheckValue", path)?.text.trim();
    let digest = BASE64
        .decode(value)
        .map_err(|_| ReadError::Value { file: path.to_owned(), what: "a CheckValue in base 64" })?;
    Ok(Reference { path: resolve(base, element.required("FileRef", path)?, path)?, digest })
}

fn stamp(element: &Element, path: &str) -> Result<Stamp, ReadError> {
    Ok(Stamp {
        page: element.required("PageRef", path)?.to_owned(),
        place: rect(element.required("Boundary", path)?, path)?,
        clipped: element.attribute("Clip").is_some(),
    })
}
