//! Plans random transactions on the model, legal and illegal, each with what the ledger must answer.

use super::*;
use crate::entry::licence::GroundCode;
use crate::entry::{LicenceType, Organisation};
use crate::ids::{Date, LicenceTypeNumber};
use crate::transaction::{Correction, Mint, RejectCode as Code};

/// What the ledger must answer.
pub(super) enum Expected {
    Applied(Vec<Write>),
    Rejected(Code, u32),
}

/// One entry to be appended.
pub(super) struct Write {
    pub(super) item: u32,
    pub(super) key: EntryKey,
    pub(super) body: EntryBody,
}

pub(super) struct Plan {
    pub(super) organisation: OrganisationNumber,
    pub(super) seed: u8,
    pub(super) idempotency: IdempotencyKey,
    pub(super) payload: Payload,
    pub(super) expected: Expected,
    /// The new seed of [`OTHER_ISSUER`]'s key, when the plan rotates it.
    pub(super) rotates_to: Option<u8>,
}

type Judged<T> = Result<T, Code>;

/// A random transaction.
pub(super) fn plan(model: &Model, sequence: &mut Sequence) -> Plan {
    let kind = sequence.below(100);
    let mut plan = match kind {
        0..=33 => mints_of(model, sequence),
        34..=57 => changes_of(model, sequence),
        58..=77 => supersessions_of(model, sequence),
        78..=88 => corrections_of(model, sequence),
        89..=91 => registration(model, sequence),
        92..=96 => update(model, sequence),
        _ => definition(model, sequence),
    };
    if sequence.one_in(60) {
        plan.seed = 120;
        if plan.organisation == GOVERNOR || plan.organisation == DEFINER {
            plan.expected = Expected::Rejected(Code::UnknownSigner, 0);
        }
    }
    if let Some(code) = model.refusal(plan.organisation, plan.seed) {
        plan.expected = Expected::Rejected(code, 0);
    }
    plan
}

fn planned(
    model: &Model,
    sequence: &mut Sequence,
    organisation: OrganisationNumber,
    payload: Payload,
    expected: Expected,
) -> Plan {
    let seed = model.seeds.get(&organisation).copied().unwrap_or(100 + organisation.0 as u8);
    let idempotency = idempotency(sequence.next());
    Plan { organisation, seed, idempotency, payload, expected, rotates_to: None }
}

fn issuer(sequence: &mut Sequence) -> OrganisationNumber {
    if sequence.one_in(3) { OTHER_ISSUER } else { ISSUER }
}

/// Judges items in order, each on the state before the transaction.
fn judge<T>(items: &[T], mut rule: impl FnMut(&T) -> Judged<Vec<(EntryKey, EntryBody)>>) -> Expected {
    let mut writes = Vec::new();
    for (item, one) in (0_u32..).zip(items) {
        match rule(one) {
            Ok(entries) => writes.extend(entries.into_iter().map(|(key, body)| Write { item, key, body })),
            Err(code) => return Expected::Rejected(code, item),
        }
    }
    Expected::Applied(writes)
}

fn entry(key: EntryKey, licence: Licence) -> Judged<Vec<(EntryKey, EntryBody)>> {
    Ok(vec![(key, EntryBody::Licence(licence))])
}

fn fresh(issuer: OrganisationNumber, sequence: &mut Sequence) -> Licence {
    let kind = match sequence.below(4) {
        0 => MARRIAGE,
        1 if issuer == ISSUER => ENDING,
        _ => PLAIN,
    };
    with(licence(kind), |one| {
        one.issuer = issuer;
        one.fields_root = digest(&format!("fields {}", sequence.next()));
        let first = sequence.below(500);
        one.holders = list((0..one.holders.len()).map(|number| holder(first + 500 * number as u64)).collect());
        if kind == PLAIN && sequence.one_in(2) {
            one.valid_to = None;
        }
    })
}

fn mints_of(model: &Model, sequence: &mut Sequence) -> Plan {
    let issuer = issuer(sequence);
    if sequence.one_in(5) {
        let (main, copy) = (key(sequence.next()), key(sequence.next()));
        let part = |other| with(licence(TWIN), |one| (one.issuer, one.twin) = (issuer, Some(other)));
        let mut items = vec![mint(main, part(copy)), mint(copy, part(main))];
        let broken = sequence.one_in(6);
        if broken {
            items[1].licence.twin = Some(key(sequence.next()));
        }
        let expected =
            judge(&items, |one| if broken { Err(Code::TwinNotMutual) } else { entry(one.key, one.licence.clone()) });
        return planned(model, sequence, issuer, mints(items), expected);
    }
    let count = 1 + sequence.below(3);
    let items: Vec<Mint> = (0..count).map(|_| mint(key(sequence.next()), fresh(issuer, sequence))).collect();
    if sequence.one_in(6) && !model.licences.is_empty() {
        return wrong_mint(model, sequence, issuer, items);
    }
    let expected = judge(&items, |one| entry(one.key, one.licence.clone()));
    planned(model, sequence, issuer, mints(items), expected)
}

fn wrong_mint(model: &Model, sequence: &mut Sequence, issuer: OrganisationNumber, mut items: Vec<Mint>) -> Plan {
    let place = sequence.below(items.len() as u64) as usize;
    let known = model.licences[sequence.below(model.licences.len() as u64) as usize];
    let wrong = &mut items[place];
    let code = match sequence.below(9) {
        0 => (wrong.key = known, Code::AlreadyMinted).1,
        1 => (wrong.key = colliding(&known), Code::KeyPrefixTaken).1,
        2 => (wrong.licence.version = 2, Code::NotANewLicence).1,
        3 => (wrong.licence.status = Status::Suspended, Code::InitialStatus).1,
        4 => (wrong.licence.issuer = DEFINER, Code::IssuerMismatch).1,
        5 => (wrong.licence.holders = list((0..3).map(holder).collect()), Code::HolderCount).1,
        6 => (wrong.licence.field_count = 9, Code::FieldCount).1,
        7 => (wrong.licence.licence_type = LicenceTypeNumber(999), Code::UnknownLicenceType).1,
        _ => (wrong.key = EntryKey::of_organisation(OrganisationNumber(77)), Code::KeyReserved).1,
    };
    planned(model, sequence, issuer, mints(items), Expected::Rejected(code, place as u32))
}

/// A licence of the model, or once in 40 times a key that is none.
fn pick(model: &Model, sequence: &mut Sequence) -> (EntryKey, Option<Licence>) {
    if model.licences.is_empty() || sequence.one_in(40) {
        return (key(sequence.next()), None);
    }
    // Half of the picks among the newest hundred, so that one licence is changed several times.
    let count = model.licences.len() as u64;
    let from = if sequence.one_in(2) { count.saturating_sub(100) } else { 0 };
    let key = model.licences[(from + sequence.below(count - from)) as usize];
    (key, model.licence(&key).cloned())
}

/// One to three different licences, most of them of one issuer.
fn picks(model: &Model, sequence: &mut Sequence) -> (OrganisationNumber, Vec<(EntryKey, Option<Licence>)>) {
    let first = pick(model, sequence);
    let own = first.1.as_ref().map_or(ISSUER, |one| one.issuer);
    let issuer = if sequence.one_in(25) { issuer(sequence) } else { own };
    let mut all = vec![first];
    for _ in 0..sequence.below(3) {
        let next = pick(model, sequence);
        let fits = next.1.as_ref().is_none_or(|one| one.issuer == issuer) || sequence.one_in(20);
        if fits && all.iter().all(|(known, _)| *known != next.0) {
            all.push(next);
        }
    }
    (issuer, all)
}

fn known(model: &Model, key: &EntryKey, issuer: OrganisationNumber) -> Judged<Licence> {
    let licence = model.licence(key).ok_or(Code::UnknownLicence)?;
    if licence.issuer == issuer { Ok(licence.clone()) } else { Err(Code::NotTheIssuer) }
}

fn changes_of(model: &Model, sequence: &mut Sequence) -> Plan {
    let (issuer, picked) = picks(model, sequence);
    let items: Vec<StatusChange> = picked
        .into_iter()
        .map(|(key, licence)| {
            let change = match licence.map(|one| one.status) {
                // Mostly what the status allows, so that the walk does not end in rejections.
                Some(Status::Valid) if !sequence.one_in(8) => Change::Suspend,
                Some(Status::Suspended) if !sequence.one_in(4) => Change::Resume,
                _ => Change::ALL[sequence.below(9) as usize],
            };
            StatusChange { key, change, ground: ground(GroundCode::Decision) }
        })
        .collect();
    let expected = judge(&items, |item| {
        let before = known(model, &item.key, issuer)?;
        let (status, disputed) = after(&before, item.change)?;
        entry(item.key, with(before, |one| (one.status, one.disputed, one.ground) = (status, disputed, item.ground)))
    });
    planned(model, sequence, issuer, changes(items), expected)
}

/// The life cycle in the plainest form: a list of what is allowed, and then the first reason why not.
fn after(licence: &Licence, change: Change) -> Judged<(Status, bool)> {
    let (status, disputed) = (licence.status, licence.disputed);
    let away = status == Status::TransferredOut;
    let refused = match change {
        _ if status == Status::Replaced => Some(Code::LicenceReplaced),
        Change::Dispute => disputed.then_some(Code::AlreadyDisputed),
        Change::SettleDispute => (!disputed).then_some(Code::NotDisputed),
        _ if status.has_ended() => Some(Code::LicenceEnded),
        Change::Suspend | Change::Resume | Change::TransferOut if away => Some(Code::LicenceTransferred),
        Change::Suspend => (status == Status::Suspended).then_some(Code::AlreadySuspended),
        Change::Resume => (status == Status::Valid).then_some(Code::NotSuspended),
        Change::TransferOut => (status == Status::Suspended).then_some(Code::SuspendedNotTransferred),
        Change::ReturnTransfer => (!away).then_some(Code::NotTransferred),
        Change::Cancel | Change::Rescind | Change::Withdraw => None,
    };
    match (refused, change) {
        (Some(code), _) => Err(code),
        (None, Change::Suspend) => Ok((Status::Suspended, disputed)),
        (None, Change::Resume | Change::ReturnTransfer) => Ok((Status::Valid, disputed)),
        (None, Change::Cancel) => Ok((Status::Cancelled, disputed)),
        (None, Change::Rescind) => Ok((Status::Rescinded, disputed)),
        (None, Change::Withdraw) => Ok((Status::Withdrawn, disputed)),
        (None, Change::TransferOut) => Ok((Status::TransferredOut, disputed)),
        (None, Change::Dispute | Change::SettleDispute) => Ok((status, change == Change::Dispute)),
    }
}

fn supersessions_of(model: &Model, sequence: &mut Sequence) -> Plan {
    let (issuer, picked) = picks(model, sequence);
    let alone = picked.len() == 1;
    let mut items: Vec<(Supersession, Option<Code>)> =
        picked.into_iter().map(|(key, licence)| supersession(sequence, issuer, key, licence)).collect();
    if alone && sequence.one_in(12) {
        take_known_number(model, sequence, &mut items[0]);
    }
    let expected = judge(&items, |(item, fault)| {
        let before = known(model, &item.old, issuer)?;
        match before.status {
            Status::Replaced => return Err(Code::LicenceReplaced),
            Status::TransferredOut => return Err(Code::LicenceTransferred),
            Status::Valid | Status::Suspended => {}
            _ => return Err(Code::LicenceEnded),
        }
        if let Some(code) = fault {
            return Err(*code);
        }
        let mut entries = vec![(item.new, EntryBody::Licence(item.licence.clone()))];
        if item.cause == SupersedeCause::Reissue {
            let replaced = with(before, |one| {
                (one.status, one.disputed) = (Status::Replaced, false);
                (one.ground, one.replaced_by) = (item.licence.ground, Some(item.new));
            });
            entries.push((item.old, EntryBody::Licence(replaced)));
        }
        Ok(entries)
    });
    planned(model, sequence, issuer, supersessions(items.into_iter().map(|(item, _)| item).collect()), expected)
}

/// One supersession, with the fault that was built into it.
fn supersession(
    sequence: &mut Sequence,
    issuer: OrganisationNumber,
    old: EntryKey,
    licence: Option<Licence>,
) -> (Supersession, Option<Code>) {
    let before = licence.unwrap_or_else(|| fresh(issuer, sequence));
    let end = before.valid_to;
    let mut licence = with(before, |one| {
        (one.issuer, one.replaced_by) = (issuer, None);
        one.ground = ground(GroundCode::HolderRequest);
        one.fields_root = digest(&format!("fields {}", sequence.next()));
    });
    let version = licence.version + 1;
    let (cause, new, mut fault) = match sequence.below(4) {
        0 | 1 => (SupersedeCause::Amend, old, None),
        2 => (SupersedeCause::Renew, old, end.is_none().then_some(Code::RenewalNotLater)),
        _ => (SupersedeCause::Reissue, key(sequence.next()), None),
    };
    if cause == SupersedeCause::Reissue {
        (licence.version, licence.replaces) = (1, Some(old));
    } else {
        licence.version = version;
    }
    if cause == SupersedeCause::Renew {
        licence.valid_to = end.map(|last| Date(last.0 + 365));
    }
    let mut new = new;
    match sequence.below(30) {
        0 => (licence.version, fault) = (licence.version + 1, Some(Code::VersionNumber)),
        1 => (licence.field_count, fault) = (0, Some(Code::FieldCount)),
        2 if cause != SupersedeCause::Reissue => (new, fault) = (key(sequence.next()), Some(Code::CauseAndKey)),
        3 if cause == SupersedeCause::Reissue => (licence.replaces, fault) = (None, Some(Code::SupersedeScope)),
        _ => {}
    }
    (Supersession { cause, old, new, licence }, fault)
}

/// Lets a faultless reissue take the number, or the prefix of the number, of another licence.
fn take_known_number(model: &Model, sequence: &mut Sequence, (item, fault): &mut (Supersession, Option<Code>)) {
    let known = model.licences[sequence.below(model.licences.len() as u64) as usize];
    if item.cause == SupersedeCause::Reissue && fault.is_none() && known != item.old {
        (item.new, *fault) = if sequence.one_in(2) {
            (known, Some(Code::AlreadyMinted))
        } else {
            (colliding(&known), Some(Code::KeyPrefixTaken))
        };
    }
}

fn corrections_of(model: &Model, sequence: &mut Sequence) -> Plan {
    let (issuer, picked) = picks(model, sequence);
    let items: Vec<(Correction, Option<Code>)> = picked
        .into_iter()
        .map(|(key, licence)| {
            let before = licence.unwrap_or_else(|| fresh(issuer, sequence));
            let mut licence = with(before, |one| {
                (one.issuer, one.ground) = (issuer, ground(GroundCode::Correction));
                one.record.sha256 = digest(&format!("record {}", sequence.next()));
                if matches!(one.status, Status::Cancelled | Status::Rescinded | Status::Withdrawn)
                    && !sequence.one_in(3)
                {
                    one.status = Status::Valid;
                }
            });
            let fault = match sequence.below(20) {
                0 => (licence.version += 1, Some(Code::CorrectionScope)).1,
                1 => (licence.ground = ground(GroundCode::Decision), Some(Code::CorrectionScope)).1,
                2 => (licence.field_count = 7, Some(Code::FieldCount)).1,
                _ => None,
            };
            (Correction { key, licence }, fault)
        })
        .collect();
    let expected = judge(&items, |(item, fault)| {
        known(model, &item.key, issuer)?;
        fault.map_or_else(|| entry(item.key, item.licence.clone()), Err)
    });
    let payload = Payload::Correct(list(items.into_iter().map(|(item, _)| item).collect()));
    planned(model, sequence, issuer, payload, expected)
}

fn registration(model: &Model, sequence: &mut Sequence) -> Plan {
    let wrong = model.organisations >= 60 || sequence.one_in(3);
    let number = model.organisations + u32::from(wrong);
    let mut one = organisation(ISSUER, Roles::ISSUER);
    (one.number, one.credit_code) = (OrganisationNumber(number), text(&credit_code(10_000_000 + number)));
    let items: Vec<Organisation> = vec![one];
    let expected = judge(&items, |one| {
        if wrong {
            return Err(Code::OrganisationNumber);
        }
        Ok(vec![(EntryKey::of_organisation(one.number), EntryBody::Organisation(one.clone()))])
    });
    planned(model, sequence, GOVERNOR, Payload::RegisterOrganisation(list(items)), expected)
}

/// Bars, admits, rotates the key of, or renames the second issuer.
fn update(model: &Model, sequence: &mut Sequence) -> Plan {
    let (_, EntryBody::Organisation(state)) = &model.newest[&EntryKey::of_organisation(OTHER_ISSUER)] else {
        unreachable!("the second issuer is an organisation")
    };
    let mut state = state.clone();
    let mut rotates_to = None;
    match sequence.below(4) {
        0 => state.status = OrganisationStatus::Barred,
        1 | 2 => state.status = OrganisationStatus::Active,
        _ => {
            let seed = 110 + sequence.below(8) as u8;
            state.keys = list(vec![signer(seed).public_key()]);
            rotates_to = Some(seed);
        }
    }
    let unknown = sequence.one_in(10);
    if unknown {
        state.number = OrganisationNumber(model.organisations + 5);
    }
    let expected = if unknown {
        Expected::Rejected(Code::OrganisationMissing, 0)
    } else {
        judge(&[()], |()| Ok(vec![(EntryKey::of_organisation(OTHER_ISSUER), EntryBody::Organisation(state.clone()))]))
    };
    let payload = Payload::UpdateOrganisation(list(vec![state]));
    Plan { rotates_to, ..planned(model, sequence, GOVERNOR, payload, expected) }
}

/// A new type, a new name for an old one, or a definition that contradicts itself.
fn definition(model: &Model, sequence: &mut Sequence) -> Plan {
    let number = LicenceTypeNumber(if model.types < 30 && sequence.one_in(2) { model.types } else { 0 });
    let mut one: LicenceType = licence_type(number);
    one.name_en = text(&format!("Type named {}", sequence.below(1000)));
    let fault = match sequence.below(6) {
        0 => (one.min_holders = 0, Some(Code::TypeContradiction)).1,
        1 => (one.number = LicenceTypeNumber(model.types + 1), Some(Code::LicenceTypeNumber)).1,
        2 => (one.definer = ISSUER, Some(Code::DefinerMismatch)).1,
        _ => None,
    };
    if fault == Some(Code::LicenceTypeNumber) {
        one.code = licence_type(one.number).code;
    }
    let items = vec![one];
    let expected = judge(&items, |one| match fault {
        Some(code) => Err(code),
        None => Ok(vec![(EntryKey::of_licence_type(one.number), EntryBody::LicenceType(one.clone()))]),
    });
    planned(model, sequence, DEFINER, Payload::DefineLicenceType(list(items)), expected)
}
