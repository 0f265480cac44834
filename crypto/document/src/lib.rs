//! The licence file (电子证照文件): from face fields to a sealed OFD package, its PDF/A twin and its preview, and back: what a file
//! in hand is worth.
//!
//! One page model ([`page`]) stands between what a licence says and every format it is written in, so that OFD, PDF and PNG show the
//! same. Lengths are whole micrometres: the same licence gives the same bytes on every machine.
//!
//! Read first: [`page::Sheet`], [`font::FontLibrary`].
//!
//! Deliberately absent: the clock and randomness (times, salts and identifiers are arguments), the network, the vault.

mod angle;
pub mod fixtures;
pub mod font;
pub mod licence;
pub mod ofd;
pub mod package;
pub mod page;
pub mod pdf;
pub mod png;
pub mod reader;
pub mod seal_picture;
pub mod subset;
pub mod template;
pub mod text;
pub mod trust;
pub mod verify;
