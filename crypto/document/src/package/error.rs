//! Why a package is refused, and what that says of the file.

use super::{MAX_ENTRIES, MAX_FILE_BYTES, MAX_INFLATED_BYTES, MAX_NAME_BYTES, MAX_RATIO};
use zhengku_ledger::verdict::Verdict;

/// What a plain package does not have.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// Longer than [`MAX_FILE_BYTES`].
    #[error("the file has {actual} bytes; at most {MAX_FILE_BYTES} are read")]
    TooLong {
        /// Bytes given.
        actual: usize,
    },
    /// Cut off, or no ZIP archive.
    #[error("not a whole ZIP archive: {part} is missing or cut off")]
    Truncated {
        /// What is missing.
        part: &'static str,
    },
    /// Bytes or a comment after the end of the directory.
    #[error("bytes after the end of the archive: they would travel with the licence unseen")]
    TrailingData,
    /// Bytes that belong to nothing, or that two entries share.
    #[error("bytes before {before} belong to no entry or to two")]
    Gap {
        /// What comes after them.
        before: String,
    },
    /// More than [`MAX_ENTRIES`].
    #[error("{actual} entries; at most {MAX_ENTRIES} are read")]
    TooManyEntries {
        /// Entries declared.
        actual: usize,
    },
    /// A form of ZIP that a licence file never needs.
    #[error("{what} is not used in licence files{}", at(.name))]
    Unsupported {
        /// What.
        what: &'static str,
        /// Of which entry, if of one.
        name: String,
    },
    /// A name that another program could take for another file.
    #[error("the name {name:?} of an entry {reason}")]
    Name {
        /// The name, shortened and escaped.
        name: String,
        /// What is wrong with it.
        reason: NameFault,
    },
    /// A name that stands twice, or twice when upper and lower case are taken as one.
    #[error("the name {name:?} stands twice")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A link, device, directory or the like.
    #[error("{name} is no ordinary file")]
    NotAFile {
        /// The name.
        name: String,
    },
    /// The header before the data and the one in the directory say different things.
    #[error("{name}: the two headers differ in {field}")]
    HeadersDiffer {
        /// The name.
        name: String,
        /// In what.
        field: &'static str,
    },
    /// An entry that inflates more than a licence's files do.
    #[error("{name} inflates to more than {MAX_RATIO} times its size")]
    Ratio {
        /// The name.
        name: String,
    },
    /// More than [`MAX_INFLATED_BYTES`] in all.
    #[error("the entries inflate to {actual} bytes; at most {MAX_INFLATED_BYTES} are read")]
    InflatedTooLong {
        /// Bytes declared.
        actual: usize,
    },
    /// An entry that is not what its header declares.
    #[error("{name} is not the data that its header declares: {reason}")]
    Content {
        /// The name.
        name: String,
        /// Length, checksum, or compression.
        reason: &'static str,
    },
}

/// What is wrong with a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NameFault {
    /// Empty, or longer than [`MAX_NAME_BYTES`].
    #[error("is empty or longer than {MAX_NAME_BYTES} bytes")]
    Length,
    /// Not UTF-8, or not declared as such, or not composed (NFC).
    #[error("is not composed UTF-8 and declared as such")]
    Encoding,
    /// A control character.
    #[error("has a control character")]
    Control,
    /// A backslash, colon, star, question mark, quote, angle bracket or bar.
    #[error("has a character that some systems take for a path or a pattern")]
    Character,
    /// It begins with a slash, ends with one, or has an empty part, `.` or `..`, or a part that ends with a dot or space.
    #[error("leads outside the package or has an empty part")]
    Path,
    /// It is an entry and the directory of another.
    #[error("is a file and a directory at once")]
    FileAndDirectory,
}

fn at(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" ({name})") }
}

impl PackageError {
    /// What the refusal says of the licence: what is only beyond this program's bounds is no forgery.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::TooLong { .. }
            | Self::TooManyEntries { .. }
            | Self::Unsupported { .. }
            | Self::Ratio { .. }
            | Self::InflatedTooLong { .. } => Verdict::Unverifiable,
            _ => Verdict::Tampered,
        }
    }

    /// The reason in Chinese, for the clerk at a window.
    #[must_use]
    pub fn reason_zh(&self) -> String {
        match self {
            Self::TooLong { actual } => format!("文件 {actual} 字节, 超过 {MAX_FILE_BYTES} 字节上限, 未读取"),
            Self::Truncated { .. } => "文件不完整, 请重新获取".to_owned(),
            Self::TrailingData => "文件末尾夹带多余数据".to_owned(),
            Self::Gap { .. } => "文件内夹带不属于任何条目的数据".to_owned(),
            Self::TooManyEntries { actual } => format!("条目 {actual} 个, 超过 {MAX_ENTRIES} 个上限, 未读取"),
            Self::Unsupported { .. } => "压缩包使用了证照文件不用的功能, 无法核验".to_owned(),
            Self::Name { .. } => "条目名称不合规, 可能指向文件之外".to_owned(),
            Self::DuplicateName { name } => format!("条目 {name} 重复出现"),
            Self::NotAFile { name } => format!("条目 {name} 不是普通文件"),
            Self::HeadersDiffer { name, .. } => format!("条目 {name} 前后两处记录不一致"),
            Self::Ratio { name } => format!("条目 {name} 压缩比异常, 未解压"),
            Self::InflatedTooLong { actual } => {
                format!("解压后 {actual} 字节, 超过 {MAX_INFLATED_BYTES} 字节上限, 未解压")
            }
            Self::Content { name, .. } => format!("条目 {name} 的内容与记录不符"),
        }
    }
}
