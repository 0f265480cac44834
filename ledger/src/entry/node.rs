//! A node of the network on the ledger: who operates it, which keys it uses and where it is reached. Public facts only.

use crate::codec::{Bounded, Text};
use crate::ids::OrganisationNumber;
use borsh::{BorshDeserialize, BorshSerialize};
use zhengku_crypto::sign::{Algorithm, PublicKey};

/// The longest certificate of a node in bytes: an X.509 certificate with an ed25519 or SM2 key takes 400 to 900.
pub const MAX_NODE_CERTIFICATE_BYTES: usize = 2048;

/// A validator or an observer.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Node {
    /// Its name, by which it is known for good: lower-case letters, digits, `-` and `.`, e.g. `pudong-1`.
    pub name: Text<64>,
    /// Who operates it.
    pub organisation: OrganisationNumber,
    /// What it does.
    pub role: NodeRole,
    /// The ed25519 key that it votes with.
    pub consensus_key: PublicKey,
    /// The ed25519 key that its connections are known by.
    pub network_key: PublicKey,
    /// Where its agreement is reached: a multiaddress such as `/ip4/192.0.2.1/tcp/7001`; empty when it only dials out.
    pub consensus_address: Text<128>,
    /// Where its exchange of transactions is reached; as `consensus_address`.
    pub exchange_address: Text<128>,
    /// The base of its interface, e.g. `https://node.example`; may be empty.
    pub url: Text<128>,
    /// An X.509 certificate (DER) of the network key; may be empty.
    pub certificate: Bounded<u8, 0, MAX_NODE_CERTIFICATE_BYTES>,
    /// Whether it takes part.
    pub status: NodeStatus,
}

/// What a node does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum NodeRole {
    /// It votes on blocks.
    Validator = 1,
    /// It follows and serves readers.
    Observer = 2,
}

/// Whether a node takes part.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum NodeStatus {
    /// It does.
    Active = 1,
    /// It was removed; its name stays taken.
    Removed = 2,
}

/// Why a record of a node contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NodeRefusal {
    /// The name.
    #[error("the name takes lower-case letters, digits, `-` and `.`, beginning with a letter or digit")]
    Name,
    /// A key that is not ed25519, or one key for both uses.
    #[error("the consensus and the network key must be two different ed25519 keys")]
    Keys,
    /// An address.
    #[error("addresses are empty or like /ip4/192.0.2.1/tcp/7001, the url empty or http(s)")]
    Address,
    /// The certificate.
    #[error("the certificate must be empty or X.509 DER of the network key")]
    Certificate,
}

impl Node {
    /// Whether it votes now.
    #[must_use]
    pub fn is_validator(&self) -> bool {
        self.role == NodeRole::Validator && self.status == NodeStatus::Active
    }

    /// The rules that need nothing but the record.
    ///
    /// # Errors
    /// [`NodeRefusal`].
    pub fn check(&self) -> Result<(), NodeRefusal> {
        if !is_name(self.name.as_str()) {
            return Err(NodeRefusal::Name);
        }
        let ed25519 = |key: &PublicKey| key.algorithm() == Algorithm::Ed25519;
        if !ed25519(&self.consensus_key) || !ed25519(&self.network_key) || self.consensus_key == self.network_key {
            return Err(NodeRefusal::Keys);
        }
        let addresses = [&self.consensus_address, &self.exchange_address];
        if !addresses.into_iter().all(|one| is_address(one.as_str())) || !is_url(self.url.as_str()) {
            return Err(NodeRefusal::Address);
        }
        if !self.certificate.is_empty() {
            let parsed = zhengku_crypto::certificate::Certificate::from_der(&self.certificate);
            if parsed.map_or(true, |one| *one.public_key() != self.network_key) {
                return Err(NodeRefusal::Certificate);
            }
        }
        Ok(())
    }
}

/// Names stand in file names, in signed notes and on pages: nothing in them may need quoting.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.bytes().next().is_some_and(plain) && name.bytes().all(|byte| plain(byte) || byte == b'-' || byte == b'.')
}

/// `/ip4|ip6|dns|dns4|dns6/<host>/tcp/<port>`, or empty. The peer's identity is not part of it: it follows from the network key.
fn is_address(address: &str) -> bool {
    if address.is_empty() {
        return true;
    }
    let mut parts = address.split('/');
    let (before, kind, host) = (parts.next(), parts.next(), parts.next());
    let (transport, port, after) = (parts.next(), parts.next(), parts.next());
    let host_fits = match (kind, host) {
        (Some("ip4"), Some(host)) => host.parse::<std::net::Ipv4Addr>().is_ok(),
        (Some("ip6"), Some(host)) => host.parse::<std::net::Ipv6Addr>().is_ok(),
        (Some("dns" | "dns4" | "dns6"), Some(host)) => is_host(host),
        _ => false,
    };
    let port_fits = port.is_some_and(|port| port.parse::<u16>().is_ok_and(|number| number.to_string() == port));
    before == Some("") && host_fits && transport == Some("tcp") && port_fits && after.is_none()
}

fn is_host(host: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.' || byte == b'_';
    !host.is_empty() && host.bytes().all(fits)
}

fn is_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let fits = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'\\' | b'`');
    url.is_empty() || rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(fits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{node, signer, text};
    use zhengku_crypto::sign::{Signer, Sm2Signer};

    #[test]
    fn a_record_keeps_its_rules() {
        let refused = |change: &dyn Fn(&mut Node)| {
            let mut one = node(0);
            change(&mut one);
            one.check().err()
        };
        assert_eq!(refused(&|_| ()), None);
        for name in ["", "-a", ".a", "A", "a b", "a/b", "证"] {
            assert_eq!(refused(&|one| one.name = text(name)), Some(NodeRefusal::Name), "{name}");
        }
        let sm2 = Sm2Signer::from_secret(&[7; 32]).unwrap().public_key();
        assert_eq!(refused(&|one| one.consensus_key = sm2.clone()), Some(NodeRefusal::Keys));
        assert_eq!(refused(&|one| one.network_key = sm2.clone()), Some(NodeRefusal::Keys));
        assert_eq!(refused(&|one| one.network_key = one.consensus_key.clone()), Some(NodeRefusal::Keys));
        assert_eq!(
            refused(&|one| one.certificate = Bounded::new(vec![48, 0]).unwrap()),
            Some(NodeRefusal::Certificate)
        );
        assert_eq!(refused(&|one| one.network_key = signer(77).public_key()), None);
    }

    #[test]
    fn addresses_have_one_form() {
        for good in ["", "/ip4/192.0.2.1/tcp/7001", "/ip6/2001:db8::1/tcp/1", "/dns4/node-1.example/tcp/65535"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "192.0.2.1:7001",
            "/ip4/192.0.2.1/udp/7001",
            "/ip4/192.0.2.1/tcp/70000",
            "/ip4/192.0.2/tcp/1",
            "/ip4/192.0.2.1/tcp/07",
            "/ip4/192.0.2.1/tcp/1/p2p/abc",
            "/ip4/192.0.2.1/tcp/",
            "x/ip4/192.0.2.1/tcp/1",
            "/dns//tcp/1",
            "/dns/a b/tcp/1",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
        for good in ["", "http://127.0.0.1:8080", "https://node.example/zhengku"] {
            assert!(is_url(good), "{good}");
        }
        for bad in ["ftp://a", "http://", "javascript:alert(1)", "https://a b", "https://a\"onload=", "https://节点"]
        {
            assert!(!is_url(bad), "{bad}");
        }
    }
}
