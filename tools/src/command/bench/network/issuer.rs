//! An issuer to mint as: one whose key is at hand, and a licence type it may use.

use super::super::workload::Workload;
use super::client::Nodes;
use crate::failure::Failure;
use std::path::Path;
use zhengku_api_types::{LicenceType, Organisation, OrganisationStatus, Role};
use zhengku_crypto::sign::Algorithm;
use zhengku_ledger::ids::{ChainId, LicenceTypeNumber, OrganisationNumber};
use zhengku_node::keys::{KeyStore, organisation_name};

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
        let signer = store.signer(&organisation_name(&one.credit_code)).ok()?;
        (signer.public_key().algorithm() == algorithm).then_some((one.number, signer))
    });
    let (number, signer) = issuer.ok_or_else(|| {
        let (keys, name) = (keys.display(), algorithm.name());
        Failure::usage(
            format!("{keys}: 没有账本上发证机关的 {name} 密钥"),
            format!("{keys}: no {name} key of an issuer on the ledger"),
        )
    })?;
    let kinds = nodes.licence_types(node).await?.items;
    let is_fit = |kind: &&LicenceType| {
        !kind.twin && kind.max_holders == 1 && (kind.issuers.is_empty() || kind.issuers.contains(&number))
    };
    let kind = kinds.iter().find(is_fit);
    let kind = kind.ok_or_else(|| Failure::usage("账本上没有可用的证照类型", "no licence type to mint"))?;
    let fields = u16::try_from(kind.fields.len()).unwrap_or(u16::MAX);
    Ok(Workload::new(
        seed,
        chain,
        (OrganisationNumber(number), signer),
        (LicenceTypeNumber(kind.number), fields),
    ))
}

fn may_mint(organisation: &Organisation) -> bool {
    organisation.status == OrganisationStatus::Active && organisation.roles.contains(&Role::Issuer)
}
