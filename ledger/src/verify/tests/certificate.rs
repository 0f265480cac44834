use super::*;
use crate::block::{Certificate, Vote};
use crate::ids::{BlockId, ChainId, Height};
use CheckName::{Certificate as Votes, Ledger};
use zhengku_crypto::digest::Digest;

fn judged(change: impl FnOnce(&mut Proof)) -> Verification {
    let mut proof = LARGE.proof.clone();
    change(&mut proof);
    verify_proof(&proof, &LARGE.trust, ANY_AGE)
}

fn votes(certificate: &mut Certificate, change: impl FnOnce(&mut Vec<Vote>)) {
    let mut votes = certificate.votes.to_vec();
    change(&mut votes);
    certificate.votes = list(votes);
}

/// A vote as the ledger's validators sign it, with chosen parts.
fn vote(height: Height, round: u32, block: BlockId, place: u16, seed: u8) -> Vote {
    Vote::sign(LARGE.trust.chain, height, round, block, place, &signer(seed)).unwrap()
}

#[test]
fn another_ledger_is_untrusted() {
    let other = Trust { chain: ChainId::from_digest(digest("elsewhere")), ..LARGE.trust.clone() };
    let verification = verify_proof(&LARGE.proof, &other, ANY_AGE);
    assert_eq!(fails(&verification, Ledger, Verdict::Untrusted, "the proof is of ledger"), Verdict::Untrusted);
    let verification = judged(|proof| proof.header.chain = ChainId::from_digest(digest("elsewhere")));
    assert_eq!(fails(&verification, Ledger, Verdict::Untrusted, "the proof is of ledger"), Verdict::Tampered);
    fails(&verification, Votes, Verdict::Tampered, "the certificate is for block");
}

/// A whole foreign ledger, honest in itself, is not "tampered with".
#[test]
fn a_proof_of_a_foreign_ledger_is_untrusted() {
    let verification = verify_proof(&SMALL.proof, &LARGE.trust, ANY_AGE);
    assert_eq!(fails(&verification, Ledger, Verdict::Untrusted, "the proof is of ledger"), Verdict::Untrusted);
}

#[test]
fn another_validator_set_is_untrusted() {
    let others = |seeds: [u8; 4]| {
        let one = |seed| crate::validator_set::Validator {
            name: text("v"),
            key: zhengku_crypto::sign::Signer::public_key(&signer(seed)),
        };
        Trust { validators: ValidatorSet::new(seeds.map(one).to_vec()).unwrap(), ..LARGE.trust.clone() }
    };
    for seeds in [[11, 12, 13, 14], [2, 1, 3, 4], [1, 2, 3, 14]] {
        let verification = verify_proof(&LARGE.proof, &others(seeds), ANY_AGE);
        assert_eq!(fails(&verification, Ledger, Verdict::Untrusted, "decided by validator set"), Verdict::Untrusted);
    }
    let fewer = Trust { validators: validators(1), ..LARGE.trust.clone() };
    let verification = verify_proof(&LARGE.proof, &fewer, ANY_AGE);
    assert_eq!(
        fails(&verification, Votes, Verdict::Untrusted, "validator 1 is not in the set of 1"),
        Verdict::Untrusted
    );
}

#[test]
fn a_quorum_is_needed() {
    for kept in [1, 2] {
        let verification = judged(|proof| votes(&mut proof.certificate, |votes| votes.truncate(kept)));
        let reason = format!("{kept} votes, 3 are needed");
        assert_eq!(fails(&verification, Votes, Verdict::Untrusted, &reason), Verdict::Untrusted);
        assert_eq!(failures(&verification), [Votes]);
    }
}

#[test]
fn each_validator_counts_once_and_in_order() {
    let changes: [fn(&mut Vec<Vote>); 4] = [
        |votes| votes[1] = votes[0].clone(),
        |votes| votes.swap(0, 1),
        |votes| votes.reverse(),
        |votes| {
            votes.truncate(2);
            votes.push(votes[1].clone());
        },
    ];
    for change in changes {
        let verification = judged(|proof| votes(&mut proof.certificate, change));
        assert_eq!(fails(&verification, Votes, Verdict::Untrusted, "twice or out of order"), Verdict::Untrusted);
    }
}

#[test]
fn unknown_validators_have_no_vote() {
    for place in [4, 200, u16::MAX] {
        let verification = judged(|proof| votes(&mut proof.certificate, |votes| votes[3].validator = place));
        let reason = format!("validator {place} is not in the set of 4");
        assert_eq!(fails(&verification, Votes, Verdict::Untrusted, &reason), Verdict::Untrusted);
    }
}

/// A vote for another height, round or block, or by another key, is no vote for this block.
#[test]
fn votes_are_for_this_block_alone() {
    let (header, round) = (&LARGE.proof.header, LARGE.proof.certificate.round);
    let id = header.id();
    let wrong = [
        vote(header.height.next(), round, id, 2, 3),
        vote(header.height, round + 1, id, 2, 3),
        vote(header.height, round, header.parent, 2, 3),
        vote(header.height, round, id, 2, 4),
        vote(header.height, round, id, 2, 99),
        Vote::sign(ChainId::from_digest(digest("elsewhere")), header.height, round, id, 2, &signer(3)).unwrap(),
    ];
    assert_eq!(
        vote(header.height, round, id, 2, 3),
        LARGE.proof.certificate.votes[2],
        "the honest vote for comparison"
    );
    for wrong in wrong {
        let verification = judged(|proof| votes(&mut proof.certificate, |votes| votes[2] = wrong));
        assert_eq!(fails(&verification, Votes, Verdict::Tampered, "the vote of validator 2"), Verdict::Tampered);
    }
    let verification = judged(|proof| proof.certificate.height = header.height.next());
    fails(&verification, Votes, Verdict::Tampered, "the certificate is for height");
    let verification = judged(|proof| proof.certificate.block = header.parent);
    fails(&verification, Votes, Verdict::Tampered, "the certificate is for block");
    let verification = judged(|proof| proof.certificate.round += 1);
    fails(&verification, Votes, Verdict::Tampered, "the vote of validator 0");
}

/// An extra vote above the quorum that is wrong spoils the certificate: nothing unverified is passed on.
#[test]
fn a_wrong_vote_above_the_quorum_is_not_overlooked() {
    let header = &LARGE.proof.header;
    let wrong = vote(header.height, 9, header.id(), 3, 4);
    let verification = judged(|proof| votes(&mut proof.certificate, |votes| votes[3] = wrong));
    assert_eq!(fails(&verification, Votes, Verdict::Tampered, "the vote of validator 3"), Verdict::Tampered);
}

#[test]
fn every_field_of_the_header_is_covered() {
    // What is hashed or encoded in an unknown way cannot be told from fraud: it ends the verification.
    for change in [(|one| one.format = 2) as fn(&mut Header), |one| one.suite = 2] {
        let verification = judged(|proof| change(&mut proof.header));
        assert_eq!((failures(&verification), verification.verdict), (vec![CheckName::Ledger], Verdict::Unverifiable));
        assert_eq!(verification.checks.len(), 1);
    }
    let changes: [fn(&mut Header); 14] = [
        |one| one.chain = ChainId::from_digest(Digest::ZERO),
        |one| one.height = one.height.next(),
        |one| one.time.0 += 1,
        |one| one.proposer += 1,
        |one| one.parent = BlockId::from_digest(Digest::ZERO),
        |one| one.transaction_count += 1,
        |one| one.transaction_root = Digest::ZERO,
        |one| one.outcome_root = Digest::ZERO,
        |one| one.log_size += 1,
        |one| one.log_root = Digest::ZERO,
        |one| one.current_root = Digest::ZERO,
        |one| one.keys_root = digest("keys"),
        |one| one.validators = Digest::ZERO,
        |one| one.next_validators = Digest::ZERO,
    ];
    for (field, change) in changes.into_iter().enumerate() {
        let verification = judged(|proof| change(&mut proof.header));
        assert!(failures(&verification).contains(&Votes), "field {field}");
        assert_eq!(verification.verdict, Verdict::Tampered, "field {field}");
        // The forger may adapt the certificate's own fields, but has no votes.
        let verification = judged(|proof| {
            change(&mut proof.header);
            proof.certificate.height = proof.header.height;
            proof.certificate.block = proof.header.id();
        });
        assert!(
            verification.verdict >= Verdict::Unverifiable && failures(&verification).contains(&Votes),
            "field {field}"
        );
    }
    let verification = judged(|proof| proof.header.format = 2);
    fails(&verification, Ledger, Verdict::Unverifiable, "format 2 and suite 1");
}
