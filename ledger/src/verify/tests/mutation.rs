use super::*;
use proptest::prelude::*;

/// A changed binary proof with a right head and digest line around it: valid only if it is the same proof.
fn judged(bytes: &[u8]) -> Option<Verdict> {
    let proof = Proof::decode(bytes).ok()?;
    if proof == SMALL.proof {
        return None;
    }
    assert_eq!(proof.encode(), bytes, "the encoding is canonical");
    Some(verify_file(proof.to_file().as_bytes(), &SMALL.trust, ANY_AGE).verdict)
}

#[track_caller]
fn never_valid(bytes: &[u8]) {
    let verdict = judged(bytes);
    assert!(verdict.is_none_or(|verdict| verdict >= Verdict::Unverifiable), "{verdict:?}");
}

/// One bit of every byte of the binary proof, re-rendered; of every third byte without optimisation.
#[test]
fn every_byte_of_the_binary_proof_counts() {
    let honest = SMALL.proof.encode();
    let step = if cfg!(debug_assertions) { 3 } else { 1 };
    let mut decoded = 0_usize;
    for place in (0..honest.len()).step_by(step) {
        let mut changed = honest.clone();
        changed[place] ^= 1 << (place % 8);
        let verdict = judged(&changed);
        decoded += usize::from(verdict.is_some());
        assert!(verdict.is_none_or(|verdict| verdict >= Verdict::Unverifiable), "byte {place}: {verdict:?}");
    }
    assert!(decoded * 2 * step > honest.len(), "most changes must reach the verifier: {decoded} of {}", honest.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn random_changes_are_never_valid(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = SMALL.proof.encode();
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        never_valid(&bytes);
    }

    /// Ranges copied from one place to another, removed or doubled, as in a proof put together from parts.
    #[test]
    fn spliced_proofs_are_never_valid(
        from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(), length in 1_usize..80, how in 0..3_u8
    ) {
        let honest = SMALL.proof.encode();
        let (from, to) = (from.index(honest.len()), to.index(honest.len()));
        let part = honest[from..honest.len().min(from + length)].to_vec();
        let mut bytes = honest.clone();
        match how {
            0 => { bytes.splice(to..honest.len().min(to + part.len()), part.iter().copied()); }
            1 => { bytes.splice(to..to, part.iter().copied()); }
            _ => { bytes.drain(to..honest.len().min(to + length)); }
        }
        never_valid(&bytes);
    }

    /// Parts of one honest proof in another: the entries and certificates of two ledgers do not mix.
    #[test]
    fn parts_of_two_honest_proofs_do_not_mix(mask in 1_u8..63) {
        let mut mixed = SMALL.proof.clone();
        let other = LARGE.proof.clone();
        if mask & 1 != 0 { mixed.header = other.header; }
        if mask & 2 != 0 { mixed.certificate = other.certificate; }
        if mask & 4 != 0 { mixed.licence = other.licence; }
        if mask & 8 != 0 { mixed.issuer = other.issuer; }
        if mask & 16 != 0 { mixed.licence_type = other.licence_type; }
        // Bit 5 alone changes nothing: the fields of both are the same. All of the other bits make the other proof.
        if mask & 31 != 0 && mask & 31 != 31 {
            for trust in [&SMALL.trust, &LARGE.trust] {
                prop_assert!(verify_proof(&mixed, trust, ANY_AGE).verdict >= Verdict::Untrusted);
            }
        }
    }
}
