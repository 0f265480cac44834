//! Changes of status, and what waits for a second operator.

use super::error::{Trouble, state};
use super::issued::{Line, on_ledger, until_text};
use super::issuers::OwnRing;
use super::{Desk, new_id};
use crate::changing::{self, Asked};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::MutexGuard;
use zhengku_api::desk::port::{
    Approval, ChangeOutcome, ChangeRequest, DeskError, LegalGround, NotChanged, Operator, Refusal, StatusChange,
};
use zhengku_ledger::entry::licence::{GroundCode, TransitionRefusal};
use zhengku_ledger::ids::{Date, EntryKey, OrganisationNumber, TimestampMs};
use zhengku_ledger::transaction::RejectCode;
use zhengku_library::port::Read;
use zhengku_library::random::Randomness;
use zhengku_verify::language::Language;

/// Numbers that an approval shows to be looked at.
const SAMPLE: usize = 20;
/// How long a refusal is kept when whoever asked does not clear it away, in ms: 30 days.
const REFUSAL_KEPT_MS: u64 = 30 * 86_400_000;

/// An action that waits.
#[derive(Serialize, Deserialize)]
struct ApprovalPaper {
    ids: Vec<String>,
    change: String,
    ground: String,
    document: String,
    until: Option<String>,
    sample: Vec<String>,
    count: u64,
    /// Credit codes of the licences' issuers. Papers of before have none: only operators who are bound to no issuer decide them.
    #[serde(default)]
    issuers: BTreeSet<String>,
    asked_by: String,
    asked_by_name: String,
    asked: u64,
    #[serde(default)]
    refused: Option<RefusalPaper>,
}

#[derive(Serialize, Deserialize)]
struct RefusalPaper {
    by_name: String,
    at: u64,
    reason: String,
}

const CHANGES: [(StatusChange, &str); 8] = [
    (StatusChange::Suspend, "suspend"),
    (StatusChange::Resume, "resume"),
    (StatusChange::Cancel, "cancel"),
    (StatusChange::Rescind, "rescind"),
    (StatusChange::Withdraw, "withdraw"),
    (StatusChange::TransferOut, "transfer_out"),
    (StatusChange::Dispute, "dispute"),
    (StatusChange::Settle, "settle"),
];
pub(super) const GROUNDS: [(LegalGround, &str, GroundCode); 4] = [
    (LegalGround::HolderRequest, "holder_request", GroundCode::HolderRequest),
    (LegalGround::Decision, "decision", GroundCode::Decision),
    (LegalGround::Correction, "correction", GroundCode::Correction),
    (LegalGround::Law, "law", GroundCode::Law),
];

impl Desk {
    pub(super) fn change_status(&self, by: &Operator, request: &ChangeRequest) -> Result<ChangeOutcome, Trouble> {
        let lines = self.with_twins(&request.ids)?;
        if request.document.trim().is_empty() {
            return Err(state("请写明文号或事由", "the document's number is missing").into());
        }
        if lines.len() > usize::try_from(self.operators.mass_limit()).unwrap_or(usize::MAX) {
            return Ok(ChangeOutcome::Waits(self.ask(by, request, &lines)?));
        }
        self.carry_out(&self.turn(), (&by.login, None), request, &lines)
    }

    pub(super) fn approvals(&self, by: &Operator) -> Result<Vec<Approval>, Trouble> {
        let mut all = Vec::new();
        for id in self.approvals.names()? {
            let Some(paper) = self.approvals.get::<ApprovalPaper>(&id)? else { continue };
            let is_over = |refusal: &RefusalPaper| self.now().0.saturating_sub(refusal.at) > REFUSAL_KEPT_MS;
            if paper.refused.as_ref().is_some_and(is_over) {
                self.approvals.remove(&id)?;
                continue;
            }
            if !self.concerns(by, &paper) {
                continue;
            }
            let request = paper.request()?;
            all.push(Approval {
                id,
                change: request.change,
                count: paper.count,
                sample: paper.sample,
                ground: request.ground,
                document: paper.document,
                asked_by: paper.asked_by,
                asked_by_name: paper.asked_by_name,
                asked: TimestampMs(paper.asked),
                refused: paper.refused.map(|refusal| Refusal {
                    by_name: refusal.by_name,
                    at: TimestampMs(refusal.at),
                    reason: refusal.reason,
                }),
            });
        }
        all.sort_by_key(|one| one.asked);
        Ok(all)
    }

    /// Whether an action is an operator's business: he asked for it, or may act for every issuer of its licences.
    fn concerns(&self, by: &Operator, paper: &ApprovalPaper) -> bool {
        let bound = self.operators.issuers(&by.login);
        let is_within = !paper.issuers.is_empty() && paper.issuers.iter().all(|code| bound.contains(code));
        paper.asked_by == by.login || bound.is_empty() || is_within
    }

    /// An action that is an operator's business; for everybody else there is none.
    fn approval(&self, by: &Operator, id: &str) -> Result<ApprovalPaper, Trouble> {
        let paper = self.approvals.get::<ApprovalPaper>(id)?.filter(|paper| self.concerns(by, paper));
        Ok(paper.ok_or(DeskError::NotFound)?)
    }

    /// On the ledger the operator of record is who asked; who approved is known by the approval being carried out at all.
    pub(super) fn approve(&self, by: &Operator, id: &str) -> Result<ChangeOutcome, Trouble> {
        // From reading it to carrying it out: nobody withdraws, refuses or approves it meanwhile.
        let turn = self.turn();
        let paper = self.approval(by, id)?;
        if paper.asked_by == by.login {
            return Err(DeskError::SecondOperator.into());
        }
        if paper.refused.is_some() {
            return Err(was_refused().into());
        }
        let request = paper.request()?;
        let lines = self.with_twins(&request.ids)?;
        let outcome = self.carry_out(&turn, (&paper.asked_by, Some(&by.login)), &request, &lines)?;
        tracing::info!(approval = id, "desk.approved");
        self.approvals.remove(id)?;
        Ok(outcome)
    }

    /// Who asked takes it back, before or after it was refused; anybody else refuses it, and the reason stays for who asked.
    pub(super) fn refuse(&self, by: &Operator, id: &str, reason: &str) -> Result<(), Trouble> {
        let _turn = self.turn();
        let paper = self.approval(by, id)?;
        let is_own = paper.asked_by == by.login;
        tracing::info!(approval = id, is_own, "desk.refused");
        if is_own {
            return Ok(self.approvals.remove(id)?);
        }
        if paper.refused.is_some() {
            return Err(was_refused().into());
        }
        let refusal = RefusalPaper { by_name: by.name.clone(), at: self.now().0, reason: reason.trim().to_owned() };
        let paper = ApprovalPaper { refused: Some(refusal), ..paper };
        Ok(self.approvals.put(id, &paper, &mut Randomness::new())?)
    }

    fn ask(&self, by: &Operator, request: &ChangeRequest, lines: &[Line]) -> Result<String, Trouble> {
        let word = |change| CHANGES.iter().find(|(known, _)| *known == change).map_or("", |(_, word)| *word);
        let ground = GROUNDS.iter().find(|(known, ..)| *known == request.ground).map_or("", |(_, word, _)| *word);
        let mut random = Randomness::new();
        let id = new_id(&mut random)?;
        let paper = ApprovalPaper {
            ids: request.ids.clone(),
            change: word(request.change).to_owned(),
            ground: ground.to_owned(),
            document: request.document.clone(),
            until: request.until.map(Date::to_text),
            sample: lines.iter().take(SAMPLE).map(|line| line.number.clone()).collect(),
            count: u64::try_from(lines.len()).unwrap_or(u64::MAX),
            issuers: lines.iter().map(|line| line.issuer.clone()).collect(),
            asked_by: by.login.clone(),
            asked_by_name: by.name.clone(),
            asked: self.now().0,
            refused: None,
        };
        self.approvals.put(&id, &paper, &mut random)?;
        Ok(id)
    }

    /// The licences of a request, each once, with the other part of each twin: what ends must not leave half of it.
    fn with_twins(&self, ids: &[String]) -> Result<Vec<Line>, Trouble> {
        let mut chosen: Vec<Line> = Vec::with_capacity(ids.len());
        for id in ids {
            let line = self.line(id).ok_or(DeskError::NotFound)?;
            let twins: Vec<Line> = {
                let lines = self.lines();
                let is_twin = |other: &&Line| {
                    line.part.is_some() && other.type_code == line.type_code && other.number == line.number
                };
                lines.iter().filter(is_twin).cloned().collect()
            };
            for one in std::iter::once(line.clone()).chain(twins) {
                if chosen.iter().all(|known| known.key != one.key) {
                    chosen.push(one);
                }
            }
        }
        Ok(chosen)
    }

    /// Who asked, and who approved it, both act only for the issuers that they are bound to.
    fn carry_out(
        &self,
        _turn: &MutexGuard<'_, ()>,
        (asked_by, approved_by): (&str, Option<&str>),
        request: &ChangeRequest,
        lines: &[Line],
    ) -> Result<ChangeOutcome, Trouble> {
        let rings: Vec<OwnRing> =
            std::iter::once(asked_by).chain(approved_by).map(|login| self.ring_of(login)).collect();
        let change = on_ledger(request.change);
        let keys = lines.iter().map(Line::entry_key).collect::<Result<Vec<_>, _>>()?;
        let found = Read::find(&self.access, &keys)?;
        let mut not_changed = Vec::new();
        let mut by_issuer: BTreeMap<OrganisationNumber, Vec<(EntryKey, &str)>> = BTreeMap::new();
        for ((line, key), found) in lines.iter().zip(keys).zip(found) {
            let licence = found.and_then(|(_, entry)| entry.licence().cloned());
            let refused = match &licence {
                Some(licence) if !rings.iter().all(|ring| ring.may_use(licence.issuer)) => Some(NOT_HIS_ISSUER),
                Some(licence) => licence.standing().after(change).err().map(|refusal| words(refusal.into())),
                None => Some(words(TransitionRefusal::Ended.into())),
            };
            match (licence, refused) {
                (Some(licence), None) => by_issuer.entry(licence.issuer).or_default().push((key, &line.number)),
                (_, refused) => {
                    let (zh, en) = refused.unwrap_or_default();
                    not_changed.push(NotChanged { number: line.number.clone(), zh: zh.to_owned(), en: en.to_owned() });
                }
            }
        }
        let code = GROUNDS.iter().find(|(known, ..)| *known == request.ground).map(|(.., code)| *code);
        let text = format!("{}{}", request.document.trim(), until_text(request.until));
        let asked = Asked {
            change,
            code: code.unwrap_or(GroundCode::Decision),
            text: &text,
            operator: Some(self.operator_pseudonym(asked_by)),
        };
        let (mut changed, mut last) = (0_u64, None);
        for (issuer, licences) in by_issuer {
            let keys: Vec<EntryKey> = licences.iter().map(|(key, _)| *key).collect();
            let done = changing::signers(&self.access, issuer)
                .and_then(|signers| changing::change(&self.access, &signers, &keys, &asked, &mut |_| ()));
            match done {
                Ok(()) => {
                    changed = changed.saturating_add(u64::try_from(keys.len()).unwrap_or(0));
                    last = keys.last().copied();
                }
                Err(failure) if changed == 0 => return Err(failure.into()),
                // What was changed before is not hidden behind what failed.
                Err(failure) => {
                    let (zh, en) = (failure.message(Language::Zh), failure.message(Language::En));
                    let not = |(_, number): &(EntryKey, &str)| NotChanged {
                        number: (*number).to_owned(),
                        zh: zh.clone(),
                        en: en.clone(),
                    };
                    not_changed.extend(licences.iter().map(not));
                }
            }
        }
        let height = match last {
            Some(key) => self.access.find(&key)?.map(|(_, entry)| entry.origin.height.0),
            None => None,
        };
        Ok(ChangeOutcome::Done { changed, not_changed, height })
    }
}

/// A licence of an issuer that the operator is not bound to.
pub(super) const NOT_HIS_ISSUER: (&str, &str) =
    ("您不能以其发证机关的名义办理", "the operator may not act for the issuer of this licence");

const fn words(code: RejectCode) -> (&'static str, &'static str) {
    (code.reason_zh(), code.reason_en())
}

fn was_refused() -> DeskError {
    state("此操作已被退回; 请提出人修改后重新提交", "it was refused before; whoever asked has to ask anew")
}

impl ApprovalPaper {
    fn request(&self) -> Result<ChangeRequest, Trouble> {
        let unknown = || DeskError::Failed("an approval of another version of this program".to_owned());
        let change = CHANGES.iter().find(|(_, word)| *word == self.change).map(|(change, _)| *change);
        let ground = GROUNDS.iter().find(|(_, word, _)| *word == self.ground).map(|(ground, ..)| *ground);
        Ok(ChangeRequest {
            ids: self.ids.clone(),
            change: change.ok_or_else(unknown)?,
            ground: ground.ok_or_else(unknown)?,
            document: self.document.clone(),
            until: self.until.as_deref().and_then(Date::from_text),
        })
    }
}
