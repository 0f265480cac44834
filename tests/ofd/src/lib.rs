//! Independent readers of OFD judge our files; they are development dependencies of this package only. See `readers.rs`.
