use super::*;
use crate::cli::Arguments;
use crate::cli::Command;
use crate::cli::governance::{ChangeCommand, GovernanceCommand};
use clap::Parser;
use zhengku_crypto::sign::{Ed25519Signer, Signer};
use zhengku_ledger::entry::EntryBody;

const CODE: &str = "11999999000000019M";

fn public(seed: u8) -> String {
    Ed25519Signer::from_secret(&[seed; 32]).unwrap().public_key().to_string()
}

/// Organisation 0 with the key of seed 1.
fn directory() -> Directory {
    let mut directory = Directory::default();
    directory.apply(&EntryBody::Organisation(Organisation {
        number: OrganisationNumber(0),
        credit_code: Text::new("11999999DATA000035").unwrap(),
        name_zh: Text::new("市大数据中心").unwrap(),
        name_en: Text::new("City Data Centre").unwrap(),
        roles: Roles::GOVERNOR,
        keys: keys(&parsed(&[public(1)]).unwrap()).unwrap(),
        status: OrganisationStatus::Active,
    }));
    directory
}

fn change(words: &[&str]) -> Result<Organisation, Failure> {
    let line = [&["zhengku", "governance", "preview"], words, &["--node", "http://127.0.0.1:1"]].concat();
    let parsed = Arguments::try_parse_from(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
    let Command::Governance(GovernanceCommand::Preview(arguments)) = parsed.command else { panic!("{line:?}") };
    match &arguments.change {
        ChangeCommand::RegisterOrganisation(arguments) => registered(arguments, &directory()),
        ChangeCommand::UpdateOrganisation(arguments) => updated(arguments, &directory()),
        _ => panic!("{line:?}"),
    }
}

fn register(code: &str, name: &str, key: &str) -> Result<Organisation, Failure> {
    let mut line = vec!["register-organisation", "--credit-code", code, "--name-zh", name, "--name-en", "Office"];
    line.extend(["--role", "issuer,definer", "--key", key]);
    change(&line)
}

#[test]
fn an_organisation_is_registered_under_the_next_number() {
    let made = register(CODE, " 民政局 ", &public(7)).unwrap();
    assert_eq!(
        (made.number, made.credit_code.as_str(), made.name_zh.as_str()),
        (OrganisationNumber(1), CODE, "民政局")
    );
    assert_eq!(made.roles, Roles::ISSUER.with(Roles::DEFINER));
    assert_eq!(made.keys.iter().map(ToString::to_string).collect::<Vec<_>>(), [public(7)]);
}

#[test]
fn what_cannot_be_is_refused_with_its_field() {
    let refused = |made: Result<Organisation, Failure>| made.unwrap_err().to_string();
    let long = "局".repeat(65);
    for (found, field) in [
        (refused(register("11999999000000019X", "民政局", &public(7))), "--credit-code"),
        (refused(register("11999999DATA000035", "民政局", &public(7))), "organisation 0"),
        (refused(register(CODE, "", &public(7))), "--name-zh"),
        (refused(register(CODE, &long, &public(7))), "--name-zh"),
        (refused(register(CODE, "民政局", "ed25519:12")), "key show"),
        (refused(change(&["update-organisation", "9", "--status", "barred"])), "no organisation 9"),
        (refused(change(&["update-organisation", "0"])), "what is to change"),
        (refused(change(&["update-organisation", "0", "--remove-key", &public(2)])), "--remove-key"),
        (refused(change(&["update-organisation", "0", "--remove-key", &public(1)])), "1 to 8 keys"),
        (refused(change(&["update-organisation", "0", "--add-key", &public(1)])), "twice"),
    ] {
        assert!(found.contains(field), "{field}: {found}");
    }
}

#[test]
fn keys_are_added_removed_or_replaced() {
    let keys = |words: &[&str]| {
        let after = change(&[&["update-organisation", "0"], words].concat()).unwrap();
        after.keys.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(keys(&["--add-key", &public(2)]), [public(1), public(2)]);
    assert_eq!(keys(&["--add-key", &public(2), "--remove-key", &public(1)]), [public(2)]);
    assert_eq!(keys(&["--key", &public(3), "--key", &public(4)]), [public(3), public(4)]);
    let barred = change(&["update-organisation", "0", "--status", "barred", "--role", "governor,issuer"]).unwrap();
    assert_eq!(barred.status, OrganisationStatus::Barred);
    assert_eq!(barred.roles, Roles::GOVERNOR.with(Roles::ISSUER));
}
