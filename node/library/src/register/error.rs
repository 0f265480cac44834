//! Why a whole file cannot be read as a register. Each error names the file, the place, the reason and the remedy.

use std::io;

use super::{COLUMNS_MAX, ROW_BYTES_MAX, WORKBOOK_BYTES_MAX, WORKBOOK_TEXT_MAX};

/// What a binary file seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BinaryKind {
    /// A picture (PNG, JPEG, GIF).
    Picture,
    /// A PDF or OFD document.
    Document,
    /// An archive (gzip, 7z, RAR, or a zip that is no workbook).
    Archive,
    /// A workbook of the old format (.xls).
    LegacyWorkbook,
    /// A program.
    Program,
    /// Anything else that is no text.
    Unknown,
}

impl BinaryKind {
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Picture => ("图片", "a picture"),
            Self::Document => ("版式文档", "a PDF document"),
            Self::Archive => ("压缩包", "an archive"),
            Self::LegacyWorkbook => ("旧版 .xls 工作簿", "an old .xls workbook"),
            Self::Program => ("程序", "a program"),
            Self::Unknown => ("二进制文件", "a binary file"),
        }
    }
}

/// Why a file cannot be read as a register.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The operating system does not give the file, or stops giving it.
    #[error("{file}: cannot be read at byte {byte}: {source}; check path, permission and disk")]
    Unreadable {
        /// Name of the file.
        file: String,
        /// Bytes read before.
        byte: u64,
        /// The error of the system.
        source: io::Error,
    },
    /// No byte, or nothing but blank lines.
    #[error("{file}: the file is empty; export the register again")]
    Empty {
        /// Name of the file.
        file: String,
    },
    /// A header and no row.
    #[error("{file}: a header and no row; export the register again, or leave the file out")]
    HeaderOnly {
        /// Name of the file.
        file: String,
    },
    /// No text.
    #[error("{file}: {}, not a register (byte {byte}); save it as CSV (UTF-8) or XLSX", kind.names().1)]
    Binary {
        /// Name of the file.
        file: String,
        /// What it seems to be.
        kind: BinaryKind,
        /// First byte that shows it.
        byte: u64,
    },
    /// Neither UTF-8 nor GB18030 nor UTF-16 with a byte order mark.
    #[error("{file}: line {line}, byte {byte}: neither UTF-8 nor GB18030; save it as CSV (UTF-8)")]
    WrongEncoding {
        /// Name of the file.
        file: String,
        /// Line, counted from 1.
        line: u64,
        /// Offset of the first byte that is no text.
        byte: u64,
    },
    /// A row without an end.
    #[error("{file}: row {row} at byte {byte} is longer than {limit} bytes; check line ends and quotes", limit = ROW_BYTES_MAX)]
    RowTooLong {
        /// Name of the file.
        file: String,
        /// Row, counted from 1 below the header; 0 = the header.
        row: u64,
        /// Offset at which the row begins.
        byte: u64,
    },
    /// A header wider than [`COLUMNS_MAX`].
    #[error("{file}: {actual} columns in the header, at most {limit}; check the delimiter", limit = COLUMNS_MAX)]
    TooManyColumns {
        /// Name of the file.
        file: String,
        /// Columns found.
        actual: usize,
    },
    /// Two columns for one field.
    #[error("{file}: columns {first} and {second} are both \"{header}\"; rename or remove one")]
    DuplicateHeader {
        /// Name of the file.
        file: String,
        /// The header of the second one.
        header: String,
        /// First column, counted from 1.
        first: usize,
        /// Second column, counted from 1.
        second: usize,
    },
    /// No mapping fits the header.
    #[error("{file}: {}; rename the columns or supply a mapping file", unknown_en(nearest.as_deref(), missing))]
    UnknownHeader {
        /// Name of the file.
        file: String,
        /// Licence type whose mapping fits best.
        nearest: Option<String>,
        /// Columns that it misses.
        missing: Vec<String>,
    },
    /// A workbook beyond [`WORKBOOK_BYTES_MAX`] or [`WORKBOOK_TEXT_MAX`].
    #[error("{file}: the workbook is too large (file at most {limit} bytes, text at most {text} bytes); save it as CSV (UTF-8)", limit = WORKBOOK_BYTES_MAX, text = WORKBOOK_TEXT_MAX)]
    WorkbookTooLarge {
        /// Name of the file.
        file: String,
    },
    /// A zip file that is no sound workbook.
    #[error("{file}: the workbook cannot be opened; open it in a spreadsheet and save it again, without a password")]
    WorkbookUnreadable {
        /// Name of the file.
        file: String,
        /// What the workbook reader says; none when it gave up.
        source: Option<Box<calamine::XlsxError>>,
    },
}

impl RegisterError {
    /// File, place, reason and remedy in Chinese.
    pub fn message_zh(&self) -> String {
        match self {
            Self::Unreadable { file, byte, source } => {
                format!("{file}：读到第 {byte} 字节处出错（{source}）；请检查路径、权限和磁盘")
            }
            Self::Empty { file } => format!("{file}：文件为空；请重新导出"),
            Self::HeaderOnly { file } => format!("{file}：只有表头，没有数据行；请重新导出，或不导入此文件"),
            Self::Binary { file, kind, byte } => {
                format!("{file}：这是{}，不是台账（第 {byte} 字节）；请另存为 CSV（UTF-8）或 XLSX", kind.names().0)
            }
            Self::WrongEncoding { file, line, byte } => {
                format!("{file}：第 {line} 行（第 {byte} 字节）既不是 UTF-8 也不是 GB18030；请另存为 CSV（UTF-8）")
            }
            Self::RowTooLong { file, row, byte } => {
                let place = if *row == 0 { "表头".to_owned() } else { format!("第 {row} 行") };
                format!("{file}：{place}（自第 {byte} 字节起）超过 {ROW_BYTES_MAX} 字节仍未结束；请检查换行和双引号")
            }
            Self::TooManyColumns { file, actual } => {
                format!("{file}：表头有 {actual} 列，最多 {COLUMNS_MAX} 列；请检查分隔符")
            }
            Self::DuplicateHeader { file, header, first, second } => {
                format!("{file}：第 {first} 列与第 {second} 列都是“{header}”；请改名或删去一列")
            }
            Self::UnknownHeader { file, nearest, missing } => {
                format!("{file}：{}；请改正列名，或提供映射文件", unknown_zh(nearest.as_deref(), missing))
            }
            Self::WorkbookTooLarge { file } => {
                format!(
                    "{file}：工作簿过大（文件不超过 {WORKBOOK_BYTES_MAX} 字节，文本不超过 {WORKBOOK_TEXT_MAX} 字节）；请另存为 CSV（UTF-8）"
                )
            }
            Self::WorkbookUnreadable { file, .. } => {
                format!("{file}：工作簿打不开；请用表格软件打开后重新保存，不要加密码")
            }
        }
    }

    /// File, place, reason and remedy in English.
    pub fn message_en(&self) -> String {
        self.to_string()
    }
}

fn unknown_en(nearest: Option<&str>, missing: &[String]) -> String {
    nearest.map_or_else(
        || "no column name of any mapping in the first rows: the first row must be the heading".to_owned(),
        |nearest| format!("no mapping fits the header (nearest: {nearest}, missing: {})", missing.join(", ")),
    )
}

fn unknown_zh(nearest: Option<&str>, missing: &[String]) -> String {
    nearest.map_or_else(
        || "前几行中没有任何列映射的列名，首行须为表头".to_owned(),
        |nearest| format!("没有与表头相符的列映射（最接近：{nearest}，缺少：{}）", missing.join("、")),
    )
}
