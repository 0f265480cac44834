//! What the HTTP interface of a Zhengku node says, as JSON. Shared by the node, which writes it, and by clients, which read it.
//!
//! One type for each thing said; digests are [`Hex`], canonical bytes are [`Octets`], instants are milliseconds since
//! 1970-01-01T00:00:00Z. `From` turns the ledger's types into these; nothing here judges: whoever wants to *believe* an answer
//! takes the canonical bytes out of it and verifies them with the ledger's own types.
//!
//! Deliberately absent: HTTP itself, and every secret or personal datum (there is none on the ledger).
//!
//! ```
//! use zhengku_api_types::{Hex, Outcome};
//! let outcome = Outcome::Applied { first: 7, count: 1 };
//! assert_eq!(serde_json::to_string(&outcome).unwrap(), r#"{"result":"applied","first":7,"count":1}"#);
//! assert!("AB".repeat(32).parse::<Hex>().is_err(), "one spelling only");
//! ```

mod block;
mod directory;
mod entry;
mod governance;
mod log;
mod network;
mod octets;
mod problem;
mod register;
mod status;
mod transaction;
mod verification;

pub use block::{Block, BlockList, BlockNotice, BlockSummary, Certificate, Header, TransactionSummary, Vote};
pub use directory::{
    Alias, FieldRule, LicenceType, LicenceTypes, Organisation, OrganisationStatus, Organisations, Role, StateName,
    ValidityRule,
};
pub use entry::{
    Entry, EntryBody, EntryProof, FileOwner, FindRequest, Found, FoundEntry, Licence, LicenceFile, LookupRequest,
    Witness,
};
pub use governance::{InterfaceLimits, Node, Nodes, Parameters, Proposal, Proposals};
pub use log::{BitmapChanges, Consistency, SetChange, Validator, ValidatorHistory};
pub use network::{Network, NetworkNode, NodeRole};
pub use octets::{Hex, HexError, Octets};
pub use problem::{Problem, Side};
pub use register::{BatchApproval, MadeSeal, MaterialType, MaterialTypes, Seal, Seals};
pub use status::{Health, Status};
pub use transaction::{Accepted, BatchItem, BatchResult, Decision, Outcome, Receipt};
pub use verification::{StatusSource, Verification, VerificationCheck, VerifiedField, VerifiedSeal};
