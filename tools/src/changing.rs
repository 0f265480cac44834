//! Changes of status: vault first (the ground's text, sealed for each licence), ledger second (its digest), confirmation last.
//!
//! Many licences are changed in batches of what one transaction takes. A batch is whole on the ledger or not there; what came before
//! a failure stays, and running the same list again goes on behind it.

use crate::access::Access;
use crate::failure::Failure;
use std::sync::Arc;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::sign::Signer;
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::licence::{Change, GroundCode};
use zhengku_ledger::entry::{Ground, Licence};
use zhengku_ledger::ids::{EntryKey, IdempotencyKey, OrganisationNumber};
use zhengku_ledger::transaction::{BatchApproval, MAX_ITEMS, Payload, PayloadKind, SignedTransaction, StatusChange};
use zhengku_library::port::Keyring as _;
use zhengku_library::random::Randomness;
use zhengku_library::vault::SealedRecord;
use zhengku_node::NodeError;
use zhengku_node::audit::GROUND_VERSION;

/// Batches that one approval covers: 262,144 licences, whose sealed grounds are held in memory meanwhile (80 MB).
const BATCHES_PER_APPROVAL: usize = 64;

/// A change and its ground.
pub(crate) struct Asked<'a> {
    pub(crate) change: Change,
    pub(crate) code: GroundCode,
    /// The legal ground as it was typed in: sealed in the vault, never on the ledger.
    pub(crate) text: &'a str,
    /// The operator's pseudonym.
    pub(crate) operator: Option<Digest>,
}

/// Who signs.
pub(crate) struct Signers {
    pub(crate) issuer: OrganisationNumber,
    pub(crate) first: Arc<dyn Signer>,
    /// Another key of the same organisation, for mass actions.
    pub(crate) second: Option<Arc<dyn Signer>>,
}

/// The licence under whose key the text of a state's ground is sealed: a licence that was replaced names the ground of its successor.
pub(crate) fn ground_owner<'a>(key: &'a EntryKey, licence: &'a Licence) -> &'a EntryKey {
    licence.replaced_by.as_ref().unwrap_or(key)
}

/// The signers of an issuer whose keys are here.
pub(crate) fn signers(access: &Access, issuer: OrganisationNumber) -> Result<Signers, Failure> {
    let directory = access.directory();
    let own = directory.organisation(issuer).map(|one| one.keys.as_slice()).unwrap_or_default();
    let not_held = ("本机没有该发证机关可用的签名密钥", "no signing key of the issuer can be used here");
    let first = access.ring().signer(issuer).ok_or_else(|| access.no_key(own, not_held))?;
    let mut keys = access.keys().signers_among(own).into_iter();
    let second = keys.find(|key| key.public_key() != first.public_key());
    Ok(Signers { issuer, first, second })
}

/// Changes licences of one issuer. More than the ledger's limit in one transaction take an approval signed with the second key.
/// `progress` hears of each batch that is final.
pub(crate) fn change(
    access: &Access,
    signers: &Signers,
    keys: &[EntryKey],
    asked: &Asked<'_>,
    progress: &mut dyn FnMut(usize),
) -> Result<(), Failure> {
    let mut random = Randomness::new();
    for share in keys.chunks(BATCHES_PER_APPROVAL * MAX_ITEMS) {
        let batches = share.chunks(MAX_ITEMS).map(|keys| Batch::prepare(access, keys, asked, &mut random));
        let batches = batches.collect::<Result<Vec<_>, _>>()?;
        approve(access, signers, &batches, &mut random)?;
        for batch in batches {
            let count = batch.records.len();
            batch.submit(access, signers, &mut random)?;
            progress(count);
        }
    }
    Ok(())
}

/// What one transaction changes, and the texts that it names.
struct Batch {
    payload: Payload,
    records: Vec<SealedRecord>,
}

impl Batch {
    fn prepare(
        access: &Access,
        keys: &[EntryKey],
        asked: &Asked<'_>,
        random: &mut Randomness,
    ) -> Result<Self, Failure> {
        let (mut records, mut items) = (Vec::with_capacity(keys.len()), Vec::with_capacity(keys.len()));
        for key in keys {
            let record = access.vault().seal(key, GROUND_VERSION, asked.text.as_bytes(), random)?;
            let ground = Ground { code: asked.code, text: Some(record.id), operator: asked.operator };
            items.push(StatusChange { key: *key, change: asked.change, ground });
            records.push(record);
        }
        Ok(Self { payload: Payload::ChangeStatus(Bounded::new(items).map_err(NodeError::from)?), records })
    }

    fn submit(self, access: &Access, signers: &Signers, random: &mut Randomness) -> Result<(), Failure> {
        let signed = sign(access, signers.issuer, self.payload, &*signers.first, random)?;
        let pending = access.vault().put(&self.records)?;
        match access.apply(signed) {
            Ok(()) => Ok(access.vault().confirm(pending)?),
            Err(error) => {
                // Rejected: no entry names the text. After any other error the block may still stand, and the next start decides.
                if error.is_rejection() {
                    access.vault().withdraw(pending)?;
                }
                Err(error)
            }
        }
    }
}

/// 双人复核 on the ledger: another key of the organisation approves these very items.
fn approve(access: &Access, signers: &Signers, batches: &[Batch], random: &mut Randomness) -> Result<(), Failure> {
    let approval = |payload: &Payload| BatchApproval {
        items_root: payload.items_root(),
        count: payload.count(),
        kind: PayloadKind::ChangeStatus,
    };
    let mass = batches.iter().map(|batch| &batch.payload).filter(|payload| payload.is_mass_action());
    let approvals: Vec<BatchApproval> = mass.map(approval).collect();
    if approvals.is_empty() {
        return Ok(());
    }
    let second = signers.second.as_ref().ok_or_else(|| {
        let directory = access.directory();
        let own = directory.organisation(signers.issuer).map(|one| one.keys.as_slice()).unwrap_or_default();
        let needed = (
            "超过 100 份的变更须由本机构的另一把密钥批准, 本目录只有一把; 请运行 zhengku key new, 再以 zhengku governance propose update-organisation 登记",
            "a change of more than 100 licences takes the approval of another key of the organisation, and one alone is here; run `zhengku key new` and have it registered by `zhengku governance propose update-organisation`",
        );
        access.no_key(own, needed)
    })?;
    let approval = Payload::ApproveBatch(Bounded::new(approvals).map_err(NodeError::from)?);
    access.apply(sign(access, signers.issuer, approval, &**second, random)?)
}

fn sign(
    access: &Access,
    issuer: OrganisationNumber,
    payload: Payload,
    signer: &dyn Signer,
    random: &mut Randomness,
) -> Result<SignedTransaction, Failure> {
    let random_key = random.array().map_err(NodeError::from)?;
    let idempotency = IdempotencyKey::from_digest(Digest::from_bytes(random_key));
    let signed = SignedTransaction::sign(access.chain(), issuer, idempotency, payload, signer);
    Ok(signed.map_err(NodeError::from)?)
}
