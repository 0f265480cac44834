//! The parts of a block and the streams they travel in.

use super::cursor::{Reader, Writer};
use super::{CodecError, Wire};
use crate::context::{Part, PartInit};
use crate::engine::actors::util::streaming::StreamContent;
use crate::engine::streaming::{StreamId, StreamMessage};
use crate::parts::MAX_PART_BYTES;
use zhengku_ledger::block::stages::MAX_PROPOSAL_BYTES;

/// Bytes of a stream's name: height, round and a counter of the sender.
pub(crate) const STREAM_ID_BYTES: usize = 16;

impl Wire for Part {
    const WHAT: &'static str = "part";

    fn write(&self, to: &mut Writer) -> Result<(), CodecError> {
        match self {
            Self::Init(init) => {
                to.u8(1);
                to.u64(init.height.0);
                to.u32(init.round);
                to.length("length", init.length as usize, MAX_PROPOSAL_BYTES)
            }
            Self::Data(bytes) => {
                to.u8(2);
                to.length("bytes", bytes.len(), MAX_PART_BYTES)?;
                to.bytes(bytes);
                Ok(())
            }
            Self::Fin(signature) => {
                to.u8(3);
                to.signature(signature);
                Ok(())
            }
        }
    }

    fn read(from: &mut Reader) -> Result<Self, CodecError> {
        match from.u8()? {
            1 => {
                let height = from.height()?.0;
                let round = from.u32()?;
                let length = from.length("length", MAX_PROPOSAL_BYTES)?;
                Ok(Self::Init(PartInit { height, round, length: length as u32 }))
            }
            2 => {
                let length = from.length("bytes", MAX_PART_BYTES)?;
                from.bytes(length).map(Self::Data)
            }
            3 => from.signature().map(Self::Fin),
            _ => Err(from.no_field("kind")),
        }
    }
}

impl Wire for StreamMessage<Part> {
    const WHAT: &'static str = "part of a stream";

    fn write(&self, to: &mut Writer) -> Result<(), CodecError> {
        let stream = self.stream_id.to_bytes();
        let stream = <[u8; STREAM_ID_BYTES]>::try_from(&*stream).map_err(|_| to.unspeakable("stream"))?;
        to.bytes(&stream);
        to.u64(self.sequence);
        // The last part ends a stream; the engine's own mark of an end says nothing more and does not travel.
        self.content.as_data().ok_or_else(|| to.unspeakable("end"))?.write(to)
    }

    fn read(from: &mut Reader) -> Result<Self, CodecError> {
        let stream = from.bytes(STREAM_ID_BYTES)?;
        let sequence = from.u64()?;
        Ok(Self::new(StreamId::new(stream), sequence, StreamContent::Data(Part::read(from)?)))
    }
}
