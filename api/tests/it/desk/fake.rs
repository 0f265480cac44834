//! A department in memory behind the desk: everything invented, the same on every machine.

#[path = "fake/batches.rs"]
mod batches;
#[path = "fake/reports.rs"]
mod reports;
#[path = "fake/types.rs"]
pub(crate) mod types;

use argon2::password_hash::{PasswordHasher, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use batches::Jobs;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::watch;
use zhengku_api::desk::port::*;
use zhengku_ledger::ids::{Date, TimestampMs};

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

    fn fill(&self) {
        let names = ["示例市青禾餐饮管理有限公司", "示例市云栖茶饮店", "示例市长安路小学食堂"];
        for (number, name) in (0_u64..).zip(names) {
            let mut values = complete(2_608 + number);
            values.insert("holder_name".to_owned(), name.to_owned());
            if number == 1 {
                values.remove("business_form");
                values.remove("premises");
            }
            let id = self.id("d");
            let keys = ["issuer", "issued_on", "valid_from", "valid_to", "licence_number"];
            let prefilled = keys.map(|key| (key.to_owned(), source(key))).into();
            let draft = Draft {
                id: id.clone(),
                type_code: types::FOOD.to_owned(),
                revision: 1,
                values,
                prefilled,
                changed_by: "林晓岚".to_owned(),
                changed: TimestampMs(NOW - 600_000 * (number + 1)),
            };
            self.drafts.lock().unwrap().insert(id, draft);
        }
        for number in 0..6_u64 {
            let id = self.id("l");
            let mut licence = licence(&id, &complete(2_600 + number), 1_190 + number);
            if number == 2 {
                licence.row.state = LicenceState::Suspended;
                licence.changes = vec![StatusChange::Resume, StatusChange::Withdraw];
            }
            licence.row.is_disputed = number == 3;
            licence.steps.clear();
            self.licences.lock().unwrap().insert(0, licence);
        }
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

fn source(key: &str) -> PrefillSource {
    match key {
        "issuer" => PrefillSource::Issuer,
        "licence_number" => PrefillSource::NextNumber,
        "issued_on" | "valid_from" | "valid_to" => PrefillSource::Calendar,
        _ => PrefillSource::FormerLicence,
    }
}

/// Values of a complete draft.
pub(crate) fn complete(number: u64) -> BTreeMap<String, String> {
    let pairs = [
        ("holder_name", "示例市青禾餐饮管理有限公司"),
        ("holder_number", "91999999MA0SAMPLE7"),
        ("legal_person", "沈知远"),
        ("residence", "示例市示范区和平路 118 号"),
        ("premises", "示例市示范区和平路 118 号一层 102 室"),
        ("business_form", "catering-m"),
        ("scope", "热食类食品制售；冷食类食品制售；自制饮品制售"),
        ("issuer", "示例市市场监督管理局"),
        ("issued_on", "2026-11-21"),
        ("valid_from", "2026-11-21"),
        ("valid_to", "2031-11-20"),
    ];
    let mut values: BTreeMap<String, String> =
        pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    values.insert("licence_number".to_owned(), format!("JY2999999001{number:04}"));
    values
}

fn masked(name: &str) -> String {
    let all: Vec<char> = name.chars().collect();
    let shown = |(place, one): (usize, &char)| if place < 3 || place + 2 >= all.len() { *one } else { '*' };
    all.iter().enumerate().map(shown).collect()
}

fn event(zh: &str, en: &str, by: &str, ground: &str, entry: u64) -> Event {
    Event {
        time: TimestampMs(NOW),
        zh: zh.to_owned(),
        en: en.to_owned(),
        by: by.to_owned(),
        entry: Some(entry),
        ground: ground.to_owned(),
    }
}

fn licence(id: &str, values: &BTreeMap<String, String>, height: u64) -> Issued {
    let number = values.get("licence_number").cloned().unwrap_or_default();
    let day = |key: &str| values.get(key).and_then(|text| Date::from_text(text)).unwrap_or(Date(20_778));
    let step = |zh: &str, en: &str, ms| SigningStep { zh: zh.to_owned(), en: en.to_owned(), ms };
    Issued {
        row: IssuedRow {
            id: id.to_owned(),
            type_zh: "食品经营许可证".to_owned(),
            type_en: "Food business licence".to_owned(),
            number: number.clone(),
            holder_masked: masked(values.get("holder_name").map_or("", String::as_str)),
            state: LicenceState::Valid,
            is_disputed: false,
            issued_on: day("issued_on"),
            valid_to: Some(day("valid_to")),
        },
        identifier: format!("1.2.156.3005.2.{}.11999999000000019M.{number}.001.K", types::FOOD),
        type_code: types::FOOD.to_owned(),
        version: 1,
        valid_from: day("valid_from"),
        entry: height + 9,
        height,
        votes: (4, 4),
        files: vec![
            (FileKind::Ofd, format!("食品经营许可证-{number}.ofd")),
            (FileKind::Pdf, format!("食品经营许可证-{number}.pdf")),
            (FileKind::Proof, format!("食品经营许可证-{number}.proof")),
            (FileKind::Png, format!("食品经营许可证-{number}.png")),
        ],
        steps: vec![
            step("排版", "Composed", 38),
            step("盖章", "Sealed", 24),
            step("上链", "Anchored", 812),
            step("制作副本", "Copies", 61),
        ],
        history: vec![event("签发", "issued", "林晓岚", "首次发证", height + 9)],
        twin: None,
        changes: vec![StatusChange::Suspend, StatusChange::Cancel, StatusChange::Rescind, StatusChange::Dispute],
    }
}

#[async_trait]
impl Public for Desk {
    async fn licence_types(&self) -> Result<Vec<TypeRow>, DeskError> {
        Ok(types::rows())
    }

    async fn licence_type(&self, code: &str, version: Option<u32>) -> Result<Option<LicenceType>, DeskError> {
        Ok(types::find(code, version))
    }

    async fn type_versions(&self, code: &str) -> Result<Vec<TypeVersion>, DeskError> {
        let newest = types::rows().into_iter().find(|row| row.code == code).map_or(0, |row| row.version);
        let one = |version: u32| TypeVersion {
            version,
            since: Date(20_000 + 365 * version as i32),
            entry: Some(10 + u64::from(version)),
        };
        Ok((1..=newest).rev().map(one).collect())
    }

    async fn type_difference(&self, _: &str, from: u32, to: u32) -> Result<Option<Vec<Difference>>, DeskError> {
        let added = Difference {
            what_zh: "字段 主体业态".to_owned(),
            what_en: "Field: kind of business".to_owned(),
            before: None,
            after: Some("必填，代码选择".to_owned()),
        };
        Ok((from == 1 && to == 2).then(|| vec![added]))
    }

    async fn seals(&self) -> Result<Vec<SealRow>, DeskError> {
        let all = [
            (SEAL_ID, "示例市市场监督管理局", SealStatus::Filed),
            ("99999900000002", "示范区市场监督管理局", SealStatus::Made),
            ("99999900000003", "示例市卫生健康委员会", SealStatus::Cancelled),
        ];
        let row = |(id, owner, status): (&str, &str, SealStatus)| SealRow {
            id: id.to_owned(),
            name: format!("{owner}电子证照专用章"),
            owner: owner.to_owned(),
            kind_zh: "业务专用章".to_owned(),
            kind_en: "special seal for licences".to_owned(),
            status,
            valid_from: Date(20_454),
            valid_to: Date(21_548),
        };
        Ok(all.into_iter().map(row).collect())
    }

    async fn seal(&self, id: &str) -> Result<Option<Seal>, DeskError> {
        let row = self.seals().await?.into_iter().find(|row| row.id == id);
        Ok(row.map(|row| Seal {
            owner_code: "11999999000000019M".to_owned(),
            applied: Some(Date(20_440)),
            made: Some(Date(20_448)),
            filed: (row.status == SealStatus::Filed).then_some(Date(20_454)),
            cancelled: (row.status == SealStatus::Cancelled).then_some(Date(20_700)),
            maker: "CN=示例省电子印章制作中心, O=示例省数据局, C=CN".to_owned(),
            algorithm: "SM2 / SM3".to_owned(),
            structure_version: 4,
            digest: "9b1f4e27c05d88a36210fe7bb3d94ac1527788e0d3a1496c02f5b6e7d8c9a0b1".to_owned(),
            signers: vec![("CN=示例市市场监督管理局 签章 01, C=CN".to_owned(), Date(21_548))],
            uses: 12_607,
            entry: Some(42),
            row,
        }))
    }

    async fn seal_picture(&self, id: &str, format: PictureFormat) -> Result<Option<Vec<u8>>, DeskError> {
        let is_known = self.seals().await?.iter().any(|row| row.id == id);
        let bytes = if format == PictureFormat::Png { SEAL_PNG } else { SEAL_SVG };
        Ok(is_known.then(|| bytes.to_vec()))
    }

    async fn verify(&self, file: FileToVerify) -> Result<VerificationReport, DeskError> {
        Ok(reports::of(&file))
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
            let problems = self.check(&draft.id).await?;
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
            });
        }
        Ok(rows)
    }

    async fn draft(&self, id: &str) -> Result<Option<Draft>, DeskError> {
        Ok(self.drafts.lock().unwrap().get(id).cloned())
    }

    async fn prefill(&self, _: &str, holder_number: Option<&str>) -> Result<Prefill, DeskError> {
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
            changed_by: by.name.clone(),
            changed: self.now(),
        };
        self.drafts.lock().unwrap().insert(draft.id.clone(), draft.clone());
        Ok(draft)
    }

    async fn update_draft(
        &self,
        by: &Operator,
        id: &str,
        revision: u64,
        values: BTreeMap<String, String>,
    ) -> Result<Draft, DeskError> {
        let mut drafts = self.drafts.lock().unwrap();
        let draft = drafts.get_mut(id).ok_or(DeskError::NotFound)?;
        if draft.revision != revision {
            return Err(DeskError::Conflict);
        }
        let old = std::mem::replace(&mut draft.values, values);
        draft.prefilled.retain(|key, _| old.get(key) == draft.values.get(key));
        draft.revision += 1;
        draft.changed_by = by.name.clone();
        draft.changed = TimestampMs(NOW);
        Ok(draft.clone())
    }

    async fn delete_draft(&self, _: &Operator, id: &str) -> Result<(), DeskError> {
        self.drafts.lock().unwrap().remove(id).map(|_| ()).ok_or(DeskError::NotFound)
    }

    async fn check(&self, id: &str) -> Result<Vec<FieldProblem>, DeskError> {
        let draft = self.draft(id).await?.ok_or(DeskError::NotFound)?;
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
        let problems = self.check(id).await?;
        if problems.iter().any(|one| one.severity == Severity::Blocks) {
            return Err(DeskError::Refused(problems));
        }
        if self.is_away.load(Ordering::Relaxed) {
            return Err(DeskError::NodeUnreachable);
        }
        self.drafts.lock().unwrap().remove(id);
        let issued = licence(&self.id("l"), &draft.values, 1_204);
        self.licences.lock().unwrap().insert(0, issued.clone());
        Ok(issued)
    }

    async fn issued_list(&self, query: IssuedQuery) -> Result<IssuedPage, DeskError> {
        let licences = self.licences.lock().unwrap();
        let fits = |one: &&Issued| {
            query.state.is_none_or(|state| state == one.row.state)
                && query.number.as_ref().is_none_or(|number| *number == one.row.number)
        };
        let rows: Vec<IssuedRow> = licences.iter().filter(fits).map(|one| one.row.clone()).collect();
        let total = rows.len() as u64;
        Ok(IssuedPage { rows: rows.into_iter().take(query.limit as usize).collect(), next: None, total })
    }

    async fn issued(&self, id: &str) -> Result<Option<Issued>, DeskError> {
        Ok(self.licences.lock().unwrap().iter().find(|one| one.row.id == id).cloned())
    }

    async fn file(&self, id: &str, kind: FileKind) -> Result<Option<LicenceFile>, DeskError> {
        let licence = self.issued(id).await?;
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
        };
        self.approvals.lock().unwrap().push((approval, request));
        Ok(ChangeOutcome::Waits(id))
    }

    async fn approvals(&self) -> Result<Vec<Approval>, DeskError> {
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

    async fn refuse(&self, _: &Operator, id: &str, _: &str) -> Result<(), DeskError> {
        self.approvals.lock().unwrap().retain(|(one, _)| one.id != id);
        Ok(())
    }

    async fn batches(&self) -> Result<Vec<Batch>, DeskError> {
        Ok(self.jobs.lock().unwrap().values().rev().map(|job| job.batch.clone()).collect())
    }

    async fn batch(&self, id: &str) -> Result<Option<Batch>, DeskError> {
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

    fn progress(&self, id: &str) -> Option<watch::Receiver<Progress>> {
        self.jobs.lock().unwrap().get(id).map(|job| job.progress.subscribe())
    }

    async fn refused_rows(&self, id: &str, offset: u64, limit: u64) -> Result<Vec<RefusedRow>, DeskError> {
        let is_checked = self.jobs.lock().unwrap().get(id).is_some_and(|job| job.batch.report.is_some());
        let registers = self.registers.lock().unwrap();
        let rows = registers.get(id).filter(|_| is_checked).map(|bytes| batches::refused(bytes)).unwrap_or_default();
        Ok(rows.into_iter().skip(offset as usize).take(limit as usize).collect())
    }

    async fn refused_csv(&self, id: &str) -> Result<Vec<u8>, DeskError> {
        let rows = self.refused_rows(id, 0, u64::MAX).await?;
        let lines = rows.iter().map(|row| format!("{},{},{}\n", row.row, row.column, row.zh));
        Ok(format!("\u{feff}行号,列,原因\n{}", lines.collect::<String>()).into_bytes())
    }

    async fn register_template(&self, _: &str) -> Result<Vec<u8>, DeskError> {
        Ok("\u{feff}经营者名称,统一社会信用代码,经营场所,许可证编号\n".as_bytes().to_vec())
    }
}
