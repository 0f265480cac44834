//! Why a command failed, in the user's language, with the remedy.

use crate::remote::RemoteError;
use std::path::{Path, PathBuf};
use zhengku_document::ofd::{OfdError, SealerError};
use zhengku_library::import::ImportError;
use zhengku_library::issue::{IssueError, StoredFileError};
use zhengku_library::papers::PaperError;
use zhengku_library::port::PortError;
use zhengku_library::register::{MappingError, RegisterError};
use zhengku_library::vault::VaultError;
use zhengku_node::NodeError;
use zhengku_node::pki::PkiError;
use zhengku_node::seals::SealsError;
use zhengku_node::service::ServiceError;
use zhengku_node::timestamping::TimestampingError;
use zhengku_store::StoreError;
use zhengku_verify::language::Language;

/// Exit code for usage and environment errors.
pub(crate) const USAGE: u8 = 2;
/// Exit code when nobody answers.
pub(crate) const UNREACHABLE: u8 = 3;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Node(#[from] NodeError),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Mapping(#[from] MappingError),
    #[error("{path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error(transparent)]
    Remote(#[from] RemoteError),
    #[error(transparent)]
    Pki(#[from] PkiError),
    #[error(transparent)]
    Seals(#[from] SealsError),
    #[error(transparent)]
    Timestamping(#[from] TimestampingError),
    #[error(transparent)]
    Issue(#[from] IssueError),
    #[error(transparent)]
    Stored(#[from] StoredFileError),
    #[error(transparent)]
    Papers(#[from] PaperError),
    #[error(transparent)]
    Port(#[from] PortError),
    #[error("{en}")]
    Usage { zh: String, en: String },
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Node(NodeError::Store(error))
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        Self::Node(NodeError::Vault(error))
    }
}

impl From<RegisterError> for Failure {
    fn from(error: RegisterError) -> Self {
        Self::Import(ImportError::Register(error))
    }
}

impl Failure {
    pub(crate) fn usage(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Usage { zh: zh.into(), en: en.into() }
    }

    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    pub(crate) fn output(source: std::io::Error) -> Self {
        Self::File { path: PathBuf::from("stdout"), source }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        if self.is_passing() { UNREACHABLE } else { USAGE }
    }

    /// Whether nobody answers now, and trying again may succeed.
    pub(crate) fn is_passing(&self) -> bool {
        let remote = match self {
            Self::Remote(error) => Some(error),
            Self::Import(ImportError::Ledger(port)) | Self::Port(port) => port.source.downcast_ref::<RemoteError>(),
            _ => None,
        };
        remote.is_some_and(RemoteError::is_passing)
    }

    /// Whether the ledger decided against it: nothing of it will ever stand.
    pub(crate) const fn is_rejection(&self) -> bool {
        matches!(self, Self::Node(NodeError::Rejected { .. }) | Self::Remote(RemoteError::Rejected { .. }))
    }

    /// The message in the user's language.
    pub(crate) fn message(&self, language: Language) -> String {
        match (language, self) {
            (_, Self::Usage { zh, en }) => language.pick(zh, en).to_owned(),
            (Language::Zh, Self::Import(ImportError::Register(error))) => error.message_zh(),
            (Language::En, Self::Import(ImportError::Register(error))) => error.message_en(),
            (Language::En, _) => self.to_string(),
            (Language::Zh, _) => format!("{}\n      ({self})", self.chinese()),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Node(error) => node_chinese(error),
            Self::File { path, source } => file_chinese(path, source),
            Self::Import(ImportError::UnknownType { code }) => format!("证照类型 {code} 不在本账本目录中"),
            Self::Import(ImportError::Vault(error)) => format!("{}; {RESUME_ZH}", vault_chinese(error)),
            Self::Papers(PaperError::TooMany) => "文件过多; 请先办结一部分".to_owned(),
            Self::Papers(_) => "工作文件无法读写; 请核对 papers 目录与保管密钥".to_owned(),
            Self::Port(port) => match port.source.downcast_ref::<RemoteError>() {
                Some(remote) => remote.chinese(),
                None => "账本无法读取".to_owned(),
            },
            Self::Import(ImportError::Ledger(port)) => {
                let node = port.source.downcast_ref::<NodeError>().map(node_chinese);
                let remote = || port.source.downcast_ref::<RemoteError>().map(RemoteError::chinese);
                let cause = node.or_else(remote).unwrap_or_else(|| "写入失败".to_owned());
                format!("{cause}; {RESUME_ZH}")
            }
            Self::Service(error) => service_chinese(error),
            Self::Remote(error) => error.chinese(),
            Self::Import(ImportError::Rejected { row, code }) => {
                format!("账本拒绝了第 {row} 行起的一批: {} ({}); 之前的行已上链", code.reason_zh(), code.number())
            }
            Self::Import(ImportError::Unrepresentable { row, .. }) => {
                format!("第 {row} 行的内容超出账本的格式限制; 请改短后重新导入")
            }
            Self::Import(ImportError::Catalogue(_)) => "列映射超出证照类型的格式限制".to_owned(),
            Self::Import(ImportError::RefusedRows(_)) => "拒收行文件无法写入".to_owned(),
            Self::Import(ImportError::Issue(error)) | Self::Issue(error) => issue_chinese(error),
            Self::Pki(error) => pki_chinese(error),
            Self::Timestamping(error) => timestamping_chinese(error),
            Self::Seals(error) => seals_chinese(error),
            Self::Stored(_) => "证照文件无法读取; 请运行 zhengku ledger fsck".to_owned(),
            Self::Mapping(_) => "列映射文件有误".to_owned(),
            _ => "操作未完成".to_owned(),
        }
    }
}

/// What to do after an import that ended early.
const RESUME_ZH: &str = "已报告完成的部分有效, 排除故障后重新运行同一命令即可继续";

fn node_chinese(error: &NodeError) -> String {
    match error {
        NodeError::Store(error) => store_chinese(error),
        NodeError::Vault(error) => vault_chinese(error),
        NodeError::ClockBehind { now, newest } => {
            format!("系统时钟为 {now}, 落后于最新区块 {newest}; 请先校准时钟再写入")
        }
        NodeError::Key { path, .. } => format!("{}: 密钥文件不可用", path.display()),
        NodeError::File { path, source } => file_chinese(path, source),
        NodeError::Rejected { code } => format!("账本拒绝: {} ({})", code.reason_zh(), code.number()),
        NodeError::RecordMissing { entry } => {
            format!("第 {entry} 条的照面信息在库中缺失; 请从备份恢复 vault 目录")
        }
        NodeError::Agreement(zhengku_node::chain::AgreementError::CandidateDiffers { .. }) => {
            "重新执行已签名的区块得到不同结果, 本节点不得继续签名".to_owned()
        }
        _ => "操作未完成".to_owned(),
    }
}

fn issue_chinese(error: &IssueError) -> String {
    match error {
        IssueError::NoSeal { issuer } => {
            format!("本机没有机构 {issuer} 可用的电子印章; 请申请、制作并备案: zhengku seal apply --complete")
        }
        IssueError::Ofd(OfdError::Sealing(SealerError::NoTimestamp(_))) => NO_TIMESTAMP_ZH.to_owned(),
        IssueError::Ofd(OfdError::Sealing(_)) => {
            "电子印章不能盖章 (印章或证书已失效、吊销, 或证书已更换); 请运行 zhengku seal list 与 zhengku seal renew"
                .to_owned()
        }
        _ => "证照文件未能制作".to_owned(),
    }
}

/// No timestamp, no seal: what is done next.
pub(crate) const NO_TIMESTAMP_ZH: &str = "时间戳服务未能给出时间戳, 未作签发; 请检查该服务后重试 (zhengku timestamp use), 或停用时间戳 (zhengku timestamp drop)";
/// The same in English.
pub(crate) const NO_TIMESTAMP_EN: &str = "the timestamping authority gave no timestamp and nothing was sealed; check it and try again (zhengku timestamp use), or seal without (zhengku timestamp drop)";

fn timestamping_chinese(error: &TimestampingError) -> String {
    match error {
        TimestampingError::NoCertificate { key } => format!(
            "时间戳服务尚无证书; 请为其密钥 {key} 签发 (zhengku ca issue --profile timestamp), 再以 --certificate FILE 运行"
        ),
        TimestampingError::OtherKey { key } => format!("此证书不是本服务密钥 {key} 的证书"),
        TimestampingError::Ended => "时间戳证书已过期; 请签发新证书, 再以 --certificate FILE 运行".to_owned(),
        TimestampingError::Damaged { path, .. } => format!("{}: 文件已损坏", path.display()),
        TimestampingError::File { path, source } => file_chinese(path, source),
        TimestampingError::Key(error) => node_chinese(error),
        TimestampingError::Pki(error) => pki_chinese(error),
        _ => "时间戳操作未完成".to_owned(),
    }
}

fn pki_chinese(error: &PkiError) -> String {
    match error {
        PkiError::None { path } => format!("{}: 此目录没有证书机构; 请先运行 zhengku ca init", path.display()),
        PkiError::Exists { path } => format!("{}: 已有证书机构, 未作改动", path.display()),
        PkiError::Unknown { serial } => format!("本机构未签发证书 {serial}; 见 zhengku ca list"),
        PkiError::Revoked { serial } => format!("证书 {serial} 已被吊销"),
        PkiError::Compromised => "此密钥的证书因密钥泄露被吊销, 须换用新密钥: 请注销印章并重新申请".to_owned(),
        PkiError::File { path, source } => file_chinese(path, source),
        PkiError::Damaged { path, .. } => format!("{}: 文件已损坏", path.display()),
        PkiError::Key(error) => node_chinese(error),
        _ => "证书操作未完成".to_owned(),
    }
}

fn seals_chinese(error: &SealsError) -> String {
    match error {
        SealsError::Unknown { number } => format!("登记册中没有印章 {number}; 见 zhengku seal list"),
        SealsError::NoOwner => "印章所属机构未在账本登记".to_owned(),
        SealsError::Status { number, status, needed } => {
            format!("印章 {number} 处于 {}, 此步骤需要 {}", status.name_zh(), needed.name_zh())
        }
        SealsError::NoFile { number } => format!("本目录 seals/ 中没有印章 {number} 的文件"),
        SealsError::FileDiffers { number } => format!("seals/ 中印章 {number} 的文件与登记册不符; 请重新制作"),
        SealsError::NoMaker => "本目录没有制章机构的密钥; 此步骤由制章机构办理".to_owned(),
        SealsError::NoKey { organisation } => format!("本目录没有机构 {organisation} 的密钥"),
        SealsError::Rejected { code } => format!("账本拒绝: {} ({})", code.reason_zh(), code.number()),
        SealsError::Drawing(_) => "印模无法绘制; 请检查印章名称 (4 至 30 字)".to_owned(),
        SealsError::Pki(error) => pki_chinese(error),
        SealsError::Key(error) => node_chinese(error),
        _ => "印章操作未完成".to_owned(),
    }
}

fn service_chinese(error: &ServiceError) -> String {
    match error {
        ServiceError::Store(error) => store_chinese(error),
        ServiceError::Node(error) => node_chinese(error),
        ServiceError::Exchange(_) => "交换网络未能启动; 请核对 exchange.listen, 运行 zhengku doctor".to_owned(),
        ServiceError::Agreement(_) => "共识未能启动; 请核对 consensus.listen, 运行 zhengku doctor".to_owned(),
        ServiceError::Lie(error) => format!("没有作恶方式 {}; 请从配置中去掉 lie", error.name),
        _ => "节点未能启动; 请运行 zhengku doctor".to_owned(),
    }
}

fn store_chinese(error: &StoreError) -> String {
    if error.is_disk_full() {
        return "磁盘已满; 腾出空间后重试, 已确认的内容不会丢失".to_owned();
    }
    match error {
        StoreError::Locked { path } => format!("{}: 另一进程正在使用此账本; 请先停止它", path.display()),
        StoreError::Missing { path } => format!(
            "{}: 此处没有账本; 网络节点请运行 zhengku ledger begin --data {} --genesis genesis.bin, 单机账本请运行 zhengku init",
            path.display(),
            path.parent().unwrap_or(path).display()
        ),
        StoreError::Exists { path } => format!("{}: 此处已有账本, 未作改动", path.display()),
        StoreError::NewerFormat { path, actual, known } => {
            format!("{}: 存储格式为 {actual}, 本程序只认识 {known}; 请使用新版程序", path.display())
        }
        StoreError::ForeignChain { .. } => "这是另一账本的数据目录".to_owned(),
        StoreError::Damaged { what, .. } => {
            format!("账本已损坏 ({what}); 请从其他节点或备份恢复, 并运行 zhengku ledger fsck")
        }
        StoreError::RolledBack { tip, signed } => {
            format!(
                "账本止于高度 {tip}, 而本节点已签署高度 {signed}: 可能恢复了旧副本; 本节点不得继续签名, 请换回较新的副本"
            )
        }
        StoreError::SignedRecordMissing { .. } => {
            "缺少本节点的签名记录 (signed 目录), 不得继续签名; 请恢复该目录".to_owned()
        }
        StoreError::Stopped => "此前一次写入失败; 排除磁盘故障后重新启动".to_owned(),
        StoreError::NoSuchHeight { asked, newest } => format!("没有高度为 {asked} 的区块; 最新为 {newest}"),
        StoreError::File { path, source } => file_chinese(path, source),
        StoreError::Database(error) if error.to_string().contains("Read-only file system") => {
            "账本所在的文件系统只读; 请改为可写后重试".to_owned()
        }
        _ => "账本数据库出错".to_owned(),
    }
}

fn vault_chinese(error: &VaultError) -> String {
    match error {
        VaultError::Locked { .. } => "另一进程正在使用照面信息库; 请先停止它".to_owned(),
        VaultError::Erased { .. } => "该证照的照面信息已被销毁".to_owned(),
        VaultError::NoVault { path } => format!("{}: 照面信息库缺失; 请从备份恢复", path.display()),
        VaultError::Missing { .. } | VaultError::Damaged { .. } | VaultError::DamagedVault { .. } => {
            "照面信息库已损坏或缺失; 请从备份恢复, 并运行 zhengku ledger fsck".to_owned()
        }
        VaultError::NotPurged { .. } => "旧密钥尚未从磁盘清除; 请重新运行销毁命令".to_owned(),
        VaultError::File { path, source } => file_chinese(path, source),
        VaultError::WrongKey { .. } => "保管密钥与照面信息库不符".to_owned(),
        VaultError::NewerFormat { .. } => "照面信息库的格式较新; 请使用新版程序".to_owned(),
        VaultError::DiskFull => "磁盘已满; 腾出空间后重试, 已确认的内容不会丢失".to_owned(),
        _ => "照面信息库出错".to_owned(),
    }
}

fn file_chinese(path: &Path, source: &std::io::Error) -> String {
    let reason = match source.kind() {
        std::io::ErrorKind::NotFound => "文件不存在",
        std::io::ErrorKind::PermissionDenied => "没有权限",
        std::io::ErrorKind::ReadOnlyFilesystem => "文件系统只读",
        std::io::ErrorKind::StorageFull => "磁盘已满",
        std::io::ErrorKind::AlreadyExists => "文件已存在",
        _ => "读写失败",
    };
    format!("{}: {reason}", path.display())
}
