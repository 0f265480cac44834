//! 公开核验 for programs: the verification of the page, as JSON.

use super::documents::{Everywhere, Verifies};
use crate::desk::form::{File, sorted};
use crate::desk::port::{CheckLine, DataSource, DeskError, FileToVerify, SealShown, VerificationReport};
use crate::extract::{Read, essence};
use crate::interface::Interface;
use crate::problem::{Code, Problem};
use crate::respond::{self, Octets};
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;
use zhengku_api_types as types;
use zhengku_ledger::verdict::Verdict;

/// Media types of a file alone. What it is its content says.
const FILES: [&str; 3] = [respond::OCTETS, "application/ofd", "application/pdf"];
/// The media type of a file with its proof.
const FORM: &str = "multipart/form-data";

/// A file with the proof that came with it.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes a form")]
pub(crate) struct FileAndProof {
    /// The licence file: OFD, PDF or proof file.
    #[schema(value_type = String, format = Binary)]
    file: (),
    /// Its proof; may be left out.
    #[schema(value_type = String, format = Binary, required = false)]
    proof: (),
}

/// Verifies a licence file (OFD, PDF, or a proof file), alone or with its proof, in 8 MiB at most. Every file gets a report; nothing of it is kept.
#[utoipa::path(post, path = "/v1/verify", tag = "verification",
    request_body(description = "The file as it is; or a form with the parts `file` and `proof`",
        content((Octets = "application/octet-stream"), (Octets = "application/ofd"), (Octets = "application/pdf"),
            (FileAndProof = "multipart/form-data"))),
    responses((status = 200, description = "What was found, whatever the verdict", body = types::Verification), Verifies, Everywhere))]
pub(crate) async fn verify(State(interface): State<Arc<Interface>>, request: Request) -> Result<Response, Problem> {
    let media = essence(request.headers()).to_ascii_lowercase();
    if media != FORM && !FILES.contains(&media.as_str()) {
        let detail = format!("Content-Type {} or {FORM} is expected", FILES.join(", "));
        return Err(Problem::new(Code::UnsupportedMediaType, detail));
    }
    let headers = request.headers().clone();
    let body = Read::from_request(request, &interface).await?.0;
    let file = if media == FORM {
        let mut again = Request::new(Body::from(body.bytes.clone()));
        *again.headers_mut() = headers;
        of_form(again).await?
    } else {
        FileToVerify { bytes: body.bytes.to_vec(), proof: None, is_drawn: false }
    };
    if file.bytes.is_empty() {
        return Err(Problem::new(Code::InvalidBody, "there is no file, or it is empty"));
    }
    let report = interface.open.verify(file).await.map_err(refused)?;
    respond::json_with(StatusCode::OK, &shown(report))
}

async fn of_form(request: Request) -> Result<FileToVerify, Problem> {
    let malformed = |detail: &str| Problem::new(Code::InvalidBody, detail);
    let parts = Multipart::from_request(request, &()).await.map_err(|_| malformed("the form has no boundary"))?;
    let (fields, files) = sorted(parts).await.map_err(|_| malformed("the form cannot be read"))?;
    let (mut file, mut proof) = (None, None);
    for (name, File { bytes, .. }) in files {
        let place = match name.as_str() {
            "file" => &mut file,
            "proof" => &mut proof,
            _ => return Err(malformed("the form has another part than `file` and `proof`")),
        };
        if place.replace(bytes).is_some() {
            return Err(malformed("a part is there twice"));
        }
    }
    if !fields.is_empty() {
        return Err(malformed("the parts `file` and `proof` are files: give each a file name"));
    }
    let bytes = file.ok_or_else(|| malformed("the form has no part `file`"))?;
    Ok(FileToVerify { bytes, proof, is_drawn: false })
}

fn refused(error: DeskError) -> Problem {
    match error {
        DeskError::NotOffered => Problem::new(Code::VerificationUnavailable, "this node verifies no files"),
        DeskError::Busy | DeskError::NodeUnreachable => {
            Problem::new(Code::Overloaded, "too many files at once").retry_after_ms(1000)
        }
        other => {
            tracing::error!(error = %other, "verify.failed");
            Problem::new(Code::Internal, "the file could not be verified")
        }
    }
}

fn shown(report: VerificationReport) -> types::Verification {
    let code = |verdict: Verdict| verdict.code().to_owned();
    let check = |line: CheckLine| types::VerificationCheck {
        check: line.code,
        state: line.state.code().to_owned(),
        verdict: code(line.verdict),
        name_zh: line.name_zh,
        name_en: line.name_en,
        reason_zh: line.reason_zh,
        reason_en: line.reason_en,
    };
    let seal = |seal: SealShown| types::VerifiedSeal {
        name: seal.name,
        id: seal.id,
        signer: seal.signer,
        signed_ms: seal.signed.map(|time| time.0),
        is_time_confirmed: seal.is_time_confirmed,
    };
    let field = |field: crate::desk::port::FaceField| types::VerifiedField {
        label_zh: field.label_zh,
        label_en: field.label_en,
        value: field.value,
    };
    types::Verification {
        verdict: code(report.verdict),
        verdict_zh: report.verdict.name_zh().to_owned(),
        kind_zh: report.kind_zh,
        kind_en: report.kind_en,
        sha256: report.file_digest,
        checks: report.checks.into_iter().map(check).collect(),
        face: report.face.into_iter().map(field).collect(),
        seal: report.seal.map(seal),
        source: match report.age.source {
            DataSource::Ledger => types::StatusSource::Ledger,
            DataSource::Proof => types::StatusSource::Proof,
            DataSource::Nothing => types::StatusSource::Nothing,
        },
        height: report.age.height,
        as_of_ms: report.age.as_of.map(|time| time.0),
    }
}
