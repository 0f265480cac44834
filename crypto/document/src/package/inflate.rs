//! The data of one entry: never more bytes than its header declares.

use super::PackageError;
use super::record::{CentralRecord, Method};
use flate2::{Crc, Decompress, FlushDecompress, Status};
use std::borrow::Cow;

/// The content of an entry, with the length and the checksum that its record declares.
pub(super) fn content<'file>(record: &CentralRecord, data: &'file [u8]) -> Result<Cow<'file, [u8]>, PackageError> {
    let refused = |reason| PackageError::Content { name: record.name.clone(), reason };
    let content = match record.method {
        Method::Stored if record.length != record.stored_length => return Err(refused("two lengths of stored data")),
        Method::Stored => Cow::Borrowed(data),
        Method::Deflated => Cow::Owned(inflate(data, record.length).map_err(refused)?),
    };
    let mut crc = Crc::new();
    crc.update(&content);
    if crc.sum() == record.checksum { Ok(content) } else { Err(refused("checksum")) }
}

fn inflate(data: &[u8], length: usize) -> Result<Vec<u8>, &'static str> {
    // One byte more than declared, so that a stream that goes on is seen.
    let mut content = vec![0; length.saturating_add(1)];
    let mut stream = Decompress::new(false);
    let status = stream.decompress(data, &mut content, FlushDecompress::Finish).map_err(|_| "no deflate stream")?;
    let (read, written) = (usize::try_from(stream.total_in()), usize::try_from(stream.total_out()));
    if status != Status::StreamEnd || written != Ok(length) {
        return Err("length");
    }
    if read != Ok(data.len()) {
        return Err("bytes behind the compressed stream");
    }
    content.truncate(length);
    Ok(content)
}
