//! The drafts and licences that the invented department begins with.

use super::{Desk, NOW, types};
use std::collections::{BTreeMap, BTreeSet};
use zhengku_api::desk::port::*;
use zhengku_ledger::ids::{Date, TimestampMs};

impl Desk {
    pub(super) fn fill(&self) {
        let names = ["示例市青禾餐饮管理有限公司", "示例市云栖茶饮店", "示例市长安路小学食堂"];
        for (number, name) in (0_u64..).zip(names) {
            let mut values = complete(2_608 + number);
            values.insert("holder_name".to_owned(), name.to_owned());
            if number == 1 {
                values.remove("business_form");
                values.remove("premises");
            }
            let id = self.id("d");
            let keys = ["issuer", "issued_on", "valid_from", "valid_to", "licence_number"];
            let prefilled = keys.map(|key| (key.to_owned(), source(key))).into();
            let draft = Draft {
                id: id.clone(),
                type_code: types::FOOD.to_owned(),
                revision: 1,
                values,
                prefilled,
                fixed: BTreeSet::new(),
                succession: None,
                changed_by: "林晓岚".to_owned(),
                changed: TimestampMs(NOW - 600_000 * (number + 1)),
            };
            self.drafts.lock().unwrap().insert(id, draft);
        }
        for number in 0..6_u64 {
            let id = self.id("l");
            let mut licence = licence(&id, &complete(2_600 + number), 1_190 + number);
            if number == 2 {
                licence.row.state = LicenceState::Suspended;
                licence.successions.clear();
                licence.changes = vec![StatusChange::Resume, StatusChange::Withdraw];
            }
            licence.row.is_disputed = number == 3;
            licence.steps.clear();
            self.licences.lock().unwrap().insert(0, licence);
        }
    }
}

pub(super) fn source(key: &str) -> PrefillSource {
    match key {
        "issuer" => PrefillSource::Issuer,
        "licence_number" => PrefillSource::NextNumber,
        "issued_on" | "valid_from" | "valid_to" => PrefillSource::Calendar,
        _ => PrefillSource::FormerLicence,
    }
}

/// Values of a complete draft.
pub(crate) fn complete(number: u64) -> BTreeMap<String, String> {
    let pairs = [
        ("holder_name", "示例市青禾餐饮管理有限公司"),
        ("holder_number", "91999999MA0SAMPLE7"),
        ("legal_person", "沈知远"),
        ("residence", "示例市示范区和平路 118 号"),
        ("premises", "示例市示范区和平路 118 号一层 102 室"),
        ("business_form", "catering-m"),
        ("scope", "热食类食品制售；冷食类食品制售；自制饮品制售"),
        ("issuer", "示例市市场监督管理局"),
        ("issued_on", "2026-11-21"),
        ("valid_from", "2026-11-21"),
        ("valid_to", "2031-11-20"),
    ];
    let mut values: BTreeMap<String, String> =
        pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    values.insert("licence_number".to_owned(), format!("JY2999999001{number:04}"));
    values
}

pub(super) fn masked(name: &str) -> String {
    let all: Vec<char> = name.chars().collect();
    let shown = |(place, one): (usize, &char)| if place < 3 || place + 2 >= all.len() { *one } else { '*' };
    all.iter().enumerate().map(shown).collect()
}

pub(super) fn event(zh: &str, en: &str, by: &str, ground: &str, entry: u64) -> Event {
    Event {
        time: TimestampMs(NOW),
        zh: zh.to_owned(),
        en: en.to_owned(),
        by: by.to_owned(),
        entry: Some(entry),
        ground: ground.to_owned(),
    }
}

pub(super) fn licence(id: &str, values: &BTreeMap<String, String>, height: u64) -> Issued {
    let number = values.get("licence_number").cloned().unwrap_or_default();
    let day = |key: &str| values.get(key).and_then(|text| Date::from_text(text)).unwrap_or(Date(20_778));
    let step = |zh: &str, en: &str, ms| SigningStep { zh: zh.to_owned(), en: en.to_owned(), ms };
    Issued {
        row: IssuedRow {
            id: id.to_owned(),
            type_zh: "食品经营许可证".to_owned(),
            type_en: "Food business licence".to_owned(),
            number: number.clone(),
            holder_masked: masked(values.get("holder_name").map_or("", String::as_str)),
            state: LicenceState::Valid,
            is_disputed: false,
            issued_on: day("issued_on"),
            valid_to: Some(day("valid_to")),
            version: 1,
        },
        identifier: format!("1.2.156.3005.2.{}.11999999000000019M.{number}.001.K", types::FOOD),
        type_code: types::FOOD.to_owned(),
        valid_from: day("valid_from"),
        entry: height + 9,
        height,
        votes: (4, 4),
        files: vec![
            (FileKind::Ofd, format!("食品经营许可证-{number}.ofd")),
            (FileKind::Pdf, format!("食品经营许可证-{number}.pdf")),
            (FileKind::Proof, format!("食品经营许可证-{number}.proof")),
            (FileKind::Png, format!("食品经营许可证-{number}.png")),
        ],
        steps: vec![
            step("排版", "Composed", 38),
            step("盖章", "Sealed", 24),
            step("上链", "Anchored", 812),
            step("制作副本", "Copies", 61),
        ],
        history: vec![event("签发", "issued", "林晓岚", "首次发证", height + 9)],
        twin: None,
        changes: vec![StatusChange::Suspend, StatusChange::Cancel, StatusChange::Rescind, StatusChange::Dispute],
        successions: vec![SuccessionKind::Amend, SuccessionKind::Renew, SuccessionKind::Reissue],
        replaces: None,
        replaced_by: None,
    }
}
