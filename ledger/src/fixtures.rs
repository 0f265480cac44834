//! Builders for tests: deterministic signers, organisations, licence types, licences, and a ledger in memory to run them on.

use crate::block::{Certificate, CertifiedBlock, ExecutedBlock, Genesis, Proposal, Vote};
use crate::codec::{Bounded, Text};
use crate::entry::licence::{Ground, GroundCode};
use crate::entry::{
    Alias, Entry, FieldKind, FieldRule, FileKind, Level, Licence, LicenceFile, LicenceType, MaterialKind,
    MaterialSource, MaterialType, NamedState, Node, NodeRole, NodeStatus, Openness, Organisation, OrganisationStatus,
    Parameters, RecordDigests, Roles, SealKind, StateName, Status, ValidityRule,
};
use crate::execute::execute_block;
use crate::identifier::{IdentifierError, NumberKind, UnifiedCreditCode};
use crate::ids::{
    ChainId, Date, EntryKey, Holder, IdempotencyKey, LicenceTypeNumber, LogIndex, MaterialTypeNumber,
    OrganisationNumber, SealNumber, TimestampMs,
};
use crate::log::proof::NodeSource;
use crate::state::StateView;
use crate::state::memory::MemoryState;
use crate::transaction::{
    Mint, Outcome, Payload, SealApplication, SealFiling, SealMaking, SignedTransaction, VerifiedTransaction,
};
use crate::validator_set::{Validator, ValidatorSet};
use std::convert::Infallible;
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_crypto::merkle::{LogTree, leaf_hash, static_root};
use zhengku_crypto::sign::{Ed25519Signer, Signer};

/// 2026-11-21T04:00:00Z, noon in Beijing.
pub(crate) const START: TimestampMs = TimestampMs(1_795_233_600_000);
/// The Beijing date of [`START`].
pub(crate) const TODAY: Date = Date(20_778);

pub(crate) const GOVERNOR: OrganisationNumber = OrganisationNumber(0);
pub(crate) const DEFINER: OrganisationNumber = OrganisationNumber(1);
pub(crate) const ISSUER: OrganisationNumber = OrganisationNumber(2);
pub(crate) const OTHER_ISSUER: OrganisationNumber = OrganisationNumber(3);
pub(crate) const BARRED: OrganisationNumber = OrganisationNumber(4);
pub(crate) const OTHER_DEFINER: OrganisationNumber = OrganisationNumber(5);

/// One holder, may end, any issuer.
pub(crate) const PLAIN: LicenceTypeNumber = LicenceTypeNumber(0);
/// 出生医学证明: two linked parts, never ends.
pub(crate) const TWIN: LicenceTypeNumber = LicenceTypeNumber(1);
/// 结婚证: two holders.
pub(crate) const MARRIAGE: LicenceTypeNumber = LicenceTypeNumber(2);
/// Must end; only [`ISSUER`] may issue it.
pub(crate) const ENDING: LicenceTypeNumber = LicenceTypeNumber(3);

pub(crate) fn signer(seed: u8) -> Ed25519Signer {
    Ed25519Signer::from_secret(&[seed; 32]).unwrap()
}

/// The signer of an organisation of these fixtures.
pub(crate) fn signer_of(organisation: OrganisationNumber) -> Ed25519Signer {
    signer(100 + u8::try_from(organisation.0).unwrap())
}

pub(crate) fn validator_signer(place: u16) -> Ed25519Signer {
    signer(1 + u8::try_from(place).unwrap())
}

pub(crate) fn network_signer(place: u16) -> Ed25519Signer {
    let [low, high] = place.to_le_bytes();
    let mut secret = [201; 32];
    (secret[0], secret[1]) = (low, high);
    Ed25519Signer::from_secret(&secret).unwrap()
}

pub(crate) fn text<const MAX: usize>(content: &str) -> Text<MAX> {
    Text::new(content).unwrap()
}

pub(crate) fn list<T, const MIN: usize, const MAX: usize>(items: Vec<T>) -> Bounded<T, MIN, MAX> {
    Bounded::new(items).unwrap()
}

pub(crate) fn digest(label: &str) -> Digest {
    sha256(label.as_bytes())
}

pub(crate) fn key(number: u64) -> EntryKey {
    EntryKey::from_digest(digest(&format!("licence {number}")))
}

/// A key with the same first 16 bytes as `other`, and another end.
pub(crate) fn colliding(other: &EntryKey) -> EntryKey {
    let mut bytes = *other.digest().as_bytes();
    bytes[31] ^= 1;
    EntryKey::from_digest(Digest::from_bytes(bytes))
}

pub(crate) fn holder(number: u64) -> Holder {
    Holder::from_digest(digest(&format!("holder {number}")))
}

pub(crate) fn idempotency(number: u64) -> IdempotencyKey {
    IdempotencyKey::from_digest(digest(&format!("idempotency {number}")))
}

/// A credit code with both check characters right, from the answers of the checker itself.
pub(crate) fn credit_code(number: u32) -> String {
    for organisation_check in "0123456789X".chars() {
        let mut code = format!("11310000{number:08}{organisation_check}");
        let expected = match UnifiedCreditCode::check(&format!("{code}0")) {
            Err(IdentifierError::CheckCharacter { kind: NumberKind::UnifiedCreditCode, expected, .. }) => expected,
            _ => '0',
        };
        code.push(expected);
        if UnifiedCreditCode::check(&code).is_ok() {
            return code;
        }
    }
    unreachable!("every body has check characters")
}

pub(crate) fn organisation(number: OrganisationNumber, roles: Roles) -> Organisation {
    Organisation {
        number,
        credit_code: text(&credit_code(10_000_000 + number.0)),
        name_zh: text(&format!("机构{number}")),
        name_en: text(&format!("Organisation {number}")),
        roles,
        keys: list(vec![signer_of(number).public_key()]),
        status: OrganisationStatus::Active,
    }
}

pub(crate) fn licence_type(number: LicenceTypeNumber) -> LicenceType {
    let rule = |key, mandatory| FieldRule {
        key: text(key),
        label_zh: text(&format!("标签{key}")),
        label_en: text(&format!("Label {key}")),
        kind: FieldKind::Text,
        code: text("ZZBH"),
        mandatory,
    };
    LicenceType {
        number,
        code: text(&format!("{}{:03}", credit_code(10_000_001), number.0 + 1)),
        name_zh: text(&format!("证照{number}")),
        name_en: text(&format!("Type {number}")),
        definer: DEFINER,
        issuers: list(vec![]),
        holder_kinds: list(vec![111]),
        min_holders: 1,
        max_holders: 1,
        twin: false,
        validity: ValidityRule::MayEnd,
        fields: list(vec![rule("name", true), rule("number", true), rule("address", false), rule("remark", false)]),
        aliases: list(vec![]),
        template: text("plain"),
        openness: Openness::Restricted,
        level: Level::National,
        placeholder: true,
        collection_start: None,
        states: list(vec![]),
    }
}

/// The four types that every [`World`] has.
pub(crate) fn catalogue() -> Vec<LicenceType> {
    let mut twin = licence_type(TWIN);
    twin.twin = true;
    twin.validity = ValidityRule::NeverEnds;
    let mut marriage = licence_type(MARRIAGE);
    (marriage.min_holders, marriage.max_holders) = (2, 2);
    let mut ending = licence_type(ENDING);
    ending.validity = ValidityRule::MustEnd;
    ending.issuers = list(vec![ISSUER]);
    ending.holder_kinds = list(vec![111, 1]);
    ending.aliases = list(vec![Alias { jurisdiction: text("310000"), code: text("310100717000200") }]);
    ending.collection_start = Some(TODAY);
    ending.states = list(vec![StateName { state: NamedState::Expired, code: text("05"), name_zh: text("失效") }]);
    vec![licence_type(PLAIN), twin, marriage, ending]
}

pub(crate) fn ground(code: GroundCode) -> Ground {
    Ground { code, text: None, operator: None }
}

/// A new licence by [`ISSUER`], valid from a year ago for five years.
pub(crate) fn licence(licence_type: LicenceTypeNumber) -> Licence {
    let mut licence = Licence {
        licence_type,
        issuer: ISSUER,
        version: 1,
        holders: list(vec![holder(1)]),
        fields_root: digest("fields"),
        field_count: 3,
        record: RecordDigests { sha256: digest("record"), sm3: digest("record by sm3") },
        files: list(vec![]),
        seal: None,
        issued_on: Date(TODAY.0 - 365),
        valid_from: Date(TODAY.0 - 365),
        valid_to: Some(Date(TODAY.0 + 1460)),
        status: Status::Valid,
        disputed: false,
        ground: ground(GroundCode::Issue),
        twin: None,
        replaces: None,
        replaced_by: None,
    };
    if licence_type == TWIN {
        licence.valid_to = None;
    }
    if licence_type == MARRIAGE {
        licence.holders = list(vec![holder(1), holder(2)]);
    }
    licence
}

/// A file of a licence.
pub(crate) fn file(label: &str) -> LicenceFile {
    LicenceFile { kind: FileKind::Ofd, sha256: digest(label), sm3: digest(&format!("{label} by sm3")) }
}

/// A licence with one file and a seal on it.
pub(crate) fn sealed(seal: SealNumber, label: &str) -> Licence {
    with(licence(PLAIN), |one| (one.files, one.seal) = (list(vec![file(label)]), Some(seal)))
}

pub(crate) fn application(number: u32) -> SealApplication {
    SealApplication {
        number: SealNumber(number),
        id: text(&format!("ES31000000{number:04}")),
        name_zh: text("机构2证照专用章"),
        kind: SealKind::Licence,
        ground: ground(GroundCode::Decision),
    }
}

/// A seal made for the days from two years ago to a year from now.
pub(crate) fn making(number: u32, label: &str) -> SealMaking {
    SealMaking {
        number: SealNumber(number),
        sha256: digest(label),
        sm3: digest(&format!("{label} by sm3")),
        certificates: list(vec![digest(&format!("certificate of {label}"))]),
        valid_from: Date(TODAY.0 - 730),
        valid_to: Date(TODAY.0 + 365),
        ground: ground(GroundCode::Decision),
    }
}

pub(crate) fn filing(number: u32, label: &str) -> SealFiling {
    SealFiling { number: SealNumber(number), sha256: digest(label), ground: ground(GroundCode::Decision) }
}

pub(crate) fn material(number: u32) -> MaterialType {
    MaterialType {
        number: MaterialTypeNumber(number),
        code: text(&format!("CL{number:04}")),
        name_zh: text("出生医学证明复印件"),
        name_en: text("Copy of the birth certificate"),
        definer: DEFINER,
        kind: MaterialKind::Relation,
        source: MaterialSource::Licence(TWIN),
    }
}

pub(crate) fn with(mut licence: Licence, change: impl FnOnce(&mut Licence)) -> Licence {
    change(&mut licence);
    licence
}

pub(crate) fn mint(key: EntryKey, licence: Licence) -> Mint {
    Mint { key, licence }
}

pub(crate) fn mints(items: Vec<Mint>) -> Payload {
    Payload::Mint(list(items))
}

pub(crate) fn validators(count: u16) -> ValidatorSet {
    let one = |place| Validator { name: text(&format!("v{place}")), key: validator_signer(place).public_key() };
    ValidatorSet::new((0..count).map(one).collect()).unwrap()
}

/// A validator of the governor, with the key of [`validator_signer`].
pub(crate) fn node(place: u16) -> Node {
    Node {
        name: text(&format!("v{place}")),
        organisation: GOVERNOR,
        role: NodeRole::Validator,
        consensus_key: validator_signer(place).public_key(),
        network_key: network_signer(place).public_key(),
        consensus_address: text(&format!("/ip4/192.0.2.1/tcp/{}", 7000 + place)),
        exchange_address: text(&format!("/ip4/192.0.2.1/tcp/{}", 8000 + place)),
        url: text(&format!("https://v{place}.example")),
        certificate: list(vec![]),
        status: NodeStatus::Active,
    }
}

pub(crate) fn genesis(count: u16) -> Genesis {
    let governor = organisation(GOVERNOR, Roles::GOVERNOR);
    let nodes = (0..count).map(node).collect();
    Genesis::new(text("测试账本 test ledger"), START, vec![governor], nodes, Parameters::default()).unwrap()
}

/// A ledger in memory with six organisations and four licence types.
pub(crate) struct World {
    pub(crate) state: MemoryState,
    pub(crate) chain: ChainId,
    count: u16,
    counter: u64,
}

impl World {
    /// A ledger of which nothing but the genesis is there. `count` validators certify its blocks.
    pub(crate) fn of(genesis: &Genesis, count: u16) -> Self {
        Self { state: MemoryState::new(genesis), chain: genesis.chain_id(), count, counter: 0 }
    }

    /// Genesis, block 1 with the organisations, block 2 with the types.
    pub(crate) fn new(validator_count: u16) -> Self {
        let mut world = Self::of(&genesis(validator_count), validator_count);
        let mut barred = organisation(BARRED, Roles::ISSUER);
        barred.status = OrganisationStatus::Barred;
        let organisations = vec![
            organisation(DEFINER, Roles::DEFINER),
            organisation(ISSUER, Roles::ISSUER),
            organisation(OTHER_ISSUER, Roles::ISSUER),
            barred,
            organisation(OTHER_DEFINER, Roles::DEFINER),
        ];
        world.apply(GOVERNOR, Payload::RegisterOrganisation(list(organisations)));
        world.apply(DEFINER, Payload::DefineLicenceType(list(catalogue())));
        world
    }

    /// A transaction with an idempotency key of its own.
    pub(crate) fn transaction(&mut self, organisation: OrganisationNumber, payload: Payload) -> VerifiedTransaction {
        self.counter += 1;
        self.keyed(organisation, idempotency(1_000_000 + self.counter), payload)
    }

    pub(crate) fn keyed(
        &self,
        organisation: OrganisationNumber,
        key: IdempotencyKey,
        payload: Payload,
    ) -> VerifiedTransaction {
        self.signed_by(&signer_of(organisation), organisation, key, payload)
    }

    pub(crate) fn signed_by(
        &self,
        signer: &dyn Signer,
        organisation: OrganisationNumber,
        key: IdempotencyKey,
        payload: Payload,
    ) -> VerifiedTransaction {
        SignedTransaction::sign(self.chain, organisation, key, payload, signer).unwrap().verify().unwrap()
    }

    /// The next proposal, one second after the newest block.
    pub(crate) fn proposal(&self, transactions: Vec<VerifiedTransaction>) -> Proposal {
        let tip = self.state.tip();
        Proposal {
            height: tip.header.height.next(),
            time: TimestampMs(tip.header.time.0 + 1000),
            proposer: 0,
            parent: tip.id,
            transactions,
        }
    }

    /// Executes without writing.
    pub(crate) fn execute(&self, transactions: Vec<VerifiedTransaction>) -> ExecutedBlock {
        execute_block(&self.state, self.proposal(transactions)).unwrap()
    }

    /// Executes and takes the block over without votes.
    pub(crate) fn block(&mut self, transactions: Vec<VerifiedTransaction>) -> ExecutedBlock {
        let block = self.execute(transactions);
        self.state.take(&block);
        block
    }

    /// Executes, certifies by all validators, and commits.
    pub(crate) fn certified(&mut self, transactions: Vec<VerifiedTransaction>) -> CertifiedBlock {
        let block = self.execute(transactions);
        let certificate = certificate(&block, 0, 0..self.count);
        let block = block.certify(certificate).unwrap();
        self.state.commit(block.clone());
        block
    }

    /// A block of one transaction; its outcome.
    pub(crate) fn submit(&mut self, organisation: OrganisationNumber, payload: Payload) -> Outcome {
        let transaction = self.transaction(organisation, payload);
        self.block(vec![transaction]).outcomes()[0]
    }

    /// A block of one transaction that must be applied.
    pub(crate) fn apply(&mut self, organisation: OrganisationNumber, payload: Payload) -> LogIndex {
        match self.submit(organisation, payload) {
            Outcome::Applied { first, .. } => first,
            other => panic!("not applied: {other:?}"),
        }
    }

    pub(crate) fn index_of(&self, key: EntryKey) -> Option<LogIndex> {
        let found = self.state.newest(&[key]).unwrap()[0]?;
        (self.entry(found).key == key).then_some(found)
    }

    pub(crate) fn entry(&self, index: LogIndex) -> Entry {
        self.state.entry(index).unwrap()
    }

    /// The newest state of a licence.
    pub(crate) fn licence(&self, key: EntryKey) -> Licence {
        self.entry(self.index_of(key).unwrap()).licence().unwrap().clone()
    }

    pub(crate) fn leaves(&self) -> Leaves {
        Leaves(self.state.entries().iter().map(|bytes| leaf_hash::<LogTree>(bytes)).collect())
    }
}

/// Votes of the validators at `places` for a block.
pub(crate) fn certificate(block: &ExecutedBlock, round: u32, places: impl IntoIterator<Item = u16>) -> Certificate {
    let header = block.header();
    let vote =
        |place| Vote::sign(header.chain, header.height, round, block.id(), place, &validator_signer(place)).unwrap();
    Certificate { height: header.height, round, block: block.id(), votes: list(places.into_iter().map(vote).collect()) }
}

/// The log's leaf hashes as a source of nodes.
pub(crate) struct Leaves(pub(crate) Vec<Digest>);

impl NodeSource for Leaves {
    type Error = Infallible;
    fn node(&self, level: u32, index: u64) -> Result<Digest, Infallible> {
        let start = (index << level) as usize;
        Ok(static_root::<LogTree>(&self.0[start..start + (1 << level)]))
    }
}

/// A sequence of numbers that is the same on every machine (SplitMix64).
pub(crate) struct Sequence(pub(crate) u64);

impl Sequence {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }
}
