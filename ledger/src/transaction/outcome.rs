//! What became of a transaction. Only numbers are hashed into the outcome root, never a text.

use crate::entry::licence::TransitionRefusal;
use crate::entry::licence_type::TypeRefusal;
use crate::ids::{Height, LogIndex, TransactionId};
use borsh::{BorshDeserialize, BorshSerialize};

/// The outcome of one transaction in a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Outcome {
    /// All items were applied.
    Applied {
        /// The first entry.
        first: LogIndex,
        /// The entries appended.
        count: u32,
    },
    /// The same transaction was decided before; nothing was done again.
    Repeated {
        /// The transaction that was decided.
        original: TransactionId,
        /// The block with its first outcome.
        height: Height,
        /// Its place in that block.
        place: u32,
    },
    /// Nothing was applied.
    Rejected {
        /// Why.
        code: RejectCode,
        /// The item that broke the rule.
        item: u32,
    },
}

impl Outcome {
    /// Whether the transaction's idempotency key is taken by this outcome. Whatever was decided about a transaction of a known
    /// signer is final: otherwise anybody who holds the block could submit a rejected transaction again when its time has come.
    /// What a stranger signs takes nobody's key.
    #[must_use]
    pub const fn takes_key(&self) -> bool {
        match self {
            Self::Applied { .. } => true,
            Self::Repeated { .. } => false,
            Self::Rejected { code, .. } => !matches!(
                code,
                RejectCode::UnknownOrganisation | RejectCode::UnknownSigner | RejectCode::IdempotencyConflict
            ),
        }
    }
}

macro_rules! reject_codes {
    ($($(#[doc = $doc:literal])* $name:ident = $number:literal, $zh:literal;)*) => {
        /// Why a transaction was rejected. The numbers are stable: they are hashed, and listed in docs/spec/transaction.md.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        #[repr(u16)]
        #[non_exhaustive]
        pub enum RejectCode {
            $($(#[doc = $doc])* $name = $number,)*
        }

        impl RejectCode {
            /// All codes, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable number.
            #[must_use]
            pub const fn number(self) -> u16 {
                match self { $(Self::$name => $number,)* }
            }

            /// The reason in English.
            #[must_use]
            pub const fn reason_en(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),*).trim_ascii(),)* }
            }

            /// The reason in Chinese.
            #[must_use]
            pub const fn reason_zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }
        }
    };
}

reject_codes! {
    /// the organisation is not registered
    UnknownOrganisation = 100, "机构未登记";
    /// the signing key is not one of the organisation's
    UnknownSigner = 101, "签名密钥不属于该机构";
    /// the organisation may not act
    OrganisationBarred = 102, "机构已停用";
    /// the organisation does not have the role this takes
    RoleMissing = 103, "机构没有相应角色";
    /// the idempotency key was used for another transaction
    IdempotencyConflict = 104, "幂等键已用于另一交易";
    /// the organisation's number is not the next free one
    OrganisationNumber = 110, "机构编号不是下一个可用编号";
    /// the credit code belongs to another organisation
    CreditCodeTaken = 111, "统一社会信用代码已属于另一机构";
    /// the governor cannot be barred or lose its role
    GovernorFixed = 112, "治理机构不能停用或失去角色";
    /// the credit code fails GB 32100
    CreditCodeInvalid = 113, "统一社会信用代码不合法 (GB 32100)";
    /// the organisation to change is not registered
    OrganisationMissing = 114, "要变更的机构未登记";
    /// the licence type's number is neither known nor the next free one
    LicenceTypeNumber = 120, "证照类型编号既非已有也非下一个可用编号";
    /// the licence type belongs to another definer
    DefinerMismatch = 121, "证照类型由另一机构定义";
    /// the licence type code belongs to another type
    TypeCodeTaken = 122, "证照类型代码已被使用";
    /// the licence type contradicts itself
    TypeContradiction = 123, "证照类型定义自相矛盾";
    /// the material type's number is neither known nor the next free one
    MaterialTypeNumber = 130, "材料类型编号既非已有也非下一个可用编号";
    /// the material type belongs to another definer
    MaterialDefiner = 131, "材料类型由另一机构定义";
    /// the material type's code is empty, changed or another type's
    MaterialCode = 132, "材料类型代码为空、已变更或已被使用";
    /// the material's source is not on the ledger
    MaterialSource = 133, "材料来源 (证照类型或机构) 未登记";
    /// the seal's number is not the next free one
    SealNumber = 140, "印章编号不是下一个可用编号";
    /// the seal's identifier is empty or another seal's
    SealIdTaken = 141, "印章标识为空或已属于另一印章";
    /// the seal is not in the register
    UnknownSeal = 142, "印章未登记";
    /// the seal's state does not allow this step
    SealStep = 143, "印章当前状态不允许此操作";
    /// the seal that was made is another than the one named
    SealMismatch = 144, "所指印章数据与制作的不符";
    /// neither the seal's owner nor its maker
    NotTheSealsParty = 145, "既非印章所有机构也非制章机构";
    /// the seal's dates end before they start
    SealDates = 146, "印章有效期不正确";
    /// the licence type is not defined
    UnknownLicenceType = 200, "证照类型未定义";
    /// the licence names another issuer than the signer
    IssuerMismatch = 201, "发证机关与签名机构不符";
    /// the licence type does not name this issuer
    IssuerNotNamed = 202, "该机构无权签发此类证照";
    /// the number of holders does not fit the licence type, or one stands twice
    HolderCount = 203, "持证主体数量不符或重复";
    /// the dates do not fit the validity rule, or end before they start
    Validity = 204, "有效期不符合规则";
    /// the number of fields does not fit the licence type
    FieldCount = 205, "照面字段数量不符";
    /// a twin's other part is missing or does not point back
    TwinNotMutual = 206, "正页与副联未互相关联";
    /// the licence exists already
    AlreadyMinted = 207, "证照已存在";
    /// another key with the same first 16 bytes exists
    KeyPrefixTaken = 208, "键前缀冲突";
    /// two items of one transaction have the same key
    KeyRepeated = 209, "同一交易内键重复";
    /// a new licence must have version 1 and no predecessor
    NotANewLicence = 210, "新证照的版本或关联不正确";
    /// a new licence cannot have this status
    InitialStatus = 211, "新证照的状态不允许";
    /// the key lies in the range of organisations and licence types
    KeyReserved = 212, "键属于机构与证照类型的保留范围";
    /// a licence has files if and only if it has a seal, and no file twice
    FilesAndSeal = 213, "证照文件与印章须同时具备, 且文件不重复";
    /// the seal is not on file, or the block's day lies outside its dates
    SealNotUsable = 214, "印章未备案, 或区块日期不在印章有效期内";
    /// the seal belongs to another organisation
    SealOwner = 215, "印章属于另一机构";
    /// a sealed licence is dated after the day of its block
    IssuedAhead = 216, "盖章证照的颁发日期晚于今天";
    /// the licence does not exist
    UnknownLicence = 300, "证照不存在";
    /// the licence was issued by another organisation
    NotTheIssuer = 301, "证照由另一机构签发";
    /// the licence is suspended already
    AlreadySuspended = 310, "证照已处于暂扣状态";
    /// the licence is not suspended
    NotSuspended = 311, "证照未处于暂扣状态";
    /// the licence has ended
    LicenceEnded = 312, "证照已注销、撤销或吊销";
    /// the licence was replaced by one of another number
    LicenceReplaced = 313, "证照已换发";
    /// a suspended licence is not transferred: it must be resumed first
    SuspendedNotTransferred = 314, "暂扣的证照须先发还才能转出";
    /// the licence was transferred out
    LicenceTransferred = 315, "证照已转出";
    /// the licence was not transferred out
    NotTransferred = 316, "证照未转出";
    /// the licence is disputed already
    AlreadyDisputed = 317, "证照已处于异议中";
    /// the licence is not disputed
    NotDisputed = 318, "证照未处于异议中";
    /// a correction changes what it may not: type, issuer, version, links or dispute
    CorrectionScope = 320, "更正超出允许范围";
    /// a new version must have the next version number
    VersionNumber = 330, "版本号不是下一个";
    /// an amendment or renewal keeps the number, a reissue takes a new one
    CauseAndKey = 331, "变更、延续须保留编号, 换发须用新编号";
    /// a renewal must end later than before
    RenewalNotLater = 332, "延续后的有效期没有延长";
    /// a superseding licence must be of the same type and keep the status, the dispute and the links
    SupersedeScope = 333, "换发、变更、延续须为同一类型并保留状态与关联";
    /// an amendment or renewal may neither end a licence earlier nor let it begin later than today
    Shortened = 334, "变更、延续不得缩短有效期, 也不得使其晚于今天开始";
    /// more than 100 licences at once take the approval of another key of the organisation
    ApprovalMissing = 340, "一次处理超过 100 份证照须经本机构另一密钥复核";
    /// the approval is by the key that signs, or by a key that is no longer the organisation's
    ApprovalOfOneself = 341, "复核密钥与提交密钥相同, 或已不属于该机构";
    /// the approval names another kind or number of items
    ApprovalMismatch = 342, "复核所指的操作种类或数量不符";
    /// only changes of status, corrections and supersessions are approved in advance
    ApprovalKind = 343, "只有状态变更、更正与换发、变更、延续需要复核";
    /// the key has approved these items already
    BatchAlreadyApproved = 344, "该密钥已复核过这批操作";
    /// only an organisation that operates a validator approves; such a one or the governor proposes
    NotAnOperator = 400, "只有运营验证节点的机构可以批准; 提案则由其或治理机构提出";
    /// there is no such pending proposal
    UnknownProposal = 401, "没有此待决提案";
    /// the proposal is approved already and waits for its height
    ProposalNotOpen = 402, "提案已获批准, 等待生效高度";
    /// the organisation has approved this proposal already
    AlreadyApproved = 403, "机构已批准过此提案";
    /// the approval names another change than the proposal's
    ChangeMismatch = 404, "批准所指的变更与提案不符";
    /// too many proposals are pending
    ProposalLimit = 405, "待决提案过多";
    /// the same change is proposed already
    ChangeRepeated = 406, "相同变更已在提案中";
    /// the organisation operates a validator or is the governor: its update must be proposed and approved
    NeedsApproval = 407, "该机构运营验证节点或为治理机构, 须提案并经批准后变更";
    /// the change changes nothing
    NoChange = 408, "变更没有任何改动";
    /// a node of this name takes part already
    NodeKnown = 410, "同名节点已在网络中";
    /// no node of this name takes part
    NodeUnknown = 411, "网络中没有此名称的节点";
    /// the node's record breaks a rule: name, keys, addresses, certificate or status
    NodeRecord = 412, "节点记录不合规则: 名称、密钥、地址、证书或状态";
    /// the node's organisation is not registered or may not act
    NodeOperator = 413, "节点的运营机构未登记或已停用";
    /// a key of the node is or was another's
    NodeKeyTaken = 414, "节点密钥属于或曾属于另一节点";
    /// there would be too many nodes or validators
    NodeLimit = 415, "节点或验证节点过多";
    /// the last validator cannot leave
    LastValidator = 416, "最后一个验证节点不能退出";
    /// the organisations that may act would no longer operate a quorum of the validators
    QuorumUnreachable = 417, "未停用的机构所运营的验证节点将不足法定多数";
    /// a parameter lies outside its bounds
    ParametersBounds = 418, "参数超出允许范围";
    /// the evidence proves no offence
    OffenceNotProven = 420, "证据不能证明违规";
    /// the key was no validator's at that height
    OffenceKey = 421, "该密钥在此高度不属于任何验证节点";
    /// this offence is on record already
    OffenceRecorded = 422, "此违规已记录在案";
    /// too many offences of this key are on record already
    OffenceLimit = 423, "该密钥的违规记录已达上限";
    /// the evidence speaks of a height that has not come yet
    OffenceHeight = 424, "证据所指的高度尚未到来";
}

impl BorshSerialize for RejectCode {
    fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
        self.number().serialize(writer)
    }
}

impl BorshDeserialize for RejectCode {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
        let number = u16::deserialize_reader(reader)?;
        let unknown = || std::io::Error::new(std::io::ErrorKind::InvalidData, format!("unknown reject code {number}"));
        Self::ALL.iter().copied().find(|code| code.number() == number).ok_or_else(unknown)
    }
}

impl From<TransitionRefusal> for RejectCode {
    fn from(refusal: TransitionRefusal) -> Self {
        match refusal {
            TransitionRefusal::AlreadySuspended => Self::AlreadySuspended,
            TransitionRefusal::NotSuspended => Self::NotSuspended,
            TransitionRefusal::Ended => Self::LicenceEnded,
            TransitionRefusal::Replaced => Self::LicenceReplaced,
            TransitionRefusal::Suspended => Self::SuspendedNotTransferred,
            TransitionRefusal::TransferredOut => Self::LicenceTransferred,
            TransitionRefusal::NotTransferred => Self::NotTransferred,
            TransitionRefusal::AlreadyDisputed => Self::AlreadyDisputed,
            TransitionRefusal::NotDisputed => Self::NotDisputed,
        }
    }
}

impl From<TypeRefusal> for RejectCode {
    fn from(refusal: TypeRefusal) -> Self {
        match refusal {
            TypeRefusal::IssuerNotNamed => Self::IssuerNotNamed,
            TypeRefusal::HolderCount => Self::HolderCount,
            TypeRefusal::Validity => Self::Validity,
            TypeRefusal::FieldCount => Self::FieldCount,
            TypeRefusal::Twin => Self::TwinNotMutual,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_rising() {
        assert!(RejectCode::ALL.windows(2).all(|pair| pair[0].number() < pair[1].number()));
        for code in RejectCode::ALL {
            assert_eq!(crate::codec::encode(code), code.number().to_le_bytes(), "{code:?} is hashed as its number");
        }
    }
}
