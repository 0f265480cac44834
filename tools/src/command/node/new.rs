//! `zhengku node new`: the directory of a node that joins a network.

use crate::cli::network::NodeNewArguments;
use crate::failure::Failure;
use crate::output::Console;
use crate::testnet::{JOIN_FILE, Joining, Plan, whole_or_nothing};
use serde::Serialize;
use std::io::Read;
use std::path::Path;
use zhengku_ledger::block::Genesis;
use zhengku_ledger::block::genesis::MAX_GENESIS_BYTES;
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_verify::trust::TrustFile;

/// X.520 allows an organisation's name so many.
const MAX_OPERATOR_BYTES: usize = 64;

#[derive(Serialize)]
struct Made {
    name: String,
    chain_id: String,
    config: String,
    join: String,
}

/// Makes it in an empty directory.
pub(in crate::command) fn run(arguments: &NodeNewArguments, console: &Console) -> Result<u8, Failure> {
    let (out, name) = (&arguments.out, &arguments.name);
    let is_empty = std::fs::read_dir(out).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        return Err(Failure::usage(
            format!("{}: 目录不为空, 未作改动; 请换一个目录", out.display()),
            format!("{}: the directory is not empty, nothing was written; choose another", out.display()),
        ));
    }
    check_operator(&arguments.operator)?;
    let genesis = read_genesis(&arguments.genesis)?;
    if let Some(trust) = &arguments.trust {
        check(&genesis, trust)?;
    }
    let plan = Plan::new(1, 0, std::slice::from_ref(&arguments.host), arguments.base_port)?;
    let place = plan.places.first().ok_or_else(|| Failure::usage("没有端口", "no ports"))?;
    whole_or_nothing(out, || Joining::make(out, (name, &arguments.operator), place, &genesis, SystemClock.now()))?;
    let made = Made {
        name: name.clone(),
        chain_id: genesis.chain_id().to_string(),
        config: out.join("node.toml").display().to_string(),
        join: out.join(JOIN_FILE).display().to_string(),
    };
    console.result(
        &made,
        &[
            ("节点", "Node", made.name.clone()),
            ("账本", "Ledger", made.chain_id.clone()),
            ("配置", "Configuration", made.config.clone()),
            ("入网文件", "Join file", made.join.clone()),
        ],
    )?;
    let (join, config) = (&made.join, &made.config);
    console.remark(
        &format!(
            "下一步: 验证节点的机构运行 zhengku governance propose add-node --join {join} --organisation N --role observer --keys DIR --node URL\n\
             生效后 (或此前) 运行 zhengku node run --config {config}"
        ),
        &format!(
            "next: a validator's organisation runs zhengku governance propose add-node --join {join} --organisation N --role observer --keys DIR \
             --node URL\nthen, or before: zhengku node run --config {config}"
        ),
    );
    Ok(0)
}

/// The operator stands in the certificate, where it is read back when the certificate is renewed.
fn check_operator(operator: &str) -> Result<(), Failure> {
    let fits = |byte: u8| byte.is_ascii_graphic() && byte != b',' || byte == b' ';
    if !operator.trim().is_empty() && operator.len() <= MAX_OPERATOR_BYTES && operator.bytes().all(fits) {
        return Ok(());
    }
    Err(Failure::usage(
        format!("--operator {operator:?}: 请用 1 至 {MAX_OPERATOR_BYTES} 个拉丁字母, 不含逗号"),
        format!("--operator {operator:?}: give 1 to {MAX_OPERATOR_BYTES} Latin characters without commas"),
    ))
}

/// Reads block 0 of a network.
pub(in crate::command) fn read_genesis(path: &Path) -> Result<Genesis, Failure> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_GENESIS_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let file = std::fs::File::open(path).map_err(Failure::file(path))?;
    file.take(limit).read_to_end(&mut bytes).map_err(Failure::file(path))?;
    Genesis::decode(&bytes).map_err(|error| {
        let shown = path.display();
        Failure::usage(
            format!("{shown}: 不是创世块 ({error}); 请向网络的运营者索取 genesis.bin"),
            format!("{shown}: {error}; ask an operator of the network for genesis.bin"),
        )
    })
}

/// Compares block 0 with a trust file.
pub(in crate::command) fn check(genesis: &Genesis, path: &Path) -> Result<(), Failure> {
    let bytes = std::fs::read(path).map_err(Failure::file(path))?;
    let trust = TrustFile::parse(&bytes).map_err(|error| {
        let shown = path.display();
        Failure::usage(format!("{shown}: 信任文件不可用 ({error})"), format!("{shown}: {error}"))
    })?;
    if trust.chain == genesis.chain_id() {
        return Ok(());
    }
    let shown = path.display();
    Err(Failure::usage(
        format!("创世块不属于 {shown} 的账本; 请核对两个文件的来源"),
        format!("the genesis is not of the ledger of {shown}; see where the two files come from"),
    ))
}
