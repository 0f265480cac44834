//! A network of nodes on this machine, made to be hurt: processes that are killed, paused and made to lie, links that are cut and
//! slowed. All of it without any privilege: the nodes are child processes, and their links go through this one.

pub(crate) mod control;
pub(crate) mod link;
pub(crate) mod order;
pub(crate) mod process;
pub(crate) mod setup;
pub(crate) mod supervisor;
pub(crate) mod wiring;
