//! Seals of the register (电子印章备案).

use zhengku_ledger::ids::Date;

/// A seal in the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealRow {
    /// Its id in the register, 14 digits: not a person's.
    pub id: String,
    /// Its name: 示例市市场监督管理局.
    pub name: String,
    /// Who owns it.
    pub owner: String,
    /// Kind in Chinese: 法定名称章, 业务专用章.
    pub kind_zh: String,
    /// The same in English.
    pub kind_en: String,
    /// Where in its life it is.
    pub status: SealStatus,
    /// First day of validity.
    pub valid_from: Date,
    /// Last day.
    pub valid_to: Date,
}

/// A seal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seal {
    /// What stands in the list.
    pub row: SealRow,
    /// The owner's credit code.
    pub owner_code: String,
    /// When it was applied for (申请).
    pub applied: Option<Date>,
    /// When it was made (制作).
    pub made: Option<Date>,
    /// When it was filed (备案).
    pub filed: Option<Date>,
    /// When it was cancelled (注销).
    pub cancelled: Option<Date>,
    /// Who made it: subject of the maker's certificate.
    pub maker: String,
    /// Signature algorithm: SM2 with SM3.
    pub algorithm: String,
    /// Version of the seal structure (GB/T 38540), 4.
    pub structure_version: u32,
    /// Digest of the seal's bytes, 64 hexadecimal digits.
    pub digest: String,
    /// Certificates that may sign with it: subject, last day.
    pub signers: Vec<(String, Date)>,
    /// Licences sealed with it, as far as this server knows.
    pub uses: u64,
    /// Its entry on the ledger.
    pub entry: Option<u64>,
}

/// Where in its life a seal is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SealStatus {
    /// 申请.
    Applied,
    /// 制作.
    Made,
    /// 备案: it may be used.
    Filed,
    /// 注销.
    Cancelled,
}

/// Forms of a seal's picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PictureFormat {
    /// Pixels.
    Png,
    /// Vector. Served as a picture only, under a policy that runs nothing.
    Svg,
}
