//! What honest validators do.

use crate::cluster::{Cluster, set};
use crate::ledger::Plan;
use std::sync::Arc;

fn fixed(validators: usize) -> Plan {
    Arc::new(move |_| set(0..validators))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_validators_agree_on_twenty_heights() {
    let mut cluster = Cluster::new(4, 4, &fixed(4));
    cluster.start_all().await;
    cluster.all_reach(20).await;
    cluster.stop_all().await;
    assert!(cluster.assert_one_chain().len() >= 20);
    assert!(cluster.nodes.iter().all(|node| node.ledger.disk().offences.is_empty()));
}
