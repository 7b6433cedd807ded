//! Whether so many calls fail that the wrong list was sent to the wrong organisation (contract, section 4). Pure.

use std::fmt;

use crate::model::{Action, Call, Outcome, OutcomeKind, Outcomes};

/// A share is not looked at before so many calls are done.
const ENOUGH: u64 = 1_000;

/// So many calls at the beginning that all failed are enough.
const AT_THE_BEGINNING: u64 = 50;

/// How many calls may fail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxFailures {
    /// So many.
    Count(u64),
    /// So many of a hundred.
    Percent(f64),
    /// All of them.
    None,
}

impl fmt::Display for MaxFailures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
            Self::None => f.write_str("none"),
        }
    }
}

/// Counts the calls of a process, and those of them that failed.
#[derive(Debug)]
pub struct Failures {
    most: MaxFailures,
    /// How many calls there are to make.
    calls: u64,
    done: u64,
    failed: u64,
}

/// Too many have failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// So many.
    pub failed: u64,
    /// Of so many.
    pub of: u64,
}

impl Failures {
    /// None yet, of so many calls.
    pub fn new(most: MaxFailures, calls: u64) -> Self {
        Self {
            most,
            calls,
            done: 0,
            failed: 0,
        }
    }

    /// Counts a call that has ended.
    pub fn count(&mut self, call: &Call, outcomes: &Outcomes) -> Option<TooMany> {
        self.done += 1;
        self.failed += u64::from(has_failed(call, outcomes));
        let (failed, of) = (self.failed, self.done);
        let is_too_many = match self.most {
            MaxFailures::None => return None,
            MaxFailures::Count(most) => failed > most,
            MaxFailures::Percent(most) => of >= ENOUGH && failed as f64 * 100.0 > most * of as f64,
        };
        let all = of == AT_THE_BEGINNING && failed == of && self.calls > AT_THE_BEGINNING;
        (is_too_many || all).then_some(TooMany { failed, of })
    }
}

/// Whether a call has applied nothing of what it was to. A label to remove that was not there says nothing.
pub fn has_failed(call: &Call, outcomes: &Outcomes) -> bool {
    let changes = call.changes.iter().enumerate();
    let rows = changes.map(|(position, change)| (change.action, outcomes.of(position)));
    let mut told = rows
        .filter(|(action, outcome)| !(*action == Action::Remove && &*outcome.code == "33001"))
        .peekable();
    told.peek().is_some() && !told.any(|(_, outcome)| is_applied(outcome))
}

fn is_applied(outcome: &Outcome) -> bool {
    match outcome.kind {
        OutcomeKind::Success => true,
        // No such label, none of these labels, no labels at all.
        OutcomeKind::Warning => !matches!(&*outcome.code, "33000" | "33001" | "33002"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Change, Labels, RowIndex, UserId};
    use std::sync::Arc;

    fn call(actions: &[Action]) -> Call {
        let mut labels = Labels::default();
        let label = labels.intern("VIP").unwrap();
        let change = |action: &Action| Change {
            row: RowIndex(0),
            action: *action,
            label,
        };
        Call {
            customer: 0,
            user: UserId::new(7).unwrap(),
            changes: actions.iter().map(change).collect(),
            labels: Arc::new(labels),
        }
    }

    fn warning(code: &str) -> Outcome {
        Outcome::new(OutcomeKind::Warning, code, "")
    }

    #[test]
    fn what_applied_nothing_has_failed() {
        let (add, remove) = (Action::Add, Action::Remove);
        let unconfirmed = Outcome::new(OutcomeKind::Unconfirmed, "TIMEOUT", "");
        for (actions, outcomes, failed) in [
            (&[add][..], vec![Outcome::success()], false),
            (&[add], vec![unconfirmed], true),
            (
                &[add, add],
                vec![warning("33000"), Outcome::success()],
                false,
            ),
            (
                &[add, remove],
                vec![warning("33000"), warning("33001")],
                true,
            ),
            (
                &[remove, remove],
                vec![warning("33001"), warning("33001")],
                false,
            ),
            (&[add], vec![warning("33001")], true),
            (&[add], vec![warning("OTHER_CUSTOMER")], false),
        ] {
            let outcomes = Outcomes::Each(outcomes);
            assert_eq!(
                has_failed(&call(actions), &outcomes),
                failed,
                "{outcomes:?}"
            );
        }
    }

    /// After how many calls it is too many, where every `n`-th succeeds.
    fn stops_after(most: MaxFailures, calls: u64, n: u64) -> Option<u64> {
        let (mut failures, call) = (Failures::new(most, calls), call(&[Action::Add]));
        let failed = Outcome::new(OutcomeKind::Failed, "8015", "");
        (1..=calls).find(|done| {
            let outcome = match done % n {
                0 => Outcome::success(),
                _ => failed.clone(),
            };
            failures.count(&call, &Outcomes::All(outcome)).is_some()
        })
    }

    #[test]
    fn a_share_counts_once_a_thousand_are_done_and_fifty_of_fifty_at_once() {
        let half = MaxFailures::Percent(50.0);
        assert_eq!(stops_after(half, 2_000, 3), Some(1_000));
        assert_eq!(stops_after(half, 999, 3), None);
        assert_eq!(stops_after(MaxFailures::Percent(51.0), 2_000, 2), None);
        assert_eq!(stops_after(half, 51, 51), Some(50));
        assert_eq!(stops_after(half, 50, 51), None, "there are no more");
        assert_eq!(stops_after(MaxFailures::Count(7), 2_000, 2), Some(15));
        assert_eq!(stops_after(MaxFailures::None, 2_000, 3_000), None);
    }
}
