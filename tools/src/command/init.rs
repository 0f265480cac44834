//! `zhengku init`.

use super::write_whole;
use crate::cli::DataArgument;
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use std::sync::Arc;
use zhengku_node::clock::SystemClock;
use zhengku_node::demo;
use zhengku_node::layout::Layout;
use zhengku_store::StoreOptions;
use zhengku_verify::trust::TrustFile;

#[derive(Serialize)]
struct Made {
    data: String,
    chain_id: String,
    trust: String,
    organisations: usize,
    licence_types: usize,
}

/// Makes a ledger and its trust file.
pub(super) fn run(arguments: &DataArgument, console: &Console) -> Result<u8, Failure> {
    let layout = Layout::new(&arguments.data);
    begin(&layout)?;
    let node = demo::init(&layout, &StoreOptions::default(), Arc::new(SystemClock))?;
    let trust = TrustFile::of_genesis(node.store().genesis());
    let mut text = serde_json::to_string_pretty(&trust)?;
    text.push('\n');
    write_whole(&layout.trust(), text.as_bytes())?;
    std::fs::remove_file(layout.unfinished()).map_err(Failure::file(&layout.unfinished()))?;
    let tip = node.store().tip();
    let made = Made {
        data: layout.root().display().to_string(),
        chain_id: tip.header.chain.to_string(),
        trust: layout.trust().display().to_string(),
        organisations: tip.directory.organisations().count(),
        licence_types: tip.directory.licence_types().count(),
    };
    console.result(
        &made,
        &[
            ("数据目录", "Directory", made.data.clone()),
            ("账本", "Ledger", made.chain_id.clone()),
            ("信任文件", "Trust file", made.trust.clone()),
            ("演示机构", "Demo organisations", made.organisations.to_string()),
            ("证照类型", "Licence types", made.licence_types.to_string()),
        ],
    )?;
    Ok(0)
}

/// Marks the directory as unfinished, and clears away what an interrupted `init` left there. The trust file is written last: a
/// directory that has one is whole, and so is one that was never marked.
fn begin(layout: &Layout) -> Result<(), Failure> {
    let mark = layout.unfinished();
    if mark.exists() && !layout.trust().exists() {
        for left in
            [layout.ledger(), layout.ledger().with_file_name("signed"), layout.vault(), layout.keys(), layout.pki()]
        {
            match std::fs::remove_dir_all(&left) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Failure::file(&left)(error)),
                _ => {}
            }
        }
    }
    if layout.ledger().exists() || layout.keys().exists() {
        return Err(zhengku_store::StoreError::Exists { path: layout.root().to_owned() }.into());
    }
    std::fs::create_dir_all(layout.root()).map_err(Failure::file(layout.root()))?;
    write_whole(&mark, b"zhengku init\n")
}
