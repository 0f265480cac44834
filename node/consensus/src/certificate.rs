//! Between the engine's certificates and evidence and the ledger's.

use crate::context::{Address, Context, Height};
use crate::engine::consensus::MisbehaviorEvidence;
use crate::engine::core::{
    CommitCertificate, ExtendedCommitCertificate, ExtendedCommitSignature, Round, SignedProposal, SignedVote,
};
use std::collections::BTreeMap;
use zhengku_crypto::sign::{Algorithm, PublicKey, Signature};
use zhengku_ledger::block::{Ballot, Bid, Certificate, Offence, Vote};
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::validator_set::ValidatorSet;

/// The engine's form of a certificate of the ledger: voters by place, since the set of an old height need not be known.
pub(crate) fn from_places(certificate: &Certificate) -> ExtendedCommitCertificate<Context> {
    let vote = |vote: &Vote| ExtendedCommitSignature::new(Address::of_place(vote.validator), vote.signature, None);
    ExtendedCommitCertificate {
        height: Height(certificate.height),
        round: Round::new(certificate.round),
        value_id: certificate.block,
        commit_signatures: certificate.votes.iter().map(vote).collect(),
    }
}

/// The way back; none when a voter is not named by its place.
pub(crate) fn to_places(certificate: &ExtendedCommitCertificate<Context>) -> Option<Certificate> {
    let votes: Option<Vec<_>> =
        certificate.commit_signatures.iter().map(|one| Some((one.address.place()?, one.signature))).collect();
    assemble(&certificate.trim_vote_extensions(), votes?)
}

/// The ledger's certificate of what the engine decided: votes in the order of the set. None when it holds no vote of the set.
pub(crate) fn of_decision(certificate: &CommitCertificate<Context>, validators: &ValidatorSet) -> Option<Certificate> {
    let place = |address: &Address| address.place().or_else(|| place_of(address, validators));
    let votes: BTreeMap<_, _> =
        certificate.commit_signatures.iter().filter_map(|one| Some((place(&one.address)?, one.signature))).collect();
    assemble(certificate, votes)
}

/// Whether a lagging node got this certificate from a peer, rather than from the votes themselves.
pub(crate) fn is_fetched(certificate: &CommitCertificate<Context>) -> bool {
    certificate.commit_signatures.iter().any(|one| one.address.place().is_some())
}

/// The place of a validator in a set.
pub(crate) fn place_of(address: &Address, validators: &ValidatorSet) -> Option<u16> {
    let key = address.key()?;
    let place = validators.as_slice().iter().position(|validator| validator.key.as_bytes() == key)?;
    u16::try_from(place).ok()
}

fn assemble(
    certificate: &CommitCertificate<Context>,
    votes: impl IntoIterator<Item = (u16, Signature)>,
) -> Option<Certificate> {
    let votes = votes.into_iter().map(|(validator, signature)| Vote { validator, signature }).collect();
    Some(Certificate {
        height: certificate.height.0,
        round: certificate.round.as_u32()?,
        block: certificate.value_id,
        votes: Bounded::new(votes).ok()?,
    })
}

/// The offences that the engine saw in a height.
pub(crate) fn offences(evidence: &MisbehaviorEvidence<Context>) -> Vec<Offence> {
    let votes = evidence.votes.iter().flat_map(|(address, pairs)| pairs.iter().map(move |pair| (address, pair)));
    let votes = votes.filter_map(|(address, (first, second))| {
        Some(Offence::DoubleVote { validator: key_of(address)?, first: ballot(first)?, second: ballot(second)? })
    });
    let bids = evidence.proposals.iter().flat_map(|(address, pairs)| pairs.iter().map(move |pair| (address, pair)));
    let bids = bids.filter_map(|(address, (first, second))| {
        Some(Offence::DoubleProposal { validator: key_of(address)?, first: bid(first)?, second: bid(second)? })
    });
    votes.chain(bids).collect()
}

fn key_of(address: &Address) -> Option<PublicKey> {
    PublicKey::from_parts(Algorithm::Ed25519, address.key()?).ok()
}

fn ballot(vote: &SignedVote<Context>) -> Option<(Ballot, Signature)> {
    Some((vote.message.ballot()?, vote.signature))
}

fn bid(proposal: &SignedProposal<Context>) -> Option<(Bid, Signature)> {
    Some((proposal.message.bid()?, proposal.signature))
}
