//! The parts of Malachite that this package uses, under short names; everything else of it stays outside.

pub(crate) use arc_malachitebft_app_channel as channel;
pub(crate) use arc_malachitebft_app_channel::app::types::{codec, core, streaming};
pub(crate) use arc_malachitebft_app_channel::app::{config, consensus, engine as actors, metrics, types};
pub(crate) use arc_malachitebft_signing as signing;
pub(crate) use arc_malachitebft_sync as sync;
