//! 盖章签发: the same way as `zhengku licence mint`, with each step timed.

use super::draft::{DraftPaper, problems, repeated};
use super::error::{Trouble, state};
use super::issued::Line;
use super::status::NOT_HIS_ISSUER;
use super::succession::{Standing, SuccessionPaper};
use super::{Desk, new_id};
use crate::access::Access;
use crate::issuing;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use zhengku_api::desk::port::{DeskError, Issued, Operator, SigningStep};
use zhengku_ledger::entry::Entry;
use zhengku_ledger::ids::{ChainId, EntryKey, LogIndex, TimestampMs};
use zhengku_ledger::state::Directory;
use zhengku_ledger::transaction::SignedTransaction;
use zhengku_library::import::{Import, OneRow, Run};
use zhengku_library::port::{PortError, Read, Receipt, Submit};
use zhengku_library::random::Randomness;
use zhengku_library::register::{LicenceDraft, Mapping, RowOutcome, RowResult, check_form};

/// Signings whose steps are remembered: those that somebody may still look at.
const STEPS_KEPT: usize = 1_000;

/// How the signings of this run went, by licence.
#[derive(Default)]
pub(super) struct Steps(BTreeMap<String, Vec<SigningStep>>);

impl Steps {
    pub(super) fn of(&self, id: &str) -> Vec<SigningStep> {
        self.0.get(id).cloned().unwrap_or_default()
    }
}

/// The ledger, with the time that waiting for blocks took.
struct Timed<'a> {
    access: &'a Access,
    waited: Mutex<Duration>,
}

impl Submit for Timed<'_> {
    fn submit(&self, transactions: Vec<SignedTransaction>) -> Result<Receipt, PortError> {
        let began = Instant::now();
        let receipt = self.access.submit(transactions);
        *self.waited.lock().unwrap_or_else(PoisonError::into_inner) += began.elapsed();
        receipt
    }
}

impl Read for Timed<'_> {
    fn chain(&self) -> ChainId {
        self.access.chain()
    }

    fn directory(&self) -> Directory {
        self.access.directory()
    }

    fn find(&self, keys: &[EntryKey]) -> Result<Vec<Option<(LogIndex, Entry)>>, PortError> {
        Read::find(self.access, keys)
    }
}

impl Desk {
    pub(super) fn sign(&self, by: &Operator, id: &str, revision: u64) -> Result<Issued, Trouble> {
        let _turn = self.turn();
        let paper = self.paper(id)?;
        if paper.revision != revision {
            return Err(DeskError::Conflict.into());
        }
        let mapping = self.mapping(&paper.type_code).ok_or(DeskError::NotFound)?;
        if let Some(problem) = self.wrong_issuer(by, &mapping, &paper.values) {
            return Err(DeskError::Refused(vec![problem]).into());
        }
        let began = Instant::now();
        let row = check_form(&mapping, &paper.values);
        let drafts = match &row.result {
            RowResult::Accepted(drafts) => drafts.clone(),
            RowResult::Refused(refusal) => return Err(DeskError::Refused(problems(&mapping, refusal)).into()),
            _ => return Err(DeskError::Refused(vec![repeated(&mapping)]).into()),
        };
        let standing = match &paper.succession {
            Some(succession) => Some(self.ready(&mapping, &paper, succession)?),
            None => None,
        };
        let (now, maker) = (self.now(), self.maker()?);
        let checked = began.elapsed();
        let ring = self.ring_of(&by.login);
        let timed = Timed { access: &self.access, waited: Mutex::default() };
        let import = Import {
            ledger: &timed,
            vault: self.access.vault(),
            keyring: &ring,
            pseudonyms: self.access.pseudonyms(),
            today: now.beijing_date(),
            files: Some(&maker),
            run: Run::Mint,
            watch: None,
        };
        let minted = match (&standing, &paper.succession) {
            (Some(standing), Some(succession)) => self.put_in_place((by, standing, succession), &import, &row)?,
            _ => self.mint(&mapping, &import, row, &drafts)?,
        };
        let (all, waited) = (began.elapsed(), *timed.waited.lock().unwrap_or_else(PoisonError::into_inner));
        let first = match &paper.succession {
            Some(succession) => self.keep_successors(succession, &minted, &drafts, (now, &by.name))?,
            None => self.keep_minted(&minted, &drafts, (now, &by.name))?,
        };
        let steps = [
            ("核对", "Checked", checked),
            ("排版盖章", "Composed and sealed", all.saturating_sub(checked).saturating_sub(waited)),
            ("上链", "Anchored", waited),
        ];
        let step = |(zh, en, took): &(&str, &str, Duration)| SigningStep {
            zh: (*zh).to_owned(),
            en: (*en).to_owned(),
            ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        };
        self.remember(&first, steps.iter().map(step).collect());
        self.drafts.remove(id)?;
        Ok(self.issued(&first)?.ok_or(DeskError::NotFound)?)
    }

    fn mint<L: Submit + Read>(
        &self,
        mapping: &Mapping,
        import: &Import<'_, L>,
        row: RowOutcome,
        drafts: &[LicenceDraft],
    ) -> Result<Vec<(EntryKey, String)>, Trouble> {
        match import.mint_one(mapping, row)? {
            OneRow::Minted(minted) => Ok(minted),
            OneRow::Refused(refusal) => Err(DeskError::Refused(problems(mapping, &refusal)).into()),
            // The answer of an earlier try was lost: the licence is there, and so is its draft.
            OneRow::Repeated => self.earlier(mapping, drafts),
        }
    }

    /// A succession that can be signed, or that was.
    fn ready(
        &self,
        mapping: &Arc<Mapping>,
        paper: &DraftPaper,
        succession: &SuccessionPaper,
    ) -> Result<Standing, Trouble> {
        let missing = succession.problems();
        if !missing.is_empty() {
            return Err(DeskError::Refused(missing).into());
        }
        self.standing(mapping, paper, succession)
    }

    fn put_in_place<L: Submit + Read>(
        &self,
        (by, standing, succession): (&Operator, &Standing, &SuccessionPaper),
        import: &Import<'_, L>,
        row: &RowOutcome,
    ) -> Result<Vec<(EntryKey, String)>, Trouble> {
        let case = match standing {
            Standing::Anew(case) => case,
            Standing::Done(keys) => return self.identified(keys),
        };
        let issuers = case.former.iter().map(|part| part.licence.issuer);
        let ring = self.ring_of(&by.login);
        if !issuers.into_iter().all(|issuer| ring.may_use(issuer)) {
            return Err(state(NOT_HIS_ISSUER.0, NOT_HIS_ISSUER.1).into());
        }
        let reason = succession.reason(self.operator_pseudonym(&by.login));
        let reason = reason.ok_or_else(|| DeskError::Refused(succession.problems()))?;
        Ok(self.record(case, import, row, reason)?.map_err(DeskError::Refused)?)
    }

    fn keep_minted(
        &self,
        minted: &[(EntryKey, String)],
        drafts: &[LicenceDraft],
        (now, by): (TimestampMs, &str),
    ) -> Result<String, Trouble> {
        let mut random = Randomness::new();
        let mut lines = Vec::with_capacity(minted.len());
        for ((key, identifier), draft) in minted.iter().zip(drafts) {
            let id = new_id(&mut random)?;
            lines.push(Line::of(self, id, (*key, identifier), draft, (now, by)));
        }
        let first = lines.first().map(|line| line.id.clone()).ok_or(DeskError::NotFound)?;
        self.keep_lines(lines)?;
        Ok(first)
    }

    /// Keys and identifiers of licences that stand on the ledger and are not in the list yet.
    fn earlier(&self, mapping: &Mapping, drafts: &[LicenceDraft]) -> Result<Vec<(EntryKey, String)>, Trouble> {
        let keys: Vec<EntryKey> = drafts.iter().map(|draft| issuing::key_of(&self.access, draft)).collect();
        if keys.iter().any(|key| self.by_key(key).is_some()) {
            return Err(DeskError::Refused(vec![repeated(mapping)]).into());
        }
        self.identified(&keys)
    }

    fn remember(&self, id: &str, steps: Vec<SigningStep>) {
        let mut kept = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0.len() >= STEPS_KEPT {
            kept.0.clear();
        }
        kept.0.insert(id.to_owned(), steps);
    }

    pub(super) fn steps_of(&self, id: &str) -> Vec<SigningStep> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).of(id)
    }
}
