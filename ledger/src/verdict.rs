//! One verdict for every surface: command line, HTTP, pages and the offline verifier. The worst check decides.

/// The verdict on a licence. The order is from best to worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// 有效: every check passed.
    Valid,
    /// 未生效: before its first day.
    NotYetValid,
    /// 已过期: after its last day.
    Expired,
    /// 已暂扣.
    Suspended,
    /// 已变更: a newer state or number has taken its place.
    Superseded,
    /// 已注销 (also 撤销, 吊销).
    Revoked,
    /// 尚未上链: not on the ledger.
    NotAnchored,
    /// 无法核验: something could not be checked.
    Unverifiable,
    /// 发证方不受信任: another ledger, or validators that are not trusted.
    Untrusted,
    /// 内容被改动: what is shown is not what was recorded.
    Tampered,
}

impl Verdict {
    /// All verdicts, best first.
    pub const ALL: [Self; 10] = [
        Self::Valid,
        Self::NotYetValid,
        Self::Expired,
        Self::Suspended,
        Self::Superseded,
        Self::Revoked,
        Self::NotAnchored,
        Self::Unverifiable,
        Self::Untrusted,
        Self::Tampered,
    ];

    /// The code, as in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Valid => "VALID",
            Self::NotYetValid => "NOT_YET_VALID",
            Self::Expired => "EXPIRED",
            Self::Suspended => "SUSPENDED",
            Self::Superseded => "SUPERSEDED",
            Self::Revoked => "REVOKED",
            Self::NotAnchored => "NOT_ANCHORED",
            Self::Unverifiable => "UNVERIFIABLE",
            Self::Untrusted => "UNTRUSTED",
            Self::Tampered => "TAMPERED",
        }
    }

    /// Chinese name.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Valid => "有效",
            Self::NotYetValid => "未生效",
            Self::Expired => "已过期",
            Self::Suspended => "已暂扣",
            Self::Superseded => "已变更",
            Self::Revoked => "已注销",
            Self::NotAnchored => "尚未上链",
            Self::Unverifiable => "无法核验",
            Self::Untrusted => "发证方不受信任",
            Self::Tampered => "内容被改动",
        }
    }
}

/// What is checked, in the order of the report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum CheckName {
    /// The package of a licence file can be read in one way only.
    Package,
    /// Its document is an OFD that can be judged.
    Document,
    /// It is an original, or a copy within its time.
    Copy,
    /// It carries exactly one seal.
    Signatures,
    /// Every file of the package is protected and unchanged.
    References,
    /// The seal signature is well-formed.
    SealFormat,
    /// The signature over seal, time and digest holds.
    SealValue,
    /// The signer's certificate leads to a trusted authority and may seal.
    SealSigner,
    /// The timestamp holds, if there is one.
    SealTimestamp,
    /// It was signed while the certificate was valid, before any revocation.
    SealTime,
    /// What was signed is this document.
    DataHash,
    /// The protected range is that of this document.
    SealRange,
    /// The maker signed the seal as it is.
    SealMaking,
    /// The maker's certificate leads to a trusted authority.
    SealMaker,
    /// The seal was valid when it was used.
    SealValidity,
    /// The seal lists the signer.
    SealAdmission,
    /// The seal shown is the seal that was signed.
    SealCopy,
    /// The seal stands on a page, whole and in its size.
    Stamp,
    /// The signer is the authority that issued the licence.
    SealOwner,
    /// The seal is on file and was not cancelled before it was used.
    SealRegister,
    /// The data for programs are whole and say what the metadata say.
    Data,
    /// The pages show every field.
    Face,
    /// The identifier is right and names type and issuer.
    Identifier,
    /// The ledger has the digests of this very file.
    Anchoring,
    /// The ledger's record is of this licence.
    Record,
    /// The file is whole and canonical.
    File,
    /// The history of the validator set leads from the trusted set to the one that judges.
    History,
    /// The proof is of the trusted ledger, in a known format.
    Ledger,
    /// A quorum of the trusted validators certified the header.
    Certificate,
    /// The submitter signed the transaction.
    Submitter,
    /// The transaction is at its place in the block.
    Transaction,
    /// The outcome is that of the transaction.
    Outcome,
    /// A quorum signed the older checkpoint.
    Older,
    /// A quorum signed the newer checkpoint.
    Newer,
    /// The older log is a prefix of the newer.
    Consistency,
    /// The entry is in the log.
    Inclusion,
    /// The entry is the newest of its licence.
    Currency,
    /// The issuer is registered and may issue.
    Issuer,
    /// The licence type is in the catalogue.
    LicenceType,
    /// The disclosed fields are those of the licence.
    Fields,
    /// The proof is of the licence that the verifier expects.
    Expected,
    /// The proof is not older than asked for.
    Freshness,
    /// The status is valid.
    Status,
    /// Today is within the period of validity.
    Period,
}

impl CheckName {
    /// The code, as in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Document => "document",
            Self::Copy => "copy",
            Self::Signatures => "signatures",
            Self::References => "references",
            Self::SealFormat => "seal_format",
            Self::SealValue => "seal_value",
            Self::SealSigner => "seal_signer",
            Self::SealTime => "seal_time",
            Self::SealTimestamp => "seal_timestamp",
            Self::DataHash => "data_hash",
            Self::SealRange => "seal_range",
            Self::SealMaking => "seal_making",
            Self::SealMaker => "seal_maker",
            Self::SealValidity => "seal_validity",
            Self::SealAdmission => "seal_admission",
            Self::SealCopy => "seal_copy",
            Self::Stamp => "stamp",
            Self::SealOwner => "seal_owner",
            Self::SealRegister => "seal_register",
            Self::Data => "data",
            Self::Face => "face",
            Self::Identifier => "identifier",
            Self::Anchoring => "anchoring",
            Self::Record => "record",
            Self::File => "file",
            Self::History => "history",
            Self::Ledger => "ledger",
            Self::Certificate => "certificate",
            Self::Submitter => "submitter",
            Self::Transaction => "transaction",
            Self::Outcome => "outcome",
            Self::Older => "older",
            Self::Newer => "newer",
            Self::Consistency => "consistency",
            Self::Inclusion => "inclusion",
            Self::Currency => "currency",
            Self::Issuer => "issuer",
            Self::LicenceType => "licence_type",
            Self::Fields => "fields",
            Self::Expected => "expected",
            Self::Freshness => "freshness",
            Self::Status => "status",
            Self::Period => "period",
        }
    }

    /// Chinese name.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Package => "文件包",
            Self::Document => "版式文档",
            Self::Copy => "原件或加注件",
            Self::Signatures => "签章数量",
            Self::References => "保护范围",
            Self::SealFormat => "签章格式",
            Self::SealValue => "签章签名",
            Self::SealSigner => "签章者证书",
            Self::SealTime => "签章时间",
            Self::SealTimestamp => "时间戳",
            Self::DataHash => "原文摘要",
            Self::SealRange => "保护路径",
            Self::SealMaking => "制章签名",
            Self::SealMaker => "制章者证书",
            Self::SealValidity => "印章有效期",
            Self::SealAdmission => "用章授权",
            Self::SealCopy => "印章文件",
            Self::Stamp => "盖章位置",
            Self::SealOwner => "签章机关",
            Self::SealRegister => "印章备案",
            Self::Data => "机读数据",
            Self::Face => "版面文字",
            Self::Identifier => "证照标识",
            Self::Anchoring => "文件登记",
            Self::Record => "账本记录",
            Self::File => "文件完整",
            Self::History => "节点沿革",
            Self::Ledger => "账本",
            Self::Certificate => "节点签名",
            Self::Submitter => "提交方签名",
            Self::Transaction => "交易已入块",
            Self::Outcome => "执行结果",
            Self::Older => "较早检查点",
            Self::Newer => "较新检查点",
            Self::Consistency => "只增不改",
            Self::Inclusion => "已上链",
            Self::Currency => "最新状态",
            Self::Issuer => "发证机关",
            Self::LicenceType => "证照类型",
            Self::Fields => "照面信息",
            Self::Expected => "所核对的证照",
            Self::Freshness => "证明时效",
            Self::Status => "证照状态",
            Self::Period => "有效期",
        }
    }
}

/// How a check ended. "Could not check" is never merged with "failed".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckState {
    /// It holds.
    Passed,
    /// It does not hold.
    Failed,
    /// It could not be made.
    NotChecked,
}

impl CheckState {
    /// The code, as in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotChecked => "not_checked",
        }
    }
}

/// One check with its reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// What was checked.
    pub name: CheckName,
    /// How it ended.
    pub state: CheckState,
    /// What this check alone says of the licence; the worst of all decides.
    pub verdict: Verdict,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}
