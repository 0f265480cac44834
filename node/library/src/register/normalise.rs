//! Normal forms of field texts. Each is idempotent. Names keep their characters: rare ones and Unicode forms are not touched.

use std::borrow::Cow;

/// A letter to Unicode, nothing to the eye.
const BRAILLE_BLANK: char = '\u{2800}';

/// True for spaces of all widths and for the invisible characters that copying from web pages leaves.
fn is_space(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{180e}' | BRAILLE_BLANK)
}

/// Without spaces around it.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Text of a name, an address or a remark: spaces around it removed, line ends LF.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    let text = trimmed(text);
    if !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The half-width form of a character (GB 18030 full-width digits, letters, punctuation, spaces; dashes of all lengths).
fn half_width_character(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        _ => character,
    }
}

/// With full-width digits, letters and punctuation in half width.
pub(super) fn half_width(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(half_width_character).collect())
}

/// Text of a number or a date: half width, without spaces around it and without the marks that spreadsheets put
/// before numbers to keep them text (`'123`, `="123"`).
pub(super) fn number(text: &str) -> Cow<'_, str> {
    match half_width(text) {
        Cow::Borrowed(text) => Cow::Borrowed(without_text_marks(text)),
        Cow::Owned(text) => Cow::Owned(without_text_marks(&text).to_owned()),
    }
}

fn without_text_marks(mut text: &str) -> &str {
    loop {
        let inner =
            text.trim_start_matches(|character| character == '\'' || is_space(character)).trim_end_matches(is_space);
        match inner.strip_prefix("=\"").and_then(|inner| inner.strip_suffix('"')) {
            Some(wrapped) => text = wrapped,
            None => return inner,
        }
    }
}

/// Text of a citizen number or credit code: as a number, in capitals, no space inside.
pub(super) fn code(text: &str) -> Cow<'_, str> {
    let number = number(text);
    if number.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) {
        return number;
    }
    let mut code: String = number.chars().filter(|character| !is_space(*character)).collect();
    code.make_ascii_uppercase();
    Cow::Owned(without_text_marks(&code).to_owned())
}

/// Text of a header or a value list: as a number, without any space or asterisk, letters small.
pub(super) fn header(text: &str) -> String {
    let kept = half_width(text).chars().filter(|character| !is_space(*character)).collect::<String>();
    kept.trim_matches('*').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn examples() {
        assert_eq!(text("  𠮷野\u{3000}"), "𠮷野");
        assert_eq!(text("\u{a0}甲\r\n乙\u{feff}"), "甲\n乙");
        assert_eq!(text("㛃　䶮（样例）"), "㛃　䶮（样例）");
        assert_eq!(number("　２０２５－１２－２９ "), "2025-12-29");
        assert_eq!(number("'123"), "123");
        assert_eq!(number("=\"0012\""), "0012");
        assert_eq!(code("９９９９９９ ２０００ ０１０１ ００２ｘ"), "99999920000101002X");
        assert_eq!(code("11999999te5t00016j"), "11999999TE5T00016J");
        assert_eq!(header(" * 姓 名（中文）\n"), "姓名(中文)");
        // A decomposed character stays decomposed: the department's name is kept as it is.
        assert_eq!(text("e\u{301}"), "e\u{301}");
    }

    proptest! {
        #[test]
        fn all_are_idempotent(input in "[\\PC\\s'\"=＂＇＝　\u{200b}\u{feff}\r\n]{0,24}") {
            let once = text(&input).into_owned();
            prop_assert_eq!(text(&once).into_owned(), once.clone());
            let once = number(&input).into_owned();
            prop_assert_eq!(number(&once).into_owned(), once.clone());
            let once = code(&input).into_owned();
            prop_assert_eq!(code(&once).into_owned(), once.clone());
            let once = header(&input);
            prop_assert_eq!(header(&once), once.clone());
        }
    }
}
