//! `zhengku-verify`: judges proofs, receipts, checkpoints and validator-set histories offline.

use clap::Parser;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};
use zhengku_document::package::MAX_FILE_BYTES;
use zhengku_document::verify::{Kind, verify_file};
use zhengku_ledger::displayed::displayed;
use zhengku_ledger::ids::TimestampMs;
use zhengku_ledger::verify::{Document, MAX_DOCUMENT_BYTES, Strictness, Verification, verify_document};
use zhengku_verify::language::Language;
use zhengku_verify::report::{self, Report};
use zhengku_verify::trust::{MAX_TRUST_BYTES, TrustFile};

/// Exit code for wrong usage and for files that cannot be read.
const USAGE: u8 = 2;

/// 离线核验证库的文件: 证照文件 (OFD, PDF)、证明、交易回执、检查点、账本延续证明、节点沿革。 Verifies a Zhengku file offline: licence
/// file (OFD, PDF), licence proof, transaction receipt, checkpoint, proof of extension, validator-set history.
///
/// 退出码: 0 有效, 1 其他结论, 2 用法或文件错误。
/// Exit codes: 0 VALID, 1 any other verdict, 2 wrong usage or unreadable file.
#[derive(Parser)]
#[command(name = "zhengku-verify", version)]
struct Arguments {
    /// 要核验的文件, 种类由其首行判定。 The file; its first line says which kind it is.
    file: PathBuf,
    /// 信任文件 (trust.json), 应由可靠途径取得。 The trust file; get it by a safe way.
    #[arg(long)]
    trust: PathBuf,
    /// 证照文件 (OFD, PDF) 的证明; 默认为同名的 .proof 文件。 The proof of a licence file; default: the file beside it with the suffix .proof.
    #[arg(long)]
    proof: Option<PathBuf>,
    /// 节点沿革文件: 节点集合变更后的证明需要它。 The history of the validator set, for proofs made after it changed.
    #[arg(long)]
    history: Option<PathBuf>,
    /// 证明最多可以多旧, 如 90s, 15m, 24h, 7d。 The oldest proof to accept.
    #[arg(long, value_parser = duration_ms)]
    max_age: Option<u64>,
    /// 要求披露的字段等于此值, 如 licence_number=JY123; 回执可用 transaction, organisation, idempotency_key, outcome; 可重复。
    /// Require a disclosed field to have this value; of a receipt: transaction, organisation, idempotency_key, outcome; repeatable.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    expect: Vec<(String, String)>,
    /// 核验时刻 (自 1970 年的毫秒数), 默认为现在。 The instant to judge at, in ms since 1970; default now.
    #[arg(long, value_name = "MS")]
    at: Option<u64>,
    /// 输出: table 或 json。 Output.
    #[arg(short, long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
    /// 语言: zh 或 en。 Language.
    #[arg(long, default_value = "zh")]
    lang: Language,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match verify(&arguments) {
        Ok(verification) => {
            let text = show(&arguments, &verification);
            let printed = writeln!(std::io::stdout(), "{}", text.trim_end());
            if printed.is_err() {
                ExitCode::from(USAGE)
            } else {
                ExitCode::from(report::exit_code(verification.verdict))
            }
        }
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "{} {}", arguments.lang.pick("错误:", "error:"), displayed(&message));
            ExitCode::from(USAGE)
        }
    }
}

fn verify(arguments: &Arguments) -> Result<Verification, String> {
    let trust = read(&arguments.trust, MAX_TRUST_BYTES, arguments.lang)?;
    let mut store = TrustFile::parse_store(&trust).map_err(|error| error.to_string())?;
    // One byte more than any file, so that a longer one is recognised as such.
    let limit = MAX_DOCUMENT_BYTES.max(MAX_FILE_BYTES) as u64 + 1;
    let file = read(&arguments.file, limit, arguments.lang)?;
    let takes_expectations = Kind::of(&file) == Kind::Text && Document::of(&file).takes_expectations();
    if !arguments.expect.is_empty() && !takes_expectations {
        let (zh, en) = ("--expect 只用于证明和回执", "--expect is for proofs and receipts only");
        return Err(arguments.lang.pick(zh, en).to_owned());
    }
    let history = arguments.history.as_ref().map(|path| read(path, limit, arguments.lang)).transpose()?;
    let now = arguments.at.map_or_else(now, TimestampMs);
    let strictness = Strictness { now, max_age_ms: arguments.max_age };
    if let (Kind::Text, Some(trust)) = (Kind::of(&file), &store.ledger) {
        return Ok(verify_document(&file, trust, history.as_deref(), strictness, &arguments.expect));
    }
    store.history = history;
    let beside = arguments.file.with_extension("proof");
    let proof = arguments.proof.clone().or_else(|| beside.exists().then_some(beside));
    let proof = proof.map(|path| read(&path, limit, arguments.lang)).transpose()?;
    Ok(verify_file(&file, proof.as_deref(), &store, strictness).verification)
}

fn show(arguments: &Arguments, verification: &Verification) -> String {
    if arguments.output == "json" {
        return serde_json::to_string_pretty(&Report::new(verification)).unwrap_or_default();
    }
    report::to_text(verification, arguments.lang)
}

fn read(path: &Path, limit: u64, language: Language) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(format!("{} {}: {error}", language.pick("无法读取", "cannot read"), path.display())),
    }
}

fn now() -> TimestampMs {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    TimestampMs(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
}

/// `licence_number=JY123`.
fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("\"{text}\" is not of the form KEY=VALUE"))?;
    Ok((key.to_owned(), value.to_owned()))
}

/// `90s`, `15m`, `24h`, `7d` in milliseconds.
fn duration_ms(text: &str) -> Result<u64, String> {
    let unusable = || format!("\"{text}\" is not a duration; write for example 90s, 15m, 24h or 7d");
    let unit = text.chars().last().ok_or_else(unusable)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(unusable()),
    };
    let count: u64 = text.trim_end_matches(unit).parse().map_err(|_| unusable())?;
    count.checked_mul(seconds * 1000).ok_or_else(unusable)
}
