use super::*;
use crate::entry::Status;
use crate::entry::licence::Change;
use crate::ids::Date;
use crate::transaction::{Payload, StatusChange, SupersedeCause, Supersession};
use CheckName::{Currency, Freshness, Period};

const DAY_MS: u64 = 86_400_000;

fn at(now: TimestampMs) -> Strictness {
    Strictness { now, max_age_ms: None }
}

fn changed(change: Change) -> Payload {
    let ground = ground(crate::entry::licence::GroundCode::Decision);
    Payload::ChangeStatus(list(vec![StatusChange { key: key(1), change, ground }]))
}

fn minted(licence: Licence) -> World {
    let mut world = World::new(1);
    world.apply(ISSUER, mints(vec![mint(key(1), licence)]));
    world
}

#[test]
fn every_status_has_its_verdict() {
    let cases = [
        (Change::Suspend, Verdict::Suspended),
        (Change::Cancel, Verdict::Revoked),
        (Change::Rescind, Verdict::Revoked),
        (Change::Withdraw, Verdict::Revoked),
    ];
    for (change, expected) in cases {
        let mut world = minted(licence_with_fields());
        let index = world.apply(ISSUER, changed(change));
        let (proof, trust) = prove(&mut world, index);
        let verification = verify_proof(&proof, &trust, ANY_AGE);
        assert_eq!((verification.verdict, failures(&verification)), (expected, vec![CheckName::Status]), "{change:?}");
        assert_eq!(verify_file(proof.to_file().as_bytes(), &trust, ANY_AGE).verdict, expected);
        assert_eq!(state_verdict(proof.licence.entry.licence().unwrap(), NOW), expected);
    }
    let mut world = minted(licence_with_fields());
    world.apply(ISSUER, changed(Change::Suspend));
    let index = world.apply(ISSUER, changed(Change::Resume));
    let (proof, trust) = prove(&mut world, index);
    assert_eq!(verify_proof(&proof, &trust, ANY_AGE).verdict, Verdict::Valid);
}

#[test]
fn a_replaced_licence_is_superseded_and_its_successor_valid() {
    let mut world = minted(licence_with_fields());
    let licence = with(licence_with_fields(), |one| one.replaces = Some(key(1)));
    let reissue = Supersession { cause: SupersedeCause::Reissue, old: key(1), new: key(2), licence };
    let new = world.apply(ISSUER, Payload::Supersede(list(vec![reissue])));
    for (index, expected) in [(new, Verdict::Valid), (LogIndex(new.0 + 1), Verdict::Superseded)] {
        let (proof, trust) = prove(&mut world, index);
        assert_eq!(verify_proof(&proof, &trust, ANY_AGE).verdict, expected);
    }
    assert_eq!(world.licence(key(1)).status, Status::Replaced);
}

/// The old state of a licence, proven at a height where a newer one exists.
#[test]
fn an_old_state_is_superseded() {
    let mut world = minted(licence_with_fields());
    let old = world.index_of(key(1)).unwrap();
    world.apply(ISSUER, changed(Change::Cancel));
    let (proof, trust) = prove(&mut world, old);
    let verification = verify_proof(&proof, &trust, ANY_AGE);
    assert_eq!(fails(&verification, Currency, Verdict::Superseded, "a newer entry"), Verdict::Superseded);
    assert_eq!(failures(&verification), [Currency]);
}

/// The licence was valid at a former height: the proof is made from the newest bitmap, rewound.
#[test]
fn a_historic_height_is_proven_from_the_rewound_bitmap() {
    let mut world = minted(licence_with_fields());
    let index = world.index_of(key(1)).unwrap();
    let block = world.certified(vec![]);
    let (header, certificate) = (block.executed().header().clone(), block.certificate().clone());
    let mut since = Vec::new();
    for change in [Change::Suspend, Change::Resume, Change::Cancel] {
        let transaction = world.transaction(ISSUER, changed(change));
        since.extend(world.block(vec![transaction]).superseded().iter().copied());
    }
    let renamed = organisation(ISSUER, crate::entry::Roles::ISSUER);
    let rename = world.transaction(GOVERNOR, Payload::UpdateOrganisation(list(vec![renamed])));
    since.extend(world.block(vec![rename]).superseded().iter().copied());
    let rewound = world.state.tip().current.rewound(header.log_size, &since);
    assert_eq!(rewound.root(), header.current_root);
    let old = proof_at(&world, index, header, certificate, &rewound);
    let (new, trust) = prove(&mut world, index);
    assert_eq!(verify_proof(&old, &trust, ANY_AGE).verdict, Verdict::Valid);
    assert_eq!(verify_proof(&new, &trust, ANY_AGE).verdict, Verdict::Superseded);
    // Bits of one height do not fit the header of another.
    let mixed = Proof { licence: new.licence.clone(), ..old.clone() };
    assert_eq!(verify_proof(&mixed, &trust, ANY_AGE).verdict, Verdict::Tampered);
    let newer = world.index_of(key(1)).unwrap();
    let unborn = Proof { licence: crate::proof::EntryProof { index: newer, ..old.licence.clone() }, ..old };
    fails(&verify_proof(&unborn, &trust, ANY_AGE), CheckName::Inclusion, Verdict::Tampered, "no leaf has the index");
}

/// Days begin and end at midnight in Beijing, 16:00 UTC.
#[test]
fn days_end_at_midnight_in_beijing() {
    let mut world = minted(with(licence_with_fields(), |one| {
        (one.valid_from, one.valid_to) = (Date(TODAY.0 + 1), Some(Date(TODAY.0 + 3)));
    }));
    let index = world.index_of(key(1)).unwrap();
    let (proof, trust) = prove(&mut world, index);
    let midnight = |days: i32| u64::try_from(TODAY.0 + days).unwrap() * DAY_MS - 8 * 3_600_000;
    let cases = [
        (midnight(1) - 1, Verdict::NotYetValid),
        (midnight(1), Verdict::Valid),
        (midnight(2), Verdict::Valid),
        (midnight(4) - 1, Verdict::Valid),
        (midnight(4), Verdict::Expired),
        (u64::MAX, Verdict::Expired),
    ];
    for (now, expected) in cases {
        let verification = verify_proof(&proof, &trust, at(TimestampMs(now)));
        assert_eq!(verification.verdict, expected, "{}", TimestampMs(now).to_utc_text());
        let failed = if expected == Verdict::Valid { vec![] } else { vec![Period] };
        assert_eq!(failures(&verification), failed);
    }
    // A clock that is behind the certified time does not make the licence younger.
    assert_eq!(verify_proof(&proof, &trust, at(TimestampMs(0))).verdict, Verdict::NotYetValid);
}

#[test]
fn a_clock_that_is_slow_does_not_revive_an_expired_licence() {
    let mut world = minted(with(licence_with_fields(), |one| {
        (one.valid_from, one.valid_to) = (Date(TODAY.0 - 9), Some(Date(TODAY.0 - 1)));
    }));
    let index = world.index_of(key(1)).unwrap();
    let (proof, trust) = prove(&mut world, index);
    for now in [TimestampMs(0), TimestampMs(START.0 - 3 * DAY_MS), NOW] {
        assert_eq!(verify_proof(&proof, &trust, at(now)).verdict, Verdict::Expired);
    }
}

#[test]
fn a_licence_without_end_does_not_expire() {
    let mut world = minted(with(licence_with_fields(), |one| one.valid_to = None));
    let index = world.index_of(key(1)).unwrap();
    let (proof, trust) = prove(&mut world, index);
    assert_eq!(verify_proof(&proof, &trust, at(TimestampMs(u64::MAX))).verdict, Verdict::Valid);
    assert!(proof.to_file().contains("长期 no end"));
}

#[test]
fn the_worst_finding_decides() {
    let mut world = minted(with(licence_with_fields(), |one| one.valid_to = Some(Date(TODAY.0))));
    let index = world.apply(ISSUER, changed(Change::Suspend));
    let (proof, trust) = prove(&mut world, index);
    let later = at(TimestampMs(NOW.0 + 9 * DAY_MS));
    let verification = verify_proof(&proof, &trust, later);
    assert_eq!(failures(&verification), [CheckName::Status, Period]);
    assert_eq!(verification.verdict, Verdict::Suspended);
    let stale = Strictness { max_age_ms: Some(1), ..later };
    assert_eq!(verify_proof(&proof, &trust, stale).verdict, Verdict::Unverifiable);
}

#[test]
fn a_proof_has_an_age() {
    let made = SMALL.proof.header.time.0;
    let judged =
        |now, max_age_ms| verify_proof(&SMALL.proof, &SMALL.trust, Strictness { now: TimestampMs(now), max_age_ms });
    for (now, limit, fresh) in [
        (made, Some(0), true),
        (made + 1, Some(0), false),
        (made + 999, Some(500), false),
        (made + 500, Some(500), true),
        (made + 60_000, Some(60_000), true),
        (made + 60_001, Some(60_000), false),
        (made + 365 * DAY_MS, None, true),
        (made - 1, Some(0), true),
    ] {
        let verification = judged(now, limit);
        if fresh {
            assert_eq!(verification.verdict, Verdict::Valid, "{} {limit:?}", now - made.min(now));
        } else {
            assert_eq!(failures(&verification), [Freshness]);
            assert_eq!(fails(&verification, Freshness, Verdict::Unverifiable, "stale"), Verdict::Unverifiable);
        }
        assert_eq!(verification.age_ms, Some(now.saturating_sub(made)));
    }
}
