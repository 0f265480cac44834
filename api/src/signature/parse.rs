//! Reading `Signature-Input` and `Signature`: the part of structured fields (RFC 8941) that the profile uses, and nothing beside it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The longest field that is read.
const MAX_FIELD_BYTES: usize = 2048;
/// The most components a signature may cover.
const MAX_COMPONENTS: usize = 16;

/// A `Signature-Input`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Input {
    pub(crate) label: String,
    pub(crate) components: Vec<String>,
    /// Everything after the label's `=`, as it was sent: it is signed in this spelling.
    pub(crate) parameters: String,
    pub(crate) created_s: u64,
    pub(crate) nonce: String,
    pub(crate) key_id: String,
    pub(crate) algorithm: Option<String>,
}

/// Reads a `Signature-Input` with one signature.
pub(crate) fn input(text: &str) -> Result<Input, &'static str> {
    if text.len() > MAX_FIELD_BYTES {
        return Err("Signature-Input is too long");
    }
    let (label, parameters) = text.trim().split_once('=').ok_or("Signature-Input has no label")?;
    if label.is_empty() || !label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return Err("the label of the signature is malformed");
    }
    let (list, rest) =
        parameters.strip_prefix('(').and_then(|rest| rest.split_once(')')).ok_or("no list of components")?;
    let components = components(list)?;
    let mut input = Input {
        label: label.to_owned(),
        components,
        parameters: parameters.to_owned(),
        created_s: 0,
        nonce: String::new(),
        key_id: String::new(),
        algorithm: None,
    };
    let mut seen: Vec<&str> = Vec::new();
    for parameter in rest.split(';').skip(1) {
        let (name, value) = parameter.split_once('=').ok_or("a parameter has no value")?;
        if seen.contains(&name) {
            return Err("a parameter stands twice");
        }
        seen.push(name);
        match name {
            "created" => input.created_s = value.parse().map_err(|_| "`created` is no number of seconds")?,
            "nonce" => input.nonce = quoted(value)?,
            "keyid" => input.key_id = quoted(value)?,
            "alg" => input.algorithm = Some(quoted(value)?),
            _ => return Err("a parameter is not one of created, nonce, keyid, alg"),
        }
    }
    if !rest.is_empty() && !rest.starts_with(';') {
        return Err("only one signature is taken");
    }
    if ["created", "nonce", "keyid"].iter().any(|name| !seen.contains(name)) {
        return Err("created, nonce and keyid are required");
    }
    Ok(input)
}

fn components(list: &str) -> Result<Vec<String>, &'static str> {
    let names = list.split(' ').map(quoted).collect::<Result<Vec<_>, _>>()?;
    if names.len() > MAX_COMPONENTS {
        return Err("too many components are covered");
    }
    let repeated = names.iter().enumerate().any(|(place, name)| names.iter().take(place).any(|other| other == name));
    let is_name = |name: &String| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"@-".contains(&byte))
    };
    if repeated || !names.iter().all(is_name) {
        return Err("a component is malformed or stands twice");
    }
    Ok(names)
}

/// A string without escapes: none of our values needs one. No `;`, `,` or `)` either, so that splitting at them is safe.
fn quoted(text: &str) -> Result<String, &'static str> {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or("a quoted string is expected")?;
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) && !b"\"\\;,)".contains(&byte);
    if inner.bytes().all(is_plain) {
        Ok(inner.to_owned())
    } else {
        Err("a quoted string holds a character that is not taken")
    }
}

/// Reads a `Signature` of that label.
pub(crate) fn signature(text: &str, label: &str) -> Result<[u8; 64], &'static str> {
    let refused = "Signature does not hold 64 bytes in base64 under the label of Signature-Input";
    let (given, value) = text.trim().split_once('=').ok_or(refused)?;
    let inner = value.strip_prefix(':').and_then(|rest| rest.strip_suffix(':')).ok_or(refused)?;
    if given != label || inner.len() > 128 {
        return Err(refused);
    }
    STANDARD.decode(inner).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(refused)
}
