//! What a block has written so far, on top of the view it is executed on.

use crate::block::{EntryBatch, Proposal};
use crate::entry::{
    BatchApprovalRecord, ENTRY_VERSION, Entry, EntryBody, Licence, Organisation, OrganisationStatus, Origin, Roles,
};
use crate::governance::{Governance, rules};
use crate::ids::{ChainId, EntryKey, Height, IdempotencyKey, LogIndex, OrganisationNumber, TimestampMs};
use crate::state::{AppliedAt, Directory, StateView};
use crate::transaction::{Envelope, Outcome, Payload, RejectCode, VerifiedTransaction};
use std::borrow::Cow;
use std::collections::BTreeMap;
use zhengku_crypto::digest::Digest;

/// Why an item stops its transaction: by a rule, or because the state could not be read.
pub(super) enum Stop<E> {
    Reject(RejectCode),
    State(E),
}

impl<E> From<RejectCode> for Stop<E> {
    fn from(code: RejectCode) -> Self {
        Self::Reject(code)
    }
}

/// An entry to append.
pub(super) struct Draft<'t> {
    pub(super) key: EntryKey,
    pub(super) previous: Option<LogIndex>,
    pub(super) body: DraftBody<'t>,
    /// A second entry of the same item (the old number of a reissue).
    pub(super) also: Option<Box<Draft<'t>>>,
}

/// The state in a draft, borrowed from the transaction where it is taken over unchanged.
pub(super) enum DraftBody<'t> {
    Licence(Cow<'t, Licence>),
    Other(EntryBody),
}

impl<'t> Draft<'t> {
    pub(super) fn licence(key: EntryKey, previous: Option<LogIndex>, licence: Cow<'t, Licence>) -> Self {
        Self { key, previous, body: DraftBody::Licence(licence), also: None }
    }

    pub(super) fn other(key: EntryKey, previous: Option<LogIndex>, body: EntryBody) -> Self {
        Self { key, previous, body: DraftBody::Other(body), also: None }
    }
}

/// The newest state of a licence, with its place.
pub(super) struct Found {
    pub(super) index: LogIndex,
    pub(super) licence: Licence,
}

/// What a block wrote.
pub(super) struct Written {
    pub(super) entries: EntryBatch,
    pub(super) leaves: Vec<Digest>,
    pub(super) superseded: Vec<LogIndex>,
    pub(super) directory: Directory,
    pub(super) governance: Governance,
}

type Prefix = [u8; 16];

/// The view with this block's writes on top.
pub(super) struct Overlay<'v, V: StateView> {
    view: &'v V,
    height: Height,
    time: TimestampMs,
    first: u64,
    /// The view's answer for every key the block touches, sorted by key.
    known: Vec<(EntryKey, Option<LogIndex>)>,
    newest: BTreeMap<Prefix, LogIndex>,
    applied: BTreeMap<(OrganisationNumber, IdempotencyKey), AppliedAt>,
    written: Written,
}

impl<'v, V: StateView> Overlay<'v, V> {
    /// Looks up every key of the block at once, in sorted order.
    pub(super) fn new(view: &'v V, proposal: &Proposal) -> Result<Self, V::Error> {
        let governance = &view.tip().governance;
        let mut keys: Vec<EntryKey> = proposal.transactions.iter().flat_map(touched).collect();
        for proposal in governance.proposals() {
            keys.push(EntryKey::of_proposal(proposal.number));
            keys.extend(rules::target(governance, &proposal.change));
        }
        keys.sort_unstable();
        keys.dedup();
        let found = view.newest(&keys)?;
        let tip = view.tip();
        Ok(Self {
            view,
            height: proposal.height,
            time: proposal.time,
            first: tip.header.log_size,
            known: keys.into_iter().zip(found).collect(),
            newest: BTreeMap::new(),
            applied: BTreeMap::new(),
            written: Written {
                entries: EntryBatch::default(),
                leaves: Vec::new(),
                superseded: Vec::new(),
                directory: tip.directory.clone(),
                governance: tip.governance.clone(),
            },
        })
    }

    pub(super) fn directory(&self) -> &Directory {
        &self.written.directory
    }

    pub(super) fn governance(&self) -> &Governance {
        &self.written.governance
    }

    /// The height of this block.
    pub(super) const fn height(&self) -> Height {
        self.height
    }

    /// The time of this block.
    pub(super) const fn time(&self) -> TimestampMs {
        self.time
    }

    pub(super) fn chain(&self) -> ChainId {
        self.view.tip().header.chain
    }

    /// Appends an entry that no transaction of this block made.
    pub(super) fn append_scheduled(&mut self, proposal: u32, key: EntryKey, body: EntryBody) {
        let origin = Origin { height: self.height, transaction: Origin::SCHEDULED, item: proposal };
        let draft = Draft::other(key, self.index_of(&key), body);
        self.append(origin, draft);
    }

    /// The organisation behind an envelope, when it may act and the key is its own.
    pub(super) fn actor(&self, envelope: &Envelope) -> Result<&Organisation, RejectCode> {
        let organisation =
            self.directory().organisation(envelope.organisation).ok_or(RejectCode::UnknownOrganisation)?;
        if !organisation.keys.contains(&envelope.signer) {
            return Err(RejectCode::UnknownSigner);
        }
        match organisation.status {
            OrganisationStatus::Active => Ok(organisation),
            OrganisationStatus::Barred => Err(RejectCode::OrganisationBarred),
        }
    }

    pub(super) fn applied(
        &self,
        organisation: OrganisationNumber,
        key: &IdempotencyKey,
    ) -> Result<Option<AppliedAt>, V::Error> {
        match self.applied.get(&(organisation, *key)) {
            Some(at) => Ok(Some(*at)),
            None => self.view.applied(organisation, key),
        }
    }

    /// The newest entry that shares the key's prefix, in this block or before.
    pub(super) fn index_of(&self, key: &EntryKey) -> Option<LogIndex> {
        self.newest.get(&key.prefix()).copied().or_else(|| {
            let place = self.known.binary_search_by_key(key, |(known, _)| *known).ok()?;
            self.known.get(place)?.1
        })
    }

    fn entry(&self, index: LogIndex) -> Result<Entry, V::Error> {
        let own = index.0.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        match own.and_then(|place| self.written.entries.entry(place)) {
            Some(entry) => Ok(entry),
            None => self.view.entry(index),
        }
    }

    /// Refuses a licence's key that is reserved, exists, or shares its prefix with one that does.
    pub(super) fn check_free(&self, key: &EntryKey) -> Result<(), Stop<V::Error>> {
        if key.is_reserved() { Err(RejectCode::KeyReserved.into()) } else { self.check_absent(key) }
    }

    /// Refuses a key that exists, or shares its prefix with one that does.
    pub(super) fn check_absent(&self, key: &EntryKey) -> Result<(), Stop<V::Error>> {
        let Some(index) = self.index_of(key) else { return Ok(()) };
        let taken = self.entry(index).map_err(Stop::State)?;
        Err(if taken.key == *key { RejectCode::AlreadyMinted } else { RejectCode::KeyPrefixTaken }.into())
    }

    /// The newest state of a licence that `issuer` issued.
    pub(super) fn licence_of(&self, issuer: OrganisationNumber, key: &EntryKey) -> Result<Found, Stop<V::Error>> {
        let index = self.index_of(key).ok_or(RejectCode::UnknownLicence)?;
        let entry = self.entry(index).map_err(Stop::State)?;
        match entry.body {
            EntryBody::Licence(licence) if entry.key == *key => {
                if licence.issuer != issuer {
                    return Err(RejectCode::NotTheIssuer.into());
                }
                Ok(Found { index, licence })
            }
            _ => Err(RejectCode::UnknownLicence.into()),
        }
    }

    /// The newest approval under a key of mass actions.
    pub(super) fn batch_approval(
        &self,
        key: &EntryKey,
    ) -> Result<Option<(LogIndex, BatchApprovalRecord)>, Stop<V::Error>> {
        let Some(index) = self.index_of(key) else { return Ok(None) };
        let entry = self.entry(index).map_err(Stop::State)?;
        match entry.body {
            EntryBody::BatchApproval(record) if entry.key == *key => Ok(Some((index, record))),
            _ => Err(RejectCode::KeyPrefixTaken.into()),
        }
    }

    /// Remembers a decided transaction by its idempotency key.
    pub(super) fn remember(&mut self, place: u32, transaction: &VerifiedTransaction) {
        let envelope = transaction.envelope();
        let at = AppliedAt { transaction: transaction.id(), height: self.height, place };
        self.applied.insert((envelope.organisation, envelope.idempotency), at);
    }

    /// Appends a transaction's entries.
    pub(super) fn apply(&mut self, place: u32, drafts: Vec<(u32, Draft<'_>)>) -> Outcome {
        let first = self.next_index();
        for (item, draft) in drafts {
            self.append(Origin { height: self.height, transaction: place, item }, draft);
        }
        let count = self.next_index().0.saturating_sub(first.0);
        Outcome::Applied { first, count: u32::try_from(count).unwrap_or(u32::MAX) }
    }

    fn append(&mut self, origin: Origin, draft: Draft<'_>) {
        let index = self.next_index();
        let body = match draft.body {
            DraftBody::Licence(licence) => EntryBody::Licence(licence.into_owned()),
            DraftBody::Other(body) => body,
        };
        let entry = Entry { version: ENTRY_VERSION, key: draft.key, previous: draft.previous, origin, body };
        self.written.leaves.push(self.written.entries.push(&entry));
        self.written.superseded.extend(draft.previous);
        self.written.directory.apply(&entry.body);
        self.written.governance.apply(&entry);
        self.newest.insert(entry.key.prefix(), index);
        if let Some(also) = draft.also {
            self.append(origin, *also);
        }
    }

    fn next_index(&self) -> LogIndex {
        LogIndex(self.first.saturating_add(self.written.leaves.len() as u64))
    }

    pub(super) fn finish(self) -> Written {
        self.written
    }
}

/// Refuses an organisation without a role.
pub(super) fn check_role(actor: &Organisation, role: Roles) -> Result<(), RejectCode> {
    if actor.roles.include(role) { Ok(()) } else { Err(RejectCode::RoleMissing) }
}

/// The keys a transaction reads or writes.
fn touched(transaction: &VerifiedTransaction) -> Vec<EntryKey> {
    let (envelope, payload) = (transaction.envelope(), transaction.payload());
    let mut keys: Vec<EntryKey> = match payload {
        Payload::RegisterOrganisation(items) | Payload::UpdateOrganisation(items) => {
            items.iter().map(|item| EntryKey::of_organisation(item.number)).collect()
        }
        Payload::DefineLicenceType(items) => items.iter().map(|item| EntryKey::of_licence_type(item.number)).collect(),
        Payload::Mint(items) => items.iter().map(|item| item.key).collect(),
        Payload::ChangeStatus(items) => items.iter().map(|item| item.key).collect(),
        Payload::Correct(items) => items.iter().map(|item| item.key).collect(),
        Payload::Supersede(items) => items.iter().flat_map(|item| [item.old, item.new]).collect(),
        Payload::ApplySeal(items) => items.iter().map(|item| EntryKey::of_seal(item.number)).collect(),
        Payload::MakeSeal(items) | Payload::RemakeSeal(items) => {
            items.iter().map(|item| EntryKey::of_seal(item.number)).collect()
        }
        Payload::FileSeal(items) => items.iter().map(|item| EntryKey::of_seal(item.number)).collect(),
        Payload::CancelSeal(items) => items.iter().map(|item| EntryKey::of_seal(item.number)).collect(),
        Payload::DefineMaterialType(items) => {
            items.iter().map(|item| EntryKey::of_material_type(item.number)).collect()
        }
        Payload::ApproveBatch(items) => {
            items.iter().map(|item| EntryKey::of_batch_approval(envelope.organisation, &item.items_root)).collect()
        }
        // Pending proposals are looked up for every block; new proposals and offences have keys of their own.
        Payload::ProposeChange(_) | Payload::ApproveChange(_) | Payload::ReportOffence(_) => Vec::new(),
    };
    if payload.is_mass_action() {
        keys.push(EntryKey::of_batch_approval(envelope.organisation, &envelope.items_root));
    }
    keys
}
