//! The files around the pages: `OFD.xml`, `Document.xml` and the list of attachments.

use super::content::physical_box;
use super::metadata::custom_datas;
use super::resources::Resources;
use super::xml::Xml;
use super::{LICENCE_JSON, OfdContent, OfdError};
use crate::page::Sheet;
use zhengku_crypto::digest::sm3;
use zhengku_ledger::ids::TimestampMs;

/// Who made the file, as `DocInfo/Creator` says it.
const CREATOR: &str = "证库 Zhengku";

/// What `OFD.xml` says of the document.
#[derive(Debug)]
pub(super) struct Info {
    id: String,
    title: String,
    pub(super) created: TimestampMs,
    custom: Vec<(String, String)>,
}

impl Info {
    /// Takes it from the licence.
    pub(super) fn new(content: &OfdContent<'_>) -> Result<Self, OfdError> {
        let custom = custom_datas(content)?;
        let copy = if content.annotation.is_some() { "（加注件）" } else { "" };
        let title = format!("{} {}{copy}", content.data.licence_type, content.data.licence_number);
        Ok(Self { id: document_id(content), title, created: content.created, custom })
    }

    /// `OFD.xml`; with the time of the seal, if there is one.
    pub(super) fn write(&self, sealed: Option<String>) -> Vec<u8> {
        let mut xml = Xml::document("OFD", &[("Version", "1.0"), ("DocType", "OFD")]);
        xml.start("DocBody", &[]);
        xml.start("DocInfo", &[]);
        xml.leaf("DocID", &[], &self.id);
        xml.leaf("Title", &[], &self.title);
        xml.leaf("CreationDate", &[], &self.created.beijing_date().to_text());
        xml.leaf("Creator", &[], CREATOR);
        xml.leaf("CreatorVersion", &[], env!("CARGO_PKG_VERSION"));
        xml.start("CustomDatas", &[]);
        for (name, value) in &self.custom {
            xml.leaf("CustomData", &[("Name", name)], value);
        }
        if let Some(time) = &sealed {
            xml.leaf("CustomData", &[("Name", "ZZQZSJ")], time);
        }
        xml.end();
        xml.end();
        xml.leaf("DocRoot", &[], "Doc_0/Document.xml");
        if sealed.is_some() {
            xml.leaf("Signatures", &[], super::seal::SIGNATURES);
        }
        xml.finish()
    }
}

/// 32 hexadecimal digits from the licence's identifier; an annotated copy has its own.
fn document_id(content: &OfdContent<'_>) -> String {
    let mut text = format!("zhengku ofd\n{}\n", content.data.licence_identifier);
    if let Some(copy) = &content.annotation {
        text.push_str(&format!("{}\n{}\n{}\n{}\n", copy.created, copy.expires, copy.maker, copy.cause));
    }
    sm3(text.as_bytes()).to_string().chars().take(32).collect()
}

/// `Document.xml`. `templates` are pairs of a page's place and its template's number.
pub(super) fn document(
    sheets: &[Sheet],
    templates: &[(usize, u32)],
    pages: &[u32],
    resources: &Resources,
    last_id: u32,
) -> Vec<u8> {
    let mut xml = Xml::document("Document", &[]);
    xml.start("CommonData", &[]);
    xml.leaf("MaxUnitID", &[], &last_id.to_string());
    xml.start("PageArea", &[]);
    xml.leaf("PhysicalBox", &[], &sheets.first().map(physical_box).unwrap_or_default());
    xml.end();
    if resources.public().is_some() {
        xml.leaf("PublicRes", &[], "PublicRes.xml");
    }
    if resources.document().is_some() {
        xml.leaf("DocumentRes", &[], "DocumentRes.xml");
    }
    for (index, id) in templates {
        let path = format!("Tpls/Tpl_{index}/Content.xml");
        xml.empty("TemplatePage", &[("ID", &id.to_string()), ("BaseLoc", &path), ("ZOrder", "Background")]);
    }
    xml.end();
    xml.start("Pages", &[]);
    for (index, id) in pages.iter().enumerate() {
        xml.empty("Page", &[("ID", &id.to_string()), ("BaseLoc", &format!("Pages/Page_{index}/Content.xml"))]);
    }
    xml.end();
    xml.leaf("Attachments", &[], "Attachs/Attachments.xml");
    xml.finish()
}

/// `Attachments.xml`: the data for programs.
pub(super) fn attachments(content: &OfdContent<'_>) -> Vec<u8> {
    let mut xml = Xml::document("Attachments", &[]);
    let created = content.created.beijing_date().to_text();
    let attributes =
        [("ID", "licence"), ("Name", "licence.json"), ("Format", "json"), ("CreationDate", created.as_str())];
    xml.start("Attachment", &[&attributes[..], &[("Visible", "false")]].concat());
    xml.leaf("FileLoc", &[], &format!("/{LICENCE_JSON}"));
    xml.finish()
}
