//! Reading and writing fields.

use super::CodecError;
use crate::context::{Address, Height};
use crate::engine::core::Round;
use bytes::{Buf, BufMut, Bytes, BytesMut};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::sign::{Algorithm, Signature};
use zhengku_ledger::ids::{self, BlockId};

/// Takes fields off the front of a message.
pub(super) struct Reader {
    what: &'static str,
    bytes: Bytes,
    length: usize,
}

impl Reader {
    pub(super) fn new(what: &'static str, bytes: Bytes) -> Self {
        let length = bytes.len();
        Self { what, bytes, length }
    }

    pub(super) fn end(&self) -> Result<(), CodecError> {
        match self.bytes.len() {
            0 => Ok(()),
            surplus => Err(CodecError::Surplus { what: self.what, surplus }),
        }
    }

    /// The next bytes, shared with the message.
    pub(super) fn bytes(&mut self, count: usize) -> Result<Bytes, CodecError> {
        if self.bytes.len() < count {
            return Err(CodecError::Short { what: self.what, at: self.length });
        }
        Ok(self.bytes.split_to(count))
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let mut array = [0; N];
        let mut bytes = self.bytes(N)?;
        bytes.copy_to_slice(&mut array);
        Ok(array)
    }

    pub(super) fn u8(&mut self) -> Result<u8, CodecError> {
        self.array().map(u8::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, CodecError> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, CodecError> {
        self.array().map(u64::from_be_bytes)
    }

    /// A count or length in two bytes, at most `limit`.
    pub(super) fn count(&mut self, field: &'static str, limit: usize) -> Result<usize, CodecError> {
        let count = self.array().map(u16::from_be_bytes)?;
        self.in_range(field, u64::from(count), limit as u64)?;
        Ok(usize::from(count))
    }

    /// A length in four bytes, at most `limit`.
    pub(super) fn length(&mut self, field: &'static str, limit: usize) -> Result<usize, CodecError> {
        let length = self.u32()?;
        self.in_range(field, u64::from(length), limit as u64)?;
        Ok(length as usize)
    }

    pub(super) fn height(&mut self) -> Result<Height, CodecError> {
        self.u64().map(ids::Height).map(Height)
    }

    pub(super) fn round(&mut self) -> Result<Round, CodecError> {
        self.u32().map(Round::new)
    }

    pub(super) fn block(&mut self) -> Result<BlockId, CodecError> {
        self.array().map(Digest::from_bytes).map(BlockId::from_digest)
    }

    pub(super) fn address(&mut self) -> Result<Address, CodecError> {
        self.array().map(Address::of_bytes)
    }

    pub(super) fn signature(&mut self) -> Result<Signature, CodecError> {
        let bytes = self.array()?;
        Signature::from_parts(Algorithm::Ed25519, bytes).map_err(|_| self.no_field("signature"))
    }

    /// A flag of 0 or 1, and the value after a 1.
    pub(super) fn option<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, CodecError>,
    ) -> Result<Option<T>, CodecError> {
        match self.u8()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(self.no_field(field)),
        }
    }

    pub(super) fn no_field(&self, field: &'static str) -> CodecError {
        CodecError::Field { what: self.what, field }
    }

    pub(super) fn in_range(&self, field: &'static str, actual: u64, limit: u64) -> Result<(), CodecError> {
        if actual <= limit { Ok(()) } else { Err(CodecError::Range { what: self.what, field, actual, limit }) }
    }
}

/// Appends fields to a message.
pub(super) struct Writer {
    what: &'static str,
    bytes: BytesMut,
}

impl Writer {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, bytes: BytesMut::with_capacity(256) }
    }

    pub(super) fn into_bytes(self) -> Bytes {
        self.bytes.freeze()
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.put_slice(bytes);
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.bytes.put_u8(value);
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.bytes.put_u32(value);
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.bytes.put_u64(value);
    }

    pub(super) fn count(&mut self, field: &'static str, count: usize, limit: usize) -> Result<(), CodecError> {
        let out = CodecError::Range { what: self.what, field, actual: count as u64, limit: limit as u64 };
        let small = u16::try_from(count).ok().filter(|_| count <= limit).ok_or(out)?;
        self.bytes.put_u16(small);
        Ok(())
    }

    pub(super) fn length(&mut self, field: &'static str, length: usize, limit: usize) -> Result<(), CodecError> {
        let out = CodecError::Range { what: self.what, field, actual: length as u64, limit: limit as u64 };
        let small = u32::try_from(length).ok().filter(|_| length <= limit).ok_or(out)?;
        self.u32(small);
        Ok(())
    }

    pub(super) fn height(&mut self, height: Height) {
        self.u64(height.0.0);
    }

    pub(super) fn round(&mut self, round: Round) -> Result<(), CodecError> {
        let round = round.as_u32().ok_or_else(|| self.unspeakable("round"))?;
        self.u32(round);
        Ok(())
    }

    pub(super) fn block(&mut self, block: &BlockId) {
        self.bytes(block.digest().as_bytes());
    }

    pub(super) fn address(&mut self, address: &Address) -> Result<(), CodecError> {
        let key = address.key().ok_or_else(|| self.unspeakable("validator"))?;
        self.bytes.put_slice(key);
        Ok(())
    }

    pub(super) fn signature(&mut self, signature: &Signature) {
        self.bytes(signature.as_bytes());
    }

    pub(super) fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.u8(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(super) fn unspeakable(&self, field: &'static str) -> CodecError {
        CodecError::Unspeakable { what: self.what, field }
    }
}
