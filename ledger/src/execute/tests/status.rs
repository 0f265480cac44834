use super::*;
use crate::transaction::RejectCode as Code;
use Change::{Cancel, Dispute, Rescind, Resume, ReturnTransfer, SettleDispute, Suspend, TransferOut, Withdraw};

pub(super) fn cases(world: &World) -> Vec<Case> {
    let case = |name, items, code, item| Case::new(world, name, ISSUER, changes(items), (code, item));
    let of_key = |key| vec![StatusChange { key, ..change_of(VALID, Suspend) }];
    vec![
        case("a status of nothing", vec![change_of(VALID, Suspend), change_of(999, Suspend)], Code::UnknownLicence, 1),
        case("the status of an organisation", of_key(EntryKey::of_organisation(ISSUER)), Code::UnknownLicence, 0),
        case("the status of a key with a known prefix", of_key(colliding(&key(VALID))), Code::UnknownLicence, 0),
        case("the status of a foreign licence", vec![change_of(FOREIGN, Suspend)], Code::NotTheIssuer, 0),
        case("suspended twice", vec![change_of(SUSPENDED, Suspend)], Code::AlreadySuspended, 0),
        case("resumed without suspension", vec![change_of(VALID, Resume)], Code::NotSuspended, 0),
        case("one licence twice", vec![change_of(VALID, Suspend), change_of(VALID, Resume)], Code::KeyRepeated, 1),
        case("a cancelled licence resumed", vec![change_of(CANCELLED, Resume)], Code::LicenceEnded, 0),
        case(
            "a suspended licence transferred",
            vec![change_of(SUSPENDED, TransferOut)],
            Code::SuspendedNotTransferred,
            0,
        ),
        case("a transferred licence suspended", vec![change_of(TRANSFERRED, Suspend)], Code::LicenceTransferred, 0),
        case("a valid licence returned", vec![change_of(VALID, ReturnTransfer)], Code::NotTransferred, 0),
        case("disputed twice", vec![change_of(DISPUTED, Dispute)], Code::AlreadyDisputed, 0),
        case("no dispute to settle", vec![change_of(VALID, SettleDispute)], Code::NotDisputed, 0),
        case("a replaced licence withdrawn", vec![change_of(REPLACED, Withdraw)], Code::LicenceReplaced, 0),
    ]
}

#[test]
fn refused() {
    let world = scene();
    check_cases(&world, &cases(&world));
}

/// Every status against every change, through execution.
#[test]
fn the_whole_table() {
    let world = scene();
    let expected = |number, change| match (number, change) {
        (REPLACED, _) => Err(Code::LicenceReplaced),
        (DISPUTED, Dispute) => Err(Code::AlreadyDisputed),
        (DISPUTED, SettleDispute) => Ok((Status::Valid, false)),
        (_, SettleDispute) => Err(Code::NotDisputed),
        (_, Dispute) => Ok((status_of(&world, number), true)),
        (CANCELLED | RESCINDED | WITHDRAWN, _) => Err(Code::LicenceEnded),
        (_, Cancel) => Ok((Status::Cancelled, number == DISPUTED)),
        (_, Rescind) => Ok((Status::Rescinded, number == DISPUTED)),
        (_, Withdraw) => Ok((Status::Withdrawn, number == DISPUTED)),
        (VALID | DISPUTED, Suspend) => Ok((Status::Suspended, number == DISPUTED)),
        (VALID | DISPUTED, TransferOut) => Ok((Status::TransferredOut, number == DISPUTED)),
        (VALID | DISPUTED, Resume) => Err(Code::NotSuspended),
        (VALID | DISPUTED | SUSPENDED, ReturnTransfer) => Err(Code::NotTransferred),
        (SUSPENDED, Resume) => Ok((Status::Valid, false)),
        (SUSPENDED, Suspend) => Err(Code::AlreadySuspended),
        (SUSPENDED, TransferOut) => Err(Code::SuspendedNotTransferred),
        (TRANSFERRED, ReturnTransfer) => Ok((Status::Valid, false)),
        _ => Err(Code::LicenceTransferred),
    };
    for number in [VALID, SUSPENDED, CANCELLED, RESCINDED, WITHDRAWN, REPLACED, TRANSFERRED, DISPUTED] {
        for change in Change::ALL {
            let transaction = world.keyed(ISSUER, idempotency(1), changes(vec![change_of(number, change)]));
            let block = world.execute(vec![transaction]);
            match expected(number, change) {
                Ok((status, disputed)) => {
                    let entry = block.entries().entry(0).unwrap();
                    let licence = entry.licence().unwrap();
                    assert_eq!((licence.status, licence.disputed), (status, disputed), "{number} {change:?}");
                    assert_eq!(licence.ground.code, GroundCode::Decision);
                    assert_eq!(block.superseded(), [world.index_of(key(number)).unwrap()]);
                }
                Err(code) => assert_eq!(block.outcomes(), [Outcome::Rejected { code, item: 0 }], "{number} {change:?}"),
            }
        }
    }
}

/// Only status and ground change, and the chain of `previous` leads back to the minting.
#[test]
fn the_history_of_a_licence_is_a_chain() {
    let mut world = scene();
    for change in [Suspend, Resume, Suspend, Rescind] {
        world.apply(ISSUER, changes(vec![change_of(VALID, change)]));
    }
    let mut index = world.index_of(key(VALID));
    let mut statuses = Vec::new();
    while let Some(at) = index {
        let entry = world.entry(at);
        let licence = entry.licence().unwrap().clone();
        assert_eq!(world.state.tip().current.bit(at), Some(statuses.is_empty()));
        statuses.push(licence.status);
        let plain = with(licence, |one| (one.status, one.ground) = (Status::Valid, ground(GroundCode::Issue)));
        assert_eq!(plain, crate::fixtures::licence(PLAIN));
        index = entry.previous;
    }
    assert_eq!(statuses, [Status::Rescinded, Status::Suspended, Status::Valid, Status::Suspended, Status::Valid]);
}
