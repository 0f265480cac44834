//! The cases of a sample: what departments get wrong, and what looks wrong but is right.

use super::invent::Dice;
use super::{Sample, SampleKind};

/// One of each case stands in so many rows.
const ROWS_PER_CASE: u64 = 500;

/// Case of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Plain,
    FullWidth,
    Spaces,
    LineBreak,
    Revoked,
    OpenEnded,
    Repeat,
    CheckDigit,
    NumberMissing,
    FieldMissing,
    Conflict,
    ImpossibleDate,
    UnknownStatus,
    ValidityReversed,
    CutOff,
}

/// Cases that every register has.
const ALWAYS: [Case; 8] = [
    Case::FullWidth,
    Case::Spaces,
    Case::LineBreak,
    Case::Repeat,
    Case::CheckDigit,
    Case::NumberMissing,
    Case::FieldMissing,
    Case::Conflict,
];
/// Cases of registers with validity and status.
const WITH_VALIDITY: [Case; 5] =
    [Case::Revoked, Case::OpenEnded, Case::ImpossibleDate, Case::UnknownStatus, Case::ValidityReversed];

impl Case {
    /// Name in [`super::Expected::by_case`].
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "ok",
            Self::FullWidth => "ok:full-width digits normalised",
            Self::Spaces => "ok:surrounding spaces trimmed",
            Self::LineBreak => "ok:quoted line break kept",
            Self::Revoked => "ok:imported as revoked",
            Self::OpenEnded => "ok:no end of validity",
            Self::Repeat => "ok:exact repeat, counted once",
            Self::CheckDigit => "reject:holder number check digit",
            Self::NumberMissing => "reject:licence number missing",
            Self::FieldMissing => "reject:mandatory field missing",
            Self::Conflict => "reject:same number, other content",
            Self::ImpossibleDate => "reject:impossible date",
            Self::UnknownStatus => "reject:unknown status",
            Self::ValidityReversed => "reject:validity ends before it starts",
            Self::CutOff => "reject:too few columns",
        }
    }

    pub(super) fn is_refused(self) -> bool {
        self.name().starts_with("reject:")
    }
}

/// Deals cases to rows: each block of rows has each case once, at places drawn anew.
pub(super) struct Defects {
    cases: Vec<Case>,
    block: u64,
    blocks: u64,
    /// Places of the cases in the current block.
    places: Vec<u64>,
}

impl Defects {
    pub(super) fn new(sample: &Sample) -> Self {
        let has_validity = matches!(sample.kind, SampleKind::FoodOperation | SampleKind::ResidencePermit);
        let cases = match (sample.defects, has_validity) {
            (false, _) => Vec::new(),
            (true, false) => ALWAYS.to_vec(),
            (true, true) => ALWAYS.into_iter().chain(WITH_VALIDITY).collect(),
        };
        let blocks = (sample.rows / ROWS_PER_CASE).max(1);
        Self { cases, block: sample.rows / blocks, blocks, places: Vec::new() }
    }

    /// The case of a row. Asked for rows in order.
    pub(super) fn case_of(&mut self, number: u64, dice: &mut Dice) -> Case {
        let place = number % self.block.max(1);
        if number / self.block.max(1) >= self.blocks {
            return Case::Plain;
        }
        if place == 0 {
            self.draw(dice);
        }
        let found = self.places.iter().position(|own| *own == place);
        found.and_then(|index| self.cases.get(index)).copied().unwrap_or(Case::Plain)
    }

    fn draw(&mut self, dice: &mut Dice) {
        self.places.clear();
        while self.places.len() < self.cases.len() && (self.places.len() as u64) < self.block {
            let place = dice.below(self.block);
            if !self.places.contains(&place) {
                self.places.push(place);
            }
        }
    }
}

/// Columns that defects go to.
struct Places {
    name: usize,
    holder_number: usize,
    line_break: usize,
    valid_from: usize,
    valid_to: usize,
    status: usize,
}

const fn places(kind: SampleKind) -> Places {
    match kind {
        SampleKind::FoodOperation => {
            Places { name: 1, holder_number: 2, line_break: 4, valid_from: 7, valid_to: 8, status: 12 }
        }
        SampleKind::ResidencePermit => {
            Places { name: 1, holder_number: 2, line_break: 4, valid_from: 5, valid_to: 6, status: 9 }
        }
        SampleKind::BirthCertificate => {
            Places { name: 1, holder_number: 7, line_break: 10, valid_from: 12, valid_to: 12, status: 13 }
        }
        SampleKind::MarriageCertificate => {
            Places { name: 1, holder_number: 2, line_break: 6, valid_from: 5, valid_to: 5, status: 8 }
        }
    }
}

/// Turns a right row into one of the case.
pub(super) fn apply(kind: SampleKind, case: Case, row: &mut [String]) {
    let places = places(kind);
    let place = match case {
        Case::Plain | Case::Repeat | Case::CutOff => return,
        Case::FullWidth | Case::CheckDigit => places.holder_number,
        Case::Spaces | Case::FieldMissing | Case::Conflict => places.name,
        Case::LineBreak => places.line_break,
        Case::NumberMissing => 0,
        Case::Revoked | Case::UnknownStatus => places.status,
        Case::OpenEnded | Case::ValidityReversed => places.valid_to,
        Case::ImpossibleDate => places.valid_from,
    };
    let compact = kind == SampleKind::ResidencePermit;
    let date = |text: &str| if compact { text.replace('-', "") } else { text.to_owned() };
    let Some(field) = row.get_mut(place) else { return };
    *field = match case {
        Case::FullWidth => field.chars().map(full_width).collect(),
        Case::CheckDigit => with_wrong_check(field),
        Case::Spaces => format!("  {field}\u{3000}"),
        Case::Conflict => format!("{field}甲"),
        Case::LineBreak => format!("{field}\n(副本)"),
        Case::Revoked => "注销".to_owned(),
        Case::UnknownStatus => "有效吗".to_owned(),
        Case::OpenEnded => "长期".to_owned(),
        Case::ValidityReversed => date("2001-01-01"),
        Case::ImpossibleDate => date("2025-02-30"),
        Case::Plain | Case::Repeat | Case::CutOff | Case::NumberMissing | Case::FieldMissing => String::new(),
    };
}

fn full_width(character: char) -> char {
    match character {
        '0'..='9' => char::from_u32(u32::from(character) + 0xfee0).unwrap_or(character),
        _ => character,
    }
}

/// The number with another closing character: `1` for `0`, else `0`.
fn with_wrong_check(number: &str) -> String {
    let body: String = number.chars().take(17).collect();
    let closing = if number.ends_with('0') { '1' } else { '0' };
    format!("{body}{closing}")
}
