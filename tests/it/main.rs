//! The cross-package tests: everything that needs more than one package, or the binaries.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod architecture;
mod check_digits;
mod desk;
mod end_to_end;
mod hostile;
mod independent;
mod independent_chain;
mod kill;
mod leak;
mod restart;
mod transparency;
