//! The canonical encoding: committed vectors, round trips of arbitrary values, and everything that is not canonical is refused.

mod arbitrary;
mod bounds;
mod canonical;
mod vectors;
