//! What one liar of four can do: be found out, or slow things down a little.

use crate::agree::fixed;
use crate::cluster::Cluster;
use std::str::FromStr;
use zhengku_consensus::lie::{Lie, Teller};
use zhengku_ledger::block::Offence;

/// The first three are honest; the last lies.
const LIAR: usize = 3;
const HEIGHTS: u64 = 8;

async fn run(lie: Lie) -> Cluster {
    let mut cluster = Cluster::new(4, 4, &fixed(4));
    for node in &mut cluster.nodes {
        // The engine takes late votes of a height until its time is over, and contradictions among them.
        node.ledger.timings.interval = std::time::Duration::from_millis(50);
        node.ledger.timings.propose = std::time::Duration::from_millis(600);
    }
    cluster.nodes[LIAR].settings.lie = Some(lie);
    cluster.start_all().await;
    for node in 0..LIAR {
        cluster.reach(node, HEIGHTS).await;
    }
    cluster
}

async fn end(mut cluster: Cluster) -> Vec<Offence> {
    cluster.stop_all().await;
    let honest: Vec<_> = cluster.nodes[..LIAR].iter().map(|node| node.ledger.ids()).collect();
    let common = honest.iter().map(Vec::len).min().unwrap();
    assert!(honest.iter().all(|chain| chain[..common] == honest[0][..common]), "the honest have different chains");
    let offences: Vec<_> = cluster.nodes[..LIAR].iter().flat_map(|node| node.ledger.disk().offences.clone()).collect();
    let liar = crate::cluster::set(0..4).at(LIAR as u16).unwrap().key.clone();
    for offence in &offences {
        offence.verify(crate::cluster::chain()).unwrap();
        assert_eq!(*offence.validator(), liar, "an honest validator is accused");
    }
    offences
}

macro_rules! the_honest_go_on {
    ($($test:ident: $lie:ident,)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            end(run(Lie::$lie).await).await;
        }
    )+};
}

the_honest_go_on! {
    amnesia: Amnesia,
    withheld_proposals: WithholdProposal,
    withheld_votes: WithholdVotes,
    withheld_parts: WithholdParts,
    wrong_parts: WrongParts,
    oversized_blocks: OversizedBlock,
    junk: Junk,
    a_flood: Flood,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn double_votes_are_proven() {
    let offences = end(run(Lie::DoubleVote).await).await;
    assert!(offences.iter().any(|offence| matches!(offence, Offence::DoubleVote { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn double_proposals_are_proven() {
    let offences = end(run(Lie::DoubleProposal).await).await;
    assert!(offences.iter().any(|offence| matches!(offence, Offence::DoubleProposal { .. })));
}

/// A node that lags asks everybody, the liar too.
async fn catches_up_beside(lie: Lie) {
    let mut cluster = run(lie).await;
    cluster.stop(2).await;
    let reached = cluster.tip(0) + 8;
    cluster.reach(0, reached).await;
    cluster.start(2).await;
    cluster.reach(2, reached + 5).await;
    end(cluster).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_certificates_do_not_mislead_a_lagging_node() {
    catches_up_beside(Lie::BadCertificates).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_blocks_do_not_mislead_a_lagging_node() {
    catches_up_beside(Lie::LyingSync).await;
}

#[test]
fn every_lie_has_a_name_and_no_other_name_is_one() {
    for lie in Lie::ALL {
        assert_eq!(Lie::from_str(lie.name()).as_ref(), Ok(lie));
    }
    assert!(Lie::from_str("honesty").is_err());
    let of_application = Lie::ALL.iter().filter(|lie| lie.teller() == Teller::Application).count();
    assert_eq!(of_application, 5);
}
