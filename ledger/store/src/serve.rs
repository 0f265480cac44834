//! What a node serves to others: entries with their paths at any height, tiles and bundles (C2SP tlog-tiles), bitmaps.

use crate::bundle::{self, BUNDLE_ENTRIES};
use crate::column::Column;
use crate::error::StoreError;
use crate::log_nodes::LogNodes;
use crate::view::View;
use zhengku_ledger::block::{Certificate, Header};
use zhengku_ledger::current::Current;
use zhengku_ledger::ids::{Height, LogIndex};
use zhengku_ledger::log::TILE_HEIGHT;
use zhengku_ledger::log::proof::NodeSource as _;
use zhengku_ledger::proof::EntryProof;
use zhengku_ledger::state::StateView as _;

/// Hashes in a full tile, and entries in a full bundle.
const FULL_WIDTH: u16 = 256;

/// An entry with its paths to the header of a height.
#[derive(Clone, Debug)]
pub struct Witnessed {
    /// The header.
    pub header: Header,
    /// Its certificate; none for block 0.
    pub certificate: Option<Certificate>,
    /// The entry with both paths.
    pub proof: EntryProof,
    /// Whether it was the newest of its key at that height.
    pub is_current: bool,
}

impl View<'_> {
    /// The entry at a place with its paths to the header of `height`; none when the log was shorter then, or there is no such height.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn witness(&self, index: LogIndex, height: Height) -> Result<Option<Witnessed>, StoreError> {
        let Some((header, certificate, current)) = self.state_at(height)? else { return Ok(None) };
        if index.0 >= header.log_size {
            return Ok(None);
        }
        let entry = self.entry(index)?;
        let path = self.inclusion(index, header.log_size)?;
        let short = || StoreError::damaged("bitmap", "shorter than the log");
        let currency = current.prove(index).ok_or_else(short)?;
        let is_current = current.bit(index).ok_or_else(short)?;
        let proof = EntryProof { index, entry, path, currency };
        Ok(Some(Witnessed { header, certificate, proof, is_current }))
    }

    /// Header, certificate and bitmap of a height; none beyond the newest.
    fn state_at(&self, height: Height) -> Result<Option<(Header, Option<Certificate>, Current)>, StoreError> {
        let tip = &self.tip;
        if height > tip.header.height {
            return Ok(None);
        }
        if height > Height(0) {
            let anchor = self.anchor(height)?;
            return Ok(Some((anchor.header, Some(anchor.certificate), anchor.current)));
        }
        let header = self.block(height)?.header;
        let current = if tip.header.height == height { tip.current.clone() } else { self.current_at(height)? };
        Ok(Some((header, None, current)))
    }

    /// `width` hashes of a tile; none when the log does not have them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn tile(&self, level: u8, place: u64, width: u16) -> Result<Option<Vec<u8>>, StoreError> {
        let below = u32::from(level).saturating_mul(TILE_HEIGHT);
        let Some(complete) = self.tip.header.log_size.checked_shr(below) else { return Ok(None) };
        let Some(first) = range_of(place, width, complete) else { return Ok(None) };
        let nodes = LogNodes::new(self.store, &self.tip);
        let mut hashes = Vec::with_capacity(usize::from(width).saturating_mul(32));
        for offset in 0..u64::from(width) {
            hashes.extend_from_slice(nodes.node(below, first.saturating_add(offset))?.as_bytes());
        }
        Ok(Some(hashes))
    }

    /// `width` entries of a bundle, each behind its length; none when the log does not have them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn bundle(&self, place: u64, width: u16) -> Result<Option<Vec<u8>>, StoreError> {
        if range_of(place, width, self.tip.header.log_size).is_none() {
            return Ok(None);
        }
        let whole = self.whole_bundle(place)?;
        let mut cut = Vec::with_capacity(whole.len());
        for entry in bundle::entries(&whole).take(usize::from(width)) {
            bundle::push(&mut cut, entry?)?;
        }
        Ok(Some(cut))
    }

    fn whole_bundle(&self, place: u64) -> Result<Vec<u8>, StoreError> {
        {
            let tail = self.store.tail.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if tail.place == place {
                return Ok(tail.bundle.clone());
            }
        }
        let row = self.store.db.get_cf(Column::Bundle.of(&self.store.db)?, place.to_be_bytes())?;
        row.ok_or_else(|| StoreError::damaged("bundle", format!("bundle {place} is missing")))
    }

    /// The bitmap of a height, least significant bit first, without the padding of its last chunk; none beyond the newest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn bitmap(&self, height: Height) -> Result<Option<Vec<u8>>, StoreError> {
        let Some((header, _, current)) = self.state_at(height)? else { return Ok(None) };
        let mut bytes = current.to_bytes();
        bytes.truncate(usize::try_from(header.log_size.div_ceil(8)).unwrap_or(usize::MAX));
        Ok(Some(bytes))
    }

    /// The entries that the blocks after `from` up to `to` superseded, ascending.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn superseded(&self, from: Height, to: Height) -> Result<Vec<LogIndex>, StoreError> {
        let mut superseded = Vec::new();
        for height in from.next().0..=to.min(self.tip.header.height).0 {
            superseded.extend(self.block(Height(height))?.superseded);
        }
        superseded.sort_unstable();
        Ok(superseded)
    }
}

/// The first of `width` items of a tile or bundle, when all of them are among the first `complete`.
fn range_of(place: u64, width: u16, complete: u64) -> Option<u64> {
    let first = place.checked_mul(BUNDLE_ENTRIES)?;
    let fits = (1..=FULL_WIDTH).contains(&width) && first.checked_add(u64::from(width))? <= complete;
    fits.then_some(first)
}
