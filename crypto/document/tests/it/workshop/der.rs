//! DER by hand.

/// An encoded value.
#[derive(Clone)]
pub(crate) struct Der(Vec<u8>);

pub(crate) const ID_SM2_SM3: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75];
pub(crate) const ID_EC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
pub(crate) const ID_PRIME_FIELD: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x01, 0x01];

impl Der {
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub(crate) fn raw(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    pub(crate) fn tagged(tag: u8, content: &[u8]) -> Self {
        let mut out = vec![tag];
        let length = content.len();
        match length {
            0..=0x7f => out.push(length as u8),
            0x80..=0xff => out.extend([0x81, length as u8]),
            0x100..=0xffff => out.extend([0x82, (length >> 8) as u8, length as u8]),
            _ => out.extend([0x83, (length >> 16) as u8, (length >> 8) as u8, length as u8]),
        }
        out.extend(content);
        Self(out)
    }

    pub(crate) fn sequence(items: Vec<Self>) -> Self {
        Self::tagged(0x30, &concat(items))
    }

    pub(crate) fn set(items: Vec<Self>) -> Self {
        Self::tagged(0x31, &concat(items))
    }

    pub(crate) fn explicit(number: u8, item: Self) -> Self {
        Self::tagged(0xa0 | number, &item.0)
    }

    /// A number that is not negative, big-endian.
    pub(crate) fn integer(bytes: &[u8]) -> Self {
        let mut bytes = bytes;
        while bytes.len() > 1 && bytes[0] == 0 {
            bytes = &bytes[1..];
        }
        let padded = if bytes[0] & 0x80 == 0 { bytes.to_vec() } else { [&[0], bytes].concat() };
        Self::tagged(0x02, &padded)
    }

    pub(crate) fn oid(bytes: &[u8]) -> Self {
        Self::tagged(0x06, bytes)
    }

    pub(crate) fn octets(bytes: &[u8]) -> Self {
        Self::tagged(0x04, bytes)
    }

    pub(crate) fn bits(bytes: &[u8]) -> Self {
        Self::tagged(0x03, &[&[0], bytes].concat())
    }

    pub(crate) fn utf8(text: &str) -> Self {
        Self::tagged(0x0c, text.as_bytes())
    }

    pub(crate) fn ascii(text: &str) -> Self {
        Self::tagged(0x16, text.as_bytes())
    }

    pub(crate) fn generalized_time(unix_s: i64) -> Self {
        Self::tagged(0x18, format!("{}Z", digits(unix_s)).as_bytes())
    }

    pub(crate) fn utc_time(unix_s: i64) -> Self {
        Self::tagged(0x17, format!("{}Z", &digits(unix_s)[2..]).as_bytes())
    }
}

fn concat(items: Vec<Der>) -> Vec<u8> {
    items.into_iter().flat_map(|item| item.0).collect()
}

/// `20261121040000`.
fn digits(unix_s: i64) -> String {
    let text = zhengku_ledger::ids::TimestampMs(u64::try_from(unix_s).unwrap() * 1000).to_utc_text();
    text.chars().filter(char::is_ascii_digit).collect()
}
