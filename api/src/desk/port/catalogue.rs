//! Licence types as the catalogue and the forms show them.

use zhengku_ledger::ids::Date;

/// A type in the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypeRow {
    /// The code (GB/T 36904), 21 characters.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// First letters of the pinyin of each character, lower case: `spjyxkz`.
    pub initials: String,
    /// Who defined it.
    pub definer: String,
    /// Kinds of holder, in words: 自然人, 法人.
    pub holders_zh: String,
    /// The same in English.
    pub holders_en: String,
    /// Its newest version.
    pub version: u32,
    /// The code is a placeholder under the synthetic authority, not the national one.
    pub is_placeholder: bool,
    /// The department of this desk may issue it.
    pub may_issue: bool,
}

/// A type in one version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LicenceType {
    /// What stands in the list.
    pub row: TypeRow,
    /// The version described here.
    pub version: u32,
    /// Other codes of the same type, with the jurisdiction that uses them.
    pub aliases: Vec<(String, String)>,
    /// The template that draws it.
    pub template: String,
    /// 公开属性, in words.
    pub openness_zh: String,
    /// The same in English.
    pub openness_en: String,
    /// 证照级别 in words (国家级, 省级).
    pub level_zh: String,
    /// The same in English.
    pub level_en: String,
    /// What the dates look like.
    pub validity: ValidityRule,
    /// Issued as 正页 and 副联.
    pub is_twin: bool,
    /// Who may issue it; empty = every issuer of the ledger.
    pub issuers: Vec<String>,
    /// Licences are collected since this day.
    pub collected_since: Option<Date>,
    /// The fields of the form, in order: those of holder and licence too, not only those of the face.
    pub fields: Vec<FormField>,
}

/// What the dates of a licence look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValidityRule {
    /// With or without an end.
    MayEnd,
    /// An end is mandatory.
    MustEnd,
    /// It never ends.
    NeverEnds,
}

/// A field of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormField {
    /// Its key (`[a-z0-9_]`, at most 48 characters).
    pub key: String,
    /// Chinese label.
    pub label_zh: String,
    /// English label.
    pub label_en: String,
    /// Where it stands in the form.
    pub group: FieldGroup,
    /// What is typed in.
    pub input: FieldInput,
    /// It must be filled in.
    pub is_mandatory: bool,
    /// How it is filled in, or an example; Chinese.
    pub hint_zh: String,
    /// The same in English.
    pub hint_en: String,
    /// The most characters.
    pub max_length: u32,
}

/// Groups of a form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FieldGroup {
    /// 持证主体.
    Holder,
    /// 照面信息.
    Face,
    /// 编号与期限: number, issuer, dates.
    Licence,
}

/// What a field takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FieldInput {
    /// A line.
    Line,
    /// Several lines.
    Text,
    /// A day, `2026-11-21`.
    Date,
    /// A number.
    Number,
    /// A citizen's number, a credit code or the like: no spelling help, no memory of the browser.
    Identifier,
    /// One of these.
    Choice(Vec<FieldChoice>),
    /// Shown, not changed (the issuer).
    Fixed,
}

/// One choice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldChoice {
    /// The value.
    pub value: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A version of a type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypeVersion {
    /// Its number, from 1.
    pub version: u32,
    /// Since when.
    pub since: Date,
    /// The entry on the ledger that made it; none for a type known only from a file.
    pub entry: Option<u64>,
}

/// One thing that two versions of a type say differently.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// What, in Chinese: 字段 经营场所, 有效期规则.
    pub what_zh: String,
    /// The same in English.
    pub what_en: String,
    /// What the older one says; none: nothing.
    pub before: Option<String>,
    /// What the newer one says; none: nothing.
    pub after: Option<String>,
}
