//! A made-up food business licence for tests and measurements: every name and number is synthetic (area 999999).

use crate::font::{FontLibrary, Style};
use crate::licence::{FORMAT, FieldData, HolderData, LicenceData};
use crate::page::{Mark, Point, Rect, Rgb, Segment, Shape, Sheet, Stroke, Um};
use crate::text::{self, Hand, TextError};
use zhengku_ledger::ids::Date;

/// Where the seal of [`sheet`] stands.
pub const SEAL_PLACE: Rect = Rect { x: Um(215_000), y: Um(140_000), width: Um(42_000), height: Um(42_000) };

const FIELDS: [(&str, &str, &str); 10] = [
    ("jyzmc", "经营者名称", "区九九合成样例餐饮管理有限公司"),
    ("shxydm", "统一社会信用代码", "91999999MA0TE0018W"),
    ("fddbr", "法定代表人（负责人）", "欧阳·样例"),
    ("zs", "住所", "合成省样例市演示区虚构路９９９号第一幢八层八〇一室"),
    ("jycs", "经营场所", "合成省样例市演示区虚构路999号一层东侧商铺A-102、A-103"),
    ("ztyt", "主体业态", "餐饮服务经营者（中型餐馆；网络经营）"),
    ("jyxm", "经营项目", "热食类食品制售；冷食类食品制售（含凉拌菜）；自制饮品制售；散装食品销售（不含冷藏冷冻食品）"),
    ("rcjgjg", "日常监督管理机构", "样例市演示区市场监督管理所"),
    ("jgry", "日常监督管理人员", "甲乙丙、丁戊己"),
    ("tsdh", "投诉举报电话", "12315"),
];

/// The data of the licence.
#[must_use]
pub fn licence_data() -> LicenceData {
    let field = |(index, (key, label, value)): (u8, (&str, &str, &str))| FieldData {
        key: key.to_owned(),
        label: label.to_owned(),
        value: value.to_owned(),
        salt: hex::encode([index; 16]),
    };
    LicenceData {
        format: FORMAT.to_owned(),
        licence_identifier: "1.2.156.3005.2.11999999000000019M101.11999999000000019M.SP2026112100000001.001.J"
            .to_owned(),
        licence_type_code: "11999999000000019M101".to_owned(),
        licence_type: "食品经营许可证".to_owned(),
        licence_type_en: "Food Business Licence".to_owned(),
        licence_number: "JY29999990000019".to_owned(),
        version: 1,
        issuer: "样例市演示区市场监督管理局".to_owned(),
        issuer_code: "11999999000000019M".to_owned(),
        area_code: "999999".to_owned(),
        issued_on: Date(20_778),
        valid_from: Date(20_778),
        valid_to: Some(Date(22_603)),
        holders: vec![HolderData {
            name: "区九九合成样例餐饮管理有限公司".to_owned(),
            id_type: "001".to_owned(),
            id_number: "91999999MA0TE0018W".to_owned(),
        }],
        part: None,
        chain: "1f".repeat(32),
        key: "2e".repeat(32),
        fields: (1..).zip(FIELDS).map(field).collect(),
    }
}

/// A page of the licence: title, labels, border and QR code; about 250 characters in three faces.
///
/// # Errors
/// [`TextError`] when the library lacks a character.
pub fn sheet(fonts: &FontLibrary, data: &LicenceData) -> Result<Sheet, TextError> {
    let mut page = Page { fonts, form: Vec::new(), marks: Vec::new() };
    page.border();
    page.write(true, Style::KaiBold, (Um(105_000), Um(34_000)), Um(12_000), &data.licence_type)?;
    page.write(true, Style::Hei, (Um(122_000), Um(42_000)), Um(4000), &data.licence_type_en)?;
    let mut y = Um(56_000);
    for field in &data.fields {
        page.write(true, Style::Hei, (Um(28_000), y), Um(4200), &format!("{}：", field.label))?;
        page.write(false, Style::Kai, (Um(78_000), y), Um(4200), &field.value)?;
        y = y + Um(9000);
    }
    let number = format!("许可证编号：{}", data.licence_number);
    page.write(false, Style::Hei, (Um(28_000), Um(152_000)), Um(4200), &number)?;
    let end = data.valid_to.map_or("长期".to_owned(), Date::to_text);
    page.write(false, Style::Hei, (Um(28_000), Um(161_000)), Um(4200), &format!("有效期至：{end}"))?;
    page.write(false, Style::Kai, (Um(190_000), Um(161_000)), Um(4800), &data.issuer)?;
    page.write(false, Style::Kai, (Um(205_000), Um(170_000)), Um(4800), &data.issued_on.to_text())?;
    page.code(Point { x: Um(140_000), y: Um(148_000) });
    Ok(Sheet { width: Um::mm(297), height: Um::mm(210), form: page.form, marks: page.marks })
}

struct Page<'a> {
    fonts: &'a FontLibrary,
    form: Vec<Mark>,
    marks: Vec<Mark>,
}

impl Page<'_> {
    fn write(&mut self, form: bool, style: Style, at: (Um, Um), size: Um, text: &str) -> Result<(), TextError> {
        let hand = Hand { style, size, colour: Rgb::BLACK };
        let (runs, _) = text::line(self.fonts, hand, Point { x: at.0, y: at.1 }, text)?;
        let into = if form { &mut self.form } else { &mut self.marks };
        into.extend(runs.into_iter().map(Mark::Text));
        Ok(())
    }

    fn border(&mut self) {
        for (inset, width) in [(10_000, 1200), (12_500, 300), (15_000, 300)] {
            let path = square(inset, inset, 297_000 - 2 * inset, 210_000 - 2 * inset);
            let stroke = Some(Stroke { width: Um(width), colour: Rgb(150, 110, 40) });
            self.form.push(Mark::Shape(Shape { path, fill: None, stroke, alpha: 255 }));
        }
    }

    /// A pattern with the size and density of a version 8 QR code: 49 modules a side, half of them dark.
    fn code(&mut self, corner: Point) {
        const MODULES: i32 = 49;
        const SIDE: i32 = 600;
        let mut path = Vec::new();
        let mut noise: u32 = 1;
        for row in 0..MODULES {
            let mut dark = 0;
            for column in 0..=MODULES {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if column < MODULES && noise >> 31 == 1 {
                    dark += 1;
                } else if dark > 0 {
                    let x = corner.x.0 + (column - dark) * SIDE;
                    path.extend(square(x, corner.y.0 + row * SIDE, dark * SIDE, SIDE));
                    dark = 0;
                }
            }
        }
        self.marks.push(Mark::Shape(Shape { path, fill: Some(Rgb::BLACK), stroke: None, alpha: 255 }));
    }
}

fn square(x: i32, y: i32, width: i32, height: i32) -> Vec<Segment> {
    let point = |x, y| Point { x: Um(x), y: Um(y) };
    vec![
        Segment::Move(point(x, y)),
        Segment::Line(point(x + width, y)),
        Segment::Line(point(x + width, y + height)),
        Segment::Line(point(x, y + height)),
        Segment::Close,
    ]
}
