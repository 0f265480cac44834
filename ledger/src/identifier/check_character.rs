//! Check characters: ISO 7064 MOD 37,36 and its mistaken variant; weighted sums for GB 11643, GB 32100 and GB 11714.

/// Alphabet of MOD 37,36: digits and capital letters, valued 0 to 35.
pub(super) const ALPHANUMERIC: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// How a check character was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CheckRule {
    /// ISO 7064 MOD 37,36.
    Standard,
    /// A widely copied mistake, seen in identifiers of other provinces: letters count 11 to 36, their sums are reduced
    /// modulo 37 first, and the result is taken one place lower in the alphabet.
    LetterOffset,
}

/// Value of a capital letter or digit, 0 to 35.
pub(super) fn alphanumeric_value(byte: u8) -> Option<u32> {
    match byte {
        b'0'..=b'9' => Some(u32::from(byte.wrapping_sub(b'0'))),
        b'A'..=b'Z' => Some(u32::from(byte.wrapping_sub(b'A')).wrapping_add(10)),
        _ => None,
    }
}

/// Check character by `rule` over the parts in order; `None` outside the alphabet.
pub(super) fn check_character(parts: &[&str], rule: CheckRule) -> Option<u8> {
    let bytes = parts.iter().flat_map(|part| part.bytes());
    let index = match rule {
        CheckRule::Standard => standard_index(bytes)?,
        CheckRule::LetterOffset => letter_offset_index(bytes)?,
    };
    ALPHANUMERIC.get(usize::try_from(index).ok()?).copied()
}

/// ISO 7064 MOD 37,36, hybrid system.
fn standard_index(bytes: impl Iterator<Item = u8>) -> Option<u32> {
    let mut p = 36_u32;
    for byte in bytes {
        p = next_product(p.wrapping_add(alphanumeric_value(byte)?));
    }
    Some(37_u32.wrapping_sub(p) % 36)
}

/// The mistaken routine, as its users compute it.
fn letter_offset_index(bytes: impl Iterator<Item = u8>) -> Option<u32> {
    let mut p = 36_u32;
    for byte in bytes {
        let value = alphanumeric_value(byte)?;
        let sum = match value {
            0..10 => p.wrapping_add(value),
            _ => p.wrapping_add(value).wrapping_add(1),
        };
        p = next_product(if value >= 10 && sum > 37 { sum % 37 } else { sum });
    }
    Some(36_u32.wrapping_sub(p))
}

/// Twice the sum modulo 36 (0 counts as 36), modulo 37: always 1 to 36.
fn next_product(sum: u32) -> u32 {
    let sum = if sum.is_multiple_of(36) { 36 } else { sum % 36 };
    sum.wrapping_mul(2) % 37
}

/// Sum of `values` times `weights`. Both are short and small, so the sum stays far below `u32::MAX`.
pub(super) fn weighted_sum(values: impl Iterator<Item = u32>, weights: &[u32]) -> u32 {
    values.zip(weights).fold(0, |sum, (value, weight)| sum.wrapping_add(value.wrapping_mul(*weight)))
}
