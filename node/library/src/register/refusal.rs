//! Why a row is refused: stable codes, Chinese and English reasons. No value of the row is repeated in them.

use std::fmt;

use serde::{Serialize, Serializer};

/// Cause of a refusal. The code is stable: reports and the refused-rows file of other releases compare by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Fewer fields than the header has columns.
    TooFewColumns,
    /// More fields than the header has columns, and not blank.
    TooManyColumns,
    /// A quote that is not closed, or text behind a closing quote.
    QuoteMalformed,
    /// Bytes that are no text in the encoding of the file.
    UndecodableText,
    /// A control character in a field.
    ControlCharacter,
    /// A replacement character: somebody converted the file and lost this character.
    LostCharacter,
    /// Longer than [`super::FIELD_BYTES_MAX`].
    FieldTooLong,
    /// No licence number.
    LicenceNumberMissing,
    /// A mandatory field is blank.
    MandatoryMissing,
    /// Check character of a citizen number.
    CitizenNumberCheck,
    /// A citizen number without 18 digits.
    CitizenNumberMalformed,
    /// A citizen number of 15 digits.
    CitizenNumberFifteenDigits,
    /// The birth date in a citizen number.
    CitizenNumberDate,
    /// Check character of a credit code, or of the organisation code in it.
    CreditCodeCheck,
    /// A credit code of wrong length or alphabet.
    CreditCodeMalformed,
    /// A number that a spreadsheet turned into 9.99E+17.
    NumberInScientificNotation,
    /// A date in no known style.
    DateMalformed,
    /// A date that the calendar has not.
    DateImpossible,
    /// Validity ends before it starts.
    ValidityReversed,
    /// Something that happened, or somebody's birth, after the day of issue.
    AfterIssue,
    /// A status that the mapping does not know.
    StatusUnknown,
    /// A part other than 正页 and 副联.
    PartUnknown,
    /// A value outside the list of the mapping.
    ValueUnknown,
    /// A quantity that is no number.
    QuantityMalformed,
    /// The same licence number with other content in an earlier row.
    NumberConflict,
    /// The ledger has this licence with other content.
    LedgerConflict,
    /// No key of the row's issuer is held here.
    IssuerUnknown,
    /// The register says that the licence is no longer in force, the ledger that it is (or otherwise not).
    StatusDiffers,
    /// One part of a twin without the other.
    PartMissing,
    /// One holder twice.
    HolderRepeated,
    /// A licence that is to be sealed today and says it was issued later.
    IssuedAhead,
    /// A licence that is to be sealed and names its issuer otherwise than the ledger does.
    IssuerNameDiffers,
    /// A character that no font has, or that licences are not written with.
    Unwritable,
    /// A text that is too long for its line, or fields too long for the pages of a licence.
    NoRoom,
}

impl Cause {
    /// Every cause, in order of code.
    pub const ALL: [Self; 34] = [
        Self::TooFewColumns,
        Self::TooManyColumns,
        Self::QuoteMalformed,
        Self::UndecodableText,
        Self::ControlCharacter,
        Self::LostCharacter,
        Self::FieldTooLong,
        Self::LicenceNumberMissing,
        Self::MandatoryMissing,
        Self::CitizenNumberCheck,
        Self::CitizenNumberMalformed,
        Self::CitizenNumberFifteenDigits,
        Self::CitizenNumberDate,
        Self::CreditCodeCheck,
        Self::CreditCodeMalformed,
        Self::NumberInScientificNotation,
        Self::DateMalformed,
        Self::DateImpossible,
        Self::ValidityReversed,
        Self::AfterIssue,
        Self::StatusUnknown,
        Self::PartUnknown,
        Self::ValueUnknown,
        Self::QuantityMalformed,
        Self::NumberConflict,
        Self::LedgerConflict,
        Self::IssuerUnknown,
        Self::StatusDiffers,
        Self::PartMissing,
        Self::HolderRepeated,
        Self::IssuedAhead,
        Self::IssuerNameDiffers,
        Self::Unwritable,
        Self::NoRoom,
    ];

    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooFewColumns => "too_few_columns",
            Self::TooManyColumns => "too_many_columns",
            Self::QuoteMalformed => "quote_malformed",
            Self::UndecodableText => "undecodable_text",
            Self::ControlCharacter => "control_character",
            Self::LostCharacter => "lost_character",
            Self::FieldTooLong => "field_too_long",
            Self::LicenceNumberMissing => "licence_number_missing",
            Self::MandatoryMissing => "mandatory_missing",
            Self::CitizenNumberCheck => "citizen_number_check",
            Self::CitizenNumberMalformed => "citizen_number_malformed",
            Self::CitizenNumberFifteenDigits => "citizen_number_fifteen_digits",
            Self::CitizenNumberDate => "citizen_number_date",
            Self::CreditCodeCheck => "credit_code_check",
            Self::CreditCodeMalformed => "credit_code_malformed",
            Self::NumberInScientificNotation => "number_in_scientific_notation",
            Self::DateMalformed => "date_malformed",
            Self::DateImpossible => "date_impossible",
            Self::ValidityReversed => "validity_reversed",
            Self::AfterIssue => "after_issue",
            Self::StatusUnknown => "status_unknown",
            Self::PartUnknown => "part_unknown",
            Self::ValueUnknown => "value_unknown",
            Self::QuantityMalformed => "quantity_malformed",
            Self::NumberConflict => "number_conflict",
            Self::LedgerConflict => "ledger_conflict",
            Self::IssuerUnknown => "issuer_unknown",
            Self::StatusDiffers => "status_differs",
            Self::PartMissing => "part_missing",
            Self::HolderRepeated => "holder_repeated",
            Self::IssuedAhead => "issued_ahead",
            Self::IssuerNameDiffers => "issuer_name_differs",
            Self::Unwritable => "unwritable",
            Self::NoRoom => "no_room",
        }
    }

    /// Reason and remedy in Chinese.
    pub const fn reason_zh(self) -> &'static str {
        match self {
            Self::TooFewColumns => "列数少于表头，可能行尾被截断；请补全该行",
            Self::TooManyColumns => "列数多于表头；字段内有分隔符时请加双引号",
            Self::QuoteMalformed => "双引号不成对；请补全，或将字段内的双引号写成两个",
            Self::UndecodableText => "含有不属于本文件编码的字节；请用正确编码重新导出该行",
            Self::ControlCharacter => "含有控制字符（如制表符）；请删除",
            Self::LostCharacter => "含有替代字符，原字在转码时丢失；请补录原字",
            Self::FieldTooLong => "字段超过 8 KiB；请核对是否多行误并",
            Self::LicenceNumberMissing => "缺少证照编号；请补录",
            Self::MandatoryMissing => "必填项为空；请补录",
            Self::CitizenNumberCheck => "公民身份号码校验位不符（GB 11643）；请核对原件",
            Self::CitizenNumberMalformed => "公民身份号码不是 18 位；请核对原件",
            Self::CitizenNumberFifteenDigits => "公民身份号码为 15 位旧号；请换成 18 位",
            Self::CitizenNumberDate => "公民身份号码中的出生日期不存在；请核对原件",
            Self::CreditCodeCheck => "统一社会信用代码校验位不符（GB 32100）；请核对",
            Self::CreditCodeMalformed => "统一社会信用代码不是 18 位，或含不允许的字符；请核对",
            Self::NumberInScientificNotation => "号码被表格软件改成科学计数法，末位已丢失；请将该列设为文本后重新导出",
            Self::DateMalformed => "不是可识别的日期；请写成 2025-12-29",
            Self::DateImpossible => "日期不存在；请核对",
            Self::ValidityReversed => "有效期截止早于起始；请核对",
            Self::AfterIssue => "晚于发证日期（公民身份号码为其中的出生日期）；请核对",
            Self::StatusUnknown => "状态不在允许值之内；请改为有效、暂扣、注销、撤销或吊销",
            Self::PartUnknown => "联次只能是正页、副联；请改正",
            Self::ValueUnknown => "值不在允许值之内；请改正",
            Self::QuantityMalformed => "不是数值；请核对",
            Self::NumberConflict => "证照编号与前面一行相同而内容不同；请核对保留哪一行",
            Self::LedgerConflict => "账本上已有此证照而内容不同；如确需改动请办理变更或更正",
            Self::IssuerUnknown => "发证机关未在本账本登记, 或本机没有其签名密钥；请先登记",
            Self::StatusDiffers => "登记簿的状态与账本不同；请用 licence revoke、suspend 或 resume 办理",
            Self::PartMissing => "正页与副联须在同一行一并签发；请补全联次",
            Self::HolderRepeated => "同一持证主体重复出现；请核对号码",
            Self::IssuedAhead => "颁发日期晚于今天，不能盖章；请核对",
            Self::IssuerNameDiffers => "发证机关名称与账本登记的不同，不能盖章；请改为登记的名称",
            Self::Unwritable => "有字符无法完整书写在证照上；请核对该字符, 或安装含有它的字体",
            Self::NoRoom => "内容过长，证照版面放不下；请缩短",
        }
    }

    /// Reason and remedy in English.
    pub const fn reason_en(self) -> &'static str {
        match self {
            Self::TooFewColumns => "fewer fields than columns, perhaps cut off; complete the row",
            Self::TooManyColumns => "more fields than columns; quote a field that holds the delimiter",
            Self::QuoteMalformed => "a quote is not closed; close it, or double a quote inside a field",
            Self::UndecodableText => "bytes that are no text in this file's encoding; export the row again",
            Self::ControlCharacter => "a control character (such as a tab); remove it",
            Self::LostCharacter => "a replacement character, the original was lost in conversion; enter it again",
            Self::FieldTooLong => "longer than 8 KiB; check whether rows were joined",
            Self::LicenceNumberMissing => "the licence number is missing; enter it",
            Self::MandatoryMissing => "a mandatory field is blank; enter it",
            Self::CitizenNumberCheck => "check digit of the citizen number is wrong (GB 11643); compare the original",
            Self::CitizenNumberMalformed => "the citizen number has not 18 digits; compare the original",
            Self::CitizenNumberFifteenDigits => "an old citizen number of 15 digits; enter the one of 18",
            Self::CitizenNumberDate => "the birth date in the citizen number does not exist; compare the original",
            Self::CreditCodeCheck => "check character of the credit code is wrong (GB 32100); compare the original",
            Self::CreditCodeMalformed => "the credit code has not 18 characters of its alphabet; compare the original",
            Self::NumberInScientificNotation => {
                "a spreadsheet turned the number into scientific notation and lost digits; format the column as text and export again"
            }
            Self::DateMalformed => "not a date in a known style; write 2025-12-29",
            Self::DateImpossible => "there is no such day; compare the original",
            Self::ValidityReversed => "validity ends before it starts; compare the original",
            Self::AfterIssue => {
                "this is later than the date of issue (of a citizen number: its birth date); compare the original"
            }
            Self::StatusUnknown => "the status is not known; use one of the mapping",
            Self::PartUnknown => "the part can only be 正页 or 副联; correct it",
            Self::ValueUnknown => "the value is not in the list of the mapping; correct it",
            Self::QuantityMalformed => "not a number; compare the original",
            Self::LedgerConflict => "the ledger has this licence with other content; amend or correct it instead",
            Self::IssuerUnknown => "the issuer is not registered, or its key is not held here; register it first",
            Self::StatusDiffers => "the register's status is not the ledger's; use licence revoke, suspend or resume",
            Self::PartMissing => "both parts must be issued together in one row; complete the parts",
            Self::HolderRepeated => "one holder stands twice; compare the numbers",
            Self::IssuerNameDiffers => "the issuer is registered under another name; write that one to have it sealed",
            Self::IssuedAhead => "the date of issue lies ahead, nothing can be sealed with it; check it",
            Self::Unwritable => "a character cannot be written on a licence; check it, or install a font that has it",
            Self::NoRoom => "this is too long for a licence; shorten it",
            Self::NumberConflict => {
                "an earlier row has the same licence number and other content; decide which one holds"
            }
        }
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// One thing that is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The cause.
    pub cause: Cause,
    /// Column by the file's own header, when one column is to blame.
    pub column: Option<String>,
    /// The earlier row that this one contradicts.
    pub other_row: Option<u64>,
    /// The character, for [`Cause::Unwritable`].
    pub character: Option<char>,
}

/// Why a row was refused: every finding, the one that counts first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Number of the row, counted from 1 below the header.
    pub row_number: u64,
    /// The finding by which the row is counted.
    pub first: Finding,
    /// What else is wrong, so that one round of mending is enough.
    pub further: Vec<Finding>,
}

impl Refusal {
    /// A refusal of the whole row for one cause.
    #[must_use]
    pub const fn of_row(row_number: u64, cause: Cause) -> Self {
        Self {
            row_number,
            first: Finding { cause, column: None, other_row: None, character: None },
            further: Vec::new(),
        }
    }

    /// The cause by which the row is counted.
    pub fn cause(&self) -> Cause {
        self.first.cause
    }

    /// The column by which the row is counted.
    pub fn column(&self) -> Option<&str> {
        self.first.column.as_deref()
    }

    /// All findings, the one that counts first.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        std::iter::once(&self.first).chain(&self.further)
    }

    /// Row number and reasons in Chinese.
    pub fn message_zh(&self) -> String {
        format!("第 {} 行：{}", self.row_number, self.reasons_zh())
    }

    /// Row number and reasons in English.
    pub fn message_en(&self) -> String {
        format!("row {}: {}", self.row_number, join(self.findings().map(Finding::message_en), "; "))
    }

    /// The reasons alone in Chinese, for the column 原因 of the refused-rows file.
    pub fn reasons_zh(&self) -> String {
        join(self.findings().map(Finding::message_zh), "；")
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.message_zh(), self.message_en())
    }
}

impl Finding {
    /// Column and reason in Chinese.
    pub fn message_zh(&self) -> String {
        let column = self.column.as_ref().map(|column| format!("“{column}”列：")).unwrap_or_default();
        let other = self.other_row.map(|row| format!("（第 {row} 行）")).unwrap_or_default();
        format!("{column}{}{}{other}", self.code_point(), self.cause.reason_zh())
    }

    /// Column and reason in English.
    pub fn message_en(&self) -> String {
        let column = self.column.as_ref().map(|column| format!("column {column}: ")).unwrap_or_default();
        let other = self.other_row.map(|row| format!(" (row {row})")).unwrap_or_default();
        format!("{column}{}{}{other}", self.code_point(), self.cause.reason_en())
    }

    /// `U+1F600 `: the number of a character says nothing of a person.
    fn code_point(&self) -> String {
        self.character.map(|character| format!("U+{:04X} ", character as u32)).unwrap_or_default()
    }
}

fn join(parts: impl Iterator<Item = String>, separator: &str) -> String {
    parts.collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_every_cause_speaks_both_languages() {
        let codes: BTreeSet<_> = Cause::ALL.iter().map(|cause| cause.code()).collect();
        assert_eq!(codes.len(), Cause::ALL.len());
        for cause in Cause::ALL {
            assert!(!cause.reason_zh().is_ascii() && cause.reason_en().len() > 10, "{cause:?}");
        }
    }

    #[test]
    fn messages_name_row_and_column() {
        let finding = Finding {
            cause: Cause::NumberConflict,
            column: Some("许可证编号".into()),
            other_row: Some(3),
            character: None,
        };
        let refusal = Refusal { row_number: 9, first: finding, further: Vec::new() };
        assert!(refusal.message_zh().starts_with("第 9 行：“许可证编号”列："), "{refusal}");
        assert!(refusal.message_en().ends_with("(row 3)"), "{refusal}");
    }
}
