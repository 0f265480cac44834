//! `zhengku ledger`: the ledger's state, and a check of everything.

use super::node::new::{check, read_genesis};
use super::{open, write_whole};
use crate::cli::{BeginArguments, DataArgument, GenesisArguments};
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use zhengku_ledger::codec;
use zhengku_node::audit;
use zhengku_node::layout::Layout;
use zhengku_store::{OpenMode, Recovery, Store, StoreOptions};

#[derive(Serialize)]
struct LedgerStatus {
    chain_id: String,
    height: u64,
    time: String,
    log_size: u64,
    current: u64,
    log_root: String,
    current_root: String,
    organisations: usize,
    licence_types: usize,
    validators: usize,
    ledger_bytes: u64,
    torn_tail: bool,
}

/// `ledger genesis`.
pub(super) fn genesis(arguments: &GenesisArguments, console: &Console) -> Result<u8, Failure> {
    let path = Layout::new(&arguments.data.data).ledger();
    let store = Store::open(&path, OpenMode::Read, &StoreOptions::default())?;
    write_whole(&arguments.out, &codec::encode(store.genesis()))?;
    let (file, chain) = (arguments.out.display().to_string(), store.genesis().chain_id().to_string());
    let made = serde_json::json!({ "file": file, "chain_id": chain });
    console.result(&made, &[("创世块", "Block 0", file), ("账本", "Ledger", chain)])?;
    Ok(0)
}

/// `ledger begin`: in a directory without a ledger; its trust file, when there is one, must fit.
pub(super) fn begin(arguments: &BeginArguments, console: &Console) -> Result<u8, Failure> {
    let layout = Layout::new(&arguments.data.data);
    let genesis = read_genesis(&arguments.genesis)?;
    if layout.trust().exists() {
        check(&genesis, &layout.trust())?;
    }
    Store::create(&layout.ledger(), &genesis, &StoreOptions::default())?;
    let (path, chain) = (layout.ledger().display().to_string(), genesis.chain_id().to_string());
    console.remark(
        "下一步: zhengku node run; 验证节点追上其他节点之前不投票",
        "next: zhengku node run; a validator does not vote before it has caught up with the others",
    );
    let made = serde_json::json!({ "ledger": path, "chain_id": chain });
    console.result(&made, &[("目录", "Directory", path), ("账本", "Ledger", chain)])?;
    Ok(0)
}

/// `ledger status`.
pub(super) fn status(arguments: &DataArgument, console: &Console) -> Result<u8, Failure> {
    let node = open(arguments, OpenMode::Read)?;
    let store = node.store();
    let tip = store.tip();
    let header = &tip.header;
    let status = LedgerStatus {
        chain_id: header.chain.to_string(),
        height: header.height.0,
        time: header.time.to_utc_text(),
        log_size: header.log_size,
        current: tip.current.ones(),
        log_root: header.log_root.to_string(),
        current_root: header.current_root.to_string(),
        organisations: tip.directory.organisations().count(),
        licence_types: tip.directory.licence_types().count(),
        validators: tip.validators().as_slice().len(),
        ledger_bytes: store.disk_bytes(),
        torn_tail: store.recovery() == Recovery::TornTail,
    };
    console.result(
        &status,
        &[
            ("账本", "Ledger", status.chain_id.clone()),
            ("高度", "Height", format!("{} ({})", status.height, status.time)),
            ("记录", "Entries", format!("{} (最新 current {})", status.log_size, status.current)),
            ("日志根", "Log root", status.log_root.clone()),
            ("状态根", "Current root", status.current_root.clone()),
            ("机构 / 类型", "Organisations / types", format!("{} / {}", status.organisations, status.licence_types)),
            ("节点", "Validators", status.validators.to_string()),
            ("占用磁盘", "On disk", format!("{:.1} MB", bytes_to_mb(status.ledger_bytes))),
        ],
    )?;
    Ok(0)
}

#[derive(Serialize)]
struct Checked {
    ok: bool,
    blocks: u64,
    entries: u64,
    keys: u64,
    records: u64,
    erased: u64,
    first_bad_height: Option<u64>,
    first_bad_entry: Option<u64>,
    problem: Option<String>,
}

/// `ledger fsck`: 0 when everything fits, 1 with the first thing that does not.
pub(super) fn fsck(arguments: &DataArgument, console: &Console) -> Result<u8, Failure> {
    let node = open(arguments, OpenMode::Read)?;
    let bar = console.progress(node.store().tip().header.log_size, "核对", "checking");
    let audit = audit::audit(&node, |entries| bar.set_position(entries));
    bar.finish_and_clear();
    let problem = audit.problem;
    let checked = Checked {
        ok: problem.is_none(),
        blocks: audit.blocks,
        entries: audit.entries,
        keys: audit.keys,
        records: audit.records,
        erased: audit.erased,
        first_bad_height: problem.as_ref().map(|problem| problem.height),
        first_bad_entry: problem.as_ref().and_then(|problem| problem.entry),
        problem: problem.map(|problem| problem.what),
    };
    let verdict = if checked.ok { "一致 consistent".to_owned() } else { "有损 DAMAGED".to_owned() };
    let mut table = vec![
        ("结论", "Result", verdict),
        ("区块", "Blocks", checked.blocks.to_string()),
        ("记录", "Entries", checked.entries.to_string()),
        ("不同的键", "Distinct keys", checked.keys.to_string()),
        ("照面信息", "Vault records", format!("{} (已销毁 erased {})", checked.records, checked.erased)),
    ];
    if let Some(problem) = &checked.problem {
        let entry = checked.first_bad_entry.map(|entry| format!(", 记录 entry {entry}")).unwrap_or_default();
        let height = checked.first_bad_height.unwrap_or_default();
        table.push(("首个问题", "First problem", format!("区块 block {height}{entry}: {problem}")));
    }
    console.result(&checked, &table)?;
    Ok(u8::from(!checked.ok))
}

/// For display only.
#[expect(clippy::cast_precision_loss, reason = "megabytes are shown with one digit")]
fn bytes_to_mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
