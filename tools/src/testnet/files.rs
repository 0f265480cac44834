//! The files of a network that was made.

use super::{DEPARTMENT, GOVERNOR, MadeNode};
use crate::command::write_whole;
use crate::failure::Failure;
use std::fmt::Write as _;
use std::path::Path;
use zhengku_ledger::block::Genesis;
use zhengku_ledger::codec;
use zhengku_node::config::NodeConfig;
use zhengku_node::layout::Layout;
use zhengku_store::{Store, StoreOptions};
use zhengku_verify::trust::TrustFile;

/// Block 0 in its canonical bytes: with it a node joins later.
pub(crate) const GENESIS_FILE: &str = "genesis.bin";
/// How long the first certificates are valid.
pub(super) const CERTIFICATE_DAYS: u32 = 365;

pub(super) fn write(out: &Path, genesis: &Genesis, nodes: &[MadeNode]) -> Result<(), Failure> {
    let trust = trust(genesis)?;
    let units = out.join("systemd");
    std::fs::create_dir_all(&units).map_err(Failure::file(&units))?;
    for node in nodes {
        Store::create(&Layout::new(&node.directory).ledger(), genesis, &StoreOptions::default())?;
        write_config(&node.directory, &node.config)?;
        write_whole(&node.directory.join("trust.json"), trust.as_bytes())?;
        write_whole(&units.join(format!("zhengku-{}.service", node.name)), unit(&node.name).as_bytes())?;
    }
    for directory in [DEPARTMENT, GOVERNOR] {
        write_whole(&out.join(directory).join("trust.json"), trust.as_bytes())?;
    }
    write_whole(&out.join(GENESIS_FILE), &codec::encode(genesis))?;
    // Last: a directory that has it is whole.
    write_whole(&out.join("trust.json"), trust.as_bytes())
}

/// The text of the trust file.
pub(super) fn trust(genesis: &Genesis) -> Result<String, Failure> {
    let mut trust = serde_json::to_string_pretty(&TrustFile::of_genesis(genesis))?;
    trust.push('\n');
    Ok(trust)
}

/// Writes a node's configuration.
pub(crate) fn write_config(directory: &Path, config: &NodeConfig) -> Result<(), Failure> {
    write_whole(&directory.join("node.toml"), text(config).as_bytes())
}

/// The configuration with a line of explanation for each key.
fn text(config: &NodeConfig) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = String::from(
        "# 证库节点配置; 未知的键会被拒绝。任何键都可用环境变量覆盖, 如 ZK__API__LISTEN=0.0.0.0:8480。\n\
         # A node's configuration; unknown keys are refused. Each key can be given as ZK__SECTION__KEY in the environment.\n\
         # 查看生效值及其来源 What is in force, and where it comes from: zhengku config show --origin --config node.toml\n\n",
    );
    let mut line = |comment: &str, key: &str, value: &str| {
        let _ = writeln!(text, "# {comment}\n{key} = {value}");
    };
    line("账本上的节点名 The node's name on the ledger", "name", &quoted(&config.name));
    let data = config.data.to_string_lossy();
    line("数据目录, 相对于本文件 Its directory, relative to this file", "data", &quoted(&data));
    let sections = [
        ("api", "HTTP 接口与网页 The HTTP interface and its pages", quoted(&config.api.listen.to_string())),
        ("consensus", "与其他验证节点共识 Agreement with the other validators", quoted(&config.consensus.listen)),
        ("exchange", "与其他节点交换交易 Exchange of transactions", quoted(&config.exchange.listen)),
    ];
    for (section, comment, listen) in sections {
        let _ = writeln!(text, "\n# {comment}\n[{section}]\nlisten = {listen}");
    }
    for one in &config.overrides {
        let (name, consensus, exchange) = (quoted(&one.name), quoted(&one.consensus), quoted(&one.exchange));
        let _ = writeln!(text, "\n[[overrides]]\nname = {name}\nconsensus = {consensus}\nexchange = {exchange}");
    }
    text
}

/// A unit that runs the node as a user of its own, with nothing of the system writable but its directory.
fn unit(name: &str) -> String {
    format!(
        "[Unit]\n\
         Description=证库节点 Zhengku node {name}\n\
         After=network-online.target\n\
         Wants=network-online.target\n\
         # 十分钟内五次失败即不再重启 Five failures within ten minutes: it stays down, and the unit is failed.\n\
         StartLimitIntervalSec=600\n\
         StartLimitBurst=5\n\
         \n\
         [Service]\n\
         ExecStart=/usr/local/bin/zhengku node run --config /var/lib/zhengku/{name}/node.toml --log json\n\
         # 密钥文件加密时取消下一行的注释 For encrypted key files:\n\
         #LoadCredential=passphrase:/etc/zhengku/{name}.passphrase\n\
         #Environment=ZK_KEY_PASSPHRASE_FILE=%d/passphrase\n\
         User=zhengku\n\
         Restart=on-failure\n\
         RestartSec=5\n\
         # 退出码 2: 节点不得继续, 须由人查明原因 Exit code 2: it must not go on before somebody has looked.\n\
         RestartPreventExitStatus=2\n\
         TimeoutStopSec=30\n\
         LimitNOFILE=65536\n\
         NoNewPrivileges=yes\n\
         ProtectSystem=strict\n\
         ProtectHome=yes\n\
         PrivateTmp=yes\n\
         PrivateDevices=yes\n\
         ProtectKernelTunables=yes\n\
         ProtectControlGroups=yes\n\
         RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX\n\
         MemoryDenyWriteExecute=yes\n\
         ReadWritePaths=/var/lib/zhengku/{name}\n\
         \n\
         [Install]\n\
         WantedBy=multi-user.target\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testnet::Plan;
    use zhengku_node::config::PeerOverride;

    #[test]
    fn the_configuration_reads_back_as_it_was() {
        let plan = Plan::new(2, 0, &["node-1.example".to_owned(), "192.0.2.7".to_owned()], 7000).unwrap();
        let mut config = plan.places[1].config("jiading-1");
        config.overrides.push(PeerOverride {
            name: "pudong-1".to_owned(),
            consensus: "/ip4/127.0.0.1/tcp/1".to_owned(),
            exchange: "/ip4/127.0.0.1/tcp/2".to_owned(),
        });
        assert_eq!(toml::from_str::<NodeConfig>(&text(&config)).unwrap(), config);
    }

    #[test]
    fn a_unit_gives_up_where_a_restart_would_harm() {
        let unit = unit("pudong-1");
        for line in ["StartLimitIntervalSec=600", "StartLimitBurst=5", "RestartPreventExitStatus=2", "RestartSec=5"] {
            assert!(unit.lines().any(|one| one == line), "{line}: {unit}");
        }
        let (before, after) = unit.split_once("[Service]").unwrap();
        assert!(before.contains("StartLimit") && !after.contains("StartLimit"), "limits stand in [Unit]");
    }
}
