//! A department in memory behind the desk: everything invented, the same on every machine.

#[path = "fake/batches.rs"]
mod batches;
#[path = "fake/invented.rs"]
mod invented;
#[path = "fake/public.rs"]
mod public;
#[path = "fake/reports.rs"]
mod reports;
#[path = "fake/succession.rs"]
mod succession;
#[path = "fake/types.rs"]
pub(crate) mod types;

use argon2::password_hash::{PasswordHasher, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use batches::Jobs;
pub(crate) use invented::complete;
use invented::{event, licence, masked, source};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::watch;
use zhengku_api::desk::port::*;
use zhengku_ledger::ids::TimestampMs;

/// 2026-11-21 10:05:02 in Beijing.
pub(crate) const NOW: u64 = 1_795_226_702_000;
/// The password of every operator.
pub(crate) const PASSWORD: &str = "an-invented-password";
pub(crate) const SEAL_ID: &str = "99999900000001";
pub(crate) const PAGE_PNG: &[u8] = include_bytes!("fake/page.png");
pub(crate) const SEAL_PNG: &[u8] = include_bytes!("fake/seal.png");
const SEAL_SVG: &[u8] = include_bytes!("fake/seal.svg");
/// Changes of more licences than this take two operators.
pub(crate) const MASS_LIMIT: u32 = 2;

/// The department.
pub(crate) struct Desk {
    pub(crate) is_slow: bool,
    pub(crate) is_away: AtomicBool,
    /// Seconds that the clock has been moved on.
    pub(crate) later_s: AtomicU64,
    hash: String,
    next: AtomicU64,
    drafts: Mutex<BTreeMap<String, Draft>>,
    licences: Mutex<Vec<Issued>>,
    approvals: Mutex<Vec<(Approval, ChangeRequest)>>,
    pub(crate) jobs: Jobs,
    pub(crate) registers: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Operators who are barred.
    pub(crate) barred: Mutex<Vec<String>>,
}

impl Desk {
    pub(crate) fn new(is_slow: bool) -> Self {
        let params = Params::new(64, 1, 1, None).unwrap();
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let salt = SaltString::from_b64("aW52ZW50ZWQtc2FsdA").unwrap();
        let desk = Self {
            is_slow,
            is_away: AtomicBool::new(false),
            later_s: AtomicU64::new(0),
            hash: argon.hash_password(PASSWORD.as_bytes(), &salt).unwrap().to_string(),
            next: AtomicU64::new(1),
            drafts: Mutex::default(),
            licences: Mutex::default(),
            approvals: Mutex::default(),
            jobs: Jobs::default(),
            registers: Mutex::default(),
            barred: Mutex::default(),
        };
        desk.fill();
        desk
    }

    fn id(&self, kind: &str) -> String {
        format!("{kind}-{:04}", self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// What is wrong with a draft.
    fn wrong(&self, draft: &Draft) -> Result<Vec<FieldProblem>, DeskError> {
        let kind = types::find(&draft.type_code, None).ok_or(DeskError::NotFound)?;
        let mut problems = Vec::new();
        let mut say = |key: &str, severity, zh: String, en: String| {
            problems.push(FieldProblem { key: Some(key.to_owned()), severity, zh, en });
        };
        for field in &kind.fields {
            let value = draft.values.get(&field.key).map_or("", String::as_str);
            if field.is_mandatory && value.is_empty() {
                say(&field.key, Severity::Blocks, "还没有填写".to_owned(), "is not filled in".to_owned());
            }
            if let Some(rare) = value.chars().find(|one| ('\u{e000}'..='\u{f8ff}').contains(one)) {
                let point = u32::from(rare);
                say(
                    &field.key,
                    Severity::Blocks,
                    format!("字符 U+{point:04X} 在所有字体中都没有字形，请核对或联系管理员补字"),
                    format!("no font has the character U+{point:04X}"),
                );
            }
        }
        problems.extend(self.wrong_succession(draft));
        let mut say = |key: &str, severity, zh: String, en: String| {
            problems.push(FieldProblem { key: Some(key.to_owned()), severity, zh, en });
        };
        let value = |key: &str| draft.values.get(key).map_or("", String::as_str);
        if !value("valid_to").is_empty() && value("valid_to") < value("valid_from") {
            say("valid_to", Severity::Blocks, "早于有效期起".to_owned(), "is before the first day".to_owned());
        }
        if value("scope").chars().count() > 60 {
            say(
                "scope",
                Severity::Warns,
                "较长，照面上会缩小字号".to_owned(),
                "is long: its type will be smaller".to_owned(),
            );
        }
        Ok(problems)
    }

    fn carry_out(&self, by: &Operator, request: &ChangeRequest) -> ChangeOutcome {
        let (mut changed, mut not_changed) = (0, Vec::new());
        for licence in self.licences.lock().unwrap().iter_mut().filter(|one| request.ids.contains(&one.row.id)) {
            if !licence.changes.contains(&request.change) {
                not_changed.push(NotChanged {
                    number: licence.row.number.clone(),
                    zh: "当前状态不能这样办理".to_owned(),
                    en: "its status does not allow this".to_owned(),
                });
                continue;
            }
            changed += 1;
            match request.change {
                StatusChange::Suspend => licence.row.state = LicenceState::Suspended,
                StatusChange::Resume => licence.row.state = LicenceState::Valid,
                StatusChange::Cancel => licence.row.state = LicenceState::Cancelled,
                StatusChange::Rescind => licence.row.state = LicenceState::Rescinded,
                StatusChange::Withdraw => licence.row.state = LicenceState::Withdrawn,
                StatusChange::TransferOut => licence.row.state = LicenceState::TransferredOut,
                StatusChange::Dispute => licence.row.is_disputed = true,
                StatusChange::Settle => licence.row.is_disputed = false,
            }
            licence.history.push(event("变更状态", "status changed", &by.name, &request.document, 1_205));
        }
        ChangeOutcome::Done { changed, not_changed, height: Some(1_205) }
    }
}

#[async_trait]
impl Port for Desk {
    fn now(&self) -> TimestampMs {
        TimestampMs(NOW + 1000 * self.later_s.load(Ordering::Relaxed))
    }

    fn random(&self) -> Result<[u8; 32], DeskError> {
        let mut bytes = [7; 32];
        bytes[..8].copy_from_slice(&self.next.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        Ok(bytes)
    }

    fn desk(&self) -> DeskState {
        let is_away = self.is_away.load(Ordering::Relaxed);
        DeskState {
            department_zh: "示例市市场监督管理局".to_owned(),
            department_en: "Sample City Market Regulator".to_owned(),
            credit_code: "11999999000000019M".to_owned(),
            mass_limit: MASS_LIMIT,
            key: KeyState::Ready { days_left: 312 },
            node: (!is_away).then_some(NodeState {
                height: 1_204,
                block_time: TimestampMs(NOW - 400),
                has_quorum: true,
            }),
        }
    }

    fn operator(&self, login: &str) -> Option<Account> {
        let (name, role) = match login {
            "lin" => ("林晓岚", Role::Clerk),
            "zhao" => ("赵立新", Role::Reviewer),
            "wu" => ("吴桐", Role::Viewer),
            _ => return None,
        };
        if self.barred.lock().unwrap().iter().any(|barred| barred == login) {
            return None;
        }
        let operator = Operator { login: login.to_owned(), name: name.to_owned(), role };
        Some(Account { operator, password_hash: self.hash.clone() })
    }

    async fn drafts(&self) -> Result<Vec<DraftRow>, DeskError> {
        let drafts: Vec<Draft> = self.drafts.lock().unwrap().values().cloned().collect();
        let mut rows = Vec::new();
        for draft in drafts {
            let problems = self.wrong(&draft)?;
            let type_row = types::rows().into_iter().find(|row| row.code == draft.type_code).unwrap();
            rows.push(DraftRow {
                id: draft.id,
                type_code: draft.type_code,
                type_zh: type_row.name_zh,
                type_en: type_row.name_en,
                holder_masked: masked(draft.values.get("holder_name").map_or("", String::as_str)),
                number: draft.values.get("licence_number").cloned().unwrap_or_default(),
                changed_by: draft.changed_by,
                changed: draft.changed,
                problems: problems.iter().filter(|one| one.severity == Severity::Blocks).count() as u32,
                succession: draft.succession.map(|one| one.kind),
            });
        }
        Ok(rows)
    }

    async fn draft(&self, id: &str) -> Result<Option<Draft>, DeskError> {
        Ok(self.drafts.lock().unwrap().get(id).cloned())
    }

    async fn issuers(&self, _: &Operator, _: &str) -> Result<Issuers, DeskError> {
        let choice =
            |name: &str, en: &str| FieldChoice { value: name.to_owned(), zh: name.to_owned(), en: en.to_owned() };
        Ok(Issuers {
            key: Some("issuer".to_owned()),
            follows: None,
            choices: vec![
                choice("示例市市场监督管理局", "Sample City Market Regulator"),
                choice("示范区市场监督管理局", "Model District Market Regulator"),
            ],
        })
    }

    async fn prefill(&self, _: &Operator, _: &str, holder_number: Option<&str>) -> Result<Prefill, DeskError> {
        let all = complete(2_611);
        let own = ["issuer", "issued_on", "valid_from", "valid_to", "licence_number"];
        let is_known = holder_number == Some("91999999MA0SAMPLE7");
        let chosen = all.into_iter().filter(|(key, _)| is_known || own.contains(&key.as_str()));
        let values = chosen.map(|(key, value)| Prefilled { source: source(&key), key, value });
        Ok(Prefill { values: values.collect() })
    }

    async fn create_draft(&self, by: &Operator, type_code: &str, prefill: Prefill) -> Result<Draft, DeskError> {
        let draft = Draft {
            id: self.id("d"),
            type_code: type_code.to_owned(),
            revision: 1,
            prefilled: prefill.values.iter().map(|one| (one.key.clone(), one.source)).collect(),
            values: prefill.values.into_iter().map(|one| (one.key, one.value)).collect(),
            fixed: BTreeSet::new(),
            succession: None,
            changed_by: by.name.clone(),
            changed: self.now(),
        };
        self.drafts.lock().unwrap().insert(draft.id.clone(), draft.clone());
        Ok(draft)
    }

    async fn succeed(&self, by: &Operator, id: &str, kind: SuccessionKind) -> Result<Draft, DeskError> {
        self.begin_succession(by, id, kind)
    }

    async fn update_draft(
        &self,
        by: &Operator,
        id: &str,
        revision: u64,
        values: BTreeMap<String, String>,
        reason: Option<Reason>,
    ) -> Result<Draft, DeskError> {
        let mut drafts = self.drafts.lock().unwrap();
        let draft = drafts.get_mut(id).ok_or(DeskError::NotFound)?;
        if draft.revision != revision {
            return Err(DeskError::Conflict);
        }
        let old = std::mem::replace(&mut draft.values, values);
        draft.prefilled.retain(|key, _| old.get(key) == draft.values.get(key));
        if let (Some(succession), Some(reason)) = (&mut draft.succession, reason) {
            succession.reason = reason;
        }
        draft.revision += 1;
        draft.changed_by = by.name.clone();
        draft.changed = TimestampMs(NOW);
        Ok(draft.clone())
    }

    async fn delete_draft(&self, _: &Operator, id: &str) -> Result<(), DeskError> {
        self.drafts.lock().unwrap().remove(id).map(|_| ()).ok_or(DeskError::NotFound)
    }

    async fn check(&self, _: &Operator, id: &str) -> Result<Vec<FieldProblem>, DeskError> {
        self.wrong(&self.draft(id).await?.ok_or(DeskError::NotFound)?)
    }

    async fn preview(&self, id: &str) -> Result<Preview, DeskError> {
        let draft = self.draft(id).await?.ok_or(DeskError::NotFound)?;
        let page = PagePicture { png: PAGE_PNG.to_vec(), width: 620, height: 877 };
        Ok(Preview { revision: draft.revision, pages: vec![page] })
    }

    async fn sign(&self, _: &Operator, id: &str, revision: u64) -> Result<Issued, DeskError> {
        let draft = self.draft(id).await?.ok_or(DeskError::NotFound)?;
        if draft.revision != revision {
            return Err(DeskError::Conflict);
        }
        let problems = self.wrong(&draft)?;
        if problems.iter().any(|one| one.severity == Severity::Blocks) {
            return Err(DeskError::Refused(problems));
        }
        if self.is_away.load(Ordering::Relaxed) {
            return Err(DeskError::NodeUnreachable);
        }
        self.drafts.lock().unwrap().remove(id);
        let issued = match &draft.succession {
            Some(succession) => self.succeeded(&draft, succession),
            None => licence(&self.id("l"), &draft.values, 1_204),
        };
        self.licences.lock().unwrap().insert(0, issued.clone());
        Ok(issued)
    }

    async fn issued_list(&self, _by: &Operator, query: IssuedQuery) -> Result<IssuedPage, DeskError> {
        let licences = self.licences.lock().unwrap();
        let fits = |one: &&Issued| {
            query.state.is_none_or(|state| state == one.row.state)
                && query.number.as_ref().is_none_or(|number| *number == one.row.number)
        };
        let rows: Vec<IssuedRow> = licences.iter().filter(fits).map(|one| one.row.clone()).collect();
        let total = rows.len() as u64;
        Ok(IssuedPage { rows: rows.into_iter().take(query.limit as usize).collect(), next: None, total })
    }

    async fn issued(&self, _by: &Operator, id: &str) -> Result<Option<Issued>, DeskError> {
        Ok(self.licences.lock().unwrap().iter().find(|one| one.row.id == id).cloned())
    }

    async fn file(&self, by: &Operator, id: &str, kind: FileKind) -> Result<Option<LicenceFile>, DeskError> {
        let licence = self.issued(by, id).await?;
        let name = licence.and_then(|one| one.files.into_iter().find(|(known, _)| *known == kind));
        Ok(name.map(|(_, name)| LicenceFile { name, bytes: b"PK verdict=VALID".to_vec() }))
    }

    async fn change_status(&self, by: &Operator, request: ChangeRequest) -> Result<ChangeOutcome, DeskError> {
        if request.ids.len() <= MASS_LIMIT as usize {
            return Ok(self.carry_out(by, &request));
        }
        let id = self.id("a");
        let licences = self.licences.lock().unwrap();
        let numbers = licences.iter().filter(|one| request.ids.contains(&one.row.id)).map(|one| one.row.number.clone());
        let approval = Approval {
            id: id.clone(),
            change: request.change,
            count: request.ids.len() as u64,
            sample: numbers.take(20).collect(),
            ground: request.ground,
            document: request.document.clone(),
            asked_by: by.login.clone(),
            asked_by_name: by.name.clone(),
            asked: TimestampMs(NOW),
            refused: None,
        };
        self.approvals.lock().unwrap().push((approval, request));
        Ok(ChangeOutcome::Waits(id))
    }

    async fn approvals(&self, _by: &Operator) -> Result<Vec<Approval>, DeskError> {
        Ok(self.approvals.lock().unwrap().iter().map(|(approval, _)| approval.clone()).collect())
    }

    async fn approve(&self, by: &Operator, id: &str) -> Result<ChangeOutcome, DeskError> {
        let mut approvals = self.approvals.lock().unwrap();
        let place = approvals.iter().position(|(one, _)| one.id == id).ok_or(DeskError::NotFound)?;
        if approvals[place].0.asked_by == by.login {
            return Err(DeskError::SecondOperator);
        }
        let (_, request) = approvals.remove(place);
        Ok(self.carry_out(by, &request))
    }

    async fn refuse(&self, by: &Operator, id: &str, reason: &str) -> Result<(), DeskError> {
        let mut approvals = self.approvals.lock().unwrap();
        approvals.retain(|(one, _)| one.id != id || one.asked_by != by.login);
        if let Some((one, _)) = approvals.iter_mut().find(|(one, _)| one.id == id) {
            let (by_name, reason) = (by.name.clone(), reason.to_owned());
            one.refused = Some(Refusal { by_name, at: TimestampMs(NOW), reason });
        }
        Ok(())
    }

    async fn batches(&self, _by: &Operator) -> Result<Vec<Batch>, DeskError> {
        Ok(self.jobs.lock().unwrap().values().rev().map(|job| job.batch.clone()).collect())
    }

    async fn batch(&self, _by: &Operator, id: &str) -> Result<Option<Batch>, DeskError> {
        Ok(self.jobs.lock().unwrap().get(id).map(|job| job.batch.clone()))
    }

    async fn create_batch(&self, by: &Operator, batch: NewBatch) -> Result<Batch, DeskError> {
        self.begin(by, batch, self.id("b"))
    }

    async fn start_batch(&self, _: &Operator, id: &str) -> Result<(), DeskError> {
        self.start(id);
        Ok(())
    }

    async fn cancel_batch(&self, _: &Operator, id: &str) -> Result<(), DeskError> {
        batches::set(&self.jobs, id, |progress| progress.state = BatchState::Stopped);
        Ok(())
    }

    fn progress(&self, _by: &Operator, id: &str) -> Option<watch::Receiver<Progress>> {
        self.jobs.lock().unwrap().get(id).map(|job| job.progress.subscribe())
    }

    async fn refused_rows(
        &self,
        _by: &Operator,
        id: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<RefusedRow>, DeskError> {
        let is_checked = self.jobs.lock().unwrap().get(id).is_some_and(|job| job.batch.report.is_some());
        let registers = self.registers.lock().unwrap();
        let rows = registers.get(id).filter(|_| is_checked).map(|bytes| batches::refused(bytes)).unwrap_or_default();
        Ok(rows.into_iter().skip(offset as usize).take(limit as usize).collect())
    }

    async fn refused_csv(&self, by: &Operator, id: &str) -> Result<Vec<u8>, DeskError> {
        let rows = self.refused_rows(by, id, 0, u64::MAX).await?;
        let lines = rows.iter().map(|row| format!("{},{},{}\n", row.row, row.column, row.zh));
        Ok(format!("\u{feff}行号,列,原因\n{}", lines.collect::<String>()).into_bytes())
    }

    async fn register_template(&self, _: &str) -> Result<Vec<u8>, DeskError> {
        Ok("\u{feff}经营者名称,统一社会信用代码,经营场所,许可证编号\n".as_bytes().to_vec())
    }
}
