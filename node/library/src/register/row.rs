//! A row as handed over.

use std::fmt;

/// The fields of one row, in one text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawRow {
    text: String,
    ends: Vec<usize>,
}

impl RawRow {
    pub(super) fn with_capacity(bytes: usize, fields: usize) -> Self {
        Self { text: String::with_capacity(bytes), ends: Vec::with_capacity(fields) }
    }

    pub(super) fn push(&mut self, field: &str) {
        self.text.push_str(field);
        self.ends.push(self.text.len());
    }

    /// Appends to the field that is being built.
    pub(super) fn extend_field(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Number of fields.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True for a row without a field.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Field `index`, or an empty text when the row is shorter.
    pub fn field(&self, index: usize) -> &str {
        let Some(&end) = self.ends.get(index) else { return "" };
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start..end).unwrap_or_default()
    }

    /// The fields in order.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.field(index))
    }

    /// True when no field holds anything but spaces.
    pub(super) fn is_blank(&self) -> bool {
        super::normalise::trimmed(&self.text).is_empty()
    }

    /// Splits a record into fields (RFC 4180 with any delimiter). With `quotes` off, quotes are ordinary characters.
    pub(super) fn split(record: &str, delimiter: char, quotes: bool) -> Self {
        let mut row = Self::with_capacity(record.len(), 16);
        let mut rest = record;
        loop {
            let after = match rest.strip_prefix('"').filter(|_| quotes) {
                Some(quoted) => row.take_quoted(quoted),
                None => rest,
            };
            let (plain, next) = match after.split_once(delimiter) {
                Some((plain, next)) => (plain, Some(next)),
                None => (after, None),
            };
            row.push(plain);
            match next {
                Some(next) => rest = next,
                None => return row,
            }
        }
    }

    /// Takes the inside of a quoted field and gives what follows its closing quote.
    fn take_quoted<'a>(&mut self, mut quoted: &'a str) -> &'a str {
        while let Some((before, after)) = quoted.split_once('"') {
            self.extend_field(before);
            match after.strip_prefix('"') {
                Some(escaped) => {
                    self.extend_field("\"");
                    quoted = escaped;
                }
                None => return after,
            }
        }
        self.extend_field(quoted);
        ""
    }
}

impl fmt::Debug for RawRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawRow({} fields)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(record: &str) -> Vec<String> {
        RawRow::split(record, ',', true).fields().map(str::to_owned).collect()
    }

    #[test]
    fn fields_are_split_as_in_rfc_4180() {
        assert_eq!(split("a,b,c"), ["a", "b", "c"]);
        assert_eq!(split("\"a,1\",\"b\"\"2\",\"c\n3\""), ["a,1", "b\"2", "c\n3"]);
        assert_eq!(split(",,"), ["", "", ""]);
        assert_eq!(split(""), [""]);
        assert_eq!(split("\"\""), [""]);
        assert_eq!(split("a\"b\",c"), ["a\"b\"", "c"]);
        let literal = RawRow::split("\"a,b", ',', false);
        assert_eq!(literal.fields().collect::<Vec<_>>(), ["\"a", "b"]);
    }
}
