//! What can be filled in without asking.

use super::Desk;
use super::error::Trouble;
use zhengku_api::desk::port::{DeskError, Operator, Prefill, PrefillSource, Prefilled};
use zhengku_ledger::entry::{LicenceType, Organisation, ValidityRule};
use zhengku_ledger::ids::{Date, EntryKey};
use zhengku_library::catalogue::{HOLDER_KINDS, lookup_number};
use zhengku_library::issue;
use zhengku_library::random::Randomness;
use zhengku_library::register::{Mapping, Part};
use zhengku_node::NodeError;

/// Tries to find a free number: one in a million is taken on a busy day.
const TRIES: u32 = 16;
/// Years that a licence with a mandatory end is valid when nobody says otherwise.
const YEARS: i64 = 5;

impl Desk {
    /// Issuer, dates, next number, and what a former licence of the holder says (only of this type, only when it was issued here).
    pub(super) fn prefill(&self, by: &Operator, code: &str, holder: Option<&str>) -> Result<Prefill, Trouble> {
        let mapping = self.mapping(code).ok_or(DeskError::NotFound)?;
        let kind = self.licence_type(code).ok_or(DeskError::NotFound)?;
        let issuer = self.issuers_of(&by.login, &mapping).into_iter().next();
        let today = self.now().beijing_date();
        let mut values = match holder.map(str::trim).filter(|number| !number.is_empty()) {
            Some(number) => self.of_holder(&mapping, number)?,
            None => Vec::new(),
        };
        let mut put = |key: Option<&str>, value: String, source| {
            if let Some(key) = key.map(str::to_owned).filter(|_| !value.is_empty()) {
                values.retain(|known: &Prefilled| known.key != key);
                values.push(Prefilled { key, value, source });
            }
        };
        let issuer_keys = [mapping.issuer_name_key(), mapping.issuer_code_key()];
        for (key, value) in issue::prefill(&mapping, issuer.as_ref(), today) {
            let is_issuer = issuer_keys.contains(&Some(key.as_str()));
            let source = if is_issuer { PrefillSource::Issuer } else { PrefillSource::Calendar };
            put(Some(&key), value, source);
        }
        let must_end = kind.validity == ValidityRule::MustEnd
            || mapping.columns().iter().any(|one| Some(one.key()) == mapping.valid_to_key() && one.is_mandatory());
        if must_end && let Some(last) = last_day(today) {
            put(mapping.valid_to_key(), last.to_text(), PrefillSource::Calendar);
        }
        if let Some(issuer) = &issuer {
            put(mapping.number_key(), self.next_number(&mapping, &kind, issuer)?, PrefillSource::NextNumber);
        }
        Ok(Prefill { values })
    }

    /// The letters of the type's name, the area of the issuer, the day and six random digits: unique without a counter that two desks
    /// of one department would have to share. A department whose numbers come from elsewhere types over it.
    pub(super) fn next_number(
        &self,
        mapping: &Mapping,
        kind: &LicenceType,
        issuer: &Organisation,
    ) -> Result<String, Trouble> {
        let letters: String = zhengku_node::public::initials(mapping.licence_type()).chars().take(2).collect();
        let area: String = issuer.credit_code.as_str().chars().skip(2).take(6).collect();
        let (year, month, day) = self.now().beijing_date().civil();
        let mut random = Randomness::new();
        for _ in 0..TRIES {
            let bytes: [u8; 4] = random.array().map_err(NodeError::from)?;
            let serial = u32::from_be_bytes(bytes) % 1_000_000;
            let number =
                format!("{}{area}{:02}{month:02}{day:02}{serial:06}", letters.to_uppercase(), year.rem_euclid(100));
            if self.access.find(&self.key_of(kind, &number))?.is_none() {
                return Ok(number);
            }
        }
        Ok(String::new())
    }

    /// The key that a number has on the ledger; of a twin that of the first part.
    pub(super) fn key_of(&self, kind: &LicenceType, number: &str) -> EntryKey {
        let number = lookup_number(number, kind.twin.then_some(Part::Main));
        EntryKey::from_digest(self.access.pseudonyms().licence(kind.code.as_str(), &number))
    }

    /// The face of the newest licence that this desk issued to a holder, by his pseudonym; first of this type, then of any other.
    fn of_holder(&self, mapping: &Mapping, number: &str) -> Result<Vec<Prefilled>, Trouble> {
        let pseudonyms = self.holder_pseudonyms(number);
        let former = {
            let lines = self.lines();
            let of_holder = |line: &&super::Line| line.holders.iter().any(|holder| pseudonyms.contains(holder));
            let mut newest = lines.iter().rev().filter(of_holder);
            let same = newest.clone().find(|line| line.type_code == mapping.type_code());
            same.or_else(|| newest.next()).cloned()
        };
        let Some(former) = former else { return Ok(holder_number(mapping, number)) };
        let Ok(Some(kept)) = crate::issuing::kept(&self.access, &former.entry_key()?) else {
            return Ok(holder_number(mapping, number));
        };
        let is_same = former.type_code == mapping.type_code();
        let own = [
            mapping.number_key(),
            mapping.issuer_name_key(),
            mapping.issuer_code_key(),
            mapping.issued_on_key(),
            mapping.valid_from_key(),
            mapping.valid_to_key(),
        ];
        let source = if is_same { PrefillSource::FormerLicence } else { PrefillSource::OtherLicence };
        let mut values: Vec<Prefilled> = Vec::new();
        for field in &kept.face.fields {
            let key = field.key.as_str();
            let is_known = mapping.form_columns().any(|column| column.key() == key);
            if is_same && is_known && !own.contains(&Some(key)) {
                values.push(Prefilled { key: key.to_owned(), value: field.value.as_str().to_owned(), source });
            }
        }
        if let (Some(holder), Some((name, number))) = (kept.face.holders.first(), mapping.holder_keys().next()) {
            for (key, value) in [(name, &holder.name), (number, &holder.id_number)] {
                values.retain(|known| known.key != key);
                values.push(Prefilled { key: key.to_owned(), value: value.clone(), source });
            }
        }
        Ok(values)
    }

    /// The pseudonyms that a number can stand for: its kind is not asked for.
    pub(super) fn holder_pseudonyms(&self, number: &str) -> Vec<String> {
        let number = number.trim().to_uppercase();
        let pseudonym = |kind: &str| self.access.pseudonyms().holder(kind, &number).to_string();
        HOLDER_KINDS.into_iter().map(pseudonym).collect()
    }
}

/// The number that was typed in, in the field of the first holder.
fn holder_number(mapping: &Mapping, number: &str) -> Vec<Prefilled> {
    let place = mapping.holder_keys().next().map(|(_, key)| key.to_owned());
    let value = number.trim().to_uppercase();
    place.map(|key| Prefilled { key, value, source: PrefillSource::OtherLicence }).into_iter().collect()
}

/// Five years less a day.
pub(super) fn last_day(first: Date) -> Option<Date> {
    let (year, month, day) = first.civil();
    let year = year.checked_add(YEARS)?;
    let same = Date::from_text(&format!("{year:04}-{month:02}-{day:02}"));
    // From 29 February to 28 February: that day is the last one already.
    let before = |day: Date| Date(day.0.saturating_sub(1));
    same.map(before).or_else(|| Date::from_text(&format!("{year:04}-{month:02}-28")))
}
