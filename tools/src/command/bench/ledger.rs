//! `zhengku bench ledger`: durable minting, the steady mix, proofs, disk and restart.

use super::driver::Driver;
use super::machine::{self, Limits, Machine};
use super::workload::Workload;
use super::{Scratch, per, quantile, rounded, us_per};
use crate::cli::BenchLedgerArguments;
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};
use zhengku_crypto::merkle::{LogTree, leaf_hash, static_root};
use zhengku_ledger::ids::EntryKey;
use zhengku_ledger::state::StateView;
use zhengku_ledger::transaction::{Outcome, SignedTransaction, VerifiedTransaction};
use zhengku_library::port::Keyring;
use zhengku_node::clock::SystemClock;
use zhengku_node::layout::Layout;
use zhengku_node::{Node, NodeError, demo};
use zhengku_store::{OpenMode, StoreOptions};

/// Proofs that are timed.
const PROOFS: usize = 2_000;
/// Verified blocks that wait for the engine.
const BLOCKS_IN_FLIGHT: usize = 4;

#[derive(Serialize)]
struct Figures {
    machine: Machine,
    limits: Limits,
    settings: Settings,
    /// Minted entries per second of wall time into synced blocks.
    entries_per_s: f64,
    /// As above, with the time until the database has merged everything.
    entries_per_s_drained: f64,
    /// CPU microseconds per entry by stage.
    cpu_us: Stages,
    block_ms_p50: f64,
    block_ms_p99: f64,
    block_ms_max: f64,
    /// Entries per second in the steady mix: 10 % supersede a former licence.
    steady_entries_per_s: f64,
    bytes_per_entry: f64,
    /// The status proof: entry, both paths, header, certificate of one; binary.
    proof_bytes: usize,
    /// The whole proof file with issuer, licence type and text, without disclosed fields.
    proof_file_bytes: usize,
    /// From warm caches: the same licence was proven before.
    prove_us: f64,
    prove_us_p99: f64,
    /// The first proof of a licence after minting.
    prove_cold_us: f64,
    verify_us: f64,
    verify_us_p99: f64,
    restart_s: f64,
    memory_mb: u64,
    log_size: u64,
    log_root: String,
}

#[derive(Serialize)]
struct Settings {
    entries: u64,
    block: u64,
    sync: bool,
    blocks_in_flight: usize,
    cache_mb: usize,
}

/// Wall microseconds in `execute`, `certify`, `commit` (one thread, no waiting but for the disk); CPU in the others. `encode` and
/// `hash` are parts of `execute`, measured alone on the entries that were minted.
#[derive(Serialize)]
struct Stages {
    decode: f64,
    check: f64,
    execute: f64,
    encode: f64,
    hash: f64,
    certify: f64,
    commit: f64,
    whole_process: f64,
}

struct Timed {
    wall: Duration,
    drained: Duration,
    cpu: Duration,
    decode: Duration,
    check: Duration,
    blocks_ms: Vec<f64>,
}

/// Runs the benchmark.
pub(in crate::command) fn run(arguments: &BenchLedgerArguments, console: &Console) -> Result<u8, Failure> {
    let scratch = Scratch::new(arguments.scratch.as_deref())?;
    let limits = machine::limits(&scratch.path)?;
    let options = StoreOptions::default();
    let layout = Layout::new(&scratch.path.join("node"));
    drop(demo::init(&layout, &options, Arc::new(SystemClock))?);
    let node = Node::open(&layout, OpenMode::Write, &options)?;
    let mut driver = Driver::new(&node, options.sync)?;
    let mut workload = workload(&node, arguments.seed)?;
    let (entries, block) = (arguments.entries, arguments.block);
    let blocks = prepare(&mut workload, entries, block, console)?;
    let minted = mint(&node, &mut driver, blocks, console)?;
    let times = driver.times();
    let memory_mb = machine::resident_mb();
    node.store().compact()?;
    let drained = minted.drained;
    let bytes_per_entry = per(node.store().disk_bytes(), per(node.store().tip().header.log_size, 1.0));
    let proofs = proofs(&node, workload.minted())?;
    let alone = encode_and_hash(&node)?;
    let steady = steady(&node, &mut driver, &mut workload, block, entries, console)?;
    drop(driver);
    drop(node);
    let started = Instant::now();
    let node = Node::open(&layout, OpenMode::Write, &options)?;
    let restart_s = started.elapsed().as_secs_f64();
    let tip = node.store().tip();
    let figures = Figures {
        machine: Machine::read(),
        limits,
        settings: Settings {
            entries,
            block,
            sync: options.sync,
            blocks_in_flight: BLOCKS_IN_FLIGHT,
            cache_mb: options.cache_bytes / (1024 * 1024),
        },
        entries_per_s: rounded(per(entries, minted.wall.as_secs_f64())),
        entries_per_s_drained: rounded(per(entries, drained.as_secs_f64())),
        cpu_us: Stages {
            decode: rounded(us_per(minted.decode, entries)),
            check: rounded(us_per(minted.check, entries)),
            execute: rounded(us_per(times.execute, entries)),
            encode: rounded(alone.encode_us),
            hash: rounded(alone.hash_us),
            certify: rounded(us_per(times.certify, entries)),
            commit: rounded(us_per(times.commit, entries)),
            whole_process: rounded(us_per(minted.cpu, entries)),
        },
        block_ms_p50: rounded(quantile(&minted.blocks_ms, 0.5)),
        block_ms_p99: rounded(quantile(&minted.blocks_ms, 0.99)),
        block_ms_max: rounded(quantile(&minted.blocks_ms, 1.0)),
        steady_entries_per_s: rounded(steady),
        bytes_per_entry: rounded(bytes_per_entry),
        proof_bytes: proofs.status_bytes,
        proof_file_bytes: proofs.file_bytes,
        prove_us: rounded(quantile(&proofs.prove_us, 0.5)),
        prove_us_p99: rounded(quantile(&proofs.prove_us, 0.99)),
        prove_cold_us: rounded(quantile(&proofs.cold_us, 0.5)),
        verify_us: rounded(quantile(&proofs.verify_us, 0.5)),
        verify_us_p99: rounded(quantile(&proofs.verify_us, 0.99)),
        restart_s: rounded(restart_s),
        memory_mb,
        log_size: tip.header.log_size,
        log_root: tip.header.log_root.to_string(),
    };
    console.result(&figures, &table(&figures))?;
    Ok(0)
}

/// The transactions of every block, ready before the clock starts.
fn prepare(workload: &mut Workload, entries: u64, block: u64, console: &Console) -> Result<Vec<Vec<Vec<u8>>>, Failure> {
    let count = entries.div_ceil(block);
    let bar = console.progress(count, "准备", "preparing");
    let mut blocks = Vec::new();
    for number in 0..count {
        blocks.push(workload.block(block.min(entries - number * block))?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(blocks)
}

fn workload(node: &Node, seed: u64) -> Result<Workload, Failure> {
    let tip = node.store().tip();
    let ring = node.ring();
    let kind = tip.directory.licence_types().find(|kind| !kind.twin && kind.max_holders == 1);
    let kind = kind.ok_or_else(|| Failure::usage("没有可用的证照类型", "no licence type to mint"))?;
    let fields = u16::try_from(kind.fields.len()).unwrap_or(u16::MAX);
    let mut issuers = tip.directory.organisations().filter_map(|one| Some((one, ring.signer(one.number)?)));
    let issuer = issuers.find(|(one, signer)| {
        one.roles.include(zhengku_ledger::entry::Roles::ISSUER)
            && signer.public_key().algorithm() == zhengku_crypto::sign::Algorithm::Ed25519
    });
    let (issuer, signer) = issuer.ok_or_else(|| Failure::usage("没有可用的发证机关", "no issuer to mint"))?;
    Ok(Workload::new(seed, tip.header.chain, (issuer.number, signer), (kind.number, fields)))
}

/// One thread decodes and checks, the other decides: the two cores of a small node.
fn mint(node: &Node, driver: &mut Driver<'_>, blocks: Vec<Vec<Vec<u8>>>, console: &Console) -> Result<Timed, Failure> {
    let bar = console.progress(blocks.len() as u64, "签发", "minting");
    let cpu = machine::process_cpu();
    let started = Instant::now();
    let (sender, receiver) = sync_channel::<Result<Vec<VerifiedTransaction>, NodeError>>(BLOCKS_IN_FLIGHT);
    let mut blocks_ms = Vec::with_capacity(blocks.len());
    let (decode, check) = std::thread::scope(|scope| {
        let checker = scope.spawn(move || check_blocks(blocks, &sender));
        for block in receiver {
            let begun = Instant::now();
            let outcomes = driver.decide(block?)?;
            blocks_ms.push(begun.elapsed().as_secs_f64() * 1e3);
            let rejected = outcomes.iter().find_map(|outcome| match outcome {
                Outcome::Rejected { code, .. } => Some(*code),
                _ => None,
            });
            if let Some(code) = rejected {
                return Err(Failure::Node(NodeError::Rejected { code }));
            }
            bar.inc(1);
        }
        Ok::<_, Failure>(checker.join().unwrap_or_default())
    })?;
    let wall = started.elapsed();
    bar.finish_and_clear();
    node.store().wait_for_compaction()?;
    let drained = started.elapsed();
    let cpu = machine::process_cpu().saturating_sub(cpu);
    blocks_ms.sort_by(f64::total_cmp);
    Ok(Timed { wall, drained, cpu, decode, check, blocks_ms })
}

fn check_blocks(
    blocks: Vec<Vec<Vec<u8>>>,
    sender: &std::sync::mpsc::SyncSender<Result<Vec<VerifiedTransaction>, NodeError>>,
) -> (Duration, Duration) {
    let (mut decode, mut check) = (Duration::ZERO, Duration::ZERO);
    for block in blocks {
        let started = machine::thread_cpu();
        let decoded: Result<Vec<_>, _> = block.iter().map(|bytes| SignedTransaction::decode(bytes)).collect();
        let decoded_at = machine::thread_cpu();
        let verified = decoded.and_then(|all| all.into_iter().map(SignedTransaction::verify).collect());
        decode += decoded_at.saturating_sub(started);
        check += machine::thread_cpu().saturating_sub(decoded_at);
        if sender.send(verified.map_err(NodeError::from)).is_err() {
            break;
        }
    }
    (decode, check)
}

/// Blocks in which a tenth of the entries supersede random former licences; each licence at most once.
fn steady(
    node: &Node,
    driver: &mut Driver<'_>,
    workload: &mut Workload,
    block: u64,
    former: u64,
    console: &Console,
) -> Result<f64, Failure> {
    let (count, superseding) = ((former / block / 10).clamp(1, 100), block / 10);
    // A licence amended twice would need version 3: each block has a share of the ledger of its own.
    let share = former / count;
    if superseding == 0 || share < superseding {
        return Ok(0.0);
    }
    let mut blocks = Vec::new();
    for number in 0..count {
        blocks.push(workload.mixed_block(block, superseding, number * share, share).map_err(Failure::from)?);
    }
    let timed = mint(node, driver, blocks, console)?;
    Ok(per(count.saturating_mul(block), timed.wall.as_secs_f64()))
}

struct Alone {
    encode_us: f64,
    hash_us: f64,
}

/// Entries that are encoded and hashed alone.
const ALONE: u64 = 20_000;

/// CPU microseconds per entry for its canonical encoding, and for its leaf in the log with the share of nodes above (one per leaf).
fn encode_and_hash(node: &Node) -> Result<Alone, Failure> {
    let view = node.store().view();
    let size = node.store().tip().header.log_size;
    let indexes = (size.saturating_sub(ALONE)..size).map(zhengku_ledger::ids::LogIndex);
    let entries = indexes.map(|index| view.entry(index)).collect::<Result<Vec<_>, _>>()?;
    let started = machine::thread_cpu();
    let encoded: Vec<Vec<u8>> = entries.iter().map(zhengku_ledger::codec::encode).collect();
    let encoded_at = machine::thread_cpu();
    let leaves: Vec<_> = encoded.iter().map(|bytes| leaf_hash::<LogTree>(bytes)).collect();
    let _root = static_root::<LogTree>(&leaves);
    let hashed_at = machine::thread_cpu();
    let count = entries.len() as u64;
    Ok(Alone {
        encode_us: us_per(encoded_at.saturating_sub(started), count),
        hash_us: us_per(hashed_at.saturating_sub(encoded_at), count),
    })
}

struct Proofs {
    status_bytes: usize,
    file_bytes: usize,
    prove_us: Vec<f64>,
    cold_us: Vec<f64>,
    verify_us: Vec<f64>,
}

/// Status proofs of licences all over the log, made and verified one by one. The first pass warms the caches.
fn proofs(node: &Node, minted: &[EntryKey]) -> Result<Proofs, Failure> {
    let stride = (minted.len() / PROOFS).max(1);
    let keys: Vec<&EntryKey> = minted.iter().step_by(stride).take(PROOFS).collect();
    let view = node.store().view();
    let validators = node.store().genesis().validators().clone();
    let missing = || Failure::usage("证照缺失", "a minted licence is missing");
    let mut cold_us = Vec::with_capacity(keys.len());
    for key in &keys {
        let started = Instant::now();
        view.prove_status(key)?.ok_or_else(missing)?;
        cold_us.push(started.elapsed().as_secs_f64() * 1e6);
    }
    cold_us.sort_by(f64::total_cmp);
    let (mut prove_us, mut verify_us, mut status_bytes) = (Vec::new(), Vec::new(), 0);
    for key in &keys {
        let started = Instant::now();
        let (header, certificate, entry) = view.prove_status(key)?.ok_or_else(missing)?;
        prove_us.push(started.elapsed().as_secs_f64() * 1e6);
        status_bytes = status_bytes.max(zhengku_ledger::codec::encode(&(&header, &certificate, &entry)).len());
        let started = Instant::now();
        let certified = certificate.verify(header.chain, header.height, header.id(), &validators).is_ok();
        let included = entry.verify_inclusion(&header).is_ok();
        let current = entry.currency.verify(&header.current_root, header.log_size, entry.index) == Ok(true);
        verify_us.push(started.elapsed().as_secs_f64() * 1e6);
        if !(certified && included && current) {
            return Err(Failure::usage("证明无效", "a proof does not verify"));
        }
    }
    let whole = keys.first().map(|key| view.prove(key, None, Vec::new())).transpose()?.flatten();
    let file_bytes = whole.map_or(0, |proof| proof.to_file().len());
    prove_us.sort_by(f64::total_cmp);
    verify_us.sort_by(f64::total_cmp);
    Ok(Proofs { status_bytes, file_bytes, prove_us, cold_us, verify_us })
}

fn table(figures: &Figures) -> Vec<(&'static str, &'static str, String)> {
    let Figures { cpu_us, limits, machine, settings, .. } = figures;
    vec![
        ("机器", "Machine", format!("{machine:?}")),
        ("本机极限", "Raw limits", format!("{limits:?}")),
        ("设置", "Settings", format!("{} entries, blocks of {}, synced", settings.entries, settings.block)),
        (
            "签发/秒",
            "Entries/s",
            format!("{:.0} (drained {:.0})", figures.entries_per_s, figures.entries_per_s_drained),
        ),
        (
            "CPU 微秒/条",
            "CPU us/entry",
            format!(
                "decode {} check {} execute {} (encode {} hash {}) certify {} commit {} whole process {}",
                cpu_us.decode,
                cpu_us.check,
                cpu_us.execute,
                cpu_us.encode,
                cpu_us.hash,
                cpu_us.certify,
                cpu_us.commit,
                cpu_us.whole_process
            ),
        ),
        (
            "区块毫秒",
            "Block ms",
            format!("p50 {} p99 {} max {}", figures.block_ms_p50, figures.block_ms_p99, figures.block_ms_max),
        ),
        ("稳态/秒 (10% 变更)", "Steady/s (10 % superseding)", format!("{:.0}", figures.steady_entries_per_s)),
        ("字节/条", "Bytes/entry", figures.bytes_per_entry.to_string()),
        ("证明字节", "Proof bytes", format!("{} (file {})", figures.proof_bytes, figures.proof_file_bytes)),
        (
            "生成证明微秒",
            "Prove us",
            format!("p50 {} p99 {}; 首次 first {}", figures.prove_us, figures.prove_us_p99, figures.prove_cold_us),
        ),
        ("核验证明微秒", "Verify us", format!("p50 {} p99 {}", figures.verify_us, figures.verify_us_p99)),
        ("重启秒", "Restart s", figures.restart_s.to_string()),
        ("内存 MB", "Memory MB", figures.memory_mb.to_string()),
    ]
}
