//! `zhengku testnet`.

use crate::cli::network::TestnetArguments;
use crate::failure::Failure;
use crate::output::Console;
use crate::testnet::{GENESIS_FILE, Plan, whole_or_nothing};
use serde::Serialize;
use zhengku_ledger::entry::NodeRole;
use zhengku_node::clock::{Clock, SystemClock};

#[derive(Serialize)]
struct Written {
    chain_id: String,
    trust: String,
    genesis: String,
    department: String,
    nodes: Vec<WrittenNode>,
}

#[derive(Serialize)]
struct WrittenNode {
    name: String,
    role: &'static str,
    organisation: String,
    url: String,
    config: String,
}

/// Makes a network.
pub(super) fn run(arguments: &TestnetArguments, console: &Console) -> Result<u8, Failure> {
    let out = &arguments.out;
    let is_empty = std::fs::read_dir(out).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        return Err(Failure::usage(
            format!("{}: 目录不为空, 未作改动; 请换一个目录", out.display()),
            format!("{}: the directory is not empty, nothing was written; choose another", out.display()),
        ));
    }
    let plan = Plan::new(arguments.nodes, arguments.observers, &arguments.host, arguments.base_port)?;
    let made = whole_or_nothing(out, || plan.make(out, SystemClock.now()))?;
    let language = console.language();
    let node = |node: &crate::testnet::MadeNode| WrittenNode {
        name: node.name.clone(),
        role: if node.role == NodeRole::Validator { "validator" } else { "observer" },
        organisation: language.pick(&node.organisation_zh, &node.organisation_en).to_owned(),
        url: node.url.clone(),
        config: node.directory.join("node.toml").display().to_string(),
    };
    let written = Written {
        chain_id: made.chain.to_string(),
        trust: made.trust.display().to_string(),
        genesis: out.join(GENESIS_FILE).display().to_string(),
        department: made.department.display().to_string(),
        nodes: made.nodes.iter().map(node).collect(),
    };
    let mut table = vec![
        ("账本", "Ledger", written.chain_id.clone()),
        ("信任文件", "Trust file", written.trust.clone()),
        ("创世块", "Block 0", written.genesis.clone()),
        ("部门目录", "Department", written.department.clone()),
    ];
    for node in &written.nodes {
        table.push(("节点", "Node", format!("{}  {}  {}  {}", node.name, node.role, node.url, node.organisation)));
    }
    console.result(&written, &table)?;
    if let Some(first) = written.nodes.first() {
        console.remark(
            &format!("下一步: 在每个节点上运行 zhengku node run --config {}", first.config),
            &format!("next: run each node, zhengku node run --config {}", first.config),
        );
    }
    Ok(0)
}
