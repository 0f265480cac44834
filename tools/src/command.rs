//! The commands; each file has one noun.

pub(crate) mod bench;
mod import;
mod init;
mod ledger;
mod licence;
mod sample;

use crate::cli::{BenchCommand, Command, DataArgument, LedgerCommand, LicenceCommand};
use crate::failure::Failure;
use crate::output::Console;
use std::path::Path;
use zhengku_node::Node;
use zhengku_node::layout::Layout;
use zhengku_store::{OpenMode, StoreOptions};

/// Runs a command; gives its exit code.
pub(crate) fn run(command: Command, console: &Console) -> Result<u8, Failure> {
    match command {
        Command::Init(arguments) => init::run(&arguments, console),
        Command::Sample(arguments) => sample::run(&arguments, console),
        Command::Import(arguments) => import::run(&arguments, console),
        Command::Licence(LicenceCommand::Status(arguments)) => licence::status(&arguments, console),
        Command::Licence(LicenceCommand::Show(arguments)) => licence::show(&arguments, console),
        Command::Licence(LicenceCommand::List(arguments)) => licence::list(&arguments, console),
        Command::Licence(LicenceCommand::Prove(arguments)) => licence::prove(&arguments, console),
        Command::Licence(LicenceCommand::Revoke(arguments)) => licence::revoke(&arguments, console),
        Command::Licence(LicenceCommand::Suspend(arguments)) => licence::suspend(&arguments, console),
        Command::Licence(LicenceCommand::Resume(arguments)) => licence::resume(&arguments, console),
        Command::Licence(LicenceCommand::Erase(arguments)) => licence::erase(&arguments, console),
        Command::Ledger(LedgerCommand::Status(arguments)) => ledger::status(&arguments, console),
        Command::Ledger(LedgerCommand::Fsck(arguments)) => ledger::fsck(&arguments, console),
        Command::Bench(BenchCommand::Ledger(arguments)) => bench::ledger::run(&arguments, console),
        Command::Bench(BenchCommand::Import(arguments)) => bench::import::run(&arguments, console),
        Command::Bench(BenchCommand::Load(arguments)) => bench::network::load(&arguments, console),
        Command::Bench(BenchCommand::Network(arguments)) => bench::network::network(&arguments, console),
    }
}

fn open(data: &DataArgument, mode: OpenMode) -> Result<Node, Failure> {
    let layout = Layout::new(&data.data);
    if layout.unfinished().exists() && !layout.trust().exists() {
        return Err(Failure::usage(
            "此目录的 init 曾被中断; 请重新运行 zhengku init",
            "init was interrupted in this directory; run zhengku init again",
        ));
    }
    Ok(Node::open(&layout, mode, &StoreOptions::default())?)
}

/// Writes a file whole or not at all, durably: beside it first, synced, then renamed over it, and the name synced.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let part = path.with_added_extension(format!("part-{}", std::process::id()));
    let write = || {
        let mut file = std::fs::File::create(&part)?;
        std::io::Write::write_all(&mut file, bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, path)?;
        let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(above)?.sync_all()
    };
    write().map_err(Failure::file(path))
}
