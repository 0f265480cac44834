//! Cells for spreadsheet programs: a text that would be computed as a formula is written with an apostrophe in front, as those
//! programs mark text, and read back without it.

use std::borrow::Cow;

/// What begins a formula, or makes a program look for one behind it (OWASP, "CSV injection").
const BEGINS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The text as a cell that no program computes.
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text of a cell that [`guarded`] wrote.
#[must_use]
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell)
}

/// Apostrophes in front are looked through, so that what had one keeps it.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(BEGINS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_become_text() {
        for formula in ["=HYPERLINK(\"http://e\")", "+1", "-2", "@SUM(A1)", "\t=1", "'=1"] {
            assert_eq!(guarded(formula), format!("'{formula}"));
        }
        for text in ["", "'", "O'Neill", "1-2", "青禾餐饮", "'tis"] {
            assert_eq!(guarded(text), text);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "['=+@\\-a\t]{0,6}") {
            let cell = guarded(&text);
            prop_assert_eq!(unguarded(&cell), text.as_str());
        }
    }
}
