//! The arguments of `zhengku governance`.

use super::network::NodeUrl;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Subcommand)]
pub(crate) enum GovernanceCommand {
    /// 提案与其进度。 Proposals and how far they are.
    List(NodeUrl),
    /// 预演一项变更: 前后对照, 不提交。 What a change would do; nothing is submitted.
    Preview(ProposeArguments),
    /// 提出一项变更。 Propose a change.
    Propose(ProposeArguments),
    /// 批准一项提案。 Approve a proposal.
    Approve(ApproveArguments),
}

/// Whose key signs, and through which node.
#[derive(Args)]
pub(crate) struct SignerArguments {
    #[command(flatten)]
    pub(crate) node: NodeUrl,
    /// 机构密钥所在目录。 The directory with the organisation's key.
    #[arg(long, value_name = "DIR", default_value = "keys")]
    pub(crate) keys: PathBuf,
}

#[derive(Args)]
pub(crate) struct ApproveArguments {
    /// 提案编号。 The proposal's number.
    pub(crate) number: u32,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
}

#[derive(Args)]
pub(crate) struct ProposeArguments {
    #[command(subcommand)]
    pub(crate) change: ChangeCommand,
}

#[derive(Subcommand)]
pub(crate) enum ChangeCommand {
    /// 新节点加入 (取自其目录)。 A node joins, as its directory says.
    AddNode(AddNodeArguments),
    /// 节点离开。 A node leaves.
    RemoveNode(NodeArguments),
    /// 更换节点的密钥、证书、地址或角色。 Another key, certificate, address or role of a node.
    ReplaceNode(ReplaceNodeArguments),
    /// 设置参数, 如 interval_ms=200。 Set parameters, e.g. interval_ms=200.
    SetParameters(SetParametersArguments),
}

#[derive(Args)]
pub(crate) struct NodeArguments {
    /// 节点名。 The node's name.
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
}

#[derive(Args)]
pub(crate) struct AddNodeArguments {
    /// 新节点的配置文件; 其目录下须有 keys/ 与 certificate.pem。 Its configuration, beside keys/ and certificate.pem.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// 运营机构编号。 The number of the organisation that operates it.
    #[arg(long)]
    pub(crate) organisation: u32,
    /// 其他节点到达它的地址。 The address by which the others reach it.
    #[arg(long)]
    pub(crate) host: String,
    /// 角色。 Its role.
    #[arg(long, value_enum, default_value_t = RoleArgument::Validator)]
    pub(crate) role: RoleArgument,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
}

#[derive(Args)]
pub(crate) struct ReplaceNodeArguments {
    /// 节点名。 The node's name.
    pub(crate) name: String,
    /// 新证书 (PEM)。 The new certificate.
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// 新的投票公钥 (ed25519:…)。 The new key that it votes with.
    #[arg(long, value_name = "KEY")]
    pub(crate) consensus_key: Option<String>,
    /// 新的网络公钥; 须同时给出其证书。 The new network key; its certificate goes with it.
    #[arg(long, value_name = "KEY", requires = "certificate")]
    pub(crate) network_key: Option<String>,
    /// 新的共识地址。 The new address of its agreement.
    #[arg(long, value_name = "MULTIADDRESS")]
    pub(crate) consensus_address: Option<String>,
    /// 新的交换地址。 The new address of its exchange.
    #[arg(long, value_name = "MULTIADDRESS")]
    pub(crate) exchange_address: Option<String>,
    /// 新的接口地址。 The new base of its interface.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// 新角色。 The new role.
    #[arg(long, value_enum)]
    pub(crate) role: Option<RoleArgument>,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
}

#[derive(Args)]
pub(crate) struct SetParametersArguments {
    /// 参数=值。 Parameter=value.
    #[arg(required = true, value_name = "NAME=VALUE")]
    pub(crate) settings: Vec<String>,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
}

/// Roles of nodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum RoleArgument {
    /// 投票 votes
    Validator,
    /// 跟随 follows
    Observer,
}

impl ChangeCommand {
    pub(crate) const fn signer(&self) -> &SignerArguments {
        match self {
            Self::AddNode(arguments) => &arguments.signer,
            Self::RemoveNode(arguments) => &arguments.signer,
            Self::ReplaceNode(arguments) => &arguments.signer,
            Self::SetParameters(arguments) => &arguments.signer,
        }
    }
}
