//! What honest nodes do, whatever stops or comes back.

use crate::cluster::{Cluster, PATIENCE, set};
use crate::ledger::Plan;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use zhengku_consensus::{Ended, Guard};
use zhengku_ledger::ids::Height;

pub(crate) fn fixed(validators: usize) -> Plan {
    Arc::new(move |_| set(0..validators))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_validators_agree_on_twenty_heights() {
    let mut cluster = Cluster::new(4, 4, &fixed(4));
    cluster.start_all().await;
    cluster.all_reach(20).await;
    cluster.stop_all().await;
    assert!(cluster.assert_one_chain().len() >= 20);
    cluster.assert_no_offence();
}

/// In broadcast mode nobody passes anything on, so each pair must be connected; all of them come from one address here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nine_validators_behind_one_address_broadcast() {
    let mut cluster = Cluster::new(9, 9, &fixed(9));
    for node in &mut cluster.nodes {
        node.settings.pubsub = zhengku_consensus::PubSub::Broadcast;
        node.ledger.block_bytes = 1_000;
    }
    cluster.start_all().await;
    cluster.all_reach(5).await;
    cluster.stop_all().await;
    cluster.assert_one_chain();
    cluster.assert_no_offence();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_go_on_without_the_fourth_which_catches_up() {
    let mut cluster = Cluster::new(4, 4, &fixed(4));
    cluster.start_all().await;
    cluster.all_reach(3).await;
    cluster.stop(3).await;
    let (stopped, reached) = (cluster.tip(3), cluster.highest());
    for node in 0..3 {
        cluster.reach(node, reached + 8).await;
    }
    assert_eq!(cluster.tip(3), stopped, "a stopped node decides nothing");
    cluster.start(3).await;
    cluster.reach(3, reached + 10).await;
    cluster.stop_all().await;
    cluster.assert_one_chain();
    cluster.assert_no_offence();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_of_four_stand_still_until_a_third_is_back() {
    let mut cluster = Cluster::new(4, 4, &fixed(4));
    cluster.start_all().await;
    cluster.all_reach(3).await;
    cluster.stop(3).await;
    cluster.stop(2).await;
    // One height may have had its quorum already when the second was stopped.
    let stuck = cluster.highest() + 1;
    cluster.start(2).await;
    cluster.reach(0, stuck + 5).await;
    cluster.stop_all().await;
    cluster.assert_one_chain();
    cluster.assert_no_offence();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_are_stopped_and_go_on() {
    let mut cluster = Cluster::new(4, 4, &fixed(4));
    cluster.start_all().await;
    cluster.all_reach(4).await;
    cluster.stop_all().await;
    let reached = cluster.highest();
    cluster.start_all().await;
    cluster.all_reach(reached + 4).await;
    cluster.stop_all().await;
    cluster.assert_one_chain();
    cluster.assert_no_offence();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_set_changes_from_four_to_three_and_back() {
    let plan: Plan = Arc::new(|height: Height| if (height.0 / 5).is_multiple_of(2) { set(0..4) } else { set(0..3) });
    let mut cluster = Cluster::new(4, 4, &plan);
    cluster.start_all().await;
    cluster.all_reach(22).await;
    cluster.stop_all().await;
    cluster.assert_one_chain();
    cluster.assert_no_offence();
    let disk = cluster.nodes[0].ledger.disk();
    for decided in &disk.decided {
        let size = plan(decided.certificate.height).as_slice().len();
        assert!(decided.certificate.votes.iter().all(|vote| usize::from(vote.validator) < size));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_observer_follows() {
    let mut cluster = Cluster::new(5, 4, &fixed(4));
    cluster.start_all().await;
    cluster.all_reach(10).await;
    cluster.stop_all().await;
    cluster.assert_one_chain();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_let_in_when_it_is_named() {
    let mut cluster = Cluster::new(5, 4, &fixed(4));
    let address = cluster.nodes[0].settings.peers.pop().unwrap();
    for node in 1..4 {
        cluster.nodes[node].settings.peers.pop();
    }
    cluster.start_all().await;
    for node in 0..4 {
        cluster.reach(node, 5).await;
    }
    assert_eq!(cluster.tip(4), 0, "nobody talks to a node that is not named");
    for node in 0..4 {
        let handle = cluster.nodes[node].running.as_ref().unwrap().handle();
        handle.add_peer(&address).await.unwrap();
        assert!(handle.add_peer("nowhere").await.is_err());
    }
    cluster.reach(4, 10).await;
    cluster.stop_all().await;
    cluster.assert_one_chain();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sole_validator_needs_no_network() {
    let mut cluster = Cluster::new(1, 1, &fixed(1));
    cluster.nodes[0].settings.listen = None;
    cluster.nodes[0].settings.peers.clear();
    cluster.start_all().await;
    cluster.reach(0, 30).await;
    cluster.stop_all().await;
    let reached = cluster.tip(0);
    cluster.start_all().await;
    cluster.reach(0, reached + 5).await;
    cluster.stop_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_work_there_are_no_blocks() {
    let mut cluster = Cluster::new(4, 4, &fixed(4));
    for node in &mut cluster.nodes {
        node.ledger.timings.idle = Duration::ZERO;
        node.work.send_replace(false);
    }
    cluster.start_all().await;
    // The first height starts by itself; the second waits.
    cluster.all_reach(1).await;
    for node in 0..4 {
        let mut picture = cluster.nodes[node].running.as_ref().unwrap().handle().picture();
        let idle = picture.wait_for(|picture| picture.idle);
        tokio::time::timeout(PATIENCE, idle).await.unwrap().unwrap();
    }
    assert_eq!(cluster.highest(), 1);
    // Work at one node is enough: its votes wake the others.
    cluster.nodes[2].work.send_replace(true);
    cluster.all_reach(3).await;
    cluster.stop_all().await;
    cluster.assert_one_chain();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_commit_ends_agreement() {
    let mut cluster = Cluster::new(4, 4, &fixed(4));
    cluster.nodes[1].ledger.fails_at = Some(Height(3));
    cluster.start_all().await;
    let running = cluster.nodes[1].running.take().unwrap();
    let ended = tokio::time::timeout(PATIENCE, running.ended()).await.unwrap();
    assert!(matches!(ended, Ended::Application(stop) if stop.to_string() == "the disk is full"));
    assert_eq!(cluster.tip(1), 2);
    // The others are three of four.
    let reached = cluster.highest();
    cluster.reach(0, reached + 3).await;
    cluster.stop_all().await;
    cluster.assert_one_chain();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_image_signs_nothing_where_it_may_have_signed() {
    let mut cluster = Cluster::new(4, 4, &fixed(4));
    cluster.start_all().await;
    cluster.all_reach(3).await;
    cluster.stop(3).await;
    let (home, image) = cluster.image(3);
    cluster.start(3).await;
    let reached = cluster.highest();
    cluster.all_reach(reached + 5).await;
    cluster.stop(3).await;
    cluster.restore(3, home, image);
    // Its peers tell their tip, and it keeps silent two heights beyond.
    let tip = cluster.highest();
    let (tips, guard) = watch::channel(None);
    cluster.nodes[3].settings.guard = Guard::Tips(guard);
    cluster.start(3).await;
    tips.send_replace(Some(Height(tip)));
    cluster.reach(3, tip + 6).await;
    cluster.stop_all().await;
    cluster.assert_one_chain();
    cluster.assert_no_offence();
    let disk = cluster.nodes[0].ledger.disk();
    let votes =
        |height: u64| disk.decided[height as usize - 1].certificate.votes.iter().any(|vote| vote.validator == 3);
    assert!((tip + 1..=tip + 2).all(|height| !votes(height)), "it votes where it must be silent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validator_that_lags_votes_again_when_the_others_need_it() {
    let mut cluster = Cluster::new(4, 4, &fixed(4));
    cluster.start_all().await;
    cluster.all_reach(3).await;
    cluster.stop(3).await;
    let reached = cluster.highest();
    for node in 0..3 {
        cluster.reach(node, reached + 3).await;
    }
    cluster.stop(2).await;
    // Two are left and stand still. The third comes back behind them, and must end up voting.
    let tip = cluster.highest();
    let (_tips, guard) = watch::channel(Some(Height(tip)));
    cluster.nodes[3].settings.guard = Guard::Tips(guard);
    cluster.start(3).await;
    cluster.reach(3, tip + 4).await;
    cluster.stop_all().await;
    cluster.assert_one_chain();
    cluster.assert_no_offence();
}
