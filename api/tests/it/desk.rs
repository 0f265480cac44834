//! The desk over an invented department: who may do what, logins, foreign origins, hostile uploads, and what every answer says to caches.

pub(crate) mod fake;
mod logged;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, HOST, HeaderMap, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{Request, StatusCode};
use fake::{Desk, PASSWORD};
use http_body_util::BodyExt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tower::ServiceExt;
use zhengku_api::desk::access::{Access, Need, TABLE};
use zhengku_api::desk::port::{Port, Role};
use zhengku_api::desk::{Settings, router};

const HERE: &str = "127.0.0.1:8490";

struct Client {
    desk: Arc<Desk>,
    router: Router,
    cookie: String,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: impl axum::http::header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Client {
    fn new() -> Self {
        let mut settings = Settings::default();
        settings.logins.burst = 1_000;
        Self::with(settings)
    }

    fn with(settings: Settings) -> Self {
        let desk = Arc::new(Desk::new(false));
        let port: Arc<dyn Port> = desk.clone();
        Self { router: router(port, settings), desk, cookie: String::new() }
    }

    async fn logged_in(login: &str) -> Self {
        let mut client = Self::new();
        let answer = client.log_in(login, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        client.cookie = answer.header(SET_COOKIE).split(';').next().unwrap().to_owned();
        client
    }

    async fn log_in(&self, login: &str, password: &str) -> Answer {
        self.post("/login", &format!("login={login}&password={password}&next=%2F")).await
    }

    async fn get(&self, address: &str) -> Answer {
        self.send(self.request("GET", address).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, address: &str, form: &str) -> Answer {
        let request = self.request("POST", address).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    async fn upload(&self, address: &str, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Answer {
        let mut body = Vec::new();
        for (field, value) in fields {
            let part = format!("--x\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--x--\r\n");
        let request = self.request("POST", address).header(CONTENT_TYPE, "multipart/form-data; boundary=x");
        self.send(request.header("content-length", body.len()).body(Body::from(body)).unwrap()).await
    }

    fn request(&self, method: &str, address: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(address).header(HOST, HERE).header("accept", "text/html");
        let request = if method == "POST" { request.header(ORIGIN, format!("http://{HERE}")) } else { request };
        if self.cookie.is_empty() { request } else { request.header(COOKIE, &self.cookie) }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

/// An address of the path that leads somewhere.
fn target(path: &str) -> String {
    let filled = [
        ("/drafts/{id}", "/drafts/d-0001"),
        ("/issued/{id}", "/issued/l-0004"),
        ("/seals/{id}", "/seals/99999900000001"),
        ("/approvals/{id}", "/approvals/a-none"),
        ("/batches/{id}", "/batches/b-none"),
        ("{picture}", "picture.svg"),
        ("{page}", "1.png"),
        ("{kind}", "ofd"),
        ("{code}", fake::types::FOOD),
        ("{version}/{name}", "old/desk.css"),
    ];
    filled.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
}

async fn ask(client: &Client, row: &Access) -> Answer {
    let address = target(row.path);
    if row.method == "GET" { client.get(&address).await } else { client.post(&address, "action=none").await }
}

#[tokio::test]
async fn every_route_lets_in_whom_its_rule_names() {
    let callers = [
        (None, Client::new()),
        (Some(Role::Viewer), Client::logged_in("wu").await),
        (Some(Role::Clerk), Client::logged_in("lin").await),
        (Some(Role::Reviewer), Client::logged_in("zhao").await),
    ];
    for row in TABLE.iter().filter(|row| row.method == "GET" || !["/login", "/logout"].contains(&row.path)) {
        for (role, client) in &callers {
            let answer = ask(client, row).await;
            let shut_out = match (row.need, role) {
                (Need::Nothing, _) => None,
                (Need::Role(_), None) if row.method == "GET" => Some(303),
                (Need::Role(_), None) => Some(401),
                (Need::Role(needed), Some(role)) if *role < needed => Some(403),
                (Need::Role(_), Some(_)) => None,
            };
            let status = answer.status.as_u16();
            match shut_out {
                Some(expected) => assert_eq!(status, expected, "{row:?} {role:?}"),
                None => assert!(![401, 403, 405].contains(&status), "{row:?} {role:?} {status}"),
            }
            if shut_out == Some(303) {
                assert!(answer.header(LOCATION).starts_with("/login?next="), "{row:?}");
            }
        }
    }
}

#[tokio::test]
async fn nobody_keeps_what_the_desk_answers() {
    let client = Client::logged_in("lin").await;
    for row in TABLE.iter().filter(|row| row.method == "GET" && !row.path.starts_with("/assets/")) {
        let answer = client.get(&target(row.path)).await;
        assert_eq!(answer.header(CACHE_CONTROL), "no-store", "{}", row.path);
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") || !answer.status.is_success() || !policy.is_empty(),
            "{}",
            row.path
        );
        for forbidden in ["<style", " style=\"", " onclick=", "<script>", "javascript:"] {
            assert!(!answer.text.contains(forbidden) || row.path.contains("picture"), "{} has {forbidden}", row.path);
        }
    }
}

#[tokio::test]
async fn another_site_cannot_act_in_an_operators_name() {
    let client = Client::logged_in("lin").await;
    let form = "action=delete&revision=1";
    let ask = |origin: Option<&str>, site: Option<&str>| {
        let mut request = Request::builder().method("POST").uri("/drafts/d-0001").header(HOST, HERE);
        request = request.header(COOKIE, &client.cookie).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        client.send(request.body(Body::from(form)).unwrap())
    };
    let foreign =
        ["http://evil.test", "null", "http://127.0.0.1:8490.evil.test", "http://127.0.0.1:81", "127.0.0.1:8490", ""];
    for origin in foreign {
        assert_eq!(ask(Some(origin), None).await.status, StatusCode::FORBIDDEN, "{origin}");
    }
    assert_eq!(ask(None, None).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ask(Some("http://127.0.0.1:8490"), Some("cross-site")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(client.get("/drafts/d-0001").await.status, StatusCode::OK, "it is still there");
    assert_eq!(ask(Some("http://127.0.0.1:8490"), Some("same-origin")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(client.get("/drafts/d-0001").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_login_gives_a_strict_cookie_and_a_logout_ends_it() {
    let client = Client::logged_in("lin").await;
    let cookie = client.log_in("lin", PASSWORD).await.header(SET_COOKIE).to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let secure = Client::with(Settings { is_secure: true, ..Settings::default() });
    let cookie = secure.log_in("lin", PASSWORD).await.header(SET_COOKIE).to_owned();
    assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure"), "{cookie}");
    assert_eq!(client.get("/").await.status, StatusCode::OK);
    client.post("/logout", "").await;
    assert_eq!(client.get("/").await.status, StatusCode::SEE_OTHER, "the old cookie is dead");
}

#[tokio::test]
async fn a_session_ends_when_it_idles_and_when_its_operator_is_barred() {
    let client = Client::logged_in("lin").await;
    client.desk.later_s.store(29 * 60, Ordering::Relaxed);
    assert_eq!(client.get("/").await.status, StatusCode::OK);
    client.desk.later_s.store(60 * 60, Ordering::Relaxed);
    assert_eq!(client.get("/").await.status, StatusCode::SEE_OTHER, "31 minutes without a request");
    let client = Client::logged_in("lin").await;
    client.desk.barred.lock().unwrap().push("lin".to_owned());
    assert_eq!(client.get("/").await.status, StatusCode::SEE_OTHER);
    assert_eq!(client.post("/drafts/d-0001", "action=save").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn wrong_passwords_rest_a_name_whether_it_exists_or_not() {
    for login in ["lin", "nobody"] {
        let client = Client::new();
        for left in (0..5).rev() {
            let answer = client.log_in(login, "wrong").await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            let words = if left == 0 { "请 5 分钟后再试".to_owned() } else { format!("还可以试 {left} 次") };
            assert!(answer.text.contains(&words), "{login} {left}");
        }
        let answer = client.log_in(login, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "the right password comes too late");
        assert!(answer.headers.get(SET_COOKIE).is_none());
    }
    let client = Client::with(Settings::default());
    let mut last = StatusCode::OK;
    for number in 0..20 {
        last = client.log_in(&format!("name{number}"), "wrong").await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "many names from one address");
}

#[tokio::test]
async fn a_draft_is_signed_only_as_it_was_shown() {
    let client = Client::logged_in("lin").await;
    let values = fake::complete(2_608);
    let form = |revision: u64, premises: &str| {
        let mut form = format!("action=sign&revision={revision}");
        for (key, value) in values.iter().filter(|(key, _)| *key != "premises") {
            form.push_str(&format!("&{key}={}", escaped(value)));
        }
        format!("{form}&premises={}", escaped(premises))
    };
    let changed = client.post("/drafts/d-0001", &form(1, "示例路 1 号")).await;
    assert_eq!(changed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(changed.text.contains("请再看一眼预览"));
    // Pressed while the draft saved itself: the same values, but nobody has looked at them.
    let unseen = client.post("/drafts/d-0001", &format!("{}&unseen=1", form(2, "示例路 1 号"))).await;
    assert_eq!(unseen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unseen.text.contains("请再看一眼预览") && unseen.text.contains("name=\"revision\" value=\"2\""));
    let old = client.post("/drafts/d-0001", &form(1, "示例路 1 号")).await;
    assert_eq!(old.status, StatusCode::CONFLICT, "the form of an older revision");
    let signed = client.post("/drafts/d-0001", &form(2, "示例路 1 号")).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text);
    let address = signed.header(LOCATION).to_owned();
    assert!(address.starts_with("/issued/l-"), "{address}");
    assert!(client.get(&address).await.text.contains("第 1,204 块"));
    assert_eq!(client.get("/drafts/d-0001").await.status, StatusCode::NOT_FOUND);
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn a_wrong_draft_names_its_fields_and_a_node_that_is_away_keeps_it() {
    let client = Client::logged_in("lin").await;
    let wrong = client.get("/drafts/d-0002").await;
    assert!(wrong.text.contains("href=\"#field-premises\"") && wrong.text.contains("aria-invalid=\"true\""));
    client.desk.is_away.store(true, Ordering::Relaxed);
    let mut form = "action=sign&revision=1".to_owned();
    for (key, value) in fake::complete(2_608) {
        form.push_str(&format!("&{key}={}", escaped(&value)));
    }
    let answer = client.post("/drafts/d-0001", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("账本节点连不上"));
    assert_eq!(client.get("/drafts/d-0001").await.status, StatusCode::OK);
}

#[tokio::test]
async fn uploads_are_bounded_and_looked_at() {
    let client = Client::logged_in("lin").await;
    let large = vec![b'x'; 9 * 1024 * 1024];
    let answer = client.upload("/verify", &[], "a.ofd", &large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text.contains("文件太大"));
    let kind = [("type", fake::types::FOOD)];
    for (name, bytes, words) in [
        ("a.jpg", &b"\xff\xd8"[..], "这不是名册"),
        ("a.xlsx", b"no workbook", "这不是名册"),
        ("a.csv", b"broken", "请用模板"),
        ("a.csv", b"", "请先选择文件"),
    ] {
        let answer = client.upload("/batches", &kind, name, bytes).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.text.contains(words), "{name}");
    }
    let foreign = client.upload("/batches", &[("type", "11999999000000019M204")], "a.csv", b"a\nb").await;
    assert!(foreign.text.contains("本机关可以签发的证照类型"), "a type of another department");
    let bare = client.post("/verify", "file=x").await;
    assert_eq!(bare.status, StatusCode::BAD_REQUEST, "no multipart form");
    let request = client.request("POST", "/verify").header(CONTENT_TYPE, "multipart/form-data; boundary=x");
    let endless = client.send(request.body(Body::from("--x")).unwrap()).await;
    assert_eq!(endless.status, StatusCode::BAD_REQUEST, "a length that is not announced");
    let name = "x\" onload=\"alert(1)";
    let answer = client.upload("/batches", &kind, &name.replace('"', "%22"), b"a").await;
    assert!(!answer.text.contains("onload=\"alert"));
}

#[tokio::test]
async fn what_could_not_be_checked_is_grey_and_said_so() {
    let client = Client::new();
    for (verdict, tone) in [("VALID", "good"), ("TAMPERED", "bad"), ("UNVERIFIABLE", "none"), ("EXPIRED", "warn")] {
        let answer = client.upload("/verify", &[], "a.ofd", format!("PK verdict={verdict}").as_bytes()).await;
        assert_eq!((answer.status, answer.header(CACHE_CONTROL)), (StatusCode::OK, "no-store"));
        assert!(answer.text.contains(&format!("card {tone} result verdict")), "{verdict}");
    }
    let answer = client.upload("/verify", &[], "a.ofd", b"PK verdict=UNVERIFIABLE").await;
    assert!(!answer.text.contains("li class=\"bad\"") && answer.text.contains("未能检查"));
    let answer = client.upload("/verify", &[], "a.exe", b"MZ").await;
    assert!(answer.text.contains("认不出这种文件"));
}

#[tokio::test]
async fn many_changes_take_a_second_operator_who_is_a_reviewer() {
    let client = Client::logged_in("lin").await;
    let form = "id=l-0004&id=l-0005&id=l-0009&change=cancel&ground=decision&document=12";
    // What ends licences is asked about first; nothing was done then.
    let question = client.post("/changes", form).await;
    assert!(question.status == StatusCode::OK && question.text.contains("确认注销 3 份证照？"), "{}", question.text);
    assert!(question.text.contains("name=\"id\" value=\"l-0009\"") && question.text.contains("name=\"confirmed\""));
    assert!(!client.get("/approvals").await.text.contains("/approvals/"));
    let form = &format!("{form}&confirmed=1");

    // A refusal stays with its reason for who asked, who clears it away.
    assert_eq!(client.post("/changes", form).await.header(LOCATION), "/approvals?new=1");
    let mut reviewer = Client { desk: client.desk.clone(), router: client.router.clone(), cookie: String::new() };
    let answer = reviewer.log_in("zhao", PASSWORD).await;
    reviewer.cookie = answer.header(SET_COOKIE).split(';').next().unwrap().to_owned();
    let list = client.get("/approvals").await.text;
    let address = format!("/approvals/{}", list.split("/approvals/").nth(1).unwrap().split('"').next().unwrap());
    reviewer.post(&address, "action=refuse&reason=%E7%BC%BA%3Cb%3E").await;
    let list = client.get("/approvals").await.text;
    assert!(list.contains("已退回") && list.contains("缺&#60;b&#62;") && list.contains("赵立新"), "{list}");
    assert!(!reviewer.get("/approvals").await.text.contains("value=\"approve\""));
    assert!(!client.get("/").await.text.contains("等待复核"), "it waits for nobody");
    client.post(&address, "action=refuse").await;
    assert!(!client.get("/approvals").await.text.contains("已退回"));

    let asked = client.post("/changes", form).await;
    assert_eq!(asked.header(LOCATION), "/approvals?new=1");
    let list = client.get("/approvals").await.text;
    let id = list.split("/approvals/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let address = format!("/approvals/{id}");
    assert_eq!(client.post(&address, "action=approve").await.status, StatusCode::FORBIDDEN, "his own");
    let done = reviewer.post(&address, "action=approve").await;
    assert!(done.text.contains("已办理 3 份"), "{}", done.text);
    assert_eq!(reviewer.post(&address, "action=approve").await.status, StatusCode::NOT_FOUND, "once");
    for missing in
        ["change=cancel&ground=law&document=1", "id=l-0006&ground=law&document=1", "id=l-0006&change=cancel&ground=law"]
    {
        assert_eq!(client.post("/changes", missing).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{missing}");
    }
}

#[tokio::test]
async fn a_batch_goes_from_upload_to_refused_rows() {
    let client = Client::logged_in("lin").await;
    let register = "经营者名称,代码\n甲,1\n乙,BAD\n丙,3\n";
    let answer = client.upload("/batches", &[("type", fake::types::FOOD)], "名册.csv", register.as_bytes()).await;
    let address = answer.header(LOCATION).to_owned();
    let page = client.get(&address).await.text;
    assert!(page.contains("试算结果") && page.contains("第 18 位校验码不对"), "{page}");
    let csv = client.get(&format!("{address}/refused.csv")).await;
    assert!(csv.text.starts_with('\u{feff}') && csv.text.contains("3,统一社会信用代码"), "{}", csv.text);
    client.post(&address, "action=start").await;
    assert!(client.get(&address).await.text.contains("已完成"));
    assert_eq!(client.post(&address, "action=explode").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn addresses_that_lead_nowhere_are_pages_that_say_so() {
    let client = Client::logged_in("lin").await;
    let strange = [
        "/drafts/..%2f..%2fetc",
        "/drafts/%00",
        "/issued/l-9999",
        "/seals/1%27or%271",
        "/catalogue/%E8%AF%81",
        "/nowhere",
        "/issued/l-0004/files/exe",
        "/seals/99999900000001/picture.exe",
    ];
    for address in strange {
        let answer = client.get(address).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
        assert!(answer.text.contains("<h1>") && answer.header(CONTENT_TYPE).starts_with("text/html"), "{address}");
    }
    let long = format!("/drafts/{}", "a".repeat(500));
    assert_eq!(client.get(&long).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        client.send(client.request("PUT", "/").body(Body::empty()).unwrap()).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn a_seals_picture_can_run_nothing() {
    let answer = Client::new().get("/seals/99999900000001/picture.svg").await;
    assert_eq!(answer.header(CONTENT_TYPE), "image/svg+xml");
    assert!(answer.header("content-security-policy").contains("sandbox"));
}

/// The form of a draft as its page has it, with other values in places.
async fn form_of(client: &Client, id: &str, changed: &[(&str, &str)]) -> String {
    let draft = client.desk.draft(id).await.unwrap().unwrap();
    let mut values = draft.values;
    values.extend(changed.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    let fields: String = values.iter().map(|(key, value)| format!("&{key}={}", escaped(value))).collect();
    format!("revision={}{fields}", draft.revision)
}

/// Begins 变更, 延续 or 换发; the draft's id.
async fn begun(client: &Client, id: &str, kind: &str) -> String {
    let answer = client.post(&format!("/issued/{id}/succession"), &format!("kind={kind}")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.header(LOCATION).strip_prefix("/drafts/").unwrap().to_owned()
}

const REASON: [(&str, &str); 2] = [("succession-ground", "decision"), ("succession-document", "示市监许〔2026〕9号")];

#[tokio::test]
async fn a_licence_is_amended_by_a_draft_that_says_what_it_succeeds() {
    let client = Client::logged_in("lin").await;
    let page = client.get("/issued/l-0004").await.text;
    assert!(["amend", "renew", "reissue"].iter().all(|kind| page.contains(&format!("name=\"kind\" value=\"{kind}\""))));
    assert!(!client.get("/issued/l-0006").await.text.contains("id=\"successions\""), "it may not be succeeded");
    assert!(!Client::logged_in("wu").await.get("/issued/l-0004").await.text.contains("id=\"successions\""));
    let unknown = client.post("/issued/l-0004/succession", "kind=none").await;
    assert!(unknown.status == StatusCode::OK && unknown.text.contains("id=\"successions\""));
    let refused = client.post("/issued/l-0006/succession", "kind=amend").await;
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("证照已换发"));

    let id = begun(&client, "l-0004", "amend").await;
    let page = client.get(&format!("/drafts/{id}")).await.text;
    assert!(page.contains("id=\"succession\"") && page.contains("href=\"/issued/l-0004\"") && page.contains("变更 ·"));
    assert!(page.contains("<output id=\"field-licence_number\"") && page.contains("<output id=\"field-issuer\""));
    assert!(["ground", "document"].iter().all(|key| page.contains(&format!("href=\"#field-succession-{key}\""))));
    assert!(client.get("/").await.text.contains("<span class=\"badge warn\">变更</span>"));
    let english = client.get(&format!("/drafts/{id}?lang=en")).await.text;
    assert!(english.contains("Amend") && english.contains("Former licence") && english.contains("version 1"));

    // The number is not typed, and the reason must be there; nothing changed is said of the whole.
    let blank =
        client.post(&format!("/drafts/{id}"), &format!("action=sign&{}", form_of(&client, &id, &[]).await)).await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = form_of(&client, &id, &[REASON[0], REASON[1], ("licence_number", "JY1")]).await;
    let saved = client.post(&format!("/drafts/{id}"), &format!("action=save&{form}")).await;
    assert!(saved.text.contains("没有改动任何内容") && !saved.text.contains("JY1<"), "{}", saved.text);
    assert!(saved.text.contains("value=\"decision\" selected") && saved.text.contains("示市监许〔2026〕9号"));
    // Another reason is a change that has to be looked at, like any other.
    let changed = [REASON[0], ("succession-document", "另一文号"), ("premises", "示例路 9 号")];
    let form = form_of(&client, &id, &changed).await;
    let first = client.post(&format!("/drafts/{id}"), &format!("action=sign&{form}")).await;
    assert!(first.status == StatusCode::UNPROCESSABLE_ENTITY && first.text.contains("请再看一眼预览"));
    let form = form_of(&client, &id, &changed).await;
    let signed = client.post(&format!("/drafts/{id}"), &format!("action=sign&{form}")).await;
    assert_eq!(signed.header(LOCATION), "/issued/l-0004?new=1", "{}", signed.text);
    let page = client.get("/issued/l-0004?new=1").await.text;
    assert!(page.contains("第 2 版") && page.contains("/files/former-proof") && page.contains("另一文号"));
    assert!(client.get("/issued").await.text.contains("第 2 版"));
    assert_eq!(client.get("/issued/l-0004/files/former-proof").await.status, StatusCode::OK);
    assert_eq!(client.get("/issued/l-0005/files/former-proof").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_reissued_licence_and_its_successor_are_linked() {
    let client = Client::logged_in("lin").await;
    let id = begun(&client, "l-0004", "reissue").await;
    assert!(client.get(&format!("/drafts/{id}")).await.text.contains("<input id=\"field-licence_number\""));
    for action in ["save", "sign"] {
        let form = form_of(&client, &id, &REASON).await;
        let answer = client.post(&format!("/drafts/{id}"), &format!("action={action}&{form}")).await;
        if action == "sign" {
            let address = answer.header(LOCATION).to_owned();
            assert!(client.get(&address).await.text.contains("href=\"/issued/l-0004\" id=\"replaces\""), "{address}");
            let former = client.get("/issued/l-0004").await.text;
            let new = address.trim_end_matches("?new=1");
            assert!(former.contains(&format!("href=\"{new}\" id=\"replaced-by\"")) && former.contains("已换发"));
            assert!(!former.contains("id=\"successions\""));
        }
    }
}
