//! The sample registers of a demo, imported through the interface of one of its nodes as a department would.

use crate::demo::supervisor::Demo;
use crate::failure::Failure;
use crate::output::Console;
use std::path::PathBuf;
use std::process::Stdio;
use zhengku_library::sample::{Sample, SampleKind, generate};

/// Rows of each register: a second's work, and enough to look at.
const ROWS: u64 = 50;
const SEED: u64 = 20_261_121;

/// Generates and imports the four registers.
pub(super) async fn import(demo: &Demo, console: &Console) -> Result<(), Failure> {
    let directory = demo.directory.path.join("registers");
    std::fs::create_dir_all(&directory).map_err(Failure::file(&directory))?;
    let mut files: Vec<PathBuf> = Vec::new();
    for kind in SampleKind::ALL {
        let path = directory.join(kind.file_name());
        let mut file = std::fs::File::create(&path).map_err(Failure::file(&path))?;
        generate(&Sample::new(kind, SEED, ROWS, true), &mut file).map_err(Failure::file(&path))?;
        files.push(path);
    }
    let Some(node) = demo.nodes.first() else { return Ok(()) };
    console.remark(
        &format!("导入 {} 份样例登记簿 (虚构数据)…", files.len()),
        &format!("importing {} sample registers (invented data)…", files.len()),
    );
    let program = std::env::current_exe().map_err(Failure::output)?;
    let mut command = tokio::process::Command::new(program);
    command
        .args(["-o", "json", "import", "--data"])
        .arg(&demo.department)
        .args(["--node", &node.made.url])
        .args(&files);
    command.kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let ran = command.output().await.map_err(Failure::output)?;
    let mut licences = 0_u64;
    for line in String::from_utf8_lossy(&ran.stdout).lines() {
        let report: serde_json::Value = serde_json::from_str(line)?;
        licences = licences.saturating_add(report.get("licences").and_then(serde_json::Value::as_u64).unwrap_or(0));
    }
    if !ran.status.success() {
        return Err(Failure::usage("样例登记簿未能导入", "the sample registers could not be imported"));
    }
    console.remark(&format!("✔ 已签发 {licences} 份样例证照"), &format!("✔ {licences} sample licences minted"));
    Ok(())
}
