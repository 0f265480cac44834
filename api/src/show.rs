//! From what the port says to what the interface says.

use crate::port;
use zhengku_api_types as types;
use zhengku_crypto::digest::Digest;
use zhengku_ledger::block::Certificate;
use zhengku_ledger::ids::{Height, IdempotencyKey, OrganisationNumber};
use zhengku_ledger::transaction::PayloadKind;
use zhengku_ledger::validator_set::ValidatorSet;

/// A path of a tree.
pub(crate) fn path(path: &[Digest]) -> Vec<types::Hex> {
    path.iter().map(types::Hex::from).collect()
}

/// A count of things in memory.
pub(crate) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn count_32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Where the receipt of an idempotency key is.
pub(crate) fn receipt_location(organisation: OrganisationNumber, key: &IdempotencyKey) -> String {
    format!("/v1/organisations/{organisation}/transactions/{key}")
}

/// The kind's name: the variant's in snake case, so that a new kind has one at once.
pub(crate) fn kind(kind: PayloadKind) -> String {
    let mut name = String::new();
    for character in format!("{kind:?}").chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

/// A certificate with the names of the validators.
pub(crate) fn certificate(certificate: &Certificate, validators: &ValidatorSet) -> types::Certificate {
    let mut shown = types::Certificate::from(certificate);
    for vote in &mut shown.votes {
        vote.name = validators.at(vote.validator).map(|validator| validator.name.to_string());
    }
    shown
}

/// What a node is.
pub(crate) const fn role(role: port::Role) -> types::NodeRole {
    match role {
        port::Role::Validator => types::NodeRole::Validator,
        port::Role::Observer => types::NodeRole::Observer,
    }
}

/// The network.
pub(crate) fn network(network: &port::Network, validators: &ValidatorSet) -> types::Network {
    let node = |node: &port::NodePicture| types::NetworkNode {
        name: node.name.clone(),
        organisation: node.organisation.0,
        role: role(node.role),
        is_connected: node.is_connected,
        height: node.height.map(|height| height.0),
        round_trip_us: node.round_trip_us,
        last_vote: node.last_vote.map(|height| height.0),
        certificate_ends_ms: node.certificate_ends_ms,
        url: node.url.clone(),
    };
    let (Height(deciding_height), deciding_round) = network.deciding;
    types::Network {
        name: network.name.clone(),
        role: role(network.role),
        nodes: network.nodes.iter().map(node).collect(),
        validators: count(validators.as_slice().len()),
        quorum: count(validators.quorum()),
        deciding_height,
        deciding_round,
        waiting_transactions: count(network.waiting.0),
        waiting_bytes: count(network.waiting.1),
        has_quorum: network.has_quorum,
        committed_ms: network.committed_ms,
        now_ms: network.now_ms,
        offences: network.offences,
    }
}

/// A transaction of a block.
pub(crate) fn transaction((place, summary): (usize, &port::TransactionSummary)) -> types::TransactionSummary {
    types::TransactionSummary {
        id: summary.id.digest().into(),
        place: count_32(place),
        organisation: summary.organisation.0,
        idempotency_key: summary.idempotency.digest().into(),
        kind: kind(summary.kind),
        items: summary.items,
        outcome: (&summary.outcome).into(),
    }
}

/// A block.
pub(crate) fn block(block: &port::Block) -> types::Block {
    types::Block {
        header: (&block.header).into(),
        certificate: block.certificate.as_ref().map(|one| certificate(one, &block.validators)),
        transactions: block.transactions.iter().enumerate().map(transaction).collect(),
        superseded: block.superseded.iter().map(|index| index.0).collect(),
    }
}

/// A block in a list.
pub(crate) fn block_summary(block: &port::Block) -> types::BlockSummary {
    let header = &block.header;
    let proposer = block.validators.at(header.proposer).filter(|_| block.certificate.is_some());
    types::BlockSummary {
        height: header.height.0,
        id: header.id().digest().into(),
        time_ms: header.time.0,
        proposer: header.proposer,
        proposer_name: proposer.map(|validator| validator.name.to_string()),
        round: block.certificate.as_ref().map(|certificate| certificate.round),
        votes: block.certificate.as_ref().map_or(0, |certificate| count_32(certificate.votes.len())),
        transactions: header.transaction_count,
        log_size: header.log_size,
        superseded: count_32(block.superseded.len()),
    }
}

/// A block that was committed just now.
pub(crate) fn notice(notice: &port::BlockNotice) -> types::BlockNotice {
    let header = &notice.header;
    types::BlockNotice {
        height: header.height.0,
        id: header.id().digest().into(),
        time_ms: header.time.0,
        proposer: header.proposer,
        round: notice.round,
        voters: notice.voters.clone(),
        transactions: header.transaction_count,
        entries: notice.entries,
        log_size: header.log_size,
    }
}

/// An entry with its paths.
pub(crate) fn witness(witness: &port::Witness) -> types::Witness {
    types::Witness {
        header: (&witness.header).into(),
        certificate: witness.certificate.as_ref().map(Into::into),
        is_current: witness.is_current,
        proof: (&witness.proof).into(),
    }
}

/// A receipt.
pub(crate) fn receipt(receipt: &port::Receipt, location: String) -> types::Receipt {
    types::Receipt {
        decision: types::Decision {
            transaction: receipt.transaction.digest().into(),
            height: receipt.header.height.0,
            block: receipt.header.id().digest().into(),
            time_ms: receipt.header.time.0,
            place: receipt.place,
            outcome: (&receipt.outcome).into(),
            receipt: location,
        },
        header: (&receipt.header).into(),
        certificate: (&receipt.certificate).into(),
        transaction_path: path(&receipt.transaction_path),
        outcome_path: path(&receipt.outcome_path),
    }
}

/// A validator set.
pub(crate) fn set_change(change: &port::SetChange) -> types::SetChange {
    types::SetChange {
        from: change.from.0,
        digest: change.validators.digest().into(),
        quorum: count(change.validators.quorum()),
        validators: change.validators.as_slice().iter().map(Into::into).collect(),
        header: change.handover.as_ref().map(|(header, _)| header.into()),
        certificate: change.handover.as_ref().map(|(_, certificate)| certificate.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_in_snake_case() {
        assert_eq!(kind(PayloadKind::RegisterOrganisation), "register_organisation");
        assert_eq!(kind(PayloadKind::Mint), "mint");
    }
}
