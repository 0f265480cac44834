//! The names of entries: each must mean one file, on every system, inside the package.

use super::error::NameFault;
use super::{MAX_NAME_BYTES, PackageError};
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::is_nfc;

/// How much of a bad name an error shows, in characters.
const SHOWN_CHARACTERS: usize = 64;

/// Reads a name's bytes; `declared` says whether the header declares UTF-8.
pub(super) fn read(bytes: &[u8], declared: bool) -> Result<String, PackageError> {
    let refused = |reason| PackageError::Name { name: shown(&String::from_utf8_lossy(bytes)), reason };
    if bytes.is_empty() || bytes.len() > MAX_NAME_BYTES {
        return Err(refused(NameFault::Length));
    }
    let name = std::str::from_utf8(bytes).map_err(|_| refused(NameFault::Encoding))?;
    // Without the flag the name is in code page 437, where the same bytes are other characters.
    if !(declared || name.is_ascii()) || !is_nfc(name) {
        return Err(refused(NameFault::Encoding));
    }
    match fault(name) {
        None => Ok(name.to_owned()),
        Some(reason) => Err(refused(reason)),
    }
}

fn fault(name: &str) -> Option<NameFault> {
    if name.chars().any(char::is_control) {
        return Some(NameFault::Control);
    }
    if name.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) {
        return Some(NameFault::Character);
    }
    let bad_part = |part: &str| part.is_empty() || part.ends_with(['.', ' ']) || part.starts_with(' ');
    name.split('/').any(bad_part).then_some(NameFault::Path)
}

/// The place of each name, none of them twice.
pub(super) fn check<'name>(names: impl Iterator<Item = &'name str>) -> Result<BTreeMap<String, usize>, PackageError> {
    let (mut places, mut folded, mut directories) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
    for (place, name) in names.enumerate() {
        let lower = name.to_lowercase();
        let ends = lower.match_indices('/').map(|(end, _)| end);
        directories.extend(ends.filter_map(|end| lower.get(..end).map(str::to_owned)));
        if !folded.insert(lower) {
            return Err(PackageError::DuplicateName { name: shown(name) });
        }
        places.insert(name.to_owned(), place);
    }
    match folded.intersection(&directories).next() {
        Some(name) => Err(PackageError::Name { name: shown(name), reason: NameFault::FileAndDirectory }),
        None => Ok(places),
    }
}

fn shown(name: &str) -> String {
    name.chars().take(SHOWN_CHARACTERS).collect()
}
