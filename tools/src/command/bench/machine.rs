//! The machine under a figure: its hardware, and its raw limits measured beside it.

use super::{rounded, us_per};
use crate::failure::Failure;
use serde::Serialize;
use std::path::Path;
use std::time::{Duration, Instant};
use zhengku_crypto::digest::sha256;
use zhengku_crypto::domain::Domain;
use zhengku_crypto::sign::{Ed25519Signer, Signer};

/// Hardware and settings.
#[derive(Debug, Serialize)]
pub(super) struct Machine {
    processor: String,
    cores: usize,
    memory_mb: u64,
    program: &'static str,
    optimised: bool,
    target_features: &'static str,
}

impl Machine {
    pub(super) fn read() -> Self {
        let line = |path: &str, label: &str| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let found = text.lines().find(|line| line.starts_with(label)).and_then(|line| line.split_once(':'));
            found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let kilobytes = line("/proc/meminfo", "MemTotal");
        let kilobytes: u64 = kilobytes.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default();
        Self {
            processor: line("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            memory_mb: kilobytes / 1024,
            program: env!("CARGO_PKG_VERSION"),
            optimised: !cfg!(debug_assertions),
            target_features: if cfg!(target_feature = "avx2") { "avx2" } else { "baseline" },
        }
    }
}

impl Machine {
    /// On one line.
    pub(super) fn summary(&self) -> String {
        format!("{} x {}, {} MB", self.cores, self.processor, self.memory_mb)
    }
}

impl Limits {
    /// The median synced write of 4 KB, in microseconds.
    pub(super) const fn fsync_us(&self) -> f64 {
        self.fsync_4kb_us
    }

    /// One ed25519 verification, in microseconds of CPU.
    pub(super) const fn verify_us(&self) -> f64 {
        self.ed25519_verify_us
    }
}

/// The resident memory of this process in megabytes, now.
pub(super) fn resident_mb() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1024
}

/// CPU time of the whole process.
pub(super) fn process_cpu() -> Duration {
    clock(rustix::time::ClockId::ProcessCPUTime)
}

/// CPU time of this thread.
pub(super) fn thread_cpu() -> Duration {
    clock(rustix::time::ClockId::ThreadCPUTime)
}

fn clock(id: rustix::time::ClockId) -> Duration {
    let time = rustix::time::clock_gettime(id);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// What the machine can do at all, one core, CPU or wall time as said.
#[derive(Debug, Serialize)]
pub(super) struct Limits {
    /// SHA-256 of 256 bytes, microseconds of CPU.
    sha256_256b_us: f64,
    /// Strict verification of an ed25519 signature, microseconds of CPU.
    ed25519_verify_us: f64,
    /// Rows of 250 bytes with random keys that the database alone takes in synced batches of 1,000, per second of wall time.
    rocksdb_rows_per_s: f64,
    /// The median of a synced append of 4 KB, microseconds of wall time.
    fsync_4kb_us: f64,
}

const HASHES: u64 = 200_000;
const SIGNATURES: u64 = 2_000;
const DATABASE_ROWS: u64 = 200_000;
const SYNCS: usize = 200;

pub(super) fn limits(scratch: &Path) -> Result<Limits, Failure> {
    let started = thread_cpu();
    let mut block = [0_u8; 256];
    for _ in 0..HASHES {
        let digest = sha256(&block);
        block.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to ^= from);
    }
    let hash = us_per(thread_cpu().saturating_sub(started), HASHES);
    let signer = Ed25519Signer::from_secret(&[7; 32]).map_err(zhengku_node::NodeError::from)?;
    let signature = signer.sign(Domain::Transaction, &block).map_err(zhengku_node::NodeError::from)?;
    let key = signer.public_key();
    let started = thread_cpu();
    for _ in 0..SIGNATURES {
        key.verify(Domain::Transaction, &block, &signature).map_err(zhengku_node::NodeError::from)?;
    }
    let verify = us_per(thread_cpu().saturating_sub(started), SIGNATURES);
    Ok(Limits {
        sha256_256b_us: rounded(hash),
        ed25519_verify_us: rounded(verify),
        rocksdb_rows_per_s: rounded(zhengku_store::raw_rows_per_second(&scratch.join("raw"), DATABASE_ROWS)?),
        fsync_4kb_us: rounded(fsync(scratch)?),
    })
}

fn fsync(scratch: &Path) -> Result<f64, Failure> {
    let path = scratch.join("fsync");
    let mut times = Vec::with_capacity(SYNCS);
    let mut file = std::fs::File::create(&path).map_err(Failure::file(&path))?;
    for _ in 0..SYNCS {
        let started = Instant::now();
        std::io::Write::write_all(&mut file, &[1; 4096])
            .and_then(|()| file.sync_data())
            .map_err(Failure::file(&path))?;
        times.push(started.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    Ok(super::quantile(&times, 0.5))
}
