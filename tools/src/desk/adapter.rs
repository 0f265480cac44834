//! The port of the pages over [`Desk`]: every question goes to a thread that may block.

use super::Desk;
use super::error::{Trouble, of_port};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;
use zhengku_api::desk::port::{
    Account, Approval, Batch, ChangeOutcome, ChangeRequest, DeskError, DeskState, Difference, Draft, DraftRow,
    FieldProblem, FileKind, FileToVerify, Issued, IssuedPage, IssuedQuery, Issuers, LicenceFile, LicenceType, NewBatch,
    Operator, PictureFormat, Port, Prefill, Preview, Progress, Public, Reason, RefusedRow, Seal, SealRow,
    SuccessionKind, TypeRow, TypeVersion, VerificationReport,
};
use zhengku_ledger::ids::TimestampMs;
use zhengku_library::import::Run;
use zhengku_library::random::Randomness;

/// A desk as the pages see it.
pub(crate) struct DeskPort(Arc<Desk>);

impl DeskPort {
    /// Whoever serves it keeps a reference of his own until every task has ended: a ledger must not be closed on a task's thread.
    pub(crate) const fn new(desk: Arc<Desk>) -> Self {
        Self(desk)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Desk) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, DeskError> {
        let desk = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || work(&desk).map_err(DeskError::from)).await;
        done.map_err(|error| DeskError::Failed(error.to_string()))?
    }
}

#[async_trait]
impl Public for DeskPort {
    async fn licence_types(&self) -> Result<Vec<TypeRow>, DeskError> {
        self.run(|desk| Ok(desk.show(|showing| showing.types())?)).await
    }

    async fn licence_type(&self, code: &str, version: Option<u32>) -> Result<Option<LicenceType>, DeskError> {
        let code = code.to_owned();
        self.run(move |desk| Ok(desk.show(|showing| showing.licence_type(&code, version))?)).await
    }

    async fn type_versions(&self, code: &str) -> Result<Vec<TypeVersion>, DeskError> {
        let code = code.to_owned();
        self.run(move |desk| Ok(desk.show(|showing| showing.type_versions(&code))?)).await
    }

    async fn type_difference(&self, code: &str, from: u32, to: u32) -> Result<Option<Vec<Difference>>, DeskError> {
        let code = code.to_owned();
        self.run(move |desk| Ok(desk.show(|showing| showing.type_difference(&code, from, to))?)).await
    }

    async fn seals(&self) -> Result<Vec<SealRow>, DeskError> {
        self.run(|desk| Ok(desk.show(|showing| showing.seals()))).await
    }

    async fn seal(&self, id: &str) -> Result<Option<Seal>, DeskError> {
        let id = id.to_owned();
        self.run(move |desk| Ok(desk.show(|showing| showing.seal(&id, &|number| desk.uses(number)))?)).await
    }

    async fn seal_picture(&self, id: &str, format: PictureFormat) -> Result<Option<Vec<u8>>, DeskError> {
        let id = id.to_owned();
        self.run(move |desk| Ok(desk.show(|showing| showing.seal_picture(&id, format)))).await
    }

    async fn verify(&self, file: FileToVerify) -> Result<VerificationReport, DeskError> {
        self.run(move |desk| {
            desk.show(|showing| showing.verify(&file, desk.now())).map_err(|error| of_port(error).into())
        })
        .await
    }
}

#[async_trait]
impl Port for DeskPort {
    fn now(&self) -> TimestampMs {
        self.0.now()
    }

    fn random(&self) -> Result<[u8; 32], DeskError> {
        Randomness::new().array().map_err(|error| DeskError::Failed(error.to_string()))
    }

    fn desk(&self) -> DeskState {
        self.0.state()
    }

    fn operator(&self, login: &str) -> Option<Account> {
        self.0.operators.find(login)
    }

    async fn drafts(&self) -> Result<Vec<DraftRow>, DeskError> {
        self.run(Desk::drafts).await
    }

    async fn draft(&self, id: &str) -> Result<Option<Draft>, DeskError> {
        let id = id.to_owned();
        self.run(move |desk| desk.draft(&id)).await
    }

    async fn issuers(&self, by: &Operator, type_code: &str) -> Result<Issuers, DeskError> {
        let (by, code) = (by.clone(), type_code.to_owned());
        self.run(move |desk| Ok(desk.issuers(&by, &code))).await
    }

    async fn prefill(&self, by: &Operator, type_code: &str, holder_number: Option<&str>) -> Result<Prefill, DeskError> {
        let (by, code, holder) = (by.clone(), type_code.to_owned(), holder_number.map(str::to_owned));
        self.run(move |desk| desk.prefill(&by, &code, holder.as_deref())).await
    }

    async fn create_draft(&self, by: &Operator, type_code: &str, prefill: Prefill) -> Result<Draft, DeskError> {
        let (by, code) = (by.clone(), type_code.to_owned());
        self.run(move |desk| desk.create_draft(&by, &code, prefill)).await
    }

    async fn succeed(&self, by: &Operator, id: &str, kind: SuccessionKind) -> Result<Draft, DeskError> {
        let (by, id) = (by.clone(), id.to_owned());
        self.run(move |desk| desk.succeed(&by, &id, kind)).await
    }

    async fn update_draft(
        &self,
        by: &Operator,
        id: &str,
        revision: u64,
        values: BTreeMap<String, String>,
        reason: Option<Reason>,
    ) -> Result<Draft, DeskError> {
        let (by, id) = (by.clone(), id.to_owned());
        self.run(move |desk| desk.update_draft(&by, &id, revision, (values, reason))).await
    }

    async fn delete_draft(&self, _by: &Operator, id: &str) -> Result<(), DeskError> {
        let id = id.to_owned();
        self.run(move |desk| desk.delete_draft(&id)).await
    }

    async fn check(&self, by: &Operator, id: &str) -> Result<Vec<FieldProblem>, DeskError> {
        let (by, id) = (by.clone(), id.to_owned());
        self.run(move |desk| desk.check(&by, &id)).await
    }

    async fn preview(&self, id: &str) -> Result<Preview, DeskError> {
        let id = id.to_owned();
        self.run(move |desk| desk.preview(&id)).await
    }

    async fn sign(&self, by: &Operator, id: &str, revision: u64) -> Result<Issued, DeskError> {
        let (by, id) = (by.clone(), id.to_owned());
        self.run(move |desk| desk.sign(&by, &id, revision)).await
    }

    async fn issued_list(&self, by: &Operator, query: IssuedQuery) -> Result<IssuedPage, DeskError> {
        let by = by.clone();
        self.run(move |desk| desk.issued_list(&by, &query)).await
    }

    async fn issued(&self, by: &Operator, id: &str) -> Result<Option<Issued>, DeskError> {
        let (by, id) = (by.clone(), id.to_owned());
        self.run(move |desk| if desk.may_read(&by, &id) { desk.issued(&id) } else { Ok(None) }).await
    }

    async fn file(&self, by: &Operator, id: &str, kind: FileKind) -> Result<Option<LicenceFile>, DeskError> {
        let (by, id) = (by.clone(), id.to_owned());
        self.run(move |desk| if desk.may_read(&by, &id) { desk.file(&id, kind) } else { Ok(None) }).await
    }

    async fn change_status(&self, by: &Operator, request: ChangeRequest) -> Result<ChangeOutcome, DeskError> {
        let by = by.clone();
        self.run(move |desk| desk.change_status(&by, &request)).await
    }

    async fn approvals(&self, by: &Operator) -> Result<Vec<Approval>, DeskError> {
        let by = by.clone();
        self.run(move |desk| desk.approvals(&by)).await
    }

    async fn approve(&self, by: &Operator, id: &str) -> Result<ChangeOutcome, DeskError> {
        let (by, id) = (by.clone(), id.to_owned());
        self.run(move |desk| desk.approve(&by, &id)).await
    }

    async fn refuse(&self, by: &Operator, id: &str, reason: &str) -> Result<(), DeskError> {
        let (by, id, reason) = (by.clone(), id.to_owned(), reason.to_owned());
        self.run(move |desk| desk.refuse(&by, &id, &reason)).await
    }

    async fn batches(&self, by: &Operator) -> Result<Vec<Batch>, DeskError> {
        let by = by.clone();
        self.run(move |desk| desk.batches(&by)).await
    }

    async fn batch(&self, by: &Operator, id: &str) -> Result<Option<Batch>, DeskError> {
        let (by, id) = (by.clone(), id.to_owned());
        self.run(move |desk| desk.batch_for(&by, &id)).await
    }

    async fn create_batch(&self, by: &Operator, batch: NewBatch) -> Result<Batch, DeskError> {
        let (by, asking) = (by.clone(), by.clone());
        let (batch, job) = self.run(move |desk| desk.create_batch(&asking, &batch)).await?;
        let (desk, id) = (Arc::clone(&self.0), batch.id.clone());
        // Not awaited: it goes on while the page is looked at, and is waited for at the end.
        drop(tokio::task::spawn_blocking(move || desk.work(&by, &id, &job, Run::Dry)));
        Ok(batch)
    }

    async fn start_batch(&self, by: &Operator, id: &str) -> Result<(), DeskError> {
        let (by, asking, word) = (by.clone(), by.clone(), id.to_owned());
        let job = self.run(move |desk| desk.start_batch(&asking, &word)).await?;
        let (desk, id) = (Arc::clone(&self.0), id.to_owned());
        drop(tokio::task::spawn_blocking(move || desk.work(&by, &id, &job, Run::Mint)));
        Ok(())
    }

    async fn cancel_batch(&self, by: &Operator, id: &str) -> Result<(), DeskError> {
        let (by, id) = (by.clone(), id.to_owned());
        self.run(move |desk| desk.cancel_batch(&by, &id)).await
    }

    fn progress(&self, by: &Operator, id: &str) -> Option<watch::Receiver<Progress>> {
        let batch = self.0.batch_for(by, id).ok().flatten()?;
        if let Some(job) = self.0.jobs.find(id) {
            return Some(job.follow());
        }
        // It has ended: its last state, on a channel that is closed already.
        Some(watch::channel(batch.progress).1)
    }

    async fn refused_rows(
        &self,
        by: &Operator,
        id: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<RefusedRow>, DeskError> {
        let (by, id) = (by.clone(), id.to_owned());
        self.run(move |desk| desk.refused_rows(&by, &id, offset, limit)).await
    }

    async fn refused_csv(&self, by: &Operator, id: &str) -> Result<Vec<u8>, DeskError> {
        let (by, id) = (by.clone(), id.to_owned());
        self.run(move |desk| desk.refused_csv(&by, &id)).await
    }

    async fn register_template(&self, type_code: &str) -> Result<Vec<u8>, DeskError> {
        let code = type_code.to_owned();
        self.run(move |desk| desk.register_template(&code)).await
    }
}
