//! An issuer to mint as: one whose key is at hand, and a licence type it may use.

use super::super::workload::{Prepared, Workload};
use super::client::{Answer, Nodes};
use crate::failure::Failure;
use std::path::Path;
use std::sync::Arc;
use zhengku_api_types::{LicenceType, Organisation, OrganisationStatus, Role};
use zhengku_crypto::digest::Digest;
use zhengku_crypto::sign::{Algorithm, PublicKey, Signer};
use zhengku_ledger::codec::{Bounded, LengthError};
use zhengku_ledger::ids::{ChainId, IdempotencyKey, LicenceTypeNumber, OrganisationNumber};
use zhengku_ledger::transaction::{Payload, SignedTransaction};
use zhengku_library::catalogue;
use zhengku_library::random::Randomness;
use zhengku_library::register::Mapping;
use zhengku_node::NodeError;
use zhengku_node::keys::KeyStore;

/// A workload signed by an issuer of the wanted algorithm whose key file lies in `keys`.
pub(super) async fn workload(
    nodes: &Nodes,
    node: usize,
    keys: &Path,
    algorithm: Algorithm,
    seed: u64,
) -> Result<Workload, Failure> {
    let chain = ChainId::from_digest(*nodes.status(node).await?.chain.digest());
    let store = KeyStore::new(keys);
    let organisations = nodes.organisations(node).await?.items;
    let issuer = organisations.iter().filter(|one| may_mint(one)).find_map(|one| {
        let signer = signers_of(&store, one).into_iter().next()?;
        (signer.public_key().algorithm() == algorithm).then_some((one.number, signer))
    });
    let (number, signer) = issuer.ok_or_else(|| {
        let (keys, name) = (keys.display(), algorithm.name());
        Failure::usage(
            format!("{keys}: 没有账本上发证机关的 {name} 密钥"),
            format!("{keys}: no {name} key of an issuer on the ledger"),
        )
    })?;
    let mut kinds = nodes.licence_types(node).await?.items;
    if kinds.is_empty() {
        define(nodes, node, &store, &organisations, chain).await?;
        kinds = nodes.licence_types(node).await?.items;
    }
    let is_fit = |kind: &&LicenceType| {
        !kind.twin && kind.max_holders == 1 && (kind.issuers.is_empty() || kind.issuers.contains(&number))
    };
    let kind = kinds.iter().find(is_fit);
    let kind = kind.ok_or_else(|| Failure::usage("账本上没有可用的证照类型", "no licence type to mint"))?;
    let fields = u16::try_from(kind.fields.len()).unwrap_or(u16::MAX);
    Ok(Workload::new(seed, chain, (OrganisationNumber(number), signer), (LicenceTypeNumber(kind.number), fields)))
}

/// Another key of the workload's issuer, which approves its mass actions.
pub(super) async fn second_key(
    nodes: &Nodes,
    node: usize,
    keys: &Path,
    issuer: OrganisationNumber,
) -> Result<Arc<dyn Signer>, Failure> {
    let organisations = nodes.organisations(node).await?.items;
    let own = organisations.iter().find(|one| one.number == issuer.0);
    let signers = own.map(|one| signers_of(&KeyStore::new(keys), one)).unwrap_or_default();
    signers.into_iter().nth(1).ok_or_else(|| {
        Failure::usage(
            "发证机关没有第二把密钥, 无法批准批量变更",
            "the issuer has no second key to approve mass actions with",
        )
    })
}

/// The keys of an organisation that are here, whatever their files are called; the newest first.
fn signers_of(store: &KeyStore, organisation: &Organisation) -> Vec<Arc<dyn Signer>> {
    let keys: Vec<PublicKey> = organisation.keys.iter().filter_map(|key| key.parse().ok()).collect();
    store.signers_among(&keys)
}

fn may_mint(organisation: &Organisation) -> bool {
    organisation.status == OrganisationStatus::Active && organisation.roles.contains(&Role::Issuer)
}

/// Defines the built-in licence types on a ledger that has none, by the definer's key.
async fn define(
    nodes: &Nodes,
    node: usize,
    store: &KeyStore,
    organisations: &[Organisation],
    chain: ChainId,
) -> Result<(), Failure> {
    let definer = organisations.iter().filter(|one| one.roles.contains(&Role::Definer)).find_map(|one| {
        let signer = signers_of(store, one).into_iter().next()?;
        Some((OrganisationNumber(one.number), signer))
    });
    let missing =
        || Failure::usage("账本上没有证照类型, 也没有定义机构的密钥", "no licence type, and no definer's key");
    let (organisation, signer) = definer.ok_or_else(missing)?;
    let mappings = Mapping::built_in();
    let numbered = mappings.iter().zip(0..);
    let types = numbered.map(|(mapping, number)| {
        catalogue::licence_type(mapping, LicenceTypeNumber(number), organisation).map_err(NodeError::from)
    });
    let types =
        Bounded::new(types.collect::<Result<Vec<_>, _>>()?).map_err(|error: LengthError| NodeError::from(error))?;
    let nonce = Randomness::new().array().map_err(NodeError::from)?;
    let idempotency = IdempotencyKey::from_digest(Digest::from_bytes(nonce));
    let payload = Payload::DefineLicenceType(types);
    let signed =
        SignedTransaction::sign(chain, organisation, idempotency, payload, &*signer).map_err(NodeError::from)?;
    let prepared = Prepared { bytes: signed.encode(), organisation, idempotency, keys: Vec::new() };
    match nodes.submit(node, prepared).await.0 {
        Answer::Final(_) => Ok(()),
        other => {
            let name = other.name();
            Err(Failure::usage(
                format!("未能定义证照类型 ({name})"),
                format!("the licence types were not defined ({name})"),
            ))
        }
    }
}
