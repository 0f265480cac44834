//! Decided blocks for nodes that lag.

use super::{Chain, decode};
use zhengku_consensus::{Decided, History, Stop};
use zhengku_ledger::ids::Height;
use zhengku_ledger::state::StateView as _;
use zhengku_ledger::transaction::SignedTransaction;
use zhengku_store::{StoreError, View};

impl History for Chain {
    fn lowest(&self) -> Height {
        Height(1)
    }

    fn decided(&self, first: Height, last: Height, max_bytes: usize) -> Result<Vec<Decided>, Stop> {
        let view = self.store.view();
        let last = last.min(view.tip().header.height);
        let (mut found, mut left) = (Vec::new(), max_bytes);
        for height in (first.0.max(1)..=last.0).map(Height) {
            let Some(decided) = decided(&view, height)? else { break };
            if decided.bytes.len() > left && !found.is_empty() {
                break;
            }
            left = left.saturating_sub(decided.bytes.len());
            found.push(decided);
        }
        Ok(found)
    }
}

/// The proposal as it was decided, and its certificate; none for block 0.
fn decided(view: &View<'_>, height: Height) -> Result<Option<Decided>, StoreError> {
    let block = view.block(height)?;
    let Some(certificate) = block.certificate else { return Ok(None) };
    let signed = block
        .transactions
        .iter()
        .zip(&block.outcomes)
        .map(|(transaction, outcome)| transaction.danger_from_committed(outcome, |index| view.entry(index)));
    let signed = signed.collect::<Result<Vec<SignedTransaction>, _>>()?;
    let header = block.header;
    let bytes = decode::encode((header.height, header.time, header.proposer, header.parent), &signed);
    Ok(Some(Decided { certificate, bytes }))
}
