//! The pages of a draft as pictures. A draft that could be signed is drawn by the very code that signs; an incomplete one from what it
//! has, so that the clerk sees the page grow.

use super::Desk;
use super::draft::DraftPaper;
use super::error::Trouble;
use super::succession::SuccessionPaper;
use crate::issuing;
use zhengku_api::desk::port::{DeskError, PagePicture, Preview};
use zhengku_document::licence::{FORMAT, FieldData, LicenceData};
use zhengku_document::template;
use zhengku_ledger::entry::LicenceType;
use zhengku_ledger::ids::Date;
use zhengku_library::import::Run;
use zhengku_library::issue::draw_preview;
use zhengku_library::register::{Mapping, RowResult, check_form};

impl Desk {
    pub(super) fn preview(&self, id: &str) -> Result<Preview, Trouble> {
        let paper = self.paper(id)?;
        let mapping = self.mapping(&paper.type_code).ok_or(DeskError::NotFound)?;
        let row = check_form(&mapping, &paper.values);
        let drawn = match row.result {
            RowResult::Accepted(_) => self.exact(&mapping, &row, version(&paper)),
            _ => None,
        };
        let pages = match drawn {
            Some(pages) => pages,
            None => self.rough(&mapping, &paper)?,
        };
        let pages = pages.into_iter().filter_map(page).collect();
        Ok(Preview { revision: paper.revision, pages })
    }

    /// As it would be signed; none when it could not be.
    fn exact(
        &self,
        mapping: &Mapping,
        row: &zhengku_library::register::RowOutcome,
        version: u16,
    ) -> Option<Vec<Vec<u8>>> {
        let maker = self.maker().ok()?;
        let ring = self.ring();
        let import = issuing::import(&self.access, &ring, Some(&maker), self.now(), Run::Dry);
        import.preview_version(mapping, row, version).ok()?.ok()
    }

    /// From the values that are there, as they were typed. A value that cannot be written is left out of the picture.
    fn rough(&self, mapping: &Mapping, paper: &DraftPaper) -> Result<Vec<Vec<u8>>, Trouble> {
        let kind = self.licence_type(&paper.type_code).ok_or(DeskError::NotFound)?;
        let mut data = self.data(mapping, &kind, paper);
        let composed = loop {
            match template::compose(&data, kind.template.as_str(), &self.fonts) {
                Ok(composed) => break composed,
                Err(template::ComposeError::Text { field, .. } | template::ComposeError::NoRoom { field, .. })
                    if left_out(&mut data, &field) => {}
                Err(error) => return Err(DeskError::Failed(error.to_string()).into()),
            }
        };
        Ok(draw_preview(composed.sheets, &self.fonts)?)
    }

    fn data(&self, mapping: &Mapping, kind: &LicenceType, paper: &DraftPaper) -> LicenceData {
        let value = |key: Option<&str>| key.and_then(|key| paper.values.get(key)).cloned().unwrap_or_default();
        let date = |key: Option<&str>| Date::from_text(value(key).trim());
        let today = self.now().beijing_date();
        let named = mapping.issuer_code_key().and_then(|key| paper.values.get(key));
        let issuer = match named {
            Some(code) => self.access.directory().organisations().find(|one| one.credit_code.as_str() == code).cloned(),
            None => self.own_issuer(mapping),
        };
        let label = |key: &str, label: &str| {
            let rule = kind.fields.iter().find(|rule| rule.key.as_str() == key);
            rule.map_or(label, |rule| rule.label_zh.as_str()).to_owned()
        };
        let fields = mapping.form_columns().filter_map(|column| {
            let value = paper.values.get(column.key()).filter(|value| !value.trim().is_empty())?;
            Some(FieldData {
                key: column.key().to_owned(),
                label: label(column.key(), column.label()),
                value: value.replace("\r\n", "\n"),
                salt: String::new(),
            })
        });
        let issued_on = date(mapping.issued_on_key()).unwrap_or(today);
        LicenceData {
            format: FORMAT.to_owned(),
            licence_identifier: "PREVIEW".to_owned(),
            licence_type_code: kind.code.to_string(),
            licence_type: kind.name_zh.to_string(),
            licence_type_en: kind.name_en.to_string(),
            licence_number: value(mapping.number_key()),
            version: version(paper),
            issuer: issuer.as_ref().map(|one| one.name_zh.to_string()).unwrap_or_default(),
            issuer_code: issuer.as_ref().map(|one| one.credit_code.to_string()).unwrap_or_default(),
            area_code: String::new(),
            issued_on,
            valid_from: date(mapping.valid_from_key()).unwrap_or(issued_on),
            valid_to: date(mapping.valid_to_key()),
            holders: Vec::new(),
            part: None,
            chain: self.access.chain().to_string(),
            key: String::new(),
            fields: fields.collect(),
        }
    }
}

/// The version that the licence of a draft will have.
fn version(paper: &DraftPaper) -> u16 {
    paper.succession.as_ref().map_or(1, SuccessionPaper::next_version)
}

/// Takes what cannot be written out of the data; false when it is not a field or there is nothing left to take.
fn left_out(data: &mut LicenceData, field: &str) -> bool {
    let before = data.fields.len();
    data.fields.retain(|known| known.key != field);
    if data.fields.len() < before {
        return true;
    }
    let text = match field {
        "licence_number" => &mut data.licence_number,
        "issuer" => &mut data.issuer,
        _ => return false,
    };
    let was_filled = !text.is_empty();
    text.clear();
    was_filled
}

/// A PNG with the size that its header says (PNG 1.2, section 11.2.2).
fn page(png: Vec<u8>) -> Option<PagePicture> {
    let number = |at: usize| {
        let bytes = png.get(at..at.checked_add(4)?)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    };
    let (width, height) = (number(16)?, number(20)?);
    Some(PagePicture { png, width, height })
}
