//! The licences that were issued at this desk: a list of sealed papers, each with the licences of one signing or one chunk of a batch.

use super::error::Trouble;
use super::succession::offered;
use super::{Desk, masked, new_id};
use crate::changing::ground_owner;
use crate::failure::Failure;
use crate::issuing::{self, Kept};
use crate::succession::{former_proof, version_before};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zhengku_api::desk::port::{
    DeskError, Event, FileKind, Issued, IssuedPage, IssuedQuery, IssuedRow, LicenceFile, LicenceState, Operator,
    Related, StatusChange,
};
use zhengku_crypto::digest::Digest;
use zhengku_ledger::entry::licence::{Change, GroundCode, Period};
use zhengku_ledger::entry::{Entry, FileKind as StoredKind, Licence, Status};
use zhengku_ledger::ids::{Date, EntryKey, LogIndex, TimestampMs};
use zhengku_library::issue;
use zhengku_library::papers::Papers;
use zhengku_library::port::Read;
use zhengku_library::random::Randomness;
use zhengku_library::register::LicenceDraft;
use zhengku_library::vault::VaultError;
use zhengku_node::NodeError;
use zhengku_node::audit::GROUND_VERSION;
use zhengku_node::public::Source;

/// Lines in one paper: below its 4 MiB.
const LINES_IN_PAPER: usize = 4_096;
/// Licences that a search with a state asks the ledger about at once.
const ASKED_AT_ONCE: usize = 256;
/// Most licences that a search with a state looks through: it asks the ledger about each.
const MAX_LOOKED_THROUGH: usize = 4_096;

/// A licence in the list.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) id: String,
    /// Its key on the ledger.
    pub(super) key: String,
    pub(super) identifier: String,
    pub(super) type_code: String,
    pub(super) number: String,
    pub(super) part: Option<String>,
    pub(super) holder_masked: String,
    /// The holders' pseudonyms, as on the ledger.
    pub(super) holders: Vec<String>,
    /// The issuer's credit code.
    #[serde(default)]
    pub(super) issuer: String,
    pub(super) by: String,
    pub(super) at: u64,
    /// The version that it says: a number that goes on keeps its row, and the line of the newer version takes the place of the older one.
    #[serde(default = "first_version")]
    pub(super) version: u16,
}

const fn first_version() -> u16 {
    1
}

impl Line {
    pub(super) fn of(
        desk: &Desk,
        id: String,
        (key, identifier): (EntryKey, &str),
        draft: &LicenceDraft,
        (at, by): (TimestampMs, &str),
    ) -> Self {
        let pseudonym =
            |one: &zhengku_library::register::Holder| desk.access.pseudonyms().holder(&one.id_type, &one.id_number);
        let names: Vec<String> = draft.holders.iter().map(|holder| masked(&holder.name)).collect();
        Self {
            id,
            key: key.to_string(),
            identifier: identifier.to_owned(),
            type_code: draft.type_code.to_string(),
            number: draft.number.clone(),
            part: draft.part.map(|part| part.name().to_owned()),
            holder_masked: names.join(", "),
            holders: draft.holders.iter().map(|one| pseudonym(one).to_string()).collect(),
            issuer: draft.issuer_code.to_string(),
            by: by.to_owned(),
            at: at.0,
            version: first_version(),
        }
    }

    pub(super) fn entry_key(&self) -> Result<EntryKey, Trouble> {
        entry_key(&self.key)
    }
}

/// A key as papers hold it.
pub(super) fn entry_key(text: &str) -> Result<EntryKey, Trouble> {
    let digest: Result<Digest, _> = text.parse();
    digest.map(EntryKey::from_digest).map_err(|_| DeskError::Failed("a key in the list is malformed".to_owned()).into())
}

/// All lines, oldest first. Names of papers begin with their time.
pub(super) fn load(papers: &Papers) -> Result<Vec<Line>, Failure> {
    let mut lines = Vec::new();
    for name in papers.names()? {
        lines.extend(papers.get::<Vec<Line>>(&name)?.unwrap_or_default());
    }
    Ok(newest(lines))
}

/// Of several lines of one licence the one of the newest version.
fn newest(mut lines: Vec<Line>) -> Vec<Line> {
    let mut versions: BTreeMap<String, u16> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.version > first_version()) {
        let version = versions.entry(line.id.clone()).or_default();
        *version = line.version.max(*version);
    }
    lines.retain(|line| versions.get(&line.id).is_none_or(|version| *version == line.version));
    lines
}

impl Desk {
    /// Keeps lines; durable when it returns. One with the id of an earlier one takes its place, as the newest of all.
    pub(super) fn keep_lines(&self, lines: Vec<Line>) -> Result<(), Trouble> {
        let mut random = Randomness::new();
        for lines in lines.chunks(LINES_IN_PAPER) {
            let name = format!("{:013}-{}", self.now().0, new_id(&mut random)?);
            self.issued.put(&name, &lines, &mut random)?;
            let mut all = self.lines();
            if lines.iter().any(|line| line.version > first_version()) {
                all.retain(|known| lines.iter().all(|line| line.id != known.id));
            }
            all.extend_from_slice(lines);
        }
        Ok(())
    }

    pub(super) fn line(&self, id: &str) -> Option<Line> {
        self.lines().iter().rev().find(|line| line.id == id).cloned()
    }

    /// Whether an operator may read a licence: of any issuer here, or of those that he is bound to.
    pub(super) fn may_read(&self, by: &Operator, id: &str) -> bool {
        let bound = self.operators.issuers(&by.login);
        bound.is_empty() || self.line(id).is_some_and(|line| bound.contains(&line.issuer))
    }

    pub(super) fn issued_list(&self, by: &Operator, query: &IssuedQuery) -> Result<IssuedPage, Trouble> {
        let bound = self.operators.issuers(&by.login);
        let mut found = self.matching(query);
        found.retain(|line| bound.is_empty() || bound.contains(&line.issuer));
        let limit = usize::try_from(query.limit.max(1)).unwrap_or(usize::MAX);
        let mut total = found.len();
        let start = match &query.after {
            Some(after) => {
                found.iter().position(|line| line.id == *after).map_or(total, |place| place.saturating_add(1))
            }
            None => 0,
        };
        let rest = found.get(start..).unwrap_or_default();
        let (mut rows, mut next) = (Vec::new(), None);
        if query.state.is_some() {
            total = 0;
        }
        let mut last: Option<&Line> = None;
        'all: for chunk in
            rest.get(..rest.len().min(MAX_LOOKED_THROUGH)).unwrap_or_default().chunks(ASKED_AT_ONCE.min(limit))
        {
            for (line, row) in chunk.iter().zip(self.rows(chunk)?) {
                if query.state.is_some_and(|state| row.state != state) {
                    continue;
                }
                if rows.len() >= limit {
                    next = last.map(|line| line.id.clone());
                    break 'all;
                }
                last = Some(line);
                rows.push(row);
            }
        }
        if query.state.is_some() {
            total = start.saturating_add(rows.len()).saturating_add(usize::from(next.is_some()));
        }
        Ok(IssuedPage { rows, next, total: u64::try_from(total).unwrap_or(u64::MAX) })
    }

    /// The lines that a query means but for the state, newest first.
    fn matching(&self, query: &IssuedQuery) -> Vec<Line> {
        let number = query.number.as_deref().map(|number| number.trim().to_uppercase());
        let pseudonyms = number.as_deref().map(|number| self.holder_pseudonyms(number)).unwrap_or_default();
        let fits = |line: &&Line| {
            let is_sought = number.as_ref().is_none_or(|number| {
                line.number.to_uppercase() == *number
                    || line.identifier.to_uppercase() == *number
                    || line.holders.iter().any(|holder| pseudonyms.contains(holder))
            });
            is_sought && query.type_code.as_ref().is_none_or(|code| line.type_code == *code)
        };
        self.lines().iter().rev().filter(fits).cloned().collect()
    }

    fn rows(&self, lines: &[Line]) -> Result<Vec<IssuedRow>, Trouble> {
        let keys = lines.iter().map(Line::entry_key).collect::<Result<Vec<_>, _>>()?;
        let found = Read::find(&self.access, &keys)?;
        let row = |(line, found): (&Line, Option<(LogIndex, Entry)>)| {
            let licence = found.as_ref().and_then(|(_, entry)| entry.licence());
            self.row(line, licence)
        };
        Ok(lines.iter().zip(found).map(row).collect())
    }

    fn row(&self, line: &Line, licence: Option<&Licence>) -> IssuedRow {
        let mapping = self.mapping(&line.type_code);
        let part = line.part.as_ref().map(|part| format!(" ({part})")).unwrap_or_default();
        let names = mapping.map(|one| (one.licence_type().to_owned(), one.licence_type_en().to_owned()));
        let (type_zh, type_en) = names.unwrap_or_default();
        IssuedRow {
            id: line.id.clone(),
            type_zh: type_zh + &part,
            type_en: type_en + &part,
            number: line.number.clone(),
            holder_masked: line.holder_masked.clone(),
            state: licence.map_or(LicenceState::Unknown, |licence| state_of(licence, self.now())),
            is_disputed: licence.is_some_and(|licence| licence.disputed),
            issued_on: licence.map_or(TimestampMs(line.at).beijing_date(), |licence| licence.issued_on),
            valid_to: licence.and_then(|licence| licence.valid_to),
            version: licence.map_or(line.version, |licence| licence.version),
        }
    }

    pub(super) fn issued(&self, id: &str) -> Result<Option<Issued>, Trouble> {
        let Some(line) = self.line(id) else { return Ok(None) };
        let key = line.entry_key()?;
        let Some((index, entry)) = self.access.find(&key)? else { return Ok(None) };
        let Some(licence) = entry.licence().cloned() else { return Ok(None) };
        let line = self.as_amended(line, &licence)?;
        let height = entry.origin.height;
        let proof = self.access.prove(&key, Some(height))?;
        let votes = proof.map_or(0, |proof| u32::try_from(proof.certificate.votes.len()).unwrap_or(0));
        let validators = Source::trust(&self.access)?
            .map_or(votes, |trust| u32::try_from(trust.validators.as_slice().len()).unwrap_or(votes));
        let twin = licence.twin.and_then(|twin| self.by_key(&twin));
        let related = |key: Option<EntryKey>| {
            let line = key.and_then(|key| self.by_key(&key))?;
            Some(Related { id: line.id, number: line.number })
        };
        let mut files = file_names(&line, &licence);
        files.extend(self.former_files(&entry)?.map(|(name, _)| (FileKind::FormerProof, name)));
        let successions = self.mapping(&line.type_code).map(|mapping| offered(&mapping, &licence));
        Ok(Some(Issued {
            row: self.row(&line, Some(&licence)),
            identifier: line.identifier.clone(),
            type_code: line.type_code.clone(),
            valid_from: licence.valid_from,
            entry: index.0,
            height: height.0,
            votes: (votes, validators.max(votes)),
            files,
            successions: successions.unwrap_or_default(),
            replaces: related(licence.replaces),
            replaced_by: related(licence.replaced_by),
            steps: self.steps_of(id),
            history: self.history(&key, (index, entry), &line)?,
            twin: twin.map(|twin| (twin.id, twin.part.unwrap_or_default())),
            changes: changes(&licence),
        }))
    }

    /// The name that the fresh proof of the version before has, beside its files, and that version; none when it has no files.
    fn former_files(&self, entry: &Entry) -> Result<Option<(String, Licence)>, Trouble> {
        let Some((entry, licence)) = version_before(&self.access, entry)? else { return Ok(None) };
        if licence.files.is_empty() {
            return Ok(None);
        }
        let face = issuing::face(&self.access, &entry.key, &licence)?;
        let identifier = face.map(|face| Kept { entry: entry.clone(), licence: licence.clone(), face });
        let identifier = identifier.as_ref().and_then(Kept::identifier).map(str::to_owned);
        Ok(Some((format!("{}.proof", identifier.unwrap_or_else(|| entry.key.to_string())), licence)))
    }

    pub(super) fn by_key(&self, key: &EntryKey) -> Option<Line> {
        let word = key.to_string();
        self.lines().iter().rev().find(|line| line.key == word).cloned()
    }

    /// What happened to a licence, oldest first.
    fn history(&self, key: &EntryKey, newest: (LogIndex, Entry), line: &Line) -> Result<Vec<Event>, Trouble> {
        let names: BTreeMap<String, String> = self
            .operators
            .all()
            .into_iter()
            .map(|one| (self.operator_pseudonym(&one.login).to_string(), one.name))
            .collect();
        let mut entries = vec![newest];
        while let Some(previous) = entries.last().and_then(|(_, entry)| entry.previous) {
            entries.push((previous, self.access.entry(previous)?));
        }
        entries.reverse();
        let (mut events, mut former): (Vec<Event>, Option<Licence>) = (Vec::with_capacity(entries.len()), None);
        for (index, entry) in entries {
            let Some(licence) = entry.licence().cloned() else { continue };
            let (zh, en) = happened(former.as_ref(), &licence);
            let by = licence.ground.operator.and_then(|one| names.get(&one.to_string()).cloned());
            let is_first = former.is_none();
            events.push(Event {
                time: Source::block_time(&self.access, entry.origin.height)?,
                zh: zh.to_owned(),
                en: en.to_owned(),
                by: by.unwrap_or_else(|| if is_first { line.by.clone() } else { String::new() }),
                entry: Some(index.0),
                ground: self.ground_text(key, &licence),
            });
            former = Some(licence);
        }
        Ok(events)
    }

    fn ground_text(&self, key: &EntryKey, licence: &Licence) -> String {
        let class = match licence.ground.code {
            GroundCode::Issue | GroundCode::RegisterImport => return String::new(),
            GroundCode::HolderRequest => "持证人申请",
            GroundCode::Decision => "行政决定",
            GroundCode::Correction => "更正",
            GroundCode::Law => "法律规定或司法文书",
        };
        let owner = ground_owner(key, licence);
        let text = licence.ground.text.and_then(|id| self.access.vault().open_record(&id, owner, GROUND_VERSION).ok());
        let text = text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        if text.is_empty() { class.to_owned() } else { format!("{class}: {text}") }
    }

    /// A line with the identifier of the newest version: amended elsewhere, a licence has another one than when it was signed here.
    fn as_amended(&self, line: Line, licence: &Licence) -> Result<Line, Trouble> {
        if licence.version == line.version {
            return Ok(line);
        }
        let key = line.entry_key()?;
        let identifier = match issuing::kept(&self.access, &key) {
            Ok(kept) => kept.and_then(|kept| kept.identifier().map(str::to_owned)),
            // An erased face has no identifier any more; the first one still names the licence.
            Err(Failure::Node(NodeError::Vault(VaultError::Erased { .. }))) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Line { identifier: identifier.unwrap_or_else(|| line.identifier.clone()), ..line })
    }

    pub(super) fn file(&self, id: &str, kind: FileKind) -> Result<Option<LicenceFile>, Trouble> {
        let Some(line) = self.line(id) else { return Ok(None) };
        let Some(kept) = issuing::kept(&self.access, &line.entry_key()?)? else { return Ok(None) };
        if kind == FileKind::FormerProof {
            let Some((name, former)) = self.former_files(&kept.entry)? else { return Ok(None) };
            let proof = former_proof(&self.access, &former)?;
            return Ok(proof.map(|proof| LicenceFile { name, bytes: proof.into_bytes() }));
        }
        let line = self.as_amended(line, &kept.licence)?;
        let stored = |kind| kept.face.file(kind).map(<[u8]>::to_vec);
        let bytes = match kind {
            FileKind::Ofd => stored(StoredKind::Ofd),
            FileKind::Pdf => stored(StoredKind::Pdf),
            FileKind::Proof => Some(issuing::proof_file(&self.access, &kept)?.into_bytes()),
            FileKind::Png => self.picture(&kept)?,
            FileKind::FormerProof => None,
        };
        Ok(bytes.map(|bytes| LicenceFile { name: file_name(&line, kind), bytes }))
    }

    fn picture(&self, kept: &Kept) -> Result<Option<Vec<u8>>, Trouble> {
        let Some(ofd) = kept.face.file(StoredKind::Ofd) else { return Ok(None) };
        let directory = self.access.directory();
        let kind = directory.licence_type(kept.licence.licence_type);
        let template = kind.map(|kind| kind.template.to_string()).unwrap_or_default();
        Ok(Some(issue::picture_of(ofd, &template, &self.fonts)?))
    }

    /// Licences known here to be under a seal: those whose newest entries can be read cheaply are few, so it is the number of this
    /// desk's licences of the seal's owner.
    pub(super) fn uses(&self, seal: zhengku_ledger::ids::SealNumber) -> u64 {
        let keys: Vec<EntryKey> = {
            let lines = self.lines();
            lines.iter().rev().take(MAX_LOOKED_THROUGH).filter_map(|line| line.entry_key().ok()).collect()
        };
        let Ok(found) = Read::find(&self.access, &keys) else { return 0 };
        let is_under = |found: &&(LogIndex, Entry)| found.1.licence().is_some_and(|one| one.seal == Some(seal));
        u64::try_from(found.iter().flatten().filter(is_under).count()).unwrap_or(0)
    }
}

/// Where a licence is in its life, expiry included.
fn state_of(licence: &Licence, now: TimestampMs) -> LicenceState {
    match (licence.status, licence.period_at(now)) {
        (Status::Suspended, _) => LicenceState::Suspended,
        (Status::Cancelled, _) => LicenceState::Cancelled,
        (Status::Rescinded, _) => LicenceState::Rescinded,
        (Status::Withdrawn, _) => LicenceState::Withdrawn,
        (Status::Replaced, _) => LicenceState::Superseded,
        (Status::TransferredOut, _) => LicenceState::TransferredOut,
        (Status::Valid, Period::NotYet) => LicenceState::NotYetValid,
        (Status::Valid, Period::Over) => LicenceState::Expired,
        (Status::Valid, Period::Running) => LicenceState::Valid,
    }
}

/// The changes that the life cycle allows now.
fn changes(licence: &Licence) -> Vec<StatusChange> {
    let all = [
        StatusChange::Suspend,
        StatusChange::Resume,
        StatusChange::Cancel,
        StatusChange::Rescind,
        StatusChange::Withdraw,
        StatusChange::TransferOut,
        StatusChange::Dispute,
        StatusChange::Settle,
    ];
    all.into_iter().filter(|change| licence.standing().after(on_ledger(*change)).is_ok()).collect()
}

/// A change as the ledger names it.
pub(super) const fn on_ledger(change: StatusChange) -> Change {
    match change {
        StatusChange::Suspend => Change::Suspend,
        StatusChange::Resume => Change::Resume,
        StatusChange::Cancel => Change::Cancel,
        StatusChange::Rescind => Change::Rescind,
        StatusChange::Withdraw => Change::Withdraw,
        StatusChange::TransferOut => Change::TransferOut,
        StatusChange::Dispute => Change::Dispute,
        StatusChange::Settle => Change::SettleDispute,
    }
}

/// What happened between two states.
fn happened(former: Option<&Licence>, licence: &Licence) -> (&'static str, &'static str) {
    let Some(former) = former else {
        return if licence.ground.code == GroundCode::RegisterImport {
            ("归集", "taken over")
        } else if licence.replaces.is_some() {
            ("换发", "reissued under a new number")
        } else {
            ("签发", "issued")
        };
    };
    match (former.disputed, licence.disputed) {
        (false, true) => return ("标记异议", "disputed"),
        (true, false) => return ("解除异议", "dispute settled"),
        _ => {}
    }
    if former.version != licence.version || former.fields_root != licence.fields_root {
        let is_longer = licence.valid_to.map_or(i32::MAX, |day| day.0) > former.valid_to.map_or(i32::MAX, |day| day.0);
        return if is_longer { ("延续", "renewed") } else { ("变更", "amended") };
    }
    match licence.status {
        Status::Valid if former.status == Status::Suspended => ("发还", "resumed"),
        Status::Valid => ("恢复有效", "valid again"),
        Status::Suspended => ("暂扣", "suspended"),
        Status::Cancelled => ("注销", "cancelled"),
        Status::Rescinded => ("撤销", "rescinded"),
        Status::Withdrawn => ("吊销", "withdrawn"),
        Status::Replaced => ("换发", "replaced"),
        Status::TransferredOut => ("转出", "transferred out"),
    }
}

fn file_names(line: &Line, licence: &Licence) -> Vec<(FileKind, String)> {
    let has = |kind| licence.files.iter().any(|file| file.kind == kind);
    let mut kinds = Vec::new();
    kinds.extend(has(StoredKind::Ofd).then_some(FileKind::Ofd));
    kinds.extend(has(StoredKind::Pdf).then_some(FileKind::Pdf));
    kinds.push(FileKind::Proof);
    kinds.extend(has(StoredKind::Ofd).then_some(FileKind::Png));
    kinds.into_iter().map(|kind| (kind, file_name(line, kind))).collect()
}

/// Named by the licence's identifier, which names no person.
fn file_name(line: &Line, kind: FileKind) -> String {
    let ending = match kind {
        FileKind::Ofd => "ofd",
        FileKind::Pdf => "pdf",
        FileKind::Proof | FileKind::FormerProof => "proof",
        FileKind::Png => "png",
    };
    format!("{}.{ending}", line.identifier)
}

/// The number of days is the ledger's; kept here for texts of grounds.
pub(super) fn until_text(until: Option<Date>) -> String {
    until.map(|date| format!("; 至 {}", date.to_text())).unwrap_or_default()
}
