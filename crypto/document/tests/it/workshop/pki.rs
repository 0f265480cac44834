//! Certificates and revocation lists by hand.

use super::der::{Der, ID_EC_KEY, ID_PRIME_FIELD, ID_SM2_SM3};
use super::{DAY_S, ISSUER, OTHER, SIGNED_S};
use zhengku_crypto::sign::{Signer, Sm2Signer};

/// Key usage bits: `digitalSignature`, `keyCertSign`, `cRLSign`, `keyEncipherment`.
pub(crate) const SIGN: u8 = 0x80;
const AUTHORITY: u8 = 0x04 | 0x02;
pub(crate) const ENCIPHER: u8 = 0x20;

/// A key with its certificate.
pub(crate) struct Party {
    pub(crate) name: Vec<u8>,
    pub(crate) key: Sm2Signer,
    pub(crate) serial: u8,
    pub(crate) certificate: Vec<u8>,
}

/// What a certificate says.
pub(crate) struct Issue<'a> {
    pub(crate) serial: u8,
    pub(crate) name: &'a str,
    /// `organizationIdentifier`.
    pub(crate) code: Option<&'a str>,
    pub(crate) from_s: i64,
    pub(crate) to_s: i64,
    pub(crate) usage: u8,
    pub(crate) authority: bool,
    /// The curve by its parameters instead of its name.
    pub(crate) explicit_curve: bool,
}

impl<'a> Issue<'a> {
    pub(crate) fn signer(serial: u8, name: &'a str, code: &'a str) -> Self {
        Self {
            serial,
            name,
            code: Some(code),
            from_s: SIGNED_S - 100 * DAY_S,
            to_s: SIGNED_S + 600 * DAY_S,
            usage: SIGN,
            authority: false,
            explicit_curve: false,
        }
    }

    fn authority(serial: u8, name: &'a str) -> Self {
        let (from_s, to_s) = (SIGNED_S - 1000 * DAY_S, SIGNED_S + 4000 * DAY_S);
        Self { code: None, from_s, to_s, usage: AUTHORITY, authority: true, ..Self::signer(serial, name, "") }
    }
}

/// The authorities and their people.
pub(crate) struct Pki {
    pub(crate) root: Party,
    pub(crate) authority: Party,
    pub(crate) maker: Party,
    pub(crate) signer: Party,
    pub(crate) other: Party,
    /// A root that nobody trusts, with a maker and a signer who says the same of themselves as the real one.
    pub(crate) foreign_maker: Party,
    pub(crate) foreign_signer: Party,
}

impl Pki {
    pub(crate) fn new() -> Self {
        let root = Party::root(1, "样例根证书机构");
        let authority = root.issue(2, &Issue::authority(2, "样例印章证书机构"));
        let maker = authority.issue(3, &Issue::signer(3, "样例制章中心", "11999999TE5T00024D"));
        let signer = authority.issue(4, &Issue::signer(4, "样例市演示区市场监督管理局", &format!("NTRCN-{ISSUER}")));
        let other = authority.issue(5, &Issue::signer(5, "样例市另一局", OTHER));
        let foreign = Party::root(6, "他处根证书机构");
        let foreign_maker = foreign.issue(7, &Issue::signer(7, "样例制章中心", "11999999TE5T00024D"));
        let foreign_signer = foreign.issue(8, &Issue::signer(8, "样例市演示区市场监督管理局", ISSUER));
        Self { root, authority, maker, signer, other, foreign_maker, foreign_signer }
    }
}

fn key(seed: u8) -> Sm2Signer {
    Sm2Signer::from_secret(&[seed; 32]).unwrap()
}

impl Party {
    fn root(seed: u8, name: &str) -> Self {
        let (key, name_der) = (key(seed), name_der(name, None));
        let certificate = certificate(&Issue::authority(seed, name), &key, &name_der, &key);
        Self { name: name_der, key, serial: seed, certificate }
    }

    /// A party with a key of this seed, certified by this one.
    pub(crate) fn issue(&self, seed: u8, issue: &Issue<'_>) -> Self {
        let key = key(seed);
        let certificate = certificate(issue, &key, &self.name, &self.key);
        Self { name: name_der(issue.name, issue.code), key, serial: issue.serial, certificate }
    }
}

fn name_der(name: &str, code: Option<&str>) -> Vec<u8> {
    let one = |oid: &[u8], value: Der| Der::set(vec![Der::sequence(vec![Der::oid(oid), value])]);
    let mut parts = vec![one(&[0x55, 4, 6], Der::tagged(0x13, b"CN")), one(&[0x55, 4, 10], Der::utf8(name))];
    parts.extend(code.map(|code| one(&[0x55, 4, 0x61], Der::utf8(code))));
    Der::sequence(parts).into_bytes()
}

fn algorithm() -> Der {
    Der::sequence(vec![Der::oid(ID_SM2_SM3)])
}

/// `tbs`, signed.
fn signed(tbs: Der, key: &Sm2Signer) -> Vec<u8> {
    let signature = key.danger_sign_without_domain(&tbs.clone().into_bytes()).unwrap().to_x509();
    Der::sequence(vec![tbs, algorithm(), Der::bits(&signature)]).into_bytes()
}

fn certificate(issue: &Issue<'_>, key: &Sm2Signer, issuer: &[u8], issuer_key: &Sm2Signer) -> Vec<u8> {
    let extension = |oid: &[u8], value: Der| {
        let critical = Der::tagged(0x01, &[0xff]);
        Der::sequence(vec![Der::oid(oid), critical, Der::octets(&value.into_bytes())])
    };
    let constraints = if issue.authority { vec![Der::tagged(0x01, &[0xff])] } else { vec![] };
    let unused = issue.usage.trailing_zeros() as u8;
    let extensions = Der::sequence(vec![
        extension(&[0x55, 0x1d, 0x13], Der::sequence(constraints)),
        extension(&[0x55, 0x1d, 0x0f], Der::tagged(0x03, &[unused, issue.usage])),
    ]);
    let spki = key.public_key().to_spki_der();
    let spki = if issue.explicit_curve { explicit(key) } else { Der::raw(&spki) };
    let tbs = Der::sequence(vec![
        Der::explicit(0, Der::integer(&[2])),
        Der::integer(&[issue.serial]),
        algorithm(),
        Der::raw(issuer),
        Der::sequence(vec![Der::utc_time(issue.from_s), Der::utc_time(issue.to_s)]),
        Der::raw(&name_der(issue.name, issue.code)),
        spki,
        Der::explicit(3, extensions),
    ]);
    signed(tbs, issuer_key)
}

/// The key with the parameters of its curve written out (GB/T 32918.5), as attacks with look-alike curves need it.
fn explicit(key: &Sm2Signer) -> Der {
    let number = |text: &str| hex::decode(text).unwrap();
    let p = number("fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff");
    let a = number("fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc");
    let b = number("28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93");
    let n = number("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123");
    let g = number(
        "0432c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7\
         bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0",
    );
    let parameters = Der::sequence(vec![
        Der::integer(&[1]),
        Der::sequence(vec![Der::oid(ID_PRIME_FIELD), Der::integer(&p)]),
        Der::sequence(vec![Der::octets(&a), Der::octets(&b)]),
        Der::octets(&g),
        Der::integer(&n),
        Der::integer(&[1]),
    ]);
    let point = key.public_key().as_bytes().to_vec();
    Der::sequence(vec![Der::sequence(vec![Der::oid(ID_EC_KEY), parameters]), Der::bits(&point)])
}

/// A revocation list: serial numbers and times.
pub(crate) fn list(issuer: &Party, revoked: &[(u8, i64)], from_s: i64, to_s: i64) -> Vec<u8> {
    let one = |(serial, at): &(u8, i64)| Der::sequence(vec![Der::integer(&[*serial]), Der::utc_time(*at)]);
    let mut parts =
        vec![Der::integer(&[1]), algorithm(), Der::raw(&issuer.name), Der::utc_time(from_s), Der::utc_time(to_s)];
    if !revoked.is_empty() {
        parts.push(Der::sequence(revoked.iter().map(one).collect()));
    }
    signed(Der::sequence(parts), &issuer.key)
}
