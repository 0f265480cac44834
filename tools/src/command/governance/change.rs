//! From arguments to a change, on the records as they are now.

mod organisation;
mod possible;

use crate::cli::governance::{AddNodeArguments, ChangeCommand, ReplaceNodeArguments, RoleArgument};
use crate::config;
use crate::failure::Failure;
use crate::remote::{Client, RemoteError};
use crate::testnet::{Joining, check_host, checked};
use std::path::Path;
use zhengku_crypto::certificate::Certificate;
use zhengku_crypto::sign::PublicKey;
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::{GovernanceChange, Node, NodeRole, Parameters};
use zhengku_ledger::governance::{self, Governance};
use zhengku_ledger::ids::OrganisationNumber;
use zhengku_ledger::state::Directory;
use zhengku_ledger::transaction::RejectCode;
use zhengku_node::NodeError;

pub(super) use possible::{possible, rivals, subject};

/// What can be changed, as it is now.
pub(super) struct State {
    pub(super) nodes: Vec<Node>,
    pub(super) parameters: Parameters,
    pub(super) directory: Directory,
}

impl State {
    pub(super) async fn read(client: &Client) -> Result<Self, RemoteError> {
        Ok(Self {
            nodes: client.nodes().await?,
            parameters: client.parameters().await?,
            directory: client.directory().await?,
        })
    }

    /// Why a change cannot take effect on the records as they are.
    pub(super) fn refusal(&self, change: &GovernanceChange) -> Option<RejectCode> {
        let governance = Governance::start(&self.nodes, self.parameters).ok()?;
        governance::check(&self.directory, &governance, change).err()
    }

    fn node(&self, name: &str) -> Result<Node, Failure> {
        let known: Vec<&str> = self.nodes.iter().map(|node| node.name.as_str()).collect();
        let found = self.nodes.iter().find(|node| node.name.as_str() == name).cloned();
        found.ok_or_else(|| {
            let known = known.join(", ");
            Failure::usage(
                format!("账本上没有节点 {name}; 有: {known}"),
                format!("the ledger has no node {name}; it has: {known}"),
            )
        })
    }
}

/// The change that was asked for.
pub(super) fn of(command: &ChangeCommand, state: &State) -> Result<GovernanceChange, Failure> {
    Ok(match command {
        ChangeCommand::AddNode(arguments) => GovernanceChange::AddNode(added(arguments, state)?),
        ChangeCommand::RemoveNode(arguments) => GovernanceChange::RemoveNode(state.node(&arguments.name)?.name),
        ChangeCommand::ReplaceNode(arguments) => GovernanceChange::ReplaceNode(replaced(arguments, state)?),
        ChangeCommand::RegisterOrganisation(arguments) => {
            GovernanceChange::RegisterOrganisation(organisation::registered(arguments, &state.directory)?)
        }
        ChangeCommand::UpdateOrganisation(arguments) => {
            GovernanceChange::UpdateOrganisation(organisation::updated(arguments, &state.directory)?)
        }
        ChangeCommand::SetParameters(arguments) => {
            GovernanceChange::SetParameters(parameters(state.parameters, &arguments.settings)?)
        }
    })
}

fn role(role: RoleArgument) -> NodeRole {
    match role {
        RoleArgument::Validator => NodeRole::Validator,
        RoleArgument::Observer => NodeRole::Observer,
    }
}

fn added(arguments: &AddNodeArguments, state: &State) -> Result<Node, Failure> {
    let organisation = OrganisationNumber(arguments.organisation);
    organisation::known(&state.directory, organisation)?;
    let joining = match (&arguments.join, &arguments.config, &arguments.host) {
        (Some(file), _, _) => Joining::read(file)?,
        (None, Some(config), Some(host)) => {
            check_host(host)?;
            let config = config::load(config)?.config;
            let place = format!("{host}:{}", config.api.listen.port());
            Joining::of(&config, host, format!("http://{place}"))?
        }
        _ => return Err(Failure::usage("请给出 --join, 或 --config 与 --host", "give --join, or --config and --host")),
    };
    checked(joining.node(organisation, role(arguments.role))?)
}

fn replaced(arguments: &ReplaceNodeArguments, state: &State) -> Result<Node, Failure> {
    let mut node = state.node(&arguments.name)?;
    let text = |text: &String| Text::new(text.as_str()).map_err(NodeError::from);
    if let Some(path) = &arguments.certificate {
        node.certificate = Bounded::new(certificate(path)?).map_err(NodeError::from)?;
    }
    for (given, place) in
        [(&arguments.consensus_key, &mut node.consensus_key), (&arguments.network_key, &mut node.network_key)]
    {
        if let Some(given) = given {
            *place = key(given)?;
        }
    }
    for (given, place) in [
        (&arguments.consensus_address, &mut node.consensus_address),
        (&arguments.exchange_address, &mut node.exchange_address),
        (&arguments.url, &mut node.url),
    ] {
        if let Some(given) = given {
            *place = text(given)?;
        }
    }
    if let Some(given) = arguments.role {
        node.role = role(given);
    }
    checked(node)
}

fn key(text: &str) -> Result<PublicKey, Failure> {
    text.parse().map_err(|error| {
        Failure::usage(
            format!("公钥 {text}: 不是公钥; 公钥形如 ed25519:… 或 sm2:…, 由 zhengku key show 显示"),
            format!("key {text}: {error}; a public key is like ed25519:… or sm2:…, as `zhengku key show` tells it"),
        )
    })
}

fn certificate(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = std::fs::read(path).map_err(Failure::file(path))?;
    let read = Certificate::from_pem(&bytes).map_err(|error| {
        Failure::usage(format!("{}: 不是证书 ({error})", path.display()), format!("{}: {error}", path.display()))
    })?;
    Ok(read.as_der().to_vec())
}

/// `name=value` for each parameter.
fn parameters(mut parameters: Parameters, settings: &[String]) -> Result<Parameters, Failure> {
    for setting in settings {
        let unknown = || {
            let known: Vec<&str> = fields(&parameters).iter().map(|(name, _)| *name).collect();
            let known = known.join(", ");
            Failure::usage(
                format!("{setting}: 应为 参数=数值; 参数有 {known}"),
                format!("{setting}: give NAME=VALUE; there are {known}"),
            )
        };
        let refused = unknown();
        let parsed =
            setting.split_once('=').and_then(|(name, value)| Some((name.trim(), value.trim().parse::<u32>().ok()?)));
        let Some((name, value)) = parsed else { return Err(refused) };
        let Some(place) = place(&mut parameters, name) else { return Err(refused) };
        *place = value;
    }
    match parameters.check() {
        Ok(()) => Ok(parameters),
        Err(error) => {
            let (name, value, least, most) = (error.name, error.value, error.minimum, error.maximum);
            Err(Failure::usage(
                format!("参数越界: {name} 为 {value}, 允许 {least} 至 {most}"),
                format!("out of bounds: {error}"),
            ))
        }
    }
}

/// The parameters by name.
pub(super) fn fields(parameters: &Parameters) -> [(&'static str, u32); 12] {
    [
        ("propose_ms", parameters.propose_ms),
        ("prevote_ms", parameters.prevote_ms),
        ("precommit_ms", parameters.precommit_ms),
        ("step_ms", parameters.step_ms),
        ("rebroadcast_ms", parameters.rebroadcast_ms),
        ("interval_ms", parameters.interval_ms),
        ("idle_ms", parameters.idle_ms),
        ("max_ahead_ms", parameters.max_ahead_ms),
        ("max_block_bytes", parameters.max_block_bytes),
        ("max_block_entries", parameters.max_block_entries),
        ("max_block_transactions", parameters.max_block_transactions),
        ("governance_delay", parameters.governance_delay),
    ]
}

fn place<'a>(parameters: &'a mut Parameters, name: &str) -> Option<&'a mut u32> {
    Some(match name {
        "propose_ms" => &mut parameters.propose_ms,
        "prevote_ms" => &mut parameters.prevote_ms,
        "precommit_ms" => &mut parameters.precommit_ms,
        "step_ms" => &mut parameters.step_ms,
        "rebroadcast_ms" => &mut parameters.rebroadcast_ms,
        "interval_ms" => &mut parameters.interval_ms,
        "idle_ms" => &mut parameters.idle_ms,
        "max_ahead_ms" => &mut parameters.max_ahead_ms,
        "max_block_bytes" => &mut parameters.max_block_bytes,
        "max_block_entries" => &mut parameters.max_block_entries,
        "max_block_transactions" => &mut parameters.max_block_transactions,
        "governance_delay" => &mut parameters.governance_delay,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_is_shown_and_set_by_one_name() {
        for (name, value) in fields(&Parameters::default()) {
            let settings = [format!("{name}={value}")];
            assert_eq!(parameters(Parameters::default(), &settings).unwrap(), Parameters::default(), "{name}");
        }
        let changed = parameters(Parameters::default(), &["interval_ms = 250".to_owned()]).unwrap();
        assert_eq!(changed, Parameters { interval_ms: 250, ..Parameters::default() });
        for bad in ["interval_ms", "interval=1", "interval_ms=-1", "interval_ms=x", "max_block_bytes=1"] {
            assert!(parameters(Parameters::default(), &[bad.to_owned()]).is_err(), "{bad}");
        }
    }
}
