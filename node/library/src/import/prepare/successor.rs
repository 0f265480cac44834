//! A licence in the place of another: amendment (变更) and renewal (延续) keep the number and raise the version, a reissue (换发) takes a new
//! number. The form is checked and sealed like a new one; what differs is what the ledger is asked.

use super::super::seal::{Place, Sealed, Sealer, Unsealed};
use super::super::{ImportError, Unrepresentable};
use super::{Minting, Stage, idempotency, refusal, unwritable};
use crate::port::{Read, Submit};
use crate::random::Randomness;
use crate::register::{Cause, LicenceDraft, Refusal, RowOutcome, RowResult};
use crate::vault::{GROUND_VERSION, SealedRecord};
use zhengku_crypto::digest::Digest;
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::entry::licence::GroundCode;
use zhengku_ledger::entry::{Ground, Licence};
use zhengku_ledger::ids::EntryKey;
use zhengku_ledger::transaction::{Payload, SignedTransaction, SupersedeCause, Supersession};

/// What is superseded, and why.
#[derive(Clone, Copy)]
pub struct Succession<'a> {
    /// 变更, 延续 or 换发.
    pub cause: SupersedeCause,
    /// The newest state of the licence: of both parts of a twin, 正页 first.
    pub former: &'a [(EntryKey, Licence)],
    /// The class of ground.
    pub code: GroundCode,
    /// The legal ground as it was typed in: sealed in the vault, never on the ledger.
    pub text: &'a str,
    /// The operator's pseudonym.
    pub operator: Option<Digest>,
}

/// What is written, and the keys and identifiers of the new states.
type Prepared = (Minting, Vec<(EntryKey, String)>);

impl<L: Submit + Read> Stage<'_, L> {
    /// Seals the new states of every part and signs one transaction for all of them.
    pub(in super::super) fn succeed(
        &self,
        row: &RowOutcome,
        succession: &Succession<'_>,
    ) -> Result<Result<Prepared, Refusal>, ImportError> {
        let drafts = match &row.result {
            RowResult::Accepted(drafts) => drafts,
            RowResult::Refused(refusal) => return Ok(Err(refusal.clone())),
            RowResult::Repeated { .. } => return Ok(Err(refusal(row, Cause::NumberConflict))),
        };
        let keys: Vec<EntryKey> = drafts.iter().map(|draft| self.key(draft)).collect();
        if let Some(cause) = self.fault(drafts, &keys, succession)? {
            return Ok(Err(refusal(row, cause)));
        }
        let (mut minting, mut issued) = (Minting::default(), Vec::with_capacity(keys.len()));
        let (mut items, mut sealer, mut random) = (Vec::with_capacity(keys.len()), self.sealer()?, Randomness::new());
        for ((draft, key), (old, former)) in drafts.iter().zip(&keys).zip(succession.former) {
            let (Sealed { record, mint, identifier }, text) =
                match self.seal_successor((&mut sealer, &mut random), (row, draft), (*key, former), succession) {
                    Ok(sealed) => sealed,
                    Err(Unsealed::Unwritable(error)) => return Ok(Err(unwritable(row, &error))),
                    Err(Unsealed::Failed(error)) => return Err(error),
                };
            let replaces = if succession.cause == SupersedeCause::Reissue { Some(*old) } else { former.replaces };
            let ground = Ground { code: succession.code, text: Some(text.id), operator: succession.operator };
            // A dispute, a suspension and the link to the twin go on as they stand.
            let licence =
                Licence { status: former.status, disputed: former.disputed, ground, replaces, ..mint.licence };
            items.push(Supersession { cause: succession.cause, old: *old, new: *key, licence });
            minting.records.extend([record, text]);
            issued.push((*key, identifier));
        }
        minting.transactions = self.sign_successors(row.row_number, items)?;
        Ok(Ok((minting, issued)))
    }

    /// What the ledger would reject whatever the face says.
    fn fault(
        &self,
        drafts: &[LicenceDraft],
        keys: &[EntryKey],
        succession: &Succession<'_>,
    ) -> Result<Option<Cause>, ImportError> {
        if drafts.len() != succession.former.len() {
            return Ok(Some(Cause::PartMissing));
        }
        if let Some(cause) = self.own_fault(drafts) {
            return Ok(Some(cause));
        }
        let is_same_issuer = |(draft, (_, former)): (&LicenceDraft, &(EntryKey, Licence))| {
            self.issuers.get(&draft.issuer_code).is_some_and(|(number, _)| *number == former.issuer)
        };
        if !drafts.iter().zip(succession.former).all(is_same_issuer) {
            return Ok(Some(Cause::IssuerUnknown));
        }
        let is_taken =
            succession.cause == SupersedeCause::Reissue && self.import.ledger.find(keys)?.iter().any(Option::is_some);
        Ok(is_taken.then_some(Cause::LedgerConflict))
    }

    /// The new face, and the ground's text, each under the key of the new state.
    fn seal_successor(
        &self,
        (sealer, random): (&mut Sealer<'_>, &mut Randomness),
        (row, draft): (&RowOutcome, &LicenceDraft),
        (key, former): (EntryKey, &Licence),
        succession: &Succession<'_>,
    ) -> Result<(Sealed, SealedRecord), Unsealed> {
        let version = match succession.cause {
            SupersedeCause::Amend | SupersedeCause::Renew => former.version.saturating_add(1),
            SupersedeCause::Reissue => 1,
        };
        let place = Place { row: row.row_number, key, version, issuer: former.issuer, twin: former.twin };
        let sealed = sealer.seal(draft, place)?;
        let text = self.import.vault.seal(&key, GROUND_VERSION, succession.text.as_bytes(), random);
        Ok((sealed, text.map_err(ImportError::from)?))
    }

    fn sign_successors(&self, row: u64, items: Vec<Supersession>) -> Result<Vec<SignedTransaction>, ImportError> {
        let Some(issuer) = items.first().map(|item| item.licence.issuer) else { return Ok(Vec::new()) };
        let Some(signer) = self.import.keyring.signer(issuer) else { return Ok(Vec::new()) };
        let idempotency = idempotency(items.iter().map(|item| (&item.new, &item.licence)));
        let unrepresentable = |reason| ImportError::Unrepresentable { row, reason: Unrepresentable::Length(reason) };
        let payload = Payload::Supersede(Bounded::new(items).map_err(unrepresentable)?);
        let chain = self.import.ledger.chain();
        Ok(vec![SignedTransaction::sign(chain, issuer, idempotency, payload, &*signer)?])
    }
}
