//! Every kind of file that a verifier takes, told apart by its first line and judged by the validator set of its height.

use super::{
    Strictness, Trust, Verification, failed, file_failure, licence, passed, trust_chain, verify_proof_of, whole_file,
};
use crate::armour::FileError;
use crate::checkpoint::extension::EXTENSION_FILE;
use crate::checkpoint::{Checkpoint, Extension, NoteError, SignedCheckpoint};
use crate::handover::file::HISTORY_FILE;
use crate::handover::{History, HistoryError, Timeline};
use crate::ids::{Height, TimestampMs};
use crate::proof::Proof;
use crate::receipt::Receipt;
use crate::receipt::file::RECEIPT_FILE;
use crate::transaction::Outcome;
use crate::verdict::{Check, CheckName, Verdict};

/// The longest file of any kind in bytes: that of a history.
pub const MAX_DOCUMENT_BYTES: usize = HISTORY_FILE.max_file_bytes;

/// A kind of file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Document {
    /// A licence's state: docs/spec/proof.md.
    Proof,
    /// What became of a transaction: docs/spec/receipt.md.
    Receipt,
    /// That the log was only extended: docs/spec/checkpoint.md.
    Extension,
    /// The validator sets: docs/spec/handover.md.
    History,
    /// The log's state alone, a signed note: docs/spec/checkpoint.md.
    Checkpoint,
}

impl Document {
    /// The kind that a file claims to be; a proof when it claims nothing else.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        if RECEIPT_FILE.begins(bytes) {
            Self::Receipt
        } else if EXTENSION_FILE.begins(bytes) {
            Self::Extension
        } else if HISTORY_FILE.begins(bytes) {
            Self::History
        } else if bytes.starts_with(crate::checkpoint::ORIGIN_PREFIX.as_bytes()) {
            Self::Checkpoint
        } else {
            Self::Proof
        }
    }

    /// Whether values can be expected of it: fields of a proof; `transaction`, `organisation`, `idempotency_key` and `outcome` of a receipt.
    #[must_use]
    pub const fn takes_expectations(self) -> bool {
        matches!(self, Self::Proof | Self::Receipt)
    }
}

/// Judges a file of any kind. `history` is the file that leads from the trusted set to later ones, if there is one.
#[must_use]
pub fn verify_document(
    bytes: &[u8],
    trust: &Trust,
    history: Option<&[u8]>,
    strictness: Strictness,
    expected: &[(String, String)],
) -> Verification {
    let known = Known::of(history, trust);
    match Document::of(bytes) {
        Document::Proof => match Proof::from_file(bytes) {
            Ok(proof) => {
                let trust = known.trust_at(proof.header.height);
                known.with_history(verify_proof_of(&proof, &trust, strictness, expected))
            }
            Err(error) => unreadable(&error),
        },
        Document::Receipt => match Receipt::from_file(bytes) {
            Ok(receipt) => known.with_history(judge_receipt(&receipt, &known, strictness, expected)),
            Err(error) => unreadable(&error),
        },
        Document::Extension => match Extension::from_file(bytes) {
            Ok(extension) => known.with_history(judge_extension(&extension, &known, strictness)),
            Err(error) => unreadable(&error),
        },
        Document::Checkpoint => match SignedCheckpoint::parse(bytes) {
            Ok(note) => known.with_history(judge_checkpoint(&note, &known, strictness)),
            Err(error) => {
                let zh = "签名检查点格式不符, 已被改动或损坏";
                closed(vec![failed(CheckName::File, Verdict::Tampered, zh, error.to_string())], None, strictness)
            }
        },
        Document::History => judge_history(&Known::of(Some(bytes), trust), strictness),
    }
}

/// The validator sets that a verifier knows, and what it says of the history it was given.
struct Known {
    timeline: Timeline,
    given: bool,
    failure: Option<Check>,
    file: Option<FileError>,
}

impl Known {
    fn of(history: Option<&[u8]>, trust: &Trust) -> Self {
        let genesis = Timeline::new(trust.chain, trust.validators.clone());
        let alone = |failure, file| Self { timeline: genesis.clone(), given: history.is_some(), failure, file };
        let Some(bytes) = history else { return alone(None, None) };
        match History::from_file(bytes) {
            Ok(history) => match history.verify(trust.chain, &trust.validators) {
                Ok(timeline) => Self { timeline, given: true, failure: None, file: None },
                Err(error) => alone(Some(history_failure(&error)), None),
            },
            Err(error) => {
                let check = Check { name: CheckName::History, ..file_failure(&error) };
                alone(Some(check), Some(error))
            }
        }
    }

    fn trust_at(&self, height: Height) -> Trust {
        Trust { chain: self.timeline.chain(), validators: self.timeline.at(height).0.clone() }
    }

    /// Says which set judged, or why the history was of no use.
    fn with_history(&self, mut verification: Verification) -> Verification {
        let (true, Some((height, _))) = (self.given, verification.as_of) else { return verification };
        let check = self.failure.clone().unwrap_or_else(|| self.judged_by(height));
        verification.verdict = verification.verdict.max(check.verdict);
        let place = verification.checks.len().min(1);
        verification.checks.insert(place, check);
        verification
    }

    fn judged_by(&self, height: Height) -> Check {
        let (set, from, count) = self.timeline.at(height);
        let (all, changes) = (set.as_slice().len(), self.timeline.handovers());
        passed(
            CheckName::History,
            format!("区块 {height} 由自区块 {from} 起的节点集合判定 ({all} 个节点, 第 {count}/{changes} 次变更后)"),
            format!(
                "block {height} is judged by the set from block {from} on ({all} validators, after change {count} of {changes})"
            ),
        )
    }
}

fn history_failure(error: &HistoryError) -> Check {
    let (verdict, zh) = match error {
        HistoryError::UnknownFormat { .. } => (Verdict::Unverifiable, "区块格式未知, 请使用新版核验程序"),
        _ => (Verdict::Untrusted, "节点沿革无法由信任文件逐次推得"),
    };
    failed(CheckName::History, verdict, zh, error.to_string())
}

fn unreadable(error: &FileError) -> Verification {
    Verification::from_checks(vec![file_failure(error)], None, None)
}

fn closed(checks: Vec<Check>, as_of: Option<(Height, TimestampMs)>, strictness: Strictness) -> Verification {
    let age_ms = as_of.map(|(_, time)| strictness.now.0.saturating_sub(time.0));
    Verification::from_checks(checks, as_of, age_ms)
}

fn judge_receipt(
    receipt: &Receipt,
    known: &Known,
    strictness: Strictness,
    expected: &[(String, String)],
) -> Verification {
    let header = &receipt.header;
    let as_of = Some((header.height, header.time));
    let trust = known.trust_at(header.height);
    let ledger = trust_chain::ledger(header, &trust);
    if ledger.verdict == Verdict::Unverifiable {
        return closed(vec![whole_file(), ledger], as_of, strictness);
    }
    let mut checks = vec![whole_file(), ledger, trust_chain::certificate(header, &receipt.certificate, &trust)];
    checks.push(submitter(receipt));
    checks.push(match receipt.verify_transaction() {
        Ok(()) => {
            let (place, count) = (receipt.place, header.transaction_count);
            passed(
                CheckName::Transaction,
                format!("区块内位置 {place}, 共 {count} 笔"),
                format!("place {place} of {count} in the block"),
            )
        }
        Err(error) => failed(CheckName::Transaction, Verdict::Tampered, "路径与交易根不符", error.to_string()),
    });
    checks.push(match receipt.verify_outcome() {
        Ok(()) => outcome(&receipt.outcome),
        Err(error) => failed(CheckName::Outcome, Verdict::Tampered, "路径与结果根不符", error.to_string()),
    });
    checks.extend(expected.iter().map(|(key, value)| expected_of(receipt, key, value)));
    checks.push(licence::freshness(header.time, strictness));
    closed(checks, as_of, strictness)
}

fn submitter(receipt: &Receipt) -> Check {
    let (name, envelope) = (CheckName::Submitter, &receipt.envelope);
    if envelope.chain != receipt.header.chain {
        let en = "the transaction was signed for another ledger";
        return failed(name, Verdict::Tampered, "交易是为另一账本签名的", en);
    }
    match receipt.verify_submitter() {
        Ok(()) => passed(
            name,
            format!("机构 {}, 交易 {}", envelope.organisation, receipt.transaction()),
            format!("organisation {}, transaction {}", envelope.organisation, receipt.transaction()),
        ),
        Err(error) => failed(name, Verdict::Tampered, "提交方签名不符", error.to_string()),
    }
}

fn outcome(outcome: &Outcome) -> Check {
    let name = CheckName::Outcome;
    match outcome {
        Outcome::Applied { first, count } => passed(
            name,
            format!("已执行: 自第 {first} 条起 {count} 条"),
            format!("applied: {count} entries from {first} on"),
        ),
        Outcome::Repeated { original, height, place } => passed(
            name,
            format!("重复: {original} 已在区块 {height} 位置 {place} 裁定"),
            format!("repeated: {original} was decided in block {height} at place {place}"),
        ),
        Outcome::Rejected { code, item } => passed(
            name,
            format!("已拒绝 {}: {} (第 {item} 项)", code.number(), code.reason_zh()),
            format!("rejected {}: {} (item {item})", code.number(), code.reason_en()),
        ),
    }
}

/// What a relying party can expect of a receipt.
fn expected_of(receipt: &Receipt, key: &str, value: &str) -> Check {
    let name = CheckName::Expected;
    let actual = match key {
        "transaction" => receipt.transaction().to_string(),
        "organisation" => receipt.envelope.organisation.to_string(),
        "idempotency_key" => receipt.envelope.idempotency.to_string(),
        "outcome" => match receipt.outcome {
            Outcome::Applied { .. } => "applied".to_owned(),
            Outcome::Repeated { .. } => "repeated".to_owned(),
            Outcome::Rejected { .. } => "rejected".to_owned(),
        },
        _ => {
            let en =
                format!("a receipt says nothing of {key}; it has transaction, organisation, idempotency_key, outcome");
            return failed(name, Verdict::Unverifiable, format!("回执不含 {key}, 无法核对"), en);
        }
    };
    if actual == value {
        return passed(name, format!("{key} 与所核对的一致"), format!("{key} is as expected"));
    }
    let en = format!("{key} is {actual}, expected {value}: this is the receipt of something else");
    failed(name, Verdict::NotAnchored, format!("{key} 与所核对的不符"), en)
}

fn judge_extension(extension: &Extension, known: &Known, strictness: Strictness) -> Verification {
    let (old, new) = (&extension.old, &extension.new);
    let mut checks = vec![
        whole_file(),
        signed_ledger(&[old.checkpoint(), new.checkpoint()], known),
        signed(CheckName::Older, old, known),
        signed(CheckName::Newer, new, known),
    ];
    checks.push(match extension.verify_path() {
        Ok(()) => {
            let (from, to) = (old.checkpoint().size, new.checkpoint().size);
            passed(
                CheckName::Consistency,
                format!("前 {from} 条原样保留, 现共 {to} 条"),
                format!("the first {from} entries stayed as they were; {to} now"),
            )
        }
        Err(error) => failed(CheckName::Consistency, Verdict::Tampered, "账本未能证明只增不改", error.to_string()),
    });
    checks.push(licence::freshness(new.checkpoint().time, strictness));
    closed(checks, Some((new.checkpoint().height, new.checkpoint().time)), strictness)
}

fn judge_checkpoint(note: &SignedCheckpoint, known: &Known, strictness: Strictness) -> Verification {
    let checkpoint = note.checkpoint();
    let checks = vec![
        whole_file(),
        signed_ledger(&[checkpoint], known),
        signed(CheckName::Certificate, note, known),
        licence::freshness(checkpoint.time, strictness),
    ];
    closed(checks, Some((checkpoint.height, checkpoint.time)), strictness)
}

fn signed_ledger(checkpoints: &[&Checkpoint], known: &Known) -> Check {
    let (name, chain) = (CheckName::Ledger, known.timeline.chain());
    match checkpoints.iter().find(|one| one.chain != chain) {
        Some(other) => {
            let en = format!("the checkpoint is of ledger {}, the trust file names {chain}", other.chain);
            failed(name, Verdict::Untrusted, "检查点来自另一账本", en)
        }
        None => passed(name, format!("账本 {chain}"), format!("ledger {chain}")),
    }
}

fn signed(name: CheckName, note: &SignedCheckpoint, known: &Known) -> Check {
    let one = note.checkpoint();
    let set = known.timeline.at(one.height).0;
    match note.verify(known.timeline.chain(), set) {
        Ok(places) => {
            let (votes, all) = (places.len(), set.as_slice().len());
            passed(
                name,
                format!("区块 {}, {} 条, {votes}/{all} 个节点签名", one.height, one.size),
                format!("block {}, {} entries, {votes} of {all} validators signed", one.height, one.size),
            )
        }
        Err(error) => {
            let (verdict, zh) = match error {
                NoteError::Signature { .. } => (Verdict::Tampered, "节点签名与检查点不符"),
                _ => (Verdict::Untrusted, "受信任的签名节点不足法定多数"),
            };
            failed(name, verdict, zh, error.to_string())
        }
    }
}

fn judge_history(known: &Known, strictness: Strictness) -> Verification {
    if let Some(error) = &known.file {
        return unreadable(error);
    }
    let as_of = known.timeline.last_change();
    let (from, count) = (as_of.map_or(Height(1), |(from, _)| from), known.timeline.handovers());
    let all = known.timeline.newest().as_slice().len();
    let followed = || {
        passed(
            CheckName::History,
            format!("{count} 次变更逐次核验; 自区块 {from} 起 {all} 个节点"),
            format!("{count} changes, each verified; {all} validators from block {from} on"),
        )
    };
    let checks = vec![whole_file(), known.failure.clone().unwrap_or_else(followed)];
    closed(checks, as_of, strictness)
}
