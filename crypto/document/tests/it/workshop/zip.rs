//! ZIP archives by hand, honest or not.

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// One entry with everything that its two headers say.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    /// The name in the header before the data.
    pub(crate) local_name: Vec<u8>,
    pub(crate) data: Vec<u8>,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) version: u16,
    pub(crate) checksum: u32,
    pub(crate) length: u32,
    /// The length that the directory alone declares.
    pub(crate) directory_length: u32,
    pub(crate) attributes: u32,
    pub(crate) extra: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    /// Bytes between this entry and the next.
    pub(crate) gap: Vec<u8>,
    /// Where the directory says that it stands, instead of where it does.
    pub(crate) offset: Option<u32>,
}

impl Entry {
    pub(crate) fn stored(name: &str, content: &[u8]) -> Self {
        let mut crc = Crc::new();
        crc.update(content);
        let length = u32::try_from(content.len()).unwrap();
        Self {
            name: name.as_bytes().to_vec(),
            local_name: name.as_bytes().to_vec(),
            data: content.to_vec(),
            method: 0,
            flags: 0,
            version: 20,
            checksum: crc.sum(),
            length,
            directory_length: length,
            attributes: 0o100_644 << 16,
            extra: Vec::new(),
            comment: Vec::new(),
            gap: Vec::new(),
            offset: None,
        }
    }

    pub(crate) fn deflated(name: &str, content: &[u8]) -> Self {
        Self { data: deflate(content), method: 8, ..Self::stored(name, content) }
    }
}

pub(crate) fn deflate(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + content.len() / 1000 + 1024);
    let mut stream = Compress::new(Compression::new(6), false);
    let status = stream.compress_vec(content, &mut out, FlushCompress::Finish).unwrap();
    assert_eq!(status, Status::StreamEnd);
    out
}

/// What stands around the entries.
#[derive(Clone, Default)]
pub(crate) struct Frame {
    pub(crate) prefix: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    pub(crate) trailer: Vec<u8>,
    /// Entries that the end record declares, instead of those there are.
    pub(crate) count: Option<u16>,
    /// Between the last entry and the directory.
    pub(crate) before_directory: Vec<u8>,
    /// Between the directory and the end record.
    pub(crate) before_end: Vec<u8>,
    /// The number of this disk.
    pub(crate) disk: u16,
}

/// An honest package of these files.
pub(crate) fn pack(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let entries: Vec<Entry> = parts.iter().map(|(name, content)| Entry::deflated(name, content)).collect();
    assemble(&entries, &Frame::default())
}

pub(crate) fn assemble(entries: &[Entry], frame: &Frame) -> Vec<u8> {
    let mut out = frame.prefix.clone();
    let mut directory = Vec::new();
    for entry in entries {
        let offset = entry.offset.unwrap_or(u32::try_from(out.len()).unwrap());
        out.extend(b"PK\x03\x04");
        out.extend(common(entry, entry.length, &entry.local_name));
        out.extend(&entry.local_name);
        out.extend(&entry.extra);
        out.extend(&entry.data);
        out.extend(&entry.gap);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(common(entry, entry.directory_length, &entry.name));
        directory.extend(u16::try_from(entry.comment.len()).unwrap().to_le_bytes());
        directory.extend([0; 4]);
        directory.extend(entry.attributes.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(&entry.name);
        directory.extend(&entry.extra);
        directory.extend(&entry.comment);
    }
    out.extend(&frame.before_directory);
    let start = u32::try_from(out.len()).unwrap();
    out.extend(&directory);
    out.extend(&frame.before_end);
    let count = frame.count.unwrap_or(u16::try_from(entries.len()).unwrap());
    out.extend(b"PK\x05\x06");
    out.extend(frame.disk.to_le_bytes());
    out.extend(frame.disk.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend(u16::try_from(frame.comment.len()).unwrap().to_le_bytes());
    out.extend(&frame.comment);
    out.extend(&frame.trailer);
    out
}

/// The fields that both headers have.
fn common(entry: &Entry, length: u32, name: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for short in [entry.version, entry.flags, entry.method, 0, 0x5d75] {
        out.extend(short.to_le_bytes());
    }
    for long in [entry.checksum, u32::try_from(entry.data.len()).unwrap(), length] {
        out.extend(long.to_le_bytes());
    }
    for short in [name.len(), entry.extra.len()] {
        out.extend(u16::try_from(short).unwrap().to_le_bytes());
    }
    out
}
