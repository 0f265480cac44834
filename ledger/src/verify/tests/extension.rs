use super::*;
use crate::ids::{ChainId, Height};
use crate::log::proof::consistency;
use crate::transaction::Payload;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::merkle::MerkleError;

/// A ledger's headers from the genesis on, with its log.
fn history() -> (Vec<Header>, Leaves) {
    let mut world = World::new(1);
    let mut headers = Vec::new();
    for number in 0..9_u64 {
        headers.push(world.state.tip().header.clone());
        let payload: Payload =
            mints((0..=number % 4).map(|item| mint(key(number * 10 + item), licence(PLAIN))).collect());
        let transactions = if number == 5 { vec![] } else { vec![world.transaction(ISSUER, payload)] };
        world.block(transactions);
    }
    (headers, world.leaves())
}

#[test]
fn every_pair_of_heights_is_consistent() {
    let (headers, leaves) = history();
    for (place, old) in headers.iter().enumerate() {
        for new in &headers[place..] {
            let path = consistency(&leaves, old.log_size, new.log_size).unwrap();
            assert_eq!(verify_extension(old, new, &path), Ok(()), "{} to {}", old.height, new.height);
        }
    }
}

#[test]
fn each_failure_has_its_reason() {
    let (headers, leaves) = history();
    let (old, new) = (&headers[4], &headers[8]);
    let path = consistency(&leaves, old.log_size, new.log_size).unwrap();
    let foreign = Header { chain: ChainId::from_digest(Digest::ZERO), ..new.clone() };
    assert_eq!(verify_extension(old, &foreign, &path), Err(ConsistencyError::OtherLedger));
    let (old_height, old_size, new_height, new_size) = (new.height.0, new.log_size, old.height.0, old.log_size);
    let order = ConsistencyError::Order { old_height, old_size, new_height, new_size };
    assert_eq!(verify_extension(new, old, &path), Err(order));
    let shrunk = Header { height: new.height.next(), ..old.clone() };
    assert!(matches!(verify_extension(new, &shrunk, &[]), Err(ConsistencyError::Order { .. })));
    let younger = Header { height: Height(0), ..new.clone() };
    assert!(matches!(verify_extension(old, &younger, &path), Err(ConsistencyError::Order { .. })));
    let rewritten = Header { log_root: digest("another history"), ..new.clone() };
    assert!(matches!(
        verify_extension(old, &rewritten, &path),
        Err(ConsistencyError::Path(MerkleError::RootMismatch { .. }))
    ));
    let rewritten = Header { log_root: digest("another history"), ..old.clone() };
    assert!(matches!(
        verify_extension(&rewritten, new, &path),
        Err(ConsistencyError::Path(MerkleError::OldRootMismatch { .. }))
    ));
    for wrong in [&path[1..], &path[..path.len() - 1], &[]] {
        let length = MerkleError::PathLength { expected: path.len(), actual: wrong.len() };
        assert_eq!(verify_extension(old, new, wrong), Err(ConsistencyError::Path(length)));
    }
    let surplus = [&path[..], &[Digest::ZERO]].concat();
    assert!(matches!(
        verify_extension(old, new, &surplus),
        Err(ConsistencyError::Path(MerkleError::PathLength { .. }))
    ));
    for place in 0..path.len() {
        let mut changed = path.clone();
        changed[place] = Digest::ZERO;
        assert!(matches!(verify_extension(old, new, &changed), Err(ConsistencyError::Path(_))), "{place}");
    }
}

/// Two blocks of one height that both hold a quorum, with one size and different logs, are found out.
#[test]
fn a_fork_of_equal_size_is_found() {
    let (headers, _) = history();
    let old = &headers[8];
    assert_eq!(verify_extension(old, old, &[]), Ok(()));
    let fork = Header { log_root: digest("fork"), ..old.clone() };
    assert!(matches!(verify_extension(old, &fork, &[]), Err(ConsistencyError::Path(MerkleError::RootMismatch { .. }))));
    assert_eq!(headers[5].log_size, headers[6].log_size, "an empty block");
    assert_eq!(verify_extension(&headers[5], &headers[6], &[]), Ok(()));
}
