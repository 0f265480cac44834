//! Submitting transactions. The transaction's own signature and idempotency key are the authentication of the write.

use super::documents::{Everywhere, Writes};
use crate::edge::MAX_WAIT;
use crate::extract::{Asked, Raw};
use crate::interface::{Interface, blocking};
use crate::port::{Ledger, Receipt, SubmitError};
use crate::problem::{Code, Problem};
use crate::respond::{self, Octets};
use crate::show;
use crate::waiters::Decided;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use utoipa::IntoParams;
use zhengku_api_types as types;
use zhengku_ledger::ids::{IdempotencyKey, OrganisationNumber, TransactionId};
use zhengku_ledger::transaction::{SignedTransaction, TransactionError, VerifiedTransaction};

/// Transactions of one batch.
pub(crate) const MAX_BATCH: usize = 512;
/// How long a waiting submitter waits when he does not say.
const WAIT: Duration = Duration::from_secs(20);
/// When to ask again while the node has no quorum.
const NO_QUORUM_RETRY_MS: u64 = 5_000;

/// Whether to wait.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Waiting {
    /// `finalized`: answer when the transaction is decided and durable.
    #[param(required = false, nullable = false, inline)]
    wait: Option<Until>,
    /// How long to wait at most.
    #[param(minimum = 1, maximum = 60000, required = false, nullable = false)]
    timeout_ms: Option<u64>,
}

/// What to wait for.
#[derive(Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Until {
    /// Decided by a quorum and durable on this node.
    Finalized,
}

impl Waiting {
    fn limit(&self) -> Result<Option<Duration>, Problem> {
        let limit = self.timeout_ms.map(Duration::from_millis);
        if limit.is_some_and(|limit| limit.is_zero() || limit > MAX_WAIT) {
            return Err(Problem::new(Code::InvalidQuery, "timeout_ms lies between 1 and 60000"));
        }
        Ok(self.wait.map(|Until::Finalized| limit.unwrap_or(WAIT)))
    }
}

/// A transaction on its way.
enum Progress {
    Decided(types::Decision),
    Pending { id: TransactionId, accepted: types::Accepted, answer: Option<oneshot::Receiver<Decided>>, key: Key },
}

/// Under what a receipt is found.
type Key = (OrganisationNumber, IdempotencyKey);

/// What the blocking part of an admission finds out.
enum Judged {
    Decided(Box<types::Decision>),
    New(Box<VerifiedTransaction>),
}

/// Submits a transaction: its canonical bytes. Answers 202 at once, or 200 with the decision (`wait=finalized`, or decided before).
#[utoipa::path(post, path = "/v1/transactions", tag = "transactions", params(Waiting),
    request_body(content = Octets, content_type = "application/octet-stream", description = "A signed transaction (docs/spec/transaction.md)"),
    responses((status = 200, description = "Decided", body = types::Decision),
        (status = 202, description = "Admitted, not decided yet", body = types::Accepted,
            headers(("location" = String, description = "Where its receipt will be"))), Writes, Everywhere))]
pub(crate) async fn submit(
    State(interface): State<Arc<Interface>>,
    Asked(waiting): Asked<Waiting>,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    let limit = waiting.limit()?;
    let ledger = Arc::clone(&interface.ledger);
    let judged = blocking(move || judge(ledger.as_ref(), &body.bytes)).await??;
    let progress = admit(&interface, judged, limit.is_some()).await?;
    match conclude(&interface, progress, limit).await? {
        types::BatchItem::Decided(decision) => respond::json_with(StatusCode::OK, &decision),
        types::BatchItem::Accepted(accepted) => {
            let mut response = respond::json_with(StatusCode::ACCEPTED, &accepted)?;
            if let Ok(location) = HeaderValue::from_str(&accepted.receipt) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            Ok(response)
        }
        types::BatchItem::Refused(_) => Err(Problem::new(Code::Internal, "a refusal without a problem")),
    }
}

/// Submits up to 512 transactions: for each a length (u32 BE) and its canonical bytes. Each is admitted or refused by itself.
#[utoipa::path(post, path = "/v1/transactions/batch", tag = "transactions", params(Waiting),
    request_body(content = Octets, content_type = "application/octet-stream", description = "Lengths and signed transactions"),
    responses((status = 200, description = "One answer for each, in order", body = types::BatchResult), Writes, Everywhere))]
pub(crate) async fn submit_batch(
    State(interface): State<Arc<Interface>>,
    Asked(waiting): Asked<Waiting>,
    Raw(body): Raw,
) -> Result<Response, Problem> {
    let limit = waiting.limit()?;
    let ledger = Arc::clone(&interface.ledger);
    let judged = blocking(move || {
        let parts = split(&body.bytes)?;
        Ok::<_, Problem>(parts.into_iter().map(|part| judge(ledger.as_ref(), part)).collect::<Vec<_>>())
    });
    let mut progress = Vec::with_capacity(MAX_BATCH);
    for one in judged.await?? {
        progress.push(match one {
            Ok(judged) => admit(&interface, judged, limit.is_some()).await,
            Err(problem) => Err(problem),
        });
    }
    // All wait within one time: the deadline is the batch's.
    let conclusions = progress.into_iter().map(|one| async {
        match one {
            Ok(progress) => conclude(&interface, progress, limit).await,
            Err(problem) => Err(problem),
        }
    });
    let concluded = futures::future::join_all(conclusions).await;
    let refused = |problem: Problem| types::BatchItem::Refused(problem.to_json("/v1/transactions/batch", ""));
    let items = concluded.into_iter().map(|one| one.unwrap_or_else(refused)).collect();
    respond::json_with(StatusCode::OK, &types::BatchResult { items })
}

/// The parts of a batch.
fn split(bytes: &[u8]) -> Result<Vec<&[u8]>, Problem> {
    let refused = |detail: &str| Problem::new(Code::InvalidBody, detail);
    let (mut rest, mut parts) = (bytes, Vec::new());
    while !rest.is_empty() {
        let (length, tail) = rest.split_first_chunk::<4>().ok_or_else(|| refused("a length is cut off"))?;
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (part, tail) = tail.split_at_checked(length).ok_or_else(|| refused("a transaction is cut off"))?;
        parts.push(part);
        rest = tail;
        if parts.len() > MAX_BATCH {
            return Err(refused("a batch has at most 512 transactions"));
        }
    }
    if parts.is_empty() { Err(refused("a batch has at least one transaction")) } else { Ok(parts) }
}

/// Decodes and verifies a transaction, and looks whether it was decided before. Blocks.
fn judge(ledger: &dyn Ledger, bytes: &[u8]) -> Result<Judged, Problem> {
    let transaction = SignedTransaction::decode(bytes).map_err(|error| not_admissible(&error))?;
    let tip = ledger.tip();
    let envelope = transaction.envelope();
    // Cheap questions first: a stranger's signature is not worth verifying.
    if envelope.chain != tip.header.chain {
        return Err(Problem::new(Code::ForeignChain, "the envelope names another chain"));
    }
    let organisation = tip.directory.organisation(envelope.organisation);
    if !organisation.is_some_and(|organisation| organisation.keys.contains(&envelope.signer)) {
        return Err(Problem::new(Code::UnknownSigner, "the envelope's key is not one of the organisation's"));
    }
    let verified = transaction.verify().map_err(|error| not_admissible(&error))?;
    let envelope = verified.envelope();
    match ledger.receipt(envelope.organisation, &envelope.idempotency)? {
        Some(receipt) if receipt.transaction == verified.id() => {
            let location = show::receipt_location(envelope.organisation, &envelope.idempotency);
            Ok(Judged::Decided(Box::new(decision_of(&receipt, location))))
        }
        Some(_) => Err(Problem::new(Code::IdempotencyConflict, "another transaction took this key")),
        None => Ok(Judged::New(Box::new(verified))),
    }
}

fn not_admissible(error: &TransactionError) -> Problem {
    let code = match error {
        TransactionError::Codec(_) | TransactionError::Version { .. } => Code::InvalidBody,
        _ => Code::TransactionRefused,
    };
    Problem::new(code, error.to_string())
}

/// Hands a transaction to the ledger; listens before, so that no decision is missed.
async fn admit(interface: &Interface, judged: Judged, waits: bool) -> Result<Progress, Problem> {
    let transaction = match judged {
        Judged::Decided(decision) => return Ok(Progress::Decided(*decision)),
        Judged::New(transaction) => *transaction,
    };
    let (id, envelope) = (transaction.id(), transaction.envelope());
    let key = (envelope.organisation, envelope.idempotency);
    interface.limiter.organisation(key.0, 1)?;
    let answer = if waits { Some(interface.waiters.wait(&interface.ledger, id)?) } else { None };
    let height = interface.ledger.tip().header.height;
    interface.ledger.submit(transaction).await.map_err(refusal)?;
    let receipt = show::receipt_location(key.0, &key.1);
    let accepted = types::Accepted { transaction: id.digest().into(), receipt, height: height.0 };
    Ok(Progress::Pending { id, accepted, answer, key })
}

fn refusal(error: SubmitError) -> Problem {
    let detail = error.to_string();
    match error {
        SubmitError::ForeignChain => Problem::new(Code::ForeignChain, detail),
        SubmitError::UnknownSigner => Problem::new(Code::UnknownSigner, detail),
        SubmitError::Conflict => Problem::new(Code::IdempotencyPending, detail),
        SubmitError::Full { retry_after_ms } => Problem::new(Code::MempoolFull, detail).retry_after_ms(retry_after_ms),
        SubmitError::NoQuorum { height } => {
            Problem::new(Code::NoQuorum, detail).as_of(height).retry_after_ms(NO_QUORUM_RETRY_MS)
        }
        SubmitError::Stopping => Problem::new(Code::Stopping, detail),
    }
}

/// Waits for the decision when that was asked; what is not decided in time stays accepted.
async fn conclude(
    interface: &Interface,
    progress: Progress,
    limit: Option<Duration>,
) -> Result<types::BatchItem, Problem> {
    let (id, accepted, answer, key) = match progress {
        Progress::Decided(decision) => return Ok(types::BatchItem::Decided(decision)),
        Progress::Pending { id, accepted, answer, key } => (id, accepted, answer, key),
    };
    let (Some(limit), Some(answer)) = (limit, answer) else { return Ok(types::BatchItem::Accepted(accepted)) };
    let mut stopping = interface.stopping();
    let decided = tokio::select! {
        answered = tokio::time::timeout(limit, answer) => answered.ok().and_then(Result::ok),
        _ = stopping.wait_for(|stopping| *stopping) => None,
    };
    if let Some(decided) = decided {
        return Ok(types::BatchItem::Decided(decision_from(id, &decided, accepted.receipt)));
    }
    // The listener may have missed the block: the receipt knows.
    let found = interface.read(move |ledger| Ok(ledger.receipt(key.0, &key.1)?)).await?;
    Ok(match found.filter(|receipt| receipt.transaction == id) {
        Some(receipt) => types::BatchItem::Decided(decision_of(&receipt, accepted.receipt)),
        None => types::BatchItem::Accepted(accepted),
    })
}

fn decision_of(receipt: &Receipt, location: String) -> types::Decision {
    show::receipt(receipt, location).decision
}

fn decision_from(id: TransactionId, decided: &Decided, location: String) -> types::Decision {
    let header = &decided.notice.header;
    types::Decision {
        transaction: id.digest().into(),
        height: header.height.0,
        block: header.id().digest().into(),
        time_ms: header.time.0,
        place: decided.place,
        outcome: (&decided.outcome).into(),
        receipt: location,
    }
}
