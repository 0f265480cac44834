//! The arguments of changing many licences, of annotated copies and of paper blanks.

use super::{DataArgument, LicenceArgument};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use zhengku_ledger::entry::licence::{Change, GroundCode};

#[derive(Args)]
pub(crate) struct ChangeManyArguments {
    /// 证照编号清单: UTF-8 文本, 每行一个; 空行与 # 开头的行不计。 A text file, one number a line; blank lines and lines with # are
    /// passed over.
    #[arg(value_name = "LIST")]
    pub(crate) list: PathBuf,
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 经此节点写入网络账本; --data 为部门目录。 The ledger of a network through this node; --data is a department's directory.
    #[arg(long, value_name = "URL")]
    pub(crate) node: Option<String>,
    /// 证照类型名称或代码。 Licence type by name or code.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) licence_type: String,
    /// 变更。 The change.
    #[arg(long, value_enum)]
    pub(crate) kind: ChangeKind,
    /// 法律依据或事由 (加密存放, 不上链)。 The legal ground; kept encrypted, not on the ledger.
    #[arg(long, value_name = "TEXT")]
    pub(crate) ground: String,
    /// 确认执行; 不加则只核对, 不作任何变更。 Do it; without this the list is only checked.
    #[arg(long)]
    pub(crate) yes: bool,
    /// 跳过不能变更的证照, 变更其余; 不加则有一份不能变更便全不变更。 Pass over what cannot be changed; without this one of them stops all.
    #[arg(long)]
    pub(crate) skip: bool,
}

/// A change of status, as on the command line.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChangeKind {
    /// 暂扣
    Suspend,
    /// 发还
    Resume,
    /// 注销
    Cancel,
    /// 撤销
    Rescind,
    /// 吊销
    Withdraw,
    /// 转出
    Transfer,
    /// 取消转出
    Return,
    /// 提出异议
    Dispute,
    /// 异议处理完毕
    Settle,
}

impl From<ChangeKind> for Change {
    fn from(kind: ChangeKind) -> Self {
        match kind {
            ChangeKind::Suspend => Self::Suspend,
            ChangeKind::Resume => Self::Resume,
            ChangeKind::Cancel => Self::Cancel,
            ChangeKind::Rescind => Self::Rescind,
            ChangeKind::Withdraw => Self::Withdraw,
            ChangeKind::Transfer => Self::TransferOut,
            ChangeKind::Return => Self::ReturnTransfer,
            ChangeKind::Dispute => Self::Dispute,
            ChangeKind::Settle => Self::SettleDispute,
        }
    }
}

/// What amending, renewing and reissuing have in common.
#[derive(Args)]
pub(crate) struct SupersedeArguments {
    #[command(flatten)]
    pub(crate) licence: LicenceArgument,
    /// 改动的字段, 可重复; 其余沿用现有照面信息, 值为空即清除。 A field that changes, repeatable; the others stay as they are, a blank value
    /// clears one.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) values: Vec<String>,
    /// 法律依据或事由 (加密存放, 不上链)。 The legal ground; kept encrypted, not on the ledger.
    #[arg(long, value_name = "TEXT")]
    pub(crate) ground: String,
    /// 依据类别。 The class of ground.
    #[arg(long, value_enum, value_name = "CLASS", default_value_t = GroundClass::HolderRequest)]
    pub(crate) ground_class: GroundClass,
    /// 另制 PDF/A; 原证照有 PDF 时总是制作。 Make a PDF/A as well; always made when the former state has one.
    #[arg(long)]
    pub(crate) pdf: bool,
    /// 文件写入的目录; 原证照的新证明也写在此处。 The directory that the files go to, with a fresh proof of the former state.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// 只预览: 写出 PNG, 不盖章、不上链。 Preview only: write PNG files, seal nothing, record nothing.
    #[arg(long)]
    pub(crate) preview: bool,
}

/// A class of ground, as on the command line.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum GroundClass {
    /// 持证人申请
    HolderRequest,
    /// 行政决定
    Decision,
    /// 更正错误
    Correction,
    /// 法律规定或司法文书
    Law,
}

impl From<GroundClass> for GroundCode {
    fn from(class: GroundClass) -> Self {
        match class {
            GroundClass::HolderRequest => Self::HolderRequest,
            GroundClass::Decision => Self::Decision,
            GroundClass::Correction => Self::Correction,
            GroundClass::Law => Self::Law,
        }
    }
}

#[derive(Args)]
pub(crate) struct RenewArguments {
    #[command(flatten)]
    pub(crate) what: SupersedeArguments,
    /// 延续后的有效期截止日。 The last day of the renewed validity.
    #[arg(long, value_name = "DATE")]
    pub(crate) valid_to: String,
}

#[derive(Args)]
pub(crate) struct ReissueArguments {
    #[command(flatten)]
    pub(crate) what: SupersedeArguments,
    /// 新的证照编号, 从未用过。 The new number, never used before.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) new_number: String,
}

#[derive(Args)]
pub(crate) struct EraseArguments {
    #[command(flatten)]
    pub(crate) licence: LicenceArgument,
    /// 确认销毁: 无法恢复; 不加则只说明将销毁什么。 Do it, for good; without this only what would be erased is said.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Args)]
pub(crate) struct AnnotateArguments {
    #[command(flatten)]
    pub(crate) licence: LicenceArgument,
    /// 事由, 如 "办理营业执照变更, 他用无效"; 至多 200 字。 What the copy is for, at most 200 characters.
    #[arg(long, value_name = "TEXT")]
    pub(crate) cause: String,
    /// 有效天数。 For so many days.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=366))]
    pub(crate) days: u32,
    /// 写出的 OFD; 证明写在其旁 (同名, .proof)。 The OFD to write; the proof goes beside it.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Args)]
pub(crate) struct PaperArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 经此节点访问网络账本。 The ledger of a network through this node.
    #[arg(long, value_name = "URL")]
    pub(crate) node: Option<String>,
    /// 证照类型名称或代码。 Licence type by name or code.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) licence_type: String,
    /// 空白证照领用 (CSV: 前缀,起号,止号)。 Blanks given out, as CSV: prefix, first, last.
    #[arg(long, value_name = "FILE")]
    pub(crate) blanks: PathBuf,
    /// 纸质发放登记 (CSV: 流水号,证照编号,发放日期)。 Paper licences given out, as CSV: serial, licence number, date.
    #[arg(long, value_name = "FILE")]
    pub(crate) issues: PathBuf,
}
