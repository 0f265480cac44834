//! Bytes that are fixed for ever. A test that fails here means that the format changed: a new version number, not a new vector.

use crate::block::{Bid, Certificate, Genesis, Header, Offence};
use crate::codec::{decode, encode};
use crate::entry::licence::GroundCode;
use crate::entry::{
    BatchApprovalRecord, Entry, EntryBody, Field, FieldSet, FileKind, GovernanceChange, GovernanceProposal,
    LicenceFile, OffenceRecord, Origin, Parameters, ProposalStatus, Roles, Status,
};
use crate::fixtures::*;
use crate::ids::{BlockId, EntryKey, Height, LogIndex, MaterialTypeNumber, SealNumber};
use crate::log::proof::inclusion;
use crate::proof::{EntryProof, PROOF_VERSION, Proof};
use crate::state::StateView;
use crate::transaction::{
    BatchApproval, Envelope, Outcome, Payload, PayloadKind, RejectCode, SealCancellation, SignedTransaction,
};
use crate::validator_set::ValidatorSet;
use std::fmt::Write;
use zhengku_crypto::sign::Signer;

/// Reads a vector: lines of hex; lines that start with `#` are for people.
fn bytes_of(vector: &str) -> Vec<u8> {
    let digits: String = vector.lines().filter(|line| !line.starts_with('#')).collect();
    hex::decode(digits).unwrap()
}

/// As the files are written.
fn hex_of(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(32) {
        writeln!(text, "{}", hex::encode(line)).unwrap();
    }
    text
}

#[track_caller]
fn check(name: &str, vector: &str, bytes: &[u8], read_back: impl Fn(&[u8]) -> Vec<u8>) {
    assert!(bytes_of(vector) == bytes, "docs/spec/vectors/{name}.hex should be\n{}", hex_of(bytes));
    assert_eq!(read_back(bytes), bytes, "{name}");
}

macro_rules! vector {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../../docs/spec/vectors/", $name, ".hex")))
    };
}

fn entry(body: EntryBody, key: EntryKey, previous: Option<LogIndex>) -> Entry {
    Entry { version: 1, key, previous, origin: Origin { height: Height(5), transaction: 2, item: 1 }, body }
}

fn entry_bytes(bytes: &[u8]) -> Vec<u8> {
    encode(&Entry::decode(bytes).unwrap())
}

/// A licence with every optional field present.
fn full_licence() -> crate::entry::Licence {
    with(licence(TWIN), |one| {
        (one.version, one.status) = (7, Status::Replaced);
        one.holders = list(vec![holder(1), holder(2)]);
        one.valid_to = Some(crate::ids::Date(-1));
        one.ground = crate::entry::Ground {
            code: GroundCode::Decision,
            text: Some(digest("decision")),
            operator: Some(digest("operator")),
        };
        let pdf = LicenceFile { kind: FileKind::Pdf, ..file("pdf") };
        (one.files, one.seal, one.disputed) = (list(vec![file("ofd"), pdf]), Some(SealNumber(3)), true);
        (one.twin, one.replaces, one.replaced_by) = (Some(key(1)), Some(key(2)), Some(key(3)));
    })
}

#[test]
fn entries() {
    let (name, vector) = vector!("entry-organisation");
    let governor = organisation(GOVERNOR, Roles::GOVERNOR);
    let one = entry(EntryBody::Organisation(governor), EntryKey::of_organisation(GOVERNOR), None);
    check(name, vector, &encode(&one), entry_bytes);
    let (name, vector) = vector!("entry-licence-type");
    let one =
        entry(EntryBody::LicenceType(catalogue()[3].clone()), EntryKey::of_licence_type(ENDING), Some(LogIndex(6)));
    check(name, vector, &encode(&one), entry_bytes);
    let (name, vector) = vector!("entry-licence");
    let one = entry(EntryBody::Licence(licence(PLAIN)), key(1), None);
    check(name, vector, &encode(&one), entry_bytes);
    let (name, vector) = vector!("entry-licence-full");
    let one = entry(EntryBody::Licence(full_licence()), key(2), Some(LogIndex(300)));
    check(name, vector, &encode(&one), entry_bytes);
}

/// A seal that was filed, by the rules themselves.
fn seal() -> crate::entry::SealRecord {
    let world = crate::execute::tests::world_with_seals();
    world.state.tip().directory.seal(SealNumber(0)).unwrap().clone()
}

#[test]
fn entries_of_registers() {
    let (name, vector) = vector!("entry-seal");
    let one = entry(EntryBody::Seal(seal()), EntryKey::of_seal(SealNumber(0)), Some(LogIndex(13)));
    check(name, vector, &encode(&one), entry_bytes);
    let (name, vector) = vector!("entry-material-type");
    let one = entry(EntryBody::MaterialType(material(1)), EntryKey::of_material_type(MaterialTypeNumber(1)), None);
    check(name, vector, &encode(&one), entry_bytes);
    let (name, vector) = vector!("entry-batch-approval");
    let record = BatchApprovalRecord {
        organisation: ISSUER,
        items_root: digest("items"),
        count: 101,
        kind: PayloadKind::ChangeStatus,
        approver: signer(9).public_key(),
        used_by: Some(transaction().envelope().id()),
    };
    let key = EntryKey::of_batch_approval(ISSUER, &digest("items"));
    check(name, vector, &encode(&entry(EntryBody::BatchApproval(record), key, Some(LogIndex(20)))), entry_bytes);
}

/// One payload of each kind that the registers know.
fn register_payloads() -> [Payload; 7] {
    let ground = ground(GroundCode::Law);
    let approval = BatchApproval { items_root: digest("items"), count: 101, kind: PayloadKind::Supersede };
    [
        Payload::ApplySeal(list(vec![application(1)])),
        Payload::MakeSeal(list(vec![making(1, "seal")])),
        Payload::FileSeal(list(vec![filing(1, "seal")])),
        Payload::RemakeSeal(list(vec![making(1, "seal made again")])),
        Payload::CancelSeal(list(vec![SealCancellation { number: SealNumber(1), ground }])),
        Payload::DefineMaterialType(list(vec![material(0)])),
        Payload::ApproveBatch(list(vec![approval])),
    ]
}

#[test]
fn payloads_of_registers() {
    let (name, vector) = vector!("register-payloads");
    check(name, vector, &encode(&register_payloads()), |bytes| {
        encode(&decode::<[Payload; 7]>("payloads", bytes, 1 << 16).unwrap())
    });
}

/// One offence, by the first validator of [`genesis`]`(4)`.
fn offence() -> Offence {
    let chain = genesis(4).chain_id();
    let bid = |valid_round| {
        let block = BlockId::from_digest(digest("block"));
        let bid = Bid { height: Height(5), round: 2, block, valid_round };
        (bid, bid.sign(chain, &validator_signer(0)).unwrap())
    };
    let validator = validator_signer(0).public_key();
    Offence::DoubleProposal { validator, first: bid(None), second: bid(Some(1)) }
}

fn changes() -> [GovernanceChange; 6] {
    [
        GovernanceChange::AddNode(node(4)),
        GovernanceChange::ReplaceNode(node(1)),
        GovernanceChange::RemoveNode(node(2).name),
        GovernanceChange::RegisterOrganisation(organisation(DEFINER, Roles::DEFINER)),
        GovernanceChange::UpdateOrganisation(organisation(GOVERNOR, Roles::GOVERNOR)),
        GovernanceChange::SetParameters(Parameters { idle_ms: 0, ..Parameters::default() }),
    ]
}

#[test]
fn entries_of_governance() {
    let (name, vector) = vector!("entry-node");
    check(name, vector, &encode(&entry(EntryBody::Node(node(3)), EntryKey::of_node(3), None)), entry_bytes);
    let (name, vector) = vector!("entry-parameters");
    let one = entry(EntryBody::Parameters(Parameters::default()), EntryKey::of_parameters(), Some(LogIndex(5)));
    check(name, vector, &encode(&one), entry_bytes);
    let (name, vector) = vector!("entry-proposal");
    let proposal = GovernanceProposal {
        number: 6,
        proposer: GOVERNOR,
        change: GovernanceChange::RemoveNode(node(2).name),
        approvals: list(vec![GOVERNOR, ISSUER]),
        expires: Height(10_005),
        status: ProposalStatus::Approved { effective: Height(15) },
    };
    let one = entry(EntryBody::Proposal(proposal), EntryKey::of_proposal(6), Some(LogIndex(9)));
    check(name, vector, &encode(&one), entry_bytes);
    let (name, vector) = vector!("entry-offence");
    let record = OffenceRecord { number: 1, node: node(0).name, reporter: ISSUER, evidence: offence() };
    assert_eq!(record.evidence.verify(genesis(4).chain_id()), Ok(()));
    check(name, vector, &encode(&entry(EntryBody::Offence(record), EntryKey::of_offence(1), None)), entry_bytes);
    let (name, vector) = vector!("changes");
    check(name, vector, &encode(&changes()), |bytes| {
        encode(&decode::<[GovernanceChange; 6]>("changes", bytes, 1 << 16).unwrap())
    });
}

fn transaction() -> SignedTransaction {
    let items = vec![mint(key(1), licence(PLAIN)), mint(key(2), licence(MARRIAGE))];
    SignedTransaction::sign(genesis(4).chain_id(), ISSUER, idempotency(1), mints(items), &signer_of(ISSUER)).unwrap()
}

#[test]
fn transactions() {
    let signed = transaction();
    let (name, vector) = vector!("envelope");
    check(name, vector, &encode(signed.envelope()), |bytes| {
        encode(&decode::<Envelope>("envelope", bytes, 1024).unwrap())
    });
    let (name, vector) = vector!("transaction");
    check(name, vector, &signed.encode(), |bytes| SignedTransaction::decode(bytes).unwrap().encode());
    assert!(SignedTransaction::decode(&bytes_of(vector)).unwrap().verify().is_ok());
    let (name, vector) = vector!("outcomes");
    let outcomes = [
        Outcome::Applied { first: LogIndex(258), count: 4096 },
        Outcome::Repeated { original: signed.envelope().id(), height: Height(7), place: 3 },
        Outcome::Rejected { code: RejectCode::KeyPrefixTaken, item: 77 },
    ];
    check(name, vector, &encode(&outcomes), |bytes| encode(&decode::<[Outcome; 3]>("outcomes", bytes, 1024).unwrap()));
}

#[test]
fn blocks() {
    let mut world = World::new(4);
    let block = world.certified(vec![]);
    let (name, vector) = vector!("header");
    let header = block.executed().header();
    check(name, vector, &encode(header), |bytes| encode(&decode::<Header>("header", bytes, 1024).unwrap()));
    let (name, vector) = vector!("certificate");
    check(name, vector, &encode(block.certificate()), |bytes| {
        encode(&decode::<Certificate>("certificate", bytes, 1 << 16).unwrap())
    });
    let (name, vector) = vector!("validator-set");
    check(name, vector, &encode(&validators(4)), |bytes| {
        encode(&decode::<ValidatorSet>("validators", bytes, 1 << 16).unwrap())
    });
    let (name, vector) = vector!("genesis");
    check(name, vector, &encode(&genesis(4)), |bytes| encode(&Genesis::decode(bytes).unwrap()));
}

/// A proof with one disclosed field, four validators, and a licence in the log of eleven entries.
fn proof() -> Proof {
    let field = |(salt, key)| Field { key: text(key), value: text("值 value"), salt: [salt; 16] };
    let face = FieldSet::new([(1, "name"), (2, "number"), (3, "address")].map(field).to_vec());
    let mut world = World::new(4);
    let licence = with(licence(PLAIN), |one| (one.fields_root, one.field_count) = (face.root(), 3));
    let index = world.apply(ISSUER, mints(vec![mint(key(1), licence)]));
    let block = world.certified(vec![]);
    let header = block.executed().header().clone();
    let one = |index: LogIndex| EntryProof {
        index,
        entry: world.entry(index),
        path: inclusion(&world.leaves(), index.0, header.log_size).unwrap(),
        currency: world.state.tip().current.prove(index).unwrap(),
    };
    let issuer = one(world.index_of(EntryKey::of_organisation(ISSUER)).unwrap());
    let licence_type = one(world.index_of(EntryKey::of_licence_type(PLAIN)).unwrap());
    let disclosed = list(face.disclose(|key| key == "address").unwrap());
    let certificate = block.certificate().clone();
    Proof { version: PROOF_VERSION, certificate, licence: one(index), issuer, licence_type, disclosed, header }
}

#[test]
fn proofs() {
    let (name, vector) = vector!("proof");
    check(name, vector, &proof().encode(), |bytes| Proof::decode(bytes).unwrap().encode());
    let file = include_str!("../../../../docs/spec/vectors/proof-file.txt");
    assert!(proof().to_file() == file, "docs/spec/vectors/proof-file.txt should be\n{}", proof().to_file());
    assert_eq!(Proof::from_file(file.as_bytes()), Ok(proof()));
}

/// Identifiers and roots that other implementations must compute alike.
#[test]
fn digests() {
    let genesis = genesis(4);
    let (batch, tip) = genesis.start();
    let signed = transaction();
    let mut world = World::new(4);
    let block = world.certified(vec![]);
    let lines = [
        ("chain-id", genesis.chain_id().to_string()),
        ("genesis-block-id", tip.id.to_string()),
        ("genesis-log-root", tip.header.log_root.to_string()),
        ("genesis-current-root", tip.header.current_root.to_string()),
        ("validator-set", validators(4).digest().to_string()),
        ("key-of-organisation-0", batch.rows()[0].key.to_string()),
        ("key-of-licence-type-3", EntryKey::of_licence_type(ENDING).to_string()),
        ("key-of-node-3", EntryKey::of_node(3).to_string()),
        ("key-of-parameters", EntryKey::of_parameters().to_string()),
        ("key-of-proposal-6", EntryKey::of_proposal(6).to_string()),
        ("key-of-offence-1", EntryKey::of_offence(1).to_string()),
        ("key-of-seal-3", EntryKey::of_seal(SealNumber(3)).to_string()),
        ("key-of-material-type-1", EntryKey::of_material_type(MaterialTypeNumber(1)).to_string()),
        ("key-of-batch-approval", EntryKey::of_batch_approval(ISSUER, &digest("items")).to_string()),
        ("register-items-root", register_payloads()[1].items_root().to_string()),
        ("first-change", changes()[0].digest().to_string()),
        ("transaction-id", signed.envelope().id().to_string()),
        ("transaction-items-root", signed.envelope().items_root.to_string()),
        ("block-id", block.executed().id().to_string()),
        ("block-log-root", block.executed().header().log_root.to_string()),
        ("block-current-root", block.executed().header().current_root.to_string()),
    ];
    let actual: String = lines.iter().map(|(name, digest)| format!("{name} {digest}\n")).collect();
    let expected: String = include_str!("../../../../docs/spec/vectors/digests.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(actual == expected, "docs/spec/vectors/digests.txt should be\n{actual}");
}
