//! A form that a clerk filled in, checked as a register of one row: the same normal forms, the same checks, the same reasons.

use super::check::Checker;
use super::plan::Plan;
use super::{Mapping, RawRow, RowOutcome};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Checks the values of a form, by the keys of the mapping's columns. A key that the mapping does not know is passed over; a missing
/// one counts as blank. A form is of a new licence: its status is valid, and a twin gets both parts, unless the form says otherwise.
#[must_use]
pub fn check_form(mapping: &Arc<Mapping>, values: &BTreeMap<String, String>) -> RowOutcome {
    let headers: Vec<Arc<str>> = mapping.columns.iter().map(|column| Arc::clone(&column.label)).collect();
    let plan = Plan {
        mapping: Arc::clone(mapping),
        positions: (0..headers.len()).map(Some).collect(),
        headers,
        refused_columns: Vec::new(),
        ignored: Vec::new(),
    };
    let mut raw = RawRow::with_capacity(256, mapping.columns.len());
    for column in &mapping.columns {
        let given = values.get(&*column.key).map(String::as_str).filter(|text| !text.trim().is_empty());
        raw.push(given.unwrap_or_else(|| mapping.of_a_new_licence(column)));
    }
    let result = Checker::new(Arc::new(plan), false).check(1, &raw, None);
    RowOutcome { row_number: 1, line: 1, raw, result }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::{DraftStatus, Part, RowResult};

    fn mapping(name: &str) -> Arc<Mapping> {
        Mapping::built_in().into_iter().find(|mapping| mapping.licence_type() == name).map(Arc::new).unwrap()
    }

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_form_is_checked_like_a_row() {
        let mut form = values(&[
            ("licence_number", "ＪＹ１9999990000077"),
            ("operator_name", "示例市青禾餐饮管理有限公司"),
            ("credit_code", "91999999MA0TE0018W"),
            ("legal_representative", "沈知远"),
            ("address", "示例市示范区和平路118号"),
            ("business_form", "餐饮服务经营者"),
            ("business_items", "热食类食品制售"),
            ("valid_from", "2026年11月22日"),
            ("valid_to", "2031-11-21"),
            ("issuer_name", "嘉定区市场监督管理局(样例)"),
            ("issuer_code", "11999999TE5T00016J"),
            ("issued_on", "2026/11/22"),
        ]);
        let mapping = mapping("食品经营许可证");
        let RowResult::Accepted(drafts) = check_form(&mapping, &form).result else { panic!("refused") };
        assert_eq!(drafts.len(), 1);
        assert_eq!((drafts[0].number.as_str(), drafts[0].status), ("JY19999990000077", DraftStatus::Valid));
        form.insert("credit_code".to_owned(), "91999999MA0TE0018X".to_owned());
        form.remove("address");
        let RowResult::Refused(refusal) = check_form(&mapping, &form).result else { panic!("accepted") };
        let columns: Vec<_> = refusal.findings().filter_map(|finding| finding.column.as_deref()).collect();
        assert_eq!(columns, ["统一社会信用代码", "住所"]);
    }

    #[test]
    fn a_twin_gets_both_parts() {
        let form = values(&[
            ("licence_number", "Z990000001"),
            ("newborn_name", "欧阳龑"),
            ("sex", "女"),
            ("born_at", "2026-11-20 06:42"),
            ("gestation_weeks", "39+2"),
            ("weight_grams", "3320"),
            ("mother_name", "阿依古丽·买买提"),
            ("mother_citizen_number", "999999199002280034"),
            ("issuer_name", "第一妇婴保健院(样例)"),
            ("issuer_code", "12999999HP0000013G"),
            ("issued_on", "2026-11-22"),
        ]);
        let RowResult::Accepted(drafts) = check_form(&mapping("出生医学证明"), &form).result else {
            panic!("refused")
        };
        let parts: Vec<_> = drafts.iter().map(|draft| draft.part).collect();
        assert_eq!(parts, [Some(Part::Main), Some(Part::Counterfoil)]);
    }
}
