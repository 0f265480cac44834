//! XML of an OFD package as a small tree, within bounds: UTF-8, one namespace, no document type, no entities of its own.

use super::ReadError;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// The namespace of GB/T 33190.
pub const NAMESPACE: &str = "http://www.ofdspec.org/2016";
/// The longest XML file in bytes: a page of ten thousand glyphs has half of it.
pub const MAX_XML_BYTES: usize = 2 * 1024 * 1024;
/// How deep elements may nest: GB/T 33190 needs about twelve, blocks within blocks more.
pub const MAX_DEPTH: usize = 32;
/// The most elements of a file: together some 5 MB of memory.
pub const MAX_ELEMENTS: usize = 20_000;
/// The most attributes of an element: a text object has sixteen.
pub const MAX_ATTRIBUTES: usize = 32;
/// The most text of one element in bytes: an outline of some thousand curves.
pub const MAX_ELEMENT_TEXT: usize = 1024 * 1024;

/// An element with its own text; the text between its children is joined.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Element {
    /// Name without prefix.
    pub name: String,
    /// Attributes without the declarations of namespaces.
    pub attributes: Vec<(String, String)>,
    /// Its text.
    pub text: String,
    /// What it holds.
    pub children: Vec<Element>,
}

/// Why bytes are no XML of an OFD package.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum XmlError {
    /// Beyond a bound.
    #[error("more than {limit} {what}")]
    Bound {
        /// Bytes, elements, attributes, levels.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
    /// Not UTF-8, or declared as something else.
    #[error("not UTF-8")]
    Encoding,
    /// A character that XML 1.0 does not know (section 2.2, production 2), as it is or by reference: other readers refuse the file, or pass
    /// the character over.
    #[error("U+{0:04X} is no character of XML 1.0")]
    Character(u32),
    /// A document type, an entity, a processing instruction.
    #[error("{0} is not used in licence files")]
    Forbidden(&'static str),
    /// An element or attribute of another namespace.
    #[error("an element or attribute that is not of the namespace {NAMESPACE}")]
    Namespace,
    /// Not well-formed.
    #[error("not well-formed: {0}")]
    Malformed(String),
}

impl XmlError {
    /// Whether only a bound of this program stands in the way.
    #[must_use]
    pub const fn is_bound(&self) -> bool {
        matches!(self, Self::Bound { .. })
    }
}

impl Element {
    /// An attribute's value.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The children of a name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Appends the text of every element of a name, in the order of the file.
    pub fn collect_text(&self, name: &str, into: &mut String) {
        if self.name == name {
            into.push_str(&self.text);
        }
        self.children.iter().for_each(|child| child.collect_text(name, into));
    }

    pub(super) fn required(&self, name: &'static str, file: &str) -> Result<&str, ReadError> {
        self.attribute(name).ok_or_else(|| ReadError::Once { file: file.to_owned(), what: name })
    }

    pub(super) fn at_most_one(&self, name: &'static str, file: &str) -> Result<Option<&Self>, ReadError> {
        let mut found = self.all(name);
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            _ => Err(ReadError::Once { file: file.to_owned(), what: name }),
        }
    }

    pub(super) fn only(&self, name: &'static str, file: &str) -> Result<&Self, ReadError> {
        self.at_most_one(name, file)?.ok_or_else(|| ReadError::Once { file: file.to_owned(), what: name })
    }

    pub(super) fn named(&self, name: &'static str, file: &str) -> Result<(), ReadError> {
        if self.name == name { Ok(()) } else { Err(ReadError::Once { file: file.to_owned(), what: name }) }
    }
}

/// Parses a file.
///
/// # Errors
/// [`XmlError`] for what is not well-formed or beyond the bounds.
pub fn parse(bytes: &[u8]) -> Result<Element, XmlError> {
    if bytes.len() > MAX_XML_BYTES {
        return Err(XmlError::Bound { what: "bytes", limit: MAX_XML_BYTES });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| XmlError::Encoding)?;
    check_characters(text)?;
    let mut reader = NsReader::from_str(text);
    let mut tree = Tree::default();
    loop {
        let event = reader.read_event().map_err(|error| malformed(&error))?;
        match event {
            Event::Start(start) => tree.open(element(&reader, &start)?)?,
            Event::Empty(start) => {
                tree.open(element(&reader, &start)?)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => tree.text(&text.xml10_content())?,
            Event::CData(text) => tree.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => tree.text(character(&reference)?.encode_utf8(&mut [0; 4]))?,
            Event::Comment(_) => {}
            Event::Decl(declaration) => match declaration.encoding() {
                None => {}
                Some(Ok(name)) if name.eq_ignore_ascii_case("UTF-8") => {}
                Some(_) => return Err(XmlError::Encoding),
            },
            Event::DocType(_) => return Err(XmlError::Forbidden("a document type")),
            Event::PI(_) => return Err(XmlError::Forbidden("a processing instruction")),
            Event::Eof => return tree.finish(),
        }
    }
}

/// The elements that are open, outermost first, and the root once it is closed.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    count: usize,
}

impl Tree {
    fn open(&mut self, element: Element) -> Result<(), XmlError> {
        self.count = self.count.saturating_add(1);
        if self.count > MAX_ELEMENTS {
            return Err(XmlError::Bound { what: "elements", limit: MAX_ELEMENTS });
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(XmlError::Bound { what: "levels", limit: MAX_DEPTH });
        }
        if self.root.is_some() {
            return Err(XmlError::Malformed("two roots".to_owned()));
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) -> Result<(), XmlError> {
        let element = self.open.pop().ok_or_else(|| XmlError::Malformed("an end without a start".to_owned()))?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        match self.open.last_mut() {
            Some(element) if element.text.len().saturating_add(text.len()) > MAX_ELEMENT_TEXT => {
                Err(XmlError::Bound { what: "bytes of text in one element", limit: MAX_ELEMENT_TEXT })
            }
            Some(element) => {
                element.text.push_str(text);
                Ok(())
            }
            None if text.trim_start_matches('\u{feff}').trim().is_empty() => Ok(()),
            None => Err(XmlError::Malformed("text outside the root".to_owned())),
        }
    }

    fn finish(self) -> Result<Element, XmlError> {
        match self.root {
            Some(root) if self.open.is_empty() => Ok(root),
            _ => Err(XmlError::Malformed("cut off".to_owned())),
        }
    }
}

fn element(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Element, XmlError> {
    let (namespace, name) = reader.resolver().resolve_element(start.name());
    match namespace {
        ResolveResult::Bound(found) if found.0 == NAMESPACE => {}
        _ => return Err(XmlError::Namespace),
    }
    let mut attributes = Vec::new();
    for (count, attribute) in start.attributes().enumerate() {
        if count >= MAX_ATTRIBUTES {
            return Err(XmlError::Bound { what: "attributes of one element", limit: MAX_ATTRIBUTES });
        }
        let attribute = attribute.map_err(|error| malformed(&error))?;
        let name: &str = attribute.key.as_ref();
        if name == "xmlns" || name.starts_with("xmlns:") {
            continue;
        }
        if name.contains(':') {
            return Err(XmlError::Namespace);
        }
        let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|error| malformed(&error))?;
        // By reference: what stands there as it is was looked at before.
        check_characters(&value)?;
        attributes.push((name.to_owned(), value.into_owned()));
    }
    let name: &str = name.as_ref();
    Ok(Element { name: name.to_owned(), attributes, ..Element::default() })
}

/// A character reference, or one of the five entities that XML itself has.
fn character(reference: &BytesRef<'_>) -> Result<char, XmlError> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| malformed(&error))? {
        check_characters(character.encode_utf8(&mut [0; 4]))?;
        return Ok(character);
    }
    match reference.xml10_content().as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(XmlError::Forbidden("an entity")),
    }
}

/// XML 1.0 (fifth edition), production 2.
fn check_characters(text: &str) -> Result<(), XmlError> {
    let is_known = |character: &char| matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars()
        .find(|character| !is_known(character))
        .map_or(Ok(()), |found| Err(XmlError::Character(u32::from(found))))
}

fn malformed(error: &dyn std::fmt::Display) -> XmlError {
    XmlError::Malformed(error.to_string().chars().take(160).collect())
}
