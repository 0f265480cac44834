//! The desks of a department.

pub mod port;
