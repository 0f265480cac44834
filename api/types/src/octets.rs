//! Bytes in JSON: digests in lower-case hexadecimal, canonical encodings in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::str::FromStr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};
use zhengku_crypto::digest::{Digest, DigestTextError};

/// A digest, key or id: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Hex(Digest);

/// Why a text is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HexError;

impl std::fmt::Display for HexError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("64 hexadecimal digits 0-9 a-f are expected")
    }
}

impl std::error::Error for HexError {}

impl Hex {
    /// The digest.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.0
    }
}

impl From<Digest> for Hex {
    fn from(digest: Digest) -> Self {
        Self(digest)
    }
}

impl From<&Digest> for Hex {
    fn from(digest: &Digest) -> Self {
        Self(*digest)
    }
}

impl FromStr for Hex {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        text.parse().map(Self).map_err(|_: DigestTextError| HexError)
    }
}

impl std::fmt::Display for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Hex {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9a-f]{64}$"));
        text.description(Some("32 bytes in lower-case hexadecimal")).into()
    }
}

impl utoipa::ToSchema for Hex {
    fn name() -> std::borrow::Cow<'static, str> {
        "Hex".into()
    }
}

/// Bytes in base64 (RFC 4648 section 4, with padding).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Octets(pub Vec<u8>);

impl Serialize for Octets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map(Self).map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Octets {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.format(Some(SchemaFormat::KnownFormat(KnownFormat::Byte)))
            .description(Some("Canonical bytes in base64"))
            .into()
    }
}

impl utoipa::ToSchema for Octets {
    fn name() -> std::borrow::Cow<'static, str> {
        "Octets".into()
    }
}
