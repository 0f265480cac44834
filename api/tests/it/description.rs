//! The description is the interface: committed, complete, and its examples work.

use crate::client::Client;
use crate::fake::ISSUER;
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use zhengku_api::access::TABLE;

fn described() -> Value {
    serde_json::to_value(zhengku_api::openapi()).unwrap()
}

fn operations(description: &Value) -> Vec<(String, String, &Value)> {
    let paths = description["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &'_ Value)| (path.clone(), item.as_object().unwrap().clone());
    let mut found = Vec::new();
    for (path, methods) in paths.iter().map(of_path) {
        for method in methods.keys() {
            found.push((method.to_uppercase(), path.clone(), &description["paths"][&path][method]));
        }
    }
    found
}

#[test]
fn the_committed_description_is_the_interface() {
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(committed).unwrap()).unwrap();
    assert!(
        committed == described(),
        "run `cargo run --release -p zhengku-api --example openapi > docs/openapi.json` and review the change"
    );
}

#[test]
fn table_and_description_name_the_same_routes() {
    let description = described();
    let described: BTreeSet<_> = operations(&description).into_iter().map(|(method, path, _)| (method, path)).collect();
    let undescribed = ["/docs", "/docs/", "/docs/{*rest}", "/openapi.json"];
    let listed: BTreeSet<_> = TABLE
        .iter()
        .filter(|row| !undescribed.contains(&row.path))
        .map(|row| (row.method.to_owned(), row.path.replace("{*", "{")))
        .collect();
    assert_eq!(described, listed);
}

#[test]
fn table_and_description_name_the_same_queries() {
    let description = described();
    for (method, path, operation) in operations(&description) {
        let row = TABLE.iter().find(|row| row.method == method && row.path.replace("{*", "{") == path).unwrap();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let named: BTreeSet<&str> =
            parameters.filter(|one| one["in"] == "query").map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(named, row.query.iter().copied().collect(), "{method} {path}");
        let refused = operation["responses"]["400"]["description"].as_str().unwrap_or_default();
        assert!(refused.contains("query"), "{method} {path} does not describe the refusal of strange names: {refused}");
        assert!(operation["responses"]["431"].is_object(), "{method} {path}");
    }
}

#[test]
fn it_is_openapi_3_1_with_a_summary_and_typed_answers_everywhere() {
    let description = described();
    assert_eq!(description["openapi"], "3.1.0");
    for (method, path, operation) in operations(&description) {
        assert!(operation["summary"].is_string(), "{method} {path}");
        assert!(operation["responses"]["200"]["content"].is_object(), "{method} {path}");
        for (status, answer) in operation["responses"].as_object().unwrap() {
            if status.starts_with('4') || status.starts_with('5') {
                let schema = &answer["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{method} {path} {status}");
            }
        }
    }
    let text = description.to_string();
    for reference in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(description["components"]["schemas"][reference].is_object(), "{reference} is not defined");
    }
    assert!(!text.contains("\"nullable\""), "an idiom of 3.0");
}

/// Puts the examples of the parameters into the path and query.
fn example(path: &str, operation: &Value) -> String {
    let (mut target, mut query) = (path.to_owned(), Vec::new());
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let value = [&parameter["example"], &parameter["schema"]["example"]].into_iter().find(|value| !value.is_null());
        let text = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        match (parameter["in"].as_str(), text) {
            (Some("path"), text) => {
                let text = text.unwrap_or_else(|| panic!("{path}: no example for {name}"));
                target = target.replace(&format!("{{{name}}}"), &text);
            }
            (_, Some(text)) => query.push(format!("{name}={text}")),
            _ => assert_ne!(parameter["required"], true, "{path}: no example for {name}"),
        }
    }
    if query.is_empty() { target } else { format!("{target}?{}", query.join("&")) }
}

#[tokio::test]
async fn every_example_is_answered() {
    let description = described();
    let client = Client::new().seen_from(SocketAddr::from(([127, 0, 0, 1], 9)));
    for (method, path, operation) in operations(&description) {
        let target = example(&path, operation);
        let answer = match (method.as_str(), path.as_str()) {
            // Its answer does not end.
            (_, "/v1/events") => continue,
            // No recorder in tests.
            (_, "/metrics") => continue,
            ("GET", _) => client.get(&target).await,
            (_, "/v1/transactions") => client.post_octets(&target, client.ledger.mint(1).signed().encode()).await,
            (_, "/v1/verify") => client.post_octets(&target, b"PK verdict=VALID".to_vec()).await,
            (_, "/v1/transactions/batch") => {
                let one = client.ledger.mint(2).signed().encode();
                client.post_octets(&target, [&(one.len() as u32).to_be_bytes(), one.as_slice()].concat()).await
            }
            _ => {
                let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
                let name = schema.as_str().unwrap().rsplit('/').next().unwrap();
                let properties = description["components"]["schemas"][name]["properties"].as_object().unwrap();
                let body: serde_json::Map<String, Value> =
                    properties.iter().map(|(name, schema)| (name.clone(), schema["example"].clone())).collect();
                client.post_signed(ISSUER, &target, &Value::Object(body).to_string()).await
            }
        };
        let status = answer.status.as_u16();
        assert!([200, 202].contains(&status), "{method} {target}: {status} {}", answer.text());
        assert!(operation["responses"][status.to_string()].is_object(), "{method} {target}: {status} is not described");
    }
}

#[tokio::test]
async fn the_page_of_the_description_needs_no_other_site() {
    let client = Client::new();
    let page = client.get("/docs/").await;
    assert_eq!(page.status.as_u16(), 200);
    let text = page.text();
    let foreign = |part: &&str| part.starts_with("http") || part.starts_with("//");
    assert_eq!(text.split(['"', '\'']).find(foreign), None);
    assert!(!text.contains("<script>") && !text.contains("<style>"), "nothing inline: {text}");
    let description: Value = client.read("/openapi.json").await;
    assert_eq!(description, described());
}
