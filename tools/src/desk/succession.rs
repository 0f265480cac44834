//! 变更, 延续, 换发 at the desk: drafts that take the place of an issued licence, by the rules that the command line has (`crate::succession`).

use super::draft::{DraftPaper, Source, problems};
use super::error::{Trouble, state};
use super::issued::Line;
use super::status::{GROUNDS, NOT_HIS_ISSUER};
use super::{Desk, new_id};
use crate::issuing::{self, Kept};
use crate::succession::{self, Case, Reason, Refused, Ruling, Values};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use zhengku_api::desk::port::{
    self, DOCUMENT_KEY, DeskError, Draft, FieldProblem, GROUND_KEY, Operator, Related, Severity, SuccessionKind,
};
use zhengku_crypto::digest::Digest;
use zhengku_ledger::entry::Licence;
use zhengku_ledger::entry::licence::GroundCode;
use zhengku_ledger::ids::{EntryKey, LogIndex, TimestampMs};
use zhengku_ledger::transaction::SupersedeCause;
use zhengku_library::import::{Import, OneRow};
use zhengku_library::port::{Read, Submit};
use zhengku_library::random::Randomness;
use zhengku_library::register::{Cause, LicenceDraft, Mapping, Part, Refusal, RowOutcome};

/// What a draft succeeds, as it lies on the disk.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SuccessionPaper {
    kind: String,
    /// The former licence in the list.
    line: String,
    /// Its parts as they stood when the draft was begun.
    parts: Vec<PartPaper>,
    #[serde(default)]
    ground: String,
    #[serde(default)]
    document: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PartPaper {
    key: String,
    version: u16,
    /// Its newest entry: another one says that something has happened to it.
    entry: u64,
}

const KINDS: [(SuccessionKind, SupersedeCause); 3] = [
    (SuccessionKind::Amend, SupersedeCause::Amend),
    (SuccessionKind::Renew, SupersedeCause::Renew),
    (SuccessionKind::Reissue, SupersedeCause::Reissue),
];

/// Keys and identifiers of licences.
pub(super) type Recorded = Vec<(EntryKey, String)>;

/// How a succession stands on the ledger.
pub(super) enum Standing {
    /// It is still to be recorded.
    Anew(Case),
    /// The ledger has it: the answer of an earlier try was lost.
    Done(Vec<EntryKey>),
}

impl SuccessionPaper {
    pub(super) fn kind(&self) -> Result<(SuccessionKind, SupersedeCause), Trouble> {
        let known = KINDS.into_iter().find(|(_, cause)| succession::name(*cause).1 == self.kind);
        known.ok_or_else(|| DeskError::Failed("a draft of another version of this program".to_owned()).into())
    }

    /// The version that the successor has.
    pub(super) fn next_version(&self) -> u16 {
        match self.kind() {
            Ok((SuccessionKind::Amend | SuccessionKind::Renew, _)) => self.version().saturating_add(1),
            _ => 1,
        }
    }

    fn version(&self) -> u16 {
        self.parts.first().map_or(1, |part| part.version)
    }

    fn ground(&self) -> Option<(port::LegalGround, GroundCode)> {
        GROUNDS.iter().find(|(_, word, _)| *word == self.ground).map(|(ground, _, code)| (*ground, *code))
    }

    pub(super) fn with(self, reason: port::Reason) -> Self {
        let word = reason.ground.and_then(|ground| GROUNDS.iter().find(|(known, ..)| *known == ground));
        let ground = word.map(|(_, word, _)| (*word).to_owned()).unwrap_or_default();
        Self { ground, document: reason.document.trim().to_owned(), ..self }
    }

    /// What is missing of the reason.
    pub(super) fn problems(&self) -> Vec<FieldProblem> {
        let missing = |key: &str, zh: &str, en: &str| blocks(Some(key.to_owned()), zh, en);
        let ground = self.ground().is_none().then(|| missing(GROUND_KEY, "请选择法定依据", "choose the legal ground"));
        let document = self.document.is_empty();
        let document = document
            .then(|| missing(DOCUMENT_KEY, "请写明文书编号或事由", "the document's number or the reason is missing"));
        ground.into_iter().chain(document).collect()
    }

    /// The reason as the ledger and the vault take it; none while it is incomplete.
    pub(super) fn reason(&self, operator: Digest) -> Option<Reason<'_>> {
        let (_, code) = self.ground().filter(|_| !self.document.is_empty())?;
        Some(Reason { code, text: &self.document, operator: Some(operator) })
    }

    /// The fields that a successor keeps.
    pub(super) fn fixed(&self, mapping: &Mapping) -> BTreeSet<String> {
        let keeps_number = !matches!(self.kind(), Ok((SuccessionKind::Reissue, _)));
        let number = mapping.number_key().filter(|_| keeps_number);
        let keys = [number, mapping.issuer_name_key(), mapping.issuer_code_key()];
        keys.into_iter().flatten().map(str::to_owned).collect()
    }
}

impl Desk {
    /// Begins a draft, or gives back the one that was begun for the same state.
    pub(super) fn succeed(&self, by: &Operator, id: &str, kind: SuccessionKind) -> Result<Draft, Trouble> {
        let _turn = self.turn();
        let line = self.line(id).filter(|_| self.may_read(by, id)).ok_or(DeskError::NotFound)?;
        let mapping = self.mapping(&line.type_code).ok_or(DeskError::NotFound)?;
        let former = self.parts_of(&line)?;
        let (_, first) = former.first().ok_or(DeskError::NotFound)?;
        if !self.ring_of(&by.login).may_use(first.licence.issuer) {
            return Err(state(NOT_HIS_ISSUER.0, NOT_HIS_ISSUER.1).into());
        }
        if !offered(&mapping, &first.licence).contains(&kind) {
            return Err(not_offered(kind, &first.licence).into());
        }
        let cause = KINDS.iter().find(|(known, _)| *known == kind).map(|(_, cause)| *cause);
        let part = |(index, kept): &(LogIndex, Kept)| PartPaper {
            key: kept.entry.key.to_string(),
            version: kept.licence.version,
            entry: index.0,
        };
        let succession = SuccessionPaper {
            kind: cause.map(|cause| succession::name(cause).1).unwrap_or_default().to_owned(),
            line: line.id.clone(),
            parts: former.iter().map(part).collect(),
            ground: String::new(),
            document: String::new(),
        };
        if let Some(begun) = self.begun(&succession)? {
            return Ok(begun);
        }
        let (values, prefilled) = self.successor_values(&mapping, first, kind)?;
        self.keep_new(by, &line.type_code, (values, prefilled), Some(succession))
    }

    /// The newest state of a licence's parts, 正页 of a twin first.
    fn parts_of(&self, line: &Line) -> Result<Vec<(LogIndex, Kept)>, Trouble> {
        let own = line.entry_key()?;
        let twin = self.access.find(&own)?.and_then(|(_, entry)| entry.licence().and_then(|licence| licence.twin));
        let mut keys: Vec<EntryKey> = std::iter::once(own).chain(twin).collect();
        if line.part.as_deref() == Some(Part::Counterfoil.name()) {
            keys.reverse();
        }
        keys.iter().map(|key| self.part(key)).collect()
    }

    fn part(&self, key: &EntryKey) -> Result<(LogIndex, Kept), Trouble> {
        let (index, _) = self.access.find(key)?.ok_or(DeskError::NotFound)?;
        Ok((index, succession::kept(&self.access, key)?))
    }

    /// The draft that was begun for the same state of the same licence.
    fn begun(&self, wanted: &SuccessionPaper) -> Result<Option<Draft>, Trouble> {
        for id in self.drafts.names()? {
            let Some(paper) = self.drafts.get::<DraftPaper>(&id)? else { continue };
            let is_same = |one: &SuccessionPaper| one.kind == wanted.kind && one.parts == wanted.parts;
            if paper.succession.as_ref().is_some_and(is_same) {
                return Ok(Some(self.shown(&id, paper)));
            }
        }
        Ok(None)
    }

    /// The former face, issued today by the issuer's present name; a later last day for 延续, a fresh number for 换发.
    fn successor_values(
        &self,
        mapping: &Mapping,
        former: &Kept,
        kind: SuccessionKind,
    ) -> Result<(Values, BTreeMap<String, Source>), Trouble> {
        let directory = self.access.directory();
        let issuer = directory.organisation(former.licence.issuer);
        let is_known = |key: &str| mapping.form_columns().any(|column| column.key() == key);
        let mut values = succession::face_values(&former.face);
        values.retain(|key, _| is_known(key));
        let before = values.clone();
        succession::refresh(&mut values, mapping, Some(self.now().beijing_date()), issuer);
        let mut prefilled: BTreeMap<String, Source> =
            before.into_keys().map(|key| (key, Source::FormerLicence)).collect();
        let mut say = |key: Option<&str>, source| prefilled.extend(key.map(|key| (key.to_owned(), source)));
        say(mapping.issued_on_key(), Source::Calendar);
        say(mapping.issuer_name_key(), Source::Issuer);
        say(mapping.issuer_code_key(), Source::Issuer);
        let Licence { valid_from, valid_to, .. } = former.licence;
        let own = match kind {
            SuccessionKind::Amend => None,
            SuccessionKind::Renew => {
                let last = valid_to.and_then(|last| succession::renewed(valid_from, last));
                mapping.valid_to_key().zip(last).map(|(key, last)| (key, last.to_text(), Source::Calendar))
            }
            SuccessionKind::Reissue => {
                let licence_type = self.licence_type(mapping.type_code()).ok_or(DeskError::NotFound)?;
                let issuer = issuer.ok_or(DeskError::NotFound)?;
                let number = self.next_number(mapping, &licence_type, issuer)?;
                mapping.number_key().map(|key| (key, number, Source::NextNumber))
            }
        };
        if let Some((key, value, source)) = own {
            prefilled.insert(key.to_owned(), source);
            values.insert(key.to_owned(), value);
        }
        Ok((values, prefilled))
    }

    /// As the draft's page says it.
    pub(super) fn succession_shown(&self, paper: &SuccessionPaper) -> Option<port::Succession> {
        let (kind, _) = paper.kind().ok()?;
        let line = self.line(&paper.line)?;
        let reason =
            port::Reason { ground: paper.ground().map(|(ground, _)| ground), document: paper.document.clone() };
        let former = Related { id: line.id, number: line.number };
        Some(port::Succession { kind, former, version: paper.version(), reason })
    }

    /// Whether a draft's licence stands as when the draft was begun, or has been succeeded by what the draft says.
    pub(super) fn standing(
        &self,
        mapping: &Arc<Mapping>,
        paper: &DraftPaper,
        succession: &SuccessionPaper,
    ) -> Result<Standing, Trouble> {
        let (_, cause) = succession.kind()?;
        let (mut former, mut keys) = (Vec::with_capacity(succession.parts.len()), Vec::new());
        let (mut is_as_begun, mut is_next) = (true, true);
        for part in &succession.parts {
            let key = super::issued::entry_key(&part.key)?;
            let (index, kept) = self.part(&key)?;
            is_as_begun = is_as_begun && index.0 == part.entry;
            is_next = is_next && kept.licence.version == part.version.saturating_add(1);
            keys.push(key);
            former.push(kept);
        }
        // Filled in by the calendar, the day of issue is not what makes a form another one.
        let is_dated = mapping.issued_on_key().is_none_or(|key| !paper.prefilled.contains_key(key));
        let case = Case { cause, mapping: Arc::clone(mapping), former, values: paper.values.clone(), is_dated };
        if is_as_begun {
            return Ok(Standing::Anew(case));
        }
        let case = Case { is_dated: true, ..case };
        let done = match cause {
            SupersedeCause::Reissue => case.heirs(&self.access)?,
            _ => (is_next && case.says_the_same(&case.former)).then_some(keys),
        };
        Ok(done.map(Standing::Done).ok_or_else(changed_meanwhile)?)
    }

    /// Records a succession, or with a dry run of the import checks it: the licences, or what keeps it from being signed.
    pub(super) fn record<L: Submit + Read>(
        &self,
        case: &Case,
        import: &Import<'_, L>,
        row: &RowOutcome,
        reason: Reason<'_>,
    ) -> Result<Result<Recorded, Vec<FieldProblem>>, Trouble> {
        if case.cause == SupersedeCause::Amend && case.says_the_same(&case.former) {
            return Ok(Err(vec![unchanged()]));
        }
        match case.supersede(import, row, reason) {
            Ok(OneRow::Minted(minted)) => Ok(Ok(minted)),
            Ok(OneRow::Refused(refusal)) => Ok(Err(of_refusal(&case.mapping, &refusal))),
            Ok(OneRow::Repeated) => Ok(Err(vec![unchanged()])),
            Err(Refused::Ruled(ruling)) => Ok(Err(vec![of_ruling(&case.mapping, ruling)])),
            Err(Refused::Failed(failure)) => Err(failure.into()),
        }
    }

    /// Keys and identifiers of licences on the ledger.
    pub(super) fn identified(&self, keys: &[EntryKey]) -> Result<Recorded, Trouble> {
        let one = |key: &EntryKey| {
            let kept = issuing::kept(&self.access, key)?.ok_or(DeskError::NotFound)?;
            Ok((*key, kept.identifier().unwrap_or_default().to_owned()))
        };
        keys.iter().map(one).collect()
    }

    /// Puts the new states into the list: a number that goes on keeps its row. Gives the id of the first.
    pub(super) fn keep_successors(
        &self,
        succession: &SuccessionPaper,
        minted: &[(EntryKey, String)],
        drafts: &[LicenceDraft],
        (now, by): (TimestampMs, &str),
    ) -> Result<String, Trouble> {
        let (mut lines, mut first) = (Vec::with_capacity(minted.len()), None);
        let mut random = Randomness::new();
        for ((key, identifier), draft) in minted.iter().zip(drafts) {
            let version = succession.next_version();
            let known = self.by_key(key);
            let id = known.as_ref().map_or_else(|| new_id(&mut random), |line| Ok(line.id.clone()))?;
            first.get_or_insert_with(|| id.clone());
            if known.as_ref().is_some_and(|line| line.version == version) {
                continue;
            }
            let new = Line { version, ..Line::of(self, id, (*key, identifier), draft, (now, by)) };
            // Whoever issued the first version did so; who made this one is in its history.
            lines.push(match known {
                Some(line) => Line { by: line.by, at: line.at, ..new },
                None => new,
            });
        }
        self.keep_lines(lines)?;
        Ok(first.ok_or(DeskError::NotFound)?)
    }
}

/// The ways in which a licence's place may be taken now.
pub(super) fn offered(mapping: &Mapping, licence: &Licence) -> Vec<SuccessionKind> {
    if licence.status.check_supersede().is_err() {
        return Vec::new();
    }
    let ends = mapping.valid_to_key().is_some() && licence.valid_to.is_some();
    let fits = |kind: &SuccessionKind| match kind {
        SuccessionKind::Amend => true,
        SuccessionKind::Renew => ends,
        SuccessionKind::Reissue => mapping.number_key().is_some(),
    };
    KINDS.into_iter().map(|(kind, _)| kind).filter(fits).collect()
}

fn not_offered(kind: SuccessionKind, licence: &Licence) -> DeskError {
    match licence.status.check_supersede() {
        Err(refusal) => {
            let code = zhengku_ledger::transaction::RejectCode::from(refusal);
            state(code.reason_zh(), code.reason_en())
        }
        Ok(()) if kind == SuccessionKind::Renew => {
            state("这份证照长期有效, 不需延续", "this licence has no end and is not renewed")
        }
        Ok(()) => state("此类证照不能这样办理", "licences of this type cannot be succeeded like this"),
    }
}

fn changed_meanwhile() -> DeskError {
    state(
        "原证照在起草之后已有变动, 这份草稿不能再签发; 请撤回草稿, 在原证照页面核对后重新办理",
        "the former licence has changed since this draft was begun, so it cannot be signed; discard it, look at the licence and begin again",
    )
}

/// A succession that the ledger has already: signing it again shows it.
pub(super) fn done() -> FieldProblem {
    FieldProblem {
        severity: Severity::Warns,
        ..blocks(
            None,
            "此前已办结上链; 再按一次“盖章签发”即可查看, 不会重复办理",
            "it is on the ledger already; “Seal and sign” shows it and records nothing again",
        )
    }
}

fn unchanged() -> FieldProblem {
    blocks(None, "没有改动任何内容; 请修改后再签发", "nothing is changed; change what is to be amended")
}

fn blocks(key: Option<String>, zh: &str, en: &str) -> FieldProblem {
    FieldProblem { key, severity: Severity::Blocks, zh: zh.to_owned(), en: en.to_owned() }
}

fn of_ruling(mapping: &Mapping, ruling: Ruling) -> FieldProblem {
    let key = ruling.key(mapping).map(str::to_owned);
    blocks(key, ruling.code.reason_zh(), ruling.code.reason_en())
}

/// As of any form; that a number is in use is said at the number.
fn of_refusal(mapping: &Mapping, refusal: &Refusal) -> Vec<FieldProblem> {
    if refusal.findings().any(|finding| finding.cause == Cause::LedgerConflict) {
        let key = mapping.number_key().map(str::to_owned);
        return vec![blocks(
            key,
            "此编号已有证照; 请换一个编号",
            "a licence has this number already; take another one",
        )];
    }
    problems(mapping, refusal)
}
