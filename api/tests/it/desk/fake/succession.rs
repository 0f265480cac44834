//! 变更, 延续, 换发 in the invented department.

use super::invented::{complete, event, licence, source};
use super::{Desk, NOW, types};
use std::collections::{BTreeMap, BTreeSet};
use zhengku_api::desk::port::*;
use zhengku_ledger::ids::TimestampMs;

impl Desk {
    pub(super) fn begin_succession(&self, by: &Operator, id: &str, kind: SuccessionKind) -> Result<Draft, DeskError> {
        let former = self.licences.lock().unwrap().iter().find(|one| one.row.id == id).cloned();
        let former = former.ok_or(DeskError::NotFound)?;
        if !former.successions.contains(&kind) {
            return Err(DeskError::State {
                zh: "证照已换发".to_owned(), en: "the licence was reissued".to_owned()
            });
        }
        let mut values = face(&former);
        let mut prefilled: BTreeMap<String, PrefillSource> = values.keys().map(|key| (key.clone(), of(key))).collect();
        if kind == SuccessionKind::Renew {
            values.insert("valid_to".to_owned(), "2036-11-20".to_owned());
        }
        if kind == SuccessionKind::Reissue {
            values.insert("licence_number".to_owned(), "JY29999990019999".to_owned());
            prefilled.insert("licence_number".to_owned(), PrefillSource::NextNumber);
        }
        let mut fixed = BTreeSet::from(["issuer".to_owned()]);
        fixed.extend((kind != SuccessionKind::Reissue).then(|| "licence_number".to_owned()));
        let draft = Draft {
            id: self.id("d"),
            type_code: types::FOOD.to_owned(),
            revision: 1,
            values,
            prefilled,
            fixed,
            succession: Some(Succession {
                kind,
                former: Related { id: former.row.id, number: former.row.number },
                version: former.row.version,
                reason: Reason::default(),
            }),
            changed_by: by.name.clone(),
            changed: TimestampMs(NOW),
        };
        self.drafts.lock().unwrap().insert(draft.id.clone(), draft.clone());
        Ok(draft)
    }

    /// What keeps a successor from being signed.
    pub(super) fn wrong_succession(&self, draft: &Draft) -> Vec<FieldProblem> {
        let Some(succession) = &draft.succession else { return Vec::new() };
        let mut problems = Vec::new();
        let mut say = |key: Option<&str>, zh: &str, en: &str| {
            let key = key.map(str::to_owned);
            problems.push(FieldProblem { key, severity: Severity::Blocks, zh: zh.to_owned(), en: en.to_owned() });
        };
        if succession.reason.ground.is_none() {
            say(Some(GROUND_KEY), "还没有选择", "is not chosen");
        }
        if succession.reason.document.is_empty() {
            say(Some(DOCUMENT_KEY), "还没有填写", "is not filled in");
        }
        let licences = self.licences.lock().unwrap();
        let former = licences.iter().find(|one| one.row.id == succession.former.id);
        if former.is_some_and(|one| succession.kind == SuccessionKind::Amend && face(one) == draft.values) {
            say(None, "没有改动任何内容", "nothing is changed");
        }
        problems
    }

    /// The new state, and the former one as it is from now on.
    pub(super) fn succeeded(&self, draft: &Draft, succession: &Succession) -> Issued {
        let mut licences = self.licences.lock().unwrap();
        let place = licences.iter().position(|one| one.row.id == succession.former.id).unwrap();
        let (zh, en) = match succession.kind {
            SuccessionKind::Amend => ("变更", "amended"),
            SuccessionKind::Renew => ("延续", "renewed"),
            SuccessionKind::Reissue => ("换发", "reissued"),
        };
        let happened = event(zh, en, &draft.changed_by, &succession.reason.document, 1_213);
        if succession.kind == SuccessionKind::Reissue {
            let mut issued = licence(&self.id("l"), &draft.values, 1_204);
            issued.replaces = Some(succession.former.clone());
            issued.history = vec![happened.clone()];
            let former = &mut licences[place];
            former.row.state = LicenceState::Superseded;
            (former.changes, former.successions) = (Vec::new(), Vec::new());
            former.history.push(happened);
            former.replaced_by = Some(Related { id: issued.row.id.clone(), number: issued.row.number.clone() });
            return issued;
        }
        let former = licences.remove(place);
        let mut issued = licence(&former.row.id, &draft.values, 1_204);
        issued.row.version = former.row.version + 1;
        issued.history = former.history;
        issued.history.push(happened);
        issued.files.push((FileKind::FormerProof, format!("食品经营许可证-{}-001.proof", issued.row.number)));
        issued
    }
}

/// What the face of a licence says.
fn face(one: &Issued) -> BTreeMap<String, String> {
    let mut values = complete(0);
    values.insert("licence_number".to_owned(), one.row.number.clone());
    values
}

fn of(key: &str) -> PrefillSource {
    match source(key) {
        PrefillSource::NextNumber => PrefillSource::FormerLicence,
        PrefillSource::Calendar if key != "issued_on" => PrefillSource::FormerLicence,
        other => other,
    }
}
