//! What everybody may see of the invented department.

use super::{Desk, SEAL_ID, SEAL_PNG, SEAL_SVG, reports, types};
use async_trait::async_trait;
use zhengku_api::desk::port::*;
use zhengku_ledger::ids::Date;

#[async_trait]
impl Public for Desk {
    async fn licence_types(&self) -> Result<Vec<TypeRow>, DeskError> {
        Ok(types::rows())
    }

    async fn licence_type(&self, code: &str, version: Option<u32>) -> Result<Option<LicenceType>, DeskError> {
        Ok(types::find(code, version))
    }

    async fn type_versions(&self, code: &str) -> Result<Vec<TypeVersion>, DeskError> {
        let newest = types::rows().into_iter().find(|row| row.code == code).map_or(0, |row| row.version);
        let one = |version: u32| TypeVersion {
            version,
            since: Date(20_000 + 365 * version as i32),
            entry: Some(10 + u64::from(version)),
        };
        Ok((1..=newest).rev().map(one).collect())
    }

    async fn type_difference(&self, _: &str, from: u32, to: u32) -> Result<Option<Vec<Difference>>, DeskError> {
        let added = Difference {
            what_zh: "字段 主体业态".to_owned(),
            what_en: "Field: kind of business".to_owned(),
            before: None,
            after: Some("必填，代码选择".to_owned()),
        };
        Ok((from == 1 && to == 2).then(|| vec![added]))
    }

    async fn seals(&self) -> Result<Vec<SealRow>, DeskError> {
        let all = [
            (SEAL_ID, "示例市市场监督管理局", SealStatus::Filed),
            ("99999900000002", "示范区市场监督管理局", SealStatus::Made),
            ("99999900000003", "示例市卫生健康委员会", SealStatus::Cancelled),
        ];
        let row = |(id, owner, status): (&str, &str, SealStatus)| SealRow {
            id: id.to_owned(),
            name: format!("{owner}电子证照专用章"),
            owner: owner.to_owned(),
            kind_zh: "业务专用章".to_owned(),
            kind_en: "special seal for licences".to_owned(),
            status,
            valid_from: Date(20_454),
            valid_to: Date(21_548),
        };
        Ok(all.into_iter().map(row).collect())
    }

    async fn seal(&self, id: &str) -> Result<Option<Seal>, DeskError> {
        let row = self.seals().await?.into_iter().find(|row| row.id == id);
        Ok(row.map(|row| Seal {
            owner_code: "11999999000000019M".to_owned(),
            applied: Some(Date(20_440)),
            made: Some(Date(20_448)),
            filed: (row.status == SealStatus::Filed).then_some(Date(20_454)),
            cancelled: (row.status == SealStatus::Cancelled).then_some(Date(20_700)),
            maker: "CN=示例省电子印章制作中心, O=示例省数据局, C=CN".to_owned(),
            algorithm: "SM2 / SM3".to_owned(),
            structure_version: 4,
            digest: "9b1f4e27c05d88a36210fe7bb3d94ac1527788e0d3a1496c02f5b6e7d8c9a0b1".to_owned(),
            signers: vec![("CN=示例市市场监督管理局 签章 01, C=CN".to_owned(), Date(21_548))],
            uses: 12_607,
            entry: Some(42),
            row,
        }))
    }

    async fn seal_picture(&self, id: &str, format: PictureFormat) -> Result<Option<Vec<u8>>, DeskError> {
        let is_known = self.seals().await?.iter().any(|row| row.id == id);
        let bytes = if format == PictureFormat::Png { SEAL_PNG } else { SEAL_SVG };
        Ok(is_known.then(|| bytes.to_vec()))
    }

    async fn verify(&self, file: FileToVerify) -> Result<VerificationReport, DeskError> {
        Ok(reports::of(&file))
    }
}
