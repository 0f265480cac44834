//! `zhengku licence amend | renew | reissue`: a new state, or a licence of a new number, in the place of a licence (变更, 延续, 换发).
//!
//! The form is that of the former state with the fields that were given anew, and checked like any other. Vault first, ledger second,
//! files last; a command that is repeated finds what it did and writes the files again.

use super::find::{Found, parts_by_number};
use super::mint::{MintedLicence, check_keys, deliver, refused, tell_repeated, typed, write_previews};
use super::not_anchored;
use crate::access::Access;
use crate::cli::{ReissueArguments, RenewArguments, SupersedeArguments};
use crate::command::write_private;
use crate::failure::Failure;
use crate::issuing::{self, Kept, face, keys_of};
use crate::output::Console;
use crate::succession::{self, Case, Reason, Values, changed, face_values, kept, unknown};
use serde::Serialize;
use std::time::Instant;
use zhengku_ledger::entry::FileKind;
use zhengku_ledger::ids::{EntryKey, TimestampMs};
use zhengku_ledger::transaction::SupersedeCause;
use zhengku_library::import::{OneRow, Run};
use zhengku_library::issue::FileMaker;
use zhengku_library::register::{Mapping, RowResult, check_form};
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::layout::Layout;
use zhengku_node::pki::PkiError;
use zhengku_store::OpenMode;

/// What was asked for.
enum Asked<'a> {
    Amend,
    Renew { valid_to: &'a str },
    Reissue { new_number: &'a str },
}

#[derive(Serialize)]
struct Report {
    cause: &'static str,
    licence_type: String,
    changed: Vec<String>,
    /// Nothing was recorded now: the newest state says the same already.
    repeated: bool,
    former: Vec<Former>,
    licences: Vec<Successor>,
    milliseconds: u128,
}

#[derive(Serialize)]
struct Former {
    identifier: String,
    number: String,
    version: u16,
    /// A fresh proof, by which its file verifies as superseded; none for a state without files under the same number.
    proof: Option<String>,
}

#[derive(Serialize)]
struct Successor {
    version: u16,
    #[serde(flatten)]
    minted: MintedLicence,
}

/// `licence amend`.
pub(crate) fn amend(arguments: &SupersedeArguments, console: &Console) -> Result<u8, Failure> {
    supersede(arguments, &Asked::Amend, console)
}

/// `licence renew`.
pub(crate) fn renew(arguments: &RenewArguments, console: &Console) -> Result<u8, Failure> {
    supersede(&arguments.what, &Asked::Renew { valid_to: &arguments.valid_to }, console)
}

/// `licence reissue`.
pub(crate) fn reissue(arguments: &ReissueArguments, console: &Console) -> Result<u8, Failure> {
    supersede(&arguments.what, &Asked::Reissue { new_number: &arguments.new_number }, console)
}

/// A licence of a number with its successor, and what differs.
struct Work<'a> {
    access: &'a Access,
    case: Case,
    changed: Vec<String>,
}

fn supersede(arguments: &SupersedeArguments, asked: &Asked<'_>, console: &Console) -> Result<u8, Failure> {
    let (began, now) = (Instant::now(), SystemClock.now());
    check_arguments(arguments)?;
    let mode = if arguments.preview { OpenMode::Read } else { OpenMode::Write };
    let access = Access::open(&arguments.licence.data, arguments.licence.node.as_deref(), mode)?;
    let found = parts_by_number(&access, &arguments.licence)?;
    if found.is_empty() {
        return not_anchored(&arguments.licence, &access.standing()?, console);
    }
    let work = Work::open(&access, &found, &typed(&arguments.values)?, asked)?;
    if arguments.preview {
        return work.preview(arguments, now, console);
    }
    let outcome = match work.repeats()? {
        Some(keys) => {
            tell_repeated(&access, &keys, console)?;
            Outcome::Repeated(keys)
        }
        None => work.record(arguments, now, console)?,
    };
    let (keys, is_repeated) = match outcome {
        Outcome::Refused(code) => return Ok(code),
        Outcome::Repeated(keys) => (keys, true),
        Outcome::Done(keys) => (keys, false),
    };
    let (former, licences) = work.write((&keys, is_repeated), arguments).inspect_err(|_| {
        console.remark(
            "已办结并上链, 但文件未能全部写出; 再次运行同一命令即可取得",
            "it is done and on the ledger, but not all files were written; run the same command again to get them",
        );
    })?;
    let names = succession::name(work.case.cause);
    let report = Report {
        cause: names.1,
        licence_type: work.case.mapping.licence_type().to_owned(),
        changed: work.changed,
        repeated: is_repeated,
        former,
        licences,
        milliseconds: began.elapsed().as_millis(),
    };
    show(&report, names, console)?;
    Ok(0)
}

fn check_arguments(arguments: &SupersedeArguments) -> Result<(), Failure> {
    if arguments.ground.trim().is_empty() {
        return Err(Failure::usage("请写明法律依据或事由", "the legal ground must not be blank"));
    }
    if arguments.licence.part.is_some() {
        return Err(Failure::usage(
            "两联须一并办理; 请去掉 --part",
            "both parts of a twin change together; leave out --part",
        ));
    }
    Ok(())
}

/// What became of it.
enum Outcome {
    Done(Vec<EntryKey>),
    Repeated(Vec<EntryKey>),
    /// With this exit code; the reasons were shown.
    Refused(u8),
}

impl<'a> Work<'a> {
    fn open(access: &'a Access, found: &[Found], given: &Values, asked: &Asked<'_>) -> Result<Self, Failure> {
        let code = found.first().and_then(|part| {
            let directory = access.directory();
            directory.licence_type(part.licence.licence_type).map(|kind| kind.code.as_str().to_owned())
        });
        let mapping = issuing::mapping(&code.unwrap_or_default())?;
        check_keys(&mapping, given)?;
        check_fixed(&mapping, given, asked)?;
        let former = found.iter().map(|part| kept(access, &part.entry.key)).collect::<Result<Vec<_>, _>>()?;
        let before = former.first().map(|part| face_values(&part.face)).unwrap_or_default();
        check_keys(&mapping, &before)?;
        let mut values = before.clone();
        for (key, value) in given {
            values.insert(key.clone(), value.clone());
        }
        let own = match asked {
            Asked::Amend => None,
            Asked::Renew { valid_to } => Some((mapping.valid_to_key().ok_or_else(no_end)?, *valid_to)),
            Asked::Reissue { new_number } => mapping.number_key().map(|key| (key, *new_number)),
        };
        values.extend(own.map(|(key, value)| (key.to_owned(), value.trim().to_owned())));
        let changed = changed(&before, &values);
        let is_dated = mapping.issued_on_key().is_none_or(|key| given.contains_key(key));
        Ok(Self { access, case: Case { cause: asked.cause(), mapping, former, values, is_dated }, changed })
    }

    /// The keys of the state that the ledger has already and that says what is asked for; none when it is still to be recorded.
    fn repeats(&self) -> Result<Option<Vec<EntryKey>>, Failure> {
        let case = &self.case;
        if case.cause == SupersedeCause::Reissue {
            return case.heirs(self.access);
        }
        let is_there = case.says_the_same(&case.former);
        if is_there && case.former.iter().all(|part| part.licence.version == 1) {
            return Err(Failure::usage(
                "没有改动任何字段; 请用 --set KEY=VALUE 写明改动",
                "no field changes; say with --set KEY=VALUE what does",
            ));
        }
        Ok(is_there.then(|| case.former.iter().map(|part| part.entry.key).collect()))
    }

    /// Checks, seals and records the new state.
    fn record(&self, arguments: &SupersedeArguments, now: TimestampMs, console: &Console) -> Result<Outcome, Failure> {
        // What may not be superseded at all is said first.
        self.case.check(&[], now.beijing_date())?;
        let maker = self.maker(arguments, now)?;
        if maker.is_none() {
            console.remark(
                "原证照没有文件, 本机也没有该机关的印章: 只更新数据, 不制作文件",
                "the former state has no file and no seal of its issuer is in use here: the data alone are recorded, without files",
            );
        }
        let row = check_form(&self.case.mapping, &self.form(now, maker.is_some()));
        std::fs::create_dir_all(&arguments.out).map_err(Failure::file(&arguments.out))?;
        let ring = self.access.ring();
        let import = issuing::import(self.access, &ring, maker.as_ref(), now, Run::Mint);
        let reason = Reason { code: arguments.ground_class.into(), text: &arguments.ground, operator: None };
        Ok(match self.case.supersede(&import, &row, reason)? {
            OneRow::Refused(refusal) => Outcome::Refused(refused(&refusal, console)?),
            OneRow::Repeated => Outcome::Repeated(keys_of(self.access, &row)),
            OneRow::Minted(issued) => Outcome::Done(issued.into_iter().map(|(key, _)| key).collect()),
        })
    }

    /// The pages as they would be sealed, as pictures; nothing is sealed or recorded.
    fn preview(&self, arguments: &SupersedeArguments, now: TimestampMs, console: &Console) -> Result<u8, Failure> {
        let layout = Layout::new(&arguments.licence.data.data);
        let maker = issuing::file_maker(self.access, &layout, issuing::fonts()?, now, false)?;
        let row = check_form(&self.case.mapping, &self.form(now, true));
        let drafts = if let RowResult::Accepted(drafts) = &row.result { drafts.as_slice() } else { &[] };
        self.case.check(drafts, now.beijing_date())?;
        let ring = self.access.ring();
        let import = issuing::import(self.access, &ring, Some(&maker), now, Run::Dry);
        match import.preview_version(&self.case.mapping, &row, self.case.next_version())? {
            Ok(pages) => {
                std::fs::create_dir_all(&arguments.out).map_err(Failure::file(&arguments.out))?;
                write_previews(&arguments.out, &pages, console)
            }
            Err(refusal) => refused(&refusal, console),
        }
    }

    /// The form as it is recorded: issued today unless said otherwise, and by the issuer's present name where files are made.
    fn form(&self, now: TimestampMs, makes_files: bool) -> Values {
        let mut values = self.case.values.clone();
        let directory = self.access.directory();
        let issuer = self.case.former.first().and_then(|part| directory.organisation(part.licence.issuer));
        let today = (!self.case.is_dated).then(|| now.beijing_date());
        succession::refresh(&mut values, &self.case.mapping, today, issuer.filter(|_| makes_files));
        values
    }

    /// What makes the files; none for a licence that is kept as data only, where no seal of its issuer is in use.
    fn maker(&self, arguments: &SupersedeArguments, now: TimestampMs) -> Result<Option<FileMaker>, Failure> {
        let has = |kind| self.case.former.iter().any(|part| part.face.file(kind).is_some());
        let (has_pdf, has_ofd) = (has(FileKind::Pdf), has(FileKind::Ofd));
        let needs_files = has_ofd || has_pdf || arguments.pdf;
        let layout = Layout::new(&arguments.licence.data.data);
        let fonts = issuing::fonts()?;
        let maker = issuing::file_maker(self.access, &layout, fonts, now, arguments.pdf || has_pdf);
        let is_in_use =
            |maker: &FileMaker| self.case.former.iter().all(|part| maker.seals.of(part.licence.issuer).is_some());
        match maker {
            Ok(maker) if needs_files || is_in_use(&maker) => Ok(Some(maker)),
            Ok(_) => Ok(None),
            Err(Failure::Pki(PkiError::None { .. })) if !needs_files => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The files of the new state, and a fresh proof of the former one, whose file verifies as superseded with it.
    fn write(
        &self,
        (keys, is_repeated): (&[EntryKey], bool),
        arguments: &SupersedeArguments,
    ) -> Result<(Vec<Former>, Vec<Successor>), Failure> {
        std::fs::create_dir_all(&arguments.out).map_err(Failure::file(&arguments.out))?;
        let mut licences = Vec::with_capacity(keys.len());
        for key in keys {
            let (_, entry) = self.access.find(key)?.ok_or_else(|| unknown(key))?;
            let version = entry.licence().map_or(0, |licence| licence.version);
            licences.push(Successor { version, minted: deliver(self.access, key, &arguments.out)? });
        }
        let mut former = Vec::with_capacity(self.case.former.len());
        for part in &self.case.former {
            // A repeated command finds the new state as the newest of the number: what it superseded lies behind it.
            let is_new = is_repeated && keys.contains(&part.entry.key);
            let behind = if is_new { self.behind(part)? } else { None };
            let Some(part) = behind.as_ref().or((!is_new).then_some(part)) else { continue };
            let identifier = part.identifier().map_or_else(|| part.entry.key.to_string(), str::to_owned);
            let path = arguments.out.join(format!("{identifier}.proof"));
            let proof = self.former_proof(part, keys)?;
            if let Some(proof) = &proof {
                write_private(&path, proof.as_bytes())?;
            }
            former.push(Former {
                identifier,
                number: part.face.number.clone(),
                version: part.licence.version,
                proof: proof.map(|_| path.display().to_string()),
            });
        }
        Ok((former, licences))
    }

    /// The state of the version before; none when its face was erased.
    fn behind(&self, part: &Kept) -> Result<Option<Kept>, Failure> {
        let Some((entry, licence)) = succession::version_before(self.access, &part.entry)? else { return Ok(None) };
        Ok(face(self.access, &entry.key, &licence)?.map(|face| Kept { entry, licence, face }))
    }

    /// That a state is superseded, for whoever holds its file: without any field of the new one.
    fn former_proof(&self, part: &Kept, keys: &[EntryKey]) -> Result<Option<String>, Failure> {
        if !part.licence.files.is_empty() {
            return succession::former_proof(self.access, &part.licence);
        }
        // Without a file, the proof of a number that goes on would be one of the new state.
        let proof = self.access.prove(&part.entry.key, None)?.filter(|_| !keys.contains(&part.entry.key));
        Ok(proof.map(|proof| proof.to_file()))
    }
}

impl Asked<'_> {
    const fn cause(&self) -> SupersedeCause {
        match self {
            Self::Amend => SupersedeCause::Amend,
            Self::Renew { .. } => SupersedeCause::Renew,
            Self::Reissue { .. } => SupersedeCause::Reissue,
        }
    }
}

fn show(report: &Report, (name_zh, name_en): (&str, &str), console: &Console) -> Result<(), Failure> {
    let mut table = vec![
        ("办理", "Done", format!("{name_zh} {name_en}")),
        ("证照类型", "Type", report.licence_type.clone()),
        ("改动字段", "Changed fields", report.changed.join(", ")),
    ];
    for licence in &report.licences {
        let minted = &licence.minted;
        table.push(("证照标识", "Identifier", minted.identifier.clone()));
        table.push(("版本", "Version", format!("{:03}", licence.version)));
        table.push(("账本记录", "Entry", format!("{} (区块 block {})", minted.entry, minted.height)));
        table.push(("文件", "Files", minted.files.join("  ")));
    }
    for former in &report.former {
        let proof = former.proof.as_ref().map(|proof| format!(" (新证明 fresh proof {proof})")).unwrap_or_default();
        table.push(("原证照", "Former", format!("{}{proof}", former.identifier)));
    }
    table.push(("用时", "Time", format!("{} ms", report.milliseconds)));
    console.result(report, &table)
}

/// A number is kept or changed by the command, not by a field; the issuer stays.
fn check_fixed(mapping: &Mapping, given: &Values, asked: &Asked<'_>) -> Result<(), Failure> {
    let gives = |key: Option<&str>| key.is_some_and(|key| given.contains_key(key));
    if gives(mapping.number_key()) {
        return Err(Failure::usage(
            "编号不能用 --set 改动: 变更、延续保留编号, 换发请用 licence reissue --new-number",
            "the number is not changed by --set: amending and renewing keep it, `licence reissue --new-number` gives a new one",
        ));
    }
    if gives(mapping.issuer_code_key()) || gives(mapping.issuer_name_key()) {
        return Err(Failure::usage(
            "发证机关不能改动: 须由原发证机关办理",
            "the issuer stays: only who issued a licence can amend, renew or reissue it",
        ));
    }
    if matches!(asked, Asked::Renew { .. }) && gives(mapping.valid_to_key()) {
        return Err(Failure::usage(
            "延续的截止日请用 --valid-to 写明",
            "the last day of a renewal is given by --valid-to",
        ));
    }
    Ok(())
}

fn no_end() -> Failure {
    Failure::usage("此类证照长期有效, 不需延续", "licences of this type have no end and are not renewed")
}
