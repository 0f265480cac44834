//! The commands; each file has one noun.

pub(crate) mod bench;
mod ca;
mod catalogue;
mod cert;
mod config;
mod demo;
mod desk;
mod doctor;
mod governance;
mod import;
mod init;
mod key;
mod ledger;
mod licence;
mod network;
mod node;
mod sample;
pub(crate) mod seal;
mod testnet;
mod timestamp;
mod verify;

use crate::cli::network::{CertCommand, ConfigCommand, KeyCommand, NetworkCommand, NodeCommand};
use crate::cli::{BenchCommand, Command, DataArgument, LedgerCommand, LicenceCommand};
use crate::failure::Failure;
use crate::output::Console;
use std::path::Path;
use zhengku_library::whole::{self, Readers};
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
        Command::Licence(LicenceCommand::Mint(arguments)) => licence::mint(&arguments, console),
        Command::Licence(LicenceCommand::Amend(arguments)) => licence::amend(&arguments, console),
        Command::Licence(LicenceCommand::Renew(arguments)) => licence::renew(&arguments, console),
        Command::Licence(LicenceCommand::Reissue(arguments)) => licence::reissue(&arguments, console),
        Command::Licence(LicenceCommand::Form(arguments)) => licence::form(&arguments, console),
        Command::Licence(LicenceCommand::Render(arguments)) => licence::render(&arguments, console),
        Command::Seal(command) => seal::run(&command, console),
        Command::Ca(command) => ca::run(&command, console),
        Command::Timestamp(command) => timestamp::run(&command, console),
        Command::Desk(command) => desk::command(&command, console),
        Command::Verify(arguments) => verify::run(&arguments, console),
        Command::Licence(LicenceCommand::Resume(arguments)) => licence::resume(&arguments, console),
        Command::Licence(LicenceCommand::Transfer(arguments)) => licence::transfer(&arguments, console),
        Command::Licence(LicenceCommand::Return(arguments)) => licence::take_back(&arguments, console),
        Command::Licence(LicenceCommand::Dispute(arguments)) => licence::dispute(&arguments, console),
        Command::Licence(LicenceCommand::Settle(arguments)) => licence::settle(&arguments, console),
        Command::Licence(LicenceCommand::Change(arguments)) => licence::change_many(&arguments, console),
        Command::Licence(LicenceCommand::Annotate(arguments)) => licence::annotate(&arguments, console),
        Command::Licence(LicenceCommand::Paper(arguments)) => licence::paper(&arguments, console),
        Command::Licence(LicenceCommand::Erase(arguments)) => licence::erase(&arguments, console),
        Command::Ledger(LedgerCommand::Status(arguments)) => ledger::status(&arguments, console),
        Command::Ledger(LedgerCommand::Genesis(arguments)) => ledger::genesis(&arguments, console),
        Command::Ledger(LedgerCommand::Begin(arguments)) => ledger::begin(&arguments, console),
        Command::Ledger(LedgerCommand::Fsck(arguments)) => ledger::fsck(&arguments, console),
        Command::Bench(BenchCommand::Ledger(arguments)) => bench::ledger::run(&arguments, console),
        Command::Bench(BenchCommand::Import(arguments)) => bench::import::run(&arguments, console),
        Command::Bench(BenchCommand::Licence(arguments)) => bench::licence::run(&arguments, console),
        Command::Bench(BenchCommand::Load(arguments)) => bench::network::load(&arguments, console),
        Command::Bench(BenchCommand::Network(arguments)) => bench::network::network(&arguments, console),
        Command::Demo(arguments) => demo::run(&arguments, console),
        Command::Testnet(arguments) => testnet::run(&arguments, console),
        Command::Node(NodeCommand::Run(arguments)) => node::run(&arguments, console),
        Command::Node(NodeCommand::New(arguments)) => node::new::run(&arguments, console),
        Command::Network(NetworkCommand::Status(arguments)) => network::status(&arguments, console),
        Command::Catalogue(command) => catalogue::run(&command, console),
        Command::Governance(command) => governance::run(&command, console),
        Command::Doctor(arguments) => doctor::run(&arguments, console),
        Command::Cert(command) => cert(&command, console),
        Command::Key(command) => key(&command, console),
        Command::Config(ConfigCommand::Check(arguments)) => config::check(&arguments, console),
        Command::Config(ConfigCommand::Show(arguments)) => config::show(&arguments, console),
    }
}

fn cert(command: &CertCommand, console: &Console) -> Result<u8, Failure> {
    match command {
        CertCommand::Status(arguments) => cert::status(arguments, console),
        CertCommand::Request(arguments) => cert::request(arguments, console),
        CertCommand::Renew(arguments) => cert::renew(arguments, console),
    }
}

fn key(command: &KeyCommand, console: &Console) -> Result<u8, Failure> {
    match command {
        KeyCommand::New(arguments) => key::new(arguments, console),
        KeyCommand::Token(arguments) => key::token(arguments, console),
        KeyCommand::Show(arguments) => key::show(arguments, console),
        KeyCommand::Encrypt(arguments) => key::encrypt(arguments, console),
        KeyCommand::Decrypt(arguments) => key::decrypt(arguments, console),
        KeyCommand::Check(arguments) => key::check(arguments, console),
    }
}

/// Waits for one answer on this thread.
fn wait<F: Future>(asked: F) -> Result<F::Output, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::output)?;
    Ok(runtime.block_on(asked))
}

/// Ctrl-C, or what service managers send.
async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupted => {}
        () = terminated => {}
    }
}

pub(crate) fn open(data: &DataArgument, mode: OpenMode) -> Result<Node, Failure> {
    let layout = Layout::new(&data.data);
    if layout.unfinished().exists() && !layout.trust().exists() {
        return Err(Failure::usage(
            "此目录的 init 曾被中断; 请重新运行 zhengku init",
            "init was interrupted in this directory; run zhengku init again",
        ));
    }
    Ok(Node::open(&layout, mode, &StoreOptions::default())?)
}

/// Writes a public file whole or not at all, durably.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    whole::write(path, bytes, Readers::All).map_err(Failure::file(path))
}

/// As [`write_whole`], readable by the owner alone: licences and pictures of them are personal data.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    whole::write(path, bytes, Readers::Owner).map_err(Failure::file(path))
}

/// What lies at `path` is not replaced by other bytes unless the user says so (`--force`).
pub(crate) fn check_free(path: &Path, bytes: &[u8], force: bool) -> Result<(), Failure> {
    if force {
        return Ok(());
    }
    match std::fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Ok(there) if there == bytes => return Ok(()),
        _ => {}
    }
    let path = path.display();
    Err(Failure::usage(
        format!("{path}: 已有此文件且内容不同, 未作改动; 请换一个文件名, 或加 --force 覆盖"),
        format!("{path}: there is another file of this name, nothing was written; give another name, or --force"),
    ))
}
