use crate::clock::SystemClock;
use crate::demo;
use crate::keys::organisation_name;
use crate::layout::Layout;
use crate::node::Node;
use std::sync::Arc;
use std::time::{Duration, Instant};
use zhengku_crypto::digest::sha256;
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::{GovernanceChange, Parameters};
use zhengku_ledger::ids::{Height, IdempotencyKey, OrganisationNumber};
use zhengku_ledger::transaction::{Payload, SignedTransaction};
use zhengku_store::StoreOptions;

/// Ten heights at the pace of a waiting change take a second.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often the height is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// So long nothing must happen: many times the pace of a waiting change.
const REST: Duration = Duration::from_millis(1_500);

fn propose(node: &Node, change: GovernanceChange) -> Height {
    let code = demo::GOVERNOR.credit_code;
    let signer = node.keys().signer(&organisation_name(code)).unwrap();
    let chain = node.store().tip().header.chain;
    let key = IdempotencyKey::from_digest(sha256(&change.digest().as_bytes()[..]));
    let payload = Payload::ProposeChange(Bounded::new(vec![change]).unwrap());
    let signed = SignedTransaction::sign(chain, OrganisationNumber(0), key, payload, &*signer).unwrap();
    node.apply(signed).unwrap().height
}

/// The height when it no longer rises, which must be soon.
fn rest_from(node: &Node, least: Height) -> Height {
    let end = Instant::now() + PATIENCE;
    let height = || node.store().tip().header.height;
    while height() < least {
        assert!(Instant::now() < end, "height {} does not become {least}", height());
        std::thread::sleep(LOOK);
    }
    let (reached, until) = (height(), Instant::now() + REST);
    while Instant::now() < until {
        assert_eq!(height(), reached, "nothing waits, and blocks are made");
        std::thread::sleep(LOOK);
    }
    reached
}

#[test]
fn a_scheduled_change_takes_effect_without_another_transaction_and_then_the_ledger_rests() {
    let directory = tempfile::TempDir::new().unwrap();
    let layout = Layout::new(directory.path());
    let node = demo::init(&layout, &StoreOptions::default(), Arc::new(SystemClock)).unwrap();
    let before = rest_from(&node, Height(1));
    let delay = u64::from(Parameters::default().governance_delay);
    let wanted = Parameters { interval_ms: 250, idle_ms: 0, ..Parameters::default() };
    let decided = propose(&node, GovernanceChange::SetParameters(wanted));
    assert_eq!(decided, before.next());
    let effective = Height(decided.0 + delay);
    let reached = rest_from(&node, effective);
    assert_eq!(reached, effective, "the height of the effect is the last empty block");
    assert_eq!(*node.store().tip().governance.parameters(), wanted);
}
