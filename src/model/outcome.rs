//! What became of a row.

use serde::{Deserialize, Serialize};

use super::Action;

/// The word in the result's `outcome` column (contract, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeKind {
    /// The service did what the row asks for.
    Success,
    /// The service accepted the call and had something to say about the row.
    Warning,
    /// The service did not do it.
    Failed,
    /// It may have been done: no answer says so.
    Unconfirmed,
    /// The row breaks a rule and was never sent.
    Rejected,
    /// Another row of the list says the same or the last word.
    Skipped,
    /// Not called, or sent without a verdict.
    Pending,
}

impl OutcomeKind {
    /// All outcomes, in the order in which people read them.
    pub const ALL: [Self; 7] = [
        Self::Success,
        Self::Warning,
        Self::Failed,
        Self::Unconfirmed,
        Self::Rejected,
        Self::Skipped,
        Self::Pending,
    ];

    /// The word in the result.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Unconfirmed => "unconfirmed",
            Self::Rejected => "rejected",
            Self::Skipped => "skipped",
            Self::Pending => "pending",
        }
    }

    /// The outcome that a result's word means.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What became of a row: the kind, and where it is no success its code and message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Outcome {
    /// What became of it.
    #[serde(rename = "outcome")]
    pub kind: OutcomeKind,
    /// The service's code or one of the contract's; empty on success.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub code: Box<str>,
    /// One line for a person; empty on success.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub message: Box<str>,
}

impl Outcome {
    /// A success.
    pub fn success() -> Self {
        Self::new(OutcomeKind::Success, "", "")
    }

    /// How a call ends that was sent and never heard of again, because the program was stopped.
    pub fn cut_off() -> Self {
        let message = "the program was stopped before an answer came; it may have been applied";
        Self::new(OutcomeKind::Unconfirmed, "CONNECTION_LOST", message)
    }

    /// Whether a row with this action that ended so needs nobody's look: a success, a skipped row, or the removal of a label
    /// that was not there (contract, section 6).
    pub fn is_as_it_should_be(&self, action: Action) -> bool {
        match self.kind {
            OutcomeKind::Success | OutcomeKind::Skipped => true,
            OutcomeKind::Warning => &*self.code == "33001" && action == Action::Remove,
            _ => false,
        }
    }

    /// An outcome with its code and message.
    pub fn new(kind: OutcomeKind, code: impl Into<Box<str>>, message: impl Into<Box<str>>) -> Self {
        Self {
            kind,
            code: code.into(),
            message: message.into(),
        }
    }
}
