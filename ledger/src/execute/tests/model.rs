//! 10,000 random transactions against a naive model: a map of the newest states, a list of bools, and roots built from nothing.

mod plan;

use super::*;
use crate::codec;
use crate::current::{CHUNK_BITS, CHUNK_BYTES};
use crate::entry::{ENTRY_VERSION, Entry, EntryBody, Licence, OrganisationStatus, Origin, Roles};
use crate::ids::{Height, IdempotencyKey, LogIndex, TransactionId};
use crate::transaction::{Envelope, SignedTransaction};
use plan::{Expected, Plan, Write};
use std::collections::BTreeMap;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::{CurrentTree, LogTree, leaf_hash, static_root};
use zhengku_crypto::sign::{PublicKey, Signature, Signer};

const TRANSACTIONS: usize = 10_000;

/// What the ledger must hold, in the plainest form.
struct Model {
    newest: BTreeMap<EntryKey, (u64, EntryBody)>,
    bits: Vec<bool>,
    leaves: Vec<Digest>,
    /// Licences in the order of their first entry, so that one can be picked by number.
    licences: Vec<EntryKey>,
    applied: BTreeMap<(OrganisationNumber, IdempotencyKey), TransactionId>,
    /// The seed of each issuer's key.
    seeds: BTreeMap<OrganisationNumber, u8>,
    organisations: u32,
    types: u32,
}

impl Model {
    /// Takes over a fresh world, entry by entry.
    fn of(world: &World) -> Self {
        let mut model = Self {
            newest: BTreeMap::new(),
            bits: Vec::new(),
            leaves: Vec::new(),
            licences: Vec::new(),
            applied: BTreeMap::new(),
            seeds: [(ISSUER, 102), (OTHER_ISSUER, 103)].into(),
            organisations: 6,
            types: 4,
        };
        for bytes in world.state.entries() {
            let entry = Entry::decode(bytes).unwrap();
            model.append(entry.origin, entry.key, entry.body);
        }
        model
    }

    fn append(&mut self, origin: Origin, key: EntryKey, body: EntryBody) {
        let index = self.bits.len() as u64;
        let former = self.newest.insert(key, (index, body.clone())).map(|(former, _)| former);
        if let Some(former) = former {
            self.bits[former as usize] = false;
        } else if matches!(body, EntryBody::Licence(_)) {
            self.licences.push(key);
        }
        let entry = Entry { version: ENTRY_VERSION, key, previous: former.map(LogIndex), origin, body };
        self.bits.push(true);
        self.leaves.push(leaf_hash::<LogTree>(&codec::encode(&entry)));
    }

    fn licence(&self, key: &EntryKey) -> Option<&Licence> {
        match self.newest.get(key) {
            Some((_, EntryBody::Licence(licence))) => Some(licence),
            _ => None,
        }
    }

    /// Why an issuer may not act now.
    fn refusal(&self, organisation: OrganisationNumber, seed: u8) -> Option<RejectCode> {
        let Some((_, EntryBody::Organisation(state))) = self.newest.get(&EntryKey::of_organisation(organisation))
        else {
            return Some(RejectCode::UnknownOrganisation);
        };
        if self.seeds.get(&organisation).is_some_and(|own| *own != seed) {
            return Some(RejectCode::UnknownSigner);
        }
        (state.status == OrganisationStatus::Barred).then_some(RejectCode::OrganisationBarred)
    }

    fn current_root(&self) -> Digest {
        let chunk = |bits: &[bool]| {
            let mut chunk = [0_u8; CHUNK_BYTES];
            for (index, bit) in bits.iter().enumerate() {
                chunk[index / 8] |= u8::from(*bit) << (index % 8);
            }
            leaf_hash::<CurrentTree>(&chunk)
        };
        static_root::<CurrentTree>(&self.bits.chunks(CHUNK_BITS as usize).map(chunk).collect::<Vec<_>>())
    }
}

/// Public keys by seed, and one signature for all: the transactions of the walk are not verified.
struct Keys {
    by_seed: BTreeMap<u8, PublicKey>,
    signature: Signature,
}

impl Keys {
    fn new() -> Self {
        let by_seed = (100..=120).map(|seed| (seed, signer(seed).public_key())).collect();
        let signature = signer(1).sign(zhengku_crypto::domain::Domain::Transaction, b"").unwrap();
        Self { by_seed, signature }
    }

    fn transaction(&self, world: &World, plan: Plan) -> VerifiedTransaction {
        let envelope = Envelope {
            version: crate::transaction::signed::TRANSACTION_VERSION,
            chain: world.chain,
            organisation: plan.organisation,
            signer: self.by_seed[&plan.seed].clone(),
            idempotency: plan.idempotency,
            kind: plan.payload.kind(),
            count: plan.payload.count(),
            items_root: plan.payload.items_root(),
        };
        VerifiedTransaction::danger_unverified(SignedTransaction::danger_from_committed(
            envelope,
            self.signature,
            plan.payload,
        ))
    }
}

/// A walk: the world, its model, and how often each outcome was met.
struct Walk {
    world: World,
    model: Model,
    keys: Keys,
    sequence: Sequence,
    /// Every decided transaction, with its block and place.
    history: Vec<(VerifiedTransaction, Height, u32)>,
    rejections: BTreeMap<RejectCode, u32>,
    applied: u32,
    repeated: u32,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let world = World::new(1);
        let model = Model::of(&world);
        let (keys, sequence) = (Keys::new(), Sequence(seed));
        Self { world, model, keys, sequence, history: Vec::new(), rejections: BTreeMap::new(), applied: 0, repeated: 0 }
    }

    /// Plans one transaction on the model, moves the model on, and says what the ledger must answer.
    fn step(&mut self, height: Height, place: u32) -> (VerifiedTransaction, Outcome) {
        let repeat = !self.history.is_empty() && self.sequence.one_in(30);
        if repeat {
            let pick = self.sequence.below(self.history.len() as u64) as usize;
            let (transaction, height, place) = self.history[pick].clone();
            self.repeated += 1;
            let original = transaction.id();
            return (transaction, Outcome::Repeated { original, height, place });
        }
        let mut plan = plan::plan(&self.model, &mut self.sequence);
        let conflict = !self.history.is_empty() && self.sequence.one_in(50);
        if conflict {
            let pick = self.sequence.below(self.history.len() as u64) as usize;
            let former = self.history[pick].0.envelope();
            if former.organisation == plan.organisation {
                plan.idempotency = former.idempotency;
                plan.expected = Expected::Rejected(RejectCode::IdempotencyConflict, 0);
            }
        }
        let expected = std::mem::replace(&mut plan.expected, Expected::Applied(Vec::new()));
        let rotates = plan.rotates_to;
        let transaction = self.keys.transaction(&self.world, plan);
        let outcome = match expected {
            Expected::Rejected(code, item) => {
                *self.rejections.entry(code).or_default() += 1;
                use RejectCode::{IdempotencyConflict, UnknownOrganisation, UnknownSigner};
                if ![UnknownOrganisation, UnknownSigner, IdempotencyConflict].contains(&code) {
                    self.decided(&transaction, height, place);
                }
                Outcome::Rejected { code, item }
            }
            Expected::Applied(writes) => {
                if let Some(seed) = rotates {
                    self.model.seeds.insert(OTHER_ISSUER, seed);
                }
                self.write(&transaction, Origin { height, transaction: place, item: 0 }, writes)
            }
        };
        (transaction, outcome)
    }

    fn write(&mut self, transaction: &VerifiedTransaction, origin: Origin, writes: Vec<Write>) -> Outcome {
        let (first, count) = (LogIndex(self.model.bits.len() as u64), writes.len() as u32);
        for Write { item, key, body } in writes {
            match &body {
                EntryBody::Organisation(one) => {
                    self.model.organisations = self.model.organisations.max(one.number.0 + 1)
                }
                EntryBody::LicenceType(one) => self.model.types = self.model.types.max(one.number.0 + 1),
                _ => {}
            }
            self.model.append(Origin { item, ..origin }, key, body);
        }
        self.decided(transaction, origin.height, origin.transaction);
        self.applied += 1;
        Outcome::Applied { first, count }
    }

    /// The idempotency key is taken, and the same bytes may come again.
    fn decided(&mut self, transaction: &VerifiedTransaction, height: Height, place: u32) {
        let envelope = transaction.envelope();
        self.model.applied.insert((envelope.organisation, envelope.idempotency), transaction.id());
        self.history.push((transaction.clone(), height, place));
    }

    /// A block of `count` transactions, executed twice and compared with the model.
    fn block(&mut self, count: usize, compare: bool) {
        let tip = self.world.state.tip();
        let (height, size) = (tip.header.height.next(), tip.header.log_size);
        let former_bits = self.model.bits.clone();
        let (transactions, expected): (Vec<_>, Vec<_>) =
            (0..count as u32).map(|place| self.step(height, place)).unzip();
        let block = self.world.execute(transactions.clone());
        for (place, (actual, expected)) in block.outcomes().iter().zip(&expected).enumerate() {
            assert_eq!(actual, expected, "transaction {place} of block {height}: {:?}", transactions[place].payload());
        }
        if compare {
            let again = self.world.execute(transactions);
            assert_eq!(
                (again.header(), again.outcomes(), again.entries()),
                (block.header(), block.outcomes(), block.entries())
            );
            assert_eq!((again.superseded(), again.tiles()), (block.superseded(), block.tiles()), "rounds repeat");
            let header = block.header();
            assert_eq!(header.log_size, self.model.bits.len() as u64);
            assert_eq!(header.log_root, static_root::<LogTree>(&self.model.leaves));
            assert_eq!(header.current_root, self.model.current_root());
            assert_eq!(block.next().current.ones(), self.model.newest.len() as u64, "one bit for each key");
            let cleared = |index: &LogIndex| former_bits.get(index.0 as usize).copied().unwrap_or(index.0 >= size);
            assert!(block.superseded().iter().all(cleared), "nothing is superseded twice");
        }
        self.world.state.take(&block);
    }

    fn run(&mut self, transactions: usize, compare: bool) {
        let mut rest = transactions;
        while rest > 0 {
            let count = rest.min(self.sequence.below(200) as usize);
            self.block(count, compare);
            rest -= count;
        }
    }

    /// Every newest state can be found again through the state view, and nothing else is current.
    fn check_states(&self) {
        for (key, (index, body)) in &self.model.newest {
            let entry = self.world.entry(self.world.index_of(*key).unwrap());
            assert_eq!((self.world.index_of(*key), &entry.body), (Some(LogIndex(*index)), body));
        }
        let directory = &self.world.state.tip().directory;
        assert_eq!(directory.next_organisation().0, self.model.organisations);
        assert_eq!(directory.next_licence_type().0, self.model.types);
        for organisation in directory.organisations() {
            let (_, body) = &self.model.newest[&EntryKey::of_organisation(organisation.number)];
            assert_eq!(*body, EntryBody::Organisation(organisation.clone()));
        }
    }
}

/// The final roots of one walk. They must be the same in debug and release, on every machine, for ever.
#[test]
fn ten_thousand_transactions_agree_with_the_model() {
    let mut walk = Walk::new(2026);
    walk.run(TRANSACTIONS, true);
    walk.check_states();
    assert!(walk.applied > 5_000 && walk.repeated > 100, "{} applied, {} repeated", walk.applied, walk.repeated);
    assert!(walk.rejections.len() >= 27, "{:?}", walk.rejections);
    let tip = walk.world.state.tip();
    let actual =
        (tip.header.log_size, tip.header.log_root.to_string(), tip.header.current_root.to_string(), tip.id.to_string());
    let expected = (
        11_128,
        "4adf5d50115bd7a69b1af327bca6b6cd69830e622d7ab25db072ef8f4be1ee63".to_owned(),
        "eab0f1f5633c8b719aa97e2ce3f3e8fd40a076087e90e171c165915a190760d1".to_owned(),
        "e8e8b857cbed937e60380c8d29831b77c72ed522922d831445b0c890b744c95c".to_owned(),
    );
    assert_eq!(actual, expected);
}

#[test]
fn the_same_seed_gives_the_same_chain() {
    let walk = |seed| {
        let mut walk = Walk::new(seed);
        walk.run(1_000, false);
        walk.world.state.tip().id
    };
    assert_eq!(walk(7), walk(7));
    assert_ne!(walk(7), walk(8));
}

/// Other seeds against the model, shorter.
#[test]
fn other_seeds_agree_with_the_model() {
    for seed in 0..6 {
        let mut walk = Walk::new(seed);
        walk.run(300, true);
        walk.check_states();
    }
}
