//! What every composed licence must be: each value complete, nothing outside the page, no text over another.

use super::generator::Generated;
use zhengku_document::page::{Mark, Sheet, TextRun, Um};
use zhengku_document::template::{ComposeError, Composed};

/// Whether the outcome is the right one; the text says what is wrong.
pub(crate) fn judge(licence: &Generated, outcome: &Result<Composed, ComposeError>) -> Result<(), String> {
    match outcome {
        Ok(composed) if licence.refused.is_empty() => {
            complete(licence, composed)?;
            composed.sheets.iter().try_for_each(tidy)
        }
        Ok(_) => Err(format!("composed in spite of {:?}", licence.refused)),
        Err(ComposeError::Text { field, label, .. }) if licence.refused.contains(field) => {
            let named = licence.data.fields.iter().any(|data| data.key == *field && data.label == *label);
            if named { Ok(()) } else { Err(format!("label {label} is not that of {field}")) }
        }
        Err(error) => Err(format!("refused: {error}")),
    }
}

fn complete(licence: &Generated, composed: &Composed) -> Result<(), String> {
    for field in &licence.data.fields {
        let shown = composed.field_text(&field.key).ok_or_else(|| format!("{} is nowhere", field.key))?;
        if shown != zhengku_document::template::shown(&field.value).replace('\n', "") {
            return Err(format!("{}: {:?} is shown as {shown:?}", field.key, field.value));
        }
    }
    Ok(())
}

fn tidy(sheet: &Sheet) -> Result<(), String> {
    let mut boxes: Vec<(i32, i32, i32, i32, &str)> = Vec::new();
    for mark in &sheet.marks {
        let Mark::Text(run) = mark else { continue };
        let found = extent(run);
        if run.advances.len() != run.text.chars().count() {
            return Err(format!("{}: advances", run.text));
        }
        // Inside every frame there are 2 mm.
        if found.0 < 2_000 || found.1 < 2_000 || found.2 > sheet.width.0 - 2_000 || found.3 > sheet.height.0 - 2_000 {
            return Err(format!("{} stands outside the page: {found:?}", run.text));
        }
        boxes.push((found.0, found.1, found.2, found.3, &run.text));
    }
    boxes.sort_by_key(|each| each.1);
    for (index, a) in boxes.iter().enumerate() {
        for b in boxes.iter().skip(index + 1).take_while(|b| b.1 < a.3) {
            if a.0 < b.2 && b.0 < a.2 {
                return Err(format!("{} and {} overlap", a.4, b.4));
            }
        }
    }
    Ok(())
}

/// Left, upper, right and lower edge of a run's em squares.
fn extent(run: &TextRun) -> (i32, i32, i32, i32) {
    let width = run.advances.iter().fold(Um(0), |sum, advance| sum + *advance);
    let (x, y, size) = (run.origin.x.0, run.origin.y.0, run.size.0);
    (x, y - size * 88 / 100, x + width.0, y + size * 12 / 100)
}
