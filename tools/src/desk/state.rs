//! How key and node are: looked at in the background, answered from memory.

use super::Desk;
use crate::access::Access;
use crate::issuing;
use std::sync::{Arc, PoisonError};
use zhengku_api::desk::port::{DeskState, KeyState, NodeState};
use zhengku_ledger::entry::{Organisation, Roles, SealRecord, SealStatus};
use zhengku_ledger::ids::TimestampMs;
use zhengku_library::port::Keyring;
use zhengku_node::pki::Pki;
use zhengku_node::seals::key_name;

/// Before anything is known.
pub(super) const fn unknown(mass_limit: u32) -> DeskState {
    DeskState {
        department_zh: String::new(),
        department_en: String::new(),
        credit_code: String::new(),
        mass_limit,
        key: KeyState::Missing,
        node: None,
    }
}

impl Desk {
    /// Looks at operators, authorities of seals, key and node again. Blocks as long as the node takes.
    pub(crate) fn look(&self) {
        if let Err(failure) = self.operators.refresh() {
            tracing::warn!(%failure, "desk.operators");
        }
        if let Err(failure) = self.access.refresh() {
            tracing::warn!(%failure, "desk.directory");
        }
        // Revocations reach a running desk.
        match super::seal_trust(&self.layout) {
            Ok(trust) => *self.seal_trust.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(trust),
            Err(failure) => tracing::warn!(%failure, "desk.trust"),
        }
        let directory = self.access.directory();
        let ring = self.access.ring();
        *self.ring.lock().unwrap_or_else(PoisonError::into_inner) = ring.clone();
        let held = |one: &&Organisation| one.roles.include(Roles::ISSUER) && ring.signer(one.number).is_some();
        let own = directory.organisations().find(held);
        let seals: Vec<&SealRecord> =
            directory.seals().filter(|seal| own.is_some_and(|own| own.number == seal.owner)).collect();
        let state = DeskState {
            department_zh: own.map(|own| own.name_zh.to_string()).unwrap_or_default(),
            department_en: own.map(|own| own.name_en.to_string()).unwrap_or_default(),
            credit_code: own.map(|own| own.credit_code.to_string()).unwrap_or_default(),
            mass_limit: self.operators.mass_limit(),
            key: self.key_state(own, &seals),
            node: self.node_state(),
        };
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    pub(super) fn state(&self) -> DeskState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn key_state(&self, own: Option<&Organisation>, seals: &[&SealRecord]) -> KeyState {
        let Some(own) = own else {
            let directory = self.access.directory();
            let keys = directory.organisations().flat_map(|one| one.keys.iter());
            let is_here = keys.into_iter().any(|key| self.access.keys().name_of(key).ok().flatten().is_some());
            return if is_here { KeyState::Locked } else { KeyState::Missing };
        };
        let now = self.now();
        let in_use = Pki::open(&self.layout).and_then(|pki| pki.trust()).ok().and_then(|trust| {
            let ring = self.ring();
            issuing::seals(&self.access, &self.layout, &ring, now).in_use(&trust).ok()
        });
        let filed = in_use.as_ref().and_then(|seals| seals.of(own.number));
        let record = filed.and_then(|filed| seals.iter().find(|seal| seal.number == filed.number));
        match record.and_then(|record| record.made.as_ref()) {
            Some(made) => {
                let ends = filed.map_or(i64::MAX, |filed| filed.certificate.not_after());
                let ends = u64::try_from(ends).map_or(0, |ends| ends.saturating_mul(1000));
                let last = made.valid_to.min(TimestampMs(ends).beijing_date());
                match u32::try_from(i64::from(last.0).saturating_sub(i64::from(now.beijing_date().0))) {
                    Ok(days_left) => KeyState::Ready { days_left },
                    Err(_) => KeyState::Ended,
                }
            }
            None if seals.iter().any(|seal| self.is_locked(seal)) => KeyState::Locked,
            None if seals.iter().any(|seal| seal.status == SealStatus::Cancelled) => KeyState::Ended,
            None => KeyState::Missing,
        }
    }

    /// The seal's key is here but does not open.
    fn is_locked(&self, seal: &SealRecord) -> bool {
        let name = key_name(seal.number);
        self.access.keys().holds(&name) && self.access.keys().signer(&name).is_err()
    }

    fn node_state(&self) -> Option<NodeState> {
        match &self.access {
            Access::Here(_) => {
                let standing = self.access.standing().ok()?;
                Some(NodeState { height: standing.height.0, block_time: standing.time, has_quorum: true })
            }
            Access::There(department) => {
                let status = department.ledger.wait(department.ledger.client().status()).ok()?;
                let block_time = TimestampMs(status.time_ms);
                Some(NodeState { height: status.height, block_time, has_quorum: status.has_quorum })
            }
        }
    }
}
