//! Keys and certificate.

use super::Finding;
use crate::command::cert::{RENEW_DAYS, standing};
use crate::config::Loaded;
use crate::failure::Failure;
use zhengku_node::NodeError;
use zhengku_node::keys::KeyStore;
use zhengku_node::layout::Layout;

pub(super) fn examine(loaded: &Loaded) -> Vec<Finding> {
    let mut findings = files(&Layout::new(&loaded.config.data));
    findings.extend(certificate(loaded));
    findings
}

/// The key files of a directory.
pub(super) fn files(layout: &Layout) -> Vec<Finding> {
    let directory = layout.keys();
    let keys = KeyStore::new(&directory);
    let mut findings = Vec::new();
    let names = match keys.names() {
        Ok(names) => names,
        Err(error) => {
            let mut finding = Finding::of_failure("密钥目录", "the directory of keys", &Failure::from(error));
            finding.remedy_zh = "请核对 data, 或从备份恢复 keys 目录".to_owned();
            finding.remedy_en = "check `data`, or restore the keys from the backup".to_owned();
            return vec![finding];
        }
    };
    let mut clear = 0_usize;
    for name in &names {
        if let Err(error) = keys.check(name) {
            findings.push(Finding::of_failure(&format!("密钥 {name}"), &format!("key {name}"), &Failure::from(error)));
        }
        clear = clear.saturating_add(usize::from(keys.picture(name).is_ok_and(|picture| !picture.is_encrypted)));
    }
    if findings.is_empty() {
        let count = names.len();
        findings.push(Finding::fine(format!("{count} 个密钥可用"), format!("{count} keys can be used")));
    }
    if clear > 0 {
        let found = (format!("{clear} 个密钥文件没有口令"), format!("{clear} key files are without a passphrase"));
        let remedy = format!("zhengku key encrypt --keys {}", directory.display());
        findings.push(Finding::warning(found, (&remedy, &remedy)));
    }
    findings
}

/// None when a key that cannot be read may be the certificate's: that is told of the key.
fn certificate(loaded: &Loaded) -> Option<Finding> {
    let standing = match standing(loaded) {
        Ok(standing) => standing,
        Err(Failure::Node(NodeError::Key { .. } | NodeError::File { .. })) => return None,
        Err(failure) => return Some(Finding::of_failure("证书", "the certificate", &failure)),
    };
    let renew = format!("zhengku cert renew --config {}", loaded.path.display());
    let remedy = (renew.as_str(), renew.as_str());
    if !standing.fits_key || !standing.names_node {
        let found = ("证书与网络密钥或节点名不符".to_owned(), "the certificate is of another key or node".to_owned());
        return Some(Finding::wrong(found, remedy));
    }
    let left = standing.days_left;
    let found = (format!("证书剩余 {left} 天"), format!("the certificate has {left} days left"));
    Some(match left {
        i64::MIN..0 => Finding::wrong(("证书已过期".to_owned(), "the certificate has expired".to_owned()), remedy),
        0..=RENEW_DAYS => Finding::warning(found, remedy),
        _ => Finding::fine(found.0, found.1),
    })
}
