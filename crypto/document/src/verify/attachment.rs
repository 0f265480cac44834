//! The data attached to a PDF, for as much of PDF (ISO 32000-1) as our writer uses: one embedded file, its length written out, plain
//! or by `FlateDecode`. A small reader on purpose: it looks at the bytes once, follows nothing, and takes no more memory than the
//! data may have. What the file is worth is said by its digest; what is hidden from this reader is still covered by that.

use crate::licence::MAX_LICENCE_JSON;
use flate2::{Decompress, FlushDecompress, Status};

/// What stands in the dictionary of an embedded file (7.11.4), and in no other but the list of their names.
const MARKER: &[u8] = b"/EmbeddedFile";
/// The dictionary of an embedded file is shorter: ours has 150 bytes.
const MAX_DICTIONARY: usize = 4096;

/// Why the attachment of a PDF is not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unread {
    /// More than one: which of them a reader shows is open.
    Several,
    /// Not as our writer writes it.
    Form,
    /// More than [`MAX_LICENCE_JSON`] bytes.
    Long,
}

impl Unread {
    pub(super) const fn reason_zh(self) -> &'static str {
        match self {
            Self::Several => "PDF 有多个附件, 无法确定以哪个为准",
            Self::Form => "PDF 附件不是证库写出的格式, 未读取",
            Self::Long => "PDF 附件超过长度上限, 未读取",
        }
    }

    pub(super) const fn reason_en(self) -> &'static str {
        match self {
            Self::Several => "the PDF has more than one attachment: it is open which one counts",
            Self::Form => "the PDF's attachment is not in the form that this system writes, and was not read",
            Self::Long => "the PDF's attachment is longer than a licence.json may be, and was not read",
        }
    }
}

/// The bytes of the one attachment; `None` without any.
pub(super) fn find(file: &[u8]) -> Result<Option<Vec<u8>>, Unread> {
    let mut places = markers(file);
    let Some(place) = places.next() else { return Ok(None) };
    if places.next().is_some() {
        return Err(Unread::Several);
    }
    let Some((dictionary, data)) = stream(file, place) else { return Err(Unread::Form) };
    match filter(dictionary).ok_or(Unread::Form)? {
        Filter::None if data.len() > MAX_LICENCE_JSON => Err(Unread::Long),
        Filter::None => Ok(Some(data.to_vec())),
        Filter::Flate => inflate(data).map(Some),
    }
}

/// Where the marker stands as a whole name: `/EmbeddedFiles` is another one.
fn markers(file: &[u8]) -> impl Iterator<Item = usize> {
    let begins = file.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(place, _)| place);
    begins.filter(|&place| {
        let rest = file.get(place..).and_then(|rest| rest.strip_prefix(MARKER));
        rest.is_some_and(|rest| rest.first().is_none_or(|next| !next.is_ascii_alphanumeric()))
    })
}

/// The dictionary around a place and the stream behind it, of the length it says.
fn stream(file: &[u8], place: usize) -> Option<(&[u8], &[u8])> {
    let before = file.get(place.saturating_sub(MAX_DICTIONARY)..place)?;
    let from = place - before.len() + last(before, b" obj")?;
    let behind = file.get(place..file.len().min(place + MAX_DICTIONARY))?;
    let to = place + behind.windows(6).position(|six| six == b"stream")?;
    let dictionary = file.get(from..to)?;
    let rest = file.get(to + 6..)?;
    let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"))?;
    let (data, end) = rest.split_at_checked(length(dictionary)?)?;
    let end = end.strip_prefix(b"\r\n").or_else(|| end.strip_prefix(b"\n")).unwrap_or(end);
    end.starts_with(b"endstream").then_some((dictionary, data))
}

fn last(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).rposition(|window| window == word)
}

/// `/Length` with a number of its own; a reference to another object is not followed.
fn length(dictionary: &[u8]) -> Option<usize> {
    let rest = after(dictionary, b"/Length")?;
    let rest = rest.strip_prefix(b" ")?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = rest.split_at_checked(digits)?;
    // `937 0 R` is a reference.
    let is_number = !rest.first().is_some_and(u8::is_ascii_whitespace);
    std::str::from_utf8(number).ok()?.parse().ok().filter(|_| is_number)
}

enum Filter {
    None,
    Flate,
}

fn filter(dictionary: &[u8]) -> Option<Filter> {
    if after(dictionary, b"/DecodeParms").is_some() || after(dictionary, b"/Crypt").is_some() {
        return None;
    }
    match after(dictionary, b"/Filter") {
        None => Some(Filter::None),
        Some(rest) if rest.starts_with(b"/FlateDecode/") || rest.starts_with(b"/FlateDecode>") => Some(Filter::Flate),
        Some(_) => None,
    }
}

/// What follows the only place of a name; `None` when it stands nowhere or twice.
fn after<'a>(dictionary: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let place = last(dictionary, name)?;
    let is_only = last(dictionary.get(..place)?, name).is_none();
    dictionary.get(place + name.len()..).filter(|_| is_only)
}

fn inflate(data: &[u8]) -> Result<Vec<u8>, Unread> {
    // One byte more than may be, so that a stream that goes on is seen.
    let mut content = Vec::with_capacity(MAX_LICENCE_JSON + 1);
    let mut zlib = Decompress::new(true);
    let status = zlib.decompress_vec(data, &mut content, FlushDecompress::Finish).map_err(|_| Unread::Form)?;
    if content.len() > MAX_LICENCE_JSON {
        return Err(Unread::Long);
    }
    if status == Status::StreamEnd { Ok(content) } else { Err(Unread::Form) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn pdf(dictionary: &str, data: &[u8]) -> Vec<u8> {
        let head = format!("%PDF-1.7\n7 0 obj\n<</Length {}/Type/EmbeddedFile{dictionary}>>\nstream\n", data.len());
        let tail = b"\nendstream\nendobj\n8 0 obj\n<</Names<</EmbeddedFiles 9 0 R>>>>\nendobj\n%%EOF\n";
        [head.as_bytes(), data, tail].concat()
    }

    fn deflated(data: &[u8]) -> Vec<u8> {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(data).unwrap();
        zlib.finish().unwrap()
    }

    #[test]
    fn plain_and_deflated_attachments_are_read() {
        assert_eq!(find(&pdf("", b"{}")), Ok(Some(b"{}".to_vec())));
        assert_eq!(find(&pdf("/Filter/FlateDecode", &deflated(b"{}"))), Ok(Some(b"{}".to_vec())));
        assert_eq!(find(b"%PDF-1.7\n<</Names<</EmbeddedFiles 9 0 R>>>>"), Ok(None));
    }

    #[test]
    fn what_our_writer_does_not_write_is_not_read() {
        let zipped = deflated(b"{}");
        let refused = [
            pdf("/Filter/ASCIIHexDecode", b"7b7d>"),
            pdf("/Filter[/FlateDecode/FlateDecode]", &zipped),
            pdf("/Filter/FlateDecode/DecodeParms<</Predictor 12>>", &zipped),
            pdf("/Filter/FlateDecode", b"no stream"),
            pdf("/Filter/FlateDecode/Filter/FlateDecode/Length 1", &zipped),
            b"%PDF-1.7 /EmbeddedFile".to_vec(),
            b"%PDF 7 0 obj<</Type/EmbeddedFile/Length 99>>stream\n{}\nendstream".to_vec(),
            b"%PDF 7 0 obj<</Type/EmbeddedFile/Length 2 0 R>>stream\n{}\nendstream".to_vec(),
        ];
        for file in refused {
            assert_eq!(find(&file), Err(Unread::Form), "{}", String::from_utf8_lossy(&file));
        }
        let twice = [pdf("", b"{}"), pdf("", b"[]")].concat();
        assert_eq!(find(&twice), Err(Unread::Several));
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = deflated(&vec![b' '; 40 * MAX_LICENCE_JSON]);
        assert_eq!(find(&pdf("/Filter/FlateDecode", &bomb)), Err(Unread::Long));
        assert_eq!(find(&pdf("", &vec![b' '; MAX_LICENCE_JSON + 1])), Err(Unread::Long));
    }

    #[test]
    fn nothing_panics_on_a_broken_file() {
        let whole = pdf("/Filter/FlateDecode", &deflated(b"{\"a\":1}"));
        for end in 0..whole.len() {
            let _ = find(&whole[..end]);
            let mut flipped = whole.clone();
            flipped[end] ^= 0x10;
            let _ = find(&flipped);
        }
    }
}
