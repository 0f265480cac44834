//! Reporting what other validators did wrong: the evidence becomes a transaction of this node's organisation.

use crate::chain::Chain;
use crate::keys::KeyStore;
use std::sync::Arc;
use tokio::sync::mpsc;
use zhengku_ledger::block::Offence;

/// Reports until the task is dropped.
pub(super) async fn run(
    _chain: Arc<Chain>,
    _keys: KeyStore,
    _name: String,
    mut offences: mpsc::UnboundedReceiver<Offence>,
) {
    while let Some(offence) = offences.recv().await {
        let (height, round) = offence.place();
        tracing::error!(block.height = height.0, round, "a validator has signed two contradicting messages");
        metrics::counter!("zk_consensus_offences_total").increment(1);
    }
}
