//! Who is looking: the language of a request, and its query. Chinese unless the visitor chose English.

use super::frame::Host;
use axum::extract::{FromRequestParts, Query};
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// The languages of the pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Language {
    /// 中文.
    #[default]
    Chinese,
    /// English.
    English,
}

/// The cookie that remembers the choice.
const COOKIE_NAME: &str = "zhengku-lang";
/// The cookie that remembers elder mode (长者模式).
const MODE_COOKIE: &str = "zhengku-mode";
/// A year: the choice is no secret and identifies nobody.
const COOKIE_SECONDS: u32 = 31_536_000;

impl Language {
    /// Both, in the order of the switch.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// The tag of `lang` attributes.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The word in `?lang=` and in the cookie.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Chinese => "zh",
            Self::English => "en",
        }
    }

    /// The other one.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Chinese => Self::English,
            Self::English => Self::Chinese,
        }
    }

    /// Chooses between a Chinese and an English name that the ledger holds; the Chinese one when there is no English one.
    pub(crate) fn pick<'n>(self, chinese: &'n str, english: &'n str) -> &'n str {
        if self == Self::English && !english.trim().is_empty() { english } else { chinese }
    }

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "zh" | "zh-CN" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }
}

/// One request, as far as pages care.
pub(crate) struct Visitor {
    /// In which language to answer.
    pub(crate) language: Language,
    /// Whether the address itself asked for the language: then it is remembered.
    chosen: bool,
    /// Larger type, fewer things, more contrast (长者模式).
    pub(crate) is_elder: bool,
    /// Whether the address itself asked for the mode: then it is remembered.
    chose_mode: bool,
    /// Which server this is, and who is logged in there.
    pub(crate) host: Host,
    path: String,
    query: BTreeMap<String, String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

impl Visitor {
    /// Reads path, query and cookie. A query that is none counts as empty.
    pub(crate) fn of(parts: &Parts) -> Self {
        let query =
            Query::<BTreeMap<String, String>>::try_from_uri(&parts.uri).map(|query| query.0).unwrap_or_default();
        let asked = query.get("lang").and_then(|word| Language::from_word(word));
        let remembered = cookie(&parts.headers, COOKIE_NAME).and_then(Language::from_word);
        let asked_mode = query.get("mode").and_then(|word| is_elder(word));
        let remembered_mode = cookie(&parts.headers, MODE_COOKIE).and_then(is_elder);
        Self {
            language: asked.or(remembered).unwrap_or_default(),
            chosen: asked.is_some(),
            is_elder: asked_mode.or(remembered_mode).unwrap_or_default(),
            chose_mode: asked_mode.is_some(),
            host: parts.extensions.get::<Host>().cloned().unwrap_or_default(),
            path: parts.uri.path().to_owned(),
            query,
        }
    }

    /// A value of the query.
    pub(crate) fn asked(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// This very page in the other language.
    pub(crate) fn switch(&self) -> String {
        self.with("lang", self.language.other().word())
    }

    /// This very page in the other mode.
    pub(crate) fn mode_switch(&self) -> String {
        self.with("mode", if self.is_elder { "plain" } else { "elder" })
    }

    /// This very page with another value in its query.
    fn with(&self, changed: &str, word: &str) -> String {
        let kept = self.query.iter().filter(|(name, _)| *name != changed);
        let mut address = format!("{}?", self.path);
        for (name, value) in kept {
            address.push_str(&format!("{}={}&", escaped(name), escaped(value)));
        }
        address.push_str(&format!("{changed}={word}"));
        address
    }

    /// The cookies to set, when the visitor has just chosen.
    pub(crate) fn cookies(&self) -> Vec<String> {
        let kept = format!("Path=/; Max-Age={COOKIE_SECONDS}; SameSite=Lax; HttpOnly");
        let language = self.chosen.then(|| format!("{COOKIE_NAME}={}; {kept}", self.language.word()));
        let mode = if self.is_elder { "elder" } else { "plain" };
        let mode = self.chose_mode.then(|| format!("{MODE_COOKIE}={mode}; {kept}"));
        language.into_iter().chain(mode).collect()
    }
}

fn is_elder(word: &str) -> Option<bool> {
    match word {
        "elder" => Some(true),
        "plain" => Some(false),
        _ => None,
    }
}

/// The value of a cookie; the first one when there are several of the name.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, sought: &str) -> Option<&'h str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == sought).map(|(_, value)| value)
}

/// Percent-encodes everything but letters and digits.
pub(crate) fn escaped(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn visitor(address: &str, cookie: &str) -> Visitor {
        let request = Request::builder().uri(address).header(COOKIE, cookie).body(()).unwrap();
        Visitor::of(&request.into_parts().0)
    }

    #[test]
    fn chinese_unless_chosen_and_the_address_beats_the_cookie() {
        assert_eq!(visitor("/", "").language, Language::Chinese);
        assert_eq!(visitor("/", "a=b; zhengku-lang=en").language, Language::English);
        assert_eq!(visitor("/?lang=zh", "zhengku-lang=en").language, Language::Chinese);
        assert_eq!(visitor("/?lang=fr", "zhengku-lang=xx").language, Language::Chinese);
        assert!(visitor("/?lang=en", "").cookies().concat().starts_with("zhengku-lang=en;"));
        assert!(visitor("/", "zhengku-lang=en; zhengku-mode=elder").cookies().is_empty());
    }

    #[test]
    fn elder_mode_is_chosen_and_remembered() {
        assert!(!visitor("/", "").is_elder);
        assert!(visitor("/?mode=elder", "").is_elder && visitor("/", "zhengku-mode=elder").is_elder);
        assert!(!visitor("/?mode=plain", "zhengku-mode=elder").is_elder);
        assert!(visitor("/?mode=elder", "").cookies().concat().starts_with("zhengku-mode=elder;"));
        assert_eq!(visitor("/verify?mode=elder", "").mode_switch(), "/verify?mode=plain");
    }

    #[test]
    fn the_switch_keeps_the_rest_of_the_query() {
        assert_eq!(visitor("/blocks?before=20&lang=en", "").switch(), "/blocks?before=20&lang=zh");
        assert_eq!(visitor("/search?q=%22%3Cb%3E%26", "").switch(), "/search?q=%22%3Cb%3E%26&lang=en");
    }
}
