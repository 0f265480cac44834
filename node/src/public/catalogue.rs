//! The catalogue as pages show it.

use super::{Showing, Source, initials};
use std::sync::Arc;
use zhengku_api::desk::port::{
    Difference, FieldChoice, FieldGroup, FieldInput, FormField, LicenceType as TypeShown, TypeRow, TypeVersion,
    ValidityRule as RuleShown,
};
use zhengku_ledger::entry::{Entry, EntryBody, FieldKind, FieldRule, LicenceType, ValidityRule};
use zhengku_ledger::ids::{EntryKey, LogIndex};
use zhengku_ledger::state::Directory;
use zhengku_library::catalogue;
use zhengku_library::port::PortError;
use zhengku_library::register::{Column, ColumnKind, Mapping, Mappings};

/// The longest value that a form takes, in characters: the vault's 8 KiB of UTF-8 hold them.
const LONG_TEXT: u32 = 2_000;
const SHORT_TEXT: u32 = 200;
const NUMBER: u32 = 64;

impl<S: Source> Showing<'_, S> {
    /// Every type in its newest version.
    ///
    /// # Errors
    /// [`PortError`].
    pub fn types(&self) -> Result<Vec<TypeRow>, PortError> {
        let directory = self.source.directory();
        let types: Vec<&LicenceType> = directory.licence_types().collect();
        let keys: Vec<EntryKey> = types.iter().map(|one| EntryKey::of_licence_type(one.number)).collect();
        let mut rows = Vec::with_capacity(types.len());
        for (one, found) in types.into_iter().zip(self.source.find(&keys)?) {
            let newest = found.map(|(index, entry)| (index, entry.previous));
            let version = newest.map_or(Ok(1), |(index, previous)| self.count(index, previous))?;
            rows.push(self.row(&directory, one, version));
        }
        Ok(rows)
    }

    /// One type in a version; none when there is none.
    ///
    /// # Errors
    /// [`PortError`].
    pub fn licence_type(&self, code: &str, version: Option<u32>) -> Result<Option<TypeShown>, PortError> {
        let directory = self.source.directory();
        let Some(newest) = directory.licence_types().find(|one| one.code.as_str() == code) else { return Ok(None) };
        let versions = self.bodies(newest)?;
        let count = u32::try_from(versions.len()).unwrap_or(u32::MAX);
        let wanted = version.unwrap_or(count);
        let place = count.checked_sub(wanted).and_then(|place| usize::try_from(place).ok());
        let Some((_, one)) = place.and_then(|place| versions.get(place)) else { return Ok(None) };
        Ok(Some(shown(self.row(&directory, newest, count), &directory, one, wanted)))
    }

    /// The versions of a type, newest first.
    ///
    /// # Errors
    /// [`PortError`].
    pub fn type_versions(&self, code: &str) -> Result<Vec<TypeVersion>, PortError> {
        let directory = self.source.directory();
        let Some(one) = directory.licence_types().find(|one| one.code.as_str() == code) else { return Ok(Vec::new()) };
        let entries = self.entries(&EntryKey::of_licence_type(one.number))?;
        let numbers = (1..=u32::try_from(entries.len()).unwrap_or(u32::MAX)).rev();
        let version = |(version, (index, entry)): (u32, (LogIndex, Entry))| {
            let since = self.source.block_time(entry.origin.height)?.beijing_date();
            Ok(TypeVersion { version, since, entry: Some(index.0) })
        };
        numbers.zip(entries).map(version).collect()
    }

    /// What changed between two versions; none when one of them is not there.
    ///
    /// # Errors
    /// [`PortError`].
    pub fn type_difference(&self, code: &str, from: u32, to: u32) -> Result<Option<Vec<Difference>>, PortError> {
        let directory = self.source.directory();
        let Some(one) = directory.licence_types().find(|one| one.code.as_str() == code) else { return Ok(None) };
        let bodies = self.bodies(one)?;
        let count = u32::try_from(bodies.len()).unwrap_or(u32::MAX);
        let find = |version: u32| {
            let place = count.checked_sub(version).and_then(|place| usize::try_from(place).ok())?;
            bodies.get(place).map(|(_, one)| one)
        };
        let (Some(old), Some(new)) = (find(from), find(to)) else { return Ok(None) };
        Ok(Some(catalogue::diff(old, new).into_iter().map(difference).collect()))
    }

    fn bodies(&self, one: &LicenceType) -> Result<Vec<(LogIndex, LicenceType)>, PortError> {
        let entries = self.entries(&EntryKey::of_licence_type(one.number))?;
        let body = |(index, entry): (LogIndex, Entry)| match entry.body {
            EntryBody::LicenceType(one) => Some((index, one)),
            _ => None,
        };
        Ok(entries.into_iter().filter_map(body).collect())
    }

    fn count(&self, newest: LogIndex, previous: Option<LogIndex>) -> Result<u32, PortError> {
        if let Some(count) = self.versions.find(newest) {
            return Ok(count);
        }
        let (mut count, mut next) = (1_u32, previous);
        while let Some(place) = next {
            count = count.saturating_add(1);
            next = self.source.entry(place)?.previous;
        }
        self.versions.keep(newest, count);
        Ok(count)
    }

    fn row(&self, directory: &Directory, one: &LicenceType, version: u32) -> TypeRow {
        let definer = directory.organisation(one.definer).map(|definer| definer.name_zh.to_string());
        let (holders_zh, holders_en) = holders(one);
        TypeRow {
            code: one.code.to_string(),
            name_zh: one.name_zh.to_string(),
            name_en: one.name_en.to_string(),
            initials: initials(one.name_zh.as_str()),
            definer: definer.unwrap_or_default(),
            holders_zh,
            holders_en,
            version,
            is_placeholder: one.placeholder,
            may_issue: (self.may_issue)(one),
        }
    }
}

fn shown(row: TypeRow, directory: &Directory, one: &LicenceType, version: u32) -> TypeShown {
    let issuer = |number| directory.organisation(number).map(|issuer| issuer.name_zh.to_string());
    let built_in = Mappings::built_in();
    let mapping = built_in.iter().find(|mapping| mapping.type_code() == one.code.as_str()).map(Arc::clone);
    let mapping = mapping.or_else(|| Mapping::of_type(one).ok().map(Arc::new));
    TypeShown {
        version,
        aliases: one.aliases.iter().map(|alias| (alias.code.to_string(), alias.jurisdiction.to_string())).collect(),
        template: one.template.to_string(),
        openness_zh: one.openness.name_zh().to_owned(),
        openness_en: one.openness.name_en().to_owned(),
        level_zh: one.level.name_zh().to_owned(),
        level_en: one.level.name_en().to_owned(),
        validity: match one.validity {
            ValidityRule::MayEnd => RuleShown::MayEnd,
            ValidityRule::MustEnd => RuleShown::MustEnd,
            ValidityRule::NeverEnds => RuleShown::NeverEnds,
        },
        is_twin: one.twin,
        issuers: one.issuers.iter().filter_map(|number| issuer(*number)).collect(),
        collected_since: one.collection_start,
        fields: match mapping {
            Some(mapping) => form(&mapping, one),
            None => one.fields.iter().filter(|rule| !is_own(rule.key.as_str())).map(plain_field).collect(),
        },
        row,
    }
}

/// The fields of a form: the columns of the register but for those that the ledger keeps (status, parts of a twin).
fn form(mapping: &Mapping, one: &LicenceType) -> Vec<FormField> {
    let holders: Vec<(&str, &str)> = mapping.holder_keys().collect();
    let fixed = [mapping.issuer_name_key(), mapping.issuer_code_key()];
    let licence = [
        mapping.number_key(),
        fixed[0],
        fixed[1],
        mapping.issued_on_key(),
        mapping.valid_from_key(),
        mapping.valid_to_key(),
    ];
    let field = |column: &Column| {
        let key = column.key();
        let rule = one.fields.iter().find(|rule| rule.key.as_str() == key);
        let is_holder = holders.iter().any(|(name, number)| *name == key || *number == key);
        let input = if fixed.contains(&Some(key)) { FieldInput::Fixed } else { input_of(column) };
        FormField {
            key: key.to_owned(),
            label_zh: column.label().to_owned(),
            label_en: rule.map_or_else(|| key.replace('_', " "), |rule| rule.label_en.to_string()),
            group: match (is_holder, licence.contains(&Some(key))) {
                (true, _) => FieldGroup::Holder,
                (_, true) => FieldGroup::Licence,
                _ => FieldGroup::Face,
            },
            max_length: longest(&input, column.kind() == ColumnKind::Address),
            input,
            is_mandatory: column.is_mandatory(),
            hint_zh: String::new(),
            hint_en: String::new(),
        }
    };
    mapping.columns().iter().filter(|column| mapping.is_face_field(column)).map(field).collect()
}

fn input_of(column: &Column) -> FieldInput {
    match column.kind() {
        ColumnKind::Free => FieldInput::Text,
        ColumnKind::Date => FieldInput::Date,
        ColumnKind::NumberOfLicence | ColumnKind::CitizenNumber | ColumnKind::CreditCode => FieldInput::Identifier,
        ColumnKind::Enum => {
            let choice =
                |value: &str| FieldChoice { value: value.to_owned(), zh: value.to_owned(), en: value.to_owned() };
            FieldInput::Choice(column.choices().into_iter().map(choice).collect())
        }
        _ => FieldInput::Line,
    }
}

const fn longest(input: &FieldInput, is_address: bool) -> u32 {
    match input {
        FieldInput::Text => LONG_TEXT,
        FieldInput::Identifier | FieldInput::Date | FieldInput::Number => NUMBER,
        _ if is_address => LONG_TEXT,
        _ => SHORT_TEXT,
    }
}

/// A field of a type that no form is known of.
fn plain_field(rule: &FieldRule) -> FormField {
    let input = match rule.kind {
        FieldKind::Date => FieldInput::Date,
        FieldKind::Number | FieldKind::Money => FieldInput::Number,
        FieldKind::CitizenNumber | FieldKind::CreditCode | FieldKind::Code => FieldInput::Identifier,
        FieldKind::LongText | FieldKind::Address => FieldInput::Text,
        _ => FieldInput::Line,
    };
    FormField {
        key: rule.key.to_string(),
        label_zh: rule.label_zh.to_string(),
        label_en: rule.label_en.to_string(),
        group: FieldGroup::Face,
        max_length: longest(&input, false),
        input,
        is_mandatory: rule.mandatory,
        hint_zh: String::new(),
        hint_en: String::new(),
    }
}

/// Fields that the ledger's own rules fill in.
fn is_own(key: &str) -> bool {
    key == catalogue::IDENTIFIER_KEY || key == catalogue::PART_KEY
}

/// Kinds of holder in words (GB/T 36903 annex A): 001 is the credit code, 099 and below are other bodies, 111 and above persons.
fn holders(one: &LicenceType) -> (String, String) {
    let of_person = one.holder_kinds.iter().any(|kind| *kind >= 100);
    let of_body = one.holder_kinds.iter().any(|kind| *kind < 100);
    let (zh, en) = match (of_person, of_body) {
        (true, true) => ("自然人, 法人", "persons, organisations"),
        (true, false) => ("自然人", "persons"),
        _ => ("法人", "organisations"),
    };
    if one.max_holders > 1 {
        return (format!("{zh} (至多 {} 个)", one.max_holders), format!("{en} (at most {})", one.max_holders));
    }
    (zh.to_owned(), en.to_owned())
}

fn difference(change: catalogue::Change) -> Difference {
    let names = [
        ("code", "类型代码"),
        ("name_zh", "中文名称"),
        ("name_en", "英文名称"),
        ("issuers", "发证机关"),
        ("holder_kinds", "持证主体类型"),
        ("min_holders", "持证主体数下限"),
        ("max_holders", "持证主体数上限"),
        ("twin", "正副联"),
        ("validity", "有效期规则"),
        ("aliases", "其他代码"),
        ("template", "版式"),
        ("openness", "公开属性"),
        ("level", "证照级别"),
        ("placeholder", "占位代码"),
        ("collection_start", "归集起始日"),
        ("states", "状态名称"),
        ("order of fields", "字段顺序"),
    ];
    let known = names.iter().find(|(en, _)| *en == change.what).map(|(_, zh)| (*zh).to_owned());
    let field = || change.what.strip_prefix("field ").map(|key| format!("字段 {key}"));
    let what_zh = known.or_else(field).unwrap_or_else(|| change.what.clone());
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    Difference {
        what_zh,
        what_en: change.what.replace('_', " "),
        before: filled(change.old),
        after: filled(change.new),
    }
}
