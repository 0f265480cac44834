//! For which issuers an operator signs. A directory may hold the keys of several; the operators' file may bind an operator to some of
//! them (`issuers = ["credit code"]`). The form says which one signs, and a key that is not the operator's to use is as if it were not here.

use super::Desk;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use zhengku_api::desk::port::{FieldChoice, FieldProblem, Issuers, Operator, Severity};
use zhengku_crypto::sign::Signer;
use zhengku_ledger::entry::Organisation;
use zhengku_ledger::ids::OrganisationNumber;
use zhengku_library::issue;
use zhengku_library::port::Keyring;
use zhengku_library::register::Mapping;
use zhengku_node::keys::KeyRing;

/// The keys that an operator may use.
pub(super) struct OwnRing {
    ring: KeyRing,
    /// None: all of them.
    bound: Option<BTreeSet<OrganisationNumber>>,
}

impl OwnRing {
    pub(super) fn may_use(&self, organisation: OrganisationNumber) -> bool {
        self.bound.as_ref().is_none_or(|bound| bound.contains(&organisation))
    }
}

impl Keyring for OwnRing {
    fn signer(&self, organisation: OrganisationNumber) -> Option<Arc<dyn Signer>> {
        self.may_use(organisation).then(|| self.ring.signer(organisation)).flatten()
    }
}

impl Desk {
    /// The keys that an operator may use; those of all issuers here when the operators' file binds him to none.
    pub(super) fn ring_of(&self, login: &str) -> OwnRing {
        let codes = self.operators.issuers(login);
        let directory = self.access.directory();
        let is_named = |one: &&Organisation| codes.iter().any(|code| code == one.credit_code.as_str());
        let bound = || directory.organisations().filter(is_named).map(|one| one.number).collect();
        OwnRing { ring: self.ring(), bound: (!codes.is_empty()).then(bound) }
    }

    /// Whether an operator may read what another one uploaded: a bound one of those who are bound to no other issuers than he is.
    pub(super) fn may_read_of(&self, by: &Operator, login: &str) -> bool {
        let (own, others) = (self.operators.issuers(&by.login), self.operators.issuers(login));
        own.is_empty() || (!others.is_empty() && others.iter().all(|code| own.contains(code)))
    }

    /// The issuers that an operator may sign licences of a type for.
    pub(super) fn issuers_of(&self, login: &str, mapping: &Mapping) -> Vec<Organisation> {
        let directory = self.access.directory();
        issue::own_issuers(&directory, &self.ring_of(login), mapping).cloned().collect()
    }

    /// As the form shows them: chosen by name where the form has the name, and the code follows.
    pub(super) fn issuers(&self, by: &Operator, code: &str) -> Issuers {
        let Some(mapping) = self.mapping(code) else { return Issuers::default() };
        let (name, code) = (mapping.issuer_name_key(), mapping.issuer_code_key());
        let choice = |one: Organisation| {
            let value = if name.is_some() { one.name_zh.to_string() } else { one.credit_code.to_string() };
            FieldChoice { value, zh: one.name_zh.to_string(), en: one.name_en.to_string() }
        };
        Issuers {
            key: name.or(code).map(str::to_owned),
            follows: name.and(code).map(str::to_owned),
            choices: self.issuers_of(&by.login, &mapping).into_iter().map(choice).collect(),
        }
    }

    /// Lets the code follow from the name that was chosen.
    pub(super) fn follow_issuer(&self, by: &Operator, mapping: &Mapping, values: &mut BTreeMap<String, String>) {
        let (Some(name), Some(code)) = (mapping.issuer_name_key(), mapping.issuer_code_key()) else { return };
        let mut own = self.issuers_of(&by.login, mapping).into_iter();
        if let Some(chosen) = own.find(|one| values.get(name).is_some_and(|value| value == one.name_zh.as_str())) {
            values.insert(code.to_owned(), chosen.credit_code.to_string());
        }
    }

    /// What is wrong with the issuer that a form names: only those of [`Desk::issuers`] sign here.
    pub(super) fn wrong_issuer(
        &self,
        by: &Operator,
        mapping: &Mapping,
        values: &BTreeMap<String, String>,
    ) -> Option<FieldProblem> {
        let (name, code) = (mapping.issuer_name_key(), mapping.issuer_code_key());
        let key = name.or(code)?;
        let says =
            |key: Option<&str>, own: &str| key.is_none_or(|key| values.get(key).is_some_and(|value| value == own));
        let mut own = self.issuers_of(&by.login, mapping).into_iter();
        let is_own = own.any(|one| says(name, one.name_zh.as_str()) && says(code, one.credit_code.as_str()));
        (!is_own).then(|| FieldProblem {
            key: Some(key.to_owned()),
            severity: Severity::Blocks,
            zh: "您不能以此机关的名义签发; 请选择本机关, 或请管理员授权".to_owned(),
            en: "you may not sign for this issuer; choose another, or ask the administrator".to_owned(),
        })
    }
}
