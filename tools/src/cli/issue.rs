//! The arguments of making licences, of e-seals and of certificates.

use super::{DataArgument, LicenceArgument};
use crate::desk::operators::RoleName;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct MintArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 经此节点写入网络账本; --data 为部门目录。 The ledger of a network through this node; --data is a department's directory.
    #[arg(long, value_name = "URL")]
    pub(crate) node: Option<String>,
    /// 证照类型名称或代码。 Licence type by name or code.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) licence_type: String,
    /// 填好的表单 (JSON 对象, 键为字段键); 空表单见 licence form。 The filled form, a JSON object; `licence form` writes an empty one.
    #[arg(long, value_name = "FILE")]
    pub(crate) form: Option<PathBuf>,
    /// 字段值, 可重复; 优先于 --form。 A field's value, repeatable; before --form.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) values: Vec<String>,
    /// 另制 PDF/A。 Make a PDF/A as well.
    #[arg(long)]
    pub(crate) pdf: bool,
    /// 文件写入的目录。 The directory that the files go to.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// 只预览: 写出 PNG, 不盖章、不上链。 Preview only: write PNG files, seal nothing, mint nothing.
    #[arg(long)]
    pub(crate) preview: bool,
}

#[derive(Args)]
pub(crate) struct FormArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 经此节点访问网络账本。 The ledger of a network through this node.
    #[arg(long, value_name = "URL")]
    pub(crate) node: Option<String>,
    /// 证照类型名称或代码。 Licence type by name or code.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) licence_type: String,
}

#[derive(Args)]
pub(crate) struct RenderArguments {
    #[command(flatten)]
    pub(crate) licence: LicenceArgument,
    /// 写出的文件; 种类由扩展名定: .ofd .pdf .png .json .proof (证明)。 The file to write; its ending says which kind.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// 覆盖已有的不同文件。 Replace another file of this name.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Subcommand)]
pub(crate) enum SealCommand {
    /// 印章登记册。 The register of seals.
    List(SealListArguments),
    /// 申请印章, 或一步完成申请、制作、备案 (本机持有制章机构密钥时)。 Apply for a seal; with --complete also make and file it.
    Apply(SealApplyArguments),
    /// 制作已申请的印章。 Make a seal that was applied for.
    Make(SealNumberArguments),
    /// 备案已制作的印章: 自此可用。 File a seal that was made: it may be used from now on.
    File(SealNumberArguments),
    /// 换证后批量重制印章。 Renew certificates and remake seals in bulk.
    Renew(SealRenewArguments),
    /// 注销印章; 此前所盖仍有效。 Cancel a seal; what it sealed before stays valid.
    Cancel(SealCancelArguments),
    /// 查看印章文件 (.esl)。 Show a seal file.
    Show(SealShowArguments),
    /// 绘制印模 (.png 或 .svg)。 Draw a seal's picture.
    Picture(SealPictureArguments),
    /// 写出含印章登记册、证书与吊销列表的信任文件。 Write a trust file with the register of seals, authorities and revocation lists.
    Trust(SealTrustArguments),
}

/// Where the register is.
#[derive(Args)]
pub(crate) struct SealListArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 经此节点访问网络账本。 The ledger of a network through this node.
    #[arg(long, value_name = "URL")]
    pub(crate) node: Option<String>,
}

#[derive(Args)]
pub(crate) struct SealApplyArguments {
    #[command(flatten)]
    pub(crate) at: SealListArguments,
    /// 印章所属机构的统一社会信用代码。 Credit code of the owner.
    #[arg(long, value_name = "CODE", required_unless_present = "all")]
    pub(crate) owner: Option<String>,
    /// 为本目录持有密钥而尚无印章的全部发证机关申请。 For every issuer whose key is here and that has no seal.
    #[arg(long, conflicts_with_all = ["owner", "name"])]
    pub(crate) all: bool,
    /// 印章名称, 如 "某市某局行政审批专用章"; 默认为机构名称。 The seal's name; default: the owner's.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// 有效期 (年)。 Years of validity.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=10))]
    pub(crate) years: u8,
    /// 随即制作并备案。 Make and file it as well.
    #[arg(long)]
    pub(crate) complete: bool,
}

#[derive(Args)]
pub(crate) struct SealNumberArguments {
    #[command(flatten)]
    pub(crate) at: SealListArguments,
    /// 印章编号 (登记册中)。 The seal's number in the register.
    pub(crate) number: u32,
}

#[derive(Args)]
pub(crate) struct SealRenewArguments {
    #[command(flatten)]
    pub(crate) at: SealListArguments,
    /// 印章编号; 默认为本机持有的全部。 Numbers; default: all that are held here.
    pub(crate) numbers: Vec<u32>,
    /// 新的有效期 (年)。 Years of validity.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=10))]
    pub(crate) years: u8,
}

#[derive(Args)]
pub(crate) struct SealCancelArguments {
    #[command(flatten)]
    pub(crate) seal: SealNumberArguments,
    /// 法律依据或事由。 The legal ground.
    #[arg(long, value_name = "TEXT")]
    pub(crate) ground: String,
}

#[derive(Args)]
pub(crate) struct SealTrustArguments {
    #[command(flatten)]
    pub(crate) at: SealListArguments,
    /// 作为基础的信任文件; 默认为目录中的 trust.json。 The trust file to begin with; default: the directory's.
    #[arg(long, value_name = "FILE")]
    pub(crate) base: Option<PathBuf>,
    /// 写出的文件; 默认改写目录中的 trust.json。 The file to write; default: the directory's trust.json.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// 覆盖已有的不同文件。 Replace another file of this name.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Args)]
pub(crate) struct SealShowArguments {
    /// 印章文件。 The seal file.
    pub(crate) file: PathBuf,
}

#[derive(Args)]
pub(crate) struct SealPictureArguments {
    /// 环形文字, 4 至 30 字。 The name around the ring, 4 to 30 characters.
    pub(crate) name: String,
    /// 中央下方文字, 如 "行政审批专用章"。 The text below the star.
    #[arg(long)]
    pub(crate) purpose: Option<String>,
    /// 写出的文件 (.png 或 .svg)。 The file to write.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Subcommand)]
pub(crate) enum CaCommand {
    /// 新建根证书与电子印章证书机构 (SM2)。 Make a root and a seal authority (SM2).
    Init(CaInitArguments),
    /// 签发证书。 Issue a certificate.
    Issue(CaIssueArguments),
    /// 吊销证书。 Revoke a certificate.
    Revoke(CaRevokeArguments),
    /// 写出吊销列表。 Write the revocation list.
    Crl(CaCrlArguments),
    /// 已签发的证书。 The certificates that were issued.
    List(DataArgument),
    /// 查看证书文件。 Show a certificate file.
    Show(CaShowArguments),
}

#[derive(Args)]
pub(crate) struct CaInitArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 机构名称。 The authority's name.
    #[arg(long, default_value = "证库演示")]
    pub(crate) name: String,
    /// 根证书的有效期 (年)。 Years of the root.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=30))]
    pub(crate) years: u8,
}

#[derive(Args)]
pub(crate) struct CaIssueArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 用途。 What the certificate is for.
    #[arg(long, value_enum)]
    pub(crate) profile: CaProfile,
    /// 证书主体的名称。 The subject's name.
    #[arg(long)]
    pub(crate) name: String,
    /// 机构的统一社会信用代码。 The organisation's credit code.
    #[arg(long, value_name = "CODE")]
    pub(crate) organisation: String,
    /// 公钥 (sm2:… 或 ed25519:…); 默认在 keys/ 新建一把。 The public key; default: a new one in keys/.
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// 有效期 (天)。 Days of validity.
    #[arg(long, default_value_t = 1_826, value_parser = clap::value_parser!(u32).range(1..=3_700))]
    pub(crate) days: u32,
    /// 写出的证书 (PEM)。 The certificate to write.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// What a certificate is for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CaProfile {
    /// 制章者或签章者
    Sealer,
    /// 机构
    Organisation,
    /// 节点
    Node,
    /// 时间戳服务机构
    Timestamp,
}

/// `zhengku timestamp`.
#[derive(Subcommand)]
pub(crate) enum TimestampCommand {
    /// 运行时间戳服务 (RFC 3161, SM2 与 SM3)。 Run a timestamping authority.
    Run(TimestampRunArguments),
    /// 自此在本目录盖章时取得时间戳。 From now on, ask this authority when something is sealed in this directory.
    Use(TimestampUseArguments),
    /// 自此盖章不再取时间戳。 From now on, seal without timestamps.
    Drop(DataArgument),
}

#[derive(Args)]
pub(crate) struct TimestampRunArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 监听地址。 The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8610")]
    pub(crate) listen: std::net::SocketAddr,
    /// 时间戳证书 (PEM 或 DER), 给一次即可; 默认由本目录的证书机构签发。 The certificate, needed once; default: one that the authority in this
    /// directory issues.
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct TimestampUseArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 时间戳服务的地址, 如 http://127.0.0.1:8610/。 The authority's address.
    #[arg(value_name = "URL")]
    pub(crate) url: String,
}

#[derive(Args)]
pub(crate) struct CaRevokeArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 证书序列号 (十六进制)。 The serial number in hexadecimal.
    pub(crate) serial: String,
    /// 原因。 The reason.
    #[arg(long, value_enum, default_value_t = CaReason::Unspecified)]
    pub(crate) reason: CaReason,
}

/// Reasons of RFC 5280 section 5.3.1.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CaReason {
    /// 未说明
    Unspecified,
    /// 密钥泄露
    KeyCompromise,
    /// 隶属关系改变
    AffiliationChanged,
    /// 被取代
    Superseded,
    /// 停止使用
    CessationOfOperation,
}

#[derive(Args)]
pub(crate) struct CaCrlArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 写出的吊销列表 (DER)。 The list to write.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// 下次更新 (天)。 Days until the next one.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=366))]
    pub(crate) days: u32,
}

#[derive(Args)]
pub(crate) struct CaShowArguments {
    /// 证书文件 (PEM 或 DER)。 The certificate file.
    pub(crate) file: PathBuf,
}

#[derive(Args)]
pub(crate) struct VerifyArguments {
    /// 要核验的文件: OFD、PDF、证明文件等, 种类由内容判定。 The file: OFD, PDF, proof and others; its content says which kind.
    pub(crate) file: PathBuf,
    /// 信任文件 (trust.json)。 The trust file.
    #[arg(long, value_name = "FILE")]
    pub(crate) trust: PathBuf,
    /// 随附的证明文件; 默认为同名的 .proof。 The proof beside it; default: the same name with .proof.
    #[arg(long, value_name = "FILE")]
    pub(crate) proof: Option<PathBuf>,
    /// 节点沿革文件。 The history of the validator set.
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
}

/// `zhengku desk`.
#[derive(Subcommand)]
pub(crate) enum DeskCommand {
    /// 在浏览器中制证、批量制证、变更状态、核验。 Serve the desk: issuing, batches, changes and verification in a browser.
    Run(DeskRunArguments),
    /// 操作员。 Who may sit at the desk.
    #[command(subcommand)]
    Operator(OperatorCommand),
}

#[derive(Args)]
pub(crate) struct DeskRunArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 网络账本的节点; 单节点目录不需要。 The node of the network; not for a directory with a ledger of its own.
    #[arg(long, value_name = "URL")]
    pub(crate) node: Option<String>,
    /// 监听地址。 The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8600")]
    pub(crate) listen: std::net::SocketAddr,
    /// 前有 TLS 反向代理: 允许监听其他地址, Cookie 仅经 TLS 传送。 A proxy ends TLS before it: other addresses are allowed, and the cookie
    /// is bound to TLS.
    #[arg(long)]
    pub(crate) behind_proxy: bool,
    /// 浏览器访问时的来源, 如 <https://desk.example>; 可重复, 默认依 Host 头。 The origin that browsers reach it under, repeatable.
    #[arg(long = "origin", value_name = "ORIGIN")]
    pub(crate) origins: Vec<String>,
}

#[derive(Subcommand)]
pub(crate) enum OperatorCommand {
    /// 添加操作员。 Add an operator.
    Add(OperatorAddArguments),
    /// 操作员一览。 List the operators.
    List(DataArgument),
    /// 移除操作员。 Remove an operator.
    Remove(OperatorArguments),
    /// 更换口令。 Change a password.
    Passwd(OperatorArguments),
}

#[derive(Args)]
pub(crate) struct OperatorAddArguments {
    #[command(flatten)]
    pub(crate) operator: OperatorArguments,
    /// 显示的姓名; 默认同登录名。 The name that is shown; default: the login name.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// 角色。 The role.
    #[arg(long, value_enum)]
    pub(crate) role: RoleName,
    /// 只可以此发证机关 (统一社会信用代码) 的名义办理, 可重复; 默认为本目录持有密钥的全部机关。 The issuer that he acts for, repeatable; default: all
    /// whose keys are in the directory.
    #[arg(long = "issuer", value_name = "CODE")]
    pub(crate) issuers: Vec<String>,
}

#[derive(Args)]
pub(crate) struct OperatorArguments {
    /// 登录名。 The login name.
    pub(crate) login: String,
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 口令文件 (取首行); 默认在终端输入。 A file whose first line is the password; default: asked for on the terminal.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}
