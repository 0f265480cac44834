//! A running node's own pages for everybody.

use super::trust::WatchedTrust;
use super::{Showing, Source, Versions};
use crate::chain::Chain;
use crate::clock::Clock;
use crate::layout::Layout;
use async_trait::async_trait;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use zhengku_api::desk::port::{
    DeskError, Difference, FileToVerify, LicenceType, PictureFormat, Public, Seal, SealRow, TypeRow, TypeVersion,
    VerificationReport,
};
use zhengku_crypto::digest::Digest;
use zhengku_document::font::{DEBIAN_FONTS, FontLibrary};
use zhengku_ledger::entry::Entry;
use zhengku_ledger::ids::{ChainId, EntryKey, Height, LogIndex, TimestampMs};
use zhengku_ledger::state::{Directory, StateView as _};
use zhengku_ledger::verify::Trust;
use zhengku_library::port::{PortError, Read};
use zhengku_store::StoreError;

/// The node's chain as a source.
pub(crate) struct ChainSource(pub(crate) Arc<Chain>);

fn reading(source: StoreError) -> PortError {
    PortError { context: "reading the ledger", source: Box::new(source) }
}

impl Read for ChainSource {
    fn chain(&self) -> ChainId {
        self.0.tip().header.chain
    }

    fn directory(&self) -> Directory {
        self.0.tip().directory.clone()
    }

    fn find(&self, keys: &[EntryKey]) -> Result<Vec<Option<(LogIndex, Entry)>>, PortError> {
        crate::node::find_all(&self.0.store().view(), keys).map_err(reading)
    }
}

impl Source for ChainSource {
    fn entry(&self, index: LogIndex) -> Result<Entry, PortError> {
        self.0.store().view().entry(index).map_err(reading)
    }

    fn block_time(&self, height: Height) -> Result<TimestampMs, PortError> {
        Ok(self.0.store().view().block(height).map_err(reading)?.header.time)
    }

    fn proof_of_key(&self, key: &EntryKey) -> Result<Option<String>, PortError> {
        let proof = self.0.store().view().prove(key, None, Vec::new()).map_err(reading)?;
        Ok(proof.map(|proof| proof.to_file()))
    }

    fn proof_of_file(&self, sha256: &Digest) -> Result<Option<String>, PortError> {
        let proof = self.0.store().view().prove_file(sha256).map_err(reading)?;
        Ok(proof.map(|proof| proof.to_file()))
    }

    fn trust(&self) -> Result<Option<Trust>, PortError> {
        let genesis = self.0.store().genesis();
        Ok(Some(Trust { chain: genesis.chain_id(), validators: genesis.validators().clone() }))
    }

    fn history(&self) -> Result<Option<Vec<u8>>, PortError> {
        crate::service::history_of(&self.0)
    }
}

/// What a node shows everybody.
pub(crate) struct OwnPublic(Arc<Kept>);

struct Kept {
    source: ChainSource,
    layout: Layout,
    clock: Arc<dyn Clock>,
    seal_trust: WatchedTrust,
    versions: Versions,
    fonts: OnceLock<Option<FontLibrary>>,
}

impl OwnPublic {
    /// Over a node's chain. Authorities of seals come from the `trust.json` of its directory, when there is one.
    pub(crate) fn new(chain: Arc<Chain>, layout: Layout, clock: Arc<dyn Clock>) -> Self {
        let seal_trust = WatchedTrust::new(layout.trust());
        let (versions, fonts) = (Versions::default(), OnceLock::new());
        Self(Arc::new(Kept { source: ChainSource(chain), layout, clock, seal_trust, versions, fonts }))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Showing<'_, ChainSource>, TimestampMs) -> Result<T, PortError> + Send + 'static,
    ) -> Result<T, DeskError> {
        let kept = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            let fonts = kept.fonts.get_or_init(|| FontLibrary::load(Path::new(DEBIAN_FONTS)).ok());
            let seal_trust = kept.seal_trust.now();
            let showing = Showing {
                source: &kept.source,
                layout: &kept.layout,
                fonts: fonts.as_ref(),
                seal_trust: &seal_trust,
                versions: &kept.versions,
                may_issue: &|_| false,
            };
            work(&showing, kept.clock.now())
        });
        let done = done.await.map_err(|error| DeskError::Failed(error.to_string()))?;
        done.map_err(|error| DeskError::Failed(error.to_string()))
    }
}

#[async_trait]
impl Public for OwnPublic {
    async fn licence_types(&self) -> Result<Vec<TypeRow>, DeskError> {
        self.run(|showing, _| showing.types()).await
    }

    async fn licence_type(&self, code: &str, version: Option<u32>) -> Result<Option<LicenceType>, DeskError> {
        let code = code.to_owned();
        self.run(move |showing, _| showing.licence_type(&code, version)).await
    }

    async fn type_versions(&self, code: &str) -> Result<Vec<TypeVersion>, DeskError> {
        let code = code.to_owned();
        self.run(move |showing, _| showing.type_versions(&code)).await
    }

    async fn type_difference(&self, code: &str, from: u32, to: u32) -> Result<Option<Vec<Difference>>, DeskError> {
        let code = code.to_owned();
        self.run(move |showing, _| showing.type_difference(&code, from, to)).await
    }

    async fn seals(&self) -> Result<Vec<SealRow>, DeskError> {
        self.run(|showing, _| Ok(showing.seals())).await
    }

    async fn seal(&self, id: &str) -> Result<Option<Seal>, DeskError> {
        let id = id.to_owned();
        self.run(move |showing, _| showing.seal(&id, &|_| 0)).await
    }

    async fn seal_picture(&self, id: &str, format: PictureFormat) -> Result<Option<Vec<u8>>, DeskError> {
        let id = id.to_owned();
        self.run(move |showing, _| Ok(showing.seal_picture(&id, format))).await
    }

    async fn verify(&self, file: FileToVerify) -> Result<VerificationReport, DeskError> {
        self.run(move |showing, now| showing.verify(&file, now)).await
    }
}
