//! The dependency table of docs/architecture.md, the lints and the bans, read from the manifests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zhengku_tests::files;

/// Our packages, each with those of ours that it may depend on; development dependencies count too.
const TABLE: [(&str, &[&str]); 14] = [
    ("crypto", &[]),
    ("token", &["crypto"]),
    ("ledger", &["crypto"]),
    ("document", &["ledger", "crypto"]),
    ("store", &["ledger", "crypto"]),
    ("library", &["document", "ledger", "crypto"]),
    ("consensus", &["ledger", "crypto"]),
    ("api-types", &["ledger", "crypto"]),
    ("api", &["api-types", "library", "document", "ledger", "crypto"]),
    ("node", &["api", "api-types", "consensus", "library", "document", "token", "store", "ledger", "crypto"]),
    ("verify", &["document", "ledger", "crypto"]),
    (
        "tools",
        &[
            "node",
            "api",
            "api-types",
            "consensus",
            "library",
            "document",
            "token",
            "store",
            "verify",
            "ledger",
            "crypto",
        ],
    ),
    ("ofd-tests", &["document", "ledger", "crypto"]),
    (
        "tests",
        &[
            "tools",
            "node",
            "api",
            "api-types",
            "consensus",
            "library",
            "document",
            "token",
            "store",
            "verify",
            "ledger",
            "crypto",
        ],
    ),
];

/// Everything the deterministic core may name; more needs a decision.
const LEDGER_DEPENDENCIES: [&str; 5] = ["base64", "borsh", "hex", "thiserror", "zhengku-crypto"];
/// The packages that may name the database.
const DATABASE_USERS: [&str; 2] = ["store", "library"];
/// What no verifier and no part of the core may pull in directly.
const BANNED_IN_CORE: [&str; 9] =
    ["rocksdb", "tokio", "libp2p", "getrandom", "rand", "rand_chacha", "jiff", "rustix", "tracing"];

#[derive(Clone, Default)]
struct Member {
    dependencies: Vec<String>,
    development: Vec<String>,
    has_workspace_lints: bool,
    directory: PathBuf,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn toml(path: &Path) -> toml::Table {
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

fn members() -> BTreeMap<String, Member> {
    let mut command = cargo_metadata::MetadataCommand::new();
    command.manifest_path(root().join("Cargo.toml")).no_deps().other_options(vec!["--offline".to_owned()]);
    let member = |package: &cargo_metadata::Package| {
        let of = |development: bool| {
            let kind = |one: &&cargo_metadata::Dependency| {
                (one.kind == cargo_metadata::DependencyKind::Development) == development
            };
            package.dependencies.iter().filter(kind).map(|one| one.name.clone()).collect()
        };
        let manifest = toml(package.manifest_path.as_std_path());
        let has_workspace_lints =
            manifest.get("lints").and_then(|lints| lints.get("workspace")?.as_bool()) == Some(true);
        let directory = package.manifest_path.parent().unwrap().as_std_path().to_owned();
        let name = package.name.strip_prefix("zhengku-").unwrap_or(&package.name).to_owned();
        (name, Member { dependencies: of(false), development: of(true), has_workspace_lints, directory })
    };
    command.exec().unwrap().packages.iter().map(member).collect()
}

/// docs/architecture.md has the same table: package by package, with what each may depend on.
#[test]
fn the_document_says_the_same() {
    let text = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("| `")?.trim_end_matches('|').split('|').map(str::trim).collect();
        let [_, package, _, allowed] = cells[..] else { return None };
        TABLE.iter().any(|(name, _)| *name == package).then(|| (package.to_owned(), allowed.to_owned()))
    });
    let written: BTreeMap<String, String> = rows.collect();
    for (name, allowed) in TABLE {
        let own = match name {
            "tools" => "all but tests".to_owned(),
            "tests" => "all".to_owned(),
            _ if allowed.is_empty() => "-".to_owned(),
            _ => allowed.join(", "),
        };
        assert_eq!(written.get(name), Some(&own), "{name}");
    }
}

/// Everything in the manifests that the architecture does not allow.
fn violations(members: &BTreeMap<String, Member>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, member) in members {
        let Some((_, allowed)) = TABLE.iter().find(|(known, _)| known == name) else {
            found.push(format!("{name} is not in the table"));
            continue;
        };
        if !member.has_workspace_lints {
            found.push(format!("{name} does not take the workspace's lints"));
        }
        for dependency in member.dependencies.iter().chain(&member.development) {
            let ours = dependency.strip_prefix("zhengku-");
            if ours.is_some_and(|ours| !allowed.contains(&ours)) {
                found.push(format!("{name} depends on {dependency}"));
            }
            if dependency == "rocksdb" && !DATABASE_USERS.contains(&&**name) {
                found.push(format!("{name} names rocksdb"));
            }
        }
        let core = ["crypto", "ledger", "verify"].contains(&&**name);
        let banned = member.dependencies.iter().filter(|one| core && BANNED_IN_CORE.contains(&&***one));
        found.extend(banned.map(|one| format!("{name} names {one}")));
    }
    let missing = TABLE.iter().filter(|(name, _)| !members.contains_key(*name));
    found.extend(missing.map(|(name, _)| format!("{name} is missing")));
    if let Some(ledger) = members.get("ledger") {
        let mut actual = ledger.dependencies.clone();
        actual.sort();
        if actual != LEDGER_DEPENDENCIES {
            found.push(format!("ledger depends on {actual:?}"));
        }
    }
    found
}

#[test]
fn the_manifests_follow_the_table() {
    assert_eq!(violations(&members()), Vec::<String>::new());
}

#[test]
fn a_planted_violation_is_found() {
    let sound = members();
    let planted = |package: &str, plant: &dyn Fn(&mut Member), expected: &str| {
        let mut members = sound.clone();
        plant(members.entry(package.to_owned()).or_default());
        let found = violations(&members);
        assert!(found.iter().any(|one| one.contains(expected)), "{expected}: {found:?}");
    };
    let on = |name: &'static str| move |member: &mut Member| member.dependencies.push(name.to_owned());
    planted("ledger", &on("zhengku-store"), "ledger depends on zhengku-store");
    planted("crypto", &on("zhengku-ledger"), "crypto depends on zhengku-ledger");
    planted("ledger", &on("rand"), "ledger depends on [");
    planted("verify", &on("rocksdb"), "verify names rocksdb");
    planted("node", &on("rocksdb"), "node names rocksdb");
    planted("library", &on("zhengku-node"), "library depends on zhengku-node");
    planted(
        "library",
        &|member| member.development.push("zhengku-tools".to_owned()),
        "library depends on zhengku-tools",
    );
    planted("store", &|member| member.has_workspace_lints = false, "store does not take");
    planted("stranger", &|_| (), "stranger is not in the table");
    let mut members = sound.clone();
    members.remove("verify");
    assert_eq!(violations(&members), ["verify is missing"]);
}

fn banned(path: &Path, kind: &str) -> Vec<String> {
    let table = toml(path);
    let list = table.get(kind).and_then(|list| list.as_array()).cloned().unwrap_or_default();
    let mut paths: Vec<String> = list.iter().map(|one| one["path"].as_str().unwrap().to_owned()).collect();
    paths.sort();
    paths
}

#[test]
fn crypto_and_ledger_ban_the_same_calls() {
    let (crypto, ledger) = (root().join("crypto/clippy.toml"), root().join("ledger/clippy.toml"));
    for kind in ["disallowed-types", "disallowed-methods"] {
        let list = banned(&ledger, kind);
        assert_eq!(banned(&crypto, kind), list, "{kind}");
        assert!(list.len() >= 4, "{list:?}");
    }
    let types = banned(&ledger, "disallowed-types");
    for name in ["std::collections::HashMap", "std::time::SystemTime", "std::time::Instant"] {
        assert!(types.iter().any(|one| one == name), "{name}");
    }
}

#[test]
fn there_is_no_unsafe_code() {
    let lints = toml(&root().join("Cargo.toml"));
    assert_eq!(lints["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for (name, member) in members() {
        for path in
            files::all(&member.directory).iter().filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        {
            let text = std::fs::read_to_string(path).unwrap();
            let word = ["unsafe", " {"].concat();
            assert!(!text.contains(&word) && !text.contains(&["unsafe", " fn"].concat()), "{name}: {}", path.display());
        }
    }
}
