//! Cursors of lists: a place, signed so that clients cannot build one. Stable while the ledger grows: it counts from the genesis.

use crate::problem::{Code, Problem};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zhengku_crypto::digest::hmac_sha256;
use zhengku_ledger::ids::Height;

/// Bytes of the signature that a cursor carries: enough that guessing is hopeless.
const TAG_BYTES: usize = 16;

/// The text of the cursor that continues before `height`.
pub(crate) fn seal(key: &[u8; 32], list: &'static str, height: Height) -> String {
    let place = height.0.to_be_bytes();
    let mut bytes = place.to_vec();
    bytes.extend(tag(key, list, place));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The height in a cursor.
pub(crate) fn open(key: &[u8; 32], list: &'static str, text: &str) -> Result<Height, Problem> {
    let refused = || Problem::new(Code::InvalidCursor, "`after` is no cursor of this node");
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())?;
    let (place, given) = bytes.split_first_chunk::<8>().ok_or_else(refused)?;
    if given != tag(key, list, *place) {
        return Err(refused());
    }
    Ok(Height(u64::from_be_bytes(*place)))
}

fn tag(key: &[u8; 32], list: &'static str, place: [u8; 8]) -> Vec<u8> {
    hmac_sha256(key, &[b"cursor/", list.as_bytes(), &place]).as_bytes().iter().copied().take(TAG_BYTES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_no_other_text_does() {
        let (key, height) = ([7; 32], Height(1234));
        let text = seal(&key, "blocks", height);
        assert_eq!(open(&key, "blocks", &text), Ok(height));
        assert!(open(&key, "entries", &text).is_err());
        assert!(open(&[8; 32], "blocks", &text).is_err());
        for (place, _) in text.char_indices() {
            let mut changed = text.clone();
            let other = if &text[place..=place] == "A" { "B" } else { "A" };
            changed.replace_range(place..=place, other);
            assert!(open(&key, "blocks", &changed).is_err(), "{changed}");
        }
        assert!(open(&key, "blocks", "").is_err());
    }
}
