use proptest::prelude::*;

use super::*;

/// Gives one byte at a time, so that every boundary falls between two reads.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let length = self.0.len().min(1);
        let (now, later) = self.0.split_at(length);
        output[..length].copy_from_slice(now);
        self.0 = later;
        Ok(length)
    }
}

fn cut(source: impl Read) -> Vec<(u64, bool, String)> {
    let mut records = Records::new(source, b',', 0);
    let mut all = Vec::new();
    while let Some(record) = records.next_record().expect("read") {
        all.push((record.line, record.malformed, String::from_utf8_lossy(records.bytes(record)).into_owned()));
    }
    all
}

fn check(text: &str, expected: &[(u64, bool, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(line, malformed, text)| (*line, *malformed, (*text).to_owned())).collect();
    assert_eq!(cut(text.as_bytes()), expected, "{text:?}");
    assert_eq!(cut(Drip(text.as_bytes())), expected, "{text:?} dripping");
}

#[test]
fn line_ends() {
    check("a\nb\n", &[(1, false, "a"), (2, false, "b")]);
    check("a\r\nb\r\n", &[(1, false, "a"), (2, false, "b")]);
    check("a\rb", &[(1, false, "a"), (2, false, "b")]);
    check("a\n\nb", &[(1, false, "a"), (2, false, ""), (3, false, "b")]);
    check("\r\n", &[(1, false, "")]);
    check("", &[]);
}

#[test]
fn quoted_line_breaks() {
    check("a,\"b\r\nc\",d\r\ne\r\n", &[(1, false, "a,\"b\r\nc\",d"), (3, false, "e")]);
    check("\"a\"\"\n\"\"b\"\nc", &[(1, false, "\"a\"\"\n\"\"b\""), (3, false, "c")]);
    check("a,\"b\"", &[(1, false, "a,\"b\"")]);
}

#[test]
fn a_wrong_quote_costs_its_own_line_only() {
    check("a,\"b\nc\nd", &[(1, true, "a,\"b"), (2, false, "c"), (3, false, "d")]);
    check("a,\"b\r\nc,\"d\"\r\ne", &[(1, true, "a,\"b"), (2, false, "c,\"d\""), (3, false, "e")]);
    check("\"a\"b,c\nd", &[(1, true, "\"a\"b,c"), (2, false, "d")]);
    check("a\"b\",c\nd", &[(1, false, "a\"b\",c"), (2, false, "d")]);
    let many = format!("\"a\n{}", "b\n".repeat(ROW_LINES_MAX + 1));
    assert_eq!(cut(many.as_bytes()).len(), ROW_LINES_MAX + 2);
}

#[test]
fn an_endless_line_ends_early() {
    struct Endless(u64);
    impl Read for Endless {
        fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
            output.fill(b'x');
            self.0 += output.len() as u64;
            assert!(self.0 < 4 * ROW_BYTES_MAX as u64, "reads on without end");
            Ok(output.len())
        }
    }
    let mut records = Records::new(Endless(0), b',', 0);
    assert!(matches!(records.next_record(), Err(RecordError::TooLong { byte: 0 })));
}

#[test]
fn a_read_error_is_reported_once() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("disk"))
        }
    }
    let mut records = Records::new(b"a\nb".chain(Failing), b',', 0);
    assert!(matches!(records.next_record(), Ok(Some(_))));
    assert!(matches!(records.next_record(), Err(RecordError::Io { byte: 3, .. })));
}

proptest! {
    #[test]
    fn never_panics_and_reads_the_same_in_pieces(bytes in "[a-c,\"\r\n]{0,60}") {
        prop_assert_eq!(cut(bytes.as_bytes()), cut(Drip(bytes.as_bytes())));
    }
}
