//! The arguments of the commands that run, watch and hurt a network.

use crate::demo::order::Order;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct TestnetArguments {
    /// 验证节点数 (容许 (N-1)/3 个故障)。 Validators: (N-1)/3 of them may fail.
    #[arg(long, default_value_t = 4)]
    pub(crate) nodes: usize,
    /// 观察节点数。 Observers: they follow and do not vote.
    #[arg(long, default_value_t = 0)]
    pub(crate) observers: usize,
    /// 写入的目录。 The directory to write into.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// 起始端口; 每节点 3 个。 The first port; each node takes three.
    #[arg(long, default_value_t = 7_000)]
    pub(crate) base_port: u16,
    /// 节点地址: 一个, 或逐个节点以逗号分隔。 The nodes' address: one, or one each, separated by commas.
    #[arg(long, default_value = "127.0.0.1", value_delimiter = ',')]
    pub(crate) host: Vec<String>,
}

#[derive(Subcommand)]
pub(crate) enum NodeCommand {
    /// 运行一个节点。 Run a node.
    Run(NodeRunArguments),
    /// 为现有网络新建节点目录: 密钥、证书、配置、创世块。 Make the directory of a node that joins a network.
    New(NodeNewArguments),
}

#[derive(Args)]
pub(crate) struct NodeNewArguments {
    /// 节点名: 小写字母、数字、- 与 .。 Its name on the ledger: lower-case letters, digits, `-` and `.`.
    pub(crate) name: String,
    /// 网络的创世块 (genesis.bin)。 Block 0 of the network.
    #[arg(long, value_name = "FILE")]
    pub(crate) genesis: PathBuf,
    /// 信任文件; 给出则核对创世块。 The trust file that the genesis must fit.
    #[arg(long, value_name = "FILE")]
    pub(crate) trust: Option<PathBuf>,
    /// 新目录。 The directory to make.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// 其他节点到达它的地址。 The address by which the others reach it.
    #[arg(long)]
    pub(crate) host: String,
    /// 起始端口: 共识、交换、接口。 The first of three ports: agreement, exchange, interface.
    #[arg(long, default_value_t = 7_000)]
    pub(crate) base_port: u16,
    /// 证书中的运营机构名 (拉丁字母)。 The operator's name in the certificate, in Latin letters.
    #[arg(long, value_name = "NAME", default_value = "Zhengku")]
    pub(crate) operator: String,
}

#[derive(Args)]
pub(crate) struct NodeRunArguments {
    #[command(flatten)]
    pub(crate) config: ConfigArgument,
    /// 日志格式。 The form of the log on standard error.
    #[arg(long, value_enum, default_value_t = LogForm::Text)]
    pub(crate) log: LogForm,
    /// 标准输入关闭时停止 (供 zhengku demo 使用)。 Stop when standard input ends: a node never outlives the demo that started it.
    #[arg(long, hide = true)]
    pub(crate) with_parent: bool,
}

/// Forms of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum LogForm {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Args)]
pub(crate) struct ConfigArgument {
    /// 节点配置文件。 The node's configuration.
    #[arg(long, value_name = "FILE", default_value = "node.toml")]
    pub(crate) config: PathBuf,
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = false)]
pub(crate) struct DemoArguments {
    /// 演示目录; 默认为新的临时目录, 停止时删除。 The demo's directory; default: a temporary one, removed at the end.
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) dir: Option<PathBuf>,
    /// 节点数。 Nodes.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(crate) nodes: u8,
    /// 不导入样例登记簿。 Do not import the sample registers.
    #[arg(long)]
    pub(crate) no_import: bool,
    /// 自动演练后退出: 终止一个节点, 继续出块, 重启, 追平。 Run the drill by itself and exit: kill one, go on, restart, level again.
    #[arg(long)]
    pub(crate) once: bool,
    /// 对正在运行的演示做什么。 What to do to the running demo.
    #[command(subcommand)]
    pub(crate) order: Option<Order>,
}

#[derive(Args, Clone)]
pub(crate) struct NodeUrl {
    /// 节点接口地址, 如 http://127.0.0.1:7002。 The base address of a node's interface.
    #[arg(long, value_name = "URL")]
    pub(crate) node: String,
}

#[derive(Subcommand)]
pub(crate) enum NetworkCommand {
    /// 各节点的高度、连接、投票与证书。 Every node's height, connection, vote and certificate.
    Status(NodeUrl),
}

#[derive(Args)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) config: ConfigArgument,
    /// 不查节点, 只查此部门目录或单机目录: 密钥、磁盘、吊销列表、证书与印章。 No node but this directory, a department's or a single ledger's: keys,
    /// disk, revocation lists, certificates and seals.
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub(crate) data: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum CertCommand {
    /// 证书的归属、有效期与是否相符。 Whose the certificate is, until when, and whether it fits the key.
    Status(ConfigArgument),
    /// 写出证书申请 (PKCS #10)。 Write a certificate request.
    Request(CertRequestArguments),
    /// 为网络密钥换发证书: 自签, 或由 --ca 签发。 A new certificate for the network key: self-signed, or signed by --ca.
    Renew(CertRenewArguments),
}

#[derive(Args)]
pub(crate) struct CertRequestArguments {
    #[command(flatten)]
    pub(crate) config: ConfigArgument,
    /// 证书的密钥名; 默认为现有证书的密钥。 The name of the key; default: that of the certificate that is there.
    #[arg(long, value_name = "NAME")]
    pub(crate) key: Option<String>,
    /// 申请文件。 The file to write.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Args)]
pub(crate) struct CertRenewArguments {
    #[command(flatten)]
    pub(crate) config: ConfigArgument,
    /// 证书的密钥名; 默认为现有证书的密钥。 The name of the key; default: that of the certificate that is there.
    #[arg(long, value_name = "NAME", requires = "out")]
    pub(crate) key: Option<String>,
    /// 写出的证书; 默认为节点目录的 certificate.pem。 The file to write; default: certificate.pem of the node's directory.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// 有效天数。 Days of validity.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=825))]
    pub(crate) days: u32,
    /// 签发机构的证书 (PEM)。 The authority's certificate.
    #[arg(long, value_name = "FILE", requires = "ca_key")]
    pub(crate) ca: Option<PathBuf>,
    /// 签发机构的私钥 (PEM, PKCS #8)。 The authority's key.
    #[arg(long, value_name = "FILE", requires = "ca")]
    pub(crate) ca_key: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// 新建密钥文件。 Make a key file.
    New(KeyNewArguments),
    /// 使用 PKCS#11 令牌 (如 USB 密钥、密码机) 中的 ed25519 密钥。 Use an ed25519 key in a PKCS#11 token.
    ///
    /// 密钥文件只记录令牌位置, 私钥不离开令牌; PIN 取自环境变量 ZK_TOKEN_PIN_FILE 所指文件的首行 (权限须为 600)。
    /// The key file names the token only, the secret stays there; the PIN is the first line of the file that ZK_TOKEN_PIN_FILE names (mode 600).
    Token(KeyTokenArguments),
    /// 列出密钥文件 (不含私钥)。 List the key files, without their secrets.
    Show(KeysArgument),
    /// 以口令加密。 Put key files under a passphrase.
    Encrypt(KeyNamesArguments),
    /// 去除口令。 Take key files out of their passphrase.
    Decrypt(KeyNamesArguments),
    /// 检查权限、格式与口令。 Check permissions, form and passphrase.
    Check(KeysArgument),
}

#[derive(Args)]
pub(crate) struct KeysArgument {
    /// 密钥目录。 The directory of the key files.
    #[arg(long, value_name = "DIR", default_value = "keys")]
    pub(crate) keys: PathBuf,
}

#[derive(Args)]
pub(crate) struct KeyNamesArguments {
    #[command(flatten)]
    pub(crate) keys: KeysArgument,
    /// 密钥名; 默认全部。 Names; default: all.
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
}

#[derive(Args)]
pub(crate) struct KeyNewArguments {
    #[command(flatten)]
    pub(crate) keys: KeysArgument,
    /// 密钥名, 如 validator。 Its name.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// 算法。 Its algorithm.
    #[arg(long, value_enum, default_value_t = KeyAlgorithm::Ed25519)]
    pub(crate) algorithm: KeyAlgorithm,
    /// 以口令加密。 Put it under a passphrase at once.
    #[arg(long)]
    pub(crate) encrypt: bool,
}

#[derive(Args)]
pub(crate) struct KeyTokenArguments {
    #[command(flatten)]
    pub(crate) keys: KeysArgument,
    /// 密钥名, 如 organisation-11999999TE5T00016J。 Its name.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// 令牌厂商的 PKCS#11 模块。 The token's PKCS#11 module.
    #[arg(long, value_name = "FILE")]
    pub(crate) module: PathBuf,
    /// 令牌标签。 The token's label.
    #[arg(long, value_name = "LABEL")]
    pub(crate) token: String,
    /// 密钥标签; 默认同密钥名。 The key's label; default: NAME.
    #[arg(long, value_name = "LABEL")]
    pub(crate) label: Option<String>,
    /// 使用令牌中已有的密钥, 不新建。 Take the key that is there instead of making one.
    #[arg(long)]
    pub(crate) existing: bool,
}

/// Algorithms of signing keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum KeyAlgorithm {
    /// ed25519
    Ed25519,
    /// SM2 with SM3
    Sm2,
}

#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// 检查配置文件。 Check the configuration.
    Check(ConfigArgument),
    /// 生效的配置。 The values in force.
    Show(ConfigShowArguments),
}

#[derive(Args)]
pub(crate) struct ConfigShowArguments {
    #[command(flatten)]
    pub(crate) config: ConfigArgument,
    /// 连同每个值的来源。 With the origin of each value.
    #[arg(long)]
    pub(crate) origin: bool,
}
