//! The e-seals that an issuing machine holds: the seal's file, the signer's certificate and its key.

use std::collections::BTreeMap;
use std::sync::Arc;
use zhengku_crypto::certificate::{Certificate, RevocationList, TrustAnchors};
use zhengku_crypto::seal::{Finding, PreparedSeal, Seal, SealContext, SealError, TimestampSource};
use zhengku_crypto::sign::Signer;
use zhengku_document::ofd::{Sealer, SealerError};
use zhengku_ledger::ids::{OrganisationNumber, SealNumber, TimestampMs};

/// A filed seal with what is needed to use it.
#[derive(Clone)]
pub struct SealInUse {
    /// Its number in the ledger's register.
    pub number: SealNumber,
    /// The seal.
    pub seal: Arc<Seal>,
    /// The signer's certificate (签章者证书).
    pub certificate: Arc<Certificate>,
    /// The signer's key.
    pub signer: Arc<dyn Signer>,
    /// The seal's picture as PNG.
    pub picture: Arc<Vec<u8>>,
}

/// Seals by organisation, and the authorities that every use is checked against.
#[derive(Clone)]
pub struct SealsInUse {
    seals: BTreeMap<OrganisationNumber, SealInUse>,
    anchors: TrustAnchors,
    intermediates: Vec<Certificate>,
    lists: Vec<RevocationList>,
}

impl SealsInUse {
    /// No seal yet.
    #[must_use]
    pub const fn new(anchors: TrustAnchors, intermediates: Vec<Certificate>, lists: Vec<RevocationList>) -> Self {
        Self { seals: BTreeMap::new(), anchors, intermediates, lists }
    }

    /// Adds a seal; a former one of the organisation is replaced.
    pub fn insert(&mut self, owner: OrganisationNumber, seal: SealInUse) {
        self.seals.insert(owner, seal);
    }

    /// The seal of an organisation.
    #[must_use]
    pub fn of(&self, owner: OrganisationNumber) -> Option<&SealInUse> {
        self.seals.get(&owner)
    }

    /// All seals, by organisation.
    pub fn iter(&self) -> impl Iterator<Item = (OrganisationNumber, &SealInUse)> {
        self.seals.iter().map(|(owner, seal)| (*owner, seal))
    }

    /// The seal of an organisation at the moment it is put on a file.
    #[must_use]
    pub fn at<'a>(
        &'a self,
        owner: OrganisationNumber,
        now: TimestampMs,
        timestamps: Option<&'a dyn TimestampSource>,
    ) -> Option<StampedAt<'a>> {
        let seal = self.of(owner)?;
        let now_unix_s = i64::try_from(now.0 / 1000).unwrap_or(i64::MAX);
        let context = SealContext {
            anchors: &self.anchors,
            intermediates: &self.intermediates,
            lists: &self.lists,
            now: now_unix_s,
            trusted_time: None,
        };
        Some(StampedAt { seal, now, now_unix_s, context, timestamps })
    }
}

/// A seal at a moment.
pub struct StampedAt<'a> {
    seal: &'a SealInUse,
    now: TimestampMs,
    now_unix_s: i64,
    context: SealContext<'a>,
    timestamps: Option<&'a dyn TimestampSource>,
}

impl<'a> StampedAt<'a> {
    /// The seal.
    #[must_use]
    pub const fn seal(&self) -> &'a SealInUse {
        self.seal
    }
}

impl Sealer for StampedAt<'_> {
    fn seal_der(&self) -> &[u8] {
        self.seal.seal.as_der()
    }

    fn sign(&self, data_hash: [u8; 32], property: &str) -> Result<Vec<u8>, SealerError> {
        let SealInUse { seal, certificate, signer, .. } = self.seal;
        let prepared = PreparedSeal::new(seal, certificate, &**signer, self.now_unix_s, &self.context);
        let prepared = prepared.map_err(refused)?;
        // A verifier of files insists on fresh lists: what is sealed without would be worth nothing.
        if let Some(gap) = prepared.notes().iter().find(|note| matches!(note, Finding::NoFreshList { .. })) {
            let reason = format!("{}; write a new one with zhengku ca crl", gap.reason_en());
            return Err(SealerError::Refused(reason));
        }
        let signed = prepared.sign(data_hash, property, self.timestamps);
        signed.map(|signature| signature.as_der().to_vec()).map_err(refused)
    }

    fn time(&self) -> TimestampMs {
        self.now
    }
}

fn refused(error: SealError) -> SealerError {
    match error {
        SealError::Timestamp { reason } => SealerError::NoTimestamp(reason),
        other => SealerError::Refused(other.to_string()),
    }
}
