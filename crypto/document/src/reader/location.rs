//! Places named in a document (ST_Loc of GB/T 33190): absolute from the package's root or relative to the file that names them.

use super::ReadError;

/// The folder of an entry: what stands before its last slash.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether an entry is XML by its name: then every rule of `scan.rs` holds for it.
pub(super) fn is_xml(path: &str) -> bool {
    path.len() > 4 && path.to_ascii_lowercase().ends_with(".xml")
}

/// The entry that `place` means in a file of `folder`; `file` is named in errors.
///
/// A place has one spelling here: no `.` or `..`, no empty part, no address, no backslash.
pub(super) fn resolve(folder: &str, place: &str, file: &str) -> Result<String, ReadError> {
    let outside = || ReadError::Outside { file: file.to_owned() };
    let place = place.trim();
    let (base, rest) = place.strip_prefix('/').map_or((folder, place), |rest| ("", rest));
    let bad_part = |part: &str| matches!(part, "" | "." | "..");
    if rest.contains(['\\', ':', '%', '?', '#']) || rest.chars().any(char::is_control) || rest.split('/').any(bad_part)
    {
        return Err(outside());
    }
    Ok(if base.is_empty() { rest.to_owned() } else { format!("{base}/{rest}") })
}
