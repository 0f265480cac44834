//! No bit of a sealed file can be turned unseen.

use crate::workshop::WORKSHOP;
use crate::workshop::flip::{entries, file};

/// Every how many bytes of each entry and of the raw file are tried on ordinary days, of fonts every eighth of these;
/// `verify_speed flip 0 1` tries all.
const STEP: usize = 83;

#[test]
fn a_bit_turned_in_any_entry_is_found_without_the_ledger() {
    let judged = entries(0, |name| if name.ends_with(".ttf") { STEP * 8 } else { STEP });
    assert!(judged > 400, "{judged}");
}

#[test]
fn a_bit_turned_anywhere_in_the_file_is_found() {
    assert_eq!(file(0, STEP), WORKSHOP.file.len().div_ceil(STEP));
}
