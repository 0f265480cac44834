//! Synthetic licences to look at and to test with: area 999999, authority 11999999000000019M, no real person or company.

use zhengku_document::licence::{FORMAT, FieldData, HolderData, LicenceData};
use zhengku_ledger::ids::Date;

pub(crate) fn date(text: &str) -> Date {
    Date::from_text(text).expect("a date")
}

/// A licence with these fields and otherwise the same data.
pub(crate) fn licence(name: &str, english: &str, fields: &[(&str, &str, &str)]) -> LicenceData {
    LicenceData {
        format: FORMAT.to_owned(),
        licence_identifier: "1.2.156.3005.2.11999999000000019M002.11999999000000019M.SP20260000001X.001.8".to_owned(),
        licence_type_code: "11999999000000019M002".to_owned(),
        licence_type: name.to_owned(),
        licence_type_en: english.to_owned(),
        licence_number: "JY19999990000018".to_owned(),
        version: 1,
        issuer: "演示市市场监督管理局".to_owned(),
        issuer_code: "11999999000000019M".to_owned(),
        area_code: "999999".to_owned(),
        issued_on: date("2026-11-22"),
        valid_from: date("2026-11-22"),
        valid_to: Some(date("2031-11-21")),
        holders: fields
            .first()
            .map(|(_, _, value)| HolderData {
                name: (*value).to_owned(),
                id_type: "001".to_owned(),
                id_number: "91999999MA0TE0018W".to_owned(),
            })
            .into_iter()
            .collect(),
        part: None,
        chain: "00".repeat(32),
        key: "11".repeat(32),
        fields: fields
            .iter()
            .enumerate()
            .map(|(index, (key, label, value))| FieldData {
                key: (*key).to_owned(),
                label: (*label).to_owned(),
                value: (*value).to_owned(),
                salt: format!("{index:032x}"),
            })
            .collect(),
    }
}

/// 食品经营许可证, template `permit`.
pub(crate) fn food() -> LicenceData {
    licence(
        "食品经营许可证",
        "Food Business Licence",
        &[
            ("name", "经营者名称", "演示市青禾餐饮管理有限公司"),
            ("uscc", "社会信用代码", "91999999MA0TE0018W"),
            ("legal", "法定代表人", "买买提·吐尔逊"),
            ("domicile", "住所", "演示市示范区和平路100号"),
            ("place", "经营场所", "演示市示范区和平路100号示范大厦一层101室、102室"),
            ("form", "主体业态", "餐饮服务经营者（中型餐馆）"),
            (
                "items",
                "经营项目",
                "热食类食品制售；冷食类食品制售；自制饮品制售；预包装食品（含冷藏冷冻食品）销售；散装食品（不含熟食）销售",
            ),
            ("supervisor", "日常监督管理机构", "演示市示范区市场监督管理所"),
            ("person", "日常监督管理人员", "𠮷田㛃"),
            ("hotline", "投诉举报电话", "12315"),
        ],
    )
}

/// 食品经营许可证 with the fields that the built-in catalogue gives it, template `permit`.
pub(crate) fn issued_food() -> LicenceData {
    let identifier = "1.2.156.3005.2.11999999000000019M002.11999999000000019M.SP20260000001X.001.8";
    licence(
        "食品经营许可证",
        "Food business licence",
        &[
            ("licence_identifier", "证照标识", identifier),
            ("licence_number", "许可证编号", "JY19999990000018"),
            ("operator_name", "经营者名称", "演示市青禾餐饮管理有限公司"),
            ("credit_code", "统一社会信用代码", "91999999MA0TE0018W"),
            ("legal_representative", "法定代表人", "买买提·吐尔逊"),
            ("address", "住所", "演示市示范区和平路100号示范大厦一层101室、102室"),
            ("business_form", "主体业态", "餐饮服务经营者（中型餐馆）"),
            (
                "business_items",
                "经营项目",
                "热食类食品制售；冷食类食品制售；自制饮品制售；预包装食品（含冷藏冷冻食品）销售；散装食品（不含熟食）销售",
            ),
            ("valid_from", "有效期自", "2026-11-22"),
            ("valid_to", "有效期至", "2031-11-21"),
            ("issuer_name", "发证机关", "演示市市场监督管理局"),
            ("issuer_code", "发证机关代码", "11999999000000019M"),
            ("issued_on", "发证日期", "2026-11-22"),
        ],
    )
}

/// 出生医学证明, template `certificate`; `part` is 正页 or 副联.
pub(crate) fn birth(part: &str) -> LicenceData {
    let mut data = licence(
        "出生医学证明",
        "Medical Certificate of Birth",
        &[
            ("child", "新生儿姓名", "欧阳䶮"),
            ("sex", "性别", "女"),
            ("born", "出生时间", "2026年11月20日 06时42分"),
            ("weeks", "出生孕周", "39周+2天"),
            ("weight", "出生体重", "3320克"),
            ("height", "出生身长", "50厘米"),
            ("place", "出生地点", "演示省演示市示范区"),
            ("hospital", "医疗机构名称", "演示市妇幼保健院"),
            ("mother", "母亲姓名", "阿依古丽·买买提"),
            ("mother_age", "母亲年龄", "29"),
            ("mother_nation", "母亲国籍", "中国"),
            ("mother_ethnic", "母亲民族", "维吾尔族"),
            ("mother_id", "母亲证件号码", "999999199002280034"),
            ("mother_home", "母亲住址", "演示市示范区和平路200弄3号401室"),
            ("father", "父亲姓名", "欧阳明"),
            ("father_age", "父亲年龄", "31"),
            ("father_nation", "父亲国籍", "中国"),
            ("father_ethnic", "父亲民族", "汉族"),
            ("father_id", "父亲证件号码", "99999920000101002X"),
            ("father_home", "父亲住址", "演示市示范区和平路200弄3号401室"),
        ],
    );
    data.issuer = "演示市妇幼保健院".to_owned();
    data.licence_number = "Z990000001".to_owned();
    data.valid_to = None;
    data.part = Some(part.to_owned());
    data
}

/// 结婚证 with two holders, template `certificate`.
pub(crate) fn marriage() -> LicenceData {
    let mut data = licence(
        "结婚证",
        "Marriage Certificate",
        &[
            ("holder", "持证人", "欧阳明"),
            ("registered", "登记日期", "2026年11月22日"),
            ("number", "结婚证字号", "J999999-2026-000018"),
            ("name_a", "姓名", "欧阳明"),
            ("sex_a", "性别", "男"),
            ("nation_a", "国籍", "中国"),
            ("born_a", "出生日期", "2000年01月01日"),
            ("id_a", "身份证件号", "99999920000101002X"),
            ("name_b", "姓名", "阿依古丽·买买提"),
            ("sex_b", "性别", "女"),
            ("nation_b", "国籍", "中国"),
            ("born_b", "出生日期", "1990年02月28日"),
            ("id_b", "身份证件号", "999999199002280034"),
        ],
    );
    data.issuer = "演示市示范区民政局婚姻登记处".to_owned();
    data.valid_to = None;
    data
}

/// 居住证, template `card`.
pub(crate) fn residence() -> LicenceData {
    let mut data = licence(
        "居住证",
        "Residence Permit",
        &[
            ("name", "姓名", "买买提·吐尔逊"),
            ("sex", "性别", "男"),
            ("ethnic", "民族", "维吾尔"),
            ("born", "出生", "2000年1月1日"),
            ("home", "居住地址", "演示市示范区和平路200弄3号401室"),
            ("registered", "户籍地址", "演示省另一市样本县和平镇一号村18号"),
            ("id", "公民身份号码", "999999200001010011"),
        ],
    );
    data.issuer = "演示市公安局示范区分局".to_owned();
    data
}

/// 不动产权证书 with an annex nearly as long as a value may be, template `plain`.
pub(crate) fn plain() -> LicenceData {
    let annex = (1..=90)
        .map(|item| format!("第{item}项：附属设施位于演示市示范区和平路{item}号，无其他权利限制。"))
        .collect::<Vec<_>>();
    licence(
        "不动产权证书",
        "Certificate of Real Estate Title",
        &[
            ("owner", "权利人", "演示市青禾餐饮管理有限公司"),
            ("shares", "共有情况", "单独所有"),
            ("place", "坐落", "演示市示范区和平路100号示范大厦一层101室、102室"),
            ("unit", "不动产单元号", "999999 001001 GB00001 F00010001"),
            ("right", "权利类型", "国有建设用地使用权/房屋所有权"),
            ("use", "用途", "商业"),
            ("area", "面积", "宗地面积 1,024.50 平方米 / 房屋建筑面积 386.20 平方米"),
            ("annex", "附记", &annex.join("\n")),
        ],
    )
}
