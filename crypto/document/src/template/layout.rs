//! What the four templates look like, as data. A type of licence chooses one by its name in the catalogue.
//!
//! No template shows the national emblem: its use is reserved (国徽法 of 2020, articles 6 to 10) and decided per type of document by
//! its definer; a library that draws it for anyone would be wrong about most.

use crate::page::{Rect, Rgb, Um};

/// A template.
pub(super) struct Layout {
    pub(super) width: Um,
    pub(super) height: Um,
    pub(super) palette: Palette,
    pub(super) frame: Frame,
    /// 证照类型名称, centred: size at most, and baseline.
    pub(super) title: Centred,
    /// The English name under it.
    pub(super) english: Centred,
    /// 证照编号: where it ends at the right (or is centred), and its size.
    pub(super) number: Number,
    /// 正页 or 副联.
    pub(super) part: Centred,
    /// Where the fields stand on the first page and on further pages.
    pub(super) first: Rect,
    pub(super) more: Rect,
    /// Fields beside one another.
    pub(super) columns: usize,
    /// Lines between the fields.
    pub(super) ruled: bool,
    pub(super) sizes: Sizes,
    /// The widest label in em of the values' size, times ten; longer ones are broken.
    pub(super) label_ems: i32,
    /// The page that issuer, date, code and seal stand on.
    pub(super) closing_page: usize,
    pub(super) issuer: Rect,
    pub(super) issuer_size: Um,
    pub(super) seal: Rect,
    pub(super) code: Rect,
    /// Baselines and size of the small print: identifier, notice.
    pub(super) foot: Foot,
}

pub(super) struct Palette {
    pub(super) strong: Rgb,
    pub(super) light: Rgb,
    pub(super) pale: Rgb,
    pub(super) ground: Rgb,
    pub(super) label: Rgb,
    pub(super) value: Rgb,
    pub(super) title: Rgb,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    Guilloche,
    Rules,
    Card,
}

#[derive(Clone, Copy)]
pub(super) struct Centred {
    pub(super) size: Um,
    pub(super) baseline: Um,
}

pub(super) struct Number {
    pub(super) size: Um,
    pub(super) baseline: Um,
    pub(super) centred: bool,
}

/// Sizes of the values: the largest that lets everything stand on the first page is taken.
pub(super) struct Sizes {
    pub(super) largest: Um,
    /// Below this a licence is no longer read without a lens: fields go on over further pages instead. 3.2 mm are 9 points;
    /// on cards 1.9 mm, the small print of real ones.
    pub(super) smallest: Um,
    pub(super) step: Um,
    /// The most that rows are moved apart to fill the page.
    pub(super) spread: Um,
}

pub(super) struct Foot {
    pub(super) size: Um,
    pub(super) identifier: Um,
    pub(super) notice: Um,
    /// Distance from the left and right edge.
    pub(super) margin: Um,
}

const fn rect(x: i32, y: i32, width: i32, height: i32) -> Rect {
    Rect { x: Um(x), y: Um(y), width: Um(width), height: Um(height) }
}

const fn centred(size: i32, baseline: i32) -> Centred {
    Centred { size: Um(size), baseline: Um(baseline) }
}

/// The template of a name; an unknown or empty one is `plain`.
pub(super) fn of(name: &str) -> &'static Layout {
    match name {
        "permit" => &PERMIT,
        "card" => &CARD,
        "certificate" => &CERTIFICATE,
        _ => &PLAIN,
    }
}

/// Landscape A4 with a gold border: licences of enterprises.
static PERMIT: Layout = Layout {
    width: Um(297_000),
    height: Um(210_000),
    palette: Palette {
        strong: Rgb(0xA8, 0x7B, 0x32),
        light: Rgb(0xCF, 0xAE, 0x6E),
        pale: Rgb(0xF4, 0xEB, 0xD8),
        ground: Rgb(0xFF, 0xFD, 0xF8),
        label: Rgb(0x6B, 0x52, 0x2A),
        value: Rgb(0x14, 0x14, 0x14),
        title: Rgb(0x1F, 0x1A, 0x12),
    },
    frame: Frame::Guilloche,
    title: centred(15_000, 45_000),
    english: centred(3_600, 53_500),
    number: Number { size: Um(4_000), baseline: Um(63_000), centred: false },
    part: centred(5_000, 63_000),
    first: rect(32_000, 68_000, 233_000, 72_000),
    more: rect(32_000, 68_000, 233_000, 109_000),
    columns: 2,
    ruled: false,
    sizes: Sizes { largest: Um(5_200), smallest: Um(3_200), step: Um(200), spread: Um(4_500) },
    label_ems: 80,
    closing_page: 0,
    issuer: rect(160_000, 149_000, 92_000, 30_000),
    issuer_size: Um(4_800),
    seal: rect(206_000, 140_000, 42_000, 42_000),
    code: rect(28_700, 145_500, 33_000, 33_000),
    foot: Foot { size: Um(2_300), identifier: Um(183_500), notice: Um(187_600), margin: Um(32_000) },
};

/// Portrait A4 with a green border and a ruled table: certificates of civil status and health.
static CERTIFICATE: Layout = Layout {
    width: Um(210_000),
    height: Um(297_000),
    palette: Palette {
        strong: Rgb(0x2F, 0x6F, 0x6A),
        light: Rgb(0x86, 0xB5, 0xAE),
        pale: Rgb(0xE3, 0xF0, 0xEC),
        ground: Rgb(0xFB, 0xFE, 0xFC),
        label: Rgb(0x2A, 0x5C, 0x57),
        value: Rgb(0x14, 0x14, 0x14),
        title: Rgb(0x14, 0x3F, 0x3B),
    },
    frame: Frame::Guilloche,
    title: centred(13_000, 50_000),
    english: centred(3_400, 58_000),
    number: Number { size: Um(3_800), baseline: Um(78_500), centred: false },
    part: centred(5_600, 69_000),
    first: rect(27_000, 83_000, 156_000, 131_000),
    more: rect(27_000, 83_000, 156_000, 176_000),
    columns: 2,
    ruled: true,
    sizes: Sizes { largest: Um(4_800), smallest: Um(3_200), step: Um(200), spread: Um(6_000) },
    label_ems: 62,
    closing_page: 0,
    issuer: rect(98_000, 228_000, 80_000, 34_000),
    issuer_size: Um(4_600),
    seal: rect(138_000, 219_500, 42_000, 42_000),
    code: rect(23_700, 225_000, 33_000, 33_000),
    foot: Foot { size: Um(2_200), identifier: Um(267_500), notice: Um(271_500), margin: Um(27_000) },
};

/// Portrait A4 for any type.
static PLAIN: Layout = Layout {
    width: Um(210_000),
    height: Um(297_000),
    palette: Palette {
        strong: Rgb(0x2B, 0x3A, 0x55),
        light: Rgb(0x9A, 0xA6, 0xBB),
        pale: Rgb(0xEE, 0xF1, 0xF6),
        ground: Rgb(0xFF, 0xFF, 0xFF),
        label: Rgb(0x3A, 0x48, 0x62),
        value: Rgb(0x14, 0x14, 0x14),
        title: Rgb(0x1B, 0x25, 0x38),
    },
    frame: Frame::Rules,
    title: centred(9_500, 38_000),
    english: centred(3_200, 45_000),
    number: Number { size: Um(3_800), baseline: Um(61_000), centred: false },
    part: centred(4_800, 53_500),
    first: rect(24_000, 66_000, 162_000, 152_000),
    more: rect(24_000, 66_000, 162_000, 196_000),
    columns: 1,
    ruled: true,
    sizes: Sizes { largest: Um(4_400), smallest: Um(3_600), step: Um(200), spread: Um(3_000) },
    label_ems: 100,
    closing_page: 0,
    issuer: rect(98_000, 231_000, 80_000, 34_000),
    issuer_size: Um(4_400),
    seal: rect(138_000, 222_500, 42_000, 42_000),
    code: rect(20_700, 228_000, 33_000, 33_000),
    foot: Foot { size: Um(2_200), identifier: Um(271_000), notice: Um(275_000), margin: Um(24_000) },
};

/// The size of an identity card (GB/T 14916, ID-1), two sides, no photo.
static CARD: Layout = Layout {
    width: Um(85_600),
    height: Um(54_000),
    palette: Palette {
        strong: Rgb(0x2C, 0x5A, 0x8C),
        light: Rgb(0xA9, 0xC3, 0xDF),
        pale: Rgb(0xDF, 0xEA, 0xF5),
        ground: Rgb(0xF7, 0xFA, 0xFD),
        label: Rgb(0x2C, 0x5A, 0x8C),
        value: Rgb(0x10, 0x10, 0x10),
        title: Rgb(0x1C, 0x3F, 0x66),
    },
    frame: Frame::Card,
    title: centred(4_600, 9_000),
    english: centred(1_700, 11_900),
    number: Number { size: Um(2_100), baseline: Um(49_800), centred: true },
    part: centred(2_000, 14_600),
    first: rect(8_000, 14_800, 69_600, 31_200),
    more: rect(8_000, 14_800, 69_600, 29_000),
    columns: 1,
    ruled: false,
    sizes: Sizes { largest: Um(3_000), smallest: Um(1_900), step: Um(100), spread: Um(1_600) },
    label_ems: 60,
    closing_page: 1,
    issuer: rect(28_500, 17_000, 40_000, 25_000),
    issuer_size: Um(2_300),
    seal: rect(55_500, 19_500, 20_000, 20_000),
    code: rect(5_750, 15_500, 21_000, 21_000),
    foot: Foot { size: Um(1_600), identifier: Um(46_200), notice: Um(49_400), margin: Um(5_000) },
};
