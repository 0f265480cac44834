//! The segments of entries that validators decide about: nodes, parameters, proposals, offences.

use super::Cut;
use crate::page::show::{grouped, short};
use zhengku_ledger::block::Offence;
use zhengku_ledger::codec;
use zhengku_ledger::entry::node::{NodeRole, NodeStatus};
use zhengku_ledger::entry::{GovernanceProposal, Node, OffenceRecord, Parameters};
use zhengku_ledger::ids::BlockId;

impl Cut<'_> {
    pub(super) fn node(&mut self, one: &Node) {
        let t = self.t;
        self.plain("name", t.name(), one.name.as_str().to_owned(), codec::encode(&one.name));
        self.issuer("organisation", t.organisation(), one.organisation);
        let role = if one.role == NodeRole::Validator { t.validator() } else { t.observer() };
        self.plain("role", t.role(), role.to_owned(), codec::encode(&one.role));
        let digits = |key: &zhengku_crypto::sign::PublicKey| {
            let digits = hex::encode(key.as_bytes());
            format!("{} {}…", key.algorithm().name(), digits.get(..16).unwrap_or(&digits))
        };
        let key = digits(&one.consensus_key);
        self.plain("consensus_key", t.consensus_key(), key, codec::encode(&one.consensus_key));
        self.plain("network_key", t.network_key(), digits(&one.network_key), codec::encode(&one.network_key));
        let addresses = [
            ("consensus_address", t.consensus_address(), one.consensus_address.as_str()),
            ("exchange_address", t.exchange_address(), one.exchange_address.as_str()),
            ("url", t.url(), one.url.as_str()),
        ];
        let encoded =
            [codec::encode(&one.consensus_address), codec::encode(&one.exchange_address), codec::encode(&one.url)];
        for ((name, label, value), bytes) in addresses.into_iter().zip(encoded) {
            let value = if value.is_empty() { t.none() } else { value };
            self.plain(name, label, value.to_owned(), bytes);
        }
        let certificate =
            if one.certificate.is_empty() { t.none().to_owned() } else { t.bytes_count(one.certificate.len()) };
        self.plain("certificate", t.x509(), certificate, codec::encode(&one.certificate));
        let status = if one.status == NodeStatus::Active { t.active() } else { t.removed() };
        self.plain("status", t.status(), status.to_owned(), codec::encode(&one.status));
    }

    pub(super) fn parameters(&mut self, one: &Parameters) {
        for (name, label, value) in self.t.parameters(one) {
            self.plain(name, label, grouped(value), codec::encode(&value));
        }
    }

    pub(super) fn proposal(&mut self, one: &GovernanceProposal) {
        let t = self.t;
        self.plain("number", t.number(), grouped(one.number), codec::encode(&one.number));
        self.issuer("proposer", t.proposed_by(), one.proposer);
        self.plain("change", t.change(), t.governance_change(&one.change), codec::encode(&one.change));
        let approvals: Vec<String> = one.approvals.iter().map(ToString::to_string).collect();
        let approvals = if approvals.is_empty() { t.none().to_owned() } else { approvals.join(", ") };
        self.plain("approvals", t.approvals(), approvals, codec::encode(&one.approvals));
        self.plain("expires", t.expires(), t.block_number(&grouped(one.expires.0)), codec::encode(&one.expires));
        self.plain("status", t.status(), t.proposal_status(one.status), codec::encode(&one.status));
    }

    pub(super) fn offence(&mut self, one: &OffenceRecord) {
        let t = self.t;
        self.plain("number", t.number(), grouped(one.number), codec::encode(&one.number));
        self.plain("node", t.node(), one.node.as_str().to_owned(), codec::encode(&one.node));
        self.issuer("reporter", t.reporter(), one.reporter);
        let (height, round) = one.evidence.place();
        let (first, second) = match &one.evidence {
            Offence::DoubleVote { first, second, .. } => (first.0.block, second.0.block),
            Offence::DoubleProposal { first, second, .. } => (Some(first.0.block), Some(second.0.block)),
        };
        let block = |id: Option<BlockId>| id.map_or_else(|| t.no_block().to_owned(), |id| short(id.digest()));
        let kind = t.offence_kind(one.evidence.kind());
        let value = t.offence_at(kind, height.0, round, &block(first), &block(second));
        self.plain("evidence", t.evidence(), value, codec::encode(&one.evidence));
    }
}
