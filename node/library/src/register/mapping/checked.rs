//! From the file as written to a mapping whose parts fit together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::file::{ColumnEntry, HolderEntry, MappingFile};
use super::{Column, ColumnKind, HolderColumns, IssuerText, LicenceTypeCode, Mapping, MappingError};
use crate::register::{DraftStatus, normalise};

/// States and the ways in which departments write them, for mappings that list none.
const DEFAULT_STATUSES: [(DraftStatus, &[&str]); 6] = [
    (DraftStatus::Valid, &["有效", "正常", "在用", "现势"]),
    (DraftStatus::Suspended, &["暂扣", "已暂扣", "中止"]),
    (DraftStatus::Superseded, &["已变更", "已换发", "换发"]),
    (DraftStatus::Cancelled, &["注销", "已注销"]),
    (DraftStatus::Withdrawn, &["撤销", "已撤销"]),
    (DraftStatus::Revoked, &["吊销", "已吊销"]),
];

pub(super) fn check(file: MappingFile) -> Result<Mapping, MappingError> {
    let licence_type = file.licence_type.clone();
    let type_code = LicenceTypeCode::parse(&file.type_code)
        .map_err(|source| MappingError::TypeCode { licence_type: licence_type.clone(), source })?;
    let statuses = statuses(&file)?;
    let columns = Columns::new(licence_type, file.column)?;
    let number = columns
        .only(ColumnKind::NumberOfLicence)?
        .ok_or_else(|| columns.count_error(ColumnKind::NumberOfLicence, 0))?;
    let date =
        |place, key: Option<String>| key.map(|key| columns.find_of_kind(place, &key, ColumnKind::Date)).transpose();
    let normalise_all = |texts: Vec<String>| texts.iter().map(|text| normalise::header(text)).collect();
    Ok(Mapping {
        type_code: type_code.as_str().into(),
        licence_type_en: file.licence_type_en.map(Arc::from),
        placeholder: file.placeholder_code,
        number,
        issuer_name: columns.issuer("name", file.issuer.name, file.issuer.fixed_name)?,
        issuer_code: columns.issuer("code", file.issuer.code, file.issuer.fixed_code)?,
        issued_on: date("[dates] issued_on", file.dates.issued_on)?,
        valid_from: date("[dates] valid_from", file.dates.valid_from)?,
        valid_to: date("[dates] valid_to", file.dates.valid_to)?,
        open_ended: normalise_all(file.dates.open_ended),
        blank_is_open_ended: file.dates.blank_is_open_ended,
        holders: columns.holders(file.holder)?,
        status: columns.only(ColumnKind::Status)?,
        statuses,
        twin: columns.only(ColumnKind::Twin)?,
        licence_type: columns.licence_type.into(),
        columns: columns.list,
    })
}

/// The spellings of every state, as header-normalised texts.
fn statuses(file: &MappingFile) -> Result<BTreeMap<String, DraftStatus>, MappingError> {
    let mut statuses = BTreeMap::new();
    if file.status.is_empty() {
        for (status, spellings) in DEFAULT_STATUSES {
            statuses.extend(spellings.iter().map(|spelling| (normalise::header(spelling), status)));
        }
    }
    for (name, spellings) in &file.status {
        let state = DEFAULT_STATUSES.iter().map(|(status, _)| *status).find(|status| status.name() == name);
        let state = state.ok_or_else(|| MappingError::UnknownState {
            licence_type: file.licence_type.clone(),
            name: name.clone(),
        })?;
        for spelling in spellings {
            if statuses.insert(normalise::header(spelling), state).is_some() {
                return Err(MappingError::Ambiguous {
                    licence_type: file.licence_type.clone(),
                    text: spelling.clone(),
                });
            }
        }
    }
    Ok(statuses)
}

/// The checked columns, while the other parts are being looked up in them.
struct Columns {
    licence_type: String,
    list: Vec<Column>,
}

impl Columns {
    fn new(licence_type: String, entries: Vec<ColumnEntry>) -> Result<Self, MappingError> {
        let mut seen = BTreeSet::new();
        for entry in &entries {
            let mut own: BTreeSet<String> = entry.synonyms.iter().map(|text| normalise::header(text)).collect();
            own.insert(normalise::header(&entry.header));
            own.insert(format!("key {}", entry.key));
            for text in own {
                if !seen.insert(text.clone()) {
                    return Err(MappingError::Ambiguous { licence_type, text });
                }
            }
        }
        Ok(Self { licence_type, list: entries.into_iter().map(column).collect() })
    }

    fn find(&self, place: &'static str, key: &str) -> Result<usize, MappingError> {
        self.list.iter().position(|column| &*column.key == key).ok_or_else(|| MappingError::UnknownColumn {
            licence_type: self.licence_type.clone(),
            place,
            key: key.to_owned(),
        })
    }

    fn find_of_kind(&self, place: &'static str, key: &str, expected: ColumnKind) -> Result<usize, MappingError> {
        let index = self.find(place, key)?;
        match self.list.get(index).map(Column::kind) {
            Some(actual) if actual != expected => Err(MappingError::WrongKind {
                licence_type: self.licence_type.clone(),
                place,
                key: key.to_owned(),
                expected,
                actual,
            }),
            _ => Ok(index),
        }
    }

    /// The only column of a kind, when there is one.
    fn only(&self, kind: ColumnKind) -> Result<Option<usize>, MappingError> {
        let mut places = self.list.iter().enumerate().filter(|(_, column)| column.kind == kind).map(|(place, _)| place);
        let first = places.next();
        match places.count() {
            0 => Ok(first),
            more => Err(self.count_error(kind, more + 1)),
        }
    }

    fn count_error(&self, kind: ColumnKind, actual: usize) -> MappingError {
        MappingError::Count { licence_type: self.licence_type.clone(), kind, actual }
    }

    fn issuer(
        &self,
        field: &'static str,
        column: Option<String>,
        fixed: Option<String>,
    ) -> Result<IssuerText, MappingError> {
        match (column, fixed) {
            (Some(key), None) => Ok(IssuerText::Column(self.find("[issuer]", &key)?)),
            (None, Some(text)) => Ok(IssuerText::Fixed(text)),
            _ => Err(MappingError::Issuer { licence_type: self.licence_type.clone(), field }),
        }
    }

    fn holders(&self, entries: Vec<HolderEntry>) -> Result<Vec<HolderColumns>, MappingError> {
        let is_code = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        if entries.is_empty() || !entries.iter().all(|entry| is_code(&entry.id_type)) {
            return Err(MappingError::Holder { licence_type: self.licence_type.clone() });
        }
        let holder = |entry: HolderEntry| {
            let number = match entry.id_type.as_str() {
                "001" => self.find_of_kind("[[holder]] number", &entry.number, ColumnKind::CreditCode),
                "111" => self.find_of_kind("[[holder]] number", &entry.number, ColumnKind::CitizenNumber),
                _ => self.find("[[holder]] number", &entry.number),
            };
            let name = self.find("[[holder]] name", &entry.name)?;
            Ok(HolderColumns {
                id_type: entry.id_type.as_str().into(),
                name,
                number: number?,
                optional: entry.optional,
            })
        };
        entries.into_iter().map(holder).collect()
    }
}

fn column(entry: ColumnEntry) -> Column {
    let spellings = |(value, spellings): (&String, &Vec<String>)| {
        let value = value.clone();
        let own = std::iter::once(normalise::header(&value));
        own.chain(spellings.iter().map(|text| normalise::header(text)))
            .map(move |text| (text, value.clone()))
            .collect::<Vec<_>>()
    };
    let headers = std::iter::once(&entry.header).chain(&entry.synonyms);
    Column {
        headers: headers.map(|text| normalise::header(text)).collect(),
        values: entry.values.iter().flat_map(spellings).collect(),
        key: entry.key.into(),
        label: entry.header.into(),
        kind: entry.kind,
        mandatory: entry.mandatory,
        units: entry.units,
    }
}
