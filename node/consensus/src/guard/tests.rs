//! When a validator keeps silent.

use super::*;
use crate::engine::core::{CommitSignature, NilOrVal, Round, VoteType};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::sign::{Ed25519Signer, Signer};
use zhengku_ledger::codec::Text;
use zhengku_ledger::ids::BlockId;
use zhengku_ledger::validator_set::Validator;

fn signer(seed: u8) -> Ed25519Signer {
    Ed25519Signer::from_secret(&[seed; 32]).unwrap()
}

fn address(seed: u8) -> Address {
    Address::of_key(&signer(seed).public_key())
}

fn vote(seed: u8, height: u64) -> Polling {
    Polling {
        step: VoteType::Prevote,
        height: crate::context::Height(Height(height)),
        round: Round::new(0),
        value: NilOrVal::Nil,
        voter: address(seed),
    }
}

fn watch(home: &Path, start: u64) -> Watch {
    Watch::open(home, address(1), Height(start)).unwrap()
}

#[test]
fn a_validator_at_the_tip_of_its_peers_votes_at_once() {
    let home = tempfile::tempdir().unwrap();
    let mut watch = watch(home.path(), 7);
    watch.hear(Height(7)).unwrap();
    assert!(!watch.is_silent(Height(8)));
    assert!(!home.path().join(FILE).exists());
}

#[test]
fn a_validator_behind_its_peers_keeps_silent_until_past_them() {
    let home = tempfile::tempdir().unwrap();
    let mut watch = watch(home.path(), 7);
    watch.hear(Height(20)).unwrap();
    assert!((8..=22).all(|height| watch.is_silent(Height(height))));
    assert!(!watch.is_silent(Height(23)));
}

#[test]
fn the_promise_outlives_a_restart_without_peers() {
    let home = tempfile::tempdir().unwrap();
    watch(home.path(), 7).hear(Height(20)).unwrap();
    let mut again = watch(home.path(), 9);
    again.hear(Height(0)).unwrap();
    assert!(again.is_silent(Height(22)) && !again.is_silent(Height(23)));
}

#[test]
fn a_second_word_of_the_peers_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut watch = watch(home.path(), 7);
    watch.hear(Height(20)).unwrap();
    watch.hear(Height(90)).unwrap();
    assert!(!watch.is_silent(Height(23)));
}

#[test]
fn a_broken_promise_file_is_refused() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(FILE), b"short").unwrap();
    assert!(Watch::open(home.path(), address(1), Height(7)).is_err());
}

#[test]
fn it_speaks_when_others_vote_and_wait_but_not_below_their_tip() {
    let home = tempfile::tempdir().unwrap();
    let mut watch = watch(home.path(), 7);
    watch.hear(Height(20)).unwrap();
    watch.see_vote(&vote(2, 20), Height(20));
    assert_eq!(watch.patience_ends(Height(20)), None, "a decided height needs nobody");
    watch.start_height();
    assert_eq!(watch.patience_ends(Height(21)), None, "nobody votes");
    watch.see_vote(&vote(2, 21), Height(21));
    assert!(watch.patience_ends(Height(21)).is_some());
    watch.speak(Height(21)).unwrap();
    assert!(watch.is_silent(Height(20)) && !watch.is_silent(Height(21)));
}

#[test]
fn a_vote_of_a_former_life_silences_it_for_good() {
    let home = tempfile::tempdir().unwrap();
    let mut watch = watch(home.path(), 7);
    watch.hear(Height(20)).unwrap();
    watch.see_vote(&vote(2, 21), Height(21));
    watch.see_vote(&vote(1, 21), Height(21));
    assert_eq!(watch.patience_ends(Height(21)), None);
}

#[test]
fn a_certificate_tells_of_a_former_life_except_on_the_first_block() {
    for (height, silenced) in [(8, false), (9, true)] {
        let home = tempfile::tempdir().unwrap();
        let mut watch = watch(home.path(), 7);
        watch.hear(Height(20)).unwrap();
        let keys = [3, 1, 2]
            .map(|seed| Validator { name: Text::new(format!("v{seed}")).unwrap(), key: signer(seed).public_key() });
        let set = ValidatorSet::new(keys.to_vec()).unwrap();
        let signature = signer(1).sign(zhengku_crypto::domain::Domain::Precommit, b"").unwrap();
        let certificate = CommitCertificate {
            height: crate::context::Height(Height(height)),
            round: Round::new(0),
            value_id: BlockId::from_digest(Digest::ZERO),
            commit_signatures: vec![CommitSignature::new(Address::of_place(1), signature)],
        };
        watch.see_decision(&certificate, &set);
        watch.see_vote(&vote(2, 21), Height(21));
        assert_eq!(watch.patience_ends(Height(21)).is_none(), silenced, "height {height}");
    }
}
