//! Arguments of `zhengku catalogue`.

use super::DataArgument;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Subcommand)]
pub(crate) enum CatalogueCommand {
    /// 账本上的证照类型与材料类型。 The licence types and material types on the ledger.
    List(CatalogueArguments),
    /// 一个证照类型的全部内容。 Everything about one licence type.
    Show(TypeArguments),
    /// 比较账本与程序自带目录, 或一个类型的前后版本。 Compare the ledger with the program's catalogue, or the versions of one type.
    Diff(DiffArguments),
    /// 导出为 JSON 或 CSV。 Export as JSON or CSV.
    Export(ExportArguments),
    /// 将程序自带目录中缺少或不同的类型写入账本。 Define what the ledger lacks or has otherwise.
    Publish(CatalogueArguments),
}

#[derive(Args)]
pub(crate) struct CatalogueArguments {
    #[command(flatten)]
    pub(crate) data: DataArgument,
    /// 经此节点访问网络账本; --data 为部门目录。 The ledger of a network through this node; --data is a department's directory.
    #[arg(long, value_name = "URL")]
    pub(crate) node: Option<String>,
}

#[derive(Args)]
pub(crate) struct TypeArguments {
    /// 证照类型名称或代码。 Licence type by name or code.
    #[arg(value_name = "TYPE")]
    pub(crate) licence_type: String,
    #[command(flatten)]
    pub(crate) ledger: CatalogueArguments,
}

#[derive(Args)]
pub(crate) struct DiffArguments {
    /// 只看此类型的前后版本。 Only the versions of this type.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) licence_type: Option<String>,
    #[command(flatten)]
    pub(crate) ledger: CatalogueArguments,
}

#[derive(Args)]
pub(crate) struct ExportArguments {
    /// 格式。 The format.
    #[arg(long, value_enum, default_value_t = ExportFormat::Json)]
    pub(crate) format: ExportFormat,
    /// 写入的文件。 The file to write.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) ledger: CatalogueArguments,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum ExportFormat {
    Json,
    Csv,
}
