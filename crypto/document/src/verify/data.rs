//! What the file says for programs, and whether metadata, pages and identifier say the same.

use super::line::{failed, passed};
use crate::licence::LicenceData;
use crate::package::Package;
use crate::reader::OfdDocument;
use zhengku_ledger::identifier::LicenceIdentifier;
use zhengku_ledger::ids::{Date, TimestampMs};
use zhengku_ledger::verdict::{Check, CheckName, Verdict};

/// The attachment that holds the data.
const ATTACHMENT: &str = "licence.json";
/// What stands between several holders in one value of the metadata.
const HOLDER_SEPARATOR: &str = "、";
/// What the names of face fields begin with in the metadata (扩展业务信息).
const FIELD_PREFIX: &str = "KZ_";

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
            return (failed(name, Verdict::Tampered, "机读数据 licence.json 格式不符", error.to_string()), None);
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
    let joined = |value: fn(&crate::licence::HolderData) -> &str| {
        data.holders.iter().map(value).collect::<Vec<_>>().join(HOLDER_SEPARATOR)
    };
    let expected = [
        ("ZZBS", data.licence_identifier.clone()),
        ("ZZMC", data.licence_type.clone()),
        ("ZZLXDM", data.licence_type_code.clone()),
        ("ZZBH", data.licence_number.clone()),
        ("ZZBFJG", data.issuer.clone()),
        ("ZZBFJGDM", data.issuer_code.clone()),
        ("ZZBFRQ", compact(data.issued_on)),
        ("ZZYXQQSRQ", compact(data.valid_from)),
        ("ZZYXQJZRQ", data.valid_to.map(compact).unwrap_or_default()),
        ("CZZT", joined(|holder| &holder.name)),
        ("CZZTDM", joined(|holder| &holder.id_number)),
        ("CZZTDMLXDM", joined(|holder| &holder.id_type)),
    ];
    let fields = data.fields.iter().map(|field| (format!("{FIELD_PREFIX}{}", field.key), field.value.clone()));
    let mut all = expected.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(fields);
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

fn compact(date: Date) -> String {
    date.to_text().replace('-', "")
}

/// Every field's value stands on the pages; white space does not count, since lines are broken.
pub(super) fn face(document: &OfdDocument, data: &LicenceData) -> Check {
    let name = CheckName::Face;
    let pages: Vec<String> = document.pages.iter().map(|page| dense(&page.text)).collect();
    match data.fields.iter().find(|field| !is_shown(&pages, &dense(&field.value))) {
        None => passed(name, "版面显示全部照面信息", "the pages show every field"),
        Some(field) => failed(
            name,
            Verdict::Tampered,
            format!("版面上找不到 {} 的内容", field.label),
            format!("the pages do not show the value of {}", field.key),
        ),
    }
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
    let zh = format!("加注件: 由 {maker} 为「{cause}」制作, 有效至 {expires}");
    let en = format!("a copy made by {maker} for \"{cause}\", good until {expires} in Beijing");
    let check = match beijing_time(expires) {
        None => failed(name, Verdict::Tampered, "加注件的有效期无法读取", "the copy's expiry cannot be read"),
        Some(end) if now.0 > end.0 => failed(name, Verdict::Expired, zh, en),
        Some(_) => passed(name, zh, en),
    };
    (check, true)
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
