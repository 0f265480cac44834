//! The first letters of a Chinese name's pinyin, for finding it with a keyboard. Characters of level 1 of GB/T 2312 stand in the order
//! of their pinyin, so that a character's place gives its letter; others have none and are left out.

use encoding_rs::GB18030;

/// The first GB 2312 code of each letter, ascending (no syllable begins with i, u or v).
const BEGINNINGS: [(u16, char); 23] = [
    (0xB0A1, 'a'),
    (0xB0C5, 'b'),
    (0xB2C1, 'c'),
    (0xB4EE, 'd'),
    (0xB6EA, 'e'),
    (0xB7A2, 'f'),
    (0xB8C1, 'g'),
    (0xB9FE, 'h'),
    (0xBBF7, 'j'),
    (0xBFA6, 'k'),
    (0xC0AC, 'l'),
    (0xC2E8, 'm'),
    (0xC4C3, 'n'),
    (0xC5B6, 'o'),
    (0xC5BE, 'p'),
    (0xC6DA, 'q'),
    (0xC8BB, 'r'),
    (0xC8F6, 's'),
    (0xCBFA, 't'),
    (0xCDDA, 'w'),
    (0xCEF4, 'x'),
    (0xD1B9, 'y'),
    (0xD4D1, 'z'),
];
/// The last code of level 1.
const LAST: u16 = 0xD7F9;

/// The first letters of a name, lower case: 食品经营许可证 gives `spjyxkz`.
#[must_use]
pub fn initials(name: &str) -> String {
    name.chars().filter_map(initial).collect()
}

fn initial(character: char) -> Option<char> {
    if character.is_ascii_alphanumeric() {
        return Some(character.to_ascii_lowercase());
    }
    let mut buffer = [0; 4];
    let text: &str = character.encode_utf8(&mut buffer);
    let (bytes, _, has_failed) = GB18030.encode(text);
    let code = match *bytes {
        [high, low] if !has_failed => u16::from_be_bytes([high, low]),
        _ => return None,
    };
    let is_level_1 = code <= LAST && code.to_be_bytes()[1] >= 0xA1;
    BEGINNINGS.iter().rev().find(|(begins, _)| is_level_1 && *begins <= code).map(|(_, letter)| *letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_give_the_letters_that_people_type() {
        assert_eq!(initials("食品经营许可证"), "spjyxkz");
        assert_eq!(initials("出生医学证明"), "csyxzm");
        assert_eq!(initials("营业执照"), "yyzz");
        assert_eq!(initials("居住证 (A)"), "jzza");
        assert_eq!(initials("𠮷"), "");
    }
}
