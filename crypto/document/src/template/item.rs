//! What head, foot and closing say of a licence. A face field that says the same is not repeated among the fields.

use crate::licence::{FieldData, LicenceData};
use crate::page::{Mark, TextRun};
use std::ops::Range;

/// Something that stands around the fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Item {
    /// 证照标识, in the small print.
    Identifier,
    /// 证照编号, under the title.
    Number,
    /// 正页 or 副联, under the title.
    Part,
    /// 证照颁发机构, above the date.
    Issuer,
    /// 证照颁发日期, under the issuer.
    IssuedOn,
}

impl Item {
    /// The item that a field is. Key and value must both say so: a hospital may have the issuer's name, and a child may be born on the
    /// day of issue.
    pub(super) fn of(field: &FieldData, data: &LicenceData) -> Option<Self> {
        let (item, value) = match field.key.as_str() {
            "licence_identifier" => (Self::Identifier, data.licence_identifier.clone()),
            "licence_number" => (Self::Number, data.licence_number.clone()),
            "part" => (Self::Part, data.part.clone()?),
            "issuer_name" => (Self::Issuer, data.issuer.clone()),
            "issued_on" | "registered_on" => (Self::IssuedOn, data.issued_on.to_text()),
            _ => return None,
        };
        (field.value == value).then_some(item)
    }

    /// The label of the field that the item is, as this type of licence calls it.
    pub(super) fn label(self, data: &LicenceData) -> Option<&str> {
        let field = data.fields.iter().find(|field| Self::of(field, data) == Some(self))?;
        Some(field.label.as_str())
    }
}

/// Marks around the fields of one page, and where items stand among them.
#[derive(Default)]
pub(super) struct Surround {
    pub(super) marks: Vec<Mark>,
    pub(super) items: Vec<(Item, Range<usize>)>,
}

impl Surround {
    /// Adds runs and gives their place.
    pub(super) fn write(&mut self, runs: Vec<TextRun>) -> Range<usize> {
        let start = self.marks.len();
        self.marks.extend(runs.into_iter().map(Mark::Text));
        start..self.marks.len()
    }
}
