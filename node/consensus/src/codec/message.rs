//! Votes, proposals, the certificates made of them, and the records of the log.

use super::cursor::{Reader, Writer};
use super::{CodecError, Wire};
use crate::context::{Bidding, Context, Polling, Value};
use crate::engine::consensus::{LivenessMsg, SignedConsensusMsg};
use crate::engine::core::{
    NilOrVal, PolkaCertificate, PolkaSignature, Round, RoundCertificate, RoundCertificateType, RoundSignature,
    SignedMessage, SignedProposal, SignedVote, ValidatorProof, Validity, VoteType,
};
use crate::engine::types::ProposedValue;
use zhengku_ledger::ids::BlockId;
use zhengku_ledger::validator_set::MAX_VALIDATORS;

/// Signatures in one certificate. A round certificate may hold a prevote and a precommit of each validator.
const MAX_SIGNATURES: usize = 2 * MAX_VALIDATORS;
/// Bytes of a peer id of libp2p: an ed25519 key makes 38.
pub(super) const MAX_PEER_ID: usize = 64;

fn read_step(from: &mut Reader) -> Result<VoteType, CodecError> {
    match from.u8()? {
        1 => Ok(VoteType::Prevote),
        2 => Ok(VoteType::Precommit),
        _ => Err(from.no_field("step")),
    }
}

fn write_step(step: VoteType, to: &mut Writer) {
    to.u8(match step {
        VoteType::Prevote => 1,
        VoteType::Precommit => 2,
    });
}

fn read_choice(from: &mut Reader) -> Result<NilOrVal<BlockId>, CodecError> {
    Ok(from.option("block", Reader::block)?.map_or(NilOrVal::Nil, NilOrVal::Val))
}

fn write_choice(choice: &NilOrVal<BlockId>, to: &mut Writer) {
    let block = match choice {
        NilOrVal::Nil => None,
        NilOrVal::Val(block) => Some(block),
    };
    to.option(block, Writer::block);
}

impl Wire for SignedVote<Context> {
    const WHAT: &'static str = "vote";

    fn write(&self, to: &mut Writer) -> Result<(), CodecError> {
        write_step(self.message.step, to);
        to.height(self.message.height);
        to.round(self.message.round)?;
        write_choice(&self.message.value, to);
        to.address(&self.message.voter)?;
        to.signature(&self.signature);
        Ok(())
    }

    fn read(from: &mut Reader) -> Result<Self, CodecError> {
        let step = read_step(from)?;
        let height = from.height()?;
        let round = from.round()?;
        let value = read_choice(from)?;
        let voter = from.address()?;
        Ok(SignedMessage::new(Polling { step, height, round, value, voter }, from.signature()?))
    }
}

impl Wire for SignedProposal<Context> {
    const WHAT: &'static str = "proposal";

    fn write(&self, to: &mut Writer) -> Result<(), CodecError> {
        to.height(self.message.height);
        to.round(self.message.round)?;
        to.block(&self.message.value.0);
        to.option(self.message.valid_round.as_u32(), Writer::u32);
        to.address(&self.message.proposer)?;
        to.signature(&self.signature);
        Ok(())
    }

    fn read(from: &mut Reader) -> Result<Self, CodecError> {
        let height = from.height()?;
        let round = from.round()?;
        let value = Value(from.block()?);
        let valid_round = Round::from(from.option("valid round", Reader::u32)?);
        let proposer = from.address()?;
        Ok(SignedMessage::new(Bidding { height, round, value, valid_round, proposer }, from.signature()?))
    }
}

impl Wire for SignedConsensusMsg<Context> {
    const WHAT: &'static str = "consensus message";

    fn write(&self, to: &mut Writer) -> Result<(), CodecError> {
        match self {
            Self::Vote(vote) => {
                to.u8(1);
                vote.write(to)
            }
            Self::Proposal(proposal) => {
                to.u8(2);
                proposal.write(to)
            }
        }
    }

    fn read(from: &mut Reader) -> Result<Self, CodecError> {
        match from.u8()? {
            1 => SignedVote::read(from).map(Self::Vote),
            2 => SignedProposal::read(from).map(Self::Proposal),
            _ => Err(from.no_field("kind")),
        }
    }
}

impl Wire for PolkaCertificate<Context> {
    const WHAT: &'static str = "prevote certificate";

    fn write(&self, to: &mut Writer) -> Result<(), CodecError> {
        to.height(self.height);
        to.round(self.round)?;
        to.block(&self.value_id);
        to.count("signatures", self.polka_signatures.len(), MAX_SIGNATURES)?;
        for one in &self.polka_signatures {
            to.address(&one.address)?;
            to.signature(&one.signature);
        }
        Ok(())
    }

    fn read(from: &mut Reader) -> Result<Self, CodecError> {
        let height = from.height()?;
        let round = from.round()?;
        let value_id = from.block()?;
        let count = from.count("signatures", MAX_SIGNATURES)?;
        let polka_signatures = (0..count)
            .map(|_| Ok(PolkaSignature::new(from.address()?, from.signature()?)))
            .collect::<Result<_, CodecError>>()?;
        Ok(Self { height, round, value_id, polka_signatures })
    }
}

impl Wire for RoundCertificate<Context> {
    const WHAT: &'static str = "round certificate";

    fn write(&self, to: &mut Writer) -> Result<(), CodecError> {
        to.height(self.height);
        to.round(self.round)?;
        to.u8(match self.cert_type {
            RoundCertificateType::Skip => 1,
            RoundCertificateType::Precommit => 2,
        });
        to.count("signatures", self.round_signatures.len(), MAX_SIGNATURES)?;
        for one in &self.round_signatures {
            write_step(one.vote_type, to);
            write_choice(&one.value_id, to);
            to.address(&one.address)?;
            to.signature(&one.signature);
        }
        Ok(())
    }

    fn read(from: &mut Reader) -> Result<Self, CodecError> {
        let height = from.height()?;
        let round = from.round()?;
        let cert_type = match from.u8()? {
            1 => RoundCertificateType::Skip,
            2 => RoundCertificateType::Precommit,
            _ => return Err(from.no_field("kind")),
        };
        let count = from.count("signatures", MAX_SIGNATURES)?;
        let signature = |from: &mut Reader| {
            let step = read_step(from)?;
            let choice = read_choice(from)?;
            Ok(RoundSignature::new(step, choice, from.address()?, from.signature()?))
        };
        let round_signatures = (0..count).map(|_| signature(from)).collect::<Result<_, CodecError>>()?;
        Ok(Self { height, round, cert_type, round_signatures })
    }
}

impl Wire for LivenessMsg<Context> {
    const WHAT: &'static str = "liveness message";

    fn write(&self, to: &mut Writer) -> Result<(), CodecError> {
        match self {
            Self::Vote(vote) => {
                to.u8(1);
                vote.write(to)
            }
            Self::PolkaCertificate(certificate) => {
                to.u8(2);
                certificate.write(to)
            }
            Self::SkipRoundCertificate(certificate) => {
                to.u8(3);
                certificate.write(to)
            }
        }
    }

    fn read(from: &mut Reader) -> Result<Self, CodecError> {
        match from.u8()? {
            1 => SignedVote::read(from).map(Self::Vote),
            2 => PolkaCertificate::read(from).map(Self::PolkaCertificate),
            3 => RoundCertificate::read(from).map(Self::SkipRoundCertificate),
            _ => Err(from.no_field("kind")),
        }
    }
}

impl Wire for ProposedValue<Context> {
    const WHAT: &'static str = "examined proposal";

    fn write(&self, to: &mut Writer) -> Result<(), CodecError> {
        to.height(self.height);
        to.round(self.round)?;
        to.option(self.valid_round.as_u32(), Writer::u32);
        to.address(&self.proposer)?;
        to.block(&self.value.0);
        to.u8(u8::from(self.validity.is_valid()));
        Ok(())
    }

    fn read(from: &mut Reader) -> Result<Self, CodecError> {
        let height = from.height()?;
        let round = from.round()?;
        let valid_round = Round::from(from.option("valid round", Reader::u32)?);
        let proposer = from.address()?;
        let value = Value(from.block()?);
        let validity = match from.u8()? {
            0 => Validity::Invalid,
            1 => Validity::Valid,
            _ => return Err(from.no_field("validity")),
        };
        Ok(Self { height, round, valid_round, proposer, value, validity })
    }
}

impl Wire for ValidatorProof<Context> {
    const WHAT: &'static str = "validator proof";

    fn write(&self, to: &mut Writer) -> Result<(), CodecError> {
        let key = <[u8; 32]>::try_from(self.public_key.as_slice()).map_err(|_| to.unspeakable("key"))?;
        to.bytes(&key);
        to.count("peer id", self.peer_id.len(), MAX_PEER_ID)?;
        to.bytes(&self.peer_id);
        to.signature(&self.signature);
        Ok(())
    }

    fn read(from: &mut Reader) -> Result<Self, CodecError> {
        let key = from.array::<32>()?.to_vec();
        let count = from.count("peer id", MAX_PEER_ID)?;
        let peer_id = from.bytes(count)?.to_vec();
        Ok(Self::new(key, peer_id, from.signature()?))
    }
}
