//! Signing: exactly the ledger's ballots and bids in their domains, so that a commit certificate of the engine is a
//! [`Certificate`](zhengku_ledger::block::Certificate) of the ledger and its evidence an [`Offence`](zhengku_ledger::block::Offence).

use crate::context::{Bidding, Context, Polling};
use crate::engine::core::{SignedMessage, SigningScheme, ValidatorProof, VoteExtensionScope};
use crate::engine::signing::{self, VerificationResult};
use async_trait::async_trait;
use std::sync::Arc;
use zhengku_crypto::domain::Domain;
use zhengku_crypto::sign::{Algorithm, PublicKey, Signature, SignatureError, Signer};
use zhengku_ledger::ids::ChainId;

/// ed25519, suite 1 of the ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Scheme;

impl SigningScheme for Scheme {
    type DecodingError = SignatureError;
    type Signature = Signature;
    type PublicKey = PublicKey;
    /// Keys stay with their [`Signer`]; the engine is never given one.
    type PrivateKey = ();

    fn decode_signature(bytes: &[u8]) -> Result<Signature, SignatureError> {
        let malformed = |_| SignatureError::MalformedSignature { algorithm: Algorithm::Ed25519 };
        Signature::from_parts(Algorithm::Ed25519, bytes.try_into().map_err(malformed)?)
    }

    fn encode_signature(signature: &Signature) -> Vec<u8> {
        signature.as_bytes().to_vec()
    }

    fn decode_public_key(bytes: &[u8]) -> Result<PublicKey, SignatureError> {
        PublicKey::from_parts(Algorithm::Ed25519, bytes)
    }

    fn encode_public_key(key: &PublicKey) -> Vec<u8> {
        key.as_bytes().to_vec()
    }
}

/// Verifies what others signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BallotVerifier {
    chain: ChainId,
}

impl BallotVerifier {
    /// For one ledger.
    #[must_use]
    pub(crate) const fn new(chain: ChainId) -> Self {
        Self { chain }
    }
}

fn outcome(verified: Option<Result<(), SignatureError>>) -> Result<VerificationResult, signing::Error> {
    Ok(VerificationResult::from_bool(matches!(verified, Some(Ok(())))))
}

#[async_trait]
impl signing::Verifier<Context> for BallotVerifier {
    async fn verify_signed_vote(
        &self,
        vote: &Polling,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, signing::Error> {
        outcome(vote.ballot().map(|ballot| ballot.verify(self.chain, key, signature)))
    }

    async fn verify_signed_proposal(
        &self,
        proposal: &Bidding,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, signing::Error> {
        outcome(proposal.bid().map(|bid| bid.verify(self.chain, key, signature)))
    }

    /// There are no vote extensions on our ledgers.
    async fn verify_signed_vote_extension(
        &self,
        _: &VoteExtensionScope<Context>,
        (): &(),
        _: &Signature,
        _: &PublicKey,
    ) -> Result<VerificationResult, signing::Error> {
        Ok(VerificationResult::Invalid)
    }

    async fn verify_validator_proof(
        &self,
        proof: &ValidatorProof<Context>,
    ) -> Result<VerificationResult, signing::Error> {
        let key = Scheme::decode_public_key(&proof.public_key).ok();
        outcome(key.map(|key| key.verify(Domain::ValidatorProof, &proof.preimage(), &proof.signature)))
    }
}

/// Signs with the validator's key.
#[derive(Clone)]
pub(crate) struct BallotSigner {
    chain: ChainId,
    signer: Arc<dyn Signer>,
}

/// A message outside of any round, which the engine does not make.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("a message outside of any round cannot be signed; this is a fault of the program: report it")]
struct NoRound;

impl BallotSigner {
    /// For one ledger.
    #[must_use]
    pub(crate) fn new(chain: ChainId, signer: Arc<dyn Signer>) -> Self {
        Self { chain, signer }
    }

    /// The signer itself, for parts of proposals.
    #[must_use]
    pub(crate) fn signer(&self) -> &dyn Signer {
        self.signer.as_ref()
    }
}

#[async_trait]
impl signing::Signer<Context> for BallotSigner {
    async fn sign_vote(&self, vote: Polling) -> Result<SignedMessage<Context, Polling>, signing::Error> {
        let ballot = vote.ballot().ok_or_else(|| signing::Error::from_source(NoRound))?;
        let signature = ballot.sign(self.chain, self.signer()).map_err(signing::Error::from_source)?;
        Ok(SignedMessage::new(vote, signature))
    }

    async fn sign_proposal(&self, proposal: Bidding) -> Result<SignedMessage<Context, Bidding>, signing::Error> {
        let bid = proposal.bid().ok_or_else(|| signing::Error::from_source(NoRound))?;
        let signature = bid.sign(self.chain, self.signer()).map_err(signing::Error::from_source)?;
        Ok(SignedMessage::new(proposal, signature))
    }

    /// Never asked for: the policy of every height is to have none.
    async fn sign_vote_extension(
        &self,
        _: VoteExtensionScope<Context>,
        (): (),
    ) -> Result<SignedMessage<Context, ()>, signing::Error> {
        Err(signing::Error::new())
    }

    async fn sign_validator_proof(
        &self,
        public_key: Vec<u8>,
        peer_id: Vec<u8>,
    ) -> Result<ValidatorProof<Context>, signing::Error> {
        let message = ValidatorProof::<Context>::signing_bytes(&public_key, &peer_id);
        let signature = self.signer().sign(Domain::ValidatorProof, &message).map_err(signing::Error::from_source)?;
        Ok(ValidatorProof::new(public_key, peer_id, signature))
    }
}
