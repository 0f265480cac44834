//! The metadata of a licence (GB/T 36903) under the short names that OFD licences carry in `DocInfo/CustomDatas`.

use super::{Annotation, OfdContent, OfdError, xml};
use crate::licence::{HolderData, LicenceData};
use zhengku_ledger::ids::{Date, TimestampMs};

/// What the names of face fields begin with (扩展业务信息).
pub(crate) const FIELD_PREFIX: &str = "KZ_";

/// Names and values in the order they are written; the time of the seal (`ZZQZSJ`) follows when it is known.
pub(super) fn custom_datas(content: &OfdContent<'_>) -> Result<Vec<(String, String)>, OfdError> {
    let mut values: Vec<(String, String)> =
        of_licence(content.data).map(|(name, value)| (name.to_owned(), value)).into();
    values.push(("ZZQZMC".to_owned(), content.seal_name.to_owned()));
    values.push(("CJSJ".to_owned(), compact_time(content.created)));
    if let Some(annotation) = &content.annotation {
        values.extend(annotated(annotation));
    }
    values.extend(of_fields(content.data));
    values.retain(|(_, value)| !value.is_empty());
    for (name, value) in &values {
        if let Some(character) = name.chars().chain(value.chars()).find(|&one| !xml::can_hold(one)) {
            return Err(OfdError::Unwritable { name: name.clone(), character });
        }
    }
    Ok(values)
}

/// What the metadata say of the licence itself, in the order they are written. The verifier asks for the same.
pub(crate) fn of_licence(data: &LicenceData) -> [(&'static str, String); 14] {
    let holders = |value: fn(&HolderData) -> &str| -> String {
        data.holders.iter().map(value).collect::<Vec<_>>().join(HOLDER_SEPARATOR)
    };
    [
        ("ZZBS", data.licence_identifier.clone()),
        ("ZZMC", data.licence_type.clone()),
        ("ZZLXDM", data.licence_type_code.clone()),
        ("ZZBH", data.licence_number.clone()),
        ("ZZBFJG", data.issuer.clone()),
        ("ZZBFJGDM", data.issuer_code.clone()),
        ("ZZBFRQ", compact_date(data.issued_on)),
        ("ZZYXQQSRQ", compact_date(data.valid_from)),
        ("ZZYXQJZRQ", data.valid_to.map(compact_date).unwrap_or_default()),
        ("CZZT", holders(|holder| &holder.name)),
        ("CZZTDM", holders(|holder| &holder.id_number)),
        ("CZZTDMLX", holders(|holder| holder_kind(&holder.id_type))),
        ("CZZTDMLXDM", holders(|holder| &holder.id_type)),
        ("ZZQZR", data.issuer.clone()),
    ]
}

/// What they say of the face fields.
pub(crate) fn of_fields(data: &LicenceData) -> impl Iterator<Item = (String, String)> {
    data.fields.iter().map(|field| (format!("{FIELD_PREFIX}{}", field.key), field.value.clone()))
}

/// Several holders stand in one value.
const HOLDER_SEPARATOR: &str = "、";

/// The metadata of an annotated copy (加注件).
fn annotated(annotation: &Annotation) -> [(String, String); 4] {
    [
        ("JZJZZSJ".to_owned(), compact_time(annotation.created)),
        ("JZJZZZ".to_owned(), annotation.maker.clone()),
        ("JZJZZSY".to_owned(), annotation.cause.clone()),
        ("JZJYXQJZSJ".to_owned(), compact_time(annotation.expires)),
    ]
}

/// 持证主体代码类型, GB/T 36903 annex A.
fn holder_kind(code: &str) -> &str {
    match code {
        "001" => "统一社会信用代码",
        "099" => "其他法人或其他组织有效证件代码",
        "111" => "公民身份号码",
        "114" => "军官证",
        "115" => "武警警官证",
        "118" => "士兵证",
        "119" => "武警士兵证",
        "120" => "文职人员证",
        "122" => "武警文职人员证",
        "411" => "外交护照",
        "412" => "公务护照",
        "413" => "公务普通护照",
        "414" => "普通护照",
        "511" => "台湾居民来往大陆通行证",
        "516" => "港澳居民来往内地通行证",
        _ => "其他自然人有效证件代码",
    }
}

/// `20261121`.
fn compact_date(date: Date) -> String {
    date.to_text().replace('-', "")
}

/// `20261121173005`, Beijing time.
pub(super) fn compact_time(time: TimestampMs) -> String {
    let [hour, minute, second] = beijing_clock(time);
    format!("{}{hour:02}{minute:02}{second:02}", compact_date(time.beijing_date()))
}

/// `2026-11-21 17:30`, Beijing time, for people.
pub(crate) fn readable_time(time: TimestampMs) -> String {
    let [hour, minute, _] = beijing_clock(time);
    format!("{} {hour:02}:{minute:02}", time.beijing_date().to_text())
}

/// Hour, minute and second in Beijing.
pub(super) fn beijing_clock(time: TimestampMs) -> [u8; 3] {
    const OFFSET_SECONDS: u64 = 8 * 3600;
    let seconds = (time.0 / 1000).saturating_add(OFFSET_SECONDS);
    // Each below 60 or 24.
    [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map(|number| number as u8)
}
