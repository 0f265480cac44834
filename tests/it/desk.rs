//! The desk as a process: an operator logs in over HTTP, issues a licence, and the file he downloads verifies offline.

use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, StatusCode, redirect::Policy};
use zhengku_tests::run::{verify, zhengku};
use zhengku_tests::served::Served;

const PASSWORD: &str = "an-invented-password";

#[test]
fn an_operator_issues_a_licence_that_verifies() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("node").display().to_string();
    let secret = directory.path().join("password");
    std::fs::write(&secret, format!("{PASSWORD}\n")).unwrap();
    let secret = secret.display().to_string();
    let _ = zhengku(&["init", "--data", &data]).exits(0);
    let _ = zhengku(&["seal", "apply", "--data", &data, "--all", "--complete"]).exits(0);
    let _ = zhengku(&["seal", "trust", "--data", &data]).exits(0);
    let add = ["desk", "operator", "add", "lin", "--data", &data, "--role", "clerk", "--password-file", &secret];
    let _ = zhengku(&add).exits(0);
    let outside = zhengku(&["desk", "run", "--data", &data, "--listen", "0.0.0.0:0"]).exits(2);
    assert!(outside.err.contains("--behind-proxy"));

    let desk = Served::start(&["desk", "run", "--data", &data, "--listen", "127.0.0.1:0"]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (ofd, proof) = runtime.block_on(issue(desk.url()));
    let file = directory.path().join("licence.ofd");
    std::fs::write(&file, ofd).unwrap();
    std::fs::write(directory.path().join("licence.proof"), proof).unwrap();
    let trust = format!("{data}/trust.json");
    let report = verify(&[&file.display().to_string(), "--trust", &trust, "-o", "json"]).exits(0).json();
    assert_eq!(report["verdict"], "VALID", "{report:#}");
}

/// Logs in, drafts, signs, downloads.
async fn issue(url: &str) -> (Vec<u8>, Vec<u8>) {
    let client = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
    let post = async |path: &str, cookie: &str, fields: &[(&str, &str)]| {
        let body: Vec<String> = fields.iter().map(|(key, value)| format!("{key}={}", escaped(value))).collect();
        let asked = client.post(format!("{url}{path}")).header(ORIGIN, url).header(COOKIE, cookie);
        let asked = asked.header("content-type", "application/x-www-form-urlencoded");
        asked.body(body.join("&")).send().await.unwrap()
    };
    let nobody = client.get(format!("{url}/")).send().await.unwrap();
    assert_ne!(nobody.status(), StatusCode::OK);
    let wrong = post("/login", "", &[("login", "lin"), ("password", "no"), ("next", "/")]).await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    let entered = post("/login", "", &[("login", "lin"), ("password", PASSWORD), ("next", "/")]).await;
    assert_eq!(entered.status(), StatusCode::SEE_OTHER);
    let cookie = entered.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let get = async |path: &str| {
        let answer = client.get(format!("{url}{path}")).header(COOKIE, &cookie).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.bytes().await.unwrap().to_vec()
    };

    let types = String::from_utf8(get("/new?q=spjyxkz").await).unwrap();
    let code = value_of(&types, "name=\"type\" value=\"");
    let made = post("/drafts", &cookie, &[("type", &code), ("holder", "91999999MA0TE0018W")]).await;
    let draft = made.headers()[LOCATION].to_str().unwrap().to_owned();
    let form = String::from_utf8(get(&draft).await).unwrap();
    let number = value_of(&form, "name=\"licence_number\" value=\"");
    let today = value_of(&form, "name=\"issued_on\" value=\"");
    let end = value_of(&form, "name=\"valid_to\" value=\"");
    let issuer = chosen(&form, "issuer_name");
    let fields = |revision: &'static str, action: &'static str| {
        vec![
            ("revision", revision),
            ("action", action),
            ("licence_number", number.as_str()),
            ("issuer_name", issuer.as_str()),
            ("issued_on", today.as_str()),
            ("valid_from", today.as_str()),
            ("valid_to", if end.is_empty() { "2031-11-20" } else { end.as_str() }),
            ("operator_name", "示例市青禾餐饮管理有限公司"),
            ("credit_code", "91999999MA0TE0018W"),
            ("legal_representative", "沈知远"),
            ("address", "示例市示范区和平路118号"),
            ("business_form", "餐饮服务经营者"),
            ("business_items", "热食类食品制售"),
        ]
    };
    // What was not shown is not signed: the first press saves and draws.
    assert_eq!(post(&draft, &cookie, &fields("1", "sign")).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let signed = post(&draft, &cookie, &fields("2", "sign")).await;
    let shown = signed.headers().get(LOCATION).map(|place| place.to_str().unwrap().to_owned());
    let Some(shown) = shown else { panic!("{}", signed.text().await.unwrap()) };
    let licence = shown.split('?').next().unwrap().to_owned();
    (get(&format!("{licence}/files/ofd")).await, get(&format!("{licence}/files/proof")).await)
}

/// What stands between a text and the next quote; empty when it is not there.
fn value_of(page: &str, before: &str) -> String {
    page.split_once(before)
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or(String::new(), |(value, _)| value.to_owned())
}

/// The option of a field that is chosen.
fn chosen(page: &str, field: &str) -> String {
    let options = value_of(page, &format!("id=\"field-{field}\" name=\""));
    assert_eq!(options, field, "the field is there");
    let rest = page.split_once(&format!("id=\"field-{field}\"")).unwrap().1;
    let option = rest.split("<option").find(|option| option.contains("\" selected>")).unwrap();
    value_of(option, "value=\"")
}

fn escaped(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    text.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
