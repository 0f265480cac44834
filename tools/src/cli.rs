//! The arguments of every command.

pub(crate) mod catalogue;
pub(crate) mod governance;
pub(crate) mod issue;
pub(crate) mod licences;
pub(crate) mod network;

pub(crate) use crate::command::bench::network::arguments::{BenchLoadArguments, BenchNetworkArguments};
use catalogue::CatalogueCommand;
use clap::{Args, Parser, Subcommand, ValueEnum};
use governance::GovernanceCommand;
pub(crate) use licences::{
    AnnotateArguments, ChangeManyArguments, EraseArguments, PaperArguments, ReissueArguments, RenewArguments,
    SupersedeArguments,
};
use network::{
    CertCommand, ConfigCommand, DemoArguments, DoctorArguments, KeyCommand, NetworkCommand, NodeCommand,
    TestnetArguments,
};
use std::path::PathBuf;
use zhengku_verify::language::Language;

/// 证库: 电子证照的许可账本。 Zhengku: a permissioned ledger of electronic licences.
///
/// 先看 zhengku demo: 数秒内在本机运行一个四节点网络。 单机使用: zhengku init --data DIR, 再用 zhengku import 导入登记簿。
/// Begin with `zhengku demo`; for one node alone: `zhengku init --data DIR`, then `zhengku import` a register.
///
/// 退出码: 0 成功, 1 否定结论 (未上链、账本有损), 2 用法或环境错误, 3 无法连接。
/// Exit codes: 0 ok, 1 negative verdict, 2 usage or environment, 3 unreachable.
#[derive(Parser)]
#[command(name = "zhengku", version)]
pub(crate) struct Arguments {
    /// 输出格式。 Output format.
    #[arg(short, long, global = true, default_value = "table")]
    pub(crate) output: Output,
    /// 语言: zh 或 en。 Language.
    #[arg(long, global = true, default_value = "zh")]
    pub(crate) lang: Language,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Output formats.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    Table,
    Json,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// 新建单节点账本, 含演示机构与密钥。 Make a single-node ledger with demo organisations and keys.
    Init(DataArgument),
    /// 生成四种样例登记簿 (虚构数据)。 Generate the four sample registers (invented data).
    Sample(SampleArguments),
    /// 导入登记簿, 签发其中的证照。 Import registers and mint the licences in them.
    Import(ImportArguments),
    /// 查询、证明、变更一份证照。 Show, prove or change one licence.
    #[command(subcommand)]
    Licence(LicenceCommand),
    /// 电子印章: 申请、制作、备案、换证、注销。 E-seals and their register.
    #[command(subcommand)]
    Seal(issue::SealCommand),
    /// 证书机构 (SM2): 签发、吊销、列表。 Certificate authorities.
    #[command(subcommand)]
    Ca(issue::CaCommand),
    /// 时间戳: 运行服务, 或在盖章时使用。 Timestamps: run an authority, or use one when sealing.
    #[command(subcommand)]
    Timestamp(issue::TimestampCommand),
    /// 离线核验文件: OFD、PDF、证明、回执等。 Verify a file offline.
    Verify(issue::VerifyArguments),
    /// 制证台: 在浏览器中办理, 及其操作员。 The department's desk in a browser, and its operators.
    #[command(subcommand)]
    Desk(issue::DeskCommand),
    /// 账本的状态与全面检查。 The ledger's state, and a check of everything.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// 测量本机上的速度与大小。 Measure speed and size on this machine.
    #[command(subcommand)]
    Bench(BenchCommand),
    /// 本机上的多节点演示: 数秒就绪, 可断可停可作恶。 A network on this machine, ready in seconds, made to be hurt.
    Demo(DemoArguments),
    /// 生成一个网络: 创世块与各节点目录。 Make a network: genesis and one directory for each node.
    Testnet(TestnetArguments),
    /// 运行节点。 Run a node.
    #[command(subcommand)]
    Node(NodeCommand),
    /// 网络状态。 The network's state.
    #[command(subcommand)]
    Network(NetworkCommand),
    /// 证照目录: 证照类型与材料类型。 The catalogue of licence types and material types.
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// 治理: 节点、机构与参数的变更。 Governance: changes of nodes and parameters.
    #[command(subcommand)]
    Governance(GovernanceCommand),
    /// 诊断本节点: 每项给出原因与处理。 Examine this node: each finding with cause and remedy.
    Doctor(DoctorArguments),
    /// 节点证书。 Node certificates.
    #[command(subcommand)]
    Cert(CertCommand),
    /// 密钥文件。 Key files.
    #[command(subcommand)]
    Key(KeyCommand),
    /// 节点配置。 A node's configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Args)]
pub(crate) struct DataArgument {
    /// 节点的数据目录。 The node's directory.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

#[derive(Args)]
pub(crate) struct SampleArguments {
    /// 写入的目录。 The directory to write into.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// 随机种子。 The seed: the same seed gives the same files.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// 每种登记簿的行数。 Rows per register.
    #[arg(long, default_value_t = 2_000)]
    pub(crate) rows: u64,
    /// 不含错误行。 Without defective rows.
    #[arg(long)]
    pub(crate) clean: bool,
}

#[derive(Args)]
pub(crate) struct ImportArguments {
    /// 登记簿文件: CSV、TSV 或 XLSX, UTF-8 或 GB18030。 Register files.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 经此节点写入网络账本; --data 为部门目录 (keys/ 与 vault/)。 Write to a network through this node; --data is a department's directory.
    #[arg(long, value_name = "URL", conflicts_with_all = ["acknowledge", "danger_no_sync"])]
    pub(crate) node: Option<String>,
    /// 证照类型名称或代码; 默认按表头识别。 Licence type by name or code; default: recognised by the header row.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) licence_type: Option<String>,
    /// 另加的列映射文件 (TOML)。 A further column mapping file.
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// 批量制证: 为每行制作盖章的 OFD 文件, 存于照面信息库 (licence render 取出)。 Make a sealed OFD for each row; kept in the vault.
    #[arg(long)]
    pub(crate) sealed: bool,
    /// 与 --sealed 同用: 另制 PDF/A。 With --sealed: a PDF/A as well.
    #[arg(long, requires = "sealed")]
    pub(crate) pdf: bool,
    /// 只检查: 不写账本与照面信息库, 仍写出拒收行文件。 Check only: write the refused rows, but neither ledger nor vault.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// 每当一块已持久, 追加一行 (供断电测试)。 Append a line "rows log_size height log_root" for each durable chunk: for power-loss tests.
    #[arg(long, value_name = "FILE", hide = true)]
    pub(crate) acknowledge: Option<PathBuf>,
    /// 账本写入不同步 (断电测试的对照)。 The ledger's writes are not synced: the control of the power-loss test.
    #[arg(long, hide = true)]
    pub(crate) danger_no_sync: bool,
}

#[derive(Args)]
pub(crate) struct LicenceArgument {
    /// 证照编号 (照面上的编号)。 The number on the licence's face.
    pub(crate) number: String,
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 经此节点访问网络账本; --data 为部门目录。 The ledger of a network through this node; --data is a department's directory.
    #[arg(long, value_name = "URL")]
    pub(crate) node: Option<String>,
    /// 证照类型名称或代码, 编号不唯一时需要。 Licence type, when the number is not unique.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) licence_type: Option<String>,
    /// 联次: 正页 或 副联 (出生医学证明)。 不写时: 查看与证明取正页, 变更与销毁及于两联。 The part of a twin; left out, what reads takes 正页
    /// and what changes or erases takes both.
    #[arg(long, value_parser = ["正页", "副联"])]
    pub(crate) part: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum LicenceCommand {
    /// 签发一份证照: 核对表单, 制作并盖章 OFD (及 PDF/A), 上链, 取得证明。 Mint one licence: form, sealed files, ledger, proof.
    Mint(Box<issue::MintArguments>),
    /// 某类证照的空表单 (-o json 可填写后交给 mint)。 The empty form of a type; -o json gives one to fill.
    Form(issue::FormArguments),
    /// 再次写出已签发证照的文件或图片。 Write a file or a picture of an issued licence again.
    Render(issue::RenderArguments),
    /// 变更: 编号不变, 改动照面字段, 版本加一, 另制文件。 Amend a licence: same number, changed fields, next version, new files.
    Amend(SupersedeArguments),
    /// 延续: 编号不变, 有效期延长, 版本加一, 另制文件。 Renew a licence: same number, longer validity, next version, new files.
    Renew(RenewArguments),
    /// 换发: 换用新编号, 原证照记为已换发并与新证照关联。 Reissue a licence under a new number; the old one is replaced and linked to it.
    Reissue(ReissueArguments),
    /// 状态。 The status, as of the newest block.
    Status(LicenceArgument),
    /// 照面信息与状态 (含个人信息, 仅供本机查看)。 Face and status (personal data: for this terminal only).
    Show(LicenceArgument),
    /// 最新的证照, 或某持证主体的证照。 The newest licences, or those of one holder.
    List(ListArguments),
    /// 写出可离线核验的证明文件。 Write a proof file that verifies offline.
    Prove(ProveArguments),
    /// 注销、撤销或吊销。 End a licence.
    Revoke(RevokeArguments),
    /// 暂扣。 Suspend a licence.
    Suspend(GroundArguments),
    /// 发还 (恢复有效)。 Resume a suspended licence.
    Resume(GroundArguments),
    /// 转出至其他辖区。 Transfer a licence out to another jurisdiction.
    Transfer(GroundArguments),
    /// 取消转出。 Take a transferred licence back.
    Return(GroundArguments),
    /// 提出异议 (标记异议中)。 Mark a licence as disputed.
    Dispute(GroundArguments),
    /// 异议处理完毕。 Settle a dispute.
    Settle(GroundArguments),
    /// 按编号清单批量变更状态: 先逐份核对, 加 --yes 才执行; 超过 100 份须双人复核。 Change many licences by a list of numbers: checked
    /// first, done only with --yes; more than 100 take a second key.
    Change(ChangeManyArguments),
    /// 制作加注件: 注明事由与有效期的副本, 另行盖章。 An annotated copy: for one use and until a day, with a seal of its own.
    Annotate(AnnotateArguments),
    /// 空白证照核对: 印制流水号与电子证照对账。 Reconcile numbered paper blanks with electronic licences.
    Paper(PaperArguments),
    /// 销毁加密的照面信息 (账本证明不受影响)。 Destroy the encrypted face data for good; proofs of other licences stay valid.
    Erase(EraseArguments),
}

#[derive(Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 持证主体号码 (从标准输入读取时写 -)。 The holder's number; "-" reads it from standard input.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) holder: Option<String>,
    /// 持证主体代码类型 (GB/T 36903 附录 A), 如 111 公民身份号码、001 统一社会信用代码; 不给则逐一查找。 Kind of the holder's number, e.g. 111
    /// (citizen), 001 (credit code); without it all kinds are looked for.
    #[arg(long, value_name = "KIND", requires = "holder")]
    pub(crate) holder_kind: Option<String>,
    /// 最多几条。 At most so many.
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
}

#[derive(Args)]
pub(crate) struct ProveArguments {
    #[command(flatten)]
    pub(crate) licence: LicenceArgument,
    /// 证明文件。 The file to write.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// 以往的区块高度; 默认为最新。 A former height; default: the newest.
    #[arg(long)]
    pub(crate) height: Option<u64>,
    /// 披露的字段, 逗号分隔, 或 all。 Fields to disclose, comma-separated, or "all".
    #[arg(long, default_value = "licence_identifier,licence_number")]
    pub(crate) fields: String,
}

#[derive(Args)]
pub(crate) struct GroundArguments {
    #[command(flatten)]
    pub(crate) licence: LicenceArgument,
    /// 法律依据或事由 (加密存放, 不上链)。 The legal ground; kept encrypted, not on the ledger.
    #[arg(long, value_name = "TEXT")]
    pub(crate) ground: String,
}

#[derive(Args)]
pub(crate) struct RevokeArguments {
    #[command(flatten)]
    pub(crate) ground: GroundArguments,
    /// 方式: 注销、撤销、吊销。 How it ends.
    #[arg(long, value_enum, default_value_t = Ending::Cancel)]
    pub(crate) kind: Ending,
}

/// How a licence ends.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ending {
    /// 注销
    Cancel,
    /// 撤销
    Rescind,
    /// 吊销
    Withdraw,
}

#[derive(Subcommand)]
pub(crate) enum LedgerCommand {
    /// 高度、大小、根、机构与证照类型。 Height, sizes, roots, organisations and licence types.
    Status(DataArgument),
    /// 从创世块起重放全部区块, 核对一切根、签名、索引与密文。 Replay everything from genesis and compare it.
    Fsck(DataArgument),
    /// 写出创世块, 供新节点加入。 Write block 0 to a file, for nodes that join.
    Genesis(GenesisArguments),
    /// 由创世块重建空账本: 节点失去磁盘而密钥尚在时用; 启动后从其他节点取回全部区块。 Begin again with block 0 where the ledger was lost and
    /// the keys are there; the other nodes give the rest.
    Begin(BeginArguments),
}

#[derive(Args)]
pub(crate) struct BeginArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 网络的创世块 (genesis.bin)。 Block 0 of the network.
    #[arg(long, value_name = "FILE")]
    pub(crate) genesis: PathBuf,
}

#[derive(Args)]
pub(crate) struct GenesisArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 写出的文件。 The file to write.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Subcommand)]
pub(crate) enum BenchCommand {
    /// 签发速度、证明与磁盘。 Minting, proofs and disk.
    Ledger(BenchLedgerArguments),
    /// 登记簿导入 (解析、检查、加密、签发)。 Register import (parse, check, encrypt, mint).
    Import(BenchImportArguments),
    /// 制作盖章的证照文件、批量制证、离线核验。 Sealed licence files, batches, offline verification.
    Licence(BenchLicenceArguments),
    /// 向运行中的节点施加负载。 Offer load to running nodes.
    Load(BenchLoadArguments),
    /// 在本机启动一个网络并测量。 Start a network on this machine and measure it.
    Network(BenchNetworkArguments),
}

#[derive(Args)]
pub(crate) struct BenchLedgerArguments {
    /// 签发的证照数。 Licences to mint.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub(crate) entries: u64,
    /// 每块证照数。 Licences per block.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=40_000))]
    pub(crate) block: u64,
    /// 临时数据目录, 用后删除; 默认为系统临时目录。 Scratch directory, removed afterwards.
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
    /// 随机种子。 Seed.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Args)]
pub(crate) struct BenchLicenceArguments {
    /// 逐份制作的证照数。 Licences made one after another.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) licences: u64,
    /// 批量制证数。 Licences of the batch.
    #[arg(long, default_value_t = 3_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) batch: u64,
    /// 临时数据目录, 用后删除。 Scratch directory, removed afterwards.
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
    /// 随机种子。 Seed.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Args)]
pub(crate) struct BenchImportArguments {
    /// 生成并导入的行数。 Rows to generate and import.
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub(crate) rows: u64,
    /// 临时数据目录, 用后删除。 Scratch directory, removed afterwards.
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
    /// 随机种子。 Seed.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}
