//! XML as OFD wants it: elements of one namespace, text and attributes escaped, lengths in millimetres written from micrometres.

use crate::page::Um;
use std::fmt::Write;

/// The namespace of GB/T 33190-2016.
pub(super) const NAMESPACE: &str = "http://www.ofdspec.org/2016";

/// A document being written; elements close in the order they were opened.
pub(super) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

impl Xml {
    /// Begins a document with its root element.
    pub(super) fn document(root: &'static str, attributes: &[(&str, &str)]) -> Self {
        let mut xml = Self { text: String::with_capacity(4096), open: Vec::new() };
        xml.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let namespace = [("xmlns:ofd", NAMESPACE)];
        xml.start(root, &[&namespace, attributes].concat());
        xml
    }

    /// Opens an element.
    pub(super) fn start(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.text.push('>');
        self.open.push(name);
    }

    /// Closes the innermost open element.
    pub(super) fn end(&mut self) {
        if let Some(name) = self.open.pop() {
            let _ = write!(self.text, "</ofd:{name}>");
        }
    }

    /// An element without content.
    pub(super) fn empty(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.text.push_str("/>");
    }

    /// An element with a text.
    pub(super) fn leaf(&mut self, name: &'static str, attributes: &[(&str, &str)], text: &str) {
        self.start(name, attributes);
        escape(text, &mut self.text);
        self.end();
    }

    /// Closes what is open and gives the bytes.
    pub(super) fn finish(mut self) -> Vec<u8> {
        while !self.open.is_empty() {
            self.end();
        }
        self.text.push('\n');
        self.text.into_bytes()
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let _ = write!(self.text, "<ofd:{name}");
        for (key, value) in attributes {
            // The namespace of the root is the only attribute with a prefix.
            let _ = write!(self.text, " {key}=\"");
            escape(value, &mut self.text);
            self.text.push('"');
        }
    }
}

fn escape(text: &str, into: &mut String) {
    for character in text.chars() {
        match character {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\t' => into.push_str("&#9;"),
            '\n' => into.push_str("&#10;"),
            '\r' => into.push_str("&#13;"),
            other => into.push(other),
        }
    }
}

/// Whether XML 1.0 can hold the character at all (section 2.2).
pub(super) const fn can_hold(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// A length as millimetres: `12.345`, `-0.5`, `7`.
pub(super) fn mm(length: Um) -> String {
    let mut text = String::new();
    push_mm(&mut text, length);
    text
}

/// Appends a length as millimetres.
pub(super) fn push_mm(text: &mut String, length: Um) {
    let (whole, part) = (length.0.unsigned_abs() / 1000, length.0.unsigned_abs() % 1000);
    if length.0 < 0 {
        text.push('-');
    }
    let _ = write!(text, "{whole}");
    if part != 0 {
        let _ = write!(text, ".{part:03}");
        text.truncate(text.trim_end_matches('0').len());
    }
}

/// Several lengths with a space between.
pub(super) fn mm_list<const N: usize>(lengths: [Um; N]) -> String {
    let mut text = String::new();
    for (index, length) in lengths.into_iter().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        push_mm(&mut text, length);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_without_floating_point() {
        let cases =
            [(0, "0"), (1, "0.001"), (-1, "-0.001"), (1000, "1"), (12_340, "12.34"), (-500, "-0.5"), (10_000, "10")];
        for (length, expected) in cases {
            assert_eq!(mm(Um(length)), expected);
        }
        assert_eq!(mm(Um(i32::MIN)), "-2147483.648");
        assert_eq!(mm_list([Um(0), Um(1500), Um(-2)]), "0 1.5 -0.002");
    }

    #[test]
    fn texts_and_attributes_are_escaped() {
        let mut xml = Xml::document("A", &[("Name", "\"<&>\"")]);
        xml.leaf("B", &[], "a<b>&\"c\"\n");
        let text = String::from_utf8(xml.finish()).unwrap();
        assert!(text.contains("Name=\"&quot;&lt;&amp;&gt;&quot;\""), "{text}");
        assert!(text.contains("<ofd:B>a&lt;b&gt;&amp;&quot;c&quot;&#10;</ofd:B></ofd:A>"), "{text}");
    }
}
