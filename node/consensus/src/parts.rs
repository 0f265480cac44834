//! Blocks in parts: cutting them, and putting them together from peers that may lie about everything.

use crate::codec::STREAM_ID_BYTES;
use crate::context::{Part, PartInit};
use crate::engine::actors::util::streaming::StreamContent;
use crate::engine::streaming::{StreamId, StreamMessage};
use crate::engine::types::PeerId;
use crate::limits::{MAX_OPEN_BYTES, MAX_OPEN_BYTES_PER_PEER, MAX_STREAMS_PER_PEER};
use bytes::{Bytes, BytesMut};
use std::collections::{BTreeMap, VecDeque};
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_crypto::domain::Domain;
use zhengku_crypto::sign::{PublicKey, Signature, SignatureError, Signer};
use zhengku_ledger::block::stages::MAX_PROPOSAL_BYTES;
use zhengku_ledger::codec;
use zhengku_ledger::ids::{ChainId, Height};

/// Bytes of a block in one part: large enough that a part's frame costs nothing, small enough to be forwarded at once.
pub(crate) const MAX_PART_BYTES: usize = 128 * 1024;
/// The number of the last part of the largest block: its first part, its data, its last part.
const MAX_SEQUENCE: u64 = (MAX_PROPOSAL_BYTES / MAX_PART_BYTES) as u64 + 2;
/// Streams that were completed lately, whose repeated parts are dropped without a trace.
const REMEMBERED_STREAMS: usize = 64;

/// A block that came in parts, or is to go out in them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Parcel {
    pub(crate) height: Height,
    pub(crate) round: u32,
    pub(crate) bytes: Bytes,
    /// Of the proposer, over the digest of the bytes.
    pub(crate) signature: Signature,
}

fn message(chain: ChainId, height: Height, round: u32, digest: &Digest) -> Vec<u8> {
    codec::encode(&(chain, height, round, digest))
}

impl Parcel {
    /// Signs a block of one's own.
    pub(crate) fn sign(
        chain: ChainId,
        height: Height,
        round: u32,
        bytes: Bytes,
        signer: &dyn Signer,
    ) -> Result<Self, SignatureError> {
        let signed = message(chain, height, round, &sha256(&bytes));
        Ok(Self { height, round, bytes, signature: signer.sign(Domain::ProposalParts, &signed)? })
    }

    /// Checks that the proposer sent it.
    pub(crate) fn verify(&self, chain: ChainId, proposer: &PublicKey) -> Result<(), SignatureError> {
        let signed = message(chain, self.height, self.round, &sha256(&self.bytes));
        proposer.verify(Domain::ProposalParts, &signed, &self.signature)
    }

    /// Cuts it into the messages of one stream; `number` tells this stream from the others of the same round.
    pub(crate) fn cut(&self, number: u32) -> impl Iterator<Item = StreamMessage<Part>> + use<> {
        let mut id = BytesMut::with_capacity(STREAM_ID_BYTES);
        id.extend_from_slice(&self.height.0.to_be_bytes());
        id.extend_from_slice(&self.round.to_be_bytes());
        id.extend_from_slice(&number.to_be_bytes());
        let id = StreamId::new(id.freeze());
        let length = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        let init = Part::Init(PartInit { height: self.height, round: self.round, length });
        let mut rest = self.bytes.clone();
        let data = std::iter::from_fn(move || {
            let next = rest.split_to(rest.len().min(MAX_PART_BYTES));
            (!next.is_empty()).then_some(Part::Data(next))
        });
        let parts = std::iter::once(init).chain(data).chain(std::iter::once(Part::Fin(self.signature)));
        (0..)
            .zip(parts)
            .map(move |(sequence, part)| StreamMessage::new(id.clone(), sequence, StreamContent::Data(part)))
    }
}

/// What came of a part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Taken {
    /// More are needed.
    Waiting,
    /// The block is complete. Nobody has verified its signature yet.
    Complete(Parcel),
    /// It is dropped, and its stream with it; the word says why.
    Refused(&'static str),
}

#[derive(Default)]
struct Stream {
    init: Option<PartInit>,
    data: BTreeMap<u64, Bytes>,
    fin: Option<(u64, Signature)>,
    bytes: usize,
    opened: u64,
}

type Key = (PeerId, Bytes);

/// Puts blocks together.
#[derive(Default)]
pub(crate) struct Assembler {
    streams: BTreeMap<Key, Stream>,
    done: VecDeque<Key>,
    opened: u64,
}

impl Assembler {
    /// Takes a part that `peer` published.
    pub(crate) fn take(&mut self, peer: PeerId, message: StreamMessage<Part>) -> Taken {
        let key = (peer, message.stream_id.to_bytes());
        let Some(part) = message.content.into_data() else { return Taken::Refused("an end without a part") };
        if self.done.contains(&key) {
            return Taken::Waiting;
        }
        if message.sequence > MAX_SEQUENCE {
            self.streams.remove(&key);
            return Taken::Refused("a part beyond the largest block");
        }
        if !self.streams.contains_key(&key) {
            self.make_room(peer);
            self.opened = self.opened.saturating_add(1);
        }
        let open = self.bytes_open(peer);
        let opened = self.opened;
        let stream = self.streams.entry(key.clone()).or_insert_with(|| Stream { opened, ..Stream::default() });
        let refused = stream.add(message.sequence, part).err().or_else(|| over_budget(open, stream));
        if let Some(reason) = refused {
            self.streams.remove(&key);
            return Taken::Refused(reason);
        }
        let Some(parcel) = stream.parcel() else { return Taken::Waiting };
        self.streams.remove(&key);
        self.remember(key);
        Taken::Complete(parcel)
    }

    /// Forgets the streams of heights below `height`.
    pub(crate) fn prune(&mut self, height: Height) {
        self.streams.retain(|_, stream| stream.init.is_none_or(|init| init.height >= height));
    }

    /// Closes the oldest streams of a peer that has too many.
    fn make_room(&mut self, peer: PeerId) {
        let mut open: Vec<_> = self
            .streams
            .iter()
            .filter(|((of, _), _)| *of == peer)
            .map(|(key, stream)| (stream.opened, key.clone()))
            .collect();
        open.sort();
        let surplus = open.len().saturating_sub(MAX_STREAMS_PER_PEER.saturating_sub(1));
        for (_, key) in open.into_iter().take(surplus) {
            self.streams.remove(&key);
        }
    }

    fn bytes_open(&self, peer: PeerId) -> (usize, usize) {
        self.streams.iter().fold((0_usize, 0_usize), |(own, all), ((of, _), stream)| {
            let own = if *of == peer { own.saturating_add(stream.bytes) } else { own };
            (own, all.saturating_add(stream.bytes))
        })
    }

    fn remember(&mut self, key: Key) {
        if self.done.len() >= REMEMBERED_STREAMS {
            self.done.pop_front();
        }
        self.done.push_back(key);
    }
}

fn over_budget((own, all): (usize, usize), stream: &Stream) -> Option<&'static str> {
    let full = own >= MAX_OPEN_BYTES_PER_PEER || all >= MAX_OPEN_BYTES || stream.bytes > MAX_PROPOSAL_BYTES;
    full.then_some("more bytes than may be open")
}

impl Stream {
    fn add(&mut self, sequence: u64, part: Part) -> Result<(), &'static str> {
        match part {
            Part::Init(init) if sequence == 0 && self.init.is_none_or(|former| former == init) => {
                self.init = Some(init);
            }
            Part::Data(bytes) if sequence > 0 && !bytes.is_empty() => {
                if self.data.contains_key(&sequence) {
                    return Ok(());
                }
                self.bytes = self.bytes.saturating_add(bytes.len());
                self.data.insert(sequence, bytes);
            }
            Part::Fin(signature) if sequence > 0 && self.fin.is_none_or(|former| former == (sequence, signature)) => {
                self.fin = Some((sequence, signature));
            }
            _ => return Err("a part out of its place"),
        }
        match self.init {
            Some(init) if self.bytes > init.length as usize => Err("more bytes than were announced"),
            _ => Ok(()),
        }
    }

    fn parcel(&self) -> Option<Parcel> {
        let (init, (last, signature)) = (self.init?, self.fin?);
        let parts = last.checked_sub(1)?;
        let complete = self.data.len() as u64 == parts
            && self.data.keys().next_back().copied().unwrap_or(0) == parts
            && self.bytes == init.length as usize;
        if !complete {
            return None;
        }
        let mut bytes = BytesMut::with_capacity(self.bytes);
        self.data.values().for_each(|part| bytes.extend_from_slice(part));
        Some(Parcel { height: init.height, round: init.round, bytes: bytes.freeze(), signature })
    }
}

#[cfg(test)]
mod tests;
