//! The services around the ledger.
//!
//! Here a department's register becomes licences: [`register`] reads and checks the rows, [`import`] seals the face data into the
//! [`vault`] and mints what the ledger needs (digests, pseudonyms, dates, status). The ledger itself is reached through two ports,
//! [`port::Submit`] and [`port::Read`], so that nothing here knows blocks, storage or consensus.
//!
//! Personal data exists in three places only: the department's file, the encrypted vault, and memory. The ledger and the logs get
//! keyed pseudonyms and salted digests.
//!
//! Deliberately absent: the clock (dates are arguments), HTTP, the command line.
//!
//! Read first: [`register::Register`], [`import::Import`], [`vault::Vault`].

pub mod catalogue;
pub mod face;
pub mod import;
pub mod issue;
pub mod paper;
pub mod papers;
pub mod port;
pub mod random;
pub mod register;
pub mod sample;
pub mod spreadsheet;
pub mod vault;
pub mod whole;
