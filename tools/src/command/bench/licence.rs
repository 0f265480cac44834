//! `zhengku bench licence`: making sealed licence files, minting them in a batch, verifying them offline.

use super::machine::{Machine, process_cpu, thread_cpu};
use super::{Scratch, per, quantile, rounded};
use crate::access::Access;
use crate::cli::BenchLicenceArguments;
use crate::command::seal::trust::trust_file;
use crate::failure::Failure;
use crate::issuing;
use crate::output::Console;
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use zhengku_document::verify::{TrustStore, verify_file};
use zhengku_ledger::entry::{FileKind, SealKind};
use zhengku_ledger::ids::{EntryKey, TimestampMs};
use zhengku_ledger::verdict::Verdict;
use zhengku_ledger::verify::Strictness;
use zhengku_library::import::{ImportReport, OneRow, Run};
use zhengku_library::port::Keyring;
use zhengku_library::random::Randomness;
use zhengku_library::register::{DraftStatus, Mappings, Register, RegisterError, RowOutcome, RowResult};
use zhengku_library::sample::{Sample, SampleKind, generate};
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::demo;
use zhengku_node::layout::Layout;
use zhengku_node::seals::{Application, Seals};
use zhengku_store::StoreOptions;
use zhengku_verify::trust::TrustFile;

#[derive(Serialize)]
struct Figures {
    machine: Machine,
    licences: u64,
    sealed_ofd_per_s_one_core: f64,
    ofd_bytes_mean: f64,
    ofd_bytes_largest: u64,
    pdf_per_s_one_core: f64,
    pdf_bytes_mean: f64,
    batch: u64,
    batch_per_s: f64,
    batch_cpu_ms_each: f64,
    verify_ms_median: f64,
    verify_ms_p99: f64,
}

/// Runs the benchmark on 食品经营许可证, every file with a real seal, every batch on a real ledger.
pub(in crate::command) fn run(arguments: &BenchLicenceArguments, console: &Console) -> Result<u8, Failure> {
    let scratch = Scratch::new(arguments.scratch.as_deref())?;
    let workshop = Workshop::open(&scratch.path)?;
    let single = workshop.single_core(arguments.licences, arguments.seed, console)?;
    let (batch_per_s, batch_cpu_ms_each) = workshop.batch(arguments.batch, arguments.seed + 1, console)?;
    let verify = workshop.verify(&single.keys)?;
    let figures = Figures {
        machine: Machine::read(),
        licences: arguments.licences,
        sealed_ofd_per_s_one_core: rounded(single.ofd_per_s),
        ofd_bytes_mean: rounded(single.ofd_bytes_mean),
        ofd_bytes_largest: single.ofd_bytes_largest,
        pdf_per_s_one_core: rounded(single.pdf_per_s),
        pdf_bytes_mean: rounded(single.pdf_bytes_mean),
        batch: arguments.batch,
        batch_per_s: rounded(batch_per_s),
        batch_cpu_ms_each: rounded(batch_cpu_ms_each),
        verify_ms_median: rounded(quantile(&verify, 0.5)),
        verify_ms_p99: rounded(quantile(&verify, 0.99)),
    };
    let sizes = format!("{:.0} B, 最大 largest {} B", figures.ofd_bytes_mean, figures.ofd_bytes_largest);
    console.result(
        &figures,
        &[
            ("机器", "Machine", figures.machine.summary()),
            ("盖章 OFD/秒/核", "Sealed OFD/s/core", format!("{:.0} ({sizes})", figures.sealed_ofd_per_s_one_core)),
            (
                "PDF/A /秒/核",
                "PDF/A /s/core",
                format!("{:.0} ({:.0} B)", figures.pdf_per_s_one_core, figures.pdf_bytes_mean),
            ),
            (
                "批量制证/秒 (上链、持久)",
                "Batch/s (minted, durable)",
                format!("{:.0} ({:.2} ms CPU)", figures.batch_per_s, figures.batch_cpu_ms_each),
            ),
            (
                "离线核验",
                "Offline verification",
                format!("{:.2} ms (p99 {:.2} ms CPU)", figures.verify_ms_median, figures.verify_ms_p99),
            ),
        ],
    )?;
    Ok(0)
}

struct Workshop {
    access: Access,
    layout: Layout,
    fonts: Arc<zhengku_document::font::FontLibrary>,
    trust: TrustStore,
}

struct Single {
    ofd_per_s: f64,
    ofd_bytes_mean: f64,
    ofd_bytes_largest: u64,
    pdf_per_s: f64,
    pdf_bytes_mean: f64,
    keys: Vec<EntryKey>,
}

impl Workshop {
    /// A scratch ledger whose issuers have seals.
    fn open(scratch: &Path) -> Result<Self, Failure> {
        let layout = Layout::new(&scratch.join("node"));
        let node = demo::init(&layout, &StoreOptions::default(), Arc::new(SystemClock))?;
        let base = TrustFile::of_genesis(node.store().genesis());
        let access = Access::Here(Box::new(node));
        let fonts = issuing::fonts()?;
        let mut random = Randomness::new();
        let ring = access.ring();
        let seals =
            Seals { ledger: &access, keyring: &ring, keys: access.keys(), layout: &layout, now: SystemClock.now() };
        let directory = access.directory();
        let owners = directory.organisations().filter(|one| one.roles.include(zhengku_ledger::entry::Roles::ISSUER));
        let applications: Vec<Application> = owners
            .filter(|one| ring.signer(one.number).is_some())
            .map(|one| Application {
                owner: one.number,
                name: one.name_zh.to_string().replace("(样例)", ""),
                kind: SealKind::Licence,
            })
            .collect();
        for number in seals.apply(&applications, &mut random)? {
            seals.make(number, &fonts, 5, &mut random)?;
            seals.file(number, &mut random)?;
        }
        let file = trust_file(&access, &layout, base)?;
        let trust = TrustFile::parse_store(&serde_json::to_vec(&file)?);
        let trust = trust.map_err(|error| Failure::usage(format!("信任文件: {error}"), error.to_string()))?;
        Ok(Self { access, layout, fonts, trust })
    }

    /// One licence after another on this thread: composed, sealed, minted; processor time of this thread only.
    fn single_core(&self, count: u64, seed: u64, console: &Console) -> Result<Single, Failure> {
        let rows = rows(&self.layout, seed, count)?;
        let ring = self.access.ring();
        let now = SystemClock.now();
        let mapping = issuing::mapping("食品经营许可证")?;
        let dry = |pdf| -> Result<f64, Failure> {
            let maker = issuing::file_maker(&self.access, &self.layout, Arc::clone(&self.fonts), now, pdf)?;
            let import = issuing::import(&self.access, &ring, Some(&maker), now, Run::Mint);
            let began = thread_cpu();
            for row in &rows {
                import.make_files(&mapping, row)?;
            }
            Ok(thread_cpu().saturating_sub(began).as_secs_f64())
        };
        let (ofd, both) = (dry(false)?, dry(true)?);
        let maker = issuing::file_maker(&self.access, &self.layout, Arc::clone(&self.fonts), now, true)?;
        let import = issuing::import(&self.access, &ring, Some(&maker), now, Run::Mint);
        let bar = console.progress(count, "制证", "making");
        let mut keys = Vec::new();
        for row in rows {
            if let OneRow::Minted(minted) = import.mint_one(&mapping, row)? {
                keys.extend(minted.into_iter().map(|(key, _)| key));
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        let (mut ofd_bytes, mut pdf_bytes, mut largest) = (0_u64, 0_u64, 0_u64);
        for key in &keys {
            let Some(kept) = issuing::kept(&self.access, key)? else { continue };
            let size = |kind| kept.face.file(kind).map_or(0, |file| file.len() as u64);
            ofd_bytes += size(FileKind::Ofd);
            pdf_bytes += size(FileKind::Pdf);
            largest = largest.max(size(FileKind::Ofd));
        }
        let made = per(keys.len() as u64, 1.0);
        Ok(Single {
            ofd_per_s: per(count, ofd),
            ofd_bytes_mean: per(ofd_bytes, made),
            ofd_bytes_largest: largest,
            pdf_per_s: per(count, (both - ofd).max(f64::MIN_POSITIVE)),
            pdf_bytes_mean: per(pdf_bytes, made),
            keys,
        })
    }

    /// A register from file to durable ledger with a sealed OFD for each row.
    fn batch(&self, count: u64, seed: u64, console: &Console) -> Result<(f64, f64), Failure> {
        let path = register(&self.layout, seed, count)?;
        let now = SystemClock.now();
        let maker = issuing::file_maker(&self.access, &self.layout, Arc::clone(&self.fonts), now, false)?;
        let ring = self.access.ring();
        let import = issuing::import(&self.access, &ring, Some(&maker), now, Run::Mint);
        let bar = console.progress(count, "批量制证", "batch");
        let (cpu, began) = (process_cpu(), Instant::now());
        let register = Register::open(&path, &Mappings::built_in())?;
        let report =
            import.run(register, std::io::sink(), &mut |report: &ImportReport| bar.set_position(report.rows))?;
        let (wall, cpu) = (began.elapsed(), process_cpu().saturating_sub(cpu));
        bar.finish_and_clear();
        Ok((per(report.accepted, wall.as_secs_f64()), 1000.0 / per(report.accepted, cpu.as_secs_f64())))
    }

    /// Processor time of whole verifications, proof included, sorted. Every one must be VALID, or EXPIRED where the sample's days are over.
    fn verify(&self, keys: &[EntryKey]) -> Result<Vec<f64>, Failure> {
        let mut times = Vec::with_capacity(keys.len());
        for key in keys {
            let Some(kept) = issuing::kept(&self.access, key)? else { continue };
            let proof = issuing::proof_file(&self.access, &kept)?;
            let file = kept.face.file(FileKind::Ofd).unwrap_or_default();
            let strictness = Strictness { now: TimestampMs(SystemClock.now().0 + 1000), max_age_ms: None };
            let began = thread_cpu();
            let report = verify_file(file, Some(proof.as_bytes()), &self.trust, strictness);
            times.push(thread_cpu().saturating_sub(began).as_secs_f64() * 1000.0);
            let verdict = report.verification.verdict;
            if !matches!(verdict, Verdict::Valid | Verdict::Expired) {
                let worst = report.verification.checks.into_iter().find(|check| check.verdict == verdict);
                let reason = worst.map(|check| check.reason_zh).unwrap_or_default();
                return Err(Failure::usage(
                    format!("自制的证照核验为 {}: {reason}", verdict.name_zh()),
                    format!("a licence just made verifies as {}", verdict.code()),
                ));
            }
        }
        times.sort_by(f64::total_cmp);
        Ok(times)
    }
}

fn register(layout: &Layout, seed: u64, count: u64) -> Result<std::path::PathBuf, Failure> {
    let path = layout.root().join(format!("register-{seed}.csv"));
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).map_err(Failure::file(&path))?);
    let sample = Sample::new(SampleKind::FoodOperation, seed, count, true);
    generate(&sample, &mut file).and_then(|_| file.flush()).map_err(Failure::file(&path))?;
    Ok(path)
}

/// Rows that get a file: accepted, and in force as far as their register knows.
fn rows(layout: &Layout, seed: u64, count: u64) -> Result<Vec<RowOutcome>, Failure> {
    let gets_a_file = |row: &RowOutcome| match &row.result {
        RowResult::Accepted(drafts) => drafts.iter().all(|draft| draft.status == DraftStatus::Valid),
        _ => false,
    };
    // A sample has defects and ended licences on purpose: a quarter more rows than are needed.
    let register = Register::open(&register(layout, seed, count + count / 4 + 10)?, &Mappings::built_in())?;
    let wanted = usize::try_from(count).unwrap_or(usize::MAX);
    let fit = |row: &Result<RowOutcome, RegisterError>| row.as_ref().map_or(true, gets_a_file);
    Ok(register.rows().filter(fit).take(wanted).collect::<Result<Vec<_>, _>>()?)
}
