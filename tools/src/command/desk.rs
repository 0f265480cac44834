//! `zhengku desk`: the department's desk in a browser, and who may sit at it.

use super::asked_to_stop;
use crate::access::Access;
use crate::cli::issue::{DeskCommand, DeskRunArguments, OperatorArguments, OperatorCommand};
use crate::desk::{Desk, DeskPort, fonts, operators};
use crate::failure::Failure;
use crate::output::Console;
use crate::passphrase;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use tokio::net::TcpListener;
use zeroize::Zeroizing;
use zhengku_api::desk::{Settings, serve};
use zhengku_node::layout::Layout;
use zhengku_store::OpenMode;

/// How often key, node and operators are looked at.
const LOOK: Duration = Duration::from_secs(2);
/// The longest password file.
const MAX_PASSWORD_FILE: u64 = 4096;

/// Runs a subcommand.
pub(crate) fn command(command: &DeskCommand, console: &Console) -> Result<u8, Failure> {
    match command {
        DeskCommand::Run(arguments) => run(arguments, console),
        DeskCommand::Operator(command) => operator(command, console),
    }
}

/// `desk run`: serves until it is asked to stop.
fn run(arguments: &DeskRunArguments, console: &Console) -> Result<u8, Failure> {
    if !arguments.listen.ip().is_loopback() && !arguments.behind_proxy {
        return Err(Failure::usage(
            "监听本机以外的地址须有 TLS 反向代理; 确有时加 --behind-proxy",
            "an address that others reach needs a proxy that ends TLS; with one, add --behind-proxy",
        ));
    }
    let layout = Layout::new(&arguments.data.data);
    let access = Access::open(&arguments.data, arguments.node.as_deref(), OpenMode::Write)?;
    let desk = Arc::new(Desk::open(access, layout, fonts()?)?);
    if operators::list(&arguments.data.data)?.is_empty() {
        console.remark(
            "尚无操作员, 无人能登录; 请运行 zhengku desk operator add",
            "there is no operator yet, and nobody can log in; run `zhengku desk operator add`",
        );
    }
    if desk.issues_nothing() {
        console.remark(
            "此处尚不能签发任何证照: 账本须有证照目录 (zhengku catalogue publish), 本目录须有发证机关的密钥",
            "nothing can be issued here yet: the ledger needs a catalogue (zhengku catalogue publish), and the directory an issuer's key",
        );
    }
    let (stop, stopped) = channel::<()>();
    let looking = Arc::clone(&desk);
    let looker = std::thread::spawn(move || {
        while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            looking.look();
        }
    });
    let served = serve_until_asked(arguments, &desk, console);
    drop(stop);
    // A panic of the looker was reported when it happened.
    let _ = looker.join();
    served.map(|()| 0)
}

fn serve_until_asked(arguments: &DeskRunArguments, desk: &Arc<Desk>, console: &Console) -> Result<(), Failure> {
    let settings =
        Settings { origins: arguments.origins.clone(), is_secure: arguments.behind_proxy, ..Settings::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::output)?;
    let served = runtime.block_on(async {
        let address = arguments.listen;
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Failure::usage(format!("{address}: 不能监听 ({error})"), format!("cannot listen on {address}: {error}"))
        })?;
        let local = listener.local_addr().map_err(Failure::output)?;
        let url = format!("http://{local}");
        console.result(&serde_json::json!({ "url": url }), &[("制证台", "Desk", url.clone())])?;
        let port = Arc::new(DeskPort::new(Arc::clone(desk)));
        let ending = Arc::clone(desk);
        let asked = async move {
            asked_to_stop().await;
            ending.ask_to_stop();
        };
        serve(listener, port, settings, asked)
            .await
            .map_err(|error| Failure::usage(format!("制证台停止 ({error})"), format!("the desk stopped: {error}")))
    });
    // Waits for what blocks: a signing that has begun is finished.
    drop(runtime);
    served
}

fn operator(command: &OperatorCommand, console: &Console) -> Result<u8, Failure> {
    match command {
        OperatorCommand::Add(arguments) => {
            let one = &arguments.operator;
            let password = password(one, console)?;
            let name = arguments.name.as_deref().unwrap_or(&one.login);
            let new =
                operators::NewOperator { login: &one.login, name, role: arguments.role, issuers: &arguments.issuers };
            operators::add(&one.data.data, &new, &password)?;
            told(console, "已添加操作员", "Operator added", &one.login)
        }
        OperatorCommand::Passwd(one) => {
            let password = password(one, console)?;
            operators::set_password(&one.data.data, &one.login, &password)?;
            told(console, "已更换口令", "Password changed", &one.login)
        }
        OperatorCommand::Remove(one) => {
            operators::remove(&one.data.data, &one.login)?;
            told(console, "已移除操作员", "Operator removed", &one.login)
        }
        OperatorCommand::List(data) => {
            let all = operators::list(&data.data)?;
            let role = |role: operators::RoleName| match role {
                operators::RoleName::Viewer => console.language().pick("查看", "viewer"),
                operators::RoleName::Clerk => console.language().pick("经办", "clerk"),
                operators::RoleName::Reviewer => console.language().pick("复核", "reviewer"),
            };
            let issuers = |codes: &[String]| match codes {
                [] => console.language().pick("全部", "all").to_owned(),
                codes => codes.join(", "),
            };
            let row = |one: &operators::Listed| {
                vec![one.login.clone(), one.name.clone(), role(one.role).to_owned(), issuers(&one.issuers)]
            };
            let rows: Vec<Vec<String>> = all.iter().map(row).collect();
            let headings = [("登录名", "Login"), ("姓名", "Name"), ("角色", "Role"), ("发证机关", "Issuers")];
            console.rows(&all, &headings.map(|(zh, en)| console.language().pick(zh, en)), &rows)?;
            Ok(0)
        }
    }
}

fn told(console: &Console, zh: &'static str, en: &'static str, login: &str) -> Result<u8, Failure> {
    console.result(&serde_json::json!({ "login": login }), &[(zh, en, login.to_owned())])?;
    Ok(0)
}

/// The first line of the password file, or what is typed in twice.
fn password(one: &OperatorArguments, console: &Console) -> Result<Zeroizing<String>, Failure> {
    match &one.password_file {
        Some(path) => read_password(path),
        None => passphrase::new_password(console),
    }
}

fn read_password(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let file = std::fs::File::open(path).map_err(Failure::file(path))?;
    let mut text = Zeroizing::new(String::new());
    std::io::Read::read_to_string(&mut std::io::Read::take(file, MAX_PASSWORD_FILE), &mut text)
        .map_err(Failure::file(path))?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}
