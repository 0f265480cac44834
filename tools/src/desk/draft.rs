//! Drafts: sealed papers that count their savings.

use super::error::{Trouble, state};
use super::succession::{self, Standing, SuccessionPaper};
use super::{Desk, masked, new_id};
use crate::issuing;
use crate::succession::{self as succession_rules, Case};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use zhengku_api::desk::port::{
    DeskError, Draft, DraftRow, FieldProblem, Operator, Prefill, PrefillSource, Reason, Severity,
};
use zhengku_ledger::entry::{LicenceType, ValidityRule};
use zhengku_ledger::ids::TimestampMs;
use zhengku_library::import::{OneRow, Run};
use zhengku_library::issue::FileMaker;
use zhengku_library::random::Randomness;
use zhengku_library::register::{Finding, Mapping, Refusal, RowOutcome, RowResult, check_form};

/// Drafts that wait at once: beyond it somebody has forgotten to work them off.
const MAX_DRAFTS: usize = 2_000;

/// A draft as it lies on the disk.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct DraftPaper {
    pub(super) type_code: String,
    pub(super) revision: u64,
    pub(super) values: BTreeMap<String, String>,
    pub(super) prefilled: BTreeMap<String, Source>,
    /// What it succeeds; none: a licence of its own.
    #[serde(default)]
    pub(super) succession: Option<SuccessionPaper>,
    changed_by: String,
    changed: u64,
    created: u64,
    /// Fields that keep it from being signed, as of this revision.
    problems: u32,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) enum Source {
    Issuer,
    Calendar,
    NextNumber,
    FormerLicence,
    OtherLicence,
}

impl Desk {
    pub(super) fn drafts(&self) -> Result<Vec<DraftRow>, Trouble> {
        let mut found = Vec::new();
        for id in self.drafts.names()? {
            let Some(paper) = self.drafts.get::<DraftPaper>(&id)? else { continue };
            found.push((paper.created, self.draft_row(id, paper)));
        }
        found.sort_by_key(|one| one.0);
        Ok(found.into_iter().map(|(_, row)| row).collect())
    }

    fn draft_row(&self, id: String, paper: DraftPaper) -> DraftRow {
        let mapping = self.mapping(&paper.type_code);
        let value = |key: Option<&str>| key.and_then(|key| paper.values.get(key)).cloned().unwrap_or_default();
        let holder =
            mapping.as_ref().and_then(|mapping| mapping.holder_keys().next().map(|(name, _)| value(Some(name))));
        DraftRow {
            id,
            type_zh: mapping.as_ref().map(|mapping| mapping.licence_type().to_owned()).unwrap_or_default(),
            type_en: mapping.as_ref().map(|mapping| mapping.licence_type_en().to_owned()).unwrap_or_default(),
            holder_masked: masked(&holder.unwrap_or_default()),
            number: value(mapping.as_ref().and_then(|mapping| mapping.number_key())),
            type_code: paper.type_code,
            changed_by: paper.changed_by,
            changed: TimestampMs(paper.changed),
            problems: paper.problems,
            succession: paper.succession.and_then(|one| one.kind().ok()).map(|(kind, _)| kind),
        }
    }

    pub(super) fn draft(&self, id: &str) -> Result<Option<Draft>, Trouble> {
        Ok(self.drafts.get::<DraftPaper>(id)?.map(|paper| self.shown(id, paper)))
    }

    pub(super) fn shown(&self, id: &str, paper: DraftPaper) -> Draft {
        let mapping = self.mapping(&paper.type_code);
        let fixed = paper.succession.as_ref().zip(mapping).map(|(one, mapping)| one.fixed(&mapping));
        Draft {
            id: id.to_owned(),
            type_code: paper.type_code,
            revision: paper.revision,
            values: paper.values,
            prefilled: paper.prefilled.into_iter().map(|(key, source)| (key, told(source))).collect(),
            fixed: fixed.unwrap_or_default(),
            succession: paper.succession.as_ref().and_then(|one| self.succession_shown(one)),
            changed_by: paper.changed_by,
            changed: TimestampMs(paper.changed),
        }
    }

    pub(super) fn paper(&self, id: &str) -> Result<DraftPaper, Trouble> {
        Ok(self.drafts.get(id)?.ok_or(DeskError::NotFound)?)
    }

    pub(super) fn create_draft(&self, by: &Operator, code: &str, prefill: Prefill) -> Result<Draft, Trouble> {
        let mapping = self.mapping(code).ok_or(DeskError::NotFound)?;
        let is_known = |key: &str| mapping.form_columns().any(|column| column.key() == key);
        let (mut values, mut prefilled) = (BTreeMap::new(), BTreeMap::new());
        for one in prefill.values.into_iter().filter(|one| is_known(&one.key)) {
            prefilled.insert(one.key.clone(), stored(one.source));
            values.insert(one.key, one.value);
        }
        self.keep_new(by, code, (values, prefilled), None)
    }

    /// Keeps a draft that is begun.
    pub(super) fn keep_new(
        &self,
        by: &Operator,
        code: &str,
        (values, prefilled): (BTreeMap<String, String>, BTreeMap<String, Source>),
        succession: Option<SuccessionPaper>,
    ) -> Result<Draft, Trouble> {
        if self.drafts.names()?.len() >= MAX_DRAFTS {
            let refused =
                state("待签发过多; 请先办结或撤回一部分", "too many drafts wait; sign or throw away some first");
            return Err(refused.into());
        }
        let now = self.now().0;
        let mut random = Randomness::new();
        let id = new_id(&mut random)?;
        let paper = DraftPaper {
            type_code: code.to_owned(),
            revision: 1,
            values,
            prefilled,
            succession,
            changed_by: by.name.clone(),
            changed: now,
            created: now,
            problems: 0,
        };
        let paper = self.counted(paper)?;
        self.drafts.put(&id, &paper, &mut random)?;
        Ok(self.shown(&id, paper))
    }

    pub(super) fn update_draft(
        &self,
        by: &Operator,
        id: &str,
        revision: u64,
        (values, reason): (BTreeMap<String, String>, Option<Reason>),
    ) -> Result<Draft, Trouble> {
        let _turn = self.turn();
        let former = self.paper(id)?;
        if former.revision != revision {
            return Err(DeskError::Conflict.into());
        }
        let mapping = self.mapping(&former.type_code).ok_or(DeskError::NotFound)?;
        let is_known = |key: &str| mapping.form_columns().any(|column| column.key() == key);
        let mut values: BTreeMap<String, String> =
            values.into_iter().filter(|(key, value)| is_known(key) && !value.is_empty()).collect();
        self.follow_issuer(by, &mapping, &mut values);
        for key in former.succession.iter().flat_map(|one| one.fixed(&mapping)) {
            // What a successor keeps is not typed.
            match former.values.get(&key) {
                Some(value) => values.insert(key, value.clone()),
                None => values.remove(&key),
            };
        }
        let is_kept = |key: &str| values.get(key) == former.values.get(key);
        let prefilled = former.prefilled.into_iter().filter(|(key, _)| is_kept(key)).collect();
        let succession = match (former.succession, reason) {
            (Some(succession), Some(reason)) => Some(succession.with(reason)),
            (succession, _) => succession,
        };
        let paper = DraftPaper {
            revision: revision.saturating_add(1),
            prefilled,
            succession,
            changed_by: by.name.clone(),
            changed: self.now().0,
            values,
            ..former
        };
        let paper = self.counted(paper)?;
        self.drafts.put(id, &paper, &mut Randomness::new())?;
        Ok(self.shown(id, paper))
    }

    pub(super) fn delete_draft(&self, id: &str) -> Result<(), Trouble> {
        let _turn = self.turn();
        self.paper(id)?;
        Ok(self.drafts.remove(id)?)
    }

    /// With the problems that its values alone have; the list shows them.
    fn counted(&self, paper: DraftPaper) -> Result<DraftPaper, Trouble> {
        let mapping = self.mapping(&paper.type_code).ok_or(DeskError::NotFound)?;
        let kind = self.licence_type(&paper.type_code).ok_or(DeskError::NotFound)?;
        let found = match check_form(&mapping, &paper.values).result {
            RowResult::Refused(refusal) => problems(&mapping, &refusal).len(),
            _ => own_problems(&mapping, &kind, &paper.values).len(),
        };
        let found = found.saturating_add(paper.succession.as_ref().map_or(0, |one| one.problems().len()));
        Ok(DraftPaper { problems: u32::try_from(found).unwrap_or(u32::MAX), ..paper })
    }

    /// Everything that keeps a draft from being signed: its values, characters that no font has, what the ledger has already.
    pub(super) fn check(&self, by: &Operator, id: &str) -> Result<Vec<FieldProblem>, Trouble> {
        let paper = self.paper(id)?;
        let mapping = self.mapping(&paper.type_code).ok_or(DeskError::NotFound)?;
        let kind = self.licence_type(&paper.type_code).ok_or(DeskError::NotFound)?;
        let mut own = paper.succession.as_ref().map(SuccessionPaper::problems).unwrap_or_default();
        let row = check_form(&mapping, &paper.values);
        if let RowResult::Refused(refusal) = &row.result {
            own.extend(problems(&mapping, refusal));
            return Ok(own);
        }
        own.extend(own_problems(&mapping, &kind, &paper.values));
        let standing = match paper.succession.as_ref().map(|one| self.standing(&mapping, &paper, one)).transpose() {
            Err(Trouble::Failure(failure)) if failure.is_passing() => return Err(failure.into()),
            Err(error) => {
                own.push(whole(DeskError::from(error)));
                None
            }
            Ok(standing) => standing,
        };
        if let Some(Standing::Done(_)) = standing {
            return Ok(vec![succession::done()]);
        }
        if !own.is_empty() {
            return Ok(own);
        }
        if let Some(problem) = self.wrong_issuer(by, &mapping, &paper.values) {
            return Ok(vec![problem]);
        }
        let maker = match self.maker() {
            Ok(maker) => maker,
            Err(Trouble::Failure(failure)) if !failure.is_passing() => {
                return Ok(vec![whole(DeskError::from(Trouble::Failure(failure)))]);
            }
            Err(error) => return Err(error),
        };
        let tried = match (standing, &paper.succession) {
            (Some(Standing::Anew(case)), Some(succession)) => {
                let reason = succession.reason(self.operator_pseudonym(&by.login));
                reason.map(|reason| self.tried_succession(&case, &row, &maker, reason)).transpose()?.flatten()
            }
            _ => self.tried(&mapping, row, &maker)?,
        };
        Ok(tried.unwrap_or_default())
    }

    fn tried_succession(
        &self,
        case: &Case,
        row: &RowOutcome,
        maker: &FileMaker,
        reason: succession_rules::Reason<'_>,
    ) -> Result<Option<Vec<FieldProblem>>, Trouble> {
        let ring = self.ring();
        let import = issuing::import(&self.access, &ring, Some(maker), self.now(), Run::Dry);
        match self.record(case, &import, row, reason) {
            Ok(tried) => Ok(tried.err()),
            Err(Trouble::Failure(failure)) if failure.is_passing() => Err(failure.into()),
            Err(error) => Ok(Some(vec![whole(DeskError::from(error))])),
        }
    }

    /// What makes files now: seals are read anew, one may have been cancelled or renewed meanwhile.
    pub(super) fn maker(&self) -> Result<FileMaker, Trouble> {
        Ok(issuing::file_maker(&self.access, &self.layout, Arc::clone(&self.fonts), self.now(), true)?)
    }

    /// What signing would refuse; none when it would not.
    fn tried(
        &self,
        mapping: &Mapping,
        row: RowOutcome,
        maker: &FileMaker,
    ) -> Result<Option<Vec<FieldProblem>>, Trouble> {
        let ring = self.ring();
        let import = issuing::import(&self.access, &ring, Some(maker), self.now(), Run::Dry);
        match import.mint_one(mapping, row) {
            Ok(OneRow::Refused(refusal)) => Ok(Some(problems(mapping, &refusal))),
            Ok(OneRow::Repeated) => Ok(Some(vec![repeated(mapping)])),
            Ok(OneRow::Minted(_)) => Ok(None),
            Err(error) => {
                let failure = crate::failure::Failure::from(error);
                if failure.is_passing() {
                    return Err(failure.into());
                }
                Ok(Some(vec![whole(DeskError::from(Trouble::Failure(failure)))]))
            }
        }
    }
}

/// The licence is there already with the same content.
pub(super) fn repeated(mapping: &Mapping) -> FieldProblem {
    FieldProblem {
        key: mapping.number_key().map(str::to_owned),
        severity: Severity::Blocks,
        zh: "此编号的证照已签发, 内容相同".to_owned(),
        en: "a licence of this number was issued before, with the same content".to_owned(),
    }
}

/// A reason that no field has.
pub(super) fn whole(error: DeskError) -> FieldProblem {
    let (zh, en) = match error {
        DeskError::State { zh, en } | DeskError::BadFile { zh, en } => (zh, en),
        DeskError::CertificateEnded => {
            ("电子印章的证书已失效或吊销; 请换证".to_owned(), "the seal's certificate has ended; renew it".to_owned())
        }
        other => ("现在不能签发; 原因见本机日志".to_owned(), other.to_string()),
    };
    FieldProblem { key: None, severity: Severity::Blocks, zh, en }
}

/// The findings of a refusal, by the keys of the form: the header of a form's column is its label.
pub(super) fn problems(mapping: &Mapping, refusal: &Refusal) -> Vec<FieldProblem> {
    let problem = |finding: &Finding| {
        let column = finding.column.as_deref();
        let known = mapping.columns().iter().find(|one| column.is_some_and(|name| one.label() == name));
        let bare = Finding { column: None, other_row: None, ..finding.clone() };
        FieldProblem {
            key: known.map(|column| column.key().to_owned()),
            severity: Severity::Blocks,
            zh: bare.message_zh(),
            en: bare.message_en(),
        }
    };
    refusal.findings().map(problem).collect()
}

/// What the ledger's rules of the type would refuse, told by the field.
fn own_problems(mapping: &Mapping, kind: &LicenceType, values: &BTreeMap<String, String>) -> Vec<FieldProblem> {
    let end = mapping.valid_to_key();
    let is_blank = end.is_some_and(|key| values.get(key).is_none_or(|value| value.trim().is_empty()));
    if kind.validity == ValidityRule::MustEnd && is_blank {
        return vec![FieldProblem {
            key: end.map(str::to_owned),
            severity: Severity::Blocks,
            zh: "此类证照须有有效期止".to_owned(),
            en: "licences of this type need a last day".to_owned(),
        }];
    }
    Vec::new()
}

const fn stored(source: PrefillSource) -> Source {
    match source {
        PrefillSource::Issuer => Source::Issuer,
        PrefillSource::Calendar => Source::Calendar,
        PrefillSource::NextNumber => Source::NextNumber,
        PrefillSource::FormerLicence => Source::FormerLicence,
        PrefillSource::OtherLicence => Source::OtherLicence,
    }
}

const fn told(source: Source) -> PrefillSource {
    match source {
        Source::Issuer => PrefillSource::Issuer,
        Source::Calendar => PrefillSource::Calendar,
        Source::NextNumber => PrefillSource::NextNumber,
        Source::FormerLicence => PrefillSource::FormerLicence,
        Source::OtherLicence => PrefillSource::OtherLicence,
    }
}
