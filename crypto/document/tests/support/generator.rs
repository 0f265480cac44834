//! Licences from a seed: awkward names, long values, and now and then a character that no licence can be written with.

use super::samples::licence;
use zhengku_document::licence::{FieldData, HolderData, LicenceData};

/// A generated licence, its template, and the keys of the fields that cannot be written.
pub(crate) struct Generated {
    pub(crate) data: LicenceData,
    pub(crate) template: &'static str,
    pub(crate) refused: Vec<String>,
}

/// Numbers from a seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// SplitMix64 (Steele, Lea, Flood 2014).
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }
}

const TYPES: [(&str, &str, &str); 22] = [
    ("居民身份证", "Resident Identity Card", "card"),
    ("居住证", "Residence Permit", "card"),
    ("居民户口簿", "Household Register", "plain"),
    ("机动车驾驶证", "Driving Licence", "card"),
    ("机动车行驶证", "Vehicle Licence", "card"),
    ("出生医学证明", "Medical Certificate of Birth", "certificate"),
    ("生育医学证明", "Medical Certificate of Delivery", "certificate"),
    ("结婚证", "Marriage Certificate", "certificate"),
    ("社会保障卡", "Social Security Card", "card"),
    ("医保参保凭证", "Proof of Medical Insurance", "plain"),
    ("就医记录册", "Medical Record Book", "plain"),
    ("残疾人证", "Certificate of Disability", "card"),
    ("营业执照", "Business Licence", "permit"),
    ("食品经营许可证", "Food Business Licence", "permit"),
    ("不动产权证书", "Certificate of Real Estate Title", "plain"),
    ("不动产登记证明", "Certificate of Real Estate Registration", "plain"),
    ("建筑工程施工许可证", "Construction Permit", "permit"),
    ("建筑业企业资质证书", "Construction Enterprise Qualification Certificate", "permit"),
    ("道路运输经营许可证", "Road Transport Licence", "permit"),
    ("道路运输从业人员从业资格证", "Road Transport Worker Certificate", "card"),
    ("儿童预防接种证", "Child Vaccination Record", "certificate"),
    ("离婚证", "Divorce Certificate", ""),
];

pub(crate) const NAMES: [&str; 12] = [
    "欧阳明",
    "买买提·吐尔逊",
    "阿依古丽·阿卜杜热合曼·买买提明",
    "𠮷田一郎",
    "㛃㛃",
    "李䶮",
    "张鿬",
    "王𬭎",
    "Anna-Maria Müller",
    "Ангелина",
    "田中さくら",
    "次仁多吉😀",
];
pub(crate) const COMPANIES: [&str; 4] = [
    "演示市青禾餐饮管理有限公司",
    "演示市示范区和平路街道社区卫生服务中心（演示市示范区和平路街道妇幼保健计划生育服务站）",
    "Zhengku Sample & Sons (Demo) Co., Ltd. 证库样本（演示）有限责任公司示范区第一分公司",
    "演示·样本〔2026〕⑨号—“引号”、《书名》、【括号】…有限公司",
];
pub(crate) const TEXTS: [&str; 8] = [
    "演示市示范区和平路100号示范大厦一层101室、102室",
    "热食类食品制售；冷食类食品制售；自制饮品制售；预包装食品（含冷藏冷冻食品）销售",
    "999999199002280034",
    "J999999-2026-000018",
    "第一行\n第二行\n\n第四行",
    " 前后有空格 ",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "3320克",
];
/// What cannot be written: emoji, right to left, combining marks, joiners, control characters.
pub(crate) const REFUSED: [&str; 10] = [
    "欧阳\u{1FAE0}",
    "שלום",
    "مريم",
    "e\u{301}",
    "\u{202E}明",
    "A\u{0}B",
    "一\t二",
    "क्षि",
    "👨\u{200D}👩",
    "q\u{323}\u{307}",
];
const LABELS: [&str; 9] = [
    "姓名",
    "名称",
    "住所",
    "法定代表人（负责人）",
    "统一社会信用代码",
    "日常监督管理机构",
    "备注",
    "经营项目",
    "道路危险货物运输经营范围及其限制条件说明",
];

pub(crate) fn generate(seed: u64) -> Generated {
    let mut random = Random(seed);
    let (name, english, template) = random.of(&TYPES);
    let mut refused = Vec::new();
    let fields: Vec<(String, &str, String)> = (0..1 + random.below(18))
        .map(|index| {
            let key = format!("field_{index}");
            let value = value(&mut random);
            let value = if random.below(150) == 0 {
                refused.push(key.clone());
                random.of(&REFUSED).to_owned()
            } else {
                value
            };
            (key, random.of(&LABELS), value)
        })
        .collect();
    let borrowed: Vec<(&str, &str, &str)> =
        fields.iter().map(|(key, label, value)| (key.as_str(), *label, value.as_str())).collect();
    let mut data = licence(name, english, &borrowed);
    data.holders = (0..1 + random.below(2))
        .map(|_| HolderData {
            name: random.of(&NAMES).to_owned(),
            id_type: "111".to_owned(),
            id_number: "999999200001010011".to_owned(),
        })
        .collect();
    data.issuer = random.of(&["演示市市场监督管理局", COMPANIES[1], "演示市公安局"]).to_owned();
    data.valid_to = data.valid_to.filter(|_| random.below(2) == 0);
    data.part = (random.below(5) == 0).then(|| random.of(&["正页", "副联"]).to_owned());
    if seed.is_multiple_of(2) {
        data.fields.extend(repeating(&data, seed.is_multiple_of(4)));
    }
    Generated { data, template, refused }
}

/// Fields that say what stands around the fields, or, when not `same`, something else under the same keys; and a date.
fn repeating(data: &LicenceData, same: bool) -> Vec<FieldData> {
    let or_other = |value: &str| if same { value.to_owned() } else { format!("另{value}") };
    let mut fields = vec![
        ("licence_identifier", "证照标识", or_other(&data.licence_identifier)),
        ("licence_number", "许可证编号", or_other(&data.licence_number)),
        ("issuer_name", "登记机关", or_other(&data.issuer)),
        ("issued_on", "发证日期", if same { data.issued_on.to_text() } else { "2026-01-02".to_owned() }),
        ("decided_on", "决定日期", "2026-02-28".to_owned()),
    ];
    fields.extend(data.part.as_deref().map(|part| ("part", "联次", or_other(part))));
    fields
        .into_iter()
        .map(|(key, label, value)| FieldData {
            key: key.to_owned(),
            label: label.to_owned(),
            value,
            salt: "0".repeat(32),
        })
        .collect()
}

/// A value of no kind.
pub(crate) fn value(random: &mut Random) -> String {
    match random.below(20) {
        0..=6 => random.of(&NAMES).to_owned(),
        7..=10 => random.of(&COMPANIES).to_owned(),
        11..=18 => random.of(&TEXTS).to_owned(),
        _ => {
            let most = if random.below(10) == 0 { 2700 } else { 300 };
            let length = 1 + random.below(most);
            (0..length).map(|_| char::from_u32(0x4E00 + random.below(0x51A5) as u32).expect("a character")).collect()
        }
    }
}
