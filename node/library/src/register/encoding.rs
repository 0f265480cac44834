//! Which encoding a file has, told by its content; decoding row by row, so that one spoilt row does not spoil the file.

use std::borrow::Cow;
use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, GB18030, UTF_16BE, UTF_16LE};

use super::BinaryKind;

/// Encoding of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, with or without byte order mark.
    Utf8,
    /// GB18030, which holds GBK and GB 2312.
    Gb18030,
    /// UTF-16 with byte order mark, low byte first ("Unicode text" of spreadsheets).
    Utf16Le,
    /// UTF-16 with byte order mark, high byte first.
    Utf16Be,
    /// XLSX.
    Workbook,
}

/// What the first bytes of a file show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sniffed {
    /// Text; `bom` bytes to skip; `ascii` when nothing shown decides between UTF-8 and GB18030.
    Text { encoding: Encoding, bom: usize, ascii: bool },
    /// A zip file, perhaps a workbook.
    Zip,
    /// No text.
    Binary { kind: BinaryKind, byte: usize },
    /// Text in no known encoding.
    Undecodable { line: u64, byte: usize },
}

/// First bytes of formats that are handed over by mistake.
const MAGIC: [(&[u8], BinaryKind); 10] = [
    (b"\x89PNG", BinaryKind::Picture),
    (b"\xff\xd8\xff", BinaryKind::Picture),
    (b"GIF8", BinaryKind::Picture),
    (b"%PDF", BinaryKind::Document),
    (b"\x1f\x8b", BinaryKind::Archive),
    (b"7z\xbc\xaf", BinaryKind::Archive),
    (b"Rar!", BinaryKind::Archive),
    (b"\xd0\xcf\x11\xe0", BinaryKind::LegacyWorkbook),
    (b"\x7fELF", BinaryKind::Program),
    (b"MZ\x90", BinaryKind::Program),
];

/// Of ten lines with other than ASCII characters, how many must decode: a few spoilt rows are refused one by one.
const DECODABLE_OF_TEN: usize = 9;

/// Judges a file by its first bytes; `whole` when they are all of it.
pub(super) fn sniff(sample: &[u8], whole: bool) -> Sniffed {
    if sample.starts_with(b"PK\x03\x04") {
        return Sniffed::Zip;
    }
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| sample.starts_with(magic)) {
        return Sniffed::Binary { kind: *kind, byte: 0 };
    }
    for (bom, encoding) in [(&b"\xff\xfe"[..], Encoding::Utf16Le), (b"\xfe\xff", Encoding::Utf16Be)] {
        if sample.starts_with(bom) {
            return Sniffed::Text { encoding, bom: bom.len(), ascii: false };
        }
    }
    let bom = if sample.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let is_control = |byte: &u8| matches!(byte, 0..=8 | 14..=31) && *byte != 0x1a && *byte != 0x1b;
    let controls = sample.iter().filter(|byte| is_control(byte)).count();
    if sample.contains(&0) || controls * 50 > sample.len() {
        let byte = sample.iter().position(|byte| *byte == 0 || is_control(byte)).unwrap_or(0);
        return Sniffed::Binary { kind: BinaryKind::Unknown, byte };
    }
    sniff_text(sample, bom, whole)
}

fn sniff_text(sample: &[u8], bom: usize, whole: bool) -> Sniffed {
    let text = sample.get(bom..).unwrap_or_default();
    if text.is_ascii() {
        return Sniffed::Text { encoding: Encoding::Utf8, bom, ascii: bom == 0 };
    }
    for encoding in [Encoding::Utf8, Encoding::Gb18030] {
        let (mut decodable, mut lines) = (0, 0);
        for line in non_ascii_lines(text, whole, encoding) {
            lines += 1;
            decodable += usize::from(decode(line, encoding).is_some());
        }
        if lines > 0 && decodable * 10 >= lines * DECODABLE_OF_TEN {
            return Sniffed::Text { encoding, bom, ascii: false };
        }
    }
    let byte = bom + std::str::from_utf8(text).err().map_or(0, |error| error.valid_up_to());
    let breaks = sample.iter().take(byte).filter(|byte| **byte == b'\n').count();
    Sniffed::Undecodable { line: 1 + breaks as u64, byte }
}

/// Lines with other than ASCII characters. The last one may be cut off by the end of the sample: its tail is left out.
fn non_ascii_lines(text: &[u8], whole: bool, encoding: Encoding) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        let Some(end) = current.iter().position(|byte| *byte == b'\n') else {
            rest = None;
            return Some(if whole { current } else { without_cut_character(current, encoding) });
        };
        rest = current.get(end + 1..);
        current.get(..end)
    })
    .filter(|line| !line.is_ascii())
}

fn without_cut_character(line: &[u8], encoding: Encoding) -> &[u8] {
    let mut shortened = (0..4).filter_map(|cut| line.get(..line.len().checked_sub(cut)?));
    shortened.find(|line| decode(line, encoding).is_some()).unwrap_or(line)
}

fn decode(bytes: &[u8], encoding: Encoding) -> Option<Cow<'_, str>> {
    match encoding {
        Encoding::Gb18030 => GB18030.decode_without_bom_handling_and_without_replacement(bytes),
        _ => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    }
}

/// Decodes rows. A file that began in ASCII is settled by its first row that is not.
pub(super) struct RowDecoder {
    encoding: Encoding,
    undecided: bool,
}

impl RowDecoder {
    pub(super) fn new(encoding: Encoding, undecided: bool) -> Self {
        Self { encoding, undecided }
    }

    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The text of a row; `Err` holds it with replacement characters.
    pub(super) fn decode<'a>(&mut self, bytes: &'a [u8]) -> Result<Cow<'a, str>, String> {
        if self.undecided && !bytes.is_ascii() {
            self.undecided = false;
            if decode(bytes, Encoding::Utf8).is_none() && decode(bytes, Encoding::Gb18030).is_some() {
                self.encoding = Encoding::Gb18030;
            }
        }
        decode(bytes, self.encoding).ok_or_else(|| match self.encoding {
            Encoding::Gb18030 => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        })
    }
}

/// UTF-16 in, UTF-8 out. What is no UTF-16 becomes U+FFFD, and the row with it is refused.
pub(super) struct Utf16Reader<R> {
    source: R,
    decoder: Decoder,
    input: Vec<u8>,
    used: usize,
    filled: usize,
    ended: bool,
    /// Decoded bytes that the caller has not taken yet.
    output: Vec<u8>,
    taken: usize,
    finished: bool,
}

/// Bytes read at once.
const CHUNK: usize = 16 << 10;

impl<R: Read> Utf16Reader<R> {
    pub(super) fn new(source: R, encoding: Encoding) -> Self {
        let coding = if encoding == Encoding::Utf16Be { UTF_16BE } else { UTF_16LE };
        let decoder = coding.new_decoder_without_bom_handling();
        Self {
            source,
            decoder,
            input: vec![0; CHUNK],
            used: 0,
            filled: 0,
            ended: false,
            output: Vec::new(),
            taken: 0,
            finished: false,
        }
    }
}

impl<R: Read> Utf16Reader<R> {
    /// Decodes the next piece into the empty output buffer; leaves it empty at the end only.
    fn refill(&mut self) -> io::Result<()> {
        self.output.clear();
        self.taken = 0;
        while self.output.is_empty() && !self.finished {
            if self.used == self.filled && !self.ended {
                self.filled = self.source.read(&mut self.input)?;
                self.used = 0;
                self.ended = self.filled == 0;
            }
            let input = self.input.get(self.used..self.filled).unwrap_or_default();
            // Three bytes of UTF-8 for two of UTF-16 at the most, and room for what the decoder holds back.
            self.output.resize(2 * CHUNK, 0);
            let (result, read, written, _) = self.decoder.decode_to_utf8(input, &mut self.output, self.ended);
            self.output.truncate(written);
            self.used += read;
            self.finished = self.ended && result == CoderResult::InputEmpty;
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.output.len() {
            self.refill()?;
        }
        let ready = self.output.get(self.taken..).unwrap_or_default();
        let count = ready.len().min(output.len());
        for (to, from) in output.iter_mut().zip(ready) {
            *to = *from;
        }
        self.taken += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(encoding: Encoding, bom: usize) -> Sniffed {
        Sniffed::Text { encoding, bom, ascii: false }
    }

    #[test]
    fn content_decides() {
        let (gb, _, _) = GB18030.encode("许可证编号,经营者名称\r\n1,𠮷㛃䶮\r\n");
        assert_eq!(sniff(&gb, true), text(Encoding::Gb18030, 0));
        for cut in gb.len() - 12..gb.len() {
            assert_eq!(sniff(&gb[..cut], false), text(Encoding::Gb18030, 0), "{cut}");
        }
        let utf8 = "许可证编号,经营者名称".as_bytes();
        for cut in 4..utf8.len() {
            assert_eq!(sniff(&utf8[..cut], false), text(Encoding::Utf8, 0), "{cut}");
        }
        assert_eq!(sniff("\u{feff}许可".as_bytes(), true), text(Encoding::Utf8, 3));
        assert_eq!(sniff(b"a,b\n", true), Sniffed::Text { encoding: Encoding::Utf8, bom: 0, ascii: true });
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n", true), Sniffed::Binary { kind: BinaryKind::Picture, byte: 0 });
        assert_eq!(sniff(b"a,b\n1,\0", true), Sniffed::Binary { kind: BinaryKind::Unknown, byte: 6 });
        assert_eq!(sniff(b"PK\x03\x04", true), Sniffed::Zip);
        assert_eq!(sniff(b"a\nb\xff\xff\n", true), Sniffed::Undecodable { line: 2, byte: 3 });
    }

    #[test]
    fn utf16_is_read() {
        let bytes: Vec<u8> = "许可证𠮷\r\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mut out = String::new();
        Utf16Reader::new(bytes.as_slice(), Encoding::Utf16Be).read_to_string(&mut out).expect("read");
        assert_eq!(out, "许可证𠮷\r\n");
    }

    #[test]
    fn utf16_is_read_at_any_length_and_alignment_and_ends_once() {
        for length in [0, 1, 5_460, 5_461, 8_192, 40_000] {
            let text: String = "许𠮷a".chars().cycle().take(length).collect();
            let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            for step in [1, 3, 7, 65_536] {
                let mut reader = Utf16Reader::new(bytes.as_slice(), Encoding::Utf16Le);
                let (mut out, mut piece) = (Vec::new(), vec![0; step]);
                loop {
                    let count = reader.read(&mut piece).expect("read");
                    if count == 0 {
                        break;
                    }
                    out.extend_from_slice(&piece[..count]);
                }
                assert_eq!(out, text.as_bytes(), "{length} in steps of {step}");
                assert_eq!(reader.read(&mut piece).expect("read"), 0, "the end stays the end");
            }
        }
    }

    #[test]
    fn undecided_is_settled_by_the_first_row() {
        let mut decoder = RowDecoder::new(Encoding::Utf8, true);
        assert_eq!(decoder.decode(b"a,b").as_deref(), Ok("a,b"));
        let (gb, _, _) = GB18030.encode("甲");
        assert_eq!(decoder.decode(&gb).as_deref(), Ok("甲"));
        assert!(decoder.decode(b"\xff").is_err());
        assert_eq!(decoder.encoding(), Encoding::Gb18030);
    }
}
