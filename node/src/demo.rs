//! A single-node ledger with demo organisations: what `zhengku init` makes. All codes are synthetic.

use crate::clock::Clock;
use crate::error::NodeError;
use crate::keys::{KeyStore, organisation_name, review_name};
use crate::layout::Layout;
use crate::node::{Node, VALIDATOR_KEY};
use crate::pki::Pki;
use std::sync::Arc;
use zhengku_crypto::sign::{Algorithm, PublicKey, Signer};
use zhengku_ledger::block::Genesis;
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::{
    LicenceType, Node as LedgerNode, NodeRole, NodeStatus, Organisation, OrganisationStatus, Parameters, Roles,
};
use zhengku_ledger::ids::{IdempotencyKey, LicenceTypeNumber, OrganisationNumber};
use zhengku_ledger::transaction::{Payload, SignedTransaction};
use zhengku_library::catalogue;
use zhengku_library::random::Randomness;
use zhengku_library::register::Mapping;
use zhengku_library::vault::Vault;
use zhengku_store::{OpenMode, Store, StoreOptions};

/// The name of the key that connections are known by.
const NETWORK_KEY: &str = "network";

/// The name of the demo's certificate authorities.
pub const AUTHORITY_NAME: &str = "证库样例";
/// Years of the demo's root.
pub const AUTHORITY_YEARS: u8 = 20;

/// The authority under which the demo's licence types stand.
pub const DEFINER_CODE: &str = "11999999000000019M";

/// The governor: number 0.
pub const GOVERNOR: DemoOrganisation = DemoOrganisation {
    credit_code: "11999999DATA000035",
    name_zh: "市大数据中心(样例)",
    name_en: "City Data Centre (sample)",
    algorithm: Algorithm::Ed25519,
};

/// The issuers of the four sample registers. The public security one signs with SM2.
pub const ISSUERS: [DemoOrganisation; 4] = [
    DemoOrganisation {
        credit_code: DEFINER_CODE,
        name_zh: "黄浦区民政局(样例)",
        name_en: "Huangpu Civil Affairs Bureau (sample)",
        algorithm: Algorithm::Ed25519,
    },
    DemoOrganisation {
        credit_code: "11999999TE5T00016J",
        name_zh: "嘉定区市场监督管理局(样例)",
        name_en: "Jiading Market Regulation Bureau (sample)",
        algorithm: Algorithm::Ed25519,
    },
    DemoOrganisation {
        credit_code: "11999999TE5T00024D",
        name_zh: "浦东新区公安分局(样例)",
        name_en: "Pudong Public Security Branch (sample)",
        algorithm: Algorithm::Sm2Sm3,
    },
    DemoOrganisation {
        credit_code: "12999999HP0000013G",
        name_zh: "第一妇婴保健院(样例)",
        name_en: "First Maternity Hospital (sample)",
        algorithm: Algorithm::Ed25519,
    },
];

/// Who makes the demo's electronic seals (制章机构).
pub const SEAL_MAKER: DemoOrganisation = DemoOrganisation {
    credit_code: "12999999MAKER00118",
    name_zh: "市电子印章服务中心(样例)",
    name_en: "City Seal Service Centre (sample)",
    algorithm: Algorithm::Sm2Sm3,
};

/// An organisation of the demo.
#[derive(Clone, Copy, Debug)]
pub struct DemoOrganisation {
    /// Its synthetic credit code.
    pub credit_code: &'static str,
    /// Its Chinese name.
    pub name_zh: &'static str,
    /// Its English name.
    pub name_en: &'static str,
    /// The algorithm of its key.
    pub algorithm: Algorithm,
}

impl DemoOrganisation {
    /// Makes its keys. An issuer gets a second one, which approves its mass actions (双人复核); the newest, which stands last, signs.
    ///
    /// # Errors
    /// [`NodeError`].
    pub fn make_keys(
        &self,
        keys: &KeyStore,
        roles: Roles,
        random: &mut Randomness,
    ) -> Result<Vec<PublicKey>, NodeError> {
        let mut names = vec![organisation_name(self.credit_code)];
        if roles.include(Roles::ISSUER) {
            names.insert(0, review_name(self.credit_code));
        }
        let mut make = |name: &String| Ok(keys.make_signer(name, self.algorithm, random)?.public_key());
        names.iter().map(&mut make).collect()
    }
}

/// Makes a ledger of one validator in an empty directory, with demo organisations, their keys and the built-in licence types.
///
/// # Errors
/// [`NodeError`]; a directory that holds a ledger already is refused and not touched.
pub fn init(layout: &Layout, options: &StoreOptions, clock: Arc<dyn Clock>) -> Result<Node, NodeError> {
    if layout.ledger().exists() || layout.keys().exists() {
        return Err(zhengku_store::StoreError::Exists { path: layout.root().to_owned() }.into());
    }
    let mut random = Randomness::new();
    let keys = KeyStore::new(&layout.keys());
    keys.create()?;
    let validator = keys.make_signer(VALIDATOR_KEY, Algorithm::Ed25519, &mut random)?;
    keys.make_vault_keys(&mut random)?;
    let governor = organisation(&keys, &GOVERNOR, OrganisationNumber(0), Roles::GOVERNOR, &mut random)?;
    let network = keys.make_signer(NETWORK_KEY, Algorithm::Ed25519, &mut random)?;
    let only_node = LedgerNode {
        name: Text::new("node-1")?,
        organisation: OrganisationNumber(0),
        role: NodeRole::Validator,
        consensus_key: validator.public_key(),
        network_key: network.public_key(),
        consensus_address: Text::new("")?,
        exchange_address: Text::new("")?,
        url: Text::new("")?,
        certificate: Bounded::new(Vec::new())?,
        status: NodeStatus::Active,
    };
    let name = Text::new("证库演示账本 Zhengku demo ledger")?;
    let genesis = Genesis::new(name, clock.now(), vec![governor], vec![only_node], Parameters::default())?;
    Store::create(&layout.ledger(), &genesis, options)?;
    let now_s = i64::try_from(clock.now().0 / 1000).unwrap_or(i64::MAX);
    Pki::create(layout, &keys, AUTHORITY_NAME, AUTHORITY_YEARS, now_s, &mut random)?;
    Vault::create_or_open(&layout.vault(), keys.wrapping_key()?)?;
    let node = Node::open_with_clock(layout, OpenMode::Write, options, clock)?;
    let issuers = ISSUERS.iter().zip(1..).map(|(issuer, number)| {
        let roles = if issuer.credit_code == DEFINER_CODE { Roles::ISSUER.with(Roles::DEFINER) } else { Roles::ISSUER };
        organisation(&keys, issuer, OrganisationNumber(number), roles, &mut random)
    });
    let mut organisations = issuers.collect::<Result<Vec<_>, _>>()?;
    let maker = OrganisationNumber(u32::try_from(organisations.len()).unwrap_or(u32::MAX).saturating_add(1));
    organisations.push(organisation(&keys, &SEAL_MAKER, maker, Roles::SEAL_MAKER, &mut random)?);
    register(&node, organisations, &mut random)?;
    publish_catalogue(&node, &mut random)?;
    Ok(node)
}

/// Defines every licence type and material type of the program's catalogue that this ledger lacks or has otherwise. Gives how many.
///
/// # Errors
/// [`NodeError`].
pub fn publish_catalogue(node: &Node, random: &mut Randomness) -> Result<(usize, usize), NodeError> {
    let tip = node.store().tip();
    let definer = tip.directory.organisations().find(|one| one.roles.include(Roles::DEFINER));
    let Some(definer) = definer else { return Err(NodeError::NoDefiner) };
    let signer = node.keys().signer(&organisation_name(definer.credit_code.as_str()))?;
    let catalogue = catalogue::load()?;
    let types = catalogue.publication(&tip.directory, definer.number);
    let defined = types.len();
    if !types.is_empty() {
        submit(node, definer.number, Payload::DefineLicenceType(Bounded::new(types)?), &*signer, random)?;
    }
    let materials = catalogue.materials(&node.store().tip().directory, definer.number)?;
    let counted = materials.len();
    if !materials.is_empty() {
        submit(node, definer.number, Payload::DefineMaterialType(Bounded::new(materials)?), &*signer, random)?;
    }
    Ok((defined, counted))
}

/// Registers an issuer that a register names, by the governor's key of this directory. For demo ledgers only: elsewhere the
/// governor's key is not on an importing machine.
///
/// # Errors
/// [`NodeError`]; also when the governor's key is not here.
pub fn register_issuer(node: &Node, credit_code: &str, name: &str) -> Result<(), NodeError> {
    let mut random = Randomness::new();
    let number = node.store().tip().directory.next_organisation();
    let signer = node.keys().make_signer(&organisation_name(credit_code), Algorithm::Ed25519, &mut random)?;
    let issuer = on_ledger(credit_code, name, name, number, Roles::ISSUER, vec![signer.public_key()])?;
    register(node, vec![issuer], &mut random)
}

/// Whether this directory may register issuers: it holds the governor's key.
#[must_use]
pub fn may_register(node: &Node) -> bool {
    let tip = node.store().tip();
    let governor = tip.directory.organisation(OrganisationNumber(0));
    governor.is_some_and(|one| node.keys().signer(&organisation_name(one.credit_code.as_str())).is_ok())
}

/// Defines licence types that the catalogue does not have yet.
///
/// # Errors
/// [`NodeError`].
pub fn define_types<'m>(
    node: &Node,
    mappings: impl Iterator<Item = &'m Mapping>,
    random: &mut Randomness,
) -> Result<(), NodeError> {
    let tip = node.store().tip();
    let definer = tip.directory.organisations().find(|one| one.roles.include(Roles::DEFINER));
    let Some(definer) = definer else { return Err(NodeError::NoDefiner) };
    let known =
        |mapping: &&Mapping| !tip.directory.licence_types().any(|kind| kind.code.as_str() == mapping.type_code());
    let first = tip.directory.next_licence_type().0;
    let numbered = mappings.filter(known).zip(first..);
    let types: Vec<LicenceType> = numbered
        .map(|(mapping, number)| catalogue::licence_type(mapping, LicenceTypeNumber(number), definer.number))
        .collect::<Result<_, _>>()?;
    if types.is_empty() {
        return Ok(());
    }
    let signer = node.keys().signer(&organisation_name(definer.credit_code.as_str()))?;
    submit(node, definer.number, Payload::DefineLicenceType(Bounded::new(types)?), &*signer, random)
}

fn register(node: &Node, organisations: Vec<Organisation>, random: &mut Randomness) -> Result<(), NodeError> {
    let tip = node.store().tip();
    let governor = tip.directory.organisation(OrganisationNumber(0));
    let code = governor.map(|one| one.credit_code.as_str().to_owned()).unwrap_or_default();
    let signer = node.keys().signer(&organisation_name(&code))?;
    let payload = Payload::RegisterOrganisation(Bounded::new(organisations)?);
    submit(node, OrganisationNumber(0), payload, &*signer, random)
}

fn submit(
    node: &Node,
    organisation: OrganisationNumber,
    payload: Payload,
    signer: &dyn Signer,
    random: &mut Randomness,
) -> Result<(), NodeError> {
    let chain = node.store().tip().header.chain;
    let idempotency = IdempotencyKey::from_digest(zhengku_crypto::digest::Digest::from_bytes(random.array()?));
    node.apply(SignedTransaction::sign(chain, organisation, idempotency, payload, signer)?)?;
    Ok(())
}

fn organisation(
    keys: &KeyStore,
    demo: &DemoOrganisation,
    number: OrganisationNumber,
    roles: Roles,
    random: &mut Randomness,
) -> Result<Organisation, NodeError> {
    let keys = demo.make_keys(keys, roles, random)?;
    on_ledger(demo.credit_code, demo.name_zh, demo.name_en, number, roles, keys)
}

fn on_ledger(
    credit_code: &str,
    name_zh: &str,
    name_en: &str,
    number: OrganisationNumber,
    roles: Roles,
    keys: Vec<PublicKey>,
) -> Result<Organisation, NodeError> {
    Ok(Organisation {
        number,
        credit_code: Text::new(credit_code)?,
        name_zh: Text::new(name_zh)?,
        name_en: Text::new(name_en)?,
        roles,
        keys: Bounded::new(keys)?,
        status: OrganisationStatus::Active,
    })
}
