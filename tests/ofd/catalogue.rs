//! Licences from a seed for the types of the real catalogue: each with its own labels, fields and template, and with awkward values.

use crate::generator::{COMPANIES, Generated, NAMES, REFUSED, Random, TEXTS, value};
use crate::samples::licence;
use std::path::Path;
use toml::{Table, Value};
use zhengku_document::licence::{HolderData, LicenceData};
use zhengku_ledger::ids::Date;

/// Where the types stand; beside them stands the list of materials.
const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../node/library/catalogue");
const MATERIALS: &str = "materials.toml";
const TEMPLATES: [&str; 4] = ["card", "certificate", "permit", "plain"];

const CHOICES: [&str; 4] = ["男", "维吾尔族", "国有建设用地使用权/房屋（构筑物）所有权", "A1A2D"];
const AMOUNTS: [&str; 3] = ["0", "人民币 12,345,678,901.23 万元整", "1.5"];
const NUMBERS: [&str; 4] =
    ["JY19999990000018", "演(2026)示范区不动产权第0000018号", "9", "J999999-2026-000018（副本 2-1）"];
const DATES: [&str; 4] = ["2026-11-22", "1949-10-01", "2000-02-29", "2026-12-31"];

/// A type of the catalogue as its file has it.
pub(crate) struct Type {
    name: String,
    english: String,
    code: String,
    pub(crate) template: &'static str,
    twin: bool,
    validity: String,
    holders: (usize, usize),
    fields: Vec<Field>,
}

struct Field {
    key: String,
    label: String,
    kind: String,
    /// The name of the metadata that it repeats, or empty.
    code: String,
    mandatory: bool,
}

/// All types, in the order of their files.
pub(crate) fn types() -> Result<Vec<Type>, String> {
    let entries = std::fs::read_dir(DIRECTORY).map_err(|error| format!("{DIRECTORY}: {error}"))?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(|error| format!("{DIRECTORY}: {error}")))
        .collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    let is_type = |path: &&std::path::PathBuf| !path.ends_with(MATERIALS);
    paths.iter().filter(is_type).map(|path| read(path).map_err(|what| format!("{}: {what}", path.display()))).collect()
}

fn read(path: &Path) -> Result<Type, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let table: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let written = text_of(&table, "template")?;
    let template = TEMPLATES.into_iter().find(|known| *known == written).ok_or(format!("template {written}"))?;
    let holders = table.get("holders").and_then(Value::as_array).ok_or("no holders")?;
    let holders: Vec<usize> = holders.iter().filter_map(|one| usize::try_from(one.as_integer()?).ok()).collect();
    let &[fewest, most] = holders.as_slice() else { return Err("holders are two numbers".to_owned()) };
    let fields = table.get("field").and_then(Value::as_array).ok_or("no fields")?;
    let field = |one: &Value| {
        let one = one.as_table().ok_or("a field is a table")?;
        Ok(Field {
            key: text_of(one, "key")?,
            label: text_of(one, "label_zh")?,
            kind: text_of(one, "kind")?,
            code: text_of(one, "code").unwrap_or_default(),
            mandatory: one.get("mandatory").and_then(Value::as_bool).unwrap_or(true),
        })
    };
    Ok(Type {
        name: text_of(&table, "name_zh")?,
        english: text_of(&table, "name_en")?,
        code: text_of(&table, "code")?,
        template,
        twin: table.get("twin").and_then(Value::as_bool).unwrap_or(false),
        validity: text_of(&table, "validity")?,
        holders: (fewest, most),
        fields: fields.iter().map(field).collect::<Result<_, String>>()?,
    })
}

fn text_of(table: &Table, name: &str) -> Result<String, String> {
    table.get(name).and_then(Value::as_str).map(str::to_owned).ok_or(format!("no {name}"))
}

impl Type {
    /// A licence of this type. Some seeds have a character in one field that no licence can be written with.
    pub(crate) fn generate(&self, seed: u64) -> Generated {
        let mut random = Random(seed ^ 0x5A5A_0000_0000_0000);
        let mut data = self.frame(&mut random);
        let (mut fields, mut refused) = (Vec::new(), Vec::new());
        for field in &self.fields {
            if !field.mandatory && random.below(3) == 0 {
                continue;
            }
            let mut value = field.value(&data, &mut random);
            if random.below(300) == 0 {
                value = random.of(&REFUSED).to_owned();
                refused.push(field.key.clone());
            }
            fields.push((field.key.as_str(), field.label.as_str(), value));
        }
        let fields: Vec<(&str, &str, &str)> =
            fields.iter().map(|(key, label, value)| (*key, *label, value.as_str())).collect();
        data.fields = licence(&self.name, &self.english, &fields).fields;
        Generated { data, template: self.template, refused }
    }

    /// Everything but the fields.
    fn frame(&self, random: &mut Random) -> LicenceData {
        let mut data = licence(&self.name, &self.english, &[]);
        data.licence_identifier = data.licence_identifier.replace(&data.licence_type_code, &self.code);
        data.licence_type_code.clone_from(&self.code);
        data.licence_number = random.of(&NUMBERS).to_owned();
        data.issuer = random.of(&["演示市市场监督管理局", COMPANIES[1], "演示市公安局"]).to_owned();
        data.part = self.twin.then(|| random.of(&["正页", "副联"]).to_owned());
        let ends = match self.validity.as_str() {
            "never_ends" => false,
            "must_end" => true,
            _ => random.below(2) == 0,
        };
        data.valid_to = data.valid_to.filter(|_| ends);
        let (fewest, most) = self.holders;
        let count = fewest + random.below(most.saturating_sub(fewest) + 1);
        let holder = |_| HolderData {
            name: random.of(&NAMES).to_owned(),
            id_type: "111".to_owned(),
            id_number: "999999200001010011".to_owned(),
        };
        data.holders = (0..count).map(holder).collect();
        data
    }
}

impl Field {
    /// A value of its kind; what the metadata or head and foot say as well is the same there.
    fn value(&self, data: &LicenceData, random: &mut Random) -> String {
        match (self.code.as_str(), self.key.as_str()) {
            ("ZZBS", _) => return data.licence_identifier.clone(),
            ("ZZBH", _) => return data.licence_number.clone(),
            ("ZZBFJG", _) => return data.issuer.clone(),
            ("ZZBFJGDM", _) => return data.issuer_code.clone(),
            ("ZZBFRQ", _) => return data.issued_on.to_text(),
            ("ZZYXQQSRQ", _) => return data.valid_from.to_text(),
            ("ZZYXQJZRQ", _) => return data.valid_to.map_or_else(|| "长期".to_owned(), Date::to_text),
            (_, "part") => return data.part.clone().unwrap_or_default(),
            _ => {}
        }
        match self.kind.as_str() {
            "date" => random.of(&DATES).to_owned(),
            "choice" => random.of(&CHOICES).to_owned(),
            "money" | "number" => random.of(&AMOUNTS).to_owned(),
            "citizen_number" => "999999199002280034".to_owned(),
            "credit_code" => "91999999MA0TE0018W".to_owned(),
            "person_name" => random.of(&NAMES).to_owned(),
            "organisation_name" => random.of(&COMPANIES).to_owned(),
            "code" => random.of(&NUMBERS).to_owned(),
            "long_text" => [value(random), value(random)].join("\n"),
            _ if random.below(2) == 0 => random.of(&TEXTS).to_owned(),
            _ => value(random),
        }
    }
}
