//! What is known of a form before anybody types.

use crate::port::Keyring;
use crate::register::Mapping;
use std::collections::BTreeMap;
use zhengku_ledger::entry::{Organisation, OrganisationStatus, Roles};
use zhengku_ledger::ids::Date;
use zhengku_ledger::state::Directory;

/// The issuers that sign here and may issue this type.
pub fn own_issuers<'d>(
    directory: &'d Directory,
    keyring: &dyn Keyring,
    mapping: &Mapping,
) -> impl Iterator<Item = &'d Organisation> {
    let kind = directory.licence_types().find(|kind| kind.code.as_str() == mapping.type_code());
    let named =
        move |one: &Organisation| kind.is_none_or(|kind| kind.issuers.is_empty() || kind.issuers.contains(&one.number));
    directory.organisations().filter(move |one| {
        one.status == OrganisationStatus::Active
            && one.roles.include(Roles::ISSUER)
            && named(one)
            && keyring.signer(one.number).is_some()
    })
}

/// The only one; none where several sign here, because nobody should issue in another authority's name by accepting a default.
#[must_use]
pub fn own_issuer<'d>(directory: &'d Directory, keyring: &dyn Keyring, mapping: &Mapping) -> Option<&'d Organisation> {
    let mut own = own_issuers(directory, keyring, mapping);
    own.next().filter(|_| own.next().is_none())
}

/// The issuer's name and code, and today as day of issue and first day of validity.
#[must_use]
pub fn prefill(mapping: &Mapping, issuer: Option<&Organisation>, today: Date) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    let mut put = |key: Option<&str>, value: &str| {
        if let Some(key) = key {
            values.insert(key.to_owned(), value.to_owned());
        }
    };
    if let Some(issuer) = issuer {
        put(mapping.issuer_name_key(), issuer.name_zh.as_str());
        put(mapping.issuer_code_key(), issuer.credit_code.as_str());
    }
    put(mapping.issued_on_key(), &today.to_text());
    put(mapping.valid_from_key(), &today.to_text());
    values
}
