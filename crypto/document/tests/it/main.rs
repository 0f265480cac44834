//! Licence files through the public API: genuine ones, flipped ones, forged ones, arbitrary bytes.

mod arbitrary;
mod flips;
mod forgeries;
mod genuine;
mod workshop;
