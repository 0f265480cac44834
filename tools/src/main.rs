//! `zhengku`: the command line. Noun, then verb; every command has `--help`, `-o table|json` and `--lang zh|en`.

mod access;
mod certificate;
mod changing;
mod cli;
mod command;
mod config;
mod demo;
mod department;
mod desk;
mod failure;
mod issuing;
mod output;
mod passphrase;
mod remote;
mod succession;
mod testnet;

use clap::Parser;
use cli::Command;
use cli::issue::DeskCommand;
use cli::network::{LogForm, NodeCommand};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    log(&arguments.command);
    let console = output::Console::new(arguments.output, arguments.lang);
    match command::run(arguments.command, &console) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            console.failure(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Logs to standard error: a node tells what it does, other commands only what is wrong.
fn log(command: &Command) {
    let form = match command {
        Command::Node(NodeCommand::Run(run)) => Some(run.log),
        Command::Desk(DeskCommand::Run(_)) => Some(LogForm::Text),
        _ => None,
    };
    // Agreement's engine tells of every vote at this level: what an operator needs of that stands on the network page. A command that
    // runs it alone ends it when it is done, which is no news either.
    // So is every dial that fails, and each connection that ends: the exchange with the same peers says it once.
    let engine =
        ["engine", "sync", "network", "core_consensus", "core_driver", "discovery", "app", "app_channel", "wal"];
    let quiet = |level| engine.map(|one| format!("arc_malachitebft_{one}={level}")).join(",");
    let often = ["network", "discovery", "engine::node"].map(|one| format!("arc_malachitebft_{one}=error")).join(",");
    let default = match form {
        Some(_) => format!("info,libp2p=warn,{},{often}", quiet("warn")),
        None => format!("warn,{}", quiet("error")),
    };
    let filter = EnvFilter::try_from_env("ZHENGKU_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if form == Some(LogForm::Json) { lines.json().init() } else { lines.init() }
}
