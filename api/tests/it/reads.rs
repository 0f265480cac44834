//! Every read: its answer, and that the answer is true.

use crate::client::Client;
use crate::fake::{Conduct, ISSUER, first_type_code};
use axum::http::StatusCode;
use zhengku_api::port::Ledger;
use zhengku_api_types as types;
use zhengku_crypto::merkle::{LogTree, leaf_hash, static_root, verify_consistency};
use zhengku_ledger::block::{Certificate, Header};
use zhengku_ledger::codec;
use zhengku_ledger::handover::History;
use zhengku_ledger::ids::Height;
use zhengku_ledger::log::root_of;
use zhengku_ledger::proof::Proof;
use zhengku_ledger::receipt::Receipt;

#[tokio::test]
async fn status_network_and_health() {
    let client = Client::new();
    let status: types::Status = client.read("/v1/status").await;
    let tip = client.ledger.tip();
    assert_eq!((status.height, status.log_size), (tip.header.height.0, tip.header.log_size));
    assert_eq!((status.name.as_str(), status.role), ("v0", types::NodeRole::Validator));
    let network: types::Network = client.read("/v1/network").await;
    assert_eq!((network.nodes.len(), network.validators, network.quorum), (4, 4, 3));
    assert!(network.has_quorum && network.nodes.iter().all(|node| node.is_connected));
    let health: types::Health = client.read("/v1/health").await;
    assert!(health.is_well);
}

#[tokio::test]
async fn health_is_lost_with_the_quorum_and_not_with_idleness() {
    let client = Client::new();
    client.ledger.lag(60_000);
    assert_eq!(client.get("/v1/health").await.status, StatusCode::OK, "idle with a quorum");
    client.ledger.fall_behind(1);
    assert_eq!(client.get("/v1/health").await.status, StatusCode::SERVICE_UNAVAILABLE, "the others went on without it");
    client.ledger.fall_behind(0);
    client.ledger.cut(&[1, 2]);
    let refused = client.get("/v1/health").await;
    assert_eq!(refused.problem().height, Some(client.ledger.tip().header.height.0));
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (503, "5"));
    client.ledger.lag(10_000);
    assert_eq!(client.get("/v1/health").await.status, StatusCode::OK, "it moved a moment ago");
}

#[tokio::test]
async fn directory() {
    let client = Client::new();
    let organisations: types::Organisations = client.read("/v1/organisations").await;
    assert_eq!(organisations.items.len(), 7);
    assert_eq!(organisations.items[0].roles, [types::Role::Governor]);
    assert_eq!(organisations.items[4].status, types::OrganisationStatus::Barred);
    let licence_types: types::LicenceTypes = client.read("/v1/licence-types").await;
    assert_eq!(licence_types.items.len(), 3);
    let seals: types::Seals = client.read("/v1/seals").await;
    let standing: Vec<_> = seals.items.iter().map(|seal| (seal.owner, seal.status.as_str())).collect();
    assert_eq!(standing, [(2, "filed"), (3, "filed")]);
    assert_eq!(seals.items[0].made.as_ref().unwrap().maker, 6);
    let materials: types::MaterialTypes = client.read("/v1/material-types").await;
    assert_eq!(materials.items.len(), 0);
    let parameters: types::Parameters = client.read("/v1/parameters").await;
    assert_eq!((parameters.interface.max_find_keys, parameters.governance_delay), (4096, 10));
    let nodes: types::Nodes = client.read("/v1/nodes").await;
    assert!(nodes.items.len() == 4 && nodes.items.iter().all(|node| node.is_active));
    let proposals: types::Proposals = client.read("/v1/proposals").await;
    assert_eq!(proposals.items.len(), 0);
    let history: types::ValidatorHistory = client.read("/v1/validators/history").await;
    assert_eq!((history.items.len(), history.items[0].quorum), (1, 3));
}

#[tokio::test]
async fn blocks_are_listed_whole_and_once() {
    let client = Client::new();
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page: types::BlockList = client.read(&format!("/v1/blocks?limit=7{after}")).await;
        seen.extend(page.items.iter().map(|block| block.height));
        // A block that is added meanwhile does not shift the pages.
        client.ledger.mine();
        match page.next {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, (0..=30).rev().collect::<Vec<u64>>());
    assert_eq!(client.get("/v1/blocks?after=AAAA").await.code(), "invalid-cursor");
    for query in ["limit=0", "limit=101", "limit=x", "limit=-1", "page=2", "limit=1&limit=2"] {
        assert_eq!(client.get(&format!("/v1/blocks?{query}")).await.code(), "invalid-query", "{query}");
    }
}

#[tokio::test]
async fn a_block_and_its_parts_agree() {
    let client = Client::new();
    let block: types::Block = client.read("/v1/blocks/5").await;
    let header: types::Header = client.read("/v1/blocks/5/header").await;
    let certificate: types::Certificate = client.read("/v1/blocks/5/certificate").await;
    let transactions: Vec<types::TransactionSummary> = client.read("/v1/blocks/5/transactions").await;
    assert_eq!((&block.header, block.certificate.as_ref()), (&header, Some(&certificate)));
    assert_eq!(block.transactions, transactions);
    let octets = [("accept", "application/octet-stream")];
    let raw = client.ask("GET", "/v1/blocks/5/header", &octets, vec![]).await;
    assert_eq!((raw.header("content-type"), raw.header("vary")), ("application/octet-stream", "accept"));
    let decoded: Header = codec::decode("header", &raw.body, 1024).unwrap();
    assert_eq!((decoded.height, raw.body), (Height(5), header.canonical.0));
    let raw = client.ask("GET", "/v1/blocks/5/certificate", &octets, vec![]).await;
    let decoded_certificate: Certificate = codec::decode("certificate", &raw.body, 65536).unwrap();
    let validators = client.ledger.tip().validators().clone();
    decoded_certificate.verify(decoded.chain, Height(5), decoded.id(), &validators).unwrap();
    assert_eq!(client.get("/v1/blocks/0/certificate").await.code(), "not-found");
}

#[tokio::test]
async fn heights_beyond_the_tip_say_where_the_node_stands() {
    let client = Client::new();
    for target in
        ["/v1/blocks/31", "/v1/entries/0/proof?height=31", "/v1/bitmap?height=31", "/v1/bitmap/changes?from=0&to=31"]
    {
        let problem = client.get(target).await.problem();
        assert_eq!((problem.code.as_str(), problem.height), ("height-unknown", Some(30)), "{target}");
    }
    for target in ["/v1/blocks/x", "/v1/blocks/-1", "/v1/blocks/99999999999999999999", "/v1/entries/%00", "/v1/keys/zz"]
    {
        assert_eq!(client.get(target).await.code(), "invalid-path", "{target}");
    }
}

#[tokio::test]
async fn entries_hash_to_their_leaves() {
    let client = Client::new();
    let entry: types::Entry = client.read("/v1/entries/24").await;
    assert_eq!(entry.leaf.digest(), &leaf_hash::<LogTree>(&entry.canonical.0));
    assert!(matches!(entry.body, types::EntryBody::Licence(_)));
    let by_key: types::Entry = client.read(&format!("/v1/keys/{}", entry.key)).await;
    assert_eq!(by_key.key, entry.key);
    let at: types::Entry = client.read(&format!("/v1/keys/{}?height=3", entry.key)).await;
    assert_eq!(at.index, 24);
    assert_eq!(client.get(&format!("/v1/keys/{}?height=2", entry.key)).await.code(), "not-found");
    assert_eq!(client.get(&format!("/v1/keys/{}", "0".repeat(64))).await.code(), "not-found");
    assert_eq!(client.get("/v1/entries/9999999").await.code(), "not-found");
}

/// Whoever holds a file finds its licence, and the proof of it, by the file's digest alone.
#[tokio::test]
async fn a_file_leads_to_its_licence() {
    let client = Client::new();
    let sha256 = crate::fake::file_of(300);
    let found: types::FileOwner = client.read(&format!("/v1/files/{sha256}")).await;
    assert_eq!(found.entry.key.digest(), crate::fake::key_of(300).digest());
    let types::EntryBody::Licence(licence) = &found.entry.body else { panic!("{:?}", found.entry.body) };
    assert!(found.is_newest && licence.seal.is_some());
    assert_eq!((licence.files[0].sha256.digest(), licence.files[0].format.as_str()), (&sha256, "ofd"));
    let answer = client.get(&format!("/v1/files/{sha256}/proof.txt")).await;
    let proof = zhengku_ledger::proof::Proof::from_file(answer.text().as_bytes()).unwrap();
    assert_eq!(proof.licence.entry.key, crate::fake::key_of(300));
    for target in [format!("/v1/files/{}", "0".repeat(64)), format!("/v1/files/{}/proof.txt", "0".repeat(64))] {
        assert_eq!(client.get(&target).await.code(), "not-found");
    }
    assert_eq!(client.get("/v1/files/zz").await.code(), "invalid-path");
}

#[tokio::test]
async fn proofs_lead_to_certified_roots() {
    let client = Client::new();
    for (target, height) in [("/v1/entries/14/proof?height=20", 20), ("/v1/entries/14/proof", 30)] {
        let witness: types::Witness = client.read(target).await;
        let real = client.ledger.prove_at(zhengku_ledger::ids::LogIndex(14), Height(height)).unwrap().unwrap();
        real.proof.verify_inclusion(&real.header).unwrap();
        assert_eq!(witness.header.canonical.0, codec::encode(&real.header));
        assert_eq!(witness.is_current, real.is_current);
        let path: Vec<_> = witness.proof.path.iter().map(|hash| *hash.digest()).collect();
        assert_eq!((path, witness.proof.entry.canonical.0), (real.proof.path, codec::encode(&real.proof.entry)));
    }
    let key = client.ledger.licence_key();
    let witness: types::Witness = client.read(&format!("/v1/keys/{key}/proof?height=20")).await;
    assert_eq!(witness.header.height, 20);
    let file = client.get(&format!("/v1/proofs/{key}?height=20")).await;
    assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(Proof::from_file(&file.body).unwrap().header.height, Height(20));
    let organisation: types::Entry = client.read("/v1/entries/0").await;
    assert_eq!(client.get(&format!("/v1/proofs/{}", organisation.key)).await.code(), "not-found", "no licence");
}

#[tokio::test]
async fn files_are_what_their_readers_take() {
    let client = Client::new();
    let (chain, validators) = (client.ledger.tip().header.chain, client.ledger.tip().validators().clone());
    let block: types::Block = client.read("/v1/blocks/5").await;
    for asked in &block.transactions {
        let address = format!("/v1/organisations/{}/transactions/{}", asked.organisation, asked.idempotency_key);
        let shown: types::Receipt = client.read(&address).await;
        let file = client.get(&format!("{address}/receipt.txt")).await;
        assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
        let receipt = Receipt::from_file(&file.body).unwrap();
        receipt.verify(chain, &validators).unwrap();
        assert_eq!(receipt.transaction().digest(), shown.decision.transaction.digest());
        assert_eq!((receipt.header.height, receipt.place), (Height(5), asked.place));
    }
    let unknown = client.get(&format!("/v1/organisations/2/transactions/{}/receipt.txt", "0".repeat(64))).await;
    assert_eq!((unknown.code().as_str(), unknown.problem().height), ("not-decided", Some(30)));
    let history = client.get("/v1/validators/history.txt").await;
    assert_eq!(history.header("content-type"), "text/plain; charset=utf-8");
    let timeline = History::from_file(&history.body).unwrap().verify(chain, &validators).unwrap();
    assert_eq!(timeline.handovers(), 0);
}

#[tokio::test]
async fn the_log_is_rebuilt_from_its_tiles() {
    let client = Client::new();
    let header: types::Header = client.read("/v1/blocks/30/header").await;
    let (mut leaves, mut place) = (Vec::new(), 0);
    while (leaves.len() as u64) < header.log_size {
        let width = (header.log_size - leaves.len() as u64).min(256);
        let partial = if width < 256 { format!(".p/{width}") } else { String::new() };
        let tile = client.get(&format!("/tile/0/{place:03}{partial}")).await;
        let bundle = client.get(&format!("/tile/entries/{place:03}{partial}")).await;
        assert_eq!((tile.status.as_u16(), bundle.status.as_u16()), (200, 200));
        let mut rest = bundle.body.as_slice();
        for hash in tile.body.chunks(32) {
            let (length, tail) = rest.split_first_chunk::<2>().unwrap();
            let (entry, tail) = tail.split_at(u16::from_be_bytes(*length).into());
            assert_eq!(leaf_hash::<LogTree>(entry).as_bytes(), hash);
            leaves.push(leaf_hash::<LogTree>(entry));
            rest = tail;
        }
        assert!(rest.is_empty());
        place += 1;
    }
    assert_eq!(header.log_root.digest(), &static_root::<LogTree>(&leaves));
    assert_eq!(header.log_root.digest(), &root_of(&leaves));
    let full = client.get("/tile/1/000.p/1").await;
    assert_eq!(full.body, static_root::<LogTree>(&leaves[..256]).as_bytes());
    for target in ["/tile/8/000", "/tile/00/000", "/tile/x/000", "/tile/0/0", "/tile/0/000.p/256", "/tile/entries/1"] {
        assert_eq!(client.get(target).await.code(), "invalid-path", "{target}");
    }
    for target in ["/tile/0/x001/000", "/tile/entries/999", "/tile/7/000"] {
        assert_eq!(client.get(target).await.code(), "not-found", "{target}");
    }
}

#[tokio::test]
async fn consistency_and_checkpoint() {
    let client = Client::new();
    let old: types::Header = client.read("/v1/blocks/10/header").await;
    let new: types::Header = client.read("/v1/blocks/20/header").await;
    let proof: types::Consistency =
        client.read(&format!("/v1/consistency?from={}&to={}", old.log_size, new.log_size)).await;
    let path: Vec<_> = proof.path.iter().map(|hash| *hash.digest()).collect();
    let (old_root, new_root) = (old.log_root.digest(), new.log_root.digest());
    verify_consistency::<LogTree>(old_root, old.log_size, new_root, new.log_size, &path).unwrap();
    assert_eq!(client.get("/v1/consistency?from=2&to=1").await.code(), "invalid-query");
    assert_eq!(client.get("/v1/consistency?from=2").await.code(), "invalid-query");
    assert_eq!(client.get("/v1/consistency?from=2&to=9999999").await.code(), "not-found");
    let note = client.get("/checkpoint").await;
    assert!(note.text().starts_with("zhengku/"), "{}", note.text());
}

#[tokio::test]
async fn bitmap_changes_carry_one_bitmap_to_the_next() {
    let client = Client::new();
    let (old, new) = (client.get("/v1/bitmap?height=10").await, client.get("/v1/bitmap?height=25").await);
    let changes: types::BitmapChanges = client.read("/v1/bitmap/changes?from=10&to=25").await;
    let mut bits = old.body;
    bits.resize(new.body.len(), 0);
    let mut set = |index: u64, value: bool| {
        let byte = &mut bits[(index / 8) as usize];
        let mask = 1_u8 << (index % 8);
        *byte = if value { *byte | mask } else { *byte & !mask };
    };
    (changes.log_size_from..changes.log_size_to).for_each(|index| set(index, true));
    changes.superseded.iter().for_each(|index| set(*index, false));
    assert!(!changes.superseded.is_empty());
    assert_eq!(bits, new.body);
    assert_eq!(client.get("/v1/bitmap/changes?from=5&to=4").await.code(), "invalid-query");
    assert_eq!(client.get("/v1/bitmap/changes?from=0&to=10001").await.code(), "invalid-query");
}

#[tokio::test]
async fn organisations_find_many_keys_and_look_up_numbers() {
    let client = Client::new();
    let licence = client.ledger.licence_key();
    let body = format!("{{\"keys\":[\"{licence}\",\"{}\"]}}", "0".repeat(64));
    let found: types::Found = client.post_signed(ISSUER, "/v1/entries/find", &body).await.json();
    assert_eq!((found.items.len(), found.items[1].is_none()), (2, true));
    let entry = zhengku_ledger::entry::Entry::decode(&found.items[0].as_ref().unwrap().canonical.0).unwrap();
    assert_eq!(entry.key, licence);
    let many = format!("{{\"keys\":[{}]}}", vec![format!("\"{licence}\""); 4097].join(","));
    for (body, code) in [
        ("{\"keys\":[]}", "invalid-body"),
        (many.as_str(), "invalid-body"),
        ("{\"keys\":[\"zz\"]}", "invalid-body"),
        ("{\"keys\":[],\"more\":1}", "invalid-body"),
        ("[", "invalid-body"),
    ] {
        assert_eq!(client.post_signed(ISSUER, "/v1/entries/find", body).await.code(), code);
    }
    let lookup = |number: &str| format!("{{\"licence_type\":\"{}\",\"number\":\"{number}\"}}", first_type_code());
    let entry: types::Entry = client.post_signed(ISSUER, "/v1/lookups", &lookup("000300")).await.json();
    assert!(matches!(entry.body, types::EntryBody::Licence(_)));
    assert_eq!(client.post_signed(ISSUER, "/v1/lookups", &lookup("999999")).await.code(), "not-found");
    let unknown = "{\"licence_type\":\"x\",\"number\":\"1\"}";
    assert_eq!(client.post_signed(ISSUER, "/v1/lookups", unknown).await.code(), "not-found");
    let without = Client::exactly(zhengku_api::Settings::default());
    assert_eq!(without.post_signed(ISSUER, "/v1/lookups", &lookup("000300")).await.code(), "lookup-unavailable");
}

#[tokio::test]
async fn failures_of_the_node_tell_nothing() {
    let client = Client::new();
    for conduct in [Conduct::Broken, Conduct::Panicking] {
        client.behave(conduct);
        for target in [
            "/v1/blocks",
            "/v1/blocks/1",
            "/v1/entries/0",
            "/v1/entries/0/proof",
            "/checkpoint",
            "/tile/0/000",
            "/v1/bitmap",
            "/v1/validators/history.txt",
            "/v1/organisations/0/transactions/87780fa5de684e87cb92b279f0bc07b14f572851e73b8943a097c1770a5f38e6/receipt.txt",
        ] {
            let answer = client.get(target).await;
            assert_eq!(answer.problem().side, types::Side::Node, "{target}");
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (500, "internal"), "{target}");
            assert!(!answer.text().contains("secret") && !answer.text().contains("planted"), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn pages_are_for_people_and_problems_for_programs() {
    let client = Client::new();
    let page = client.ask("GET", "/nowhere", &[("accept", "text/html,*/*")], vec![]).await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (404, "text/html; charset=utf-8"));
    assert!(client.get("/").await.header("content-type").starts_with("text/html"));
    let refused = client.ask("DELETE", "/", &[], vec![]).await;
    assert_eq!((refused.code().as_str(), refused.header("allow")), ("method-not-allowed", "GET,HEAD"));
}

#[tokio::test]
async fn what_is_nowhere_is_a_problem_too() {
    let client = Client::new();
    assert_eq!(client.get("/v1/nothing").await.code(), "not-found");
    assert_eq!(client.get("/v1/blocks/1/nothing").await.code(), "not-found");
    let wrong = client.ask("DELETE", "/v1/status", &[], vec![]).await;
    assert_eq!((wrong.code().as_str(), wrong.header("allow")), ("method-not-allowed", "GET,HEAD"));
    let meaning = client.get("/problems/mempool-full").await;
    assert!(meaning.text().starts_with("mempool-full (429)"), "{}", meaning.text());
    assert_eq!(client.get("/problems/unheard-of").await.code(), "not-found");
}
