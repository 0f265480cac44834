//! `zhengku`: the command line. Noun, then verb; every command has `--help`, `-o table|json` and `--lang zh|en`.

mod access;
mod certificate;
mod cli;
mod command;
mod config;
mod demo;
mod department;
mod failure;
mod output;
mod passphrase;
mod remote;
mod testnet;

use clap::Parser;
use cli::Command;
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
        _ => None,
    };
    let default = if form.is_some() { "info,libp2p=warn" } else { "warn" };
    let filter = EnvFilter::try_from_env("ZHENGKU_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if form == Some(LogForm::Json) { lines.json().init() } else { lines.init() }
}
