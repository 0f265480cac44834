//! From the number on a face to the ledger's entry.

use crate::access::Access;
use crate::cli::LicenceArgument;
use crate::failure::Failure;
use zhengku_ledger::entry::{Entry, Licence, LicenceType};
use zhengku_ledger::ids::{EntryKey, LogIndex};
use zhengku_library::catalogue::lookup_number;
use zhengku_library::register::Part;

/// A licence that was found.
pub(super) struct Found {
    pub(super) index: LogIndex,
    pub(super) entry: Entry,
    pub(super) licence: Licence,
    pub(super) type_name: String,
    pub(super) part: Option<Part>,
}

/// The newest state of the licence with this number: of the type and part that were asked for, else of whichever type has it
/// (正页 of a twin).
pub(super) fn by_number(access: &Access, arguments: &LicenceArgument) -> Result<Option<Found>, Failure> {
    Ok(parts_by_number(access, arguments)?.into_iter().next())
}

/// As [`by_number`], but both parts of a twin unless one was asked for: what ends or erases a licence must not leave its other part.
pub(super) fn parts_by_number(access: &Access, arguments: &LicenceArgument) -> Result<Vec<Found>, Failure> {
    let directory = access.directory();
    if let Some(asked) = &arguments.licence_type
        && !directory.licence_types().any(|kind| wanted(kind, arguments))
    {
        return Err(Failure::usage(
            format!("本账本没有证照类型 {asked}"),
            format!("this ledger has no licence type {asked}"),
        ));
    }
    let mut by_type: Vec<Vec<Found>> = Vec::new();
    let has_parts = |kind: &LicenceType| kind.twin || arguments.part.is_none();
    for kind in directory.licence_types().filter(|kind| wanted(kind, arguments) && has_parts(kind)) {
        let mut found = Vec::new();
        for part in parts(kind, arguments) {
            let number = lookup_number(arguments.number.trim(), part);
            let key = EntryKey::from_digest(access.pseudonyms().licence(kind.code.as_str(), &number));
            let Some((index, entry)) = access.find(&key)? else { continue };
            let Some(licence) = entry.licence().cloned() else { continue };
            found.push(Found { index, entry, licence, type_name: kind.name_zh.to_string(), part });
        }
        by_type.extend((!found.is_empty()).then_some(found));
    }
    if by_type.len() > 1 {
        let names: Vec<&str> = by_type.iter().flatten().map(|found| found.type_name.as_str()).collect();
        let names = names.join(", ");
        return Err(Failure::usage(
            format!("该编号属于多种证照 ({names}); 请加 --type"),
            format!("several licence types have this number ({names}); add --type"),
        ));
    }
    Ok(by_type.pop().unwrap_or_default())
}

fn wanted(kind: &LicenceType, arguments: &LicenceArgument) -> bool {
    let asked = arguments.licence_type.as_deref();
    asked.is_none_or(|asked| {
        kind.name_zh.as_str() == asked || kind.code.as_str() == asked || kind.name_en.as_str() == asked
    })
}

fn parts(kind: &LicenceType, arguments: &LicenceArgument) -> Vec<Option<Part>> {
    match (kind.twin, arguments.part.as_deref()) {
        (false, _) => vec![None],
        (true, Some("副联")) => vec![Some(Part::Counterfoil)],
        (true, Some(_)) => vec![Some(Part::Main)],
        (true, None) => vec![Some(Part::Main), Some(Part::Counterfoil)],
    }
}
