//! Bundles of 256 entries, each entry behind its length as u16 BE (the entry bundle of C2SP tlog-tiles).

use crate::error::StoreError;

/// Entries in a full bundle.
pub(crate) const BUNDLE_ENTRIES: u64 = 256;

/// Appends an entry to a bundle.
pub(crate) fn push(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), StoreError> {
    let length =
        u16::try_from(entry.len()).map_err(|_| StoreError::damaged("entry", "longer than a bundle can hold"))?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// The entries of a bundle, in order; ends with an error when the bytes do not add up.
pub(crate) fn entries(bundle: &[u8]) -> impl Iterator<Item = Result<&[u8], StoreError>> {
    let mut rest = bundle;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let split = rest
            .split_first_chunk::<2>()
            .and_then(|(length, tail)| tail.split_at_checked(usize::from(u16::from_be_bytes(*length))));
        match split {
            Some((entry, tail)) => {
                rest = tail;
                Some(Ok(entry))
            }
            None => {
                rest = &[];
                Some(Err(StoreError::damaged("bundle", "an entry runs past its end")))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_was_pushed_and_notices_a_cut() {
        let mut bundle = Vec::new();
        for entry in [&b"one"[..], b"", b"three"] {
            push(&mut bundle, entry).unwrap();
        }
        let read: Result<Vec<_>, _> = entries(&bundle).collect();
        assert_eq!(read.unwrap(), [&b"one"[..], b"", b"three"]);
        let cut: Result<Vec<_>, _> = entries(&bundle[..bundle.len() - 1]).collect();
        assert!(cut.is_err());
        assert!(push(&mut bundle, &[0; 70_000]).is_err());
    }
}
