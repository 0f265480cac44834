//! `zhengku catalogue`: the licence types on the ledger, their versions, and what the program brings.

use super::write_whole;
use crate::access::Access;
use crate::cli::catalogue::{
    CatalogueArguments, CatalogueCommand, DiffArguments, ExportArguments, ExportFormat, TypeArguments,
};
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::sign::PublicKey;
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::{EntryBody, LicenceType, Roles};
use zhengku_ledger::ids::{EntryKey, IdempotencyKey, OrganisationNumber};
use zhengku_ledger::state::Directory;
use zhengku_ledger::transaction::{Payload, SignedTransaction};
use zhengku_library::catalogue::{self, Change, diff, export};
use zhengku_library::port::Keyring;
use zhengku_library::random::Randomness;
use zhengku_node::NodeError;
use zhengku_store::OpenMode;

/// Runs one of the commands.
pub(super) fn run(command: &CatalogueCommand, console: &Console) -> Result<u8, Failure> {
    match command {
        CatalogueCommand::List(arguments) => list(arguments, console),
        CatalogueCommand::Show(arguments) => show(arguments, console),
        CatalogueCommand::Diff(arguments) => differences(arguments, console),
        CatalogueCommand::Export(arguments) => write_export(arguments, console),
        CatalogueCommand::Publish(arguments) => publish(arguments, console),
    }
}

fn open(arguments: &CatalogueArguments, mode: OpenMode) -> Result<Access, Failure> {
    Access::open(&arguments.data, arguments.node.as_deref(), mode)
}

fn find<'d>(directory: &'d Directory, wanted: &str) -> Result<&'d LicenceType, Failure> {
    let fits = |one: &&LicenceType| one.code.as_str() == wanted || one.name_zh.as_str() == wanted;
    let missing = || {
        Failure::usage(
            format!("账本上没有证照类型 {wanted}; 见 zhengku catalogue list"),
            format!("the ledger has no licence type {wanted}; see zhengku catalogue list"),
        )
    };
    directory.licence_types().find(fits).ok_or_else(missing)
}

#[derive(Serialize)]
struct Row {
    kind: &'static str,
    number: u32,
    code: String,
    name_zh: String,
    name_en: String,
    placeholder: bool,
}

fn list(arguments: &CatalogueArguments, console: &Console) -> Result<u8, Failure> {
    let directory = open(arguments, OpenMode::Read)?.directory();
    let types = directory.licence_types().map(|one| Row {
        kind: "licence_type",
        number: one.number.0,
        code: one.code.to_string(),
        name_zh: one.name_zh.to_string(),
        name_en: one.name_en.to_string(),
        placeholder: one.placeholder,
    });
    let materials = directory.material_types().map(|one| Row {
        kind: "material_type",
        number: one.number.0,
        code: one.code.to_string(),
        name_zh: one.name_zh.to_string(),
        name_en: one.name_en.to_string(),
        placeholder: false,
    });
    let rows: Vec<Row> = types.chain(materials).collect();
    let cells = |one: &Row| {
        let kind = if one.kind == "licence_type" { "证照" } else { "材料" };
        let code = if one.placeholder { format!("{} (占位)", one.code) } else { one.code.clone() };
        vec![kind.to_owned(), one.number.to_string(), code, one.name_zh.clone(), one.name_en.clone()]
    };
    let table: Vec<Vec<String>> = rows.iter().map(cells).collect();
    console.rows(&rows, &["种类", "编号", "代码", "名称", "English"], &table)?;
    Ok(0)
}

fn show(arguments: &TypeArguments, console: &Console) -> Result<u8, Failure> {
    let directory = open(&arguments.ledger, OpenMode::Read)?.directory();
    let one = find(&directory, &arguments.licence_type)?;
    let value = export::json([one]);
    let mut table = vec![
        ("证照名称", "Name", format!("{} {}", one.name_zh, one.name_en)),
        ("证照类型代码", "Code", one.code.to_string()),
        ("占位代码", "Placeholder", one.placeholder.to_string()),
        ("模板", "Template", one.template.to_string()),
        ("公开属性", "Openness", one.openness.name_zh().to_owned()),
        ("标准级别", "Level", one.level.name_zh().to_owned()),
    ];
    for field in one.fields.iter() {
        let mark = if field.mandatory { "*" } else { "" };
        let text = format!("{}{mark} / {} ({}, {})", field.label_zh, field.label_en, field.key, field.kind.name_en());
        table.push(("照面字段", "Field", text));
    }
    console.result(&value, &table)?;
    Ok(0)
}

/// The changes of one type: between the ledger and the program's catalogue, or from one version on the ledger to the next.
#[derive(Serialize)]
struct Difference {
    code: String,
    name_zh: String,
    /// The entry with the newer version; none when that is the program's catalogue.
    entry: Option<u64>,
    changes: Vec<Change>,
}

fn differences(arguments: &DiffArguments, console: &Console) -> Result<u8, Failure> {
    let access = open(&arguments.ledger, OpenMode::Read)?;
    let directory = access.directory();
    let found = match &arguments.licence_type {
        Some(wanted) => versions(&access, find(&directory, wanted)?)?,
        None => against_program(&directory)?,
    };
    let rows: Vec<Vec<String>> = found.iter().flat_map(cells).collect();
    console.rows(&found, &["代码", "名称", "条目", "内容", "原", "新"], &rows)?;
    Ok(0)
}

fn cells(one: &Difference) -> Vec<Vec<String>> {
    let entry = one.entry.map_or_else(|| "程序".to_owned(), |index| index.to_string());
    let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
    let row = |change: &Change| {
        let (old, new) = (cell(&change.old), cell(&change.new));
        vec![one.code.clone(), one.name_zh.clone(), entry.clone(), change.what.clone(), old, new]
    };
    one.changes.iter().map(row).collect()
}

fn against_program(directory: &Directory) -> Result<Vec<Difference>, Failure> {
    let mut found = Vec::new();
    for one in catalogue::load().map_err(NodeError::from)?.types {
        let wanted = one.licence_type;
        let known = directory.licence_types().find(|known| known.code == wanted.code);
        let changes = match known {
            Some(known) => diff(known, &wanted),
            None => vec![Change { what: "licence_type".to_owned(), old: None, new: Some(wanted.name_en.to_string()) }],
        };
        if !changes.is_empty() {
            let (code, name_zh) = (wanted.code.to_string(), wanted.name_zh.to_string());
            found.push(Difference { code, name_zh, entry: None, changes });
        }
    }
    Ok(found)
}

/// What each version on the ledger changed, newest first.
fn versions(access: &Access, one: &LicenceType) -> Result<Vec<Difference>, Failure> {
    let mut found = Vec::new();
    let mut newer = access.find(&EntryKey::of_licence_type(one.number))?;
    while let Some((index, entry)) = newer {
        let older = entry.previous.map(|previous| Ok::<_, Failure>((previous, access.entry(previous)?))).transpose()?;
        if let (EntryBody::LicenceType(new), Some((_, older))) = (&entry.body, &older)
            && let EntryBody::LicenceType(old) = &older.body
        {
            let (code, name_zh) = (new.code.to_string(), new.name_zh.to_string());
            found.push(Difference { code, name_zh, entry: Some(index.0), changes: diff(old, new) });
        }
        newer = older;
    }
    Ok(found)
}

fn write_export(arguments: &ExportArguments, console: &Console) -> Result<u8, Failure> {
    let directory = open(&arguments.ledger, OpenMode::Read)?.directory();
    let text = match arguments.format {
        ExportFormat::Json => serde_json::to_string_pretty(&export::json(directory.licence_types()))? + "\n",
        ExportFormat::Csv => export::csv(directory.licence_types()),
    };
    write_whole(&arguments.out, text.as_bytes())?;
    let (file, count) = (arguments.out.display().to_string(), directory.licence_types().count());
    let made = serde_json::json!({ "file": file, "licence_types": count });
    console.result(&made, &[("文件", "File", file), ("证照类型", "Licence types", count.to_string())])?;
    Ok(0)
}

fn publish(arguments: &CatalogueArguments, console: &Console) -> Result<u8, Failure> {
    let access = open(arguments, OpenMode::Write)?;
    let directory = access.directory();
    let ring = access.ring();
    let definers: Vec<_> = directory.organisations().filter(|one| one.roles.include(Roles::DEFINER)).collect();
    let held = definers.iter().map(|one| one.number).find(|number| ring.signer(*number).is_some());
    let definer = held.ok_or_else(|| {
        let keys: Vec<PublicKey> = definers.iter().flat_map(|one| one.keys.iter().cloned()).collect();
        access.no_key(&keys, ("本机没有证照定义机构可用的签名密钥", "no definer's signing key can be used here"))
    })?;
    let catalogue = catalogue::load().map_err(NodeError::from)?;
    let types = catalogue.publication(&directory, definer);
    let defined = types.len();
    if !types.is_empty() {
        let payload = Payload::DefineLicenceType(Bounded::new(types).map_err(NodeError::from)?);
        submit(&access, definer, payload)?;
    }
    access.refresh()?;
    let materials = catalogue.materials(&access.directory(), definer).map_err(NodeError::from)?;
    let counted = materials.len();
    if !materials.is_empty() {
        let payload = Payload::DefineMaterialType(Bounded::new(materials).map_err(NodeError::from)?);
        submit(&access, definer, payload)?;
    }
    let made = serde_json::json!({ "licence_types": defined, "material_types": counted });
    let table = [
        ("写入的证照类型", "Licence types defined", defined.to_string()),
        ("写入的材料类型", "Material types defined", counted.to_string()),
    ];
    console.result(&made, &table)?;
    Ok(0)
}

fn submit(access: &Access, definer: OrganisationNumber, payload: Payload) -> Result<(), Failure> {
    let ring = access.ring();
    let lost = || Failure::usage("签名密钥不可用", "the signing key cannot be used");
    let signer = ring.signer(definer).ok_or_else(lost)?;
    let nonce = Randomness::new().array().map_err(NodeError::from)?;
    let idempotency = IdempotencyKey::from_digest(Digest::from_bytes(nonce));
    let signed = SignedTransaction::sign(access.chain(), definer, idempotency, payload, &*signer);
    access.apply(signed.map_err(NodeError::from)?)
}
