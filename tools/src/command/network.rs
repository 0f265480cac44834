//! `zhengku network`.

use super::cert::RENEW_DAYS;
use crate::cli::network::NodeUrl;
use crate::failure::Failure;
use crate::output::Console;
use crate::remote::Client;
use zhengku_api_types::{Network, NetworkNode, NodeRole};

const NEGATIVE: u8 = 1;
const DAY_MS: u64 = 86_400_000;

/// `network status`: 1 when the node has no quorum.
pub(super) fn status(arguments: &NodeUrl, console: &Console) -> Result<u8, Failure> {
    let network = super::wait(Client::new(&arguments.node)?.network())??;
    let language = console.language();
    if console.is_json() {
        console.value(&network)?;
        return Ok(u8::from(!network.has_quorum));
    }
    let headings = [
        ("节点", "Node"),
        ("角色", "Role"),
        ("高度", "Height"),
        ("落后", "Behind"),
        ("延迟", "Round trip"),
        ("证书剩余", "Certificate"),
        ("最近一票", "Last vote"),
    ];
    let newest = network.nodes.iter().filter_map(|node| node.height).max().unwrap_or_default();
    let rows: Vec<Vec<String>> = network.nodes.iter().map(|node| row(node, &network, newest, console)).collect();
    console.rows(&network.nodes, &headings.map(|(zh, en)| language.pick(zh, en)), &rows)?;
    let (zh, en) = verdict(&network, &arguments.node);
    console.remark(&zh, &en);
    Ok(if network.has_quorum { 0 } else { NEGATIVE })
}

fn row(node: &NetworkNode, network: &Network, newest: u64, console: &Console) -> Vec<String> {
    let language = console.language();
    let none = || "–".to_owned();
    let role = match node.role {
        NodeRole::Validator => language.pick("验证", "validator"),
        NodeRole::Observer => language.pick("观察", "observer"),
    };
    let height = match (node.is_connected, node.height) {
        (false, _) => language.pick("离线", "offline").to_owned(),
        (true, Some(height)) => height.to_string(),
        (true, None) => none(),
    };
    let behind = node.height.filter(|_| node.is_connected).map(|height| newest.saturating_sub(height).to_string());
    let round_trip = node.round_trip_us.filter(|_| node.is_connected).map(|us| {
        let tenths = us.checked_div(100).unwrap_or_default();
        format!("{}.{} ms", tenths.checked_div(10).unwrap_or_default(), tenths.checked_rem(10).unwrap_or_default())
    });
    let certificate = node.certificate_ends_ms.map(|ends| match ends.checked_sub(network.now_ms) {
        None => language.pick("已过期 ✗", "expired ✗").to_owned(),
        Some(left) => {
            let days = left.checked_div(DAY_MS).unwrap_or_default();
            let mark = if i64::try_from(days).unwrap_or(i64::MAX) <= RENEW_DAYS { " !" } else { "" };
            format!("{days} {}{mark}", language.pick("天", "days"))
        }
    });
    let vote = node.last_vote.map(|vote| format!("{} {vote}", language.pick("高度", "height")));
    vec![
        node.name.clone(),
        role.to_owned(),
        height,
        behind.unwrap_or_else(none),
        round_trip.unwrap_or_else(none),
        certificate.unwrap_or_else(none),
        vote.unwrap_or_else(none),
    ]
}

/// How many more may fail, and what to do next.
fn verdict(network: &Network, url: &str) -> (String, String) {
    let validators = || network.nodes.iter().filter(|node| node.role == NodeRole::Validator);
    let all = u64::try_from(validators().count()).unwrap_or(u64::MAX);
    let up = u64::try_from(validators().filter(|node| node.is_connected).count()).unwrap_or(u64::MAX);
    let (tolerated, failed) = (all.saturating_sub(network.quorum), all.saturating_sub(up));
    let offences = match network.offences {
        0 => (String::new(), String::new()),
        count => {
            (format!(" 账本上有 {count} 项作恶证据。"), format!(" The ledger holds evidence of {count} offences."))
        }
    };
    let (zh, en) = match (network.has_quorum, tolerated.saturating_sub(failed)) {
        (false, _) => (
            format!(
                "可容忍故障 {tolerated}, 现故障 {failed}: 已停止出块。 请先恢复节点, 再运行 zhengku network status --node {url}"
            ),
            format!(
                "{tolerated} may fail, {failed} have: nothing is decided. Bring nodes back, then zhengku network status --node {url}"
            ),
        ),
        (true, 0) if failed > 0 => (
            format!("可容忍故障 {tolerated}, 现故障 {failed}: 再失一个即停止出块。"),
            format!("{tolerated} may fail, {failed} have: one more and nothing is decided."),
        ),
        (true, more) => (
            format!("可容忍故障 {tolerated}, 现故障 {failed}: 还可再失 {more} 个。"),
            format!("{tolerated} may fail, {failed} have: {more} more may."),
        ),
    };
    (zh + &offences.0, en + &offences.1)
}
