//! `zhengku timestamp`: a timestamping authority of one's own (RFC 3161 with SM2 and SM3), and the one that is asked when something is
//! sealed in a directory.

use super::asked_to_stop;
use super::ca::{now_s, read_certificate, time_text};
use crate::cli::DataArgument;
use crate::cli::issue::{TimestampCommand, TimestampRunArguments, TimestampUseArguments};
use crate::failure::Failure;
use crate::output::Console;
use crate::remote::TimestampClient;
use std::sync::Arc;
use tokio::net::TcpListener;
use zhengku_api::timestamp::{Stamps, serve};
use zhengku_library::random::Randomness;
use zhengku_node::keys::KeyStore;
use zhengku_node::layout::Layout;
use zhengku_node::pki::Pki;
use zhengku_node::timestamping::{TimestampOffice, TimestampService};

/// `zhengku timestamp …`.
pub(super) fn run(command: &TimestampCommand, console: &Console) -> Result<u8, Failure> {
    match command {
        TimestampCommand::Run(arguments) => serve_until_asked(arguments, console),
        TimestampCommand::Use(arguments) => take(arguments, console),
        TimestampCommand::Drop(arguments) => leave(arguments, console),
    }
}

/// The authority behind the interface.
struct Office(TimestampOffice);

impl Stamps for Office {
    fn answer(&self, request: &[u8]) -> Option<Vec<u8>> {
        let answered = self.0.answer(request, now_s(), &mut Randomness::new());
        answered.inspect_err(|error| tracing::error!(error = %error, "timestamp.not_given")).ok()
    }
}

fn serve_until_asked(arguments: &TimestampRunArguments, console: &Console) -> Result<u8, Failure> {
    let layout = Layout::new(&arguments.data.data);
    let given = arguments.certificate.as_deref().map(read_certificate).transpose()?;
    let keys = KeyStore::new(&layout.keys());
    let office = TimestampOffice::open(&layout, &keys, given, now_s(), &mut Randomness::new())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::output)?;
    runtime.block_on(async {
        let address = arguments.listen;
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Failure::usage(format!("{address}: 不能监听 ({error})"), format!("cannot listen on {address}: {error}"))
        })?;
        let url = format!("http://{}/", listener.local_addr().map_err(Failure::output)?);
        let certificate = office.certificate();
        let (serial, until) = (certificate.serial_hex(), time_text(certificate.not_after()));
        let answer = serde_json::json!({ "url": url, "certificate": serial, "not_after": until });
        let rows =
            [("时间戳服务", "Timestamps", url.clone()), ("证书", "Certificate", serial), ("有效期至", "Until", until)];
        console.result(&answer, &rows)?;
        serve(listener, Arc::new(Office(office)), asked_to_stop()).await.map_err(|error| {
            Failure::usage(format!("时间戳服务停止 ({error})"), format!("the authority stopped: {error}"))
        })
    })?;
    Ok(0)
}

/// Tries the authority first: one that cannot be used, or that verifiers would not trust, is not taken.
fn take(arguments: &TimestampUseArguments, console: &Console) -> Result<u8, Failure> {
    let layout = Layout::new(&arguments.data.data);
    let url = address(&arguments.url)?;
    let stamp = TimestampClient::tried(&url, Pki::open(&layout)?.trust()?).map_err(|reason| {
        Failure::usage(
            format!("{url}: 不能使用此时间戳服务 ({reason}); 未作改动"),
            format!("{url} cannot be used: {reason}; nothing was changed"),
        )
    })?;
    let apart = stamp.time_unix_s.saturating_sub(now_s());
    TimestampService { url: url.clone() }.keep(&layout)?;
    let certificate = &stamp.certificate;
    let answer = serde_json::json!({
        "url": url, "certificate": certificate.serial_hex(), "subject": certificate.subject(), "seconds_apart": apart,
    });
    let rows = [
        ("时间戳服务", "Timestamps", url),
        ("证书", "Certificate", format!("{} ({})", certificate.serial_hex(), certificate.subject())),
        ("时钟相差", "Clocks apart", format!("{apart} s")),
    ];
    console.result(&answer, &rows)?;
    Ok(0)
}

fn leave(arguments: &DataArgument, console: &Console) -> Result<u8, Failure> {
    let was_used = TimestampService::drop_of(&Layout::new(&arguments.data))?;
    let told = if was_used { ("已停用", "no longer used") } else { ("本来未使用", "was not used") };
    let word = console.language().pick(told.0, told.1).to_owned();
    console.result(&serde_json::json!({ "was_used": was_used }), &[("时间戳服务", "Timestamps", word)])?;
    Ok(0)
}

/// An address of plain HTTP: a token proves itself, whoever carries it.
fn address(url: &str) -> Result<String, Failure> {
    let parsed = reqwest::Url::parse(url.trim()).ok().filter(|parsed| parsed.scheme() == "http" && parsed.has_host());
    parsed.map(String::from).ok_or_else(|| {
        Failure::usage(
            format!("{url}: 不是时间戳服务的地址, 例如 http://127.0.0.1:8610/"),
            format!("{url} is not the address of a timestamping authority, e.g. http://127.0.0.1:8610/"),
        )
    })
}
