//! A ledger of three entries in memory: the issuer, the licence type, the licence. It is what a verifier sees of a ledger.

use super::BLOCK;
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_crypto::merkle::{LogTree, leaf_hash, static_root};
use zhengku_crypto::sign::{Ed25519Signer, Signer};
use zhengku_document::licence::LicenceData;
use zhengku_ledger::block::{Certificate, FORMAT_VERSION, Header, SUITE_SHA256_ED25519, Vote};
use zhengku_ledger::codec::{self, Bounded, Text};
use zhengku_ledger::current::Current;
use zhengku_ledger::entry::licence::GroundCode;
use zhengku_ledger::entry::{
    ENTRY_VERSION, Entry, EntryBody, FieldKind, FieldRule, Ground, Level, Licence, LicenceFile, LicenceType, Openness,
    Organisation, OrganisationStatus, Origin, RecordDigests, Roles, Status, ValidityRule,
};
use zhengku_ledger::ids::{
    BlockId, ChainId, EntryKey, Height, Holder, LicenceTypeNumber, LogIndex, OrganisationNumber, TimestampMs,
};
use zhengku_ledger::log::proof::{NodeSource, inclusion};
use zhengku_ledger::proof::{EntryProof, PROOF_VERSION, Proof};
use zhengku_ledger::validator_set::{Validator, ValidatorSet};
use zhengku_ledger::verify::Trust;

const HEIGHT: Height = Height(7);

fn text<const MAX: usize>(content: &str) -> Text<MAX> {
    Text::new(content).unwrap()
}

fn list<T, const MIN: usize, const MAX: usize>(items: Vec<T>) -> Bounded<T, MIN, MAX> {
    Bounded::new(items).unwrap()
}

fn digest(label: &str) -> Digest {
    sha256(label.as_bytes())
}

fn key(number: u8) -> Ed25519Signer {
    Ed25519Signer::from_secret(&[number + 1; 32]).unwrap()
}

fn validators() -> ValidatorSet {
    let one = |number| Validator { name: text(&format!("v{number}")), key: key(number).public_key() };
    ValidatorSet::new((0..4).map(one).collect()).unwrap()
}

/// The chain that the fixtures name.
pub(crate) fn chain() -> ChainId {
    ChainId::from_digest("1f".repeat(32).parse().unwrap())
}

pub(crate) fn trust() -> Trust {
    Trust { chain: chain(), validators: validators() }
}

/// What the ledger has of a licence, every detail to be changed.
pub(crate) struct Record {
    pub(crate) key: EntryKey,
    pub(crate) licence: Licence,
    pub(crate) issuer_code: String,
    pub(crate) type_code: String,
    /// The validators that certified the block.
    pub(crate) voters: Vec<u16>,
    pub(crate) chain: ChainId,
    pub(crate) time: TimestampMs,
    /// The height at which the licence was taken up.
    pub(crate) origin: Height,
    /// Whether a newer entry of the licence exists.
    pub(crate) superseded: bool,
}

impl Record {
    pub(crate) fn of(data: &LicenceData, files: Vec<LicenceFile>) -> Self {
        let licence = Licence {
            licence_type: LicenceTypeNumber(0),
            issuer: OrganisationNumber(2),
            version: data.version,
            holders: list(vec![Holder::from_digest(digest("holder"))]),
            fields_root: data.fields_root().unwrap(),
            field_count: u16::try_from(data.fields.len()).unwrap(),
            record: RecordDigests { sha256: digest("record"), sm3: digest("record sm3") },
            files: list(files),
            seal: None,
            issued_on: data.issued_on,
            valid_from: data.valid_from,
            valid_to: data.valid_to,
            status: Status::Valid,
            disputed: false,
            ground: Ground { code: GroundCode::Issue, text: None, operator: None },
            twin: None,
            replaces: None,
            replaced_by: None,
        };
        Self {
            key: EntryKey::from_digest(data.key.parse().unwrap()),
            licence,
            issuer_code: data.issuer_code.clone(),
            type_code: data.licence_type_code.clone(),
            voters: vec![0, 1, 2, 3],
            chain: chain(),
            time: BLOCK,
            origin: HEIGHT,
            superseded: false,
        }
    }

    /// The proof file.
    pub(crate) fn proof(&self) -> Vec<u8> {
        let bodies = [
            (EntryKey::of_organisation(OrganisationNumber(2)), EntryBody::Organisation(self.organisation())),
            (EntryKey::of_licence_type(LicenceTypeNumber(0)), EntryBody::LicenceType(self.licence_type())),
            (self.key, EntryBody::Licence(self.licence.clone())),
        ];
        let entry = |(item, (key, body)): (u32, (EntryKey, EntryBody))| {
            let origin = Origin { height: self.origin, transaction: 0, item };
            Entry { version: ENTRY_VERSION, key, previous: None, origin, body }
        };
        let entries: Vec<Entry> = (0..).zip(bodies).map(entry).collect();
        let leaves = Leaves(entries.iter().map(|entry| leaf_hash::<LogTree>(&codec::encode(entry))).collect());
        let superseded: &[LogIndex] = if self.superseded { &[LogIndex(2)] } else { &[] };
        let current = Current::default().advance(3, superseded).unwrap();
        let header = self.header(static_root::<LogTree>(&leaves.0), current.root());
        let vote = |place: &u16| {
            let key = key(u8::try_from(*place).unwrap());
            Vote::sign(self.chain, header.height, 0, header.id(), *place, &key).unwrap()
        };
        let votes = list(self.voters.iter().map(vote).collect());
        let certificate = Certificate { height: header.height, round: 0, block: header.id(), votes };
        let one = |place: u64| EntryProof {
            index: LogIndex(place),
            entry: entries[usize::try_from(place).unwrap()].clone(),
            path: inclusion(&leaves, place, 3).unwrap(),
            currency: current.prove(LogIndex(place)).unwrap(),
        };
        let (licence, issuer, licence_type) = (one(2), one(0), one(1));
        let disclosed = list(vec![]);
        let proof = Proof { version: PROOF_VERSION, header, certificate, licence, issuer, licence_type, disclosed };
        proof.to_file().into_bytes()
    }

    fn header(&self, log_root: Digest, current_root: Digest) -> Header {
        Header {
            format: FORMAT_VERSION,
            suite: SUITE_SHA256_ED25519,
            chain: self.chain,
            height: HEIGHT,
            time: self.time,
            proposer: 0,
            parent: BlockId::from_digest(digest("parent")),
            transaction_count: 0,
            transaction_root: digest("transactions"),
            outcome_root: digest("outcomes"),
            log_size: 3,
            log_root,
            current_root,
            keys_root: Digest::ZERO,
            validators: validators().digest(),
            next_validators: validators().digest(),
        }
    }

    fn organisation(&self) -> Organisation {
        Organisation {
            number: OrganisationNumber(2),
            credit_code: text(&self.issuer_code),
            name_zh: text("样例市演示区市场监督管理局"),
            name_en: text("Example Market Office"),
            roles: Roles::ISSUER,
            keys: list(vec![key(99).public_key()]),
            status: OrganisationStatus::Active,
        }
    }

    fn licence_type(&self) -> LicenceType {
        let rule = FieldRule {
            key: text("jyzmc"),
            label_zh: text("经营者名称"),
            label_en: text("Operator"),
            kind: FieldKind::Text,
            code: text("ZZBH"),
            mandatory: true,
        };
        LicenceType {
            number: LicenceTypeNumber(0),
            code: text(&self.type_code),
            name_zh: text("食品经营许可证"),
            name_en: text("Food Business Licence"),
            definer: OrganisationNumber(1),
            issuers: list(vec![]),
            holder_kinds: list(vec![1]),
            min_holders: 1,
            max_holders: 1,
            twin: false,
            validity: ValidityRule::MayEnd,
            fields: list(vec![rule]),
            aliases: list(vec![]),
            template: text("permit"),
            openness: Openness::Public,
            level: Level::National,
            placeholder: true,
            collection_start: None,
            states: list(vec![]),
        }
    }
}

struct Leaves(Vec<Digest>);

impl NodeSource for Leaves {
    type Error = std::convert::Infallible;
    fn node(&self, level: u32, index: u64) -> Result<Digest, Self::Error> {
        let start = usize::try_from(index << level).unwrap();
        Ok(static_root::<LogTree>(&self.0[start..start + (1 << level)]))
    }
}
