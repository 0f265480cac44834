//! The ledger of Zhengku on RocksDB.
//!
//! One decided block is one synced write batch: entry bundles, log tiles, index rows, the block row and the tip, all or nothing.
//! The log's edge and the currency bitmap live in memory and are rebuilt and compared with the certified header at every start;
//! a store that disagrees with its header refuses to run.
//!
//! ```text
//! meta    format, genesis, tip, tail (the last, partial bundle), checkpoint (the bitmap now and then)
//! bundle  place (u64 BE)                -> 256 entries, each with a u16 BE length (C2SP tlog-tiles)
//! tile    level (u8), place (u64 BE)    -> 256 hashes of 32 bytes
//! block   height (u64 BE)               -> header, certificate, transactions, outcomes, superseded entries
//! key     first 16 bytes of the key     -> place of the newest entry (u64 BE)
//! holder  first 16 bytes, place (u64 BE)-> nothing
//! file    first 16 bytes of SHA-256   -> place of the first entry that names the file (u64 BE)
//! applied organisation (u32 BE), idempotency key -> transaction id, height (u64 BE), place in the block (u32 BE)
//! ```
//!
//! Deliberately absent: what a transaction means, consensus, the clock. Read first: [`Store`], [`View`], [`fsck::fsck`].

mod beside;
mod bundle;
mod column;
mod commit;
mod error;
pub mod fsck;
mod load;
mod log_nodes;
mod open;
mod prove;
mod raw;
mod receipts;
mod row;
mod serve;
pub mod signed_record;
mod view;

pub use beside::look_again;
pub use error::StoreError;
pub use open::{OpenMode, Recovery, Store, StoreOptions};
pub use raw::raw_rows_per_second;
pub use receipts::BlockReceipts;
pub use row::{StoredBlock, StoredPayload, StoredTransaction};
pub use serve::Witnessed;
pub use view::View;
