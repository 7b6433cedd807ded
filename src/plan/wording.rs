//! What the result says of rows that are in no call.

use super::survey::LeftOut;
use super::{Fate, Plan};
use crate::model::{Action, Outcome, OutcomeKind, RejectCode, SkipCode};

impl Plan {
    /// The outcome of a row with this action that is in no call; none for one that is called.
    pub fn outcome(&self, action: Action, fate: Fate) -> Option<Outcome> {
        let opposite = |line| match action {
            Action::Add => format!("line {line} removes this label"),
            Action::Remove => format!("line {line} adds this label"),
        };
        let (kind, code, message) = match fate {
            Fate::Called => return None,
            Fate::Duplicate(row) => (
                OutcomeKind::Skipped,
                SkipCode::Duplicate.as_str(),
                format!("same as line {}", self.line(row)),
            ),
            Fate::Superseded(row) => (
                OutcomeKind::Skipped,
                SkipCode::Superseded.as_str(),
                opposite(self.line(row)),
            ),
            Fate::Conflict(row) => (
                OutcomeKind::Rejected,
                RejectCode::Conflict.as_str(),
                opposite(self.line(row)),
            ),
            Fate::TooManyLabels(labels) => {
                let message = format!(
                    "the list has {labels} different labels for this customer, more than {} (--max-labels)",
                    self.policy().max_labels
                );
                (
                    OutcomeKind::Rejected,
                    RejectCode::TooManyLabels.as_str(),
                    message,
                )
            }
        };
        Some(Outcome::new(kind, code, message))
    }

    /// What became of the first of the rows that are in no call for one reason.
    pub fn example(&self, left_out: &LeftOut) -> Option<Outcome> {
        let (row, fate) = left_out.first?;
        self.outcome(row.action(), fate)
    }
}
