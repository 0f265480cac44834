//! `zhengku-crypto` against OpenSSL 3.0 as an independent implementation: signatures both ways, certificates, revocation lists.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod arbitrary;
mod chain;
mod kinds;
mod revocation;
mod signature;
mod workshop;
