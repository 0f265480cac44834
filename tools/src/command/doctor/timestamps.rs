//! The timestamping authority of a directory, and the one that is asked when something is sealed there: without it nothing is sealed.

use super::Finding;
use super::pki::{CERTIFICATE_WARNING_DAYS, left};
use crate::failure::Failure;
use crate::remote::TimestampClient;
use zhengku_ledger::ids::TimestampMs;
use zhengku_node::layout::Layout;
use zhengku_node::pki::Pki;
use zhengku_node::timestamping::{TimestampOffice, TimestampService};

/// Judges both; nothing for a directory that has neither.
pub(super) fn examine(layout: &Layout, now: TimestampMs) -> Vec<Finding> {
    let now_s = i64::try_from(now.0 / 1000).unwrap_or(i64::MAX);
    judged(layout, now_s)
        .unwrap_or_else(|failure| vec![Finding::of_failure("时间戳服务", "the timestamping authority", &failure)])
}

fn judged(layout: &Layout, now_s: i64) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    if let Some(certificate) = TimestampOffice::certificate_of(layout)? {
        let data = layout.root().display();
        let what = ("时间戳服务的证书".to_owned(), "the certificate of the timestamping authority".to_owned());
        let remedy = (
            format!(
                "另行签发 (zhengku ca issue --profile timestamp), 再运行 zhengku timestamp run --data {data} --certificate FILE"
            ),
            format!(
                "have another one issued (zhengku ca issue --profile timestamp), then zhengku timestamp run --data {data} --certificate FILE"
            ),
        );
        findings.push(left(&what, (certificate.not_after(), now_s), CERTIFICATE_WARNING_DAYS, &remedy));
    }
    if let Some(TimestampService { url }) = TimestampService::of(layout)? {
        let asked = TimestampClient::tried(&url, Pki::open(layout)?.trust()?);
        findings.push(match asked {
            Ok(_) => {
                Finding::fine(format!("时间戳服务 {url} 应答无误"), format!("the timestamping authority {url} answers"))
            }
            Err(reason) => Finding::wrong(
                (
                    format!("时间戳服务 {url} 不能使用, 不能签发 ({reason})"),
                    format!("the timestamping authority {url} cannot be used, and nothing can be sealed: {reason}"),
                ),
                (
                    "修复该服务, 或改用其他服务 (zhengku timestamp use), 或停用 (zhengku timestamp drop)",
                    "mend it, use another one (zhengku timestamp use), or none (zhengku timestamp drop)",
                ),
            ),
        });
    }
    Ok(findings)
}
