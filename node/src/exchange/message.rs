//! What nodes ask each other, and the bytes of it: big-endian, lengths before contents, nothing after the end.
//!
//! ```text
//! transactions  u16 count, then u32 length and bytes of each      -> u16 count, u8 acknowledgement of each
//! status        chain (32), u64 height, block (32), u64 clock ms  -> the same
//! checkpoint    u64 height, block (32), u16 length, signature     -> u16 length, signature (empty: none)
//! ```

use bytes::Bytes;
use zhengku_crypto::digest::Digest;
use zhengku_ledger::ids::{BlockId, ChainId, Height, TimestampMs};
use zhengku_ledger::transaction::signed::MAX_TRANSACTION_BYTES;

/// Transactions in one message: a second of single licences in two messages.
pub const MAX_BATCH: usize = 512;
/// The longest message: one transaction of the largest size, with its frame.
pub const MAX_MESSAGE_BYTES: usize = MAX_TRANSACTION_BYTES + 16 * 1024;
/// The longest answer.
pub const MAX_ANSWER_BYTES: usize = 4 * 1024;
/// The longest signature of a checkpoint, as it is carried.
pub const MAX_SIGNATURE_BYTES: usize = 1024;

/// A protocol: each has streams and limits of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Protocol {
    /// `/zhengku/transactions/1`.
    Transactions,
    /// `/zhengku/status/1`.
    Status,
    /// `/zhengku/checkpoint/1`.
    Checkpoint,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Transactions, Self::Status, Self::Checkpoint];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transactions => "/zhengku/transactions/1",
            Self::Status => "/zhengku/status/1",
            Self::Checkpoint => "/zhengku/checkpoint/1",
        }
    }

    /// The longest question.
    #[must_use]
    pub const fn question_bytes(self) -> usize {
        match self {
            Self::Transactions => MAX_MESSAGE_BYTES,
            Self::Status | Self::Checkpoint => MAX_ANSWER_BYTES,
        }
    }
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Status {
    /// The ledger.
    pub chain: ChainId,
    /// Its newest height.
    pub height: Height,
    /// Its newest block.
    pub block: BlockId,
    /// Its clock.
    pub clock: TimestampMs,
}

/// A question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Question {
    /// Take these transactions.
    Transactions(Vec<Bytes>),
    /// This is where the asker stands; where are you?
    Status(Status),
    /// This is the asker's signature under the checkpoint of a height; what is yours?
    Checkpoint {
        /// The height.
        height: Height,
        /// The block there, as the asker has it.
        block: BlockId,
        /// The asker's signature; empty when it is no validator.
        signature: Bytes,
    },
}

/// What became of one transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acknowledgement {
    /// It waits there now.
    Accepted,
    /// It was there already, or is decided.
    Known,
    /// No room; try again.
    Full,
    /// It will never be taken.
    Refused,
}

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// One for each transaction.
    Transactions(Vec<Acknowledgement>),
    /// Where the answerer stands.
    Status(Status),
    /// The answerer's signature; empty when it has none for that block.
    Checkpoint(Bytes),
}

/// Bytes that are no message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a message of {protocol}: {reason}", protocol = protocol.name())]
pub struct MessageError {
    /// The protocol.
    pub protocol: Protocol,
    /// What does not fit.
    pub reason: &'static str,
}

impl Question {
    /// Its protocol.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        match self {
            Self::Transactions(_) => Protocol::Transactions,
            Self::Status(_) => Protocol::Status,
            Self::Checkpoint { .. } => Protocol::Checkpoint,
        }
    }

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self {
            Self::Transactions(all) => {
                bytes.reserve(all.iter().map(|one| one.len().saturating_add(4)).fold(2, usize::saturating_add));
                put_count(&mut bytes, all.len());
                for one in all {
                    bytes.extend_from_slice(&u32::try_from(one.len()).unwrap_or(u32::MAX).to_be_bytes());
                    bytes.extend_from_slice(one);
                }
            }
            Self::Status(status) => status.put(&mut bytes),
            Self::Checkpoint { height, block, signature } => {
                bytes.extend_from_slice(&height.0.to_be_bytes());
                bytes.extend_from_slice(block.digest().as_bytes());
                put_short(&mut bytes, signature);
            }
        }
        bytes
    }

    /// Reads a question of a protocol.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn decode(protocol: Protocol, bytes: Bytes) -> Result<Self, MessageError> {
        let mut rest = Rest { protocol, bytes };
        let question = match protocol {
            Protocol::Transactions => {
                let count = rest.count()?;
                let mut all = Vec::with_capacity(count);
                for _ in 0..count {
                    let length = u32::from_be_bytes(rest.array()?) as usize;
                    if length == 0 || length > MAX_TRANSACTION_BYTES {
                        return Err(rest.bad("the length of a transaction"));
                    }
                    all.push(rest.take(length)?);
                }
                Self::Transactions(all)
            }
            Protocol::Status => Self::Status(Status::read(&mut rest)?),
            Protocol::Checkpoint => Self::Checkpoint {
                height: Height(u64::from_be_bytes(rest.array()?)),
                block: BlockId::from_digest(rest.digest()?),
                signature: rest.short()?,
            },
        };
        rest.end(question)
    }
}

impl Answer {
    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self {
            Self::Transactions(all) => {
                put_count(&mut bytes, all.len());
                bytes.extend(all.iter().map(|one| one.number()));
            }
            Self::Status(status) => status.put(&mut bytes),
            Self::Checkpoint(signature) => put_short(&mut bytes, signature),
        }
        bytes
    }

    /// Reads an answer of a protocol.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn decode(protocol: Protocol, bytes: Bytes) -> Result<Self, MessageError> {
        let mut rest = Rest { protocol, bytes };
        let answer = match protocol {
            Protocol::Transactions => {
                let count = rest.count()?;
                let numbers = rest.take(count)?;
                let all: Option<Vec<_>> = numbers.iter().map(|number| Acknowledgement::of(*number)).collect();
                Self::Transactions(all.ok_or_else(|| rest.bad("an acknowledgement"))?)
            }
            Protocol::Status => Self::Status(Status::read(&mut rest)?),
            Protocol::Checkpoint => Self::Checkpoint(rest.short()?),
        };
        rest.end(answer)
    }
}

impl Acknowledgement {
    const fn number(self) -> u8 {
        match self {
            Self::Accepted => 1,
            Self::Known => 2,
            Self::Full => 3,
            Self::Refused => 4,
        }
    }

    fn of(number: u8) -> Option<Self> {
        [Self::Accepted, Self::Known, Self::Full, Self::Refused].into_iter().find(|one| one.number() == number)
    }
}

impl Status {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.chain.digest().as_bytes());
        bytes.extend_from_slice(&self.height.0.to_be_bytes());
        bytes.extend_from_slice(self.block.digest().as_bytes());
        bytes.extend_from_slice(&self.clock.0.to_be_bytes());
    }

    fn read(rest: &mut Rest) -> Result<Self, MessageError> {
        Ok(Self {
            chain: ChainId::from_digest(rest.digest()?),
            height: Height(u64::from_be_bytes(rest.array()?)),
            block: BlockId::from_digest(rest.digest()?),
            clock: TimestampMs(u64::from_be_bytes(rest.array()?)),
        })
    }
}

fn put_count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend_from_slice(&u16::try_from(count).unwrap_or(u16::MAX).to_be_bytes());
}

fn put_short(bytes: &mut Vec<u8>, content: &[u8]) {
    put_count(bytes, content.len());
    bytes.extend_from_slice(content);
}

/// What is not read yet.
struct Rest {
    protocol: Protocol,
    bytes: Bytes,
}

impl Rest {
    const fn bad(&self, reason: &'static str) -> MessageError {
        MessageError { protocol: self.protocol, reason }
    }

    fn take(&mut self, length: usize) -> Result<Bytes, MessageError> {
        if length > self.bytes.len() {
            return Err(self.bad("too short"));
        }
        Ok(self.bytes.split_to(length))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], MessageError> {
        let taken = self.take(N)?;
        <[u8; N]>::try_from(&*taken).map_err(|_| self.bad("too short"))
    }

    fn digest(&mut self) -> Result<Digest, MessageError> {
        Ok(Digest::from_bytes(self.array()?))
    }

    fn count(&mut self) -> Result<usize, MessageError> {
        let count = usize::from(u16::from_be_bytes(self.array()?));
        if count == 0 || count > MAX_BATCH { Err(self.bad("the number of transactions")) } else { Ok(count) }
    }

    fn short(&mut self) -> Result<Bytes, MessageError> {
        let length = usize::from(u16::from_be_bytes(self.array()?));
        if length > MAX_SIGNATURE_BYTES {
            return Err(self.bad("the length of a signature"));
        }
        self.take(length)
    }

    fn end<T>(self, value: T) -> Result<T, MessageError> {
        if self.bytes.is_empty() { Ok(value) } else { Err(self.bad("more than one message")) }
    }
}
