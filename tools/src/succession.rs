//! A licence in the place of another (变更, 延续, 换发): what the command line and the desk have in common.
//!
//! The form is that of the newest state with what was given anew, checked like any other. A succession that is asked for twice is known by
//! what it says: the ledger has it already, and nothing is recorded again.

use crate::access::Access;
use crate::failure::Failure;
use crate::issuing::{self, Kept};
use std::collections::BTreeMap;
use std::sync::Arc;
use zhengku_crypto::digest::Digest;
use zhengku_ledger::entry::licence::GroundCode;
use zhengku_ledger::entry::{Entry, Licence, Organisation};
use zhengku_ledger::ids::{Date, EntryKey};
use zhengku_ledger::transaction::{RejectCode, SupersedeCause};
use zhengku_library::catalogue::{IDENTIFIER_KEY, PART_KEY};
use zhengku_library::face::FaceRecord;
use zhengku_library::import::{Import, ImportError, OneRow, Succession};
use zhengku_library::port::{Read, Submit};
use zhengku_library::register::{LicenceDraft, Mapping, RowOutcome, RowResult, check_form};
use zhengku_library::vault::VaultError;
use zhengku_node::NodeError;
use zhengku_node::public::Source;

/// The values of a form by its keys.
pub(crate) type Values = BTreeMap<String, String>;

/// A licence and the form that is to take its place.
pub(crate) struct Case {
    pub(crate) cause: SupersedeCause,
    pub(crate) mapping: Arc<Mapping>,
    /// The newest state of every part, 正页 of a twin first.
    pub(crate) former: Vec<Kept>,
    pub(crate) values: Values,
    /// Whether the day of issue was given: otherwise it is not what a form says, but when it was recorded.
    pub(crate) is_dated: bool,
}

/// Why a licence is superseded.
#[derive(Clone, Copy)]
pub(crate) struct Reason<'a> {
    pub(crate) code: GroundCode,
    /// As it was typed in: sealed in the vault, never on the ledger.
    pub(crate) text: &'a str,
    /// The operator's pseudonym.
    pub(crate) operator: Option<Digest>,
}

/// What the ledger does not allow, whatever the face says, and the field of the form that it is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ruling {
    pub(crate) code: RejectCode,
    pub(crate) place: Place,
}

/// What of a form a ruling is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    Number,
    ValidFrom,
    ValidTo,
    Whole,
}

/// Why the ledger did not take it, or why it was not asked.
#[derive(Debug)]
pub(crate) enum Refused {
    Ruled(Ruling),
    Failed(Failure),
}

impl Case {
    /// Whether a state says what the form says; the day of issue counts only when it was given.
    pub(crate) fn says_the_same(&self, state: &[Kept]) -> bool {
        let mut values = self.values.clone();
        if let Some(key) = self.mapping.issued_on_key().filter(|_| !self.is_dated) {
            let day = state.first().and_then(|part| face_values(&part.face).remove(key));
            values.insert(key.to_owned(), day.unwrap_or_default());
        }
        let RowResult::Accepted(drafts) = check_form(&self.mapping, &values).result else { return false };
        drafts.len() == state.len() && state.iter().zip(&drafts).all(|(part, draft)| part.face.agrees_with(draft))
    }

    /// The licences of another number that have taken the place of this one already and say the same; none when there are none.
    pub(crate) fn heirs(&self, access: &Access) -> Result<Option<Vec<EntryKey>>, Failure> {
        let heirs: Option<Vec<EntryKey>> = self.former.iter().map(|part| part.licence.replaced_by).collect();
        let wanted = issuing::keys_of(access, &check_form(&self.mapping, &self.values));
        let Some(heirs) = heirs.filter(|heirs| *heirs == wanted) else { return Ok(None) };
        let kept = heirs.iter().map(|key| kept(access, key)).collect::<Result<Vec<_>, _>>()?;
        Ok(self.says_the_same(&kept).then_some(heirs))
    }

    /// Whether every part may be superseded at all, and by days like these: said before anything is sealed.
    pub(crate) fn check(&self, drafts: &[LicenceDraft], today: Date) -> Result<(), Ruling> {
        for part in &self.former {
            let allowed = part.licence.status.check_supersede();
            allowed.map_err(|refusal| Ruling { code: RejectCode::from(refusal), place: Place::Whole })?;
        }
        let mut of_parts = self.former.iter().zip(drafts);
        of_parts.try_for_each(|(part, draft)| self.check_days(&part.licence, draft, today))
    }

    /// The ledger's rules on days (docs/spec/transaction.md, codes 332 and 334).
    fn check_days(&self, old: &Licence, new: &LicenceDraft, today: Date) -> Result<(), Ruling> {
        let ruled = |code, place| Err(Ruling { code, place });
        let old_end = old.valid_to.map_or(i32::MAX, |day| day.0);
        let new_end = new.valid_to.map_or(i32::MAX, |day| day.days());
        match self.cause {
            SupersedeCause::Reissue => Ok(()),
            SupersedeCause::Renew if new_end <= old_end => ruled(RejectCode::RenewalNotLater, Place::ValidTo),
            _ if new_end < old_end => ruled(RejectCode::Shortened, Place::ValidTo),
            _ if new.valid_from.is_some_and(|day| day.days() > old.valid_from.max(today).0) => {
                ruled(RejectCode::Shortened, Place::ValidFrom)
            }
            _ => Ok(()),
        }
    }

    /// Checks, seals and records the new state; with a dry run of the import nothing but the checks.
    pub(crate) fn supersede<L: Submit + Read>(
        &self,
        import: &Import<'_, L>,
        row: &RowOutcome,
        reason: Reason<'_>,
    ) -> Result<OneRow, Refused> {
        if let RowResult::Accepted(drafts) = &row.result {
            self.check(drafts, import.today).map_err(Refused::Ruled)?;
        }
        let former: Vec<(EntryKey, Licence)> =
            self.former.iter().map(|part| (part.entry.key, part.licence.clone())).collect();
        let Reason { code, text, operator } = reason;
        let succession = Succession { cause: self.cause, former: &former, code, text, operator };
        import.supersede(&self.mapping, row, &succession).map_err(|error| match error {
            ImportError::Rejected { code, .. } => Refused::Ruled(Ruling { code, place: place(code) }),
            error => Refused::Failed(error.into()),
        })
    }

    /// The version that the new state has.
    pub(crate) fn next_version(&self) -> u16 {
        let newest = self.former.first().map_or(0, |part| part.licence.version);
        if self.cause == SupersedeCause::Reissue { 1 } else { newest.saturating_add(1) }
    }
}

/// The field that a rejection of the ledger is about.
const fn place(code: RejectCode) -> Place {
    match code {
        RejectCode::RenewalNotLater | RejectCode::Shortened => Place::ValidTo,
        RejectCode::AlreadyMinted | RejectCode::KeyPrefixTaken => Place::Number,
        _ => Place::Whole,
    }
}

impl Ruling {
    /// The key of the field that it is about; none: the licence as a whole.
    pub(crate) fn key(self, mapping: &Mapping) -> Option<&str> {
        match self.place {
            Place::Number => mapping.number_key(),
            Place::ValidFrom => mapping.valid_from_key(),
            Place::ValidTo => mapping.valid_to_key(),
            Place::Whole => None,
        }
    }
}

impl From<Ruling> for Failure {
    fn from(Ruling { code, .. }: Ruling) -> Self {
        Self::usage(
            format!("不能办理: {} ({})", code.reason_zh(), code.number()),
            format!("this cannot be done: {} ({})", code.reason_en(), code.number()),
        )
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Ruled(ruling) => ruling.into(),
            Refused::Failed(failure) => failure,
        }
    }
}

/// A licence with its face; what was erased cannot be written again.
pub(crate) fn kept(access: &Access, key: &EntryKey) -> Result<Kept, Failure> {
    match issuing::kept(access, key) {
        Err(Failure::Node(NodeError::Vault(VaultError::Erased { .. }))) => Err(Failure::usage(
            "照面信息已销毁, 不能据以变更; 请重新签发",
            "the face data were erased, so there is nothing to amend; issue a new licence",
        )),
        kept => kept?.ok_or_else(|| unknown(key)),
    }
}

/// No licence of this key.
pub(crate) fn unknown(key: &EntryKey) -> Failure {
    Failure::usage(format!("账本没有证照 {key}"), format!("the ledger has no licence {key}"))
}

/// The fields of a face that a form has.
pub(crate) fn face_values(face: &FaceRecord) -> Values {
    let fields = face.fields.iter().map(|field| (field.key.as_str().to_owned(), field.value.as_str().to_owned()));
    fields.filter(|(key, _)| key != IDENTIFIER_KEY && key != PART_KEY).collect()
}

/// The keys of the values that differ from those of before.
pub(crate) fn changed(before: &Values, after: &Values) -> Vec<String> {
    let is_same = |key: &str, value: &str| before.get(key).map_or("", String::as_str) == value;
    after.iter().filter(|(key, value)| !is_same(key, value)).map(|(key, _)| key.clone()).collect()
}

/// What a successor says otherwise than its former one without being asked: issued today, and by the issuer's present name.
pub(crate) fn refresh(values: &mut Values, mapping: &Mapping, today: Option<Date>, issuer: Option<&Organisation>) {
    if let (Some(key), Some(today)) = (mapping.issued_on_key(), today) {
        values.insert(key.to_owned(), today.to_text());
    }
    if let (Some(key), Some(issuer)) = (mapping.issuer_name_key(), issuer) {
        values.insert(key.to_owned(), issuer.name_zh.as_str().to_owned());
    }
}

/// The last day of a renewal by the same span: as many months where the span is one of whole months, else as many days.
pub(crate) fn renewed(from: Date, to: Date) -> Option<Date> {
    let end = Date(to.0.checked_add(1)?);
    let ((first_year, first_month, first_day), (year, month, day)) = (from.civil(), end.civil());
    let months = year.checked_sub(first_year)?.checked_mul(12)?.checked_add(month.checked_sub(first_month)?)?;
    if first_day == day && months > 0 {
        let months = year.checked_mul(12)?.checked_add(month)?.checked_sub(1)?.checked_add(months)?;
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12).checked_add(1)?);
        // A day that the month has not is the last one that it has.
        let ends = (28..=day).rev().chain(std::iter::once(day));
        let next = ends.filter_map(|day| Date::from_text(&format!("{year:04}-{month:02}-{day:02}"))).next()?;
        return Some(Date(next.0.checked_sub(1)?));
    }
    Some(Date(to.0.checked_add(end.0.checked_sub(from.0)?)?))
}

/// The entry of the version before this one; none for the first version.
pub(crate) fn version_before(access: &Access, entry: &Entry) -> Result<Option<(Entry, Licence)>, Failure> {
    let Some(version) = entry.licence().map(|licence| licence.version) else { return Ok(None) };
    let mut previous = entry.previous;
    while let Some(index) = previous {
        let entry = access.entry(index)?;
        previous = entry.previous;
        if let Some(licence) = entry.licence().filter(|one| one.version < version).cloned() {
            return Ok(Some((entry, licence)));
        }
    }
    Ok(None)
}

/// That the files of a state are superseded, for whoever holds them: without any field of the new one. None for a state without files.
pub(crate) fn former_proof(access: &Access, licence: &Licence) -> Result<Option<String>, Failure> {
    match licence.files.first() {
        Some(file) => Ok(Source::proof_of_file(access, &file.sha256)?),
        None => Ok(None),
    }
}

/// What a cause is called, in Chinese and in English.
pub(crate) const fn name(cause: SupersedeCause) -> (&'static str, &'static str) {
    match cause {
        SupersedeCause::Amend => ("变更", "amend"),
        SupersedeCause::Renew => ("延续", "renew"),
        SupersedeCause::Reissue => ("换发", "reissue"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renewal_is_proposed_by_the_same_span() {
        let day = |text: &str| Date::from_text(text).unwrap();
        for (from, to, next) in [
            ("2026-11-21", "2031-11-20", "2036-11-20"),
            ("2026-01-01", "2026-12-31", "2027-12-31"),
            ("2024-03-01", "2024-08-31", "2025-02-28"),
            ("2023-08-29", "2024-02-28", "2024-08-28"),
            ("2024-02-29", "2024-08-28", "2025-02-27"),
            ("2026-01-01", "2026-01-10", "2026-01-20"),
            ("2026-01-10", "2026-01-10", "2026-01-11"),
        ] {
            assert_eq!(renewed(day(from), day(to)), Some(day(next)), "{from} {to}");
        }
    }

    #[test]
    fn a_rejection_names_its_field() {
        let places = [RejectCode::Shortened, RejectCode::AlreadyMinted, RejectCode::LicenceEnded].map(place);
        assert_eq!(places, [Place::ValidTo, Place::Number, Place::Whole]);
    }
}
