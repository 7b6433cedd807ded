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
    kinds: [u64; OutcomeKind::ALL.len()],
    codes: BTreeMap<OutcomeKind, BTreeMap<Box<str>, Example>>,
}

impl Tally {
    /// Counts a row on `line`.
    pub fn add(&mut self, outcome: &Outcome, line: u64) {
        self.add_rows(outcome, 1, line);
    }

    /// Counts so many rows, the first of them on `line`, where all have the outcome of that one, or at least its code.
    pub fn add_rows(&mut self, outcome: &Outcome, rows: u64, line: u64) {
        if rows == 0 {
            return;
        }
        self.kinds[outcome.kind as usize] += rows;
        if !outcome.code.is_empty() {
            self.add_example(outcome.kind, &outcome.code, rows, line, &outcome.message);
        }
    }

    fn add_example(&mut self, kind: OutcomeKind, code: &str, rows: u64, line: u64, message: &str) {
        let codes = self.codes.entry(kind).or_default();
        match codes.get_mut(code) {
            Some(example) => {
                example.rows += rows;
                if line < example.line {
                    (example.line, example.message) = (line, message.into());
                }
            }
            None => {
                let message = message.into();
                codes.insert(
                    code.into(),
                    Example {
                        rows,
                        line,
                        message,
                    },
                );
            }
        }
    }

    /// Counts all that another counts, too.
    pub fn join(&mut self, other: Self) {
        for (rows, more) in self.kinds.iter_mut().zip(other.kinds) {
            *rows += more;
        }
        for (kind, codes) in other.codes {
            for (code, example) in codes {
                let Example {
                    rows,
                    line,
                    message,
                } = example;
                self.add_example(kind, &code, rows, line, &message);
            }
        }
    }

    /// Takes back what [`Tally::add`] counted.
    pub fn take_back(&mut self, outcome: &Outcome) {
        let rows = &mut self.kinds[outcome.kind as usize];
        *rows = rows.saturating_sub(1);
        let codes = self.codes.entry(outcome.kind).or_default();
        if let Some(example) = codes.get_mut(&*outcome.code) {
            example.rows = example.rows.saturating_sub(1);
            if example.rows == 0 {
                codes.remove(&*outcome.code);
            }
        }
        if codes.is_empty() {
            self.codes.remove(&outcome.kind);
        }
    }

    /// How many rows have this outcome.
    pub fn rows(&self, kind: OutcomeKind) -> u64 {
        self.kinds[kind as usize]
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
        self.kinds[OutcomeKind::Pending as usize] += total.saturating_sub(self.total());
    }

    /// How many rows are counted.
    pub fn total(&self) -> u64 {
        self.kinds.iter().sum()
    }

    /// Every code by outcome and name, with its example.
    pub fn codes(&self) -> impl Iterator<Item = (OutcomeKind, &str, &Example)> {
        self.codes.iter().flat_map(|(kind, codes)| {
            let of_kind = codes.iter();
            of_kind.map(|(code, example)| (*kind, &**code, example))
        })
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
