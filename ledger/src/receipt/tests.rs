//! Receipts of real blocks, and every way of changing one.

use super::*;
use crate::block::CertifiedBlock;
use crate::fixtures::*;
use crate::ids::{BlockId, Height};
use proptest::prelude::proptest;

fn receipt(block: &CertifiedBlock, place: u32) -> Receipt {
    let executed = block.executed();
    let signed = executed.transactions().iter().map(|one| (one.envelope(), one.signed().signature()));
    let (header, certificate) = (executed.header().clone(), block.certificate().clone());
    Receipt::of_block(header, certificate, place, signed, executed.outcomes()).unwrap()
}

/// A block of seven transactions: applied, rejected, repeated; certified by four validators.
fn scene() -> (World, CertifiedBlock) {
    let mut world = World::new(4);
    let mut transactions: Vec<_> =
        (0..5).map(|number| world.transaction(ISSUER, mints(vec![mint(key(number), licence(PLAIN))]))).collect();
    transactions.push(world.transaction(ISSUER, mints(vec![mint(key(1), licence(PLAIN))])));
    transactions.push(transactions[0].clone());
    let block = world.certified(transactions);
    (world, block)
}

#[test]
fn every_outcome_has_its_receipt() {
    let (world, block) = scene();
    let mut kinds = [0; 3];
    for place in 0..7 {
        let receipt = receipt(&block, place);
        assert_eq!(receipt.verify(world.chain, &validators(4)), Ok(()), "{place}");
        assert_eq!(Receipt::decode(&receipt.encode()).as_ref(), Ok(&receipt));
        assert_eq!(Receipt::from_file(receipt.to_file().as_bytes()).as_ref(), Ok(&receipt));
        match receipt.outcome {
            Outcome::Applied { .. } => kinds[0] += 1,
            Outcome::Repeated { .. } => kinds[1] += 1,
            Outcome::Rejected { .. } => kinds[2] += 1,
        }
    }
    assert_eq!(kinds, [5, 1, 1]);
}

/// Each change is found by the check that is there for it.
#[test]
fn every_change_has_its_reason() {
    let (world, block) = scene();
    let judged = |change: &dyn Fn(&mut Receipt)| {
        let mut receipt = receipt(&block, 2);
        change(&mut receipt);
        receipt.verify(world.chain, &validators(4))
    };
    let other = receipt(&block, 3);
    assert_eq!(judged(&|_| {}), Ok(()));
    assert!(matches!(judged(&|one| one.header.height = Height(99)), Err(ReceiptError::Certificate(_))));
    assert!(matches!(judged(&|one| one.header.outcome_root = digest("x")), Err(ReceiptError::Certificate(_))));
    assert!(matches!(
        judged(&|one| one.certificate.block = BlockId::from_digest(digest("x"))),
        Err(ReceiptError::Certificate(_))
    ));
    assert!(matches!(judged(&|one| one.header.validators = digest("x")), Err(ReceiptError::OtherValidators { .. })));
    let elsewhere = ChainId::from_digest(digest("elsewhere"));
    assert!(matches!(judged(&|one| one.header.chain = elsewhere), Err(ReceiptError::OtherLedger { .. })));
    assert!(matches!(judged(&|one| one.envelope.chain = elsewhere), Err(ReceiptError::OtherLedger { .. })));
    assert!(matches!(judged(&|one| one.envelope.organisation = OTHER_ISSUER), Err(ReceiptError::Submitter(_))));
    assert!(matches!(judged(&|one| one.signature = other.signature), Err(ReceiptError::Submitter(_))));
    let swapped = judged(&|one| (one.envelope, one.signature) = (other.envelope.clone(), other.signature));
    assert!(matches!(swapped, Err(ReceiptError::Transaction(_))));
    for place in [0, 1, 3, 6, 7, u32::MAX] {
        assert!(matches!(judged(&|one| one.place = place), Err(ReceiptError::Transaction(_))), "{place}");
    }
    assert!(matches!(judged(&|one| one.outcome = other.outcome), Err(ReceiptError::Outcome(_))));
    // The whole outcome of another place: true of the block, not of this transaction.
    let moved = judged(&|one| (one.outcome, one.outcome_path) = (other.outcome, other.outcome_path.clone()));
    assert!(matches!(moved, Err(ReceiptError::Outcome(_))));
    assert!(matches!(judged(&|one| one.outcome_path.push(digest("x"))), Err(ReceiptError::Outcome(_))));
    assert!(matches!(judged(&|one| one.transaction_path.truncate(1)), Err(ReceiptError::Transaction(_))));
    let few = |one: &mut Receipt| one.certificate = certificate(block.executed(), 0, 0..2);
    assert!(matches!(judged(&few), Err(ReceiptError::Certificate(CertificateError::BelowQuorum { .. }))));
    assert!(receipt(&block, 2).verify(elsewhere, &validators(4)).is_err());
    assert!(receipt(&block, 2).verify(world.chain, &validators(7)).is_err());
}

#[test]
fn no_byte_of_the_file_can_change() {
    let (_, block) = scene();
    let file = receipt(&block, 5).to_file().into_bytes();
    for place in 0..file.len() {
        let mut changed = file.clone();
        changed[place] ^= 1;
        assert!(Receipt::from_file(&changed).is_err(), "byte {place}");
    }
    let text = String::from_utf8(file).unwrap();
    assert!(text.contains("已拒绝 rejected, 代码 code 207, 第 item 0 项\n"), "{text}");
    assert!(text.contains("幂等键 Idempotency key: "));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        let _ = Receipt::decode(&bytes);
        let _ = Receipt::from_file(&bytes);
    }
}
