//! Organisations: registering one, and changing what is known of one.

use super::key;
use crate::cli::governance::{
    OrganisationRole, RegisterOrganisationArguments, StatusArgument, UpdateOrganisationArguments,
};
use crate::failure::Failure;
use zhengku_crypto::sign::PublicKey;
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::organisation::MAX_KEYS;
use zhengku_ledger::entry::{Organisation, OrganisationStatus, Roles};
use zhengku_ledger::identifier::UnifiedCreditCode;
use zhengku_ledger::ids::OrganisationNumber;
use zhengku_ledger::state::Directory;

/// The organisation that was asked for, under the next free number.
pub(super) fn registered(
    arguments: &RegisterOrganisationArguments,
    directory: &Directory,
) -> Result<Organisation, Failure> {
    let code = arguments.credit_code.trim();
    UnifiedCreditCode::parse(code).map_err(|error| {
        Failure::usage(
            format!("--credit-code {code}: 不是统一社会信用代码; 请核对 18 位代码"),
            format!("--credit-code {code}: {error}; check the 18 characters"),
        )
    })?;
    if let Some(taken) = directory.organisations().find(|one| one.credit_code.as_str() == code) {
        let number = taken.number;
        return Err(Failure::usage(
            format!(
                "--credit-code {code}: 已是机构 {number} ({}); 变更它请用 update-organisation {number}",
                taken.name_zh
            ),
            format!(
                "--credit-code {code}: this is organisation {number} ({}); change it with update-organisation {number}",
                taken.name_en
            ),
        ));
    }
    Ok(Organisation {
        number: directory.next_organisation(),
        credit_code: text("--credit-code", code)?,
        name_zh: text("--name-zh", &arguments.name_zh)?,
        name_en: text("--name-en", &arguments.name_en)?,
        roles: roles(&arguments.roles)?,
        keys: keys(&parsed(&arguments.public_keys)?)?,
        status: OrganisationStatus::Active,
    })
}

/// The organisation as it is to be.
pub(super) fn updated(arguments: &UpdateOrganisationArguments, directory: &Directory) -> Result<Organisation, Failure> {
    let before = known(directory, OrganisationNumber(arguments.number))?;
    let mut after = before.clone();
    if let Some(name) = &arguments.name_zh {
        after.name_zh = text("--name-zh", name)?;
    }
    if let Some(name) = &arguments.name_en {
        after.name_en = text("--name-en", name)?;
    }
    if !arguments.roles.is_empty() {
        after.roles = roles(&arguments.roles)?;
    }
    after.keys = keys(&changed_keys(arguments, before)?)?;
    if let Some(status) = arguments.status {
        after.status = match status {
            StatusArgument::Active => OrganisationStatus::Active,
            StatusArgument::Barred => OrganisationStatus::Barred,
        };
    }
    if after == *before {
        return Err(Failure::usage(
            format!("机构 {} 已是如此, 没有改动; 请给出 --add-key、--role 等新值", before.number),
            format!(
                "organisation {} is like that already; give what is to change, e.g. --add-key or --role",
                before.number
            ),
        ));
    }
    Ok(after)
}

/// An organisation of the ledger by its number.
pub(super) fn known(directory: &Directory, number: OrganisationNumber) -> Result<&Organisation, Failure> {
    directory.organisation(number).ok_or_else(|| {
        Failure::usage(
            format!("账本上没有机构 {number}; 见 zhengku governance organisations"),
            format!("the ledger has no organisation {number}; see zhengku governance organisations"),
        )
    })
}

fn changed_keys(arguments: &UpdateOrganisationArguments, before: &Organisation) -> Result<Vec<PublicKey>, Failure> {
    if !arguments.public_keys.is_empty() {
        return parsed(&arguments.public_keys);
    }
    let removed = parsed(&arguments.remove_key)?;
    if let Some(stranger) = removed.iter().find(|key| !before.keys.contains(key)) {
        return Err(Failure::usage(
            format!("--remove-key {stranger}: 不是机构 {} 的公钥; 见 zhengku governance organisations", before.number),
            format!(
                "--remove-key {stranger}: no key of organisation {}; see zhengku governance organisations",
                before.number
            ),
        ));
    }
    let mut after: Vec<PublicKey> = before.keys.iter().filter(|key| !removed.contains(key)).cloned().collect();
    after.extend(parsed(&arguments.add_key)?);
    Ok(after)
}

fn parsed(texts: &[String]) -> Result<Vec<PublicKey>, Failure> {
    texts.iter().map(|text| key(text.trim())).collect()
}

/// One to eight keys, each once: a repeated one would be a slip of the hand.
fn keys(all: &[PublicKey]) -> Result<Bounded<PublicKey, 1, MAX_KEYS>, Failure> {
    if let Some(twice) = all.iter().enumerate().find(|(place, key)| all.iter().take(*place).any(|one| one == *key)) {
        let (_, key) = twice;
        return Err(Failure::usage(
            format!("公钥 {key} 重复; 请去掉一个"),
            format!("key {key} stands twice; leave one out"),
        ));
    }
    let count = all.len();
    Bounded::new(all.to_vec()).map_err(|_| {
        Failure::usage(
            format!("机构须有 1 至 {MAX_KEYS} 个公钥, 此变更后为 {count} 个; 请增减 --key"),
            format!("an organisation has 1 to {MAX_KEYS} keys, and this would make it {count}; give more or fewer"),
        )
    })
}

fn roles(given: &[OrganisationRole]) -> Result<Roles, Failure> {
    let role = |role: &OrganisationRole| match role {
        OrganisationRole::Governor => Roles::GOVERNOR,
        OrganisationRole::Definer => Roles::DEFINER,
        OrganisationRole::Issuer => Roles::ISSUER,
    };
    let all = given.iter().map(role).reduce(Roles::with);
    all.ok_or_else(|| Failure::usage("--role: 至少一个角色", "--role: one role at least"))
}

fn text<const MAX: usize>(field: &str, given: &str) -> Result<Text<MAX>, Failure> {
    let refused = |zh: &str, en: &str| {
        Failure::usage(format!("{field}: {zh}; 至多 {MAX} 字节"), format!("{field}: {en}; at most {MAX} bytes"))
    };
    if given.trim().is_empty() {
        return Err(refused("不能为空", "must not be empty"));
    }
    Text::new(given.trim()).map_err(|error| refused("过长或含控制字符", &error.to_string()))
}

#[cfg(test)]
mod tests;
