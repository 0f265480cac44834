//! A transaction: what one organisation asks of the ledger under one signature. The signature covers an envelope of fixed size
//! with the Merkle root of the payload's items, so a batch of 4,096 licences is signed once and each has its own path.

pub mod outcome;
pub mod payload;
pub mod signed;

pub use outcome::{Outcome, RejectCode};
pub use payload::{
    Approval, BatchApproval, Correction, MASS_ACTION_ITEMS, MAX_BATCH_APPROVALS, MAX_CHANGES, MAX_ITEMS, MAX_OFFENCES,
    Mint, Payload, PayloadKind, SealApplication, SealCancellation, SealFiling, SealMaking, StatusChange,
    SupersedeCause, Supersession,
};
pub use signed::{Envelope, SignedTransaction, TransactionError, VerifiedTransaction};

#[cfg(test)]
mod tests;
