//! What lagging nodes ask and get: the ledger's own certificate beside each decided block.

use super::cursor::{Reader, Writer};
use super::message::MAX_PEER_ID;
use super::{CodecError, Wire};
use crate::certificate;
use crate::context::Context;
use crate::engine::sync::{RawDecidedValue, Request, Response, Status, ValueRequest, ValueResponse};
use crate::engine::types::PeerId;
use crate::limits::MAX_SYNC_BLOCKS;
use zhengku_ledger::block::Certificate;
use zhengku_ledger::block::stages::MAX_PROPOSAL_BYTES;
use zhengku_ledger::codec as ledger;
use zhengku_ledger::validator_set::MAX_VALIDATORS;

/// Bytes of a certificate of the ledger: a vote takes 67.
const MAX_CERTIFICATE_BYTES: usize = 64 + 67 * MAX_VALIDATORS;

impl Wire for Status<Context> {
    const WHAT: &'static str = "status";

    fn write(&self, to: &mut Writer) -> Result<(), CodecError> {
        let peer = self.peer_id.to_bytes();
        to.count("peer id", peer.len(), MAX_PEER_ID)?;
        to.bytes(&peer);
        to.height(self.tip_height);
        to.height(self.history_min_height);
        Ok(())
    }

    fn read(from: &mut Reader) -> Result<Self, CodecError> {
        let count = from.count("peer id", MAX_PEER_ID)?;
        let peer_id = PeerId::from_bytes(&from.bytes(count)?).map_err(|_| from.no_field("peer id"))?;
        Ok(Self { peer_id, tip_height: from.height()?, history_min_height: from.height()? })
    }
}

impl Wire for Request<Context> {
    const WHAT: &'static str = "request for blocks";

    fn write(&self, to: &mut Writer) -> Result<(), CodecError> {
        let Self::ValueRequest(request) = self;
        to.height(*request.range.start());
        to.height(*request.range.end());
        Ok(())
    }

    fn read(from: &mut Reader) -> Result<Self, CodecError> {
        let (first, last) = (from.height()?, from.height()?);
        Ok(Self::ValueRequest(ValueRequest::new(first..=last)))
    }
}

impl Wire for RawDecidedValue<Context> {
    const WHAT: &'static str = "decided block";

    fn write(&self, to: &mut Writer) -> Result<(), CodecError> {
        let certificate = certificate::to_places(&self.certificate).ok_or_else(|| to.unspeakable("certificate"))?;
        let certificate = ledger::encode(&certificate);
        to.length("certificate", certificate.len(), MAX_CERTIFICATE_BYTES)?;
        to.bytes(&certificate);
        to.length("block", self.value_bytes.len(), MAX_PROPOSAL_BYTES)?;
        to.bytes(&self.value_bytes);
        Ok(())
    }

    fn read(from: &mut Reader) -> Result<Self, CodecError> {
        let length = from.length("certificate", MAX_CERTIFICATE_BYTES)?;
        let certificate = from.bytes(length)?;
        let certificate = ledger::decode::<Certificate>("certificate", &certificate, MAX_CERTIFICATE_BYTES)
            .map_err(|_| from.no_field("certificate"))?;
        let length = from.length("block", MAX_PROPOSAL_BYTES)?;
        Ok(Self::new(from.bytes(length)?, certificate::from_places(&certificate)))
    }
}

impl Wire for Response<Context> {
    const WHAT: &'static str = "decided blocks";

    fn write(&self, to: &mut Writer) -> Result<(), CodecError> {
        let Self::ValueResponse(response) = self;
        to.height(response.start_height);
        to.count("blocks", response.values.len(), MAX_SYNC_BLOCKS)?;
        response.values.iter().try_for_each(|value| value.write(to))
    }

    fn read(from: &mut Reader) -> Result<Self, CodecError> {
        let start_height = from.height()?;
        let count = from.count("blocks", MAX_SYNC_BLOCKS)?;
        let values = (0..count).map(|_| RawDecidedValue::read(from)).collect::<Result<_, CodecError>>()?;
        Ok(Self::ValueResponse(ValueResponse::new(start_height, values)))
    }
}
