//! Random transactions with and without restarts, views beside a writer, historic heights, and the points at which a stop can
//! come between signing and committing.

mod crash;
mod roots;
mod views;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zhengku_crypto::digest::{Digest, sha256};
use zhengku_crypto::sign::Signer;
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::licence::{Change, Ground, GroundCode};
use zhengku_ledger::entry::{Licence, RecordDigests, Status};
use zhengku_ledger::ids::{
    Date, EntryKey, Height, Holder, IdempotencyKey, LicenceTypeNumber, OrganisationNumber, TimestampMs,
};
use zhengku_ledger::state::StateView;
use zhengku_ledger::transaction::{
    Mint, Outcome, Payload, SignedTransaction, StatusChange, SupersedeCause, Supersession,
};
use zhengku_library::port::Keyring;
use zhengku_node::clock::Clock;
use zhengku_node::layout::Layout;
use zhengku_node::{Decision, Node, NodeError, demo};
use zhengku_store::{OpenMode, StoreOptions};
use zhengku_tests::dice::Dice;

/// 2026-11-21T04:00:00Z. Every block then takes the time one millisecond after the one before.
const NOW: TimestampMs = TimestampMs(1_795_233_600_000);
const TODAY: Date = Date(20_778);

struct Still;

impl Clock for Still {
    fn now(&self) -> TimestampMs {
        NOW
    }
}

fn options() -> StoreOptions {
    StoreOptions { cache_bytes: 8 << 20, sync: true }
}

fn make(root: &Path) -> Node {
    demo::init(&Layout::new(root), &options(), Arc::new(Still)).unwrap()
}

fn open(root: &Path) -> Result<Node, NodeError> {
    Node::open_with_clock(&Layout::new(root), OpenMode::Write, &options(), Arc::new(Still))
}

fn label(text: &str) -> Digest {
    sha256(text.as_bytes())
}

/// Draws transactions of one issuer and knows what they must lead to: status and version of every key.
struct Plan {
    dice: Dice,
    number: u64,
    issuer: OrganisationNumber,
    signer: Arc<dyn Signer>,
    chain: zhengku_ledger::ids::ChainId,
    licence_type: LicenceTypeNumber,
    field_count: u16,
    model: BTreeMap<EntryKey, Licence>,
    sent: Vec<SignedTransaction>,
}

impl Plan {
    fn new(node: &Node, seed: u64) -> Self {
        let tip = node.store().tip();
        let kind = tip.directory.licence_types().find(|kind| kind.name_zh.as_str() == "食品经营许可证").unwrap();
        let issuer =
            tip.directory.organisations().find(|one| one.credit_code.as_str() == "11999999TE5T00016J").unwrap().number;
        Self {
            dice: Dice::new(seed),
            number: 0,
            issuer,
            signer: node.ring().signer(issuer).unwrap(),
            chain: tip.header.chain,
            licence_type: kind.number,
            field_count: u16::try_from(kind.fields.len()).unwrap(),
            model: BTreeMap::new(),
            sent: Vec::new(),
        }
    }

    fn fresh(&mut self) -> (EntryKey, Licence) {
        self.number += 1;
        let number = self.number;
        let holder = Holder::from_digest(label(&format!("holder {}", number % 17)));
        let licence = Licence {
            licence_type: self.licence_type,
            issuer: self.issuer,
            version: 1,
            holders: Bounded::new(vec![holder]).unwrap(),
            fields_root: label(&format!("fields {number}")),
            field_count: self.field_count,
            record: RecordDigests { sha256: label(&format!("record {number}")), sm3: label(&format!("sm3 {number}")) },
            files: Bounded::default(),
            seal: None,
            issued_on: Date(TODAY.0 - 30),
            valid_from: Date(TODAY.0 - 30),
            valid_to: Some(Date(TODAY.0 + 1_000)),
            status: Status::Valid,
            disputed: false,
            ground: Ground { code: GroundCode::Issue, text: None, operator: None },
            twin: None,
            replaces: None,
            replaced_by: None,
        };
        (EntryKey::from_digest(label(&format!("licence {number}"))), licence)
    }

    fn some_key(&mut self) -> EntryKey {
        let place = usize::try_from(self.dice.below(self.model.len() as u64)).unwrap();
        *self.model.keys().nth(place).unwrap()
    }

    fn sign(&self, payload: Payload) -> SignedTransaction {
        let idempotency = IdempotencyKey::from_digest(label(&format!("transaction {}", self.sent.len())));
        SignedTransaction::sign(self.chain, self.issuer, idempotency, payload, &*self.signer).unwrap()
    }

    /// One transaction and whether it must be applied, rejected or a repetition; the model follows it.
    fn draw(&mut self) -> (SignedTransaction, Fate) {
        let choice = if self.model.is_empty() { 0 } else { self.dice.below(10) };
        let (payload, fate) = match choice {
            0..3 => self.draw_mint(),
            3..7 => self.draw_change(),
            7..9 => self.draw_amendment(),
            _ => {
                let place = usize::try_from(self.dice.below(self.sent.len() as u64)).unwrap();
                return (self.sent[place].clone(), Fate::DecidedBefore);
            }
        };
        let signed = self.sign(payload);
        self.sent.push(signed.clone());
        (signed, fate)
    }

    fn draw_mint(&mut self) -> (Payload, Fate) {
        let count = 1 + self.dice.below(300);
        let items: Vec<(EntryKey, Licence)> = (0..count).map(|_| self.fresh()).collect();
        let again = !self.model.is_empty() && self.dice.below(8) == 0;
        let mut mints: Vec<Mint> =
            items.iter().map(|(key, licence)| Mint { key: *key, licence: licence.clone() }).collect();
        if again {
            let key = self.some_key();
            mints.push(Mint { key, licence: items[0].1.clone() });
        } else {
            self.model.extend(items);
        }
        (Payload::Mint(Bounded::new(mints).unwrap()), Fate::applied_if(!again))
    }

    fn draw_change(&mut self) -> (Payload, Fate) {
        let key = self.some_key();
        let place = usize::try_from(self.dice.below(6)).unwrap();
        let change =
            [Change::Suspend, Change::Resume, Change::Suspend, Change::Resume, Change::Cancel, Change::Withdraw][place];
        let ground = Ground { code: GroundCode::Decision, text: None, operator: None };
        let licence = self.model.get_mut(&key).unwrap();
        let next = licence.standing().after(change);
        if let Ok(standing) = next {
            licence.status = standing.status;
        }
        (
            Payload::ChangeStatus(Bounded::new(vec![StatusChange { key, change, ground }]).unwrap()),
            Fate::applied_if(next.is_ok()),
        )
    }

    fn draw_amendment(&mut self) -> (Payload, Fate) {
        let old = self.some_key();
        let mut licence = self.model[&old].clone();
        licence.version += 1;
        licence.fields_root = label(&format!("amended {}", self.sent.len()));
        licence.ground = Ground { code: GroundCode::HolderRequest, text: None, operator: None };
        let allowed = licence.status.check_supersede().is_ok();
        if allowed {
            self.model.insert(old, licence.clone());
        }
        let item = Supersession { cause: SupersedeCause::Amend, old, new: old, licence };
        (Payload::Supersede(Bounded::new(vec![item]).unwrap()), Fate::applied_if(allowed))
    }

    /// A block of one to three transactions, decided and compared with what must come of it.
    fn block(&mut self, node: &Node) -> Vec<SignedTransaction> {
        let count = 1 + self.dice.below(3);
        let (transactions, fates): (Vec<_>, Vec<_>) = (0..count).map(|_| self.draw()).unzip();
        let decision = decide(node, &transactions);
        for (fate, outcome) in fates.iter().zip(&decision.outcomes) {
            assert!(fate.is(outcome), "{fate:?} {outcome:?} at height {}", decision.height);
        }
        transactions
    }

    fn assert_state(&self, view: &zhengku_store::View<'_>) {
        assert_states(&self.model, view);
    }
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    Applied,
    Rejected,
    /// Repeated, when it was applied then; whatever it was, nothing is done again.
    DecidedBefore,
}

impl Fate {
    const fn applied_if(applied: bool) -> Self {
        if applied { Self::Applied } else { Self::Rejected }
    }

    const fn is(self, outcome: &Outcome) -> bool {
        match self {
            Self::Applied => matches!(outcome, Outcome::Applied { .. }),
            Self::Rejected => matches!(outcome, Outcome::Rejected { .. }),
            Self::DecidedBefore => !matches!(outcome, Outcome::Applied { .. }),
        }
    }
}

fn assert_states(model: &BTreeMap<EntryKey, Licence>, view: &zhengku_store::View<'_>) {
    for (key, expected) in model {
        let (index, entry) = view.find(key).unwrap().unwrap();
        let actual = entry.licence().unwrap();
        assert_eq!(
            (actual.status, actual.version, actual.fields_root),
            (expected.status, expected.version, expected.fields_root)
        );
        assert_eq!(view.tip().current.bit(index), Some(true));
    }
}

fn decide(node: &Node, transactions: &[SignedTransaction]) -> Decision {
    let verified = transactions.iter().map(|one| one.clone().verify().unwrap()).collect();
    node.decide(verified).unwrap()
}

/// The header's id at a height, which every root goes into.
fn block_id(node: &Node, height: Height) -> zhengku_ledger::ids::BlockId {
    node.store().view().block(height).unwrap().header.id()
}

fn scratch() -> (tempfile::TempDir, PathBuf) {
    let scratch = tempfile::TempDir::new().unwrap();
    let root = scratch.path().join("node");
    (scratch, root)
}
