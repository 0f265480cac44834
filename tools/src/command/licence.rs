//! `zhengku licence`: looking up, proving and changing one licence.

mod annotate;
mod change;
mod find;
mod many;
mod mint;
mod paper;
mod supersede;

pub(super) use annotate::annotate;
pub(super) use change::{dispute, erase, resume, revoke, settle, suspend, take_back, transfer};
pub(super) use many::change_many;
pub(super) use mint::{form, mint, render};
pub(super) use paper::paper;
pub(super) use supersede::{amend, reissue, renew};

use super::{open, write_whole};
use crate::access::{Access, Standing};
use crate::cli::{LicenceArgument, ListArguments, ProveArguments};
use crate::failure::Failure;
use crate::issuing::face;
use crate::output::Console;
use find::{Found, by_number};
use serde::Serialize;
use std::path::Path;
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::{DisclosedField, Entry, FieldSet};
use zhengku_ledger::ids::{Height, Holder, LogIndex};
use zhengku_ledger::state::StateView;
use zhengku_ledger::verify::state_verdict;
use zhengku_library::catalogue::HOLDER_KINDS;
use zhengku_library::face::FaceRecord;
use zhengku_node::Node;
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_store::{OpenMode, View};

/// Exit code of a negative verdict.
const NEGATIVE: u8 = 1;

#[derive(Serialize)]
struct StatusLine {
    number: String,
    licence_type: String,
    part: Option<String>,
    verdict: &'static str,
    status: &'static str,
    status_zh: &'static str,
    life_cycle: &'static str,
    life_cycle_zh: &'static str,
    disputed: bool,
    version: u16,
    valid_from: String,
    valid_to: Option<String>,
    entry: u64,
    minted_at_height: u64,
    height: u64,
    time: String,
    log_size: u64,
}

/// `licence status`: 0 when the ledger knows the licence, whatever its state; 1 when it does not.
pub(super) fn status(arguments: &LicenceArgument, console: &Console) -> Result<u8, Failure> {
    let access = Access::open(&arguments.data, arguments.node.as_deref(), OpenMode::Read)?;
    let Some(found) = by_number(&access, arguments)? else {
        return not_anchored(arguments, &access.standing()?, console);
    };
    let line = status_line(&access.standing()?, &arguments.number, &found);
    console.result(&line, &status_table(&line))?;
    Ok(0)
}

fn status_line(standing: &Standing, number: &str, found: &Found) -> StatusLine {
    let licence = &found.licence;
    let verdict = state_verdict(licence, SystemClock.now().max(standing.time));
    StatusLine {
        number: number.to_owned(),
        licence_type: found.type_name.clone(),
        part: found.part.map(|part| part.name().to_owned()),
        verdict: verdict.code(),
        status: verdict.code(),
        status_zh: verdict.name_zh(),
        life_cycle: licence.status.name_en(),
        life_cycle_zh: licence.status.name_zh(),
        disputed: licence.disputed,
        version: licence.version,
        valid_from: licence.valid_from.to_text(),
        valid_to: licence.valid_to.map(|last| last.to_text()),
        entry: found.index.0,
        minted_at_height: found.entry.origin.height.0,
        height: standing.height.0,
        time: standing.time.to_utc_text(),
        log_size: standing.log_size,
    }
}

fn status_table(line: &StatusLine) -> Vec<(&'static str, &'static str, String)> {
    let part = line.part.as_ref().map(|part| format!(" ({part})")).unwrap_or_default();
    vec![
        ("证照编号", "Number", format!("{}{part}", line.number)),
        ("证照类型", "Type", line.licence_type.clone()),
        (
            "状态",
            "Status",
            format!("{} {}{}", line.status_zh, line.status, if line.disputed { " (异议中 disputed)" } else { "" }),
        ),
        ("生命周期", "Life cycle", format!("{} {}", line.life_cycle_zh, line.life_cycle)),
        ("有效期", "Valid", format!("{} – {}", line.valid_from, line.valid_to.as_deref().unwrap_or("长期 no end"))),
        ("版本", "Version", format!("{:03}", line.version)),
        ("账本记录", "Entry", format!("{} / {}", line.entry, line.log_size)),
        ("截至", "As of", format!("区块 block {}, {}", line.height, line.time)),
    ]
}

fn not_anchored(arguments: &LicenceArgument, standing: &Standing, console: &Console) -> Result<u8, Failure> {
    let answer = serde_json::json!({
        "number": arguments.number, "verdict": "NOT_ANCHORED", "status": "NOT_ANCHORED", "status_zh": "尚未上链",
        "height": standing.height.0, "time": standing.time.to_utc_text(),
    });
    let state = ("状态", "Status", "尚未上链 NOT_ANCHORED".to_owned());
    console.result(&answer, &[("证照编号", "Number", arguments.number.clone()), state])?;
    Ok(NEGATIVE)
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    status: StatusLine,
    fields: Vec<(String, String)>,
    ground: Option<String>,
    erased: bool,
    history: Vec<HistoryLine>,
}

#[derive(Serialize)]
struct HistoryLine {
    entry: u64,
    height: u64,
    status: &'static str,
    status_zh: &'static str,
    version: u16,
}

/// `licence show`: the face from the vault, the status from the ledger, and every former state.
pub(super) fn show(arguments: &LicenceArgument, console: &Console) -> Result<u8, Failure> {
    let access = Access::open(&arguments.data, arguments.node.as_deref(), OpenMode::Read)?;
    let Some(found) = by_number(&access, arguments)? else {
        return not_anchored(arguments, &access.standing()?, console);
    };
    let record = face(&access, &found.entry.key, &found.licence)?;
    let status = status_line(&access.standing()?, &arguments.number, &found);
    let mut table = status_table(&status);
    let fields: Vec<(String, String)> = record
        .iter()
        .flat_map(|record| &record.fields)
        .map(|field| (field.key.to_string(), field.value.to_string()))
        .collect();
    for (key, value) in &fields {
        table.push(("  照面", "  field", format!("{key} = {value}")));
    }
    if record.is_none() {
        table.push(("照面", "Face", "已销毁 erased".to_owned()));
    }
    let ground = change::ground_text(&access, &found.entry.key, &found.licence)?;
    if let Some(ground) = &ground {
        table.push(("事由", "Ground", ground.clone()));
    }
    let history = history(&access, &found)?;
    for line in &history {
        table.push((
            "  经历",
            "  history",
            format!("{} v{:03} 区块 block {}", line.status_zh, line.version, line.height),
        ));
    }
    let shown = Shown { status, fields, ground, erased: record.is_none(), history };
    console.result(&shown, &table)?;
    Ok(0)
}

fn history(access: &Access, found: &Found) -> Result<Vec<HistoryLine>, Failure> {
    let mut lines = Vec::new();
    let mut next = Some((found.index, found.entry.clone()));
    while let Some((index, entry)) = next {
        if let Some(licence) = entry.licence() {
            lines.push(HistoryLine {
                entry: index.0,
                height: entry.origin.height.0,
                status: licence.status.name_en(),
                status_zh: licence.status.name_zh(),
                version: licence.version,
            });
        }
        next = match entry.previous {
            Some(previous) => Some((previous, access.entry(previous)?)),
            None => None,
        };
    }
    lines.reverse();
    Ok(lines)
}

#[derive(Serialize)]
struct Listed {
    entry: u64,
    height: u64,
    licence_type: String,
    verdict: &'static str,
    valid_from: String,
    valid_to: Option<String>,
    key: String,
}

/// `licence list`: states that are current, newest first; no face data.
pub(super) fn list(arguments: &ListArguments, console: &Console) -> Result<u8, Failure> {
    let node = open(&arguments.data, OpenMode::Read)?;
    let view = node.store().view();
    let listed = match &arguments.holder {
        Some(number) => of_holder(&node, &view, arguments, number)?,
        None => newest(&view, arguments.limit)?,
    };
    let now = SystemClock.now().max(view.tip().header.time);
    let line = |(index, entry): &(LogIndex, Entry)| {
        let licence = entry.licence()?;
        let kind = view.tip().directory.licence_type(licence.licence_type);
        Some(Listed {
            entry: index.0,
            height: entry.origin.height.0,
            licence_type: kind.map(|kind| kind.name_zh.to_string()).unwrap_or_default(),
            verdict: state_verdict(licence, now).code(),
            valid_from: licence.valid_from.to_text(),
            valid_to: licence.valid_to.map(|last| last.to_text()),
            key: entry.key.to_string(),
        })
    };
    let lines: Vec<Listed> = listed.iter().filter_map(line).collect();
    let row = |line: &Listed| {
        let end = line.valid_to.clone().unwrap_or_else(|| "长期".to_owned());
        let short = line.key.get(..16).unwrap_or_default().to_owned();
        vec![
            line.entry.to_string(),
            line.licence_type.clone(),
            line.verdict.to_owned(),
            line.valid_from.clone(),
            end,
            short,
        ]
    };
    let language = console.language();
    let headings =
        [("记录", "Entry"), ("证照类型", "Type"), ("状态", "Verdict"), ("自", "From"), ("至", "To"), ("键", "Key")];
    let headings = headings.map(|(zh, en)| language.pick(zh, en));
    console.rows(&lines, &headings, &lines.iter().map(row).collect::<Vec<_>>())?;
    Ok(0)
}

fn newest(view: &View<'_>, limit: usize) -> Result<Vec<(LogIndex, Entry)>, Failure> {
    let mut found = Vec::new();
    for index in (0..view.tip().header.log_size).rev().map(LogIndex) {
        if found.len() >= limit {
            break;
        }
        let entry = view.entry(index)?;
        if entry.licence().is_some() && view.tip().current.bit(index) == Some(true) {
            found.push((index, entry));
        }
    }
    Ok(found)
}

fn of_holder(
    node: &Node,
    view: &View<'_>,
    arguments: &ListArguments,
    number: &str,
) -> Result<Vec<(LogIndex, Entry)>, Failure> {
    let number = if number == "-" {
        std::io::read_to_string(std::io::stdin()).map_err(Failure::output)?.trim().to_owned()
    } else {
        number.trim().to_owned()
    };
    let kinds = match &arguments.holder_kind {
        Some(kind) => vec![format!("{kind:0>3}")],
        None => HOLDER_KINDS.map(str::to_owned).to_vec(),
    };
    let mut found = Vec::new();
    for kind in kinds {
        let holder = Holder::from_digest(node.pseudonyms().holder(&kind, &number.to_uppercase()));
        found.extend(view.entries_of(&holder, arguments.limit)?);
    }
    found.sort_by_key(|(index, _)| std::cmp::Reverse(*index));
    found.truncate(arguments.limit);
    Ok(found)
}

#[derive(Serialize)]
struct Proven {
    number: String,
    file: String,
    verdict: &'static str,
    height: u64,
    time: String,
    bytes: usize,
    status_proof_bytes: usize,
}

/// `licence prove`: the proof file, now or at a former height.
pub(super) fn prove(arguments: &ProveArguments, console: &Console) -> Result<u8, Failure> {
    check_out(&arguments.out, &arguments.licence.data.data)?;
    let access = Access::open(&arguments.licence.data, arguments.licence.node.as_deref(), OpenMode::Read)?;
    let found = by_number(&access, &arguments.licence)?;
    let height = arguments.height.map(Height);
    let proof = found.map(|found| access.prove(&found.entry.key, height)).transpose()?.flatten();
    let Some(mut proof) = proof else {
        let standing = access.standing()?;
        return not_anchored(
            &arguments.licence,
            &Standing { height: height.unwrap_or(standing.height), ..standing },
            console,
        );
    };
    let entry = proof.licence.entry.clone();
    let disclosed = disclose(&access, &entry, &arguments.fields)?;
    proof.disclosed = Bounded::new(disclosed).map_err(zhengku_node::NodeError::from)?;
    if proof.disclosed.is_empty() {
        console.remark(
            "注意: 未披露任何字段 (照面信息已销毁或未选字段), 证明未指明是哪一份证照",
            "note: no field is disclosed (the face was erased, or none was chosen); the proof does not say which licence it is of",
        );
    }
    let text = proof.to_file();
    write_whole(&arguments.out, text.as_bytes())?;
    let verdict = entry.licence().map_or("NOT_ANCHORED", |licence| state_verdict(licence, SystemClock.now()).code());
    let proven = Proven {
        number: arguments.licence.number.clone(),
        file: arguments.out.display().to_string(),
        verdict,
        height: proof.header.height.0,
        time: proof.header.time.to_utc_text(),
        bytes: text.len(),
        status_proof_bytes: proof.status_proof_bytes(),
    };
    console.result(
        &proven,
        &[
            ("证明文件", "Proof file", format!("{} ({} B)", proven.file, proven.bytes)),
            ("状态", "Verdict", proven.verdict.to_owned()),
            ("截至", "As of", format!("区块 block {}, {}", proven.height, proven.time)),
        ],
    )?;
    Ok(0)
}

/// The fields that were asked for, with what proves them; none when the face was erased.
fn disclose(access: &Access, entry: &Entry, fields: &str) -> Result<Vec<DisclosedField>, Failure> {
    let record = entry.licence().map(|licence| face(access, &entry.key, licence)).transpose()?.flatten();
    let Some(record) = record else { return Ok(Vec::new()) };
    let wanted: Vec<&str> = fields.split(',').map(str::trim).collect();
    check_fields(&record, &wanted)?;
    let all = wanted == ["all"];
    let disclosed = FieldSet::new(record.fields).disclose(|key| all || wanted.contains(&key));
    disclosed.map_err(|error| Failure::usage(format!("字段路径: {error}"), error.to_string()))
}

/// Refuses to write among the node's own files: a proof over a key file would be the end of it.
fn check_out(out: &Path, data: &Path) -> Result<(), Failure> {
    let above = out.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Ok(above), Ok(data)) = (above.canonicalize(), data.canonicalize()) else { return Ok(()) };
    let inside = ["ledger", "signed", "vault", "keys", "refused"].iter().any(|own| above.starts_with(data.join(own)));
    if inside || (above == data && out.file_name().is_some_and(|name| name == "trust.json")) {
        return Err(Failure::usage(
            "--out 指向节点自己的文件; 请换一个位置",
            "--out is among the node's own files; choose another place",
        ));
    }
    Ok(())
}

/// The default fields may be missing from a type; a field that was asked for by name must exist.
fn check_fields(record: &FaceRecord, wanted: &[&str]) -> Result<(), Failure> {
    let exists = |key: &str| record.fields.iter().any(|field| field.key.as_str() == key);
    let optional = |key: &str| key == "all" || key.is_empty() || key == "licence_identifier" || key == "licence_number";
    let Some(missing) = wanted.iter().find(|key| !optional(key) && !exists(key)) else { return Ok(()) };
    let known: Vec<&str> = record.fields.iter().map(|field| field.key.as_str()).collect();
    let known = known.join(", ");
    Err(Failure::usage(
        format!("证照没有字段 {missing}; 已有: {known}"),
        format!("the licence has no field {missing}; it has: {known}"),
    ))
}
