//! Changes of status: vault first (the ground's text, sealed for each licence), ledger second (its digest), confirmation last.

use crate::access::Access;
use crate::failure::Failure;
use std::sync::Arc;
use zhengku_crypto::digest::Digest;
use zhengku_crypto::sign::Signer;
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::Ground;
use zhengku_ledger::entry::licence::{Change, GroundCode};
use zhengku_ledger::ids::{EntryKey, IdempotencyKey, OrganisationNumber};
use zhengku_ledger::transaction::{BatchApproval, Payload, PayloadKind, SignedTransaction, StatusChange};
use zhengku_library::random::Randomness;
use zhengku_node::NodeError;
use zhengku_node::audit::GROUND_VERSION;

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

/// The signers of an issuer whose keys are here.
pub(crate) fn signers(access: &Access, issuer: OrganisationNumber) -> Result<Signers, Failure> {
    let directory = access.directory();
    let keys = directory.organisation(issuer).map(|one| access.keys().signers_among(&one.keys)).unwrap_or_default();
    let mut keys = keys.into_iter();
    let first = keys
        .next()
        .ok_or_else(|| Failure::usage("本机没有该发证机关的签名密钥", "the issuer's signing key is not held here"))?;
    Ok(Signers { issuer, first, second: keys.next() })
}

/// Changes licences of one issuer in one transaction. More than the ledger's limit take an approval signed with the second key.
pub(crate) fn change(access: &Access, signers: &Signers, keys: &[EntryKey], asked: &Asked<'_>) -> Result<(), Failure> {
    let mut random = Randomness::new();
    let (mut records, mut items) = (Vec::with_capacity(keys.len()), Vec::with_capacity(keys.len()));
    for key in keys {
        let record = access.vault().seal(key, GROUND_VERSION, asked.text.as_bytes(), &mut random)?;
        let ground = Ground { code: asked.code, text: Some(record.id), operator: asked.operator };
        items.push(StatusChange { key: *key, change: asked.change, ground });
        records.push(record);
    }
    let payload = Payload::ChangeStatus(Bounded::new(items).map_err(NodeError::from)?);
    if payload.is_mass_action() {
        approve(access, signers, &payload, &mut random)?;
    }
    let signed = sign(access, signers.issuer, payload, &*signers.first, &mut random)?;
    let pending = access.vault().put(&records)?;
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

/// 双人复核 on the ledger: another key of the organisation approves these very items.
fn approve(access: &Access, signers: &Signers, payload: &Payload, random: &mut Randomness) -> Result<(), Failure> {
    let second = signers.second.as_ref().ok_or_else(|| {
        Failure::usage(
            "超过 100 份的变更须由本机构的另一把密钥批准, 本目录只有一把; 请运行 zhengku key new, 再以 zhengku governance propose update-organisation 登记",
            "a change of more than 100 licences takes the approval of another key of the organisation, and one alone is here; run `zhengku key new` and have it registered by `zhengku governance propose update-organisation`",
        )
    })?;
    let item =
        BatchApproval { items_root: payload.items_root(), count: payload.count(), kind: PayloadKind::ChangeStatus };
    let approval = Payload::ApproveBatch(Bounded::new(vec![item]).map_err(NodeError::from)?);
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
