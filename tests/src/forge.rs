//! A ledger of changing validators made by hand in memory: headers, certificates and every kind of file, honest or forged. It follows
//! no rule of execution: it is what the verifiers see of a ledger.

use serde_json::{Value, json};
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_crypto::merkle::{LogTree, OutcomeTree, TransactionTree, leaf_hash, static_root};
use zhengku_crypto::sign::{Algorithm, Ed25519Signer, SecretSigner, Signer};
use zhengku_ledger::block::{Certificate, FORMAT_VERSION, Header, SUITE_SHA256_ED25519, Vote};
use zhengku_ledger::checkpoint::{Checkpoint, Extension, SignedCheckpoint, verifier_key};
use zhengku_ledger::codec::{self, Bounded, Text};
use zhengku_ledger::current::Current;
use zhengku_ledger::entry::licence::GroundCode;
use zhengku_ledger::entry::{
    Entry, EntryBody, Field, FieldKind, FieldRule, FieldSet, Ground, Level, Licence, LicenceType, Openness,
    Organisation, OrganisationStatus, Origin, RecordDigests, Roles, Status, ValidityRule,
};
use zhengku_ledger::handover::{Handover, History};
use zhengku_ledger::ids::{
    BlockId, ChainId, Date, EntryKey, Height, Holder, IdempotencyKey, LicenceTypeNumber, LogIndex, OrganisationNumber,
    TimestampMs,
};
use zhengku_ledger::log::proof::{NodeSource, consistency, inclusion};
use zhengku_ledger::proof::{EntryProof, PROOF_VERSION, Proof};
use zhengku_ledger::receipt::Receipt;
use zhengku_ledger::transaction::{Mint, Outcome, Payload, RejectCode, SignedTransaction};
use zhengku_ledger::validator_set::{Validator, ValidatorSet};

/// 2026-11-21T04:00:00Z, noon in Beijing: the time of height 0.
pub const START_MS: u64 = 1_795_233_600_000;
/// The sets of the ledger (numbers of validators), each with its last height; the last set has none.
pub const SETS: [(&[u8], u64); 3] =
    [(&[0, 1, 2, 3], 4), (&[0, 1, 2, 3, 4, 5, 6], 8), (&[1, 2, 3, 4, 5, 6, 7], u64::MAX)];
/// Entries that each block appends: more than a chunk of the bitmap in three blocks.
pub const ENTRIES_PER_BLOCK: u64 = 700;
/// The heights of the ledger.
pub const HEIGHT: u64 = 10;
/// Transactions in every block.
const TRANSACTIONS: u32 = 5;

/// The ledger.
pub struct Forge {
    entries: Vec<Entry>,
    leaves: Leaves,
    chain: ChainId,
}

/// The log's leaf hashes as a source of nodes.
#[derive(Clone)]
pub struct Leaves(Vec<Digest>);

impl NodeSource for Leaves {
    type Error = std::convert::Infallible;
    fn node(&self, level: u32, index: u64) -> Result<Digest, Self::Error> {
        let start = usize::try_from(index << level).unwrap();
        Ok(static_root::<LogTree>(&self.0[start..start + (1 << level)]))
    }
}

fn text<const MAX: usize>(content: &str) -> Text<MAX> {
    Text::new(content).unwrap()
}

fn list<T, const MIN: usize, const MAX: usize>(items: Vec<T>) -> Bounded<T, MIN, MAX> {
    Bounded::new(items).unwrap()
}

fn digest(label: &str) -> Digest {
    sha256(label.as_bytes())
}

/// The key of a validator.
///
/// # Panics
/// Never.
#[must_use]
pub fn validator_key(number: u8) -> Ed25519Signer {
    Ed25519Signer::from_secret(&[number + 1; 32]).unwrap()
}

/// A validator set by the numbers of its members.
///
/// # Panics
/// When a number stands twice.
#[must_use]
pub fn set_of(members: &[u8]) -> ValidatorSet {
    // A name with a space: signature lines must write it otherwise.
    let one =
        |number: &u8| Validator { name: text(&format!("节点 v{number}")), key: validator_key(*number).public_key() };
    ValidatorSet::new(members.iter().map(one).collect()).unwrap()
}

/// The members that certify a height.
#[must_use]
pub fn members_at(height: u64) -> &'static [u8] {
    SETS.iter().find(|(_, last)| height <= *last).map_or(&[], |(members, _)| members)
}

fn face() -> FieldSet {
    let field =
        |(salt, (key, value)): (u8, (&str, &str))| Field { key: text(key), value: text(value), salt: [salt; 16] };
    FieldSet::new(
        (1..).zip([("name", "示例"), ("number", "示例证字第1号"), ("address", "示例路")]).map(field).collect(),
    )
}

fn organisation() -> Organisation {
    Organisation {
        number: OrganisationNumber(2),
        credit_code: text("999999999999999999"),
        name_zh: text("示例机关"),
        name_en: text("Example authority"),
        roles: Roles::ISSUER,
        keys: list(vec![validator_key(99).public_key()]),
        status: OrganisationStatus::Active,
    }
}

fn licence_type() -> LicenceType {
    let rule = |key| FieldRule {
        key: text(key),
        label_zh: text(key),
        label_en: text(key),
        kind: FieldKind::Text,
        code: text(""),
        mandatory: true,
    };
    LicenceType {
        number: LicenceTypeNumber(0),
        code: text("999999999999999999001"),
        name_zh: text("示例证"),
        name_en: text("Example licence"),
        definer: OrganisationNumber(1),
        issuers: list(vec![]),
        holder_kinds: Bounded::new(vec![111]).unwrap(),
        min_holders: 1,
        max_holders: 1,
        twin: false,
        validity: ValidityRule::MayEnd,
        fields: list(vec![rule("name"), rule("number"), rule("address")]),
        aliases: Bounded::default(),
        template: text("plain"),
        openness: Openness::Restricted,
        level: Level::National,
        placeholder: true,
        collection_start: None,
        states: Bounded::default(),
    }
}

fn licence() -> Licence {
    let face = face();
    Licence {
        licence_type: LicenceTypeNumber(0),
        issuer: OrganisationNumber(2),
        version: 1,
        holders: list(vec![Holder::from_digest(digest("holder"))]),
        fields_root: face.root(),
        field_count: 3,
        record: RecordDigests { sha256: digest("record"), sm3: digest("record sm3") },
        files: Bounded::default(),
        seal: None,
        issued_on: Date(20_000),
        valid_from: Date(20_000),
        valid_to: None,
        status: Status::Valid,
        disputed: false,
        ground: Ground { code: GroundCode::Issue, text: None, operator: None },
        twin: None,
        replaces: None,
        replaced_by: None,
    }
}

impl Default for Forge {
    fn default() -> Self {
        Self::new("节点集合变更")
    }
}

impl Forge {
    /// A ledger of [`HEIGHT`] blocks. Entry 0 is the issuer, entry 1 the licence type, all others are licences; the last entry of
    /// each block supersedes the third entry of the log or its successor.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let entries: Vec<Entry> = (0..ENTRIES_PER_BLOCK * HEIGHT).map(entry).collect();
        let leaves = Leaves(entries.iter().map(|entry| leaf_hash::<LogTree>(&codec::encode(entry))).collect());
        Self { entries, leaves, chain: ChainId::from_digest(digest(name)) }
    }

    /// The ledger.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// The canonical encodings of all entries.
    #[must_use]
    pub fn encoded_entries(&self) -> Vec<Vec<u8>> {
        self.entries.iter().map(codec::encode).collect()
    }

    fn current(height: u64) -> Current {
        let superseded: Vec<LogIndex> = (1..=height).map(|block| LogIndex(1 + block)).collect();
        Current::default().advance(ENTRIES_PER_BLOCK * height, &superseded).unwrap()
    }

    /// The header of a height.
    ///
    /// # Panics
    /// Beyond [`HEIGHT`].
    #[must_use]
    pub fn header(&self, height: u64) -> Header {
        let size = ENTRIES_PER_BLOCK * height;
        let hashes = &self.leaves.0[..usize::try_from(size).unwrap()];
        let transactions = self.transactions(height);
        let leaves: Vec<Digest> = transactions
            .iter()
            .map(|one| leaf_hash::<TransactionTree>(&codec::encode(&(one.envelope(), one.signature()))))
            .collect();
        let outcomes: Vec<Digest> =
            outcomes(height).iter().map(|one| leaf_hash::<OutcomeTree>(&codec::encode(one))).collect();
        Header {
            format: FORMAT_VERSION,
            suite: SUITE_SHA256_ED25519,
            chain: self.chain,
            height: Height(height),
            time: TimestampMs(START_MS + 1000 * height),
            proposer: 0,
            parent: BlockId::from_digest(digest(&format!("parent of {height}"))),
            transaction_count: TRANSACTIONS,
            transaction_root: static_root::<TransactionTree>(&leaves),
            outcome_root: static_root::<OutcomeTree>(&outcomes),
            log_size: size,
            log_root: static_root::<LogTree>(hashes),
            current_root: Self::current(height).root(),
            keys_root: Digest::ZERO,
            validators: set_of(members_at(height)).digest(),
            next_validators: set_of(members_at(height + 1)).digest(),
        }
    }

    /// The votes of validators (their numbers) for a header, each at its place in the set of that height.
    ///
    /// # Panics
    /// When a number is not of that set.
    #[must_use]
    pub fn certificate(&self, header: &Header, voters: &[u8]) -> Certificate {
        let members = members_at(header.height.0);
        let vote = |number: &u8| {
            let place = u16::try_from(members.iter().position(|one| one == number).unwrap()).unwrap();
            Vote::sign(self.chain, header.height, 0, header.id(), place, &validator_key(*number)).unwrap()
        };
        let votes = list(voters.iter().map(vote).collect());
        Certificate { height: header.height, round: 0, block: header.id(), votes }
    }

    /// The proof of the licence entry at `index` at a height, by all validators of that height.
    ///
    /// # Panics
    /// Beyond the log.
    #[must_use]
    pub fn proof(&self, height: u64, index: u64) -> Proof {
        let header = self.header(height);
        let current = Self::current(height);
        let one = |index: u64| EntryProof {
            index: LogIndex(index),
            entry: self.entries[usize::try_from(index).unwrap()].clone(),
            path: inclusion(&self.leaves, index, header.log_size).unwrap(),
            currency: current.prove(LogIndex(index)).unwrap(),
        };
        let certificate = self.certificate(&header, members_at(height));
        let (licence, issuer, licence_type) = (one(index), one(0), one(1));
        let disclosed = list(face().disclose(|key| key == "number").unwrap());
        Proof { version: PROOF_VERSION, header, certificate, licence, issuer, licence_type, disclosed }
    }

    fn transactions(&self, height: u64) -> Vec<SignedTransaction> {
        let one = |place: u32| {
            let key = IdempotencyKey::from_digest(digest(&format!("{height}/{place}")));
            let key_of = EntryKey::from_digest(digest(&format!("minted {height}/{place}")));
            let payload = Payload::Mint(list(vec![Mint { key: key_of, licence: licence() }]));
            // Both algorithms that a submitter may have.
            let algorithm = if place == 1 { Algorithm::Sm2Sm3 } else { Algorithm::Ed25519 };
            let signer = SecretSigner::from_secret(algorithm, &[77; 32]).unwrap();
            SignedTransaction::sign(self.chain, OrganisationNumber(2), key, payload, &signer).unwrap()
        };
        (0..TRANSACTIONS).map(one).collect()
    }

    /// The receipt of the transaction at a place of a height: applied, but for the third (rejected) and the fourth (repeated).
    ///
    /// # Panics
    /// Beyond the block.
    #[must_use]
    pub fn receipt(&self, height: u64, place: u32) -> Receipt {
        let header = self.header(height);
        let certificate = self.certificate(&header, members_at(height));
        let transactions = self.transactions(height);
        let signed = transactions.iter().map(|one| (one.envelope(), one.signature()));
        Receipt::of_block(header, certificate, place, signed, &outcomes(height)).unwrap()
    }

    /// The checkpoint of a height, signed by validators (their numbers).
    ///
    /// # Panics
    /// When they are no quorum of that height.
    #[must_use]
    pub fn checkpoint(&self, height: u64, voters: &[u8]) -> SignedCheckpoint {
        Self::sign(Checkpoint::of(&self.header(height)), voters)
    }

    /// Any checkpoint, signed by validators of its height.
    ///
    /// # Panics
    /// When they are no quorum of that height.
    #[must_use]
    pub fn sign(checkpoint: Checkpoint, voters: &[u8]) -> SignedCheckpoint {
        let set = set_of(members_at(checkpoint.height.0));
        let sign = |number: &u8| checkpoint.sign(&validator_key(*number), &format!("节点 v{number}")).unwrap();
        let signatures: Vec<_> = voters.iter().map(sign).collect();
        SignedCheckpoint::assemble(checkpoint, signatures, &set).unwrap()
    }

    /// The verifier keys of the set of a height.
    #[must_use]
    pub fn verifier_keys(&self, height: u64) -> Vec<String> {
        let set = set_of(members_at(height));
        set.as_slice().iter().map(|one| verifier_key(self.chain, one.name.as_str(), &one.key)).collect()
    }

    /// That the log of one height extends that of another.
    ///
    /// # Panics
    /// Beyond the ledger.
    #[must_use]
    pub fn extension(&self, old: u64, new: u64) -> Extension {
        Extension {
            old: self.checkpoint(old, members_at(old)),
            new: self.checkpoint(new, members_at(new)),
            path: consistency(&self.leaves, ENTRIES_PER_BLOCK * old, ENTRIES_PER_BLOCK * new).unwrap(),
        }
    }

    /// The handovers of the ledger.
    #[must_use]
    pub fn handovers(&self) -> Vec<Handover> {
        let one = |(last, next): (u64, &[u8])| {
            let header = self.header(last);
            let certificate = self.certificate(&header, members_at(last));
            Handover { header, certificate, next: set_of(next) }
        };
        SETS.windows(2).map(|pair| one((pair[0].1, pair[1].0))).collect()
    }

    /// A history file of handovers.
    ///
    /// # Panics
    /// When there are too many.
    #[must_use]
    pub fn history(&self, handovers: Vec<Handover>) -> String {
        History::new(self.chain, handovers).unwrap().to_file()
    }

    /// The trust file that names the genesis set.
    #[must_use]
    pub fn trust(&self) -> Value {
        let set = set_of(SETS[0].0);
        let one = |validator: &Validator| json!({"name": validator.name.as_str(), "key": validator.key.to_string()});
        let validators: Vec<Value> = set.as_slice().iter().map(one).collect();
        json!({"format": "zhengku-trust-1", "name": "test", "chain_id": self.chain.to_string(), "validators": validators})
    }
}

fn outcomes(height: u64) -> Vec<Outcome> {
    let first = LogIndex(ENTRIES_PER_BLOCK * (height - 1));
    let applied = Outcome::Applied { first, count: 1 };
    let original = zhengku_ledger::ids::TransactionId::from_digest(digest("original"));
    let repeated = Outcome::Repeated { original, height: Height(1), place: 7 };
    let rejected = Outcome::Rejected { code: RejectCode::AlreadyMinted, item: 0 };
    vec![applied, applied, rejected, repeated, applied]
}

fn entry(index: u64) -> Entry {
    let height = index / ENTRIES_PER_BLOCK + 1;
    let origin =
        Origin { height: Height(height), transaction: 0, item: u32::try_from(index % ENTRIES_PER_BLOCK).unwrap() };
    let entry = |key, previous, body| Entry { version: 1, key, previous, origin, body };
    let key_of = |number: u64| EntryKey::from_digest(digest(&format!("licence {number}")));
    match index {
        0 => entry(EntryKey::of_organisation(OrganisationNumber(2)), None, EntryBody::Organisation(organisation())),
        1 => entry(EntryKey::of_licence_type(LicenceTypeNumber(0)), None, EntryBody::LicenceType(licence_type())),
        _ if (index + 1).is_multiple_of(ENTRIES_PER_BLOCK) => {
            let body = EntryBody::Licence(Licence { status: Status::Suspended, ..licence() });
            entry(key_of(1 + height), Some(LogIndex(1 + height)), body)
        }
        _ => entry(key_of(index), None, EntryBody::Licence(licence())),
    }
}
