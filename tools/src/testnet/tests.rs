use super::*;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use zhengku_crypto::certificate::Certificate;
use zhengku_store::{OpenMode, Store, StoreOptions};

#[test]
fn a_network_is_whole_and_of_one_genesis() {
    let directory = tempfile::tempdir().unwrap();
    let plan = Plan::new(4, 1, &["127.0.0.1".to_owned()], 7000).unwrap();
    let made = plan.make(directory.path(), TimestampMs(1_790_000_000_000)).unwrap();
    assert_eq!(made.nodes.len(), 5);
    let mut keys = BTreeSet::new();
    for node in &made.nodes {
        let store = Store::open(&node.directory.join("ledger"), OpenMode::Read, &StoreOptions::default()).unwrap();
        let genesis = store.genesis();
        assert_eq!(genesis.chain_id(), made.chain);
        assert_eq!(genesis.validators().as_slice().len(), 4);
        assert_eq!(genesis.organisations().len(), 11);
        let record = genesis.nodes().iter().find(|record| record.name.as_str() == node.name).unwrap();
        assert_eq!(record.role, node.role);
        let own = KeyStore::new(&node.directory.join("keys"));
        assert_eq!(own.signer(NETWORK_KEY).unwrap().public_key(), record.network_key);
        assert_eq!(own.signer(VALIDATOR_KEY).unwrap().public_key(), record.consensus_key);
        assert_eq!(*Certificate::from_der(&record.certificate).unwrap().public_key(), record.network_key);
        keys.extend([record.network_key.clone(), record.consensus_key.clone()]);
        let operator = &genesis.organisations()[record.organisation.0 as usize];
        zhengku_ledger::identifier::UnifiedCreditCode::check(operator.credit_code.as_str()).unwrap();
        let name = zhengku_node::keys::organisation_name(operator.credit_code.as_str());
        assert!(operator.keys.contains(&own.signer(&name).unwrap().public_key()));
        for name in own.names().unwrap() {
            assert_eq!(std::fs::metadata(own.path(&name)).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(!node.directory.join("keys/pseudonym.key").exists(), "only the department holds it");
    }
    assert_eq!(keys.len(), 10);
    assert_eq!(made.nodes[4].role, NodeRole::Observer);
    assert!(plan.make(directory.path(), TimestampMs(1_790_000_000_000)).is_err(), "nothing is overwritten");
}

#[test]
fn seventeen_nodes_share_sixteen_operators() {
    let plan = Plan::new(17, 0, &["127.0.0.1".to_owned()], 7000).unwrap();
    assert_eq!([node_name(0), node_name(15), node_name(16)], ["pudong-1", "chongming-1", "pudong-2"]);
    let directory = tempfile::tempdir().unwrap();
    let made = plan.make(directory.path(), TimestampMs(1_790_000_000_000)).unwrap();
    assert_eq!(made.nodes[0].organisation_zh, made.nodes[16].organisation_zh);
}

#[test]
fn impossible_plans_are_refused() {
    let host = vec!["127.0.0.1".to_owned()];
    assert!(Plan::new(0, 3, &host, 7000).is_err());
    assert!(Plan::new(MAX_NODES, 1, &host, 7000).is_err());
    assert!(Plan::new(4, 0, &[host.clone(), host.clone()].concat(), 7000).is_err());
    assert!(Plan::new(4, 0, &host, 65_530).is_err());
    assert!(Plan::new(4, 0, &host, 0).is_err());
    let own = ["a.example", "b.example"].map(str::to_owned);
    let plan = Plan::new(2, 0, &own, 7000).unwrap();
    assert_eq!(plan.places[1].address(plan.places[1].consensus), "/dns4/b.example/tcp/7000");
}

#[test]
fn hosts_that_nobody_could_dial_are_refused_before_anything_is_written() {
    for good in ["127.0.0.1", "node-1.example", "localhost"] {
        assert!(check_host(good).is_ok(), "{good}");
    }
    for bad in ["", "a b", "::1", "[::1]", "2001:db8::1", "10.0.0.999", "10.0.0", "节点", "a/b", &"a".repeat(101)] {
        assert!(check_host(bad).is_err(), "{bad}");
        assert!(Plan::new(1, 0, &[bad.to_owned()], 7000).is_err(), "{bad}");
    }
}

#[test]
fn what_was_not_made_whole_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let fails = |out: &Path| {
        whole_or_nothing(out, || {
            std::fs::create_dir_all(out.join("keys")).unwrap();
            std::fs::write(out.join("keys/validator.key"), "secret").unwrap();
            std::fs::write(out.join("trust.json"), "{}").unwrap();
            Err::<(), _>(Failure::usage("不行", "no"))
        })
    };
    let (new, empty) = (directory.path().join("new"), directory.path().join("empty"));
    std::fs::create_dir(&empty).unwrap();
    assert!(fails(&new).is_err() && !new.exists());
    assert!(fails(&empty).is_err() && std::fs::read_dir(&empty).unwrap().next().is_none());
    assert!(
        whole_or_nothing(&new, || {
            std::fs::create_dir(&new).unwrap();
            Ok(())
        })
        .is_ok()
            && new.exists()
    );
}
