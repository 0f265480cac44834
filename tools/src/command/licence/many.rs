//! `licence change`: one change of status for a list of licences. Everything is checked before anything is changed.

use crate::access::Access;
use crate::changing::{self, Asked};
use crate::cli::ChangeManyArguments;
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;
use zhengku_ledger::entry::licence::{Change, GroundCode, Licence};
use zhengku_ledger::ids::{EntryKey, OrganisationNumber};
use zhengku_ledger::transaction::RejectCode;
use zhengku_library::catalogue::lookup_number;
use zhengku_library::port::Read;
use zhengku_library::register::Part;
use zhengku_store::OpenMode;

/// The largest list: 4,000,000 numbers of 30 bytes, four times the largest department.
const MAX_LIST_BYTES: u64 = 128 << 20;
/// Keys that the ledger is asked for at once.
const KEYS_AT_ONCE: usize = 4_096;
/// Numbers that cannot be changed and are shown in the table; JSON has all.
const MOST_SHOWN: usize = 20;
/// Exit code when something on the list cannot be changed.
const REFUSED: u8 = 1;

#[derive(Serialize)]
struct Report {
    change: &'static str,
    numbers: usize,
    /// Licences that are to be changed: two for a twin.
    licences: usize,
    changed: usize,
    refused: Vec<Refused>,
    dry_run: bool,
}

#[derive(Serialize)]
struct Refused {
    line: usize,
    code: u16,
    reason_zh: &'static str,
    reason_en: &'static str,
}

/// What of the list can be changed, by issuer.
#[derive(Default)]
struct Plan {
    by_issuer: BTreeMap<OrganisationNumber, Vec<EntryKey>>,
    refused: Vec<Refused>,
}

/// `licence change`: 0 when all was changed (or could be), 1 when something on the list cannot be.
pub(crate) fn change_many(arguments: &ChangeManyArguments, console: &Console) -> Result<u8, Failure> {
    if arguments.ground.trim().is_empty() {
        return Err(Failure::usage("请写明法律依据或事由", "the legal ground must not be blank"));
    }
    let mode = if arguments.yes { OpenMode::Write } else { OpenMode::Read };
    let access = Access::open(&arguments.data, arguments.node.as_deref(), mode)?;
    let numbers = numbers(&arguments.list)?;
    let change = Change::from(arguments.kind);
    let plan = plan(&access, &arguments.licence_type, &numbers, change, console)?;
    let licences = plan.by_issuer.values().map(Vec::len).sum();
    let is_stopped = !arguments.skip && !plan.refused.is_empty();
    let mut changed = 0;
    if arguments.yes && !is_stopped {
        let bar = console.progress(licences as u64, "变更", "changing");
        for (issuer, keys) in &plan.by_issuer {
            let signers = changing::signers(&access, *issuer)?;
            let asked = Asked { change, code: GroundCode::Decision, text: &arguments.ground, operator: None };
            changing::change(&access, &signers, keys, &asked, &mut |count| {
                changed += count;
                bar.inc(count as u64);
            })?;
        }
        bar.finish_and_clear();
    }
    let report = Report {
        change: change_name(change),
        numbers: numbers.len(),
        licences,
        changed,
        refused: plan.refused,
        dry_run: !arguments.yes,
    };
    show(&report, is_stopped, console)?;
    Ok(if report.refused.is_empty() { 0 } else { REFUSED })
}

fn show(report: &Report, is_stopped: bool, console: &Console) -> Result<(), Failure> {
    let mut table = vec![
        ("变更", "Change", report.change.to_owned()),
        ("清单编号", "Numbers", report.numbers.to_string()),
        ("可变更证照", "Licences that can be changed", report.licences.to_string()),
    ];
    for one in report.refused.iter().take(MOST_SHOWN) {
        let reason = console.language().pick(one.reason_zh, one.reason_en);
        table.push(("不能变更", "Cannot be changed", format!("第 {} 行 line: {reason} ({})", one.line, one.code)));
    }
    table.push(("不能变更合计", "Cannot be changed in all", report.refused.len().to_string()));
    table.push(("已变更", "Changed", report.changed.to_string()));
    console.result(report, &table)?;
    if is_stopped {
        console.remark(
            "清单中有不能变更的证照, 未作任何变更; 请更正清单, 或加 --skip 跳过",
            "some licences on the list cannot be changed, so nothing was; mend the list, or pass them over with --skip",
        );
    } else if report.dry_run {
        console.remark(
            "以上为核对结果, 未作任何变更; 加 --yes 执行",
            "only checked, nothing was changed; add --yes to do it",
        );
    }
    Ok(())
}

/// The numbers of a list, each once, in order.
fn numbers(path: &Path) -> Result<Vec<(usize, String)>, Failure> {
    let file = std::fs::File::open(path).map_err(Failure::file(path))?;
    let mut bytes = Vec::new();
    file.take(MAX_LIST_BYTES + 1).read_to_end(&mut bytes).map_err(Failure::file(path))?;
    let name = path.display();
    if bytes.len() as u64 > MAX_LIST_BYTES {
        return Err(Failure::usage(
            format!("{name}: 清单超过 128 MB; 请分成几份"),
            format!("{name}: the list is larger than 128 MB; split it"),
        ));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::usage(
            format!("{name}: 清单须为 UTF-8 文本, 每行一个证照编号"),
            format!("{name}: a list is UTF-8 text with one number a line"),
        )
    })?;
    let lines = text.trim_start_matches('\u{feff}').lines().zip(1..);
    let lines = lines
        .map(|(line, number)| (number, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let (mut seen, mut numbers) = (BTreeSet::new(), Vec::new());
    for (number, line) in lines {
        if !seen.insert(line) {
            return Err(Failure::usage(
                format!("{name}: 第 {number} 行的编号在前面已出现; 请删去"),
                format!("{name}: the number on line {number} stands there before; remove it"),
            ));
        }
        numbers.push((number, line.to_owned()));
    }
    if numbers.is_empty() {
        return Err(Failure::usage(format!("{name}: 清单为空"), format!("{name}: the list is empty")));
    }
    Ok(numbers)
}

/// Asks the ledger for every licence of the list, and the life cycle whether it may change so.
fn plan(
    access: &Access,
    wanted: &str,
    numbers: &[(usize, String)],
    change: Change,
    console: &Console,
) -> Result<Plan, Failure> {
    let directory = access.directory();
    let kind = directory.licence_types().find(|kind| {
        kind.name_zh.as_str() == wanted || kind.code.as_str() == wanted || kind.name_en.as_str() == wanted
    });
    let kind = kind.ok_or_else(|| {
        Failure::usage(format!("本账本没有证照类型 {wanted}"), format!("this ledger has no licence type {wanted}"))
    })?;
    let parts: &[Option<Part>] = if kind.twin { &[Some(Part::Main), Some(Part::Counterfoil)] } else { &[None] };
    let key = |number: &str, part: &Option<Part>| {
        EntryKey::from_digest(access.pseudonyms().licence(kind.code.as_str(), &lookup_number(number, *part)))
    };
    let bar = console.progress(numbers.len() as u64, "核对", "checking");
    let mut plan = Plan::default();
    for some in numbers.chunks(KEYS_AT_ONCE / parts.len().max(1)) {
        let keys: Vec<EntryKey> =
            some.iter().flat_map(|(_, number)| parts.iter().map(|part| key(number, part))).collect();
        let found = Read::find(access, &keys)?;
        for ((line, _), (keys, found)) in some.iter().zip(keys.chunks(parts.len()).zip(found.chunks(parts.len()))) {
            let licences: Vec<(EntryKey, Licence)> = keys
                .iter()
                .zip(found)
                .filter_map(|(key, entry)| Some((*key, entry.as_ref()?.1.licence()?.clone())))
                .collect();
            plan.judge(*line, licences, change);
        }
        bar.inc(some.len() as u64);
    }
    bar.finish_and_clear();
    Ok(plan)
}

impl Plan {
    /// Both parts of a twin, or none.
    fn judge(&mut self, line: usize, licences: Vec<(EntryKey, Licence)>, change: Change) {
        let unknown = licences.is_empty().then_some(RejectCode::UnknownLicence);
        let refusal = || licences.iter().find_map(|(_, licence)| licence.standing().after(change).err());
        if let Some(code) = unknown.or_else(|| refusal().map(RejectCode::from)) {
            let (reason_zh, reason_en) = (code.reason_zh(), code.reason_en());
            self.refused.push(Refused { line, code: code.number(), reason_zh, reason_en });
            return;
        }
        for (key, licence) in licences {
            self.by_issuer.entry(licence.issuer).or_default().push(key);
        }
    }
}

const fn change_name(change: Change) -> &'static str {
    match change {
        Change::Suspend => "暂扣 suspend",
        Change::Resume => "发还 resume",
        Change::Cancel => "注销 cancel",
        Change::Rescind => "撤销 rescind",
        Change::Withdraw => "吊销 withdraw",
        Change::TransferOut => "转出 transfer",
        Change::ReturnTransfer => "取消转出 return",
        Change::Dispute => "提出异议 dispute",
        Change::SettleDispute => "异议处理完毕 settle",
    }
}
