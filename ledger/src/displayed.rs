//! Texts that others wrote, as they are shown: nothing in them moves a cursor, begins a line, hides itself or turns its direction.

use std::borrow::Cow;
use std::fmt::Write;

/// The text on one line. A line feed becomes ` ⏎ `; control characters and what a viewer does not show, or what turns the writing
/// direction, are written out as `\u{2028}`.
#[must_use]
pub fn displayed(text: &str) -> Cow<'_, str> {
    if !text.contains(is_written_out) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len().saturating_add(8));
    for character in text.chars() {
        match character {
            '\n' => shown.push_str(" ⏎ "),
            hidden if is_written_out(hidden) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(hidden));
            }
            other => shown.push(other),
        }
    }
    Cow::Owned(shown)
}

fn is_written_out(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_written_out() {
        assert_eq!(displayed("\u{1b}[2J\r结论"), "\\u{1b}[2J\\u{d}结论");
        assert_eq!(displayed("a\nb\tc\u{7f}\u{9b}"), "a ⏎ b\\u{9}c\\u{7f}\\u{9b}");
        assert_eq!(displayed("\u{202e}倒\u{2028}"), "\\u{202e}倒\\u{2028}");
    }

    #[test]
    fn names_stay_as_they_are() {
        for name in ["买买提·吐尔逊", "𠮷田 一郎", "Anna-Maria Müller", "王\u{e0100}"] {
            assert!(matches!(displayed(name), Cow::Borrowed(same) if same == name));
        }
    }
}
