//! Errors as RFC 9457 says, with who is at fault and what to do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An error (`application/problem+json`, RFC 9457).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The kind of problem: a stable path under which it is explained.
    #[serde(rename = "type")]
    #[schema(example = "/problems/not-found")]
    pub kind: String,
    /// The kind in a few words.
    pub title: String,
    /// The HTTP status, again.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// The path that was asked.
    pub instance: String,
    /// The last part of the kind, for programs.
    pub code: String,
    /// Who can mend it.
    pub side: Side,
    /// What to do, in Chinese.
    pub remedy_zh: String,
    /// What to do, in English.
    pub remedy_en: String,
    /// The request's id in the node's log.
    pub trace_id: String,
    /// The height this node stands at, where the answer depends on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub height: Option<u64>,
}

/// Who can mend a problem.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The one who asked.
    Client,
    /// The node that was asked.
    Node,
    /// Another node.
    Partner,
}
