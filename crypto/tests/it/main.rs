//! `zhengku-crypto` against OpenSSL 3.0 as an independent implementation: signatures both ways, certificates, revocation lists.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod arbitrary;
mod chain;
mod issue;
mod kinds;
mod office;
mod revocation;
mod seal;
mod seal_hostile;
mod signature;
mod timestamp;
mod workshop;
