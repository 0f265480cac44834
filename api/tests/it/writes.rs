//! Submitting: admitted, decided, refused, repeated, waited for.

use crate::client::{Answer, Client};
use crate::fake::{Conduct, Fake, conflicting};
use axum::http::StatusCode;
use std::sync::Arc;
use zhengku_api::port::Ledger;
use zhengku_api::{Limits, Quota, Settings};
use zhengku_api_types as types;
use zhengku_crypto::merkle::{OutcomeTree, TransactionTree, leaf_hash, verify_inclusion};
use zhengku_ledger::codec;
use zhengku_ledger::transaction::{SignedTransaction, VerifiedTransaction};

const SUBMIT: &str = "/v1/transactions";
const WAIT: &str = "/v1/transactions?wait=finalized&timeout_ms=20000";

fn bytes(transaction: &VerifiedTransaction) -> Vec<u8> {
    transaction.signed().encode()
}

#[tokio::test]
async fn a_transaction_is_admitted_decided_and_repeated() {
    let client = Client::new();
    client.behave(Conduct::Patient);
    let transaction = client.ledger.mint(1);
    let admitted = client.post_octets(SUBMIT, bytes(&transaction)).await;
    assert_eq!(admitted.status, StatusCode::ACCEPTED);
    let accepted: types::Accepted = admitted.json();
    assert_eq!(admitted.header("location"), accepted.receipt);
    assert_eq!(accepted.transaction.digest(), transaction.id().digest());
    let waiting = client.get(&accepted.receipt).await;
    assert_eq!((waiting.code().as_str(), waiting.problem().height), ("not-decided", Some(30)));
    assert_eq!(
        client.post_octets(SUBMIT, bytes(&transaction)).await.status,
        StatusCode::ACCEPTED,
        "again while it waits"
    );
    client.ledger.mine();
    let receipt: types::Receipt = client.read(&accepted.receipt).await;
    assert_eq!(receipt.decision.height, 31);
    assert_eq!(receipt.decision.receipt, accepted.receipt);
    assert!(matches!(receipt.decision.outcome, types::Outcome::Applied { count: 1, .. }));
    let again = client.post_octets(SUBMIT, bytes(&transaction)).await;
    assert_eq!((again.status, again.json::<types::Decision>()), (StatusCode::OK, receipt.decision));
}

#[tokio::test]
async fn receipts_prove_transaction_and_outcome() {
    let client = Client::new();
    let transaction = client.ledger.mint(2);
    let decision: types::Decision = client.post_octets(WAIT, bytes(&transaction)).await.json();
    let receipt: types::Receipt = client.read(&decision.receipt).await;
    let (place, count) = (u64::from(receipt.decision.place), u64::from(receipt.header.transaction_count));
    let path = |path: &[types::Hex]| path.iter().map(|hash| *hash.digest()).collect::<Vec<_>>();
    let leaf = leaf_hash::<TransactionTree>(&transaction.block_leaf());
    let root = receipt.header.transaction_root.digest();
    verify_inclusion::<TransactionTree>(root, count, place, &leaf, &path(&receipt.transaction_path)).unwrap();
    let types::Outcome::Applied { first, count: entries } = receipt.decision.outcome else { panic!("applied") };
    let outcome =
        zhengku_ledger::transaction::Outcome::Applied { first: zhengku_ledger::ids::LogIndex(first), count: entries };
    let leaf = leaf_hash::<OutcomeTree>(&codec::encode(&outcome));
    verify_inclusion::<OutcomeTree>(
        receipt.header.outcome_root.digest(),
        count,
        place,
        &leaf,
        &path(&receipt.outcome_path),
    )
    .unwrap();
}

#[tokio::test]
async fn waiters_are_answered_by_the_block() {
    let client = Arc::new(Client::new());
    client.behave(Conduct::Patient);
    let submit = |number: u64| {
        let (client, transaction) = (Arc::clone(&client), client.ledger.mint(number));
        tokio::spawn(async move { client.post_octets(WAIT, bytes(&transaction)).await })
    };
    let waiting: Vec<_> = (10..20).map(submit).collect();
    while client.ledger.network().waiting.0 < 10 {
        assert!(waiting.iter().all(|one| !one.is_finished()), "nobody is answered before the block");
        tokio::task::yield_now().await;
    }
    client.ledger.mine();
    let mut places = Vec::new();
    for one in waiting {
        let decision: types::Decision = one.await.unwrap().json();
        assert_eq!(decision.height, 31);
        places.push(decision.place);
    }
    places.sort_unstable();
    assert_eq!(places, (0..10).collect::<Vec<u32>>());
}

#[tokio::test]
async fn a_wait_that_ends_stays_accepted() {
    let client = Client::new();
    client.behave(Conduct::Patient);
    let answer =
        client.post_octets("/v1/transactions?wait=finalized&timeout_ms=1", bytes(&client.ledger.mint(1))).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    for query in ["wait=soon", "timeout_ms=0", "timeout_ms=60001", "wait=finalized&timeout_ms=x", "until=1"] {
        let refused = client.post_octets(&format!("{SUBMIT}?{query}"), bytes(&client.ledger.mint(1))).await;
        assert_eq!(refused.code(), "invalid-query", "{query}");
    }
}

#[tokio::test]
async fn one_key_takes_one_transaction() {
    let client = Client::new();
    client.behave(Conduct::Patient);
    let chain = client.ledger.tip().header.chain;
    assert_eq!(client.post_octets(SUBMIT, bytes(&client.ledger.mint(1))).await.status, StatusCode::ACCEPTED);
    let pending = client.post_octets(SUBMIT, bytes(&conflicting(chain, 1))).await;
    assert_eq!((pending.status.as_u16(), pending.code().as_str()), (409, "idempotency-pending"));
    client.ledger.mine();
    let taken = client.post_octets(SUBMIT, bytes(&conflicting(chain, 1))).await;
    assert_eq!((taken.status.as_u16(), taken.code().as_str()), (422, "idempotency-conflict"));
}

#[tokio::test]
async fn a_full_mempool_and_a_lost_quorum_say_when_to_come_back() {
    let client = Client::new();
    client.behave(Conduct::Full);
    let full = client.post_octets(SUBMIT, bytes(&client.ledger.mint(1))).await;
    assert_eq!((full.status.as_u16(), full.code().as_str(), full.header("retry-after")), (429, "mempool-full", "2"));
    client.behave(Conduct::Cut);
    let cut = client.post_octets(SUBMIT, bytes(&client.ledger.mint(1))).await;
    assert_eq!((cut.status.as_u16(), cut.code().as_str(), cut.header("retry-after")), (503, "no-quorum", "5"));
    assert_eq!(cut.problem().height, Some(30));
}

#[tokio::test]
async fn what_is_no_authentic_transaction_is_refused() {
    let client = Client::new();
    let good = bytes(&client.ledger.mint(1));
    for cut in [0, 1, 40, good.len() - 1] {
        let code = client.post_octets(SUBMIT, good[..cut].to_vec()).await.code();
        assert_eq!(code, "invalid-body", "{cut} bytes");
    }
    let mut longer = good.clone();
    longer.push(0);
    assert_eq!(client.post_octets(SUBMIT, longer).await.code(), "invalid-body");
    // Each flipped byte is refused, or changes what is asked in a way that the signature does not cover: there is none.
    for place in (0..good.len()).step_by(7) {
        let mut changed = good.clone();
        changed[place] ^= 1;
        let answer = client.post_octets(SUBMIT, changed).await;
        assert!(answer.status.is_client_error(), "byte {place}: {}", answer.status);
    }
    let foreign = Fake::foreign_mint(1);
    assert_eq!(client.post_octets(SUBMIT, bytes(&foreign)).await.code(), "foreign-chain");
    let stranger = client.ledger.mint_by_stranger(1);
    assert_eq!(client.post_octets(SUBMIT, bytes(&stranger)).await.code(), "unknown-signer");
    let typed = client.ask("POST", SUBMIT, &[("content-type", "application/json")], good).await;
    assert_eq!((typed.status.as_u16(), typed.code().as_str()), (415, "unsupported-media-type"));
}

fn batch(parts: &[Vec<u8>]) -> Vec<u8> {
    parts.iter().flat_map(|part| [&(part.len() as u32).to_be_bytes(), part.as_slice()].concat()).collect()
}

async fn submit_batch(client: &Client, query: &str, parts: &[Vec<u8>]) -> Answer {
    client.post_octets(&format!("/v1/transactions/batch{query}"), batch(parts)).await
}

#[tokio::test]
async fn a_batch_answers_for_each_of_its_transactions() {
    let client = Client::new();
    client.behave(Conduct::Patient);
    let (first, second) = (bytes(&client.ledger.mint(1)), bytes(&client.ledger.mint(2)));
    let parts = [first.clone(), vec![1, 2, 3], second, first, bytes(&conflicting(client.ledger.tip().header.chain, 1))];
    let result: types::BatchResult = submit_batch(&client, "", &parts).await.json();
    let states: Vec<String> = result
        .items
        .iter()
        .map(|item| match item {
            types::BatchItem::Accepted(_) => "accepted".to_owned(),
            types::BatchItem::Decided(_) => "decided".to_owned(),
            types::BatchItem::Refused(problem) => problem.code.clone(),
        })
        .collect();
    assert_eq!(states, ["accepted", "invalid-body", "accepted", "accepted", "idempotency-pending"]);
    client.behave(Conduct::Prompt);
    let parts: Vec<Vec<u8>> = (100..150).map(|number| bytes(&client.ledger.mint(number))).collect();
    let result: types::BatchResult = submit_batch(&client, "?wait=finalized", &parts).await.json();
    assert_eq!(result.items.len(), 50);
    assert!(result.items.iter().all(|item| matches!(item, types::BatchItem::Decided(_))));
}

#[tokio::test]
async fn malformed_batches_are_refused_whole() {
    let client = Client::new();
    let one = bytes(&client.ledger.mint(1));
    for body in [vec![], vec![0, 0, 0], [&[0, 0, 0, 9][..], &[1]].concat(), vec![0xff; 4], batch(&vec![vec![]; 513])] {
        assert_eq!(client.post_octets("/v1/transactions/batch", body).await.code(), "invalid-body");
    }
    let cut = batch(&[one.clone(), one]);
    assert_eq!(
        client.post_octets("/v1/transactions/batch", cut[..cut.len() - 1].to_vec()).await.code(),
        "invalid-body"
    );
    assert_eq!(client.ledger.network().waiting.0, 0, "nothing of a malformed batch is admitted");
}

#[tokio::test]
async fn bodies_are_limited_before_they_are_read() {
    let client = Client::new();
    let announced = [("content-type", "application/octet-stream"), ("content-length", "8388609")];
    assert_eq!(client.ask("POST", SUBMIT, &announced, vec![]).await.code(), "too-large");
    let chunked = [("content-type", "application/octet-stream"), ("transfer-encoding", "chunked")];
    assert_eq!(client.ask("POST", SUBMIT, &chunked, vec![]).await.code(), "length-required");
    let nonsense = [("content-type", "application/octet-stream"), ("content-length", "many")];
    assert_eq!(client.ask("POST", SUBMIT, &nonsense, vec![]).await.code(), "bad-request");
    let limits = Limits { body_bytes: 1024, ..Limits::default() };
    let small = Client::with(Settings { limits, ..Settings::default() });
    let refused = small.post_octets(SUBMIT, vec![0; 2048]).await;
    assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("overloaded", "1"));
}

#[tokio::test]
async fn an_organisation_has_its_own_quota() {
    let limits = Limits { organisation: Quota { per_second: 1, burst: 2 }, ..Limits::default() };
    let client = Client::with(Settings { limits, ..Settings::default() });
    client.behave(Conduct::Patient);
    for number in 1..=2 {
        assert_eq!(client.post_octets(SUBMIT, bytes(&client.ledger.mint(number))).await.status, StatusCode::ACCEPTED);
    }
    let refused = client.post_octets(SUBMIT, bytes(&client.ledger.mint(3))).await;
    assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("too-many-requests", "1"));
    // What is refused before the signature is verified costs the organisation nothing.
    let decoded = SignedTransaction::decode(&bytes(&client.ledger.mint(1))).unwrap();
    assert!(decoded.verify().is_ok());
}
