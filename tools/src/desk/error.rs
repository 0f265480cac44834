//! What a failure means to whoever sits at the desk.

use crate::failure::{Failure, NO_TIMESTAMP_EN, NO_TIMESTAMP_ZH};
use zhengku_api::desk::port::DeskError;
use zhengku_document::ofd::{OfdError, SealerError};
use zhengku_library::import::ImportError;
use zhengku_library::issue::IssueError;
use zhengku_library::port::PortError;
use zhengku_node::NodeError;

/// A failure of a desk's work: one for the operator, or one that is told apart here.
#[derive(Debug)]
pub(super) enum Trouble {
    Desk(DeskError),
    Failure(Failure),
}

impl From<DeskError> for Trouble {
    fn from(error: DeskError) -> Self {
        Self::Desk(error)
    }
}

impl<E: Into<Failure>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

impl From<Trouble> for DeskError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Desk(error) => error,
            Trouble::Failure(failure) => of_failure(failure),
        }
    }
}

/// A state that does not allow it.
pub(super) fn state(zh: &str, en: &str) -> DeskError {
    DeskError::State { zh: zh.to_owned(), en: en.to_owned() }
}

fn of_failure(failure: Failure) -> DeskError {
    if failure.is_passing() {
        return DeskError::NodeUnreachable;
    }
    match failure {
        Failure::Usage { zh, en } => DeskError::State { zh, en },
        Failure::Import(ImportError::Register(error)) => {
            DeskError::BadFile { zh: error.message_zh(), en: error.message_en() }
        }
        Failure::Import(ImportError::Issue(error)) | Failure::Issue(error) => of_issue(&error),
        Failure::Import(ImportError::Rejected { code, .. }) | Failure::Node(NodeError::Rejected { code }) => {
            DeskError::State { zh: code.reason_zh().to_owned(), en: code.reason_en().to_owned() }
        }
        Failure::Remote(crate::remote::RemoteError::Rejected { code }) => {
            DeskError::State { zh: code.reason_zh().to_owned(), en: code.reason_en().to_owned() }
        }
        other => DeskError::Failed(other.to_string()),
    }
}

fn of_issue(error: &IssueError) -> DeskError {
    match error {
        IssueError::NoSeal { .. } => state(
            "本机没有可用的电子印章; 请申请、制作并备案 (zhengku seal apply --complete)",
            "no e-seal can be used here; apply for one and have it made and filed (zhengku seal apply --complete)",
        ),
        IssueError::Ofd(OfdError::Sealing(SealerError::NoTimestamp(_))) => state(NO_TIMESTAMP_ZH, NO_TIMESTAMP_EN),
        IssueError::Ofd(OfdError::Sealing(_)) => DeskError::CertificateEnded,
        other => DeskError::Failed(other.to_string()),
    }
}

/// As [`DeskError`], for what only reads.
pub(super) fn of_port(error: PortError) -> DeskError {
    of_failure(error.into())
}
