//! Synthetic licences for the benchmark: every digest random, 10 holders' pseudonyms per hundred licences, as incompressible as real ones.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::sync::Arc;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::sign::Signer;
use zhengku_ledger::codec::{Bounded, LengthError};
use zhengku_ledger::entry::licence::{Change, GroundCode};
use zhengku_ledger::entry::{Ground, Licence, RecordDigests, Status};
use zhengku_ledger::ids::{ChainId, Date, EntryKey, Holder, IdempotencyKey, LicenceTypeNumber, OrganisationNumber};
use zhengku_ledger::transaction::{
    BatchApproval, MAX_ITEMS, Mint, Payload, PayloadKind, SignedTransaction, StatusChange, SupersedeCause, Supersession,
};
use zhengku_node::NodeError;

/// A signed transaction as it goes to a node, and by what it is found again.
#[derive(Clone)]
pub(super) struct Prepared {
    pub(super) bytes: Vec<u8>,
    pub(super) organisation: OrganisationNumber,
    pub(super) idempotency: IdempotencyKey,
    pub(super) keys: Vec<EntryKey>,
}

/// Makes signed transactions.
pub(super) struct Workload {
    random: ChaCha8Rng,
    chain: ChainId,
    issuer: OrganisationNumber,
    signer: Arc<dyn Signer>,
    licence_type: LicenceTypeNumber,
    field_count: u16,
    minted: Vec<EntryKey>,
}

/// A mass action, signed: the second key's approval, and the transactions it covers.
pub(super) struct MassAction {
    pub(super) approval: Prepared,
    pub(super) changes: Vec<Prepared>,
}

impl Workload {
    pub(super) fn new(
        seed: u64,
        chain: ChainId,
        (issuer, signer): (OrganisationNumber, Arc<dyn Signer>),
        (licence_type, field_count): (LicenceTypeNumber, u16),
    ) -> Self {
        let random = ChaCha8Rng::seed_from_u64(seed);
        Self { random, chain, issuer, signer, licence_type, field_count, minted: Vec::new() }
    }

    /// Who signs.
    pub(super) const fn issuer(&self) -> OrganisationNumber {
        self.issuer
    }

    /// Keys minted so far, in order.
    pub(super) fn minted(&self) -> &[EntryKey] {
        &self.minted
    }

    /// The transactions of one block of `count` new licences, encoded as they arrive from a network.
    pub(super) fn block(&mut self, count: u64) -> Result<Vec<Vec<u8>>, NodeError> {
        let mints: Vec<Mint> = (0..count).map(|_| self.mint()).collect();
        self.minted.extend(mints.iter().map(|mint| mint.key));
        self.sign_all(mints, Payload::Mint)
    }

    /// One transaction of `items` new licences, at most [`MAX_ITEMS`].
    pub(super) fn transaction(&mut self, items: u64) -> Result<Prepared, NodeError> {
        let mints: Vec<Mint> = (0..items).map(|_| self.mint()).collect();
        let keys = mints.iter().map(|mint| mint.key).collect();
        let payload = Payload::Mint(Bounded::new(mints).map_err(|error: LengthError| NodeError::from(error))?);
        let (idempotency, bytes) = self.sign(payload)?;
        Ok(Prepared { bytes, organisation: self.issuer, idempotency, keys })
    }

    /// Withdraws licences of this issuer, as many in a transaction as it takes, approved by another key of the issuer. At most
    /// 512 transactions.
    pub(super) fn withdrawal(&mut self, keys: &[EntryKey], second: &dyn Signer) -> Result<MassAction, NodeError> {
        let (mut approvals, mut changes) = (Vec::new(), Vec::new());
        for some in keys.chunks(MAX_ITEMS) {
            let item = |key: &EntryKey, text| StatusChange {
                key: *key,
                change: Change::Withdraw,
                ground: Ground { code: GroundCode::Decision, text: Some(text), operator: None },
            };
            let items: Vec<StatusChange> = some.iter().map(|key| item(key, self.digest())).collect();
            let payload = Payload::ChangeStatus(Bounded::new(items)?);
            let (items_root, count) = (payload.items_root(), payload.count());
            approvals.push(BatchApproval { items_root, count, kind: PayloadKind::ChangeStatus });
            changes.push(self.prepared(payload)?);
        }
        let idempotency = IdempotencyKey::from_digest(self.digest());
        let approval = Payload::ApproveBatch(Bounded::new(approvals)?);
        let signed = SignedTransaction::sign(self.chain, self.issuer, idempotency, approval, second)?;
        let approval = Prepared { bytes: signed.encode(), organisation: self.issuer, idempotency, keys: Vec::new() };
        Ok(MassAction { approval, changes })
    }

    fn prepared(&mut self, payload: Payload) -> Result<Prepared, NodeError> {
        let (idempotency, bytes) = self.sign(payload)?;
        Ok(Prepared { bytes, organisation: self.issuer, idempotency, keys: Vec::new() })
    }

    /// As [`Workload::block`], with `superseding` amendments of licences among the `share` from `first` on in the place of as
    /// many new ones. Their keys are random, so the order of minting is as good as any.
    pub(super) fn mixed_block(
        &mut self,
        count: u64,
        superseding: u64,
        first: u64,
        share: u64,
    ) -> Result<Vec<Vec<u8>>, NodeError> {
        let mut blocks = self.block(count.saturating_sub(superseding))?;
        let stride = (share / superseding.max(1)).max(1);
        let places = (0..superseding).filter_map(|number| usize::try_from(first + number * stride).ok());
        let keys: Vec<EntryKey> = places.filter_map(|place| self.minted.get(place).copied()).collect();
        let amendments = keys.into_iter().map(|key| {
            let mut licence = self.licence();
            licence.version = 2;
            Supersession { cause: SupersedeCause::Amend, old: key, new: key, licence }
        });
        let amendments: Vec<Supersession> = amendments.collect();
        blocks.extend(self.sign_all(amendments, Payload::Supersede)?);
        Ok(blocks)
    }

    fn sign_all<T>(
        &mut self,
        items: Vec<T>,
        payload: impl Fn(Bounded<T, 1, MAX_ITEMS>) -> Payload,
    ) -> Result<Vec<Vec<u8>>, NodeError> {
        let batches = items.len().div_ceil(MAX_ITEMS).max(1);
        let size = items.len().div_ceil(batches).max(1);
        let mut rest = items;
        let mut encoded = Vec::new();
        while !rest.is_empty() {
            let next = rest.split_off(rest.len().min(size));
            let items = Bounded::new(rest).map_err(|error: LengthError| NodeError::from(error))?;
            encoded.push(self.sign(payload(items))?.1);
            rest = next;
        }
        Ok(encoded)
    }

    fn sign(&mut self, payload: Payload) -> Result<(IdempotencyKey, Vec<u8>), NodeError> {
        let idempotency = IdempotencyKey::from_digest(self.digest());
        let signed = SignedTransaction::sign(self.chain, self.issuer, idempotency, payload, &*self.signer)?;
        Ok((idempotency, signed.encode()))
    }

    fn mint(&mut self) -> Mint {
        Mint { key: EntryKey::from_digest(self.digest()), licence: self.licence() }
    }

    fn licence(&mut self) -> Licence {
        // Holders from a million, as in a city where most people hold several licences.
        let mut holder = [0_u8; 32];
        holder[..4].copy_from_slice(&(self.random.next_u32() % 1_000_000).to_le_bytes());
        let holder = Holder::from_digest(zhengku_crypto::digest::sha256(&holder));
        Licence {
            licence_type: self.licence_type,
            issuer: self.issuer,
            version: 1,
            holders: Bounded::new(vec![holder]).unwrap_or_else(|_| unreachable!("invariant: one holder is allowed")),
            fields_root: self.digest(),
            field_count: self.field_count,
            record: RecordDigests { sha256: self.digest(), sm3: self.digest() },
            files: Bounded::default(),
            seal: None,
            issued_on: Date(20_000),
            valid_from: Date(20_000),
            valid_to: Some(Date(25_000)),
            status: Status::Valid,
            disputed: false,
            ground: Ground { code: GroundCode::Issue, text: None, operator: None },
            twin: None,
            replaces: None,
            replaced_by: None,
        }
    }

    fn digest(&mut self) -> Digest {
        let mut bytes = [0; 32];
        self.random.fill_bytes(&mut bytes);
        Digest::from_bytes(bytes)
    }
}
