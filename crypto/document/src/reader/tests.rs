use super::location::resolve;
use super::xml::{MAX_ATTRIBUTES, MAX_DEPTH, NAMESPACE, XmlError, parse};
use super::*;

fn inside(xml: &str) -> Result<Element, XmlError> {
    parse(format!("<o:a xmlns:o=\"{NAMESPACE}\">{xml}</o:a>").as_bytes())
}

#[test]
fn lengths_are_read_exactly() {
    let cases = [("0", 0), ("210", 210_000), ("0.5", 500), ("-1.25", -1250), ("10000.999", 10_000_999), ("7.0", 7000)];
    for (text, expected) in cases {
        assert_eq!(length(text), Some(Um(expected)), "{text}");
    }
    for text in ["", ".", "1.", ".5", "1.2345", "1e3", "+1", "--1", "NaN", "10001", "99999999999", "1,5", "１"] {
        assert_eq!(length(text), None, "{text}");
    }
}

#[test]
fn a_box_has_four_numbers_and_a_size() {
    assert!(rect("0 0 210 297", "x").is_ok());
    for text in ["0 0 210", "0 0 210 297 1", "0 0 0 297", "0 0 210 -1", "a b c d", ""] {
        assert!(rect(text, "x").is_err(), "{text}");
    }
}

#[test]
fn places_have_one_spelling_and_stay_inside() {
    let cases = [("Pages/P.xml", "Doc_0/Pages/P.xml"), ("/OFD.xml", "OFD.xml"), (" x.xml\n", "Doc_0/x.xml")];
    for (place, expected) in cases {
        assert_eq!(resolve("Doc_0", place, "f").as_deref(), Ok(expected));
    }
    let outside = [
        "", "..", "../x", "a/../b", "./a", "//a", "a//b", "http://x", "a\\b", "a%2e", "a?b", "a#b", "c:x", "a/",
        "a\u{7}",
    ];
    for place in outside {
        assert!(resolve("Doc_0", place, "f").is_err(), "{place:?}");
    }
}

#[test]
fn text_is_joined_and_only_the_five_entities_are_known() {
    let root = inside("a&amp;b<!-- c -->&#x5b57;<![CDATA[<d>]]>").unwrap();
    assert_eq!(root.text, "a&b字<d>");
    assert_eq!(inside("&nbsp;"), Err(XmlError::Forbidden("an entity")));
    assert_eq!(inside("<?x y?>"), Err(XmlError::Forbidden("a processing instruction")));
    assert_eq!(parse(b"<!DOCTYPE a><a/>"), Err(XmlError::Forbidden("a document type")));
    assert_eq!(parse(b"\xff\xfe<\0"), Err(XmlError::Encoding));
}

/// XML 1.0 section 2.2, production 2: the characters on both sides of each edge.
#[test]
fn only_the_characters_of_xml_are_read() {
    for known in ['\t', '\n', '\r', ' ', '\u{7f}', '\u{d7ff}', '\u{e000}', '\u{fffd}', '\u{10000}', '\u{10ffff}'] {
        let code = u32::from(known);
        assert!(inside(&format!("{known}")).is_ok() && inside(&format!("&#{code};")).is_ok(), "{code:x}");
    }
    for unknown in ['\0', '\u{8}', '\u{b}', '\u{c}', '\u{e}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
        let code = u32::from(unknown);
        for text in [
            format!("{unknown}"),
            format!("<b xmlns=\"{NAMESPACE}\" c=\"{unknown}\"/>"),
            format!("<!--{unknown}-->"),
            format!("<![CDATA[{unknown}]]>"),
        ] {
            assert_eq!(inside(&text), Err(XmlError::Character(code)), "{code:x}");
        }
        for text in [format!("&#{code};"), format!("<b xmlns=\"{NAMESPACE}\" c=\"&#x{code:x};\"/>")] {
            assert!(inside(&text).is_err(), "{code:x} by reference");
        }
    }
}

#[test]
fn one_namespace_whatever_its_prefix() {
    assert!(parse(format!("<a xmlns=\"{NAMESPACE}\"><b c=\"1\"/></a>").as_bytes()).is_ok());
    assert_eq!(parse(b"<a/>"), Err(XmlError::Namespace));
    assert_eq!(parse(b"<x:a/>"), Err(XmlError::Namespace));
    assert_eq!(inside("<b xmlns=\"urn:x\"/>"), Err(XmlError::Namespace));
    assert_eq!(inside("<o:b o:c=\"1\"/>"), Err(XmlError::Namespace));
}

#[test]
fn bounds_are_exact() {
    let nested = |levels: usize| inside(&format!("{}{}", "<o:b>".repeat(levels), "</o:b>".repeat(levels)));
    assert!(nested(MAX_DEPTH - 1).is_ok());
    assert!(nested(MAX_DEPTH).unwrap_err().is_bound());
    let attributed = |count: usize| {
        let attributes: String = (0..count).map(|number| format!(" a{number}=\"\"")).collect();
        inside(&format!("<o:b{attributes}/>"))
    };
    assert!(attributed(MAX_ATTRIBUTES).is_ok());
    assert!(attributed(MAX_ATTRIBUTES + 1).unwrap_err().is_bound());
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for xml in ["<o:b>", "</o:b>", "<o:b></o:c>", "<o:b a=1/>", "<o:b a=\"1\" a=\"2\"/>", "&", "<o:b a=\"<\"/>x<"] {
        assert!(inside(xml).is_err(), "{xml}");
    }
    let root = format!("<o:a xmlns:o=\"{NAMESPACE}\"/>");
    for text in [String::new(), "text".to_owned(), format!("{root}{root}"), format!("{root}text")] {
        assert!(parse(text.as_bytes()).is_err(), "{text}");
    }
}
