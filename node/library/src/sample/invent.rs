//! Invented people, companies and days.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use zhengku_ledger::identifier::{CitizenNumber, UnifiedCreditCode};

use crate::register::CivilDate;

const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国嘉梓涵宇轩欣怡诺曦懿若然妍";
/// Characters beyond the common set: U+20BB7 lies outside the basic plane, the other two in Extension A.
const RARE: [char; 3] = ['𠮷', '㛃', '䶮'];
/// One name in so many has a rare character.
const RARE_EVERY: u64 = 100;
const DISTRICTS: [&str; 3] = ["浦东新区", "黄浦区", "嘉定区"];
const BRANDS: [&str; 10] = ["海棠", "天一", "鼎盛", "佳禾", "聚香", "和记", "东升", "百味", "青禾", "春晖"];
const BUSINESSES: [&str; 5] = ["餐饮店", "小吃部", "食堂", "便利店", "饭店"];
const ROADS: [&str; 8] = ["金高路", "五里桥路", "清河路", "制造局路", "菊园路", "东陆路", "浦兴路", "新成路"];
const CODE_LETTERS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The seeded source of everything invented.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number from 0 to `bound - 1`. The bias of the remainder is below 2^-40 here.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound.max(1)
    }

    /// One of the choices.
    pub(super) fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let place = usize::try_from(self.below(choices.len() as u64)).unwrap_or(0);
        choices.get(place).copied().unwrap_or_default()
    }

    fn character(&mut self, text: &str) -> char {
        let count = text.chars().count() as u64;
        let place = usize::try_from(self.below(count)).unwrap_or(0);
        text.chars().nth(place).unwrap_or('甲')
    }

    pub(super) fn person(&mut self) -> String {
        let mut name = String::from(self.character(SURNAMES));
        let rare = self.below(RARE_EVERY) == 0;
        if rare {
            let place = usize::try_from(self.below(RARE.len() as u64)).unwrap_or(0);
            name.push(RARE.get(place).copied().unwrap_or('㛃'));
        }
        if !rare || self.below(2) == 0 {
            name.push(self.character(GIVEN));
        }
        if !rare && self.below(2) == 0 {
            name.push(self.character(GIVEN));
        }
        name
    }

    pub(super) fn company(&mut self) -> String {
        format!("{}{}{}", self.pick(&DISTRICTS), self.pick(&BRANDS), self.pick(&BUSINESSES))
    }

    pub(super) fn address(&mut self) -> String {
        format!("上海市{}{}号", self.pick(&ROADS), 1 + self.below(900))
    }

    pub(super) fn dwelling(&mut self) -> String {
        format!("上海市{}{}弄{}号", self.pick(&ROADS), 1 + self.below(800), 1 + self.below(90))
    }

    /// A day between two years.
    pub(super) fn day(&mut self, from_year: u32, to_year: u32) -> CivilDate {
        let bound = |year| CivilDate::from_ymd(year, 1, 1).unwrap_or(CivilDate::from_days(0)).days();
        let (first, end) = (bound(from_year), bound(to_year + 1));
        let days = self.below(u64::try_from(end - first).unwrap_or(1));
        CivilDate::from_days(first + i32::try_from(days).unwrap_or(0))
    }

    /// A citizen number of area 999999.
    pub(super) fn citizen_number(&mut self, from_year: u32, to_year: u32) -> String {
        let (year, month, day) = self.day(from_year, to_year).to_ymd();
        let body = format!("999999{year:04}{month:02}{day:02}{:03}", self.below(1000));
        CitizenNumber::complete(&body).map(|number| number.as_str().to_owned()).unwrap_or_default()
    }

    /// A credit code of area 999999.
    pub(super) fn credit_code(&mut self) -> String {
        let mut body = String::from("91999999M");
        for _ in 0..7 {
            let place = usize::try_from(self.below(CODE_LETTERS.len() as u64)).unwrap_or(0);
            body.push(char::from(CODE_LETTERS.get(place).copied().unwrap_or(b'0')));
        }
        UnifiedCreditCode::complete(&body).map(|code| code.as_str().to_owned()).unwrap_or_default()
    }
}
