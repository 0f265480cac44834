//! The one kind of bytes that is signed without a domain of ours: the text of a C2SP checkpoint, which its standard fixes.

use thiserror::Error;

/// The longest text: five lines of a ledger's checkpoint take 200 bytes.
pub const MAX_NOTE_TEXT_BYTES: usize = 4096;
/// A root hash in base64: 43 characters and one of padding.
const ROOT_CHARACTERS: usize = 44;

/// The text of a checkpoint (C2SP tlog-checkpoint): origin, tree size, root hash, extension lines, each ended by a line feed.
///
/// A value of this type begins with a lower-case letter. A domain message begins with the length of its domain's name, which is below
/// 0x30, and a DER structure with 0x30: so no signature over a note is also one over a vote, a transaction or a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteText(String);

/// Why a text is no checkpoint.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteTextError {
    /// Too long.
    #[error("the text has {actual} bytes, a checkpoint at most {MAX_NOTE_TEXT_BYTES}")]
    TooLong {
        /// The bytes given.
        actual: usize,
    },
    /// A control character other than a line feed, or no line feed at the end.
    #[error("a checkpoint is lines of text, each ended by a line feed, without other control characters")]
    NotLines,
    /// The first line does not begin with a lower-case letter.
    #[error("the origin (line 1) must begin with a lower-case ASCII letter")]
    Origin,
    /// The second line is no canonical decimal number.
    #[error("the tree size (line 2) must be a decimal number without leading zeros")]
    Size,
    /// The third line is no hash.
    #[error("the root hash (line 3) must be 32 bytes in base64")]
    Root,
    /// An extension line is empty.
    #[error("line {line} is empty")]
    EmptyLine {
        /// Its number, from 1.
        line: usize,
    },
}

impl NoteText {
    /// Takes the text of a checkpoint.
    ///
    /// # Errors
    /// [`NoteTextError`] naming the line.
    pub fn new(text: impl Into<String>) -> Result<Self, NoteTextError> {
        let text = text.into();
        if text.len() > MAX_NOTE_TEXT_BYTES {
            return Err(NoteTextError::TooLong { actual: text.len() });
        }
        let body = text.strip_suffix('\n').ok_or(NoteTextError::NotLines)?;
        if body.chars().any(|character| character.is_control() && character != '\n') {
            return Err(NoteTextError::NotLines);
        }
        let mut lines = body.split('\n');
        let origin = lines.next().unwrap_or_default();
        if !origin.starts_with(|first: char| first.is_ascii_lowercase()) {
            return Err(NoteTextError::Origin);
        }
        let size = lines.next().unwrap_or_default();
        let is_decimal = size.bytes().all(|digit| digit.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
        if !is_decimal || size.parse::<u64>().is_err() {
            return Err(NoteTextError::Size);
        }
        if !is_root(lines.next().unwrap_or_default()) {
            return Err(NoteTextError::Root);
        }
        if let Some(place) = lines.position(str::is_empty) {
            return Err(NoteTextError::EmptyLine { line: place.saturating_add(4) });
        }
        Ok(Self(text))
    }

    /// The text, with its final line feed: exactly what is signed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_root(line: &str) -> bool {
    let digits = line.strip_suffix('=').unwrap_or_default();
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    line.len() == ROOT_CHARACTERS && digits.bytes().all(base64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Domain;
    use crate::sign::{Algorithm, Ed25519Signer, SecretSigner, SignatureError, Signer};
    use proptest::prelude::{prop_assert, proptest};

    const TEXT: &str = "example.invalid/log\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nheight 7\n";

    #[test]
    fn what_is_no_checkpoint_cannot_be_signed() {
        assert!(NoteText::new(TEXT).is_ok());
        let cases = [
            ("", NoteTextError::NotLines),
            (TEXT.trim_end(), NoteTextError::NotLines),
            (&TEXT.replace('\n', "\r\n"), NoteTextError::NotLines),
            (&TEXT.replace("height", "hei\u{0}ght"), NoteTextError::NotLines),
            (&TEXT.replace("example", "0xample"), NoteTextError::Origin),
            (&TEXT.replace("example", "Example"), NoteTextError::Origin),
            (&format!("\n{TEXT}"), NoteTextError::Origin),
            (&TEXT.replace("2085", "0285"), NoteTextError::Size),
            (&TEXT.replace("2085", "+285"), NoteTextError::Size),
            (&TEXT.replace("20852163", ""), NoteTextError::Size),
            (&TEXT.replace("20852163", "18446744073709551616"), NoteTextError::Size),
            (&TEXT.replace("q2I=", "q2I"), NoteTextError::Root),
            (&TEXT.replace("q2I=", "q2-="), NoteTextError::Root),
            ("example\n7\n", NoteTextError::Root),
            (&format!("{TEXT}\n"), NoteTextError::EmptyLine { line: 5 }),
            (
                &format!("{TEXT}{}\n", "a".repeat(MAX_NOTE_TEXT_BYTES)),
                NoteTextError::TooLong { actual: TEXT.len() + MAX_NOTE_TEXT_BYTES + 1 },
            ),
        ];
        for (text, refused) in cases {
            assert_eq!(NoteText::new(text), Err(refused), "{text:?}");
        }
    }

    /// The argument of the type's documentation, on every domain: the first byte tells a domain message from a note.
    #[test]
    fn no_domain_message_is_a_note() {
        for domain in Domain::ALL {
            let bytes = domain.signing_bytes(TEXT.as_bytes());
            assert!(bytes.first().is_some_and(|first| *first < 0x30));
            assert!(String::from_utf8(bytes).map_or(true, |text| NoteText::new(text).is_err()), "{domain:?}");
        }
        assert!(TEXT.as_bytes()[0] >= b'a');
    }

    #[test]
    fn a_note_is_signed_raw_and_by_ed25519_only() {
        let signer = Ed25519Signer::from_secret(&[7; 32]).unwrap();
        let note = NoteText::new(TEXT).unwrap();
        let signature = signer.sign_note(&note).unwrap();
        assert_eq!(signature, signer.danger_sign_without_domain(TEXT.as_bytes()).unwrap());
        let key = signer.public_key();
        assert_eq!(key.verify_note(&note, &signature), Ok(()));
        let other = NoteText::new(TEXT.replace("20852163", "20852164")).unwrap();
        assert_eq!(key.verify_note(&other, &signature), Err(SignatureError::Refused));
        for domain in Domain::ALL {
            assert!(key.verify(*domain, TEXT.as_bytes(), &signature).is_err());
            let foreign = signer.sign(*domain, TEXT.as_bytes()).unwrap();
            assert_eq!(key.verify_note(&note, &foreign), Err(SignatureError::Refused));
        }
        let sm2 = SecretSigner::from_secret(Algorithm::Sm2Sm3, &[7; 32]).unwrap();
        assert!(matches!(sm2.sign_note(&note), Err(SignatureError::SigningFailed { .. })));
        let either = SecretSigner::from_secret(Algorithm::Ed25519, &[7; 32]).unwrap();
        assert_eq!(either.sign_note(&note), Ok(signature));
    }

    proptest! {
        /// Whatever is accepted begins with a letter and ends with a line feed.
        #[test]
        fn accepted_text_keeps_its_distance(text in "[a-z0-9+/=\n\r .]{0,80}") {
            if let Ok(note) = NoteText::new(text) {
                prop_assert!(note.as_str().as_bytes()[0] >= 0x61);
                prop_assert!(note.as_str().ends_with('\n'));
            }
        }
    }
}
