//! `zhengku licence mint | form | render`: making one licence from a form, and its files again.

use super::find::by_number;
use super::not_anchored;
use crate::access::{Access, unusable_zh};
use crate::cli::issue::{FormArguments, MintArguments, RenderArguments};
use crate::command::{check_free, write_private};
use crate::failure::Failure;
use crate::issuing::{self, Kept};
use crate::output::Console;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use zhengku_crypto::sign::PublicKey;
use zhengku_ledger::entry::{FileKind, Status};
use zhengku_ledger::ids::EntryKey;
use zhengku_library::catalogue::{IDENTIFIER_KEY, PART_KEY};
use zhengku_library::import::{OneRow, Run};
use zhengku_library::issue;
use zhengku_library::register::{Cause, Mapping, Refusal, check_form};
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::layout::Layout;
use zhengku_store::OpenMode;

/// The longest form in bytes: 64 fields of 8 KiB.
const MAX_FORM_BYTES: u64 = 1024 * 1024;
/// Exit code of a form that was refused.
const REFUSED: u8 = 1;

#[derive(Serialize)]
pub(super) struct MintedLicence {
    pub(super) identifier: String,
    number: String,
    part: Option<String>,
    pub(super) entry: u64,
    pub(super) height: u64,
    pub(super) files: Vec<String>,
}

#[derive(Serialize)]
struct MintedReport {
    licence_type: String,
    licences: Vec<MintedLicence>,
    milliseconds: u128,
}

/// `licence mint`: checks the form, writes and seals the files, mints, fetches the proof. With --preview nothing but pictures.
pub(crate) fn mint(arguments: &MintArguments, console: &Console) -> Result<u8, Failure> {
    let layout = Layout::new(&arguments.data.data);
    let mapping = issuing::mapping(&arguments.licence_type)?;
    let mode = if arguments.preview { OpenMode::Read } else { OpenMode::Write };
    let access = Access::open(&arguments.data, arguments.node.as_deref(), mode)?;
    let (began, now) = (Instant::now(), SystemClock.now());
    let values = values(&access, &mapping, arguments)?;
    let row = check_form(&mapping, &values);
    let maker = issuing::file_maker(&access, &layout, issuing::fonts()?, now, arguments.pdf)?;
    std::fs::create_dir_all(&arguments.out).map_err(Failure::file(&arguments.out))?;
    let ring = access.ring();
    if arguments.preview {
        let import = issuing::import(&access, &ring, Some(&maker), now, Run::Dry);
        let previews = import.preview(&mapping, row)?;
        return match previews {
            Ok(pages) => write_previews(&arguments.out, &pages, console),
            Err(refusal) => refused(&refusal, console),
        };
    }
    let import = issuing::import(&access, &ring, Some(&maker), now, Run::Mint);
    let keys = issuing::keys_of(&access, &row);
    match import.mint_one(&mapping, row)? {
        OneRow::Refused(refusal) => {
            tell_key(&access, &mapping, &values, &refusal, console);
            tell_issuer(&access, &mapping, &values, &refusal, console);
            return refused(&refusal, console);
        }
        OneRow::Repeated => tell_repeated(&access, &keys, console)?,
        OneRow::Minted(_) => {}
    }
    let licences = keys.iter().map(|key| deliver(&access, key, &arguments.out)).collect::<Result<Vec<_>, _>>();
    let licences = licences.inspect_err(|_| {
        console.remark(
            "证照已签发并上链, 但文件未能全部写出; 再次运行同一命令即可取得",
            "the licence is issued and on the ledger, but not all of its files were written; run the same command again to get them",
        );
    })?;
    let licence_type = mapping.licence_type().to_owned();
    let report = MintedReport { licence_type, licences, milliseconds: began.elapsed().as_millis() };
    let mut table = vec![("证照类型", "Type", report.licence_type.clone())];
    for licence in &report.licences {
        table.push(("证照标识", "Identifier", licence.identifier.clone()));
        table.push(("账本记录", "Entry", format!("{} (区块 block {})", licence.entry, licence.height)));
        table.push(("文件", "Files", licence.files.join("  ")));
    }
    table.push(("用时", "Time", format!("{} ms", report.milliseconds)));
    console.result(&report, &table)?;
    Ok(0)
}

/// Writes a licence's files and its proof, named by its identifier.
pub(super) fn deliver(access: &Access, key: &EntryKey, out: &Path) -> Result<MintedLicence, Failure> {
    let kept = issuing::kept(access, key)?
        .ok_or_else(|| Failure::usage("账本没有刚签发的证照", "the ledger does not have the licence just minted"))?;
    let field = |key: &str| {
        let found = kept.face.fields.iter().find(|field| field.key.as_str() == key);
        found.map(|field| field.value.as_str().to_owned())
    };
    let identifier = field(IDENTIFIER_KEY).unwrap_or_else(|| key.to_string());
    let mut files = Vec::new();
    let mut write = |ending: &str, bytes: &[u8]| -> Result<(), Failure> {
        let path = out.join(format!("{identifier}.{ending}"));
        write_private(&path, bytes)?;
        files.push(path.display().to_string());
        Ok(())
    };
    for file in &kept.face.files {
        write(issuing::ending(file.kind), &file.bytes)?;
    }
    write("proof", issuing::proof_file(access, &kept)?.as_bytes())?;
    let index = access.find(key)?.map_or(0, |(index, _)| index.0);
    Ok(MintedLicence {
        identifier: identifier.to_owned(),
        number: kept.face.number.clone(),
        part: field(PART_KEY),
        entry: index,
        height: kept.entry.origin.height.0,
        files,
    })
}

pub(super) fn write_previews(out: &Path, pages: &[Vec<u8>], console: &Console) -> Result<u8, Failure> {
    let mut files = Vec::new();
    for (number, page) in pages.iter().enumerate() {
        let path = out.join(format!("preview-{}.png", number + 1));
        write_private(&path, page)?;
        files.push(path.display().to_string());
    }
    console.result(&files, &[("预览 (未盖章, 未上链)", "Preview (not sealed, not minted)", files.join("  "))])?;
    Ok(0)
}

/// Of an issuer that does not sign here: the key file that is here and does not open.
fn tell_key(
    access: &Access,
    mapping: &Mapping,
    values: &BTreeMap<String, String>,
    refusal: &Refusal,
    console: &Console,
) {
    let code = mapping.issuer_code_key().and_then(|key| values.get(key));
    // Without a key nothing is filled in beforehand, so the issuer is missing.
    if code.is_some() && refusal.findings().all(|finding| finding.cause != Cause::IssuerUnknown) {
        return;
    }
    let directory = access.directory();
    let own = directory.organisations().filter(|one| code.is_none_or(|code| code == one.credit_code.as_str()));
    let keys: Vec<PublicKey> = own.flat_map(|one| one.keys.iter().cloned()).collect();
    if let Some(error) = access.keys().unusable_among(&keys) {
        console.remark(&unusable_zh(&error), &error.to_string());
    }
}

/// Of an issuer under another name: the name that is registered.
fn tell_issuer(
    access: &Access,
    mapping: &Mapping,
    values: &BTreeMap<String, String>,
    refusal: &Refusal,
    console: &Console,
) {
    let is_renamed = refusal.findings().any(|finding| finding.cause == Cause::IssuerNameDiffers);
    let code = mapping.issuer_code_key().and_then(|key| values.get(key));
    let directory = access.directory();
    let registered = directory.organisations().find(|one| code.is_some_and(|code| code == one.credit_code.as_str()));
    if let Some(one) = registered.filter(|_| is_renamed) {
        let name = &one.name_zh;
        console.remark(&format!("账本登记的名称: {name}"), &format!("the registered name is {name}"));
    }
}

/// Of a licence that is there already: that nothing is minted, and where it stands when it is not in force.
pub(super) fn tell_repeated(access: &Access, keys: &[EntryKey], console: &Console) -> Result<(), Failure> {
    console.remark(
        "这份证照此前已签发, 内容相同, 未重复签发; 再次写出其文件",
        "this licence was issued before with the same content and is not minted again; its files are written again",
    );
    for key in keys {
        let found = access.find(key)?;
        let status = found.as_ref().and_then(|(_, entry)| entry.licence()).map(|licence| licence.status);
        if let Some(status) = status.filter(|status| *status != Status::Valid) {
            console.remark(
                &format!("注意: 它在账本上的状态为{}, 不因再次签发而恢复", status.name_zh()),
                &format!("note: on the ledger it is {}; issuing it again does not restore it", status.name_en()),
            );
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Problem {
    column: Option<String>,
    cause: &'static str,
    reason_zh: &'static str,
    reason_en: &'static str,
}

pub(super) fn refused(refusal: &Refusal, console: &Console) -> Result<u8, Failure> {
    let problems: Vec<Problem> = refusal
        .findings()
        .map(|finding| Problem {
            column: finding.column.clone(),
            cause: finding.cause.code(),
            reason_zh: finding.cause.reason_zh(),
            reason_en: finding.cause.reason_en(),
        })
        .collect();
    let lines: Vec<String> = refusal
        .findings()
        .map(|finding| console.language().pick(&finding.message_zh(), &finding.message_en()).to_owned())
        .collect();
    console.result(&problems, &[("未签发", "Not issued", lines.join("; "))])?;
    Ok(REFUSED)
}

/// The values of the form: what is known beforehand, then the file, then --set.
fn values(
    access: &Access,
    mapping: &Arc<Mapping>,
    arguments: &MintArguments,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut values = BTreeMap::new();
    if let Some(path) = &arguments.form {
        let file = std::fs::File::open(path).map_err(Failure::file(path))?;
        let mut text = String::new();
        std::io::Read::read_to_string(&mut std::io::Read::take(file, MAX_FORM_BYTES), &mut text)
            .map_err(Failure::file(path))?;
        let read: BTreeMap<String, String> = serde_json::from_str(&text).map_err(|error| {
            Failure::usage(
                format!("{}: 表单须为 JSON 对象, 键与值均为加引号的文字 (第 {} 行)", path.display(), error.line()),
                format!("{}: a form is a JSON object of quoted texts (line {})", path.display(), error.line()),
            )
        })?;
        values.extend(read);
    }
    values.extend(typed(&arguments.values)?);
    check_keys(mapping, &values)?;
    // A field that a form leaves blank is as if it were not there.
    values.retain(|_, value| !value.trim().is_empty());
    let named = mapping.issuer_code_key().and_then(|key| values.get(key)).cloned();
    for (key, value) in prefilled(access, mapping, named.as_deref()) {
        values.entry(key).or_insert(value);
    }
    Ok(values)
}

/// The values of `--set`. What was typed is not repeated in errors: it may be a name or a number.
pub(super) fn typed(pairs: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let mut values = BTreeMap::new();
    for (pair, place) in pairs.iter().zip(1..) {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            Failure::usage(
                format!("第 {place} 个 --set 应为 KEY=VALUE"),
                format!("--set number {place} is not of the form KEY=VALUE"),
            )
        })?;
        values.insert(key.trim().to_owned(), value.to_owned());
    }
    Ok(values)
}

/// Every key is a field of the form.
pub(super) fn check_keys(mapping: &Mapping, values: &BTreeMap<String, String>) -> Result<(), Failure> {
    let unknown = values.keys().filter(|key| mapping.form_columns().all(|column| column.key() != key.as_str())).count();
    if unknown == 0 {
        return Ok(());
    }
    let known: Vec<&str> = mapping.form_columns().map(zhengku_library::register::Column::key).collect();
    let known = known.join(", ");
    Err(Failure::usage(
        format!("有 {unknown} 个键不是 {} 表单的字段; 字段有: {known}", mapping.licence_type()),
        format!("{unknown} keys are no fields of the form of {}; it has: {known}", mapping.licence_type_en()),
    ))
}

/// What is known before anybody types: today, and the issuer that was named by its code, or whose key is here.
fn prefilled(access: &Access, mapping: &Mapping, issuer_code: Option<&str>) -> BTreeMap<String, String> {
    let directory = access.directory();
    let named = |code: &str| directory.organisations().find(|one| one.credit_code.as_str() == code);
    let issuer = match issuer_code {
        Some(code) => named(code.trim()),
        None => issue::own_issuer(&directory, &access.ring(), mapping),
    };
    issue::prefill(mapping, issuer, SystemClock.now().beijing_date())
}

#[derive(Serialize)]
struct FormLine {
    key: String,
    label: String,
    mandatory: bool,
    value: String,
}

/// `licence form`: the fields of a type with what is known beforehand. JSON output is a form to fill and give to `licence mint`.
pub(crate) fn form(arguments: &FormArguments, console: &Console) -> Result<u8, Failure> {
    let mapping = issuing::mapping(&arguments.licence_type)?;
    let access = Access::open(&arguments.data, arguments.node.as_deref(), OpenMode::Read)?;
    let known = prefilled(&access, &mapping, None);
    let value = |key: &str| known.get(key).cloned().unwrap_or_default();
    if console.is_json() {
        let empty: BTreeMap<&str, String> =
            mapping.form_columns().map(|column| (column.key(), value(column.key()))).collect();
        console.value(&empty)?;
        return Ok(0);
    }
    let lines: Vec<FormLine> = mapping
        .form_columns()
        .map(|column| FormLine {
            key: column.key().to_owned(),
            label: column.label().to_owned(),
            mandatory: column.is_mandatory(),
            value: value(column.key()),
        })
        .collect();
    let row = |line: &FormLine| {
        let mandatory = if line.mandatory { "必填 mandatory" } else { "" };
        vec![line.key.clone(), line.label.clone(), mandatory.to_owned(), line.value.clone()]
    };
    let headings = [("键", "Key"), ("字段", "Field"), ("", ""), ("预填", "Prefilled")];
    let headings = headings.map(|(zh, en)| console.language().pick(zh, en));
    console.rows(&lines, &headings, &lines.iter().map(row).collect::<Vec<_>>())?;
    Ok(0)
}

/// `licence render`: a file of an issued licence again, or a picture of it.
pub(crate) fn render(arguments: &RenderArguments, console: &Console) -> Result<u8, Failure> {
    let licence = &arguments.licence;
    let access = Access::open(&licence.data, licence.node.as_deref(), OpenMode::Read)?;
    let Some(found) = by_number(&access, licence)? else {
        return not_anchored(licence, &access.standing()?, console);
    };
    let Some(kept) = issuing::kept(&access, &found.entry.key)? else {
        return not_anchored(licence, &access.standing()?, console);
    };
    let kind = arguments.out.extension().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    let bytes = match kind {
        "ofd" => stored(&kept, FileKind::Ofd)?.to_vec(),
        "pdf" => stored(&kept, FileKind::Pdf)?.to_vec(),
        "png" => picture(&access, &kept)?,
        "json" => issue::data_of(stored(&kept, FileKind::Ofd)?)?.to_json(),
        "proof" => issuing::proof_file(&access, &kept)?.into_bytes(),
        other => {
            return Err(Failure::usage(
                format!("不认识扩展名 \"{other}\"; 请用 .ofd .pdf .png .json .proof (证明)"),
                format!("the ending \"{other}\" is none of .ofd .pdf .png .json .proof"),
            ));
        }
    };
    let path: PathBuf = arguments.out.clone();
    // Without the proof beside it a verifier could not say what the ledger knows.
    let beside = matches!(kind, "ofd" | "pdf").then(|| path.with_extension("proof"));
    let proof = beside.map(|beside| Ok::<_, Failure>((beside, issuing::proof_file(&access, &kept)?))).transpose()?;
    check_free(&path, &bytes, arguments.force)?;
    if let Some((beside, text)) = &proof {
        check_free(beside, text.as_bytes(), arguments.force)?;
    }
    write_private(&path, &bytes)?;
    let mut table = vec![("已写出", "Written", format!("{} ({} B)", path.display(), bytes.len()))];
    if let Some((beside, text)) = proof {
        write_private(&beside, text.as_bytes())?;
        table.push(("证明", "Proof", beside.display().to_string()));
    }
    console.result(&path, &table)?;
    Ok(0)
}

fn stored(kept: &Kept, kind: FileKind) -> Result<&[u8], Failure> {
    kept.face.file(kind).ok_or_else(|| {
        Failure::usage(
            format!("这份证照没有 {} 文件 (由登记簿归集的证照没有文件; PDF 须在签发时加 --pdf)", kind.name()),
            format!(
                "this licence has no {} file: it was taken over from a register, or minted without --pdf",
                kind.name()
            ),
        )
    })
}

/// The first page with the seal on it.
fn picture(access: &Access, kept: &Kept) -> Result<Vec<u8>, Failure> {
    let directory = access.directory();
    let template = directory.licence_type(kept.licence.licence_type).map(|kind| kind.template.as_str().to_owned());
    let file = stored(kept, FileKind::Ofd)?;
    Ok(issue::picture_of(file, &template.unwrap_or_default(), &*issuing::fonts()?)?)
}
