//! What the ledger says of this node, and whether the keys that it names are here. The other nodes are asked first: this node's own ledger
//! is behind when they do not let it in.

use super::Finding;
use crate::config::Loaded;
use crate::remote::Client;
use std::time::Duration;
use zhengku_crypto::sign::PublicKey;
use zhengku_ledger::entry::{Node, NodeRole, NodeStatus};
use zhengku_node::keys::{KeyStore, NETWORK_KEY};
use zhengku_node::layout::Layout;

/// How long another node may take to answer.
const ANSWER: Duration = Duration::from_secs(3);

/// Judges this node's record as the others have it; as its own ledger has it when none answers.
pub(super) async fn examine(loaded: &Loaded, own: &[Node]) -> Vec<Finding> {
    let name = loaded.config.name.as_str();
    let others = own.iter().filter(|node| node.name.as_str() != name && !node.url.as_str().is_empty());
    let answers = futures::future::join_all(others.map(ask)).await;
    let (source, nodes) = answers.into_iter().flatten().next().unwrap_or_else(|| (name.to_owned(), own.to_vec()));
    let keys = KeyStore::new(&Layout::new(&loaded.config.data).keys());
    let of = |nodes: &[Node]| nodes.iter().find(|node| node.name.as_str() == name).cloned();
    let (theirs, ours) = (of(&nodes), of(own));
    let mut findings = judge(name, &source, theirs.as_ref(), &keys);
    findings.extend(shut_out(&source, theirs.as_ref().zip(ours.as_ref()), &keys));
    findings
}

/// A network key that took effect while this node was away: its own ledger still names the old one, under which nobody lets it in. The
/// new one is taken up when it is in the file that a node falls back to.
fn shut_out(source: &str, records: Option<(&Node, &Node)>, keys: &KeyStore) -> Option<Finding> {
    let (theirs, ours) = records?;
    if theirs.status != NodeStatus::Active || theirs.network_key == ours.network_key {
        return None;
    }
    let file = keys.name_of(&theirs.network_key).ok().flatten().filter(|file| file != NETWORK_KEY)?;
    let path = |name: &str| keys.path(name).display().to_string();
    let (new, fallback) = (path(&file), path(NETWORK_KEY));
    let found = (
        format!("{source} 的账本上网络密钥已换为 {file}.key; 本节点的账本仍用旧密钥, 其他节点不接纳它"),
        format!(
            "the ledger of {source} names the network key in {file}.key; this node's own ledger is behind and names the old one, under \
             which nobody lets it in"
        ),
    );
    let remedy =
        (format!("停止节点, mv {new} {fallback}, 再启动"), format!("stop the node, mv {new} {fallback}, start it"));
    Some(Finding::wrong(found, (&remedy.0, &remedy.1)))
}

async fn ask(node: &Node) -> Option<(String, Vec<Node>)> {
    let asked = async { Client::new(node.url.as_str())?.nodes().await };
    let nodes = tokio::time::timeout(ANSWER, asked).await.ok()?.ok()?;
    Some((node.name.to_string(), nodes))
}

fn judge(name: &str, source: &str, record: Option<&Node>, keys: &KeyStore) -> Vec<Finding> {
    let record = match record {
        Some(record) if record.status == NodeStatus::Active => record,
        Some(_) => {
            let found = (
                format!("{name} 已被移出网络 (据 {source} 的账本): 其他节点不接受它的连接"),
                format!("{name} was removed from the network, by the ledger of {source}: the others do not let it in"),
            );
            let remedy = ("请停止此节点; 或经治理重新加入 (add-node)", "stop it, or have it added again (add-node)");
            return vec![Finding::wrong(found, remedy)];
        }
        None => {
            let found =
                (format!("{source} 的账本上没有节点 {name}"), format!("the ledger of {source} has no node {name}"));
            return vec![Finding::wrong(
                found,
                ("请改 name, 或经治理加入 (add-node)", "change `name`, or join by governance (add-node)"),
            )];
        }
    };
    let role = match record.role {
        NodeRole::Validator => ("验证节点", "a validator"),
        NodeRole::Observer => ("观察节点", "an observer"),
    };
    let mut findings = vec![Finding::fine(
        format!("{name} 在 {source} 的账本上是{}", role.0),
        format!("{name} is {} on the ledger of {source}", role.1),
    )];
    let network = held(&record.network_key, keys, ("网络", "network"), true);
    let consensus = held(&record.consensus_key, keys, ("投票", "consensus"), record.is_validator());
    findings.extend([network, consensus].into_iter().flatten());
    findings
}

/// Whether the key that the ledger names is in a file here.
fn held(key: &PublicKey, keys: &KeyStore, (zh, en): (&str, &str), is_needed: bool) -> Option<Finding> {
    match keys.name_of(key) {
        Ok(Some(file)) => {
            Some(Finding::fine(format!("{zh}密钥在 {file}.key"), format!("the {en} key is in {file}.key")))
        }
        Ok(None) if is_needed => {
            let found = (
                format!("账本上的{zh}公钥是 {key}, 此处没有它的密钥"),
                format!("the ledger names the {en} key {key}, which is not here"),
            );
            let remedy = (
                "请从备份恢复它; 或新建密钥并经治理更换 (replace-node)",
                "restore it, or make a new one and have it replaced (replace-node)",
            );
            Some(Finding::wrong(found, remedy))
        }
        // What cannot be read is told by the check of the key files.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Mark;
    use super::*;
    use crate::testnet::Plan;
    use zhengku_ledger::ids::TimestampMs;
    use zhengku_store::{OpenMode, Store, StoreOptions};

    #[test]
    fn a_removed_node_an_unknown_one_and_a_lost_key_are_told_apart() {
        let directory = tempfile::tempdir().unwrap();
        let plan = Plan::new(1, 0, &["127.0.0.1".to_owned()], 7000).unwrap();
        let made = plan.make(directory.path(), TimestampMs(1_790_000_000_000)).unwrap();
        let home = &made.nodes[0].directory;
        let store = Store::open(&home.join("ledger"), OpenMode::Read, &StoreOptions::default()).unwrap();
        let record = store.genesis().nodes()[0].clone();
        let keys = KeyStore::new(&home.join("keys"));
        let judged = |record: Option<&Node>| {
            let found = judge("pudong-1", "jiading-1", record, &keys);
            let text: String = found.iter().map(|one| one.en.clone() + "; ").collect();
            (found.iter().any(|one| one.mark == Mark::Wrong), text)
        };
        let (is_wrong, text) = judged(Some(&record));
        assert!(!is_wrong && text.contains("validator.key") && text.contains("network.key"), "{text}");
        let (is_wrong, text) = judged(Some(&Node { status: NodeStatus::Removed, ..record.clone() }));
        assert!(is_wrong && text.contains("removed"), "{text}");
        let (is_wrong, text) = judged(None);
        assert!(is_wrong && text.contains("no node"), "{text}");
        std::fs::rename(keys.path("validator"), keys.path("another")).unwrap();
        assert!(judged(Some(&record)).1.contains("another.key"));
        std::fs::remove_file(keys.path("another")).unwrap();
        let (is_wrong, text) = judged(Some(&record));
        assert!(is_wrong && text.contains("consensus key"), "{text}");
        assert!(!judged(Some(&Node { role: NodeRole::Observer, ..record })).0);
    }
    #[test]
    fn a_network_key_that_came_while_it_was_away_is_named_with_its_move() {
        let directory = tempfile::tempdir().unwrap();
        let plan = Plan::new(1, 0, &["127.0.0.1".to_owned()], 7000).unwrap();
        let made = plan.make(directory.path(), TimestampMs(1_790_000_000_000)).unwrap();
        let home = &made.nodes[0].directory;
        let store = Store::open(&home.join("ledger"), OpenMode::Read, &StoreOptions::default()).unwrap();
        let ours = store.genesis().nodes()[0].clone();
        let keys = KeyStore::new(&home.join("keys"));
        let mut random = zhengku_library::random::Randomness::new();
        let new = keys.make_signer("network-2", zhengku_crypto::sign::Algorithm::Ed25519, &mut random).unwrap();
        let theirs = Node { network_key: new.public_key(), ..ours.clone() };
        assert!(shut_out("jiading-1", Some((&ours, &ours)), &keys).is_none());
        let found = shut_out("jiading-1", Some((&theirs, &ours)), &keys).unwrap();
        let moved = format!("mv {} {}", keys.path("network-2").display(), keys.path("network").display());
        assert!(found.mark == Mark::Wrong && found.remedy_en.contains(&moved), "{found:?}");
        // A file that is no key hides nothing.
        std::fs::write(keys.path("aaa"), "junk").unwrap();
        assert!(shut_out("jiading-1", Some((&theirs, &ours)), &keys).is_some());
        std::fs::rename(keys.path("network-2"), keys.path("network")).unwrap();
        assert!(shut_out("jiading-1", Some((&theirs, &ours)), &keys).is_none(), "done as told");
    }
}
