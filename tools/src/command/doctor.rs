//! `zhengku doctor`: examines one node; each finding with its cause and what to do.

mod disk;
mod keys;
mod network;
mod pki;
mod standing;
mod timestamps;

use crate::cli::network::DoctorArguments;
use crate::config::{self, Loaded};
use crate::failure::Failure;
use crate::output::Console;
use serde::Serialize;
use std::path::Path;
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::layout::Layout;
use zhengku_verify::language::Language;

const NEGATIVE: u8 = 1;

/// How a check came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Mark {
    Fine,
    Warning,
    Wrong,
}

/// One finding.
#[derive(Clone, Debug, Serialize)]
struct Finding {
    mark: Mark,
    zh: String,
    en: String,
    remedy_zh: String,
    remedy_en: String,
}

impl Finding {
    fn fine(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Mark::Fine, (zh.into(), en.into()), ("", ""))
    }

    fn warning(found: (String, String), remedy: (&str, &str)) -> Self {
        Self::new(Mark::Warning, found, remedy)
    }

    fn wrong(found: (String, String), remedy: (&str, &str)) -> Self {
        Self::new(Mark::Wrong, found, remedy)
    }

    fn new(mark: Mark, (zh, en): (String, String), (remedy_zh, remedy_en): (&str, &str)) -> Self {
        Self { mark, zh, en, remedy_zh: remedy_zh.to_owned(), remedy_en: remedy_en.to_owned() }
    }

    fn of_failure(zh: &str, en: &str, failure: &Failure) -> Self {
        let text = |language: Language, what: &str| format!("{what}: {}", failure.message(language));
        Self::new(Mark::Wrong, (text(Language::Zh, zh), text(Language::En, en)), ("", ""))
    }
}

/// Runs every check; 1 when something is wrong.
pub(super) fn run(arguments: &DoctorArguments, console: &Console) -> Result<u8, Failure> {
    let findings = match &arguments.data {
        Some(data) => directory(data),
        None => {
            let loaded = config::load(&arguments.config.config)?;
            let path = arguments.config.config.display();
            let mut findings = vec![Finding::fine(format!("配置 {path}"), format!("configuration {path}"))];
            findings.extend(examine(&loaded)?);
            findings
        }
    };
    let language = console.language();
    let row = |finding: &Finding| {
        let mark = match finding.mark {
            Mark::Fine => "✔",
            Mark::Warning => "!",
            Mark::Wrong => "✗",
        };
        let remedy = language.pick(&finding.remedy_zh, &finding.remedy_en);
        vec![mark.to_owned(), language.pick(&finding.zh, &finding.en).to_owned(), remedy.to_owned()]
    };
    let headings = ["", language.pick("发现", "Finding"), language.pick("处理", "Remedy")];
    console.rows(&findings, &headings, &findings.iter().map(row).collect::<Vec<_>>())?;
    Ok(if findings.iter().any(|finding| finding.mark == Mark::Wrong) { NEGATIVE } else { 0 })
}

fn examine(loaded: &Loaded) -> Result<Vec<Finding>, Failure> {
    let mut findings = keys::examine(loaded);
    findings.extend(disk::examine(&loaded.config.data));
    let layout = Layout::new(&loaded.config.data);
    findings.extend(pki::examine(&layout, SystemClock.now()));
    findings.extend(timestamps::examine(&layout, SystemClock.now()));
    findings.extend(super::wait(network::examine(loaded))?);
    Ok(findings)
}

/// A directory that issues licences, whose ledger is elsewhere or is not served.
fn directory(data: &Path) -> Vec<Finding> {
    let layout = Layout::new(data);
    let mut findings = keys::files(&layout);
    findings.extend(disk::examine(data));
    findings.extend(pki::examine(&layout, SystemClock.now()));
    findings.extend(timestamps::examine(&layout, SystemClock.now()));
    findings
}
