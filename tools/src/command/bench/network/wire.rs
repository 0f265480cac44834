//! The parts of the interface's answers that the load needs.

use serde::Deserialize;

/// `GET /v1/status`.
#[derive(Debug, Deserialize)]
pub(super) struct StatusLine {
    pub(super) chain: String,
    pub(super) height: u64,
    pub(super) has_quorum: bool,
}

/// `GET /v1/organisations`.
#[derive(Debug, Deserialize)]
pub(super) struct OrganisationList {
    pub(super) items: Vec<OrganisationLine>,
}

/// One organisation.
#[derive(Debug, Deserialize)]
pub(super) struct OrganisationLine {
    pub(super) number: u32,
    pub(super) credit_code: String,
    pub(super) roles: Vec<String>,
    pub(super) status: String,
}

impl OrganisationLine {
    /// Whether it may mint.
    pub(super) fn may_mint(&self) -> bool {
        self.status == "active" && self.roles.iter().any(|role| role == "issuer")
    }
}

/// `GET /v1/licence-types`.
#[derive(Debug, Deserialize)]
pub(super) struct TypeList {
    pub(super) items: Vec<TypeLine>,
}

/// One licence type.
#[derive(Debug, Deserialize)]
pub(super) struct TypeLine {
    pub(super) number: u32,
    pub(super) issuers: Vec<u32>,
    pub(super) fields: Vec<serde::de::IgnoredAny>,
    pub(super) twin: bool,
    pub(super) max_holders: u32,
}

/// `POST /v1/transactions?wait=finalized`: the decision, alone or inside its receipt.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Waited {
    /// With the paths that prove it.
    Receipt { decision: DecisionLine },
    /// Alone.
    Decision(DecisionLine),
}

impl Waited {
    /// The decision.
    pub(super) fn decision(self) -> DecisionLine {
        match self {
            Self::Receipt { decision } | Self::Decision(decision) => decision,
        }
    }
}

/// A decided transaction.
#[derive(Debug, Deserialize)]
pub(super) struct DecisionLine {
    pub(super) height: u64,
    pub(super) block: String,
    pub(super) outcome: OutcomeLine,
}

/// What became of a transaction.
#[derive(Debug, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub(super) enum OutcomeLine {
    /// All items were applied.
    Applied { first: u64, count: u64 },
    /// It was decided before.
    Repeated {},
    /// Nothing was applied.
    Rejected { code: u64 },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_read_alone_and_inside_its_receipt() {
        let decision = r#"{"transaction":"aa","height":7,"block":"bb","time_ms":1,"place":0,
            "outcome":{"result":"applied","first":40,"count":1000},"receipt":"/x"}"#;
        let receipt = format!(r#"{{"decision":{decision},"header":{{}},"transaction_path":[]}}"#);
        for text in [decision, &receipt] {
            let decision = serde_json::from_str::<Waited>(text).unwrap().decision();
            assert_eq!((decision.height, decision.block.as_str()), (7, "bb"));
            assert!(matches!(decision.outcome, OutcomeLine::Applied { first: 40, count: 1000 }));
        }
        let rejected = decision.replace(r#""applied","first":40,"count":1000"#, r#""rejected","code":207,"item":3"#);
        let decision = serde_json::from_str::<Waited>(&rejected).unwrap().decision();
        assert!(matches!(decision.outcome, OutcomeLine::Rejected { code: 207 }));
        let accepted = r#"{"transaction":"aa","receipt":"/x","height":7}"#;
        assert!(serde_json::from_str::<Waited>(accepted).is_err(), "admitted is not final");
    }
}
