//! Every route with every kind of caller: the matrix is worked out by hand from the table's rules.

use crate::client::Client;
use crate::fake::{BARRED, DEFINER, GOVERNOR, ISSUER};
use axum::body::Body;
use axum::http::Request;
use std::net::SocketAddr;
use zhengku_api::access::{Access, Rule, TABLE};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Caller {
    Anonymous,
    Operator,
    Governor,
    Definer,
    Issuer,
    Barred,
    Stranger,
}

const CALLERS: [Caller; 7] = [
    Caller::Anonymous,
    Caller::Operator,
    Caller::Governor,
    Caller::Definer,
    Caller::Issuer,
    Caller::Barred,
    Caller::Stranger,
];

/// An address of the path with something in every place.
fn target(path: &str) -> String {
    let key = "0".repeat(64);
    let filled = [
        ("{number}", "1"),
        ("{idempotency_key}", &key),
        ("{height}", "1"),
        ("{index}", "1"),
        ("{key}", &key),
        ("{sha256}", &key),
        ("{level}", "0"),
        ("{*path}", "000"),
        ("{*rest}", "index.css"),
        ("{code}", "internal"),
    ];
    let path = filled.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
    match path.as_str() {
        "/v1/bitmap/changes" | "/v1/consistency" => format!("{path}?from=1&to=2"),
        _ => path,
    }
}

/// The status that says "not you": 401, 403, or none when the caller is let in.
fn expected(rule: Rule, caller: Caller) -> Option<u16> {
    match (caller, rule) {
        // A signature that is offered must be good, whatever the route.
        (Caller::Barred | Caller::Stranger, _) => Some(403),
        (_, Rule::Public) => None,
        (Caller::Anonymous | Caller::Operator, Rule::Organisation(_)) => Some(401),
        (_, Rule::Organisation(None)) => None,
        (_, Rule::Organisation(Some(_))) => unreachable!("no such route today"),
        // Organisation 0 runs the node of the sample.
        (Caller::Operator | Caller::Governor, Rule::Operator) => None,
        (Caller::Anonymous, Rule::Operator) => Some(401),
        (_, Rule::Operator) => Some(403),
    }
}

fn request(client: &Client, row: &Access, caller: Caller) -> Request<Body> {
    let target = target(row.path);
    let organisation = match caller {
        Caller::Anonymous | Caller::Operator => {
            return Request::builder().method(row.method).uri(target).body(Body::empty()).unwrap();
        }
        Caller::Governor => GOVERNOR,
        Caller::Definer => DEFINER,
        Caller::Issuer => ISSUER,
        Caller::Barred => BARRED,
        Caller::Stranger => zhengku_ledger::ids::OrganisationNumber(99),
    };
    client.signed(organisation, row.method, &target, b"")
}

#[tokio::test]
async fn every_route_lets_in_whom_its_rule_names() {
    let anywhere = Client::new();
    let inside = Client::new().seen_from(SocketAddr::from(([127, 0, 0, 1], 9)));
    for row in TABLE {
        for caller in CALLERS {
            let client = if caller == Caller::Operator { &inside } else { &anywhere };
            let mut request = request(client, row, caller);
            if row.path == "/v1/events" {
                // Its answer does not end; the method is enough to see the rule.
                *request.method_mut() = axum::http::Method::HEAD;
                if caller != Caller::Anonymous && caller != Caller::Operator {
                    continue;
                }
            }
            let answer = client.send(request).await;
            let status = answer.status.as_u16();
            match expected(row.rule, caller) {
                Some(refused) => assert_eq!(status, refused, "{} {} {caller:?}", row.method, row.path),
                None => assert!(![401, 403, 405].contains(&status), "{} {} {caller:?}: {status}", row.method, row.path),
            }
        }
    }
}

#[tokio::test]
async fn every_row_of_the_table_is_routed() {
    let client = Client::new().seen_from(SocketAddr::from(([127, 0, 0, 1], 9)));
    for row in TABLE {
        // A wrong method on a routed path is a 405 with the right methods; an address nowhere is a 404.
        let answer = client.ask("DELETE", &target(row.path), &[], vec![]).await;
        assert_eq!(answer.status.as_u16(), 405, "{}", row.path);
        let allowed = if row.method == "GET" { "GET,HEAD" } else { "POST" };
        assert_eq!(answer.header("allow"), allowed, "{}", row.path);
    }
}

#[tokio::test]
async fn what_a_query_may_not_have_is_refused_and_not_ignored() {
    let anywhere = Client::new();
    let inside = Client::new().seen_from(SocketAddr::from(([127, 0, 0, 1], 9)));
    for row in TABLE {
        let client = if matches!(row.rule, Rule::Operator) { &inside } else { &anywhere };
        for query in ["height=0", "height=-1", "lang=en", "unheard=of", "unheard", "=", "%ff=1"] {
            if row.query.contains(&query.split('=').next().unwrap()) {
                continue;
            }
            let target = target(row.path);
            let target = format!("{target}{}{query}", if target.contains('?') { '&' } else { '?' });
            let request = match row.rule {
                Rule::Organisation(_) => client.signed(ISSUER, row.method, &target, b""),
                _ => Request::builder().method(row.method).uri(&target).body(Body::empty()).unwrap(),
            };
            let answer = client.send(request).await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "invalid-query"), "{target}");
        }
    }
    // A query without a name is none, and pages keep their language.
    assert_eq!(anywhere.get("/v1/status?").await.status.as_u16(), 200);
    assert_eq!(anywhere.get("/about?lang=en").await.status.as_u16(), 200);
}

#[tokio::test]
async fn anonymous_addresses_have_a_quota() {
    let limits = zhengku_api::Limits {
        anonymous: zhengku_api::Quota { per_second: 1, burst: 3 },
        ..zhengku_api::Limits::default()
    };
    let settings = zhengku_api::Settings { limits, ..zhengku_api::Settings::default() };
    let client = Client::with(settings);
    for _ in 0..3 {
        assert_eq!(client.get("/v1/status").await.status.as_u16(), 200);
    }
    let refused = client.get("/v1/status").await;
    assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("too-many-requests", "1"));
    let signed = client.send(client.signed(ISSUER, "GET", "/v1/status", b"")).await;
    assert_eq!(signed.status.as_u16(), 200, "an organisation has its own");
}
