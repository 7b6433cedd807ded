//! Rows counted by what became of them.

use std::collections::BTreeMap;

use super::{Outcome, OutcomeKind};

/// A code's count, with its first row to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// How many rows have the code.
    pub rows: u64,
    /// The first line among them.
    pub line: u64,
    /// What was said about that one.
    pub message: Box<str>,
}

/// Rows by outcome and by code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    kinds: BTreeMap<OutcomeKind, u64>,
    codes: BTreeMap<(OutcomeKind, Box<str>), Example>,
}

impl Tally {
    /// Counts a row on `line`.
    pub fn add(&mut self, outcome: &Outcome, line: u64) {
        *self.kinds.entry(outcome.kind).or_default() += 1;
        if outcome.code.is_empty() {
            return;
        }
        let key = (outcome.kind, outcome.code.clone());
        let this = || Example {
            rows: 0,
            line,
            message: outcome.message.clone(),
        };
        let example = self.codes.entry(key).or_insert_with(this);
        if line < example.line {
            *example = Example {
                rows: example.rows,
                ..this()
            };
        }
        example.rows += 1;
    }

    /// Takes back what [`Tally::add`] counted.
    pub fn take_back(&mut self, outcome: &Outcome) {
        if let Some(rows) = self.kinds.get_mut(&outcome.kind) {
            *rows = rows.saturating_sub(1);
        }
        let key = (outcome.kind, outcome.code.clone());
        if let Some(example) = self.codes.get_mut(&key) {
            example.rows = example.rows.saturating_sub(1);
            if example.rows == 0 {
                self.codes.remove(&key);
            }
        }
    }

    /// How many rows have this outcome.
    pub fn rows(&self, kind: OutcomeKind) -> u64 {
        self.kinds.get(&kind).copied().unwrap_or_default()
    }

    /// How many rows have a code, whatever their outcome.
    pub fn rows_by_code(&self) -> BTreeMap<&str, u64> {
        self.codes()
            .fold(BTreeMap::new(), |mut rows, (_, code, example)| {
                *rows.entry(code).or_default() += example.rows;
                rows
            })
    }

    /// Counts all rows up to `total` that have no outcome yet as pending.
    pub fn leave_pending(&mut self, total: u64) {
        let pending = total.saturating_sub(self.total());
        if pending > 0 {
            *self.kinds.entry(OutcomeKind::Pending).or_default() += pending;
        }
    }

    /// How many rows are counted.
    pub fn total(&self) -> u64 {
        self.kinds.values().sum()
    }

    /// Every code by outcome and name, with its example.
    pub fn codes(&self) -> impl Iterator<Item = (OutcomeKind, &str, &Example)> {
        self.codes
            .iter()
            .map(|((kind, code), example)| (*kind, &**code, example))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_the_first_row_whatever_the_order_of_calls() {
        let mut tally = Tally::default();
        for line in [9, 4, 7] {
            tally.add(
                &Outcome::new(OutcomeKind::Failed, "8015", format!("row {line}")),
                line,
            );
        }
        let (_, _, example) = tally.codes().next().unwrap();
        assert_eq!(
            (example.rows, example.line, &*example.message),
            (3, 4, "row 4")
        );
    }

    #[test]
    fn what_is_taken_back_leaves_no_trace() {
        let failed = Outcome::new(OutcomeKind::Failed, "HTTP_404", "not found");
        let mut tally = Tally::default();
        tally.add(&Outcome::success(), 2);
        let before = tally.clone();
        tally.add(&failed, 3);
        assert_eq!(
            tally.codes().next(),
            Some((
                OutcomeKind::Failed,
                "HTTP_404",
                &Example {
                    rows: 1,
                    line: 3,
                    message: "not found".into()
                }
            ))
        );

        tally.take_back(&failed);
        assert_eq!(tally.total(), before.total());
        assert_eq!(tally.codes().count(), 0);
    }
}
