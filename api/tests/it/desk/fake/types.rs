//! The catalogue of the invented city: six types, one of them with all its fields.

use zhengku_api::desk::port::{FieldChoice, FieldGroup, FieldInput, FormField, LicenceType, TypeRow, ValidityRule};
use zhengku_ledger::ids::Date;

/// The food business licence.
pub(crate) const FOOD: &str = "11999999000000019M101";

/// Code, names, pinyin initials, definer, holders in Chinese and English, whether this department may issue it.
type Line = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str, bool);

const TYPES: [Line; 7] = [
    (FOOD, "食品经营许可证", "Food business licence", "spjyxkz", "示例市市场监督管理局", "法人", "organisation", true),
    (
        "11999999000000019M102",
        "营业执照",
        "Business licence",
        "yyzz",
        "示例市市场监督管理局",
        "法人",
        "organisation",
        true,
    ),
    (
        "11999999000000019M103",
        "药品经营许可证",
        "Pharmacy licence",
        "ypjyxkz",
        "示例市市场监督管理局",
        "法人",
        "organisation",
        true,
    ),
    (
        "11999999000000019M201",
        "出生医学证明",
        "Medical certificate of birth",
        "csyxzm",
        "示例市卫生健康委员会",
        "自然人",
        "person",
        false,
    ),
    (
        "11999999000000019M202",
        "结婚证",
        "Marriage certificate",
        "jhz",
        "示例市民政局",
        "自然人（两人）",
        "two persons",
        false,
    ),
    (
        "11999999000000019M203",
        "道路运输经营许可证",
        "Road transport licence",
        "dlysjyxkz",
        "示例市交通局",
        "法人",
        "organisation",
        false,
    ),
    (
        "11999999000000019M204",
        "残疾人证",
        "Disability certificate",
        "cjrz",
        "示例市残疾人联合会",
        "自然人",
        "person",
        false,
    ),
];

/// The list.
pub(crate) fn rows() -> Vec<TypeRow> {
    let row = |one: &Line| TypeRow {
        code: one.0.to_owned(),
        name_zh: one.1.to_owned(),
        name_en: one.2.to_owned(),
        initials: one.3.to_owned(),
        definer: one.4.to_owned(),
        holders_zh: one.5.to_owned(),
        holders_en: one.6.to_owned(),
        version: if one.0 == FOOD { 2 } else { 1 },
        is_placeholder: true,
        may_issue: one.7,
    };
    TYPES.iter().map(row).collect()
}

/// A type in a version.
pub(crate) fn find(code: &str, version: Option<u32>) -> Option<LicenceType> {
    let row = rows().into_iter().find(|row| row.code == code)?;
    let version = version.unwrap_or(row.version);
    if version == 0 || version > row.version {
        return None;
    }
    let mut fields = fields();
    if row.code == FOOD && version == 1 {
        fields.retain(|field| field.key != "business_form");
    }
    Some(LicenceType {
        version,
        aliases: vec![("JY".to_owned(), "示例省行业代码".to_owned())],
        template: "a4-landscape-guilloche/1".to_owned(),
        openness_zh: "依申请公开".to_owned(),
        openness_en: "on request".to_owned(),
        level_zh: "市级".to_owned(),
        level_en: "city".to_owned(),
        validity: ValidityRule::MustEnd,
        is_twin: row.code.ends_with("201"),
        issuers: vec!["示例市市场监督管理局".to_owned(), "示范区市场监督管理局".to_owned()],
        collected_since: Date::from_text("2024-01-01"),
        fields,
        row,
    })
}

fn fields() -> Vec<FormField> {
    let choices = [
        ("canteen", "单位食堂", "canteen"),
        ("catering-m", "餐饮服务经营者（中型）", "catering, middle"),
        ("catering-s", "餐饮服务经营者（小型）", "catering, small"),
        ("retail", "食品销售经营者", "food retail"),
    ];
    let choices = choices.iter().map(|(value, zh, en)| FieldChoice {
        value: (*value).to_owned(),
        zh: (*zh).to_owned(),
        en: (*en).to_owned(),
    });
    use FieldGroup::{Face, Holder, Licence};
    vec![
        field(
            "holder_name",
            "经营者名称",
            "Operator",
            Holder,
            FieldInput::Line,
            true,
            "与营业执照一致",
            "as on the business licence",
            80,
        ),
        field(
            "holder_number",
            "统一社会信用代码",
            "Credit code",
            Holder,
            FieldInput::Identifier,
            true,
            "18 位",
            "18 characters",
            18,
        ),
        field("legal_person", "法定代表人", "Legal representative", Holder, FieldInput::Line, true, "", "", 40),
        field("residence", "住所", "Registered address", Holder, FieldInput::Line, true, "", "", 120),
        field(
            "premises",
            "经营场所",
            "Premises",
            Face,
            FieldInput::Text,
            true,
            "具体到楼层和室号",
            "with floor and room",
            120,
        ),
        field(
            "business_form",
            "主体业态",
            "Kind of business",
            Face,
            FieldInput::Choice(choices.collect()),
            true,
            "",
            "",
            40,
        ),
        field(
            "scope",
            "经营项目",
            "Scope",
            Face,
            FieldInput::Text,
            true,
            "多项之间用分号隔开",
            "items separated by semicolons",
            400,
        ),
        field("supervisor", "日常监督管理机构", "Supervising office", Face, FieldInput::Line, false, "", "", 80),
        field(
            "licence_number",
            "许可证编号",
            "Licence number",
            Licence,
            FieldInput::Identifier,
            true,
            "JY 加 14 位数字",
            "JY and 14 digits",
            16,
        ),
        field("issuer", "发证机关", "Issuer", Licence, FieldInput::Fixed, true, "", "", 80),
        field("issued_on", "颁发日期", "Issued on", Licence, FieldInput::Date, true, "", "", 10),
        field("valid_from", "有效期起", "Valid from", Licence, FieldInput::Date, true, "", "", 10),
        field(
            "valid_to",
            "有效期至",
            "Valid to",
            Licence,
            FieldInput::Date,
            true,
            "五年减一天",
            "five years less a day",
            10,
        ),
    ]
}

#[expect(clippy::too_many_arguments, reason = "a table of fields")]
fn field(
    key: &str,
    zh: &str,
    en: &str,
    group: FieldGroup,
    input: FieldInput,
    is_mandatory: bool,
    hint_zh: &str,
    hint_en: &str,
    max_length: u32,
) -> FormField {
    FormField {
        key: key.to_owned(),
        label_zh: zh.to_owned(),
        label_en: en.to_owned(),
        group,
        input,
        is_mandatory,
        hint_zh: hint_zh.to_owned(),
        hint_en: hint_en.to_owned(),
        max_length,
    }
}
