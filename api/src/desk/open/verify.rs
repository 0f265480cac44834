//! 公开核验: a file goes in, a verdict comes out, each check with its own line. Nothing is kept.

use super::verdict::{self, Next};
use super::{MAX_FILE, Open};
use crate::desk::form::Upload;
use crate::desk::port::{CheckLine, DataAge, DataSource, FileToVerify, SealShown, VerificationReport};
use crate::desk::trouble::Trouble;
use crate::page::frame::{Frame, Place, answer, answer_unkept};
use crate::page::language::{Language, Visitor};
use crate::page::show::grouped;
use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zhengku_ledger::verdict::CheckState;

/// The largest proof file: one with a long history of validators.
const MAX_PROOF: usize = 4 * 1024 * 1024;

#[derive(Template)]
#[template(path = "desk/verify.html")]
struct VerifyPage {
    frame: Frame,
    is_offered: bool,
    limit_mib: usize,
    limit_bytes: usize,
    problem: Option<String>,
    report: Option<Shown>,
}

/// A report in the visitor's language.
struct Shown {
    tone: &'static str,
    icon: &'static str,
    word: &'static str,
    code: &'static str,
    meaning: &'static str,
    next: Next,
    contact: Option<String>,
    counts: String,
    checks: Vec<Line>,
    face: Vec<(String, String)>,
    picture: Option<String>,
    seal: Option<SealPart>,
    age: String,
    is_old: bool,
    kind: String,
    digest: String,
}

struct Line {
    tone: &'static str,
    mark: &'static str,
    name: String,
    word: &'static str,
    reason: String,
}

struct SealPart {
    name: String,
    id: String,
    signer: String,
    signed: String,
    time_note: &'static str,
    picture: Option<String>,
}

/// The page with its empty form.
pub(crate) async fn show(State(open): State<Open>, visitor: Visitor) -> Response {
    answer(&visitor, StatusCode::OK, &page(&open, &visitor, None, None))
}

/// Verifies what was sent.
pub(crate) async fn check(State(open): State<Open>, visitor: Visitor, request: Request) -> Result<Response, Trouble> {
    open.port()?;
    let t = visitor.language;
    let refused = |words: String| {
        answer_unkept(&visitor, StatusCode::UNPROCESSABLE_ENTITY, &page(&open, &visitor, Some(words), None))
    };
    let mut upload = Upload::read(request, MAX_FILE, &open.files).await?;
    let Some(file) = upload.take("file") else { return Ok(refused(t.no_file_chosen().to_owned())) };
    let proof = upload.take("proof").map(|proof| proof.bytes);
    if proof.as_ref().is_some_and(|proof| proof.len() > MAX_PROOF) {
        return Ok(refused(t.too_large_advice(MAX_PROOF / 1024 / 1024)));
    }
    let report = open.verify(FileToVerify { bytes: file.bytes, proof, is_drawn: true }).await?;
    Ok(answer_unkept(&visitor, StatusCode::OK, &page(&open, &visitor, None, Some(shown(t, report)))))
}

fn page(open: &Open, visitor: &Visitor, problem: Option<String>, report: Option<Shown>) -> VerifyPage {
    VerifyPage {
        frame: Frame::new(visitor, Place::Verify),
        is_offered: open.port.is_some(),
        limit_mib: MAX_FILE / 1024 / 1024,
        limit_bytes: MAX_FILE,
        problem,
        report,
    }
}

fn shown(t: Language, report: VerificationReport) -> Shown {
    let count = |state| report.checks.iter().filter(|check| check.state == state).count();
    let counts = t.check_counts(count(CheckState::Passed), count(CheckState::Failed), count(CheckState::NotChecked));
    let of_verdict =
        if report.is_proof_alone_damaged { verdict::of_damaged_proof(t) } else { verdict::of(t, report.verdict) };
    Shown {
        tone: of_verdict.tone,
        icon: of_verdict.icon,
        word: of_verdict.word,
        code: report.verdict.code(),
        meaning: of_verdict.meaning,
        next: of_verdict.next,
        contact: report.contact,
        counts,
        checks: report.checks.iter().map(|check| line(t, check)).collect(),
        face: report
            .face
            .into_iter()
            .map(|field| (t.pick(&field.label_zh, &field.label_en).to_owned(), field.value))
            .collect(),
        picture: report.picture.as_deref().map(picture),
        seal: report.seal.map(|seal| seal_part(t, seal)),
        age: age(t, report.age),
        is_old: report.age.source != DataSource::Ledger,
        kind: t.pick(&report.kind_zh, &report.kind_en).to_owned(),
        digest: report.file_digest,
    }
}

/// A check's line. What could not be checked is grey, whatever verdict it leads to: it is no sign of a forgery.
fn line(t: Language, check: &CheckLine) -> Line {
    let (tone, mark, word) = match check.state {
        CheckState::Passed => ("good", "✓", t.check_passed()),
        CheckState::Failed => (verdict::of(t, check.verdict).tone, "✗", t.check_failed()),
        CheckState::NotChecked => ("none", "–", t.check_not_made()),
    };
    Line {
        tone,
        mark,
        name: t.pick(&check.name_zh, &check.name_en).to_owned(),
        word,
        reason: t.pick(&check.reason_zh, &check.reason_en).to_owned(),
    }
}

fn seal_part(t: Language, seal: SealShown) -> SealPart {
    SealPart {
        name: seal.name,
        id: seal.id,
        signer: seal.signer,
        signed: seal.signed.map_or_else(|| t.not_stated().to_owned(), |time| t.instant(time)),
        time_note: if seal.is_time_confirmed { t.time_confirmed() } else { t.time_claimed() },
        picture: seal.picture.as_deref().map(picture),
    }
}

fn age(t: Language, age: DataAge) -> String {
    let height = age.height.map(grouped);
    let time = age.as_of.map(|time| t.instant(time));
    match (age.source, height, time) {
        (DataSource::Ledger, Some(height), Some(time)) => t.age_of_ledger(&height, &time),
        (DataSource::Proof, Some(height), Some(time)) => t.age_of_proof(&height, &time),
        _ => t.age_unknown().to_owned(),
    }
}

fn picture(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(png))
}
