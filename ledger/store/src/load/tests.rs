//! Governance read back from the rows: at every height of a history with joins, rotations, leaves, proposals and offences, a
//! reopened store has the state that execution gave, and the replay agrees.

use crate::fsck::fsck;
use crate::{OpenMode, Store, StoreError, StoreOptions};
use std::path::{Path, PathBuf};
use zhengku_crypto::digest::sha256;
use zhengku_crypto::sign::{Ed25519Signer, PublicKey, Signer};
use zhengku_ledger::block::{Ballot, Certificate, Genesis, Offence, Proposal, Step, Vote};
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::licence::GroundCode;
use zhengku_ledger::entry::{
    FieldKind, FieldRule, FileKind, Ground, Level, Licence, LicenceFile, LicenceType, MaterialKind, MaterialSource,
    MaterialType, Openness, RecordDigests, SealKind, Status, ValidityRule,
};
use zhengku_ledger::entry::{
    GovernanceChange, Node, NodeRole, NodeStatus, Organisation, OrganisationStatus, Parameters, Roles,
};
use zhengku_ledger::execute::execute_block;
use zhengku_ledger::ids::{
    BlockId, Date, EntryKey, Height, Holder, IdempotencyKey, LicenceTypeNumber, LogIndex, MaterialTypeNumber,
    OrganisationNumber, SealNumber, TimestampMs,
};
use zhengku_ledger::state::StateView;
use zhengku_ledger::transaction::{
    Mint, Outcome, Payload, SealApplication, SealFiling, SealMaking, SignedTransaction, SupersedeCause, Supersession,
};

const GOVERNOR: OrganisationNumber = OrganisationNumber(0);
const DELAY: u32 = 3;

fn signer(seed: u8) -> Ed25519Signer {
    Ed25519Signer::from_secret(&[seed; 32]).unwrap()
}

fn node(seed: u8) -> Node {
    Node {
        name: Text::new(format!("node-{seed}")).unwrap(),
        organisation: GOVERNOR,
        role: NodeRole::Validator,
        consensus_key: signer(seed).public_key(),
        network_key: signer(100 + seed).public_key(),
        consensus_address: Text::new("").unwrap(),
        exchange_address: Text::new("").unwrap(),
        url: Text::new("").unwrap(),
        certificate: Bounded::new(Vec::new()).unwrap(),
        status: NodeStatus::Active,
    }
}

fn genesis() -> Genesis {
    let governor = Organisation {
        number: GOVERNOR,
        credit_code: Text::new("11999999DATA000035").unwrap(),
        name_zh: Text::new("治理").unwrap(),
        name_en: Text::new("Governor").unwrap(),
        roles: Roles::GOVERNOR.with(Roles::DEFINER).with(Roles::ISSUER).with(Roles::SEAL_MAKER),
        keys: Bounded::new(vec![signer(200).public_key()]).unwrap(),
        status: OrganisationStatus::Active,
    };
    let parameters = Parameters { governance_delay: DELAY, ..Parameters::default() };
    let nodes = (1..=4).map(node).collect();
    Genesis::new(Text::new("test").unwrap(), TimestampMs(1_000), vec![governor], nodes, parameters).unwrap()
}

struct Ledger {
    _scratch: tempfile::TempDir,
    path: PathBuf,
    sent: u64,
}

fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open(path, OpenMode::Write, &StoreOptions { cache_bytes: 1 << 20, sync: false })
}

impl Ledger {
    fn new() -> Self {
        let scratch = tempfile::TempDir::new().unwrap();
        let path = scratch.path().join("ledger");
        drop(Store::create(&path, &genesis(), &StoreOptions { cache_bytes: 1 << 20, sync: false }).unwrap());
        Self { _scratch: scratch, path, sent: 0 }
    }

    /// Opens the store, decides one block by the votes of its own set, and compares what the next opening finds.
    fn block(&mut self, payloads: Vec<Payload>) -> Height {
        let store = open(&self.path).unwrap();
        let tip = store.tip();
        let sign = |payload: Payload| {
            self.sent += 1;
            let key = IdempotencyKey::from_digest(sha256(&self.sent.to_be_bytes()));
            SignedTransaction::sign(tip.header.chain, GOVERNOR, key, payload, &signer(200)).unwrap().verify().unwrap()
        };
        let proposal = Proposal {
            height: tip.header.height.next(),
            time: TimestampMs(tip.header.time.0 + 1),
            proposer: 0,
            parent: tip.id,
            transactions: payloads.into_iter().map(sign).collect(),
        };
        let block = execute_block(&store.view(), proposal).unwrap();
        assert!(block.outcomes().iter().all(|one| matches!(one, Outcome::Applied { .. })), "{:?}", block.outcomes());
        let (height, id) = (block.header().height, block.id());
        let key = |public: &PublicKey| (1..60).map(signer).find(|one| one.public_key() == *public).unwrap();
        let vote = |(place, one): (usize, &zhengku_ledger::validator_set::Validator)| {
            let place = u16::try_from(place).unwrap();
            Vote::sign(tip.header.chain, height, 0, id, place, &key(&one.key)).unwrap()
        };
        let votes = tip.validators().as_slice().iter().enumerate().map(vote).collect();
        let certificate = Certificate { height, round: 0, block: id, votes: Bounded::new(votes).unwrap() };
        store.commit(block.certify(certificate).unwrap()).unwrap();
        let expected = store.tip();
        drop(store);
        let store = open(&self.path).unwrap();
        let found = store.tip();
        assert_eq!(found.governance, expected.governance, "height {height}");
        assert_eq!((&found.header, &found.directory), (&expected.header, &expected.directory));
        height
    }

    fn propose(&mut self, change: GovernanceChange) -> Height {
        self.block(vec![Payload::ProposeChange(Bounded::new(vec![change]).unwrap())])
    }
}

#[cfg(unix)]
#[test]
fn the_directory_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let ledger = Ledger::new();
    let mode = std::fs::metadata(&ledger.path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn governance_is_read_back_at_every_height() {
    let mut ledger = Ledger::new();
    let chain = genesis().chain_id();
    // The stop comes in the middle of each delay: every block is decided by a store that was just opened.
    ledger.propose(GovernanceChange::AddNode(node(5)));
    ledger.propose(GovernanceChange::ReplaceNode(Node { consensus_key: signer(50).public_key(), ..node(2) }));
    ledger.propose(GovernanceChange::RemoveNode(node(3).name));
    let joined = ledger.block(vec![]);
    assert_eq!(joined.0, 1 + u64::from(DELAY));
    for _ in 0..3 {
        ledger.block(vec![]);
    }
    let tip = open(&ledger.path).unwrap().tip();
    let names: Vec<&str> = tip.validators().as_slice().iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["node-1", "node-2", "node-4", "node-5"]);
    // What node-3 signed while it voted is known after a restart, too.
    let ballot = |block| Ballot { step: Step::Prevote, height: Height(2), round: 0, block };
    let signed = |one: Ballot| (one, one.sign(chain, &signer(3)).unwrap());
    let other = Some(BlockId::from_digest(sha256(b"block")));
    let offence = Offence::DoubleVote {
        validator: signer(3).public_key(),
        first: signed(ballot(None)),
        second: signed(ballot(other)),
    };
    ledger.block(vec![Payload::ReportOffence(Bounded::new(vec![offence]).unwrap())]);
    let parameters = Parameters { governance_delay: 1, ..Parameters::default() };
    ledger.propose(GovernanceChange::SetParameters(parameters));
    ledger.propose(GovernanceChange::AddNode(node(3)));
    for _ in 0..4 {
        ledger.block(vec![]);
    }
    let store = open(&ledger.path).unwrap();
    let governance = &store.tip().governance;
    assert_eq!(governance.parameters(), &parameters);
    assert_eq!(governance.offences().len(), 1);
    assert_eq!(governance.terms(&signer(3).public_key()).len(), 2);
    assert_eq!(governance.terms(&signer(2).public_key())[0].until, Some(Height(5)));
    assert_eq!(fsck(&store, |_| ()).problem, None);
    let at = store.view().applied(GOVERNOR, &IdempotencyKey::from_digest(sha256(&2_u64.to_be_bytes()))).unwrap();
    assert_eq!(at.map(|at| (at.height, at.place)), Some((Height(2), 0)));
}

fn text<const MAX: usize>(content: &str) -> Text<MAX> {
    Text::new(content).unwrap()
}

fn list<T, const MIN: usize, const MAX: usize>(items: Vec<T>) -> Bounded<T, MIN, MAX> {
    Bounded::new(items).unwrap()
}

const GROUND: Ground = Ground { code: GroundCode::Decision, text: None, operator: None };

fn licence_type() -> LicenceType {
    let rule = FieldRule {
        key: text("name"),
        label_zh: text("名称"),
        label_en: text("Name"),
        kind: FieldKind::Text,
        code: text(""),
        mandatory: true,
    };
    LicenceType {
        number: LicenceTypeNumber(0),
        code: text("11999999000000019M001"),
        name_zh: text("样例证"),
        name_en: text("Sample"),
        definer: GOVERNOR,
        issuers: Bounded::default(),
        holder_kinds: list(vec![111]),
        min_holders: 1,
        max_holders: 1,
        twin: false,
        validity: ValidityRule::MayEnd,
        fields: list(vec![rule]),
        aliases: Bounded::default(),
        template: text("plain"),
        openness: Openness::Public,
        level: Level::City,
        placeholder: true,
        collection_start: None,
        states: Bounded::default(),
    }
}

fn material() -> MaterialType {
    MaterialType {
        number: MaterialTypeNumber(0),
        code: text("CL0001"),
        name_zh: text("样例材料"),
        name_en: text("Sample material"),
        definer: GOVERNOR,
        kind: MaterialKind::Fact,
        source: MaterialSource::Licence(LicenceTypeNumber(0)),
    }
}

fn licence(file: &str) -> Licence {
    Licence {
        licence_type: LicenceTypeNumber(0),
        issuer: GOVERNOR,
        version: 1,
        holders: list(vec![Holder::from_digest(sha256(b"holder"))]),
        fields_root: sha256(b"fields"),
        field_count: 1,
        record: RecordDigests { sha256: sha256(b"record"), sm3: sha256(b"record sm3") },
        files: list(vec![LicenceFile { kind: FileKind::Ofd, sha256: sha256(file.as_bytes()), sm3: sha256(b"sm3") }]),
        seal: Some(SealNumber(0)),
        issued_on: Date(0),
        valid_from: Date(0),
        valid_to: None,
        status: Status::Valid,
        disputed: false,
        ground: GROUND,
        twin: None,
        replaces: None,
        replaced_by: None,
    }
}

fn registers(ledger: &mut Ledger) {
    let (number, ground) = (SealNumber(0), GROUND);
    let (id, name_zh) = (text("ES0001"), text("样例章"));
    let application = SealApplication { number, id, name_zh, kind: SealKind::Licence, ground };
    let making = SealMaking {
        number,
        sha256: sha256(b"seal"),
        sm3: sha256(b"seal sm3"),
        certificates: list(vec![sha256(b"certificate")]),
        valid_from: Date(0),
        valid_to: Date(21_000),
        ground,
    };
    ledger.block(vec![Payload::DefineLicenceType(list(vec![licence_type()]))]);
    ledger
        .block(vec![Payload::DefineMaterialType(list(vec![material()])), Payload::ApplySeal(list(vec![application]))]);
    ledger.block(vec![Payload::MakeSeal(list(vec![making]))]);
    let filing = SealFiling { number, sha256: sha256(b"seal"), ground };
    ledger.block(vec![Payload::FileSeal(list(vec![filing]))]);
}

/// Seals, types and materials are read back; a file leads to the newest state of the licence that named it first; the check sees each row.
#[test]
fn registers_and_files_are_read_back() {
    let mut ledger = Ledger::new();
    registers(&mut ledger);
    let (one, two) = (EntryKey::from_digest(sha256(b"one")), EntryKey::from_digest(sha256(b"two")));
    let mint = |key, file: &str| Payload::Mint(list(vec![Mint { key, licence: licence(file) }]));
    ledger.block(vec![mint(one, "first file"), mint(two, "second file")]);
    let amended = Licence { version: 2, ..licence("third file") };
    let thief = EntryKey::from_digest(sha256(b"thief"));
    let amendment = Supersession { cause: SupersedeCause::Amend, old: one, new: one, licence: amended };
    ledger.block(vec![Payload::Supersede(list(vec![amendment])), mint(thief, "second file")]);
    let store = open(&ledger.path).unwrap();
    let found = |file: &str| {
        let found = store.view().find_file(&sha256(file.as_bytes())).unwrap();
        found.map(|(index, entry)| (entry.key, index))
    };
    let newest = |key: EntryKey| store.view().find(&key).unwrap().map(|(index, _)| (key, index));
    assert_eq!((found("first file"), found("third file")), (newest(one), newest(one)));
    assert_eq!(found("second file"), newest(two), "who names it later does not take it over");
    assert_eq!(found("no file"), None);
    // The proof by a file is of the newest state that lists it: that of a former version says that there is a newer one.
    let proven = |file: &str| {
        let proof = store.view().prove_file(&sha256(file.as_bytes())).unwrap()?;
        let (header, entry) = (proof.header, proof.licence);
        let is_newest = entry.currency.verify(&header.current_root, header.log_size, entry.index).unwrap();
        Some((entry.entry.key, entry.entry.licence()?.version, is_newest))
    };
    assert_eq!(
        [proven("first file"), proven("third file"), proven("second file"), proven("no file")],
        [Some((one, 1, false)), Some((one, 2, true)), Some((two, 1, true)), None]
    );
    assert_eq!(fsck(&store, |_| ()).problem, None);
    let files = crate::column::Column::File.of(&store.db).unwrap();
    let row = crate::column::file_key(&sha256(b"second file"));
    let good = store.db.get_cf(files, row).unwrap().unwrap();
    let LogIndex(last) = newest(thief).unwrap().1;
    for bad in [None, Some(last.to_be_bytes().to_vec())] {
        match bad {
            None => store.db.delete_cf(files, row).unwrap(),
            Some(value) => store.db.put_cf(files, row, value).unwrap(),
        }
        let problem = fsck(&store, |_| ()).problem.expect("a planted fault is found");
        assert!(problem.what.contains("file row"), "{problem:?}");
        store.db.put_cf(files, row, &good).unwrap();
    }
    assert_eq!(fsck(&store, |_| ()).problem, None);
}
