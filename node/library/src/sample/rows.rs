//! Rows of the four registers, in the columns and styles of the departments.

use super::SampleKind;
use super::invent::Dice;
use crate::register::CivilDate;

const FOOD: [&str; 13] = [
    "许可证编号",
    "经营者名称",
    "统一社会信用代码",
    "法定代表人",
    "住所",
    "主体业态",
    "经营项目",
    "有效期自",
    "有效期至",
    "发证机关",
    "发证机关代码",
    "发证日期",
    "状态",
];
const RESIDENCE: [&str; 10] = [
    "居住证编号",
    "姓名",
    "公民身份号码",
    "性别",
    "居住地址",
    "有效期自",
    "有效期至",
    "签发机关",
    "签发机关代码",
    "状态",
];
const BIRTH: [&str; 14] = [
    "出生医学证明编号",
    "新生儿姓名",
    "性别",
    "出生时间",
    "出生孕周",
    "体重克",
    "母亲姓名",
    "母亲公民身份号码",
    "父亲姓名",
    "父亲公民身份号码",
    "接生机构",
    "接生机构代码",
    "签发日期",
    "联次",
];
const MARRIAGE: [&str; 9] = [
    "结婚证字号",
    "持证人一姓名",
    "持证人一身份号码",
    "持证人二姓名",
    "持证人二身份号码",
    "登记日期",
    "登记机关",
    "登记机关代码",
    "状态",
];

const BUSINESS_FORMS: [(&str, &str); 3] = [
    ("食品销售经营者", "预包装食品销售(含冷藏冷冻食品)"),
    ("餐饮服务经营者", "热食类食品制售;冷食类食品制售"),
    ("单位食堂", "热食类食品制售"),
];

/// Days of five years and of one year of validity, the last day included.
const FIVE_YEARS: i32 = 5 * 365;
const ONE_YEAR: i32 = 364;
/// One marriage in so many is ended in the register.
const ENDED_EVERY: u64 = 20;

pub(super) const fn header(kind: SampleKind) -> &'static [&'static str] {
    match kind {
        SampleKind::FoodOperation => &FOOD,
        SampleKind::ResidencePermit => &RESIDENCE,
        SampleKind::BirthCertificate => &BIRTH,
        SampleKind::MarriageCertificate => &MARRIAGE,
    }
}

/// Row `number`, counted from 0, without a defect.
pub(super) fn row(kind: SampleKind, number: u64, dice: &mut Dice) -> Vec<String> {
    match kind {
        SampleKind::FoodOperation => food(number + 1, dice),
        SampleKind::ResidencePermit => residence(number + 1, dice),
        SampleKind::BirthCertificate => birth(number + 1, dice),
        SampleKind::MarriageCertificate => marriage(number + 1, dice),
    }
}

fn food(number: u64, dice: &mut Dice) -> Vec<String> {
    let from = dice.day(2021, 2026);
    let place = usize::try_from(dice.below(3)).unwrap_or(0);
    let (form, items) = BUSINESS_FORMS.get(place).copied().unwrap_or_default();
    vec![
        format!("JY{}999999{number:07}", 1 + place),
        dice.company(),
        dice.credit_code(),
        dice.person(),
        dice.address(),
        form.to_owned(),
        items.to_owned(),
        from.to_string(),
        CivilDate::from_days(from.days() + FIVE_YEARS).to_string(),
        "嘉定区市场监督管理局(样例)".to_owned(),
        "11999999TE5T00016J".to_owned(),
        from.to_string(),
        "有效".to_owned(),
    ]
}

fn residence(number: u64, dice: &mut Dice) -> Vec<String> {
    let from = dice.day(2024, 2026);
    let compact = |date: CivilDate| date.to_string().replace('-', "");
    let citizen_number = dice.citizen_number(1950, 2005);
    vec![
        format!("3101999{number:09}"),
        dice.person(),
        citizen_number.clone(),
        sex(&citizen_number).to_owned(),
        dice.dwelling(),
        compact(from),
        compact(CivilDate::from_days(from.days() + ONE_YEAR)),
        "浦东新区公安分局(样例)".to_owned(),
        "11999999TE5T00024D".to_owned(),
        "有效".to_owned(),
    ]
}

fn birth(number: u64, dice: &mut Dice) -> Vec<String> {
    let born = dice.day(2023, 2026);
    let issued = CivilDate::from_days(born.days() + 1 + i32::try_from(dice.below(25)).unwrap_or(0));
    vec![
        format!("Z31{number:07}"),
        dice.person(),
        dice.pick(&["男", "女"]).to_owned(),
        format!("{born} {:02}:{:02}", dice.below(24), dice.below(60)),
        (35 + dice.below(7)).to_string(),
        (2300 + dice.below(2100)).to_string(),
        dice.person(),
        dice.citizen_number(1980, 2004),
        dice.person(),
        dice.citizen_number(1980, 2004),
        "第一妇婴保健院(样例)".to_owned(),
        "12999999HP0000013G".to_owned(),
        issued.to_string(),
        "正页;副联".to_owned(),
    ]
}

fn marriage(number: u64, dice: &mut Dice) -> Vec<String> {
    let (year, month, day) = dice.day(2000, 2026).to_ymd();
    let status = if dice.below(ENDED_EVERY) == 0 { "注销" } else { "有效" };
    vec![
        format!("J999999-{year}-{number:06}"),
        dice.person(),
        dice.citizen_number(1950, 1975),
        dice.person(),
        dice.citizen_number(1950, 1975),
        format!("{year}年{month}月{day}日"),
        "黄浦区民政局(样例)".to_owned(),
        "11999999000000019M".to_owned(),
        status.to_owned(),
    ]
}

/// Sex by character 17 of a citizen number: odd is male.
fn sex(citizen_number: &str) -> &'static str {
    match citizen_number.as_bytes().get(16) {
        Some(digit) if digit % 2 == 1 => "男",
        _ => "女",
    }
}
