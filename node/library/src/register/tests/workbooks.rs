//! XLSX registers, made at test time.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::*;

const FIELDS: [&str; 4] = ["31019990001", "段𠮷", "999999200001010011", "男"];

/// A workbook with a cover sheet and a register of which one row is written by `fill`.
fn workbook(fill: impl Fn(&mut rust_xlsxwriter::Worksheet) -> Result<(), rust_xlsxwriter::XlsxError>) -> Vec<u8> {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write(0, 0, "说明").expect("cover");
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "居住证名册").expect("title");
    for (column, header) in (0_u16..).zip(HEADER.split(',')) {
        sheet.write(1, column, header).expect("header");
    }
    fill(sheet).expect("row");
    workbook.save_to_buffer().expect("saved")
}

fn write_row(sheet: &mut rust_xlsxwriter::Worksheet, row: u32) -> Result<(), rust_xlsxwriter::XlsxError> {
    for (column, field) in (0_u16..).zip(FIELDS) {
        sheet.write(row, column, field)?;
    }
    for (column, field) in
        (4_u16..).zip(["浦兴路80弄", "20251229", "长期", "公安分局(样例)", "11999999TE5T00024D", "有效"])
    {
        sheet.write(row, column, field)?;
    }
    Ok(())
}

#[test]
fn a_workbook_is_read_with_texts_dates_and_serials() {
    let bytes = workbook(|sheet| {
        for row in 2..5 {
            write_row(sheet, row)?;
            sheet.write(row, 0, format!("3101999000{row}"))?;
        }
        let format = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_with_format(3, 5, ExcelDateTime::from_ymd(2025, 1, 21)?, &format)?;
        sheet.write(4, 5, 45_678)?;
        write_row(sheet, 7)?;
        sheet.write(7, 2, 999_999_200_001_010_011_u64)?;
        Ok(())
    });
    let register = open(bytes).expect("register");
    assert_eq!(register.encoding(), Encoding::Workbook);
    let rows: Vec<_> = register.rows().map(|row| row.expect("row")).collect();
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 4, 5, 8]);
    assert_eq!(cause(&rows[3].result), Some((Cause::NumberInScientificNotation, Some("公民身份号码"))));
    let drafts: Vec<_> = rows.into_iter().take(3).map(|row| accepted(row.result)).collect();
    assert_eq!(drafts[0].holders[0].name, "段𠮷");
    for draft in &drafts[1..] {
        assert_eq!(draft.valid_from.map(|date| date.to_string()).as_deref(), Some("2025-01-21"));
    }
}

#[test]
fn a_cut_workbook_is_refused() {
    let whole = workbook(|sheet| write_row(sheet, 2));
    for length in [30, whole.len() / 2, whole.len() - 1] {
        let cut = whole.get(..length).unwrap_or_default().to_vec();
        assert!(open(cut).is_err(), "{length}");
    }
    let header_only = workbook(|_| Ok(()));
    assert!(matches!(open(header_only), Err(RegisterError::HeaderOnly { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_changed_byte_in_a_workbook_never_panics(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = workbook(|sheet| write_row(sheet, 2));
        let place = place.index(bytes.len());
        bytes[place] = byte;
        read_all(bytes);
    }
}
