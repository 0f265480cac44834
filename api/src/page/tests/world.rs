//! Blocks for the fake ledger: organisations, types, licences, their changes, and transactions that are refused.

use std::collections::BTreeMap;
use std::convert::Infallible;
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_crypto::sign::{Ed25519Signer, Signer};
use zhengku_ledger::block::{Certificate, Genesis, Proposal, Vote};
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::licence::{Change, Ground, GroundCode};
use zhengku_ledger::entry::node::{NodeRole, NodeStatus};
use zhengku_ledger::entry::proposal::GovernanceChange;
use zhengku_ledger::entry::{
    Entry, FieldKind, FieldRule, Level, Licence, LicenceType, Node, Openness, Organisation, OrganisationStatus,
    Parameters, RecordDigests, Roles, Status, ValidityRule,
};
use zhengku_ledger::execute::execute_block;
use zhengku_ledger::ids::{
    ChainId, Date, EntryKey, Holder, IdempotencyKey, LicenceTypeNumber, LogIndex, OrganisationNumber, TimestampMs,
};
use zhengku_ledger::state::{AppliedAt, StateView, Tip};
use zhengku_ledger::transaction::{
    Approval, Mint, Outcome, Payload, SignedTransaction, StatusChange, VerifiedTransaction,
};
use zhengku_ledger::validator_set::ValidatorSet;

/// The validators' names.
pub(crate) const VALIDATORS: [&str; 4] = ["pudong-1", "jiading-1", "huangpu-1", "xuhui-1"];
/// 2026-11-21T04:00:00Z.
const START: TimestampMs = TimestampMs(1_795_233_600_000);
/// Credit code, Chinese and English name, roles.
const ORGANISATIONS: [(&str, &str, &str, Roles); 5] = [
    ("11999999DATA000035", "市大数据中心(样例)", "City Data Centre (sample)", Roles::GOVERNOR),
    (
        "11999999000000019M",
        "黄浦区民政局(样例)",
        "Huangpu Civil Affairs Bureau (sample)",
        Roles::ISSUER.with(Roles::DEFINER),
    ),
    ("11999999TE5T00016J", "嘉定区市场监督管理局(样例)", "Jiading Market Regulation Bureau (sample)", Roles::ISSUER),
    ("11999999TE5T00024D", "浦东新区公安分局(样例)", "Pudong Public Security Branch (sample)", Roles::ISSUER),
    ("12999999HP0000013G", "第一妇婴保健院(样例)", "First Maternity Hospital (sample)", Roles::ISSUER),
];
const TYPES: [(&str, &str, ValidityRule); 3] = [
    ("食品经营许可证", "Food operation licence", ValidityRule::MustEnd),
    ("居住证", "Residence permit", ValidityRule::MayEnd),
    ("结婚证", "Marriage certificate", ValidityRule::NeverEnds),
];

/// A licence whose days are over, one whose days begin tomorrow, and one whose last day is the day of the newest block.
pub(crate) const OVER: u64 = 5_000;
pub(crate) const NOT_YET: u64 = 5_001;
pub(crate) const ENDS_TODAY: u64 = 5_002;
/// The day of all blocks, in Beijing.
const TODAY: i32 = 20_778;

/// A block as it is kept.
pub(crate) struct Kept {
    /// None for block 0.
    pub(crate) certificate: Option<Certificate>,
    /// The set that voted.
    pub(crate) validators: ValidatorSet,
    /// In order.
    pub(crate) transactions: Vec<VerifiedTransaction>,
    /// In order.
    pub(crate) outcomes: Vec<Outcome>,
    /// The entries it superseded.
    pub(crate) superseded: Vec<LogIndex>,
}

/// A ledger in memory, with every height it had.
pub(crate) struct World {
    /// The state after each block.
    pub(crate) tips: Vec<Tip>,
    /// The blocks.
    pub(crate) blocks: Vec<Kept>,
    /// The canonical entries.
    pub(crate) entries: Vec<Vec<u8>>,
    newest: BTreeMap<[u8; 16], LogIndex>,
    applied: BTreeMap<(OrganisationNumber, IdempotencyKey), AppliedAt>,
    chain: ChainId,
    counter: u64,
}

impl StateView for World {
    type Error = Infallible;

    fn tip(&self) -> &Tip {
        self.tips.last().unwrap()
    }

    fn newest(&self, keys: &[EntryKey]) -> Result<Vec<Option<LogIndex>>, Infallible> {
        Ok(keys.iter().map(|key| self.newest.get(&key.prefix()).copied()).collect())
    }

    fn entry(&self, index: LogIndex) -> Result<Entry, Infallible> {
        Ok(Entry::decode(&self.entries[usize::try_from(index.0).unwrap()]).unwrap())
    }

    fn applied(&self, who: OrganisationNumber, key: &IdempotencyKey) -> Result<Option<AppliedAt>, Infallible> {
        Ok(self.applied.get(&(who, *key)).copied())
    }
}

impl World {
    /// About fifty blocks and more than one chunk of the bitmap.
    pub(crate) fn filled() -> Self {
        let mut world = Self::started();
        let organisations = (4..5).map(organisation).collect();
        world.apply(0, Payload::RegisterOrganisation(Bounded::new(organisations).unwrap()));
        let types = (0..3).map(licence_type).collect();
        world.apply(1, Payload::DefineLicenceType(Bounded::new(types).unwrap()));
        for batch in 0..3 {
            world.mint(2, batch * 700..(batch + 1) * 700);
        }
        world.change(2, 4, Change::Suspend);
        world.change(2, 4, Change::Resume);
        world.change(2, 9, Change::Withdraw);
        // The same licence again, and a licence that has ended: both refused.
        world.mint(2, 4..5);
        world.change(2, 9, Change::Suspend);
        let again = world.signed(2, Payload::ChangeStatus(Bounded::new(vec![change(12, Change::Suspend)]).unwrap()));
        world.block(vec![again.clone()]);
        world.block(vec![again]);
        world.block(Vec::new());
        for number in 0..36 {
            if number % 4 == 3 {
                world.block(Vec::new())
            } else {
                world.mint(2, 3_000 + number * 3..3_003 + number * 3)
            }
        }
        world.mint(2, OVER..ENDS_TODAY + 1);
        world.propose();
        world
    }

    /// A proposal that a quorum approves (to propose is to approve), and one that waits.
    fn propose(&mut self) {
        let change = GovernanceChange::SetParameters(Parameters { idle_ms: 9_000, ..Parameters::default() });
        self.apply(0, Payload::ProposeChange(Bounded::new(vec![change.clone()]).unwrap()));
        for operator in 1..3 {
            let approval = Approval { proposal: 0, change: change.digest() };
            self.apply(operator, Payload::ApproveChange(Bounded::new(vec![approval]).unwrap()));
        }
        let change = GovernanceChange::RemoveNode(text(VALIDATORS[3]));
        self.apply(1, Payload::ProposeChange(Bounded::new(vec![change]).unwrap()));
    }

    /// A small block, as a resting network makes them.
    pub(crate) fn live_block(&mut self) {
        let first = 10_000 + self.counter * 2;
        self.mint(2, first..first + 2);
    }

    fn started() -> Self {
        let nodes = (0..).zip(VALIDATORS).map(node).collect();
        let organisations = (0..4).map(organisation).collect();
        let genesis = Genesis::new(text("样例账本 Sample ledger"), START, organisations, nodes, Parameters::default());
        let genesis = genesis.unwrap();
        let (batch, tip) = genesis.start();
        let kept = Kept {
            certificate: None,
            validators: tip.validators().clone(),
            transactions: Vec::new(),
            outcomes: Vec::new(),
            superseded: Vec::new(),
        };
        let mut world = Self {
            tips: vec![tip],
            blocks: vec![kept],
            entries: Vec::new(),
            newest: BTreeMap::new(),
            applied: BTreeMap::new(),
            chain: genesis.chain_id(),
            counter: 0,
        };
        world.append(&batch);
        world
    }

    fn append(&mut self, batch: &zhengku_ledger::block::EntryBatch) {
        for (bytes, row) in batch.encoded().zip(batch.rows()) {
            self.newest.insert(row.key.prefix(), LogIndex(self.entries.len() as u64));
            self.entries.push(bytes.to_vec());
        }
    }

    fn signed(&mut self, organisation: u32, payload: Payload) -> VerifiedTransaction {
        self.counter += 1;
        let key = IdempotencyKey::from_digest(digest("idempotency", self.counter));
        let signer = organisation_signer(organisation);
        let organisation = OrganisationNumber(organisation);
        SignedTransaction::sign(self.chain, organisation, key, payload, &signer).unwrap().verify().unwrap()
    }

    fn apply(&mut self, organisation: u32, payload: Payload) {
        let transaction = self.signed(organisation, payload);
        self.block(vec![transaction]);
    }

    fn mint(&mut self, issuer: u32, numbers: std::ops::Range<u64>) {
        let one = |number| Mint { key: key(number), licence: licence(issuer, number) };
        self.apply(issuer, Payload::Mint(Bounded::new(numbers.map(one).collect()).unwrap()));
    }

    fn change(&mut self, issuer: u32, number: u64, to: Change) {
        self.apply(issuer, Payload::ChangeStatus(Bounded::new(vec![change(number, to)]).unwrap()));
    }

    fn block(&mut self, transactions: Vec<VerifiedTransaction>) {
        let tip = self.tip();
        let height = tip.header.height.next();
        let proposal = Proposal {
            height,
            time: TimestampMs(tip.header.time.0 + 1_000),
            proposer: u16::try_from(height.0 % 4).unwrap(),
            parent: tip.id,
            transactions,
        };
        let block = execute_block(self, proposal).unwrap();
        let absent = u16::try_from(height.0 % 3).unwrap();
        let places = (0..4_u16).filter(|place| absent == 0 || *place != absent);
        let vote = |place: u16| {
            Vote::sign(self.chain, height, 0, block.id(), place, &signer(u8::try_from(place + 1).unwrap())).unwrap()
        };
        let votes = Bounded::new(places.map(vote).collect()).unwrap();
        let certificate = Certificate { height, round: 0, block: block.id(), votes };
        let block = block.certify(certificate.clone()).unwrap();
        let executed = block.executed();
        self.append(executed.entries());
        for (place, (transaction, outcome)) in executed.transactions().iter().zip(executed.outcomes()).enumerate() {
            if outcome.takes_key() {
                let envelope = transaction.envelope();
                let place = u32::try_from(place).unwrap();
                let at = AppliedAt { transaction: transaction.id(), height, place };
                self.applied.insert((envelope.organisation, envelope.idempotency), at);
            }
        }
        self.blocks.push(Kept {
            certificate: Some(certificate),
            validators: self.tip().validators().clone(),
            transactions: executed.transactions().to_vec(),
            outcomes: executed.outcomes().to_vec(),
            superseded: executed.superseded().to_vec(),
        });
        self.tips.push(block.into_next());
    }
}

fn digest(label: &str, number: u64) -> Digest {
    sha256(format!("{label} {number}").as_bytes())
}

fn signer(seed: u8) -> Ed25519Signer {
    Ed25519Signer::from_secret(&[seed; 32]).unwrap()
}

fn organisation_signer(number: u32) -> Ed25519Signer {
    signer(100 + u8::try_from(number).unwrap())
}

fn text<const MAX: usize>(content: &str) -> Text<MAX> {
    Text::new(content).unwrap()
}

fn organisation(number: u32) -> Organisation {
    let (code, zh, en, roles) = ORGANISATIONS[usize::try_from(number).unwrap()];
    Organisation {
        number: OrganisationNumber(number),
        credit_code: text(code),
        name_zh: text(zh),
        name_en: text(en),
        roles,
        keys: Bounded::new(vec![organisation_signer(number).public_key()]).unwrap(),
        status: OrganisationStatus::Active,
    }
}

fn node((place, name): (u8, &str)) -> Node {
    Node {
        name: text(name),
        organisation: OrganisationNumber(u32::from(place)),
        role: NodeRole::Validator,
        consensus_key: signer(place + 1).public_key(),
        network_key: signer(place + 51).public_key(),
        consensus_address: text(&format!("/ip4/192.0.2.{}/tcp/7001", place + 1)),
        exchange_address: text(&format!("/ip4/192.0.2.{}/tcp/7002", place + 1)),
        url: text(&format!("https://{name}.example.org")),
        certificate: Bounded::new(Vec::new()).unwrap(),
        status: NodeStatus::Active,
    }
}

fn licence_type(number: u32) -> LicenceType {
    let (zh, en, validity) = TYPES[usize::try_from(number).unwrap()];
    let rule = |(key, label)| FieldRule {
        key: text(key),
        label_zh: text(label),
        label_en: text(key),
        kind: FieldKind::Text,
        code: text(""),
        mandatory: key != "remark",
    };
    let fields = [("holder_name", "持证主体"), ("number", "证照编号"), ("address", "地址"), ("remark", "备注")];
    LicenceType {
        number: LicenceTypeNumber(number),
        code: text(&format!("{}{:03}", ORGANISATIONS[1].0, number + 1)),
        name_zh: text(zh),
        name_en: text(en),
        definer: OrganisationNumber(1),
        issuers: Bounded::new(Vec::new()).unwrap(),
        holder_kinds: Bounded::new(vec![111]).unwrap(),
        min_holders: 1,
        max_holders: 2,
        twin: false,
        validity,
        fields: Bounded::new(fields.map(rule).to_vec()).unwrap(),
        aliases: Bounded::default(),
        template: text("plain"),
        openness: Openness::Restricted,
        level: Level::National,
        placeholder: true,
        collection_start: None,
        states: Bounded::default(),
    }
}

/// The key of a licence of this fake ledger.
pub(crate) fn key(number: u64) -> EntryKey {
    EntryKey::from_digest(digest("licence", number))
}

fn change(number: u64, change: Change) -> StatusChange {
    let ground = Ground { code: GroundCode::Decision, text: Some(digest("ground", number)), operator: None };
    StatusChange { key: key(number), change, ground }
}

fn licence(issuer: u32, number: u64) -> Licence {
    let (first, last) = match number {
        OVER => (TODAY - 400, TODAY - 1),
        NOT_YET => (TODAY + 1, TODAY + 400),
        ENDS_TODAY => (TODAY - 400, TODAY),
        _ => (TODAY, TODAY + 1_825),
    };
    Licence {
        licence_type: LicenceTypeNumber(0),
        issuer: OrganisationNumber(issuer),
        version: 1,
        holders: Bounded::new(vec![Holder::from_digest(digest("holder", number))]).unwrap(),
        fields_root: digest("fields", number),
        field_count: 4,
        record: RecordDigests { sha256: digest("record", number), sm3: digest("record by sm3", number) },
        files: Bounded::default(),
        seal: None,
        issued_on: Date(first.min(TODAY)),
        valid_from: Date(first),
        valid_to: Some(Date(last)),
        status: Status::Valid,
        disputed: false,
        ground: Ground { code: GroundCode::Issue, text: None, operator: None },
        twin: None,
        replaces: None,
        replaced_by: None,
    }
}
