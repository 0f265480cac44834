//! Every byte that agreement sends or writes to its log: big-endian, hand-written, frozen by the known bytes of the tests. Lengths are
//! capped before anything is reserved, and a message must be read to its last byte. Specified in docs/spec/consensus.md.

mod cursor;
mod message;
mod part;
mod sync;

use crate::engine::codec::{Codec, HasEncodedLen};
use bytes::Bytes;
use cursor::{Reader, Writer};
pub(crate) use part::STREAM_ID_BYTES;
use zhengku_crypto::digest::sha256;

/// Why bytes are no message, or a message has no bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CodecError {
    /// It ends too early.
    #[error("{what}: it ends at byte {at}, where more was announced")]
    Short { what: &'static str, at: usize },
    /// Bytes follow after its end.
    #[error("{what}: {surplus} bytes follow after its end")]
    Surplus { what: &'static str, surplus: usize },
    /// A field is out of its range.
    #[error("{what}: the field {field} is {actual}, at most {limit} is allowed")]
    Range { what: &'static str, field: &'static str, actual: u64, limit: u64 },
    /// A field has no meaning.
    #[error("{what}: the field {field} is not one of those that are specified")]
    Field { what: &'static str, field: &'static str },
    /// The message names a round of nil or a validator in a way that never travels.
    #[error("{what}: the field {field} has no form on the wire")]
    Unspeakable { what: &'static str, field: &'static str },
}

/// A message with a form on the wire.
trait Wire: Sized {
    /// Its name in errors.
    const WHAT: &'static str;

    /// Appends it.
    fn write(&self, to: &mut Writer) -> Result<(), CodecError>;

    /// Takes it off the front.
    fn read(from: &mut Reader) -> Result<Self, CodecError>;
}

/// The codec of the engine for its network, its synchronisation and its log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WireCodec {
    /// Whether it writes random bytes instead ([`Lie::Junk`](crate::lie::Lie::Junk)).
    junk: bool,
}

/// The codec of honest nodes.
pub(crate) const PLAIN: WireCodec = WireCodec { junk: false };
/// The codec of a node that talks nonsense.
pub(crate) const JUNK: WireCodec = WireCodec { junk: true };

impl<T: Wire> Codec<T> for WireCodec {
    type Error = CodecError;

    fn decode(&self, bytes: Bytes) -> Result<T, CodecError> {
        let mut reader = Reader::new(T::WHAT, bytes);
        let message = T::read(&mut reader)?;
        reader.end()?;
        Ok(message)
    }

    fn encode(&self, message: &T) -> Result<Bytes, CodecError> {
        let mut writer = Writer::new(T::WHAT);
        message.write(&mut writer)?;
        let bytes = writer.into_bytes();
        Ok(if self.junk { nonsense(&bytes) } else { bytes })
    }
}

/// Bytes without a meaning, as many as these.
fn nonsense(bytes: &[u8]) -> Bytes {
    let blocks = bytes.chunks(32).scan(sha256(bytes), |last, _| {
        *last = sha256(last.as_bytes());
        Some(*last.as_bytes())
    });
    blocks.flatten().take(bytes.len()).collect()
}

impl<T: Wire> HasEncodedLen<T> for WireCodec {
    fn encoded_len(&self, message: &T) -> Result<usize, CodecError> {
        self.encode(message).map(|bytes| bytes.len())
    }
}

#[cfg(test)]
mod tests;
