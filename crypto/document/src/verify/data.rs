//! What the file says for programs, and whether metadata, pages and identifier say the same.

use super::line::{failed, passed};
use crate::licence::LicenceData;
use crate::ofd::metadata::{self, FIELD_PREFIX, readable_time};
use crate::package::Package;
use crate::reader::OfdDocument;
use crate::template;
use zhengku_ledger::identifier::LicenceIdentifier;
use zhengku_ledger::ids::{Date, TimestampMs};
use zhengku_ledger::verdict::{Check, CheckName, Verdict};

/// The attachment that holds the data.
const ATTACHMENT: &str = "licence.json";
/// Reads `licence.json` and compares the metadata with it.
pub(super) fn read(package: &Package<'_>, document: &OfdDocument) -> (Check, Option<LicenceData>) {
    let name = CheckName::Data;
    let Some(bytes) = document.attachment(ATTACHMENT).and_then(|path| package.get(path)) else {
        let en = "the file has no licence.json: it was not written by this system, or it was taken out";
        return (failed(name, Verdict::Unverifiable, "缺少机读数据 licence.json", en), None);
    };
    let data = match LicenceData::from_json(bytes) {
        Ok(data) => data,
        Err(error) => {
            let (verdict, zh) = if error.is_bound() {
                (Verdict::Unverifiable, "机读数据 licence.json 超出可读取的范围")
            } else {
                (Verdict::Tampered, "机读数据 licence.json 格式不符")
            };
            return (failed(name, verdict, zh, error.to_string()), None);
        }
    };
    let check = match difference(document, &data) {
        None => passed(
            name,
            format!("{} 项照面信息, 与元数据一致", data.fields.len()),
            format!("{} fields; the metadata say the same", data.fields.len()),
        ),
        Some(item) => failed(
            name,
            Verdict::Tampered,
            format!("元数据 {item} 与机读数据不一致"),
            format!("the metadata say something else than licence.json in {item}"),
        ),
    };
    (check, Some(data))
}

/// The first name of the metadata whose value differs.
fn difference(document: &OfdDocument, data: &LicenceData) -> Option<String> {
    let licence = metadata::of_licence(data).map(|(name, value)| (name.to_owned(), value));
    let mut all = licence.into_iter().chain(metadata::of_fields(data));
    let strange = document
        .custom
        .iter()
        .map(|(name, _)| name)
        .find(|name| name.strip_prefix(FIELD_PREFIX).is_some_and(|key| data.value(key).is_none()));
    all.find(|(name, value)| !says(document, name, value)).map(|(name, _)| name).or_else(|| strange.cloned())
}

/// An empty value is left out of the metadata; every other stands there once.
fn says(document: &OfdDocument, name: &str, value: &str) -> bool {
    let is_absent = document.custom.iter().all(|(known, _)| known != name);
    if value.is_empty() && is_absent { true } else { document.custom_value(name) == Some(value) }
}

/// Every field's value stands on the pages, a date in either of its two forms; white space does not count, since lines are broken.
pub(super) fn face(document: &OfdDocument, data: &LicenceData) -> Check {
    let name = CheckName::Face;
    let pages: Vec<String> = document.pages.iter().map(|page| dense(&page.text)).collect();
    match data.fields.iter().find(|field| !is_on(&pages, &field.value)) {
        None => passed(name, "版面显示全部照面信息", "the pages show every field"),
        Some(field) => failed(
            name,
            Verdict::Tampered,
            format!("版面上找不到 {} 的内容", field.label),
            format!("the pages do not show the value of {}", field.key),
        ),
    }
}

/// As it is, or as pages show it (files of before have dates as they are in the data).
fn is_on(pages: &[String], value: &str) -> bool {
    is_shown(pages, &dense(value)) || is_shown(pages, &dense(&template::shown(value)))
}

fn dense(text: &str) -> String {
    text.chars().filter(|one| !one.is_whitespace()).collect()
}

/// The shortest piece of a value that is broken over pages, in characters: two lines of a narrow column.
const MIN_PIECE: usize = 8;

/// On one page, or in pieces at least [`MIN_PIECE`] long on pages that follow each other.
fn is_shown(pages: &[String], value: &str) -> bool {
    let mut rest = value;
    for page in pages {
        if page.contains(rest) {
            return true;
        }
        let ends: Vec<usize> = rest.char_indices().skip(MIN_PIECE).map(|(end, _)| end).collect();
        // If a prefix stands on the page, every shorter one does.
        let found = ends.partition_point(|end| rest.get(..*end).is_some_and(|piece| page.contains(piece)));
        if let Some(end) = found.checked_sub(1).and_then(|last| ends.get(last)) {
            rest = rest.get(*end..).unwrap_or_default();
        }
    }
    false
}

/// Grammar and check character of GB/T 36904, and that the identifier names this type, issuer and version.
pub(super) fn identifier(data: &LicenceData) -> Check {
    let name = CheckName::Identifier;
    let refused = |zh: &str, en: String| failed(name, Verdict::Tampered, zh, en);
    let identifier = match LicenceIdentifier::parse(&data.licence_identifier) {
        Ok(identifier) => identifier,
        Err(error) => return refused("证照标识不符合国家标准", error.to_string()),
    };
    if identifier.type_code() != data.licence_type_code {
        return refused("证照标识中的证照类型与证照不符", "the identifier names another licence type".to_owned());
    }
    if identifier.issuer() != data.issuer_code {
        return refused("证照标识中的发证机关与证照不符", "the identifier names another issuer".to_owned());
    }
    if identifier.version() != data.version {
        return refused("证照标识中的版本与证照不符", "the identifier names another version".to_owned());
    }
    passed(name, data.licence_identifier.as_str(), data.licence_identifier.as_str())
}

/// An original, or an annotated copy (加注件) within its time.
pub(super) fn copy(document: &OfdDocument, now: TimestampMs) -> (Check, bool) {
    let name = CheckName::Copy;
    if document.custom.iter().all(|(known, _)| !known.starts_with("JZJ")) {
        return (passed(name, "原件", "an original"), false);
    }
    let [maker, cause, expires] = ["JZJZZZ", "JZJZZSY", "JZJYXQJZSJ"].map(|name| document.custom_value(name));
    let (Some(maker), Some(cause), Some(expires)) = (maker, cause, expires) else {
        let en = "an annotated copy must say who made it, for what, and until when it is good";
        return (failed(name, Verdict::Tampered, "加注件缺少制作者, 事由或有效期", en), true);
    };
    let Some(end) = beijing_time(expires) else {
        return (failed(name, Verdict::Tampered, "加注件的有效期无法读取", "the copy's expiry cannot be read"), true);
    };
    let until = readable_time(end);
    let zh = format!("加注件, 有效至 {until}; 由 {maker} 制作, 事由: {cause}");
    let en = format!("a copy, good until {until} in Beijing; made by {maker}, for: {cause}");
    (if now.0 > end.0 { failed(name, Verdict::Expired, zh, en) } else { passed(name, zh, en) }, true)
}

/// `20261121173005` in Beijing.
fn beijing_time(text: &str) -> Option<TimestampMs> {
    const OFFSET_SECONDS: u64 = 8 * 3600;
    if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let date = format!("{}-{}-{}", text.get(..4)?, text.get(4..6)?, text.get(6..8)?);
    let days = u64::try_from(Date::from_text(&date)?.0).ok()?;
    let clock = |range: std::ops::Range<usize>| text.get(range)?.parse::<u64>().ok();
    let (hours, minutes, seconds) = (clock(8..10)?, clock(10..12)?, clock(12..14)?);
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let total = days.checked_mul(86_400)?.checked_add(hours * 3600 + minutes * 60 + seconds)?;
    total.checked_sub(OFFSET_SECONDS)?.checked_mul(1000).map(TimestampMs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_found_in_both_forms_and_no_other_date_is() {
        for page in ["有效期至2031年11月2日发证机关", "有效期至 2031-11-02"] {
            let pages = [dense(page)];
            assert!(is_on(&pages, "2031-11-02"), "{page}");
            for other in
                ["2031-11-03", "2031-11-22", "2031-11-20", "2031-01-02", "2030-11-02", "2031-1-2", "2031年1月2日"]
            {
                assert!(!is_on(&pages, other), "{other} on {page}");
            }
        }
        // No date of the calendar, or more than a date: as it is.
        for value in ["2031-02-30", "2031-11-02起"] {
            assert!(!is_on(&["2031年2月30日2031年11月2日起".to_owned()], value));
            assert!(is_on(&[value.to_owned()], value));
        }
    }
}
