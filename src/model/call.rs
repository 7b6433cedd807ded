//! A call: one customer's changes, and how it ended.

use std::sync::Arc;

use super::{Action, LabelId, Labels, Moment, Outcome, RowIndex, UserId};

/// One label of a call, as the row that asks for it has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The row that asks for it.
    pub row: RowIndex,
    /// What is done with the label.
    pub action: Action,
    /// Which label.
    pub label: LabelId,
}

/// One customer's call: a view into the plan. Its changes stand in the order of their rows, each
/// label once.
#[derive(Debug, Clone)]
pub struct Call {
    /// The customer's place in the order of calls, from 0.
    pub customer: u32,
    /// Whose labels change.
    pub user: UserId,
    /// What changes, in the order of the rows.
    pub changes: Vec<Change>,
    /// The table that the changes' labels are in.
    pub labels: Arc<Labels>,
}

impl Call {
    /// The names of the labels with this action, in the order of their rows.
    pub fn names(&self, action: Action) -> impl Iterator<Item = &str> + Clone {
        let of_action = self
            .changes
            .iter()
            .filter(move |change| change.action == action);
        of_action.map(|change| self.name(change))
    }

    /// The name of a change's label.
    pub fn name(&self, change: &Change) -> &str {
        self.labels.name(change.label)
    }
}

/// What was done about a call before: by an earlier process of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// How many attempts were sent.
    pub attempts: u32,
    /// How the call ends if nothing is ever heard: there where an attempt may have been applied.
    pub doubt: Option<Outcome>,
}

/// What became of a call's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcomes {
    /// The same for every row.
    All(Outcome),
    /// One for each of the call's changes, in their order.
    Each(Vec<Outcome>),
}

impl Outcomes {
    /// The outcome of the change at `position` of the call.
    ///
    /// # Panics
    /// Where the call has no such change.
    pub fn of(&self, position: usize) -> &Outcome {
        match self {
            Self::All(outcome) => outcome,
            Self::Each(outcomes) => &outcomes[position],
        }
    }
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// The customer's id.
    pub user: u64,
    /// What became of the rows.
    pub outcomes: Outcomes,
    /// The HTTP status of the last answer; none where there was no answer.
    pub status: Option<u16>,
    /// How many attempts were sent.
    pub attempts: u32,
    /// When it ended.
    pub at: Moment,
}
