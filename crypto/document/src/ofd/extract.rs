//! The text of a package's pages, as a reader would copy it: for tests and for comparing a face with its data.

use super::OfdError;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// The longest XML part read, unpacked: a page of 5,000 objects has a tenth of it.
const MAX_PART_BYTES: u64 = 8 * 1024 * 1024;

/// The texts of a page, one for each `TextCode`, in the order of the file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PageText {
    /// What the form says.
    pub form: Vec<String>,
    /// What this licence says.
    pub marks: Vec<String>,
}

/// Reads the texts of each page. It checks no seal and follows no path out of `Doc_0`.
///
/// # Errors
/// [`OfdError::Container`].
pub fn extract_text(file: &[u8]) -> Result<Vec<PageText>, OfdError> {
    let mut zip = ZipArchive::new(Cursor::new(file)).map_err(|error| OfdError::Container(error.to_string()))?;
    let document = part(&mut zip, "Document.xml")?;
    let (mut pages, mut templates) = (Vec::new(), Vec::new());
    for_each(&document, |event| {
        if let Event::Start(tag) | Event::Empty(tag) = event {
            let (id, path) = (attribute(tag, "ID"), attribute(tag, "BaseLoc"));
            match (tag.local_name().as_ref(), id, path) {
                ("Page", _, Some(path)) => pages.push(path),
                ("TemplatePage", Some(id), Some(path)) => templates.push((id, path)),
                _ => {}
            }
        }
    })?;
    let mut texts = Vec::new();
    for path in pages {
        let content = part(&mut zip, &path)?;
        let (marks, template) = codes(&content)?;
        let form = match templates.iter().find(|(id, _)| Some(id) == template.as_ref()) {
            Some((_, path)) => codes(&part(&mut zip, path)?)?.0,
            None => Vec::new(),
        };
        texts.push(PageText { form, marks });
    }
    Ok(texts)
}

fn part(zip: &mut ZipArchive<Cursor<&[u8]>>, path: &str) -> Result<Vec<u8>, OfdError> {
    let path = format!("{}/{path}", super::DOCUMENT);
    let file = zip.by_name(&path).map_err(|error| OfdError::Container(format!("{path}: {error}")))?;
    let mut bytes = Vec::new();
    let read = file.take(MAX_PART_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| OfdError::Container(format!("{path}: {error}")))?;
    if bytes.len() as u64 > MAX_PART_BYTES {
        return Err(OfdError::Container(format!("{path} has more than {MAX_PART_BYTES} bytes")));
    }
    Ok(bytes)
}

/// The texts of a content file and the number of its template.
fn codes(content: &[u8]) -> Result<(Vec<String>, Option<String>), OfdError> {
    let (mut texts, mut template, mut open) = (Vec::new(), None, None::<String>);
    for_each(content, |event| match event {
        Event::Start(tag) if tag.local_name().as_ref() == "TextCode" => open = Some(String::new()),
        Event::End(tag) if tag.local_name().as_ref() == "TextCode" => texts.extend(open.take()),
        Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "Template" => {
            template = attribute(tag, "TemplateID");
        }
        Event::Text(text) => {
            if let Some(open) = &mut open {
                open.push_str(text);
            }
        }
        Event::GeneralRef(reference) => {
            if let Some(open) = &mut open {
                open.extend(referred(reference));
            }
        }
        _ => {}
    })?;
    Ok((texts, template))
}

fn referred(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|one| one.key.local_name().as_ref() == name)?;
    Some(found.value.into_owned())
}

fn for_each(xml: &[u8], mut each: impl FnMut(&Event<'_>)) -> Result<(), OfdError> {
    let mut reader = Reader::from_reader(xml);
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return Ok(()),
            Ok(event) => each(&event),
            Err(error) => return Err(OfdError::Container(error.to_string())),
        }
    }
}
