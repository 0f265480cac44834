//! Why a package holds no document that can be judged.

use super::xml::XmlError;
use super::{MAX_SIGNATURES, MAX_TEXT_BYTES};
use crate::page::MAX_PAGES;
use zhengku_ledger::verdict::Verdict;

/// What is wrong with a document.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A file that must be there.
    #[error("{file} is missing")]
    Missing {
        /// The file.
        file: String,
    },
    /// A file that is no XML within bounds.
    #[error("{file}: {error}")]
    Xml {
        /// The file.
        file: String,
        /// What is wrong.
        error: XmlError,
    },
    /// More XML in all than is read.
    #[error("the XML files have more than {limit} bytes in all")]
    TooMuchXml {
        /// The limit in bytes.
        limit: usize,
    },
    /// An element or attribute that must be there once.
    #[error("{file}: {what} is missing or stands more than once")]
    Once {
        /// The file.
        file: String,
        /// The element or attribute.
        what: &'static str,
    },
    /// Something that must be unique.
    #[error("{file}: {what} stands twice")]
    Twice {
        /// The file.
        file: String,
        /// What.
        what: &'static str,
    },
    /// An XML file that two places name: it would be two parts of the document at once.
    #[error("{file} is named by two places; each names a file of its own")]
    NamedTwice {
        /// The file.
        file: String,
    },
    /// A place of XML that names a file of another suffix, which the rules for XML would pass over.
    #[error("a place of XML names {file}, which is no .xml file")]
    NotXml {
        /// The file.
        file: String,
    },
    /// A value that cannot be read.
    #[error("{file}: not {what}")]
    Value {
        /// The file.
        file: String,
        /// What was expected.
        what: &'static str,
    },
    /// Something that a licence never holds: links, scripts, sound, other documents.
    #[error("{file} holds {element}, which a licence file never does")]
    Active {
        /// The file.
        file: String,
        /// The element.
        element: String,
    },
    /// A place outside the package.
    #[error("{file} names a place outside the package")]
    Outside {
        /// The file.
        file: String,
    },
    /// No page, or more than [`MAX_PAGES`].
    #[error("{actual} pages; one to {MAX_PAGES} are read")]
    Pages {
        /// Pages listed.
        actual: usize,
    },
    /// More signatures than [`MAX_SIGNATURES`].
    #[error("{actual} signatures; at most {MAX_SIGNATURES} are read")]
    Signatures {
        /// Signatures listed.
        actual: usize,
    },
    /// More text than [`MAX_TEXT_BYTES`].
    #[error("the pages hold more than {MAX_TEXT_BYTES} bytes of text")]
    TooMuchText,
}

impl ReadError {
    /// What the refusal says of the licence: what is only beyond this program's bounds is no forgery.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::TooMuchXml { .. } | Self::TooMuchText | Self::Pages { .. } | Self::Signatures { .. } => {
                Verdict::Unverifiable
            }
            Self::Xml { error, .. } if error.is_bound() => Verdict::Unverifiable,
            _ => Verdict::Tampered,
        }
    }

    /// The reason in Chinese, for the clerk at a window.
    #[must_use]
    pub fn reason_zh(&self) -> String {
        match self {
            Self::Missing { file } => format!("缺少 {file}"),
            Self::Xml { file, error } if error.is_bound() => format!("{file} 超出可读取的范围"),
            Self::Xml { file, error: XmlError::Character(code) } => {
                format!("{file} 含有 XML 不允许的字符 (U+{code:04X})")
            }
            Self::Xml { file, .. } => format!("{file} 不是规范的 XML"),
            Self::TooMuchXml { .. } | Self::TooMuchText => "文字或结构超出可读取的范围".to_owned(),
            Self::Once { file, .. } | Self::Twice { file, .. } | Self::Value { file, .. } => {
                format!("{file} 的结构不符合 OFD 标准")
            }
            Self::NamedTwice { file } => format!("{file} 被两处引用, 结构不符合 OFD 标准"),
            Self::NotXml { file } => format!("{file} 应为 .xml 文件"),
            Self::Active { file, .. } => format!("{file} 含有证照文件不应有的链接或媒体"),
            Self::Outside { file } => format!("{file} 指向文件之外"),
            Self::Pages { actual } => format!("页数 {actual}, 超出可读取的范围"),
            Self::Signatures { actual } => format!("签章 {actual} 个, 超出可读取的范围"),
        }
    }
}
