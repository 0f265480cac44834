//! Making the proof of a licence, now or at any former height.

use crate::error::StoreError;
use crate::view::View;
use std::sync::PoisonError;
use zhengku_crypto::digest::Digest;
use zhengku_ledger::block::{Certificate, Header};
use zhengku_ledger::codec::Bounded;
use zhengku_ledger::current::Current;
use zhengku_ledger::entry::{DisclosedField, Entry};
use zhengku_ledger::ids::{EntryKey, Height, LogIndex};
use zhengku_ledger::proof::{EntryProof, PROOF_VERSION, Proof};
use zhengku_ledger::state::StateView;

/// Rebuilt bitmaps of former heights that are kept: each is as large as the bitmap itself (1.4 MB at 10^7 entries).
const KEPT_HEIGHTS: usize = 4;

/// A certified height to prove at.
pub(crate) struct Anchor {
    pub(crate) header: Header,
    pub(crate) certificate: Certificate,
    pub(crate) current: Current,
}

impl View<'_> {
    /// The proof of the licence `key` as of `height` (none: the newest). None when there was no such licence then.
    ///
    /// # Errors
    /// [`StoreError::NoSuchHeight`]; [`StoreError::Damaged`].
    pub fn prove(
        &self,
        key: &EntryKey,
        height: Option<Height>,
        disclosed: Vec<DisclosedField>,
    ) -> Result<Option<Proof>, StoreError> {
        let anchor = self.anchor(height.unwrap_or(self.tip.header.height))?;
        match self.find_at(key, anchor.header.log_size)? {
            Some(found) => self.prove_entry(anchor, found, disclosed),
            None => Ok(None),
        }
    }

    /// The proof, as of now, of the newest state that lists a file: that of a former version's file says that there is a newer state. None
    /// when no licence has named the file.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn prove_file(&self, sha256: &Digest) -> Result<Option<Proof>, StoreError> {
        let mut found = self.find_file(sha256)?;
        while let Some((index, entry)) = found {
            if entry.licence().is_some_and(|one| one.files.iter().any(|file| file.sha256 == *sha256)) {
                return self.prove_entry(self.anchor(self.tip.header.height)?, (index, entry), Vec::new());
            }
            found = match entry.previous {
                Some(previous) => Some((previous, self.entry(previous)?)),
                None => None,
            };
        }
        Ok(None)
    }

    fn prove_entry(
        &self,
        anchor: Anchor,
        (index, entry): (LogIndex, Entry),
        disclosed: Vec<DisclosedField>,
    ) -> Result<Option<Proof>, StoreError> {
        let Some(licence) = entry.licence() else { return Ok(None) };
        let issuer = self.supporting(&anchor, &EntryKey::of_organisation(licence.issuer))?;
        let licence_type = self.supporting(&anchor, &EntryKey::of_licence_type(licence.licence_type))?;
        let licence = self.entry_proof(&anchor, index, entry)?;
        let disclosed = Bounded::new(disclosed).map_err(|error| StoreError::damaged("disclosed fields", error))?;
        let (header, certificate) = (anchor.header, anchor.certificate);
        Ok(Some(Proof { version: PROOF_VERSION, header, certificate, licence, issuer, licence_type, disclosed }))
    }

    /// The status proof alone, without issuer and type: what the benchmark times.
    ///
    /// # Errors
    /// As [`View::prove`].
    pub fn prove_status(&self, key: &EntryKey) -> Result<Option<(Header, Certificate, EntryProof)>, StoreError> {
        let anchor = self.anchor(self.tip.header.height)?;
        let Some((index, entry)) = self.find(key)? else { return Ok(None) };
        let proof = self.entry_proof(&anchor, index, entry)?;
        Ok(Some((anchor.header, anchor.certificate, proof)))
    }

    fn supporting(&self, anchor: &Anchor, key: &EntryKey) -> Result<EntryProof, StoreError> {
        let found = self.find_at(key, anchor.header.log_size)?;
        let (index, entry) =
            found.ok_or_else(|| StoreError::damaged("entry", "a licence names what is not on the ledger"))?;
        self.entry_proof(anchor, index, entry)
    }

    fn entry_proof(&self, anchor: &Anchor, index: LogIndex, entry: Entry) -> Result<EntryProof, StoreError> {
        let path = self.inclusion(index, anchor.header.log_size)?;
        let currency =
            anchor.current.prove(index).ok_or_else(|| StoreError::damaged("bitmap", "shorter than the log"))?;
        Ok(EntryProof { index, entry, path, currency })
    }

    pub(crate) fn anchor(&self, height: Height) -> Result<Anchor, StoreError> {
        let tip = &self.tip;
        if height == tip.header.height {
            let kept = self.store.certificate.read().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(certificate) = kept.filter(|kept| kept.block == tip.id) {
                return Ok(Anchor { header: tip.header.clone(), certificate, current: tip.current.clone() });
            }
        }
        let block = self.block(height)?;
        let certificate =
            block.certificate.ok_or(StoreError::NoSuchHeight { asked: height, newest: self.tip.header.height })?;
        if height == tip.header.height {
            *self.store.certificate.write().unwrap_or_else(PoisonError::into_inner) = Some(certificate.clone());
        }
        let current =
            if height == self.tip.header.height { self.tip.current.clone() } else { self.current_at(height)? };
        if current.root() != block.header.current_root {
            return Err(StoreError::damaged("bitmap", format!("its root at height {height} is not the certified one")));
        }
        Ok(Anchor { header: block.header, certificate, current })
    }

    /// The bitmap at a former height: today's, with everything superseded since set again.
    pub(crate) fn current_at(&self, height: Height) -> Result<Current, StoreError> {
        let kept = || self.store.historic.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, current)) = kept().iter().find(|(kept, _)| *kept == height) {
            return Ok(current.clone());
        }
        let mut superseded = Vec::new();
        for later in height.next().0..=self.tip.header.height.0 {
            superseded.extend(self.block(Height(later))?.superseded);
        }
        let size = self.block(height)?.header.log_size;
        superseded.retain(|index| index.0 < size);
        let current = self.tip.current.rewound(size, &superseded);
        let mut kept = kept();
        if kept.len() >= KEPT_HEIGHTS {
            kept.remove(0);
        }
        kept.push((height, current.clone()));
        Ok(current)
    }
}
