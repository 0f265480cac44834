//! The one list of signing and hashing contexts. A digest or signature made in one domain means nothing in another.

use crate::digest::{Digest, sha256_parts};

/// What a hashed or signed message is for. The name with its version stands before the message, with its length before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Domain {
    /// A submitter signs a transaction.
    Transaction,
    /// The identifier of a signed transaction.
    TransactionId,
    /// The idempotency key of one attempt to mint a batch of a register.
    ImportBatch,
    /// A validator's vote to commit a block.
    Precommit,
    /// A validator's vote to commit no block in a round.
    PrecommitNil,
    /// A validator's first vote of a round.
    Prevote,
    /// A proposer announces its block.
    Bid,
    /// A proposer closes the stream of its block's parts.
    ProposalParts,
    /// A validator binds its consensus key to its network key.
    ValidatorProof,
    /// The identifier of a block: the hash of its header.
    BlockId,
    /// The identifier of a chain: the hash of its genesis document.
    ChainId,
    /// The hash of an ordered validator set.
    ValidatorSet,
    /// The keyed pseudonym of a licence.
    LicencePseudonym,
    /// The keyed pseudonym of a holder.
    HolderPseudonym,
    /// The state key of an organisation.
    OrganisationKey,
    /// The state key of a licence type.
    LicenceTypeKey,
    /// The associated bytes of a sealed record.
    RecordSeal,
    /// The associated bytes of a wrapped record key.
    KeyWrap,
    /// The check value by which a vault knows its wrapping key.
    VaultManifest,
    /// The state key of a node.
    NodeKey,
    /// The state key of the ledger's parameters.
    ParametersKey,
    /// The state key of a proposal of governance.
    ProposalKey,
    /// The state key of a validator's offence.
    OffenceKey,
    /// The digest of a change of governance, which approvals name.
    GovernanceChange,
    /// The state key of a seal.
    SealKey,
    /// The state key of a material type.
    MaterialTypeKey,
    /// The state key of the approvals of a mass action.
    BatchApprovalKey,
}

impl Domain {
    /// Every domain.
    pub const ALL: &[Domain] = &[
        Domain::Transaction,
        Domain::TransactionId,
        Domain::ImportBatch,
        Domain::Precommit,
        Domain::PrecommitNil,
        Domain::Prevote,
        Domain::Bid,
        Domain::ProposalParts,
        Domain::ValidatorProof,
        Domain::BlockId,
        Domain::ChainId,
        Domain::ValidatorSet,
        Domain::LicencePseudonym,
        Domain::HolderPseudonym,
        Domain::OrganisationKey,
        Domain::LicenceTypeKey,
        Domain::RecordSeal,
        Domain::KeyWrap,
        Domain::VaultManifest,
        Domain::NodeKey,
        Domain::ParametersKey,
        Domain::ProposalKey,
        Domain::OffenceKey,
        Domain::GovernanceChange,
        Domain::SealKey,
        Domain::MaterialTypeKey,
        Domain::BatchApprovalKey,
    ];

    /// The name and version, ASCII, shorter than 48 bytes. So the length byte is never 0x30, the first byte of every DER
    /// structure, and no domain message is also an X.509 or e-seal message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Domain::Transaction => "zhengku/transaction/v1",
            Domain::TransactionId => "zhengku/transaction-id/v1",
            Domain::ImportBatch => "zhengku/import-batch/v1",
            Domain::Precommit => "zhengku/precommit/v1",
            Domain::PrecommitNil => "zhengku/precommit-nil/v1",
            Domain::Prevote => "zhengku/prevote/v1",
            Domain::Bid => "zhengku/bid/v1",
            Domain::ProposalParts => "zhengku/proposal-parts/v1",
            Domain::ValidatorProof => "zhengku/validator-proof/v1",
            Domain::BlockId => "zhengku/block-id/v1",
            Domain::ChainId => "zhengku/chain-id/v1",
            Domain::ValidatorSet => "zhengku/validator-set/v1",
            Domain::LicencePseudonym => "zhengku/licence-pseudonym/v1",
            Domain::HolderPseudonym => "zhengku/holder-pseudonym/v1",
            Domain::OrganisationKey => "zhengku/organisation-key/v1",
            Domain::LicenceTypeKey => "zhengku/licence-type-key/v1",
            Domain::RecordSeal => "zhengku/record-seal/v1",
            Domain::KeyWrap => "zhengku/key-wrap/v1",
            Domain::VaultManifest => "zhengku/vault-manifest/v1",
            Domain::NodeKey => "zhengku/node-key/v1",
            Domain::ParametersKey => "zhengku/parameters-key/v1",
            Domain::ProposalKey => "zhengku/proposal-key/v1",
            Domain::OffenceKey => "zhengku/offence-key/v1",
            Domain::GovernanceChange => "zhengku/governance-change/v1",
            Domain::SealKey => "zhengku/seal-key/v1",
            Domain::MaterialTypeKey => "zhengku/material-type-key/v1",
            Domain::BatchApprovalKey => "zhengku/batch-approval-key/v1",
        }
    }

    /// SHA-256 over `len(name) as u8 || name || message`.
    #[must_use]
    pub fn hash(self, message: &[u8]) -> Digest {
        sha256_parts(&[&[self.name_len()], self.name().as_bytes(), message])
    }

    /// The same hash with the message in parts; they are joined plainly, so give each a fixed length or a length before it.
    #[must_use]
    pub fn hash_parts(self, parts: &[&[u8]]) -> Digest {
        let length = [self.name_len()];
        let mut all: Vec<&[u8]> = Vec::with_capacity(parts.len().saturating_add(2));
        all.push(&length);
        all.push(self.name().as_bytes());
        all.extend_from_slice(parts);
        sha256_parts(&all)
    }

    /// `len(name) as u8 || name || message`: exactly the bytes that are signed, so that anybody can check a signature with OpenSSL.
    #[must_use]
    pub fn signing_bytes(self, message: &[u8]) -> Vec<u8> {
        let name = self.name().as_bytes();
        let mut bytes = Vec::with_capacity(message.len().saturating_add(name.len()).saturating_add(1));
        bytes.push(self.name_len());
        bytes.extend_from_slice(name);
        bytes.extend_from_slice(message);
        bytes
    }

    /// The length of the name as it is written before it.
    pub(crate) fn name_len(self) -> u8 {
        u8::try_from(self.name().len()).unwrap_or(u8::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::sha256;

    #[test]
    fn names_are_unique_and_none_is_a_prefix_of_another() {
        for (position, domain) in Domain::ALL.iter().enumerate() {
            for other in &Domain::ALL[position + 1..] {
                assert!(!domain.name().starts_with(other.name()), "{domain:?} {other:?}");
                assert!(!other.name().starts_with(domain.name()), "{domain:?} {other:?}");
            }
        }
    }

    #[test]
    fn names_are_versioned_ascii_and_never_look_like_der() {
        for domain in Domain::ALL {
            let name = domain.name();
            assert!(name.starts_with("zhengku/") && name.ends_with("/v1") && name.is_ascii(), "{name}");
            assert!(name.len() < 0x30, "{name}");
            assert_eq!(usize::from(domain.name_len()), name.len());
        }
    }

    #[test]
    fn all_lists_every_domain() {
        assert_eq!(Domain::ALL.len(), 27);
        for (position, domain) in Domain::ALL.iter().enumerate() {
            assert_eq!(*domain as usize, position);
        }
    }

    #[test]
    fn the_hash_covers_the_signing_bytes() {
        for domain in Domain::ALL {
            let bytes = domain.signing_bytes(b"message");
            assert_eq!(domain.hash(b"message"), sha256(&bytes));
            assert_eq!(domain.hash_parts(&[b"mes", b"", b"sage"]), sha256(&bytes));
        }
    }

    #[test]
    fn signing_bytes_are_written_out() {
        assert_eq!(Domain::ChainId.signing_bytes(b"\x01\x02"), b"\x13zhengku/chain-id/v1\x01\x02");
        assert_eq!(Domain::Transaction.hash(b"").to_string(), sha256(b"\x16zhengku/transaction/v1").to_string());
    }
}
