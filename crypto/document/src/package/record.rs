//! The three structures of a ZIP archive (PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.16), in their plainest form.

use super::{MAX_ENTRIES, PackageError, name};

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
/// Length of the end record without a comment.
const END_BYTES: usize = 22;
const CENTRAL_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;
/// What 32 and 16 bit fields hold when the truth stands in a zip64 record.
const ZIP64_LONG: usize = 0xffff_ffff;
const ZIP64_SHORT: usize = 0xffff;

/// Flags that change nothing in how an entry is read: the compressor's effort (bits 1 and 2) and UTF-8 names (bit 11).
const HARMLESS_FLAGS: u16 = 0b1000_0000_0110;
const UTF8_FLAG: u16 = 1 << 11;
/// The highest version that is needed to read what is allowed here: 2.0, deflate.
const MAX_VERSION: u16 = 20;

/// How an entry's data are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Method {
    Stored,
    Deflated,
}

/// Where the directory stands.
pub(super) struct Directory {
    pub(super) start: usize,
    end: usize,
    count: usize,
}

/// What the directory says of an entry.
pub(super) struct CentralRecord {
    pub(super) name: String,
    pub(super) method: Method,
    pub(super) checksum: u32,
    /// Bytes in the file.
    pub(super) stored_length: usize,
    /// Bytes when inflated.
    pub(super) length: usize,
    raw_name: Vec<u8>,
    /// The fields that both headers have, as they stand: version to lengths of name and extra.
    common: Vec<u8>,
    local_start: usize,
}

/// Little-endian fields of a piece of the file; a field beyond its end is a cut-off archive.
#[derive(Clone, Copy)]
struct Fields<'file> {
    bytes: &'file [u8],
    part: &'static str,
}

impl<'file> Fields<'file> {
    fn of(file: &'file [u8], start: usize, length: usize, part: &'static str) -> Result<Self, PackageError> {
        let bytes = start.checked_add(length).and_then(|end| file.get(start..end));
        bytes.map(|bytes| Self { bytes, part }).ok_or(PackageError::Truncated { part })
    }

    fn array<const N: usize>(self, at: usize) -> Result<[u8; N], PackageError> {
        let missing = PackageError::Truncated { part: self.part };
        let bytes = at.checked_add(N).and_then(|end| self.bytes.get(at..end));
        bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(missing)
    }

    fn short(self, at: usize) -> Result<u16, PackageError> {
        self.array(at).map(u16::from_le_bytes)
    }

    fn long(self, at: usize) -> Result<u32, PackageError> {
        self.array(at).map(u32::from_le_bytes)
    }

    fn size(self, at: usize) -> Result<usize, PackageError> {
        let value = self.long(at)?;
        usize::try_from(value).map_err(|_| PackageError::Truncated { part: self.part })
    }

    fn begins(self, signature: &[u8]) -> Result<Self, PackageError> {
        if self.bytes.starts_with(signature) { Ok(self) } else { Err(PackageError::Truncated { part: self.part }) }
    }
}

impl Directory {
    /// The end record must be the last 22 bytes and lie right behind the directory: no comment, no zip64, nothing between.
    pub(super) fn find(file: &[u8]) -> Result<Self, PackageError> {
        let part = "the end of the central directory";
        let at = file.len().checked_sub(END_BYTES).ok_or(PackageError::Truncated { part })?;
        let end = Fields::of(file, at, END_BYTES, part)?;
        if !end.bytes.starts_with(END) {
            let earlier = file.windows(END.len()).any(|window| window == END);
            return Err(if earlier { PackageError::TrailingData } else { PackageError::Truncated { part } });
        }
        if end.short(20)? != 0 {
            return Err(PackageError::TrailingData);
        }
        let unsupported = |what| PackageError::Unsupported { what, name: String::new() };
        let (count, here) = (usize::from(end.short(10)?), usize::from(end.short(8)?));
        let (size, start) = (end.size(12)?, end.size(16)?);
        if count == ZIP64_SHORT || size == ZIP64_LONG || start == ZIP64_LONG {
            return Err(unsupported("zip64"));
        }
        if end.long(4)? != 0 || here != count {
            return Err(unsupported("an archive in several parts"));
        }
        if count > MAX_ENTRIES {
            return Err(PackageError::TooManyEntries { actual: count });
        }
        if start.checked_add(size) != Some(at) {
            return Err(PackageError::Gap { before: part.to_owned() });
        }
        Ok(Self { start, end: at, count })
    }

    /// Every record of the directory, which they fill exactly.
    pub(super) fn records(&self, file: &[u8]) -> Result<Vec<CentralRecord>, PackageError> {
        let mut at = self.start;
        let mut records = Vec::with_capacity(self.count);
        for _ in 0..self.count {
            records.push(CentralRecord::read(file, &mut at)?);
        }
        if at == self.end {
            Ok(records)
        } else {
            Err(PackageError::Gap { before: "the end of the central directory".to_owned() })
        }
    }
}

impl CentralRecord {
    fn read(file: &[u8], at: &mut usize) -> Result<Self, PackageError> {
        let part = "the central directory";
        let fields = Fields::of(file, *at, CENTRAL_BYTES, part)?.begins(CENTRAL)?;
        let [name_length, extra_length, comment_length] = [fields.short(28)?, fields.short(30)?, fields.short(32)?];
        let flags = fields.short(8)?;
        let name_start = at.saturating_add(CENTRAL_BYTES);
        let raw_name = Fields::of(file, name_start, usize::from(name_length), part)?.bytes;
        let name = name::read(raw_name, flags & UTF8_FLAG != 0)?;
        let unsupported = |what| PackageError::Unsupported { what, name: name.clone() };
        if extra_length != 0 || comment_length != 0 {
            return Err(unsupported("an extra field or comment"));
        }
        if flags & 1 != 0 {
            return Err(unsupported("encryption"));
        }
        if flags & !HARMLESS_FLAGS != 0 {
            return Err(unsupported("a data descriptor or another flag"));
        }
        if fields.short(6)? > MAX_VERSION {
            return Err(unsupported("a version of ZIP above 2.0"));
        }
        if fields.short(34)? != 0 {
            return Err(unsupported("an archive in several parts"));
        }
        let (stored_length, length, local_start) = (fields.size(20)?, fields.size(24)?, fields.size(42)?);
        if [stored_length, length, local_start].contains(&ZIP64_LONG) {
            return Err(unsupported("zip64"));
        }
        let method = match fields.short(10)? {
            0 => Method::Stored,
            8 => Method::Deflated,
            _ => return Err(unsupported("a compression other than deflate")),
        };
        if !is_file(fields.long(38)?) {
            return Err(PackageError::NotAFile { name });
        }
        *at = name_start.saturating_add(usize::from(name_length));
        let common = fields.bytes.get(6..32).unwrap_or_default().to_vec();
        let (checksum, raw_name) = (fields.long(16)?, raw_name.to_vec());
        Ok(Self { name, method, checksum, stored_length, length, raw_name, common, local_start })
    }

    /// The entry's data: its header must stand at `next`, where the entry before it ended, and say what the directory says.
    pub(super) fn data<'file>(&self, file: &'file [u8], next: &mut usize) -> Result<&'file [u8], PackageError> {
        let part = "an entry's header";
        if self.local_start != *next {
            return Err(PackageError::Gap { before: self.name.clone() });
        }
        let fields = Fields::of(file, *next, LOCAL_BYTES, part)?.begins(LOCAL)?;
        let differs = |field| PackageError::HeadersDiffer { name: self.name.clone(), field };
        let names = [("version", 0, 2), ("flags", 2, 4), ("method", 4, 6), ("time", 6, 10), ("checksum", 10, 14)];
        let lengths =
            [("length in the file", 14, 18), ("length", 18, 22), ("length of the name or extra field", 22, 26)];
        for (field, from, to) in names.into_iter().chain(lengths) {
            if fields.bytes.get(from + 4..to + 4) != self.common.get(from..to) {
                return Err(differs(field));
            }
        }
        let name_start = next.saturating_add(LOCAL_BYTES);
        if Fields::of(file, name_start, self.raw_name.len(), part)?.bytes != self.raw_name {
            return Err(differs("name"));
        }
        let data_start = name_start.saturating_add(self.raw_name.len());
        let data = Fields::of(file, data_start, self.stored_length, "an entry's data")?.bytes;
        *next = data_start.saturating_add(self.stored_length);
        Ok(data)
    }
}

/// Whether the external attributes are those of an ordinary file: UNIX mode in the upper half, DOS attributes in the lowest byte.
fn is_file(attributes: u32) -> bool {
    const TYPE: u32 = 0o170_000;
    const REGULAR: u32 = 0o100_000;
    const SET_ID_AND_STICKY: u32 = 0o7000;
    /// Volume label and directory.
    const DOS_SPECIAL: u32 = 0x08 | 0x10;
    let mode = attributes >> 16;
    matches!(mode & TYPE, 0 | REGULAR) && mode & SET_ID_AND_STICKY == 0 && attributes & DOS_SPECIAL == 0
}
