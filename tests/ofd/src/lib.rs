//! Independent readers of OFD judge our files; they are dependencies of this package only. See `readers.rs`.
