//! The frame of every signed X.509 structure, taken apart exactly. `x509-parser` skips trailing bytes inside a SEQUENCE; here they
//! are refused, so that one signed content has one fingerprint and an unreadable list of revocations is not an empty one.

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;

/// `SEQUENCE { tbs SEQUENCE, algorithm SEQUENCE, signature BIT STRING }` (RFC 5280 sections 4.1 and 5.1).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    /// The signed part, with its own header.
    pub(super) tbs: &'a [u8],
    /// The algorithm identifier beside the signature, with its own header.
    pub(super) algorithm: &'a [u8],
}

/// Takes the frame apart; `None` if the bytes are anything else or more.
pub(super) fn frame(der: &[u8]) -> Option<Frame<'_>> {
    let whole = element(der, SEQUENCE)?;
    let tbs = element(whole.content, SEQUENCE)?;
    let algorithm = element(tbs.rest, SEQUENCE)?;
    let signature = element(algorithm.rest, BIT_STRING)?;
    let exact = whole.rest.is_empty() && signature.rest.is_empty();
    exact.then_some(Frame { tbs: tbs.whole, algorithm: algorithm.whole })
}

struct Element<'a> {
    whole: &'a [u8],
    content: &'a [u8],
    rest: &'a [u8],
}

/// One element with this tag and a definite length in its shortest form (X.690 section 10.1), at most 2^32 - 1 bytes.
fn element(input: &[u8], tag: u8) -> Option<Element<'_>> {
    let (&first, after_tag) = input.split_first()?;
    let (&lead, after_lead) = after_tag.split_first()?;
    if first != tag {
        return None;
    }
    let (length, body) = if lead < 0x80 {
        (usize::from(lead), after_lead)
    } else {
        let (digits, body) = after_lead.split_at_checked(usize::from(lead & 0x7f))?;
        (long_length(digits)?, body)
    };
    let (content, rest) = body.split_at_checked(length)?;
    let whole = input.get(..input.len().checked_sub(rest.len())?)?;
    Some(Element { whole, content, rest })
}

fn long_length(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() || digits.len() > 4 || digits.first() == Some(&0) {
        return None;
    }
    let length = digits.iter().fold(0_u32, |length, digit| (length << 8) | u32::from(*digit));
    usize::try_from(length).ok().filter(|length| *length >= 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: &[u8] = &[0x30, 0x0b, 0x30, 0x01, 0x05, 0x30, 0x01, 0x06, 0x03, 0x02, 0x00, 0x07, 0x00];

    #[test]
    fn takes_the_frame_apart() {
        assert_eq!(frame(FRAME), None, "one byte too many inside");
        let exact = [&[0x30, 0x0a][..], &FRAME[2..12]].concat();
        assert_eq!(frame(&exact), Some(Frame { tbs: &[0x30, 0x01, 0x05], algorithm: &[0x30, 0x01, 0x06] }));
        assert_eq!(frame(&[&exact[..], &[0]].concat()), None, "one byte too many behind");
        assert_eq!(frame(&exact[..exact.len() - 1]), None, "one byte short");
    }

    #[test]
    fn lengths_have_one_form() {
        let long = |header: &[u8], bytes: usize| [header, &vec![0; bytes]].concat();
        assert!(element(&long(&[0x30, 0x81, 0x80], 0x80), SEQUENCE).is_some());
        assert!(element(&long(&[0x30, 0x82, 0x01, 0x00], 0x100), SEQUENCE).is_some());
        assert!(element(&long(&[0x30, 0x81, 0x7f], 0x7f), SEQUENCE).is_none(), "short form fits");
        assert!(element(&long(&[0x30, 0x82, 0x00, 0x80], 0x80), SEQUENCE).is_none(), "leading zero");
        assert!(element(&long(&[0x30, 0x80], 2), SEQUENCE).is_none(), "indefinite");
        assert!(element(&long(&[0x30, 0x85, 1, 0, 0, 0, 0], 2), SEQUENCE).is_none(), "too long");
        assert!(element(&[], SEQUENCE).is_none());
        assert!(element(&[0x30], SEQUENCE).is_none());
        assert!(element(&[0x31, 0x00], SEQUENCE).is_none());
    }
}
