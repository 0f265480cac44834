//! `zhengku import`.

use crate::cli::ImportArguments;
use crate::department::Department;
use crate::failure::Failure;
use crate::issuing;
use crate::output::Console;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zhengku_library::import::{Import, ImportReport, Run};
use zhengku_library::port::{Read, Submit};
use zhengku_library::random::Randomness;
use zhengku_library::register::{Mapping, Mappings, Register, RowResult};
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::layout::Layout;
use zhengku_node::{Node, demo};
use zhengku_store::{OpenMode, StoreOptions};

/// The longest mapping file in bytes.
const MAX_MAPPING_BYTES: u64 = 256 * 1024;

#[derive(Serialize)]
struct Imported {
    file: String,
    #[serde(flatten)]
    report: ImportReport,
    refused_file: Option<String>,
    dry_run: bool,
    height: u64,
    log_size: u64,
    /// What the log came to; none when a node did the work: its proofs say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_root: Option<String>,
}

/// Imports every file; a file that cannot be worked through does not stop the others.
pub(super) fn run(arguments: &ImportArguments, console: &Console) -> Result<u8, Failure> {
    let layout = Layout::new(&arguments.data.data);
    if let Some(url) = &arguments.node {
        return through_node(&layout, url, arguments, console);
    }
    let mode = if arguments.dry_run { OpenMode::Read } else { OpenMode::Write };
    let options = StoreOptions { sync: !arguments.danger_no_sync, ..StoreOptions::default() };
    let node = Node::open(&layout, mode, &options)?;
    let mut acknowledgements = Acknowledgements::open(arguments.acknowledge.as_deref())?;
    let mappings = mappings(arguments)?;
    if !arguments.dry_run {
        let custom: Vec<&Mapping> = mappings.iter().map(|mapping| &**mapping).collect();
        demo::define_types(&node, custom.into_iter(), &mut Randomness::new())?;
    }
    let registers = demo::may_register(&node);
    let fonts = arguments.sealed.then(issuing::fonts).transpose()?;
    each(arguments, console, |file| {
        let register = Register::open(file, &mappings)?;
        if !arguments.dry_run && registers {
            register_issuers(&node, file, &mappings, console)?;
        }
        let ring = node.ring();
        let now = SystemClock.now();
        let make = |fonts| issuing::file_maker_of(&node, (node.keys(), &ring), &layout, fonts, now, arguments.pdf);
        let maker = fonts.clone().map(make).transpose()?;
        let run = match (arguments.dry_run, registers) {
            (false, _) => Run::Mint,
            (true, false) => Run::Dry,
            (true, true) => Run::DryAfterRegistering,
        };
        let import = Import {
            ledger: &node,
            vault: node.vault(),
            keyring: &ring,
            pseudonyms: node.pseudonyms(),
            today: now.beijing_date(),
            files: maker.as_ref(),
            run,
            watch: None,
        };
        let ended =
            work(&import, register, &layout, file, console, |report| acknowledgements.append(&node, report.rows));
        let (report, refused_file) = ended?;
        acknowledgements.check()?;
        let tip = node.store().tip();
        let header = &tip.header;
        let stands = (header.height.0, header.log_size, Some(header.log_root.to_string()));
        show(&imported(file, report, refused_file, arguments.dry_run, stands), console)
    })
}

/// The same against the ledger of a network.
fn through_node(layout: &Layout, url: &str, arguments: &ImportArguments, console: &Console) -> Result<u8, Failure> {
    let department = Department::open(layout, url, !arguments.dry_run)?;
    let mappings = mappings(arguments)?;
    if !arguments.dry_run {
        department.define_types(mappings.iter().map(|mapping| &**mapping))?;
    }
    let ring = department.ring();
    let now = SystemClock.now();
    let make = |fonts| {
        let keys = (&department.keys, &ring);
        issuing::file_maker_of(&department.ledger, keys, layout, fonts, now, arguments.pdf)
    };
    let maker = arguments.sealed.then(issuing::fonts).transpose()?.map(make).transpose()?;
    each(arguments, console, |file| {
        let register = Register::open(file, &mappings)?;
        let import = Import {
            ledger: &department.ledger,
            vault: &department.vault,
            keyring: &ring,
            pseudonyms: &department.pseudonyms,
            today: now.beijing_date(),
            files: maker.as_ref(),
            run: if arguments.dry_run { Run::Dry } else { Run::Mint },
            watch: None,
        };
        let (report, refused_file) = work(&import, register, layout, file, console, |_| ())?;
        let status = department.ledger.wait(department.ledger.client().status())?;
        let stands = (status.height, status.log_size, None);
        show(&imported(file, report, refused_file, arguments.dry_run, stands), console)
    })
}

fn each(
    arguments: &ImportArguments,
    console: &Console,
    mut import: impl FnMut(&Path) -> Result<u8, Failure>,
) -> Result<u8, Failure> {
    let mut code = 0;
    for file in &arguments.files {
        code = match import(file) {
            Ok(ended) => code.max(ended),
            Err(failure) => {
                console.failure(&failure);
                failure.exit_code()
            }
        };
    }
    Ok(code)
}

/// The built-in mappings with the user's own; only one of them when the type is named.
fn mappings(arguments: &ImportArguments) -> Result<Mappings, Failure> {
    let mut all = Mappings::built_in();
    if let Some(path) = &arguments.mapping {
        let mut text = String::new();
        let read = std::fs::File::open(path).and_then(|file| {
            std::io::Read::read_to_string(&mut std::io::Read::take(file, MAX_MAPPING_BYTES), &mut text)
        });
        read.map_err(Failure::file(path))?;
        all = all.with(Mapping::from_toml(&text)?);
    }
    let Some(wanted) = &arguments.licence_type else { return Ok(all) };
    let found = all.iter().find(|mapping| mapping.licence_type() == wanted || mapping.type_code() == wanted);
    let found = found.map_or_else(|| issuing::mapping(wanted), |mapping| Ok(Arc::clone(mapping)))?;
    Ok(Mappings::none().with(Mapping::clone(&found)))
}

/// Runs one import with its progress bar and its file of refused rows.
fn work<L: Submit + Read>(
    import: &Import<'_, L>,
    register: Register,
    layout: &Layout,
    file: &Path,
    console: &Console,
    mut progress: impl FnMut(&ImportReport),
) -> Result<(ImportReport, Option<PathBuf>), Failure> {
    let bar = console.progress(0, "导入", "importing");
    let mut refused = RefusedFile::new(layout, file);
    let ended = import.run(register, &mut refused, &mut |report: &ImportReport| {
        bar.set_length(report.rows);
        bar.set_position(report.rows);
        progress(report);
    });
    bar.finish_and_clear();
    // Rows refused before an import ended early are kept as well: they are to be mended all the same.
    let refused_file = refused.finish();
    Ok((ended?, refused_file?))
}

fn imported(
    file: &Path,
    report: ImportReport,
    refused_file: Option<PathBuf>,
    dry_run: bool,
    (height, log_size, log_root): (u64, u64, Option<String>),
) -> Imported {
    let refused_file = refused_file.map(|path| path.display().to_string());
    Imported { file: file.display().to_string(), refused_file, report, dry_run, height, log_size, log_root }
}

/// Shows it; the exit code: 1 when there were rows and every one was refused.
fn show(imported: &Imported, console: &Console) -> Result<u8, Failure> {
    let report = &imported.report;
    let mut table = vec![
        ("文件", "File", imported.file.clone()),
        ("证照类型", "Licence type", report.licence_type.clone()),
        ("行数", "Rows", report.rows.to_string()),
        ("接收", "Accepted", report.accepted.to_string()),
        ("重复", "Repeated", report.repeated.to_string()),
        ("拒收", "Refused", report.refused.to_string()),
        ("签发证照", "Licences minted", report.licences.to_string()),
        ("账本", "Ledger", format!("{} @ {}", imported.log_size, imported.height)),
    ];
    for cause in &report.causes {
        let language = console.language();
        let reason = language.pick(cause.reason_zh, cause.reason_en);
        let column = if cause.column.is_empty() { language.pick("整行", "whole row") } else { &cause.column };
        table.push(("  拒收原因", "  refused", format!("{} × {column}: {reason}", cause.rows)));
    }
    if let Some(path) = &imported.refused_file {
        table.push(("拒收行文件", "Refused rows", path.clone()));
    }
    console.result(imported, &table)?;
    Ok(u8::from(report.rows > 0 && report.refused == report.rows))
}

/// On a demo ledger, registers the issuers that the register names and the ledger does not know.
fn register_issuers(node: &Node, file: &Path, mappings: &Mappings, console: &Console) -> Result<(), Failure> {
    let directory = node.store().tip().directory.clone();
    let known: BTreeSet<String> = directory.organisations().map(|one| one.credit_code.as_str().to_owned()).collect();
    let mut new: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    for row in Register::open(file, mappings)?.rows() {
        // A broken place in the file is reported by the import itself.
        let Ok(row) = row else { break };
        if let RowResult::Accepted(drafts) = row.result {
            for draft in drafts.into_iter().filter(|draft| !known.contains(&draft.issuer_code)) {
                new.entry(draft.issuer_code).or_insert(draft.issuer_name);
            }
        }
        if new.len() >= MAX_NEW_ISSUERS {
            break;
        }
    }
    for (code, name) in new {
        let name = name.lines().next().unwrap_or_default();
        if !is_public_body(&code, name) {
            // Its rows are refused by the import, with this reason.
            continue;
        }
        demo::register_issuer(node, &code, name)?;
        console.remark(
            &format!("演示账本: 已登记发证机关 {name} ({code})"),
            &format!("demo ledger: registered issuer {name} ({code})"),
        );
    }
    Ok(())
}

/// Whether a register may name this issuer into a demo ledger: a state organ (11) or a public institution (12) by GB 32100, under a
/// name that cannot be a person's with a number.
fn is_public_body(code: &str, name: &str) -> bool {
    let is_public = code.starts_with("11") || code.starts_with("12");
    is_public && (2..=40).contains(&name.chars().count()) && !name.chars().any(|one| one.is_ascii_digit())
}

/// Issuers that one file may add to a demo ledger: a province has some thousands, a register of one type some dozens.
const MAX_NEW_ISSUERS: usize = 256;

/// One line for each durable chunk, in a file that outlives a power cut of the ledger's disk: the power-loss test reads it.
#[derive(Default)]
struct Acknowledgements {
    file: Option<(PathBuf, std::fs::File)>,
    failed: Option<Failure>,
}

impl Acknowledgements {
    fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::default()) };
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path).map_err(Failure::file(path))?;
        Ok(Self { file: Some((path.to_owned(), file)), failed: None })
    }

    /// `rows log_size height log_root`, in one write.
    fn append(&mut self, node: &Node, rows: u64) {
        let Some((path, file)) = &mut self.file else { return };
        let tip = node.store().tip();
        let header = &tip.header;
        let line = format!("{rows} {} {} {}\n", header.log_size, header.height.0, header.log_root);
        if let Err(error) = file.write_all(line.as_bytes()) {
            self.failed.get_or_insert(Failure::file(path)(error));
        }
    }

    fn check(&mut self) -> Result<(), Failure> {
        self.failed.take().map_or(Ok(()), Err)
    }
}

/// The file of refused rows: made with the first row, for the owner alone, named when it is whole.
struct RefusedFile {
    directory: PathBuf,
    path: PathBuf,
    part: Option<BufWriter<std::fs::File>>,
}

impl RefusedFile {
    fn new(layout: &Layout, register: &Path) -> Self {
        let directory = layout.refused();
        let name = register.file_name().unwrap_or_default().to_string_lossy();
        // Registers of one name from two directories keep their refused rows apart; importing one again replaces its own.
        let whole = register.canonicalize().unwrap_or_else(|_| register.to_owned());
        let digest = zhengku_crypto::digest::sha256(whole.as_os_str().as_encoded_bytes()).to_string();
        let short = digest.get(..8).unwrap_or_default();
        Self { path: directory.join(format!("{name}-{short}-refused.csv")), directory, part: None }
    }

    fn begin(&mut self) -> std::io::Result<&mut BufWriter<std::fs::File>> {
        if self.part.is_none() {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.directory)?;
            let options = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).to_owned();
            self.part = Some(BufWriter::new(options.open(self.path.with_extension("part"))?));
        }
        self.part.as_mut().ok_or_else(|| std::io::Error::other("invariant: just made"))
    }

    fn finish(self) -> Result<Option<PathBuf>, Failure> {
        let path = self.path;
        let Some(part) = self.part else {
            // Nothing to mend any more: rows of a former import do not stay behind.
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::file(&path)(error)),
                _ => Ok(None),
            };
        };
        let finished = part.into_inner().map_err(std::io::IntoInnerError::into_error).and_then(|file| file.sync_all());
        finished.and_then(|()| std::fs::rename(path.with_extension("part"), &path)).map_err(Failure::file(&path))?;
        Ok(Some(path))
    }
}

impl Write for &mut RefusedFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.begin()?.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.part.as_mut().map_or(Ok(()), Write::flush)
    }
}
