//! Reporting what other validators did wrong: the evidence becomes a transaction of this node's organisation.

use crate::chain::{Chain, Offer};
use crate::keys::KeyStore;
use crate::mempool::Origin;
use std::sync::Arc;
use tokio::sync::mpsc;
use zhengku_crypto::digest::sha256;
use zhengku_ledger::block::Offence;
use zhengku_ledger::codec::{self, Bounded};
use zhengku_ledger::ids::IdempotencyKey;
use zhengku_ledger::transaction::{Payload, SignedTransaction};

/// Evidence against one validator after which no more is reported from here: each report makes a block, and each block gives a liar
/// the next occasion.
const ENOUGH: usize = 16;

/// Reports until the task is dropped.
pub(super) async fn run(
    chain: Arc<Chain>,
    keys: KeyStore,
    name: String,
    mut offences: mpsc::UnboundedReceiver<Offence>,
) {
    while let Some(offence) = offences.recv().await {
        let (height, round) = offence.place();
        tracing::error!(block.height = height.0, round, "a validator has signed two contradicting messages");
        metrics::counter!("zk_consensus_offences_total").increment(1);
        match report(&chain, &keys, &name, offence) {
            Ok(offer) => tracing::info!(?offer, "the offence is reported to the ledger"),
            Err(reason) => tracing::warn!(reason, "the offence is not reported from here"),
        }
    }
}

fn report(chain: &Chain, keys: &KeyStore, name: &str, offence: Offence) -> Result<Offer, String> {
    let tip = chain.tip();
    let known = tip.governance.offences().iter().filter(|one| one.key == *offence.validator()).count();
    if known >= ENOUGH {
        return Err("the ledger holds enough evidence against this validator".to_owned());
    }
    let node = tip.governance.node(name).ok_or("this node is not on the ledger")?;
    let organisation = tip.directory.organisation(node.organisation).ok_or("its organisation is not on the ledger")?;
    let signer = keys.signer_among(&organisation.keys);
    let signer = signer.ok_or("no key of this node's organisation is held here")?;
    // The same evidence gives the same transaction, however often it is seen.
    let idempotency = IdempotencyKey::from_digest(sha256(&codec::encode(&offence)));
    let items = Bounded::new(vec![offence]).map_err(|error| error.to_string())?;
    let payload = Payload::ReportOffence(items);
    let signed = SignedTransaction::sign(tip.header.chain, node.organisation, idempotency, payload, &*signer);
    let verified = signed.map_err(|error| error.to_string())?.verify().map_err(|error| error.to_string())?;
    chain.offer(verified, Origin::Here).map_err(|error| error.to_string())
}
