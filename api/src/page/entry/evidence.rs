//! What stands above both roots: the header that names them, and the votes for it.

use crate::page::language::Language;
use crate::page::show::{grouped, short};
use crate::port::Witness;
use zhengku_ledger::codec;
use zhengku_ledger::validator_set::ValidatorSet;

/// The header and its votes, ready for the template and for the browser's check.
pub(crate) struct Evidence {
    /// Its height.
    pub(crate) height: u64,
    /// Its time.
    pub(crate) time: String,
    /// The canonical bytes of the header.
    pub(crate) header: String,
    /// The block's id.
    pub(crate) id: String,
    /// The block's id, shortened.
    pub(crate) id_short: String,
    /// The root of the log, shortened.
    pub(crate) log_root: String,
    /// The root of the bitmap, shortened.
    pub(crate) current_root: String,
    /// The round of the decision.
    pub(crate) round: u32,
    /// The validators.
    pub(crate) votes: Vec<VoteRow>,
    /// How many of them are needed.
    pub(crate) quorum: usize,
    /// In words.
    pub(crate) heading: String,
}

/// A validator and its vote.
pub(crate) struct VoteRow {
    /// Its name.
    pub(crate) name: String,
    /// Its public key, 32 bytes.
    pub(crate) key: String,
    /// Its signature, 64 bytes; none when the certificate has no vote of it.
    pub(crate) signature: Option<String>,
}

impl Evidence {
    /// Takes the header and the certificate of a witness.
    pub(crate) fn new(t: Language, witness: &Witness, validators: &ValidatorSet) -> Self {
        let header = &witness.header;
        let certificate = witness.certificate.as_ref();
        let signature = |place: u16| {
            let vote = certificate?.votes.iter().find(|vote| vote.validator == place)?;
            Some(hex::encode(vote.signature.as_bytes()))
        };
        let row = |(place, validator): (u16, &zhengku_ledger::validator_set::Validator)| VoteRow {
            name: validator.name.as_str().to_owned(),
            key: hex::encode(validator.key.as_bytes()),
            signature: signature(place),
        };
        let voted = certificate.map_or(0, |certificate| certificate.votes.len());
        Self {
            height: header.height.0,
            time: t.instant(header.time),
            header: hex::encode(codec::encode(header)),
            id: hex::encode(header.id().digest().as_bytes()),
            id_short: short(header.id().digest()),
            log_root: short(&header.log_root),
            current_root: short(&header.current_root),
            round: certificate.map_or(0, |certificate| certificate.round),
            votes: (0_u16..).zip(validators.as_slice()).map(row).collect(),
            quorum: validators.quorum(),
            heading: if certificate.is_some() {
                t.votes_heading(voted, validators.as_slice().len(), validators.quorum())
            } else {
                t.genesis_proof(&grouped(header.height.0))
            },
        }
    }
}
