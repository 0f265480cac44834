//! The arguments of `zhengku governance`.

use super::network::NodeUrl;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Subcommand)]
pub(crate) enum GovernanceCommand {
    /// 提案与其进度。 Proposals and how far they are.
    List(NodeUrl),
    /// 账本上的机构: 编号、名称、角色、密钥数。 The organisations of the ledger.
    Organisations(NodeUrl),
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
    /// 审阅过的变更摘要 (见 propose 的输出); 不符则账本拒绝。 The digest of the change that was looked at; the ledger refuses another.
    #[arg(long, value_name = "DIGEST")]
    pub(crate) change: Option<String>,
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
    /// 登记机构, 使用下一个编号。 Register an organisation under the next free number.
    RegisterOrganisation(RegisterOrganisationArguments),
    /// 变更机构: 密钥、角色、名称或状态。 Other keys, roles, names or status of an organisation.
    UpdateOrganisation(UpdateOrganisationArguments),
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
#[group(id = "source", required = true, multiple = false, args = ["join", "config"])]
pub(crate) struct AddNodeArguments {
    /// 新节点的入网文件 (zhengku node new 写出, 不含私钥)。 The file that `zhengku node new` wrote; it holds no secret.
    #[arg(long, value_name = "FILE")]
    pub(crate) join: Option<PathBuf>,
    /// 新节点的配置文件; 其目录下须有 keys/ 与 certificate.pem。 Or its configuration, beside keys/ and certificate.pem.
    #[arg(long, value_name = "FILE", requires = "host")]
    pub(crate) config: Option<PathBuf>,
    /// 运营机构编号。 The number of the organisation that operates it.
    #[arg(long)]
    pub(crate) organisation: u32,
    /// 其他节点到达它的地址 (与 --config 同用)。 The address by which the others reach it; goes with --config.
    #[arg(long, conflicts_with = "join")]
    pub(crate) host: Option<String>,
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
pub(crate) struct RegisterOrganisationArguments {
    /// 统一社会信用代码 (18 位)。 Its unified social credit code.
    #[arg(long, value_name = "CODE")]
    pub(crate) credit_code: String,
    /// 中文名称。 Its Chinese name.
    #[arg(long, value_name = "NAME")]
    pub(crate) name_zh: String,
    /// 英文名称。 Its English name.
    #[arg(long, value_name = "NAME")]
    pub(crate) name_en: String,
    /// 角色, 逗号分隔。 Its roles, separated by commas.
    #[arg(long = "role", value_enum, value_delimiter = ',', required = true)]
    pub(crate) roles: Vec<OrganisationRole>,
    /// 其签名公钥 (由 zhengku key new 显示), 可重复。 A public key it signs with, as `zhengku key new` shows it; repeatable.
    #[arg(long = "key", value_name = "KEY", required = true)]
    pub(crate) public_keys: Vec<String>,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
}

#[derive(Args)]
pub(crate) struct UpdateOrganisationArguments {
    /// 机构编号 (见 zhengku governance organisations)。 Its number.
    pub(crate) number: u32,
    /// 增加的公钥, 可重复。 A public key to add; repeatable.
    #[arg(long, value_name = "KEY")]
    pub(crate) add_key: Vec<String>,
    /// 去除的公钥, 可重复。 A public key to remove; repeatable.
    #[arg(long, value_name = "KEY")]
    pub(crate) remove_key: Vec<String>,
    /// 以这些公钥取代全部现有公钥, 可重复。 Public keys that take the place of all it has; repeatable.
    #[arg(long = "key", value_name = "KEY", conflicts_with_all = ["add_key", "remove_key"])]
    pub(crate) public_keys: Vec<String>,
    /// 新角色, 逗号分隔。 Its roles, all of them, separated by commas.
    #[arg(long = "role", value_enum, value_delimiter = ',')]
    pub(crate) roles: Vec<OrganisationRole>,
    /// 新的中文名称。 The new Chinese name.
    #[arg(long, value_name = "NAME")]
    pub(crate) name_zh: Option<String>,
    /// 新的英文名称。 The new English name.
    #[arg(long, value_name = "NAME")]
    pub(crate) name_en: Option<String>,
    /// 启用或停用。 Whether it may act.
    #[arg(long, value_enum)]
    pub(crate) status: Option<StatusArgument>,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
}

/// Roles of organisations.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum OrganisationRole {
    /// 登记机构 registers organisations
    Governor,
    /// 定义证照类型 defines licence types
    Definer,
    /// 签发证照 issues licences
    Issuer,
}

/// Whether an organisation may act.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum StatusArgument {
    /// 启用 may act
    Active,
    /// 停用 may not
    Barred,
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
            Self::RegisterOrganisation(arguments) => &arguments.signer,
            Self::UpdateOrganisation(arguments) => &arguments.signer,
            Self::SetParameters(arguments) => &arguments.signer,
        }
    }
}
