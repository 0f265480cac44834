use super::*;
use proptest::prelude::*;
use zhengku_crypto::merkle::static_root;

/// The model: one bool per entry, the tree built from nothing.
fn model_root(bits: &[bool]) -> Digest {
    let chunks: Vec<Digest> = bits
        .chunks(CHUNK_BITS as usize)
        .map(|bits| {
            let mut chunk = [0_u8; CHUNK_BYTES];
            for (index, bit) in bits.iter().enumerate() {
                chunk[index / 8] |= u8::from(*bit) << (index % 8);
            }
            leaf_hash::<CurrentTree>(&chunk)
        })
        .collect();
    static_root::<CurrentTree>(&chunks)
}

#[test]
fn every_number_of_chunks_has_the_model_root_and_provable_chunks() {
    let mut current = Current::default();
    let mut bits = Vec::new();
    assert_eq!(current.root(), sha256(b""));
    for step in 1..=40_u64 {
        let count = if step % 3 == 0 { 1 } else { CHUNK_BITS };
        current = current.advance(count, &[]).unwrap();
        bits.extend(std::iter::repeat_n(true, count as usize));
        assert_eq!(current.root(), model_root(&bits), "size {}", bits.len());
        for index in (0..current.size()).step_by(997).chain([current.size() - 1]) {
            let proof = current.prove(LogIndex(index)).unwrap();
            assert_eq!(
                proof.verify(&current.root(), current.size(), LogIndex(index)),
                Ok(true),
                "{index} of {}",
                current.size()
            );
        }
    }
}

#[test]
fn refuses_what_was_superseded_already_and_what_is_not_there() {
    let current = Current::default().advance(10, &[LogIndex(3)]).unwrap();
    assert_eq!(current.bit(LogIndex(3)), Some(false));
    assert_eq!(current.bit(LogIndex(10)), None);
    assert!(current.advance(0, &[LogIndex(3)]).is_err());
    assert!(current.advance(0, &[LogIndex(10)]).is_err());
    assert!(current.advance(1, &[LogIndex(10)]).is_ok());
    assert_eq!(current.ones(), 9);
}

#[test]
fn a_proof_with_bits_beyond_the_log_is_refused() {
    let current = Current::default().advance(10, &[]).unwrap();
    let mut proof = current.prove(LogIndex(9)).unwrap();
    proof.chunk[1] |= 0b100;
    let forged_root = leaf_hash::<CurrentTree>(&proof.chunk);
    assert_eq!(proof.verify(&forged_root, 10, LogIndex(9)), Err(proof::CurrencyError::Padding { size: 10 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Random blocks against the model, with a restart from bytes after each and a look back at a former height.
    #[test]
    fn agrees_with_the_model(blocks in proptest::collection::vec((0_u64..5_000, proptest::collection::vec(any::<u64>(), 0..20)), 1..12)) {
        let mut current = Current::default();
        let mut bits: Vec<bool> = Vec::new();
        let mut former: Option<(Current, Vec<LogIndex>)> = None;
        for (count, picks) in blocks {
            let size = bits.len() as u64 + count;
            let mut superseded: Vec<LogIndex> =
                picks.iter().filter(|_| size > 0).map(|pick| LogIndex(pick % size)).collect();
            superseded.sort();
            superseded.dedup();
            superseded.retain(|index| bits.get(index.0 as usize).copied().unwrap_or(true));
            let next = current.advance(count, &superseded).unwrap();
            bits.extend(std::iter::repeat_n(true, count as usize));
            for index in &superseded {
                bits[index.0 as usize] = false;
            }
            prop_assert_eq!(next.root(), model_root(&bits));
            prop_assert_eq!(next.ones(), bits.iter().filter(|bit| **bit).count() as u64);
            let restarted = Current::from_bytes(next.size(), &next.to_bytes());
            prop_assert_eq!(restarted.root(), next.root());
            for index in superseded.iter().copied().chain((size > 0).then(|| LogIndex(size - 1))) {
                let proof = next.prove(index).unwrap();
                prop_assert_eq!(proof.verify(&next.root(), size, index), Ok(bits[index.0 as usize]));
            }
            match &mut former {
                None => former = Some((next.clone(), Vec::new())),
                Some((_, since)) => since.extend(&superseded),
            }
            current = next;
        }
        let (old, since) = former.unwrap();
        prop_assert_eq!(current.rewound(old.size(), &since).root(), old.root());
    }
}
