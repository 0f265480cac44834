//! `zhengku bench import`: a generated register from file to durable ledger.

use super::machine::{Machine, process_cpu};
use super::{Scratch, per, rounded, us_per};
use crate::cli::BenchImportArguments;
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;
use zhengku_library::import::{Import, ImportReport, Run};
use zhengku_library::register::{Mappings, Register};
use zhengku_library::sample::{Sample, SampleKind, generate};
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::demo;
use zhengku_node::layout::Layout;
use zhengku_store::StoreOptions;

#[derive(Serialize)]
struct Figures {
    machine: Machine,
    licence_type: String,
    rows: u64,
    accepted: u64,
    rows_per_s: f64,
    cpu_us_per_row: f64,
    read_and_check_rows_per_s: f64,
    ledger_bytes_per_row: f64,
}

/// Runs the benchmark on a register of 食品经营许可证.
pub(in crate::command) fn run(arguments: &BenchImportArguments, console: &Console) -> Result<u8, Failure> {
    let scratch = Scratch::new(arguments.scratch.as_deref())?;
    let path = scratch.path.join("register.csv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).map_err(Failure::file(&path))?);
    let sample = Sample::new(SampleKind::FoodOperation, arguments.seed, arguments.rows, true);
    generate(&sample, &mut file).and_then(|_| file.flush()).map_err(Failure::file(&path))?;
    let node = demo::init(&Layout::new(&scratch.path.join("node")), &StoreOptions::default(), Arc::new(SystemClock))?;
    let started = Instant::now();
    let mut read = 0_u64;
    for row in Register::open(&path, &Mappings::built_in())?.rows() {
        read += u64::from(row.is_ok());
    }
    let reading = started.elapsed();
    let ring = node.ring();
    let import = Import {
        ledger: &node,
        vault: node.vault(),
        keyring: &ring,
        pseudonyms: node.pseudonyms(),
        today: SystemClock.now().beijing_date(),
        files: None,
        run: Run::Mint,
        watch: None,
    };
    let register = Register::open(&path, &Mappings::built_in())?;
    let bar = console.progress(read, "导入", "importing");
    let (cpu, started) = (process_cpu(), Instant::now());
    let report = import.run(register, std::io::sink(), &mut |report: &ImportReport| bar.set_position(report.rows))?;
    let (wall, cpu) = (started.elapsed(), process_cpu().saturating_sub(cpu));
    bar.finish_and_clear();
    let figures = Figures {
        machine: Machine::read(),
        licence_type: report.licence_type.clone(),
        rows: report.rows,
        accepted: report.accepted,
        rows_per_s: rounded(per(report.rows, wall.as_secs_f64())),
        cpu_us_per_row: rounded(us_per(cpu, report.rows)),
        read_and_check_rows_per_s: rounded(per(read, reading.as_secs_f64())),
        ledger_bytes_per_row: rounded(per(node.store().disk_bytes(), per(report.rows, 1.0))),
    };
    console.result(
        &figures,
        &[
            ("证照类型", "Licence type", figures.licence_type.clone()),
            ("行数", "Rows", figures.rows.to_string()),
            ("行/秒", "Rows/s", format!("{:.0}", figures.rows_per_s)),
            ("CPU 微秒/行", "CPU us/row", figures.cpu_us_per_row.to_string()),
            ("仅读取检查 行/秒", "Read and check only, rows/s", format!("{:.0}", figures.read_and_check_rows_per_s)),
        ],
    )?;
    Ok(0)
}
