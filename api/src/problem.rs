//! Everything that can go wrong, one code each, as RFC 9457 problems. A handler makes a [`Problem`]; [`crate::edge`] writes it out
//! with the path and the trace id of its request.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use zhengku_api_types as types;
use zhengku_ledger::ids::Height;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $status:literal, $code:literal, $side:ident, $title:literal, $zh:literal, $en:literal;)*) => {
        /// The kinds of problem. The texts are part of the interface: docs/api.md lists them.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])* $name,)*
        }

        impl Code {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// The name for programs.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Who can mend it.
            #[must_use]
            pub const fn side(self) -> types::Side {
                match self { $(Self::$name => types::Side::$side,)* }
            }

            /// The kind in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What to do: Chinese, English.
            #[must_use]
            pub const fn remedy(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($zh, $en),)* }
            }
        }
    };
}

codes! {
    /// The request is malformed in a way no other code names.
    BadRequest = 400, "bad-request", Client, "The request is malformed",
        "请对照接口文档检查请求。", "Compare the request with the interface's description.";
    /// A part of the path is malformed.
    InvalidPath = 400, "invalid-path", Client, "A part of the path is malformed",
        "请检查路径中的高度、序号或键。", "Check the height, index or key in the path.";
    /// The query is malformed.
    InvalidQuery = 400, "invalid-query", Client, "The query is malformed",
        "请检查查询参数的名称与取值。", "Check the names and values of the query.";
    /// The cursor is not one of this node's.
    InvalidCursor = 400, "invalid-cursor", Client, "The cursor is not one of this node's",
        "请不带 after 参数重新开始列表。", "Begin the list again without `after`.";
    /// The body is malformed.
    InvalidBody = 400, "invalid-body", Client, "The body is malformed",
        "请检查请求体的格式。", "Check the form of the body.";
    /// The request must be signed.
    SignatureRequired = 401, "signature-required", Client, "The request must be signed",
        "请用机构密钥按 RFC 9421 签名后重试。", "Sign the request with an organisation's key (RFC 9421) and try again.";
    /// The request's signature was refused.
    SignatureRefused = 401, "signature-refused", Client, "The request's signature was refused",
        "请检查密钥标识、时间、随机数与签名覆盖的内容。", "Check key id, time, nonce and the components that are covered.";
    /// The signer may not do this.
    Forbidden = 403, "forbidden", Client, "The signer may not do this",
        "请向账本治理机构申请相应权限。", "Ask the ledger's governor for the role that this takes.";
    /// Who signed is not on the ledger.
    UnknownSigner = 403, "unknown-signer", Client, "The signer is not known to the ledger",
        "请先在账本上登记机构及其密钥。", "Register the organisation and its key on the ledger first.";
    /// There is no such thing.
    NotFound = 404, "not-found", Client, "There is no such thing",
        "请检查地址。", "Check the address.";
    /// The height is not reached yet.
    HeightUnknown = 404, "height-unknown", Client, "The height is not reached yet",
        "请等待区块, 或改用较小的高度。", "Wait for the block, or ask for a smaller height.";
    /// The transaction is not decided, as far as this node knows.
    NotDecided = 404, "not-decided", Client, "The transaction is not decided as of this height",
        "请稍后再查; 可用同一幂等键安全地重新提交。", "Ask again later; submitting it again under the same idempotency key is safe.";
    /// This node cannot look up by number.
    LookupUnavailable = 404, "lookup-unavailable", Node, "This node does not look up licences by number",
        "请改用键查询, 或询问持有假名密钥的节点。", "Ask by key, or ask a node that holds the pseudonym key.";
    /// This node verifies no files.
    VerificationUnavailable = 404, "verification-unavailable", Node, "This node does not verify files",
        "请改用其他节点, 或用 zhengku-verify 离线核验。", "Ask another node, or verify offline with zhengku-verify.";
    /// The method does not fit the path.
    MethodNotAllowed = 405, "method-not-allowed", Client, "The method does not fit the path",
        "请见 Allow 头。", "See the Allow header.";
    /// The request arrived too slowly.
    RequestTimeout = 408, "request-timeout", Client, "The request arrived too slowly",
        "请检查网络后重试。", "Check the connection and try again.";
    /// Another transaction waits under the same idempotency key.
    IdempotencyPending = 409, "idempotency-pending", Client, "Another transaction waits under this idempotency key",
        "请等待其结果, 或换用新的幂等键。", "Wait for its receipt, or choose another idempotency key.";
    /// The length of the body is not announced.
    LengthRequired = 411, "length-required", Client, "The length of the body is not announced",
        "请发送 Content-Length。", "Send Content-Length.";
    /// The body is too large.
    TooLarge = 413, "too-large", Client, "The body is too large",
        "请分成较小的请求。", "Send smaller requests.";
    /// The content type is not the expected one.
    UnsupportedMediaType = 415, "unsupported-media-type", Client, "The content type is not the expected one",
        "请见接口文档中的 Content-Type。", "See the content type in the interface's description.";
    /// Another transaction was decided under the same idempotency key.
    IdempotencyConflict = 422, "idempotency-conflict", Client, "Another transaction was decided under this idempotency key",
        "请换用新的幂等键。", "Choose another idempotency key.";
    /// The transaction is for another ledger.
    ForeignChain = 422, "foreign-chain", Client, "The transaction is for another ledger",
        "请检查账本标识。", "Check the ledger's id.";
    /// The transaction is not authentic.
    TransactionRefused = 422, "transaction-refused", Client, "The transaction is not authentic",
        "请检查签名与条目根。", "Check its signature and the root of its items.";
    /// Too many requests.
    TooManyRequests = 429, "too-many-requests", Client, "Too many requests",
        "请按 Retry-After 稍后重试。", "Try again after the time in Retry-After.";
    /// Too many transactions wait.
    MempoolFull = 429, "mempool-full", Client, "Too many transactions wait",
        "请按 Retry-After 稍后重试。", "Try again after the time in Retry-After.";
    /// The head is too large.
    HeadTooLarge = 431, "head-too-large", Client, "The head is too large",
        "请缩短地址、查询或请求头。", "Shorten the address, the query or the headers.";
    /// The node failed.
    Internal = 500, "internal", Node, "The node failed",
        "请把 trace_id 告诉节点运维人员。", "Tell the node's operator the trace id.";
    /// The node cannot reach a quorum.
    NoQuorum = 503, "no-quorum", Node, "This node cannot reach a quorum",
        "请稍后重试或换一个节点。", "Try again later or ask another node.";
    /// The node is stopping.
    Stopping = 503, "stopping", Node, "The node is stopping",
        "请换一个节点。", "Ask another node.";
    /// The node has no room for the request now.
    Overloaded = 503, "overloaded", Node, "The node has no room for this request now",
        "请按 Retry-After 稍后重试。", "Try again after the time in Retry-After.";
    /// The node took too long.
    Deadline = 503, "deadline", Node, "The node took too long",
        "请稍后重试或缩小请求。", "Try again later, or ask for less.";
}

/// A problem with this one request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    pub(crate) code: Code,
    pub(crate) detail: String,
    pub(crate) retry_after_s: Option<u64>,
    pub(crate) height: Option<Height>,
    pub(crate) allowed: Option<String>,
}

impl Problem {
    /// A problem, and what happened this time.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), retry_after_s: None, height: None, allowed: None }
    }

    /// With the time after which it may be gone.
    #[must_use]
    pub const fn retry_after_ms(mut self, ms: u64) -> Self {
        // Retry-After counts whole seconds.
        self.retry_after_s = Some(ms.div_ceil(1000));
        self
    }

    /// With the height the node stands at.
    #[must_use]
    pub const fn as_of(mut self, height: Height) -> Self {
        self.height = Some(height);
        self
    }

    /// With the methods that the path takes.
    #[must_use]
    pub(crate) fn allowing(mut self, methods: String) -> Self {
        self.allowed = Some(methods);
        self
    }

    /// There is no block of that height yet.
    #[must_use]
    pub fn beyond(asked: Height, newest: Height) -> Self {
        let detail = format!("height {asked} was asked for; this node stands at height {newest}");
        Self::new(Code::HeightUnknown, detail).as_of(newest)
    }

    /// The same as JSON, for one request.
    #[must_use]
    pub(crate) fn to_json(&self, instance: &str, trace: &str) -> types::Problem {
        let (remedy_zh, remedy_en) = self.code.remedy();
        types::Problem {
            kind: format!("/problems/{}", self.code.name()),
            title: self.code.title().to_owned(),
            status: self.code.status(),
            detail: self.detail.clone(),
            instance: instance.to_owned(),
            code: self.code.name().to_owned(),
            side: self.code.side(),
            remedy_zh: remedy_zh.to_owned(),
            remedy_en: remedy_en.to_owned(),
            trace_id: trace.to_owned(),
            height: self.height.map(|height| height.0),
        }
    }

    /// The problem that an answer of another layer stands for, when it is one without a body of ours.
    #[must_use]
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let code = match status.as_u16() {
            401 => Code::SignatureRequired,
            403 => Code::Forbidden,
            404 => Code::NotFound,
            405 => Code::MethodNotAllowed,
            408 => Code::RequestTimeout,
            411 => Code::LengthRequired,
            413 => Code::TooLarge,
            415 => Code::UnsupportedMediaType,
            429 => Code::TooManyRequests,
            431 => Code::HeadTooLarge,
            400..=499 => Code::BadRequest,
            503 => Code::Overloaded,
            _ => Code::Internal,
        };
        Self::new(code, code.title())
    }
}

/// The status and the problem itself as an extension; the body is written by the edge.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allowed) = self.allowed.as_deref().and_then(|methods| HeaderValue::from_str(methods).ok()) {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Signature realm=\"zhengku\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A failed read: the cause goes to the log, never to the client.
impl From<crate::port::PortError> for Problem {
    fn from(error: crate::port::PortError) -> Self {
        tracing::error!(error = %error, "read.failed");
        Self::new(Code::Internal, "the ledger could not be read")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_have_a_status_of_their_side() {
        for (place, code) in Code::ALL.iter().enumerate() {
            assert!(Code::ALL[..place].iter().all(|other| other.name() != code.name()), "{code:?}");
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert!(code.name().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{code:?}");
            let (zh, en) = code.remedy();
            assert!(!zh.is_ascii() && en.is_ascii(), "{code:?}");
            if code.status() >= 500 {
                assert_eq!(code.side(), types::Side::Node, "{code:?}");
            }
        }
    }

    #[test]
    fn retry_after_is_never_too_early() {
        for (ms, seconds) in [(0, 0), (1, 1), (1000, 1), (1001, 2)] {
            let response = Problem::new(Code::MempoolFull, "").retry_after_ms(ms).into_response();
            assert_eq!(response.headers()[header::RETRY_AFTER], seconds.to_string());
        }
    }
}
