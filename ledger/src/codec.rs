//! The canonical binary encoding (borsh): the only bytes that are ever hashed or signed. Decoding is bounded and strict.

use borsh::{BorshDeserialize, BorshSerialize};

/// Why bytes were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// More bytes than the type may take.
    #[error("{what}: {actual} bytes, at most {limit} are allowed")]
    TooLong {
        /// The type that was read.
        what: &'static str,
        /// The limit in bytes.
        limit: usize,
        /// What was offered.
        actual: usize,
    },
    /// Not the canonical encoding of any value of the type.
    #[error("{what}: not a canonical encoding ({reason})")]
    Malformed {
        /// The type that was read.
        what: &'static str,
        /// What the decoder met.
        reason: String,
    },
}

/// The canonical encoding of `value`.
#[must_use]
pub fn encode<T: BorshSerialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    encode_into(value, &mut bytes);
    bytes
}

/// Appends the canonical encoding of `value` to `bytes`.
pub fn encode_into<T: BorshSerialize>(value: &T, bytes: &mut Vec<u8>) {
    // Writing to memory fails only for lists longer than u32::MAX, which no bounded type of ours can hold.
    let written = value.serialize(bytes);
    debug_assert!(written.is_ok(), "every ledger type is bounded");
}

/// Reads exactly one value from all of `bytes`.
///
/// # Errors
/// [`CodecError::TooLong`] above `limit` bytes; [`CodecError::Malformed`] for anything but the canonical encoding,
/// trailing bytes included.
pub fn decode<T: BorshDeserialize>(what: &'static str, bytes: &[u8], limit: usize) -> Result<T, CodecError> {
    if bytes.len() > limit {
        return Err(CodecError::TooLong { what, limit, actual: bytes.len() });
    }
    T::try_from_slice(bytes).map_err(|error| CodecError::Malformed { what, reason: error.to_string() })
}

/// A list whose length is part of its type: decoding refuses other lengths before it reads the elements.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bounded<T, const MIN: usize, const MAX: usize>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> Bounded<T, MIN, MAX> {
    /// Takes a list of MIN to MAX elements.
    ///
    /// # Errors
    /// [`LengthError`] for any other length.
    pub fn new(items: Vec<T>) -> Result<Self, LengthError> {
        if items.len() < MIN || items.len() > MAX {
            return Err(LengthError { minimum: MIN, maximum: MAX, actual: items.len() });
        }
        Ok(Self(items))
    }

    /// The elements.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// The elements, owned.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T, const MIN: usize, const MAX: usize> std::ops::Deref for Bounded<T, MIN, MAX> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: BorshSerialize, const MIN: usize, const MAX: usize> BorshSerialize for Bounded<T, MIN, MAX> {
    fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
        self.0.serialize(writer)
    }
}

impl<T: BorshDeserialize, const MIN: usize, const MAX: usize> BorshDeserialize for Bounded<T, MIN, MAX> {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
        let length = u32::deserialize_reader(reader)? as usize;
        if length < MIN || length > MAX {
            let error = LengthError { minimum: MIN, maximum: MAX, actual: length };
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, error.to_string()));
        }
        let mut items = Vec::with_capacity(length.min(CAPACITY_HINT));
        for _ in 0..length {
            items.push(T::deserialize_reader(reader)?);
        }
        Ok(Self(items))
    }
}

impl<T, const MAX: usize> Default for Bounded<T, 0, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Elements reserved before any was read: a short message that announces a long list must not reserve its memory.
const CAPACITY_HINT: usize = 4096;

/// A list of a length its type does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a list of {actual} elements where {minimum} to {maximum} are allowed")]
pub struct LengthError {
    /// The fewest elements allowed.
    pub minimum: usize,
    /// The most elements allowed.
    pub maximum: usize,
    /// The elements offered.
    pub actual: usize,
}

/// Text of at most MAX bytes of UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// Takes text of at most MAX bytes without control characters; only line feeds are allowed (an address may have two lines).
    ///
    /// # Errors
    /// [`TextError`] when it is longer, or holds another control character.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        if text.len() > MAX {
            return Err(TextError::TooLong { limit: MAX, actual: text.len() });
        }
        if text.chars().any(|character| character.is_control() && character != '\n') {
            return Err(TextError::ControlCharacter);
        }
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> std::fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> BorshSerialize for Text<MAX> {
    fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
        self.0.serialize(writer)
    }
}

impl<const MAX: usize> BorshDeserialize for Text<MAX> {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
        let bytes = Bounded::<u8, 0, MAX>::deserialize_reader(reader)?.into_vec();
        let invalid = |reason: String| std::io::Error::new(std::io::ErrorKind::InvalidData, reason);
        let text = String::from_utf8(bytes).map_err(|error| invalid(error.to_string()))?;
        Self::new(text).map_err(|error| invalid(error.to_string()))
    }
}

/// Text that a bounded field does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Too many bytes.
    #[error("text of {actual} bytes where at most {limit} are allowed")]
    TooLong {
        /// The limit in bytes of UTF-8.
        limit: usize,
        /// The bytes offered.
        actual: usize,
    },
    /// A control character other than a line feed.
    #[error("text with a control character")]
    ControlCharacter,
}

#[cfg(test)]
mod tests;
