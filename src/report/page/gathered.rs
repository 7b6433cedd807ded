//! What a page tells of a result's rows, counted as they are read.

use super::frequent::{Frequent, Most};
use super::samples::Samples;
use super::text::cut;
use crate::model::{Action, Outcome, OutcomeKind, Tally};
use crate::report::Summary;

/// So many different labels are counted one by one: as many as a plan is made for.
const LABELS: Most = Most {
    texts: 200_000,
    bytes: 32 << 20,
};

/// So many different codes of an outcome are counted one by one.
const CODES: Most = Most {
    texts: 10_000,
    bytes: 2 << 20,
};

/// So many characters of what was said with a code are kept.
const MESSAGE: usize = 300;

/// Rows by outcome, in the order of [`OutcomeKind::ALL`].
pub type ByOutcome = [u64; OutcomeKind::ALL.len()];

/// A row of a result.
#[derive(Debug, Clone, Copy)]
pub struct GatheredRow<'a> {
    /// The line in the list.
    pub line: u64,
    /// The customer, as it stands in the result.
    pub user: &'a str,
    /// The action, likewise.
    pub action: &'a str,
    /// The label, likewise.
    pub label: &'a str,
    /// What became of it.
    pub outcome: &'a Outcome,
    /// The HTTP status of the last answer.
    pub status: Option<u16>,
    /// How many attempts were sent.
    pub attempts: u32,
}

/// What is known of a code besides its count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Code {
    /// The first line that has it.
    pub line: u64,
    /// What was said about that one.
    pub message: Box<str>,
    /// How many of its rows are as they should be.
    pub fine: u64,
}

/// All that is counted.
#[derive(Debug)]
pub struct Gathered {
    /// Rows by outcome.
    pub rows: ByOutcome,
    /// How many need nobody's look; of a run that stopped that is not told.
    pub fine: Option<u64>,
    /// The codes of each outcome.
    pub(super) codes: [Frequent<Code>; OutcomeKind::ALL.len()],
    /// Labels, where rows were read.
    pub(super) labels: Option<Frequent<ByOutcome>>,
    /// The first rows of each code.
    pub(super) samples: Samples,
}

impl Default for Gathered {
    fn default() -> Self {
        Self {
            rows: ByOutcome::default(),
            fine: Some(0),
            codes: std::array::from_fn(|_| Frequent::new(CODES)),
            labels: Some(Frequent::new(LABELS)),
            samples: Samples::default(),
        }
    }
}

impl Gathered {
    /// Counts a row.
    pub fn add(&mut self, row: &GatheredRow<'_>) {
        let kind = row.outcome.kind;
        self.rows[kind as usize] += 1;
        let action = Action::from_word(row.action).unwrap_or(Action::Add);
        let is_fine = row.outcome.is_as_it_should_be(action);
        self.fine = self.fine.map(|fine| fine + u64::from(is_fine));
        if let Some(labels) = &mut self.labels {
            labels.add(row.label, 1)[kind as usize] += 1;
        }
        if kind == OutcomeKind::Success {
            return;
        }
        let code = self.codes[kind as usize].add(&row.outcome.code, 1);
        code.fine += u64::from(is_fine);
        if code.line == 0 {
            (code.line, code.message) = (row.line, cut(&row.outcome.message, MESSAGE).into());
        }
        if kind != OutcomeKind::Skipped {
            self.samples.add(row);
        }
    }

    /// What is known of rows that were only counted: those of a run that stopped, or whose result was printed.
    pub fn of_tally(tally: &Tally) -> Self {
        let mut gathered = Self {
            fine: None,
            labels: None,
            ..Self::default()
        };
        for kind in OutcomeKind::ALL {
            gathered.rows[kind as usize] = tally.rows(kind);
        }
        for (kind, code, example) in tally.codes() {
            let known = gathered.codes[kind as usize].add(code, example.rows);
            (known.line, known.message) = (example.line, cut(&example.message, MESSAGE).into());
        }
        gathered
    }

    /// Whether what stands beside a result tells of the same rows.
    pub fn fits(&self, summary: &Summary) -> bool {
        let written = |kind: OutcomeKind| summary.rows.get(kind.as_str()).copied();
        let are_rows = OutcomeKind::ALL
            .into_iter()
            .all(|kind| written(kind).unwrap_or_default() == self.of(kind));
        let is_exact = self.codes.iter().all(Frequent::is_exact);
        let rows_of = |code: &str| {
            self.codes
                .iter()
                .map(|codes| codes.rows_of(code))
                .sum::<u64>()
        };
        let are_codes = summary
            .codes
            .iter()
            .all(|(code, rows)| rows_of(code) == *rows);
        are_rows && (are_codes || !is_exact)
    }

    /// How many rows have an outcome.
    pub fn of(&self, kind: OutcomeKind) -> u64 {
        self.rows[kind as usize]
    }

    /// How many rows there are.
    pub fn total(&self) -> u64 {
        self.rows.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_counted_by_outcome_code_and_label() {
        let mut gathered = Gathered::default();
        let missing = Outcome::new(OutcomeKind::Warning, "33001", "User labels not found");
        for (line, action, outcome) in [
            (2, "add", Outcome::success()),
            (3, "remove", missing.clone()),
            (4, "add", missing),
        ] {
            gathered.add(&GatheredRow {
                line,
                user: "1",
                action,
                label: "VIP",
                outcome: &outcome,
                status: Some(200),
                attempts: 1,
            });
        }
        assert_eq!((gathered.total(), gathered.fine), (3, Some(2)));
        let codes = gathered.codes[OutcomeKind::Warning as usize].top(9);
        assert_eq!(
            (codes[0].0, codes[0].1.rows, codes[0].1.value.fine),
            ("33001", 2, 1)
        );
        assert_eq!(codes[0].1.value.line, 3);
        let labels = gathered.labels.unwrap();
        assert_eq!(labels.top(9)[0].1.value[..3], [1, 2, 0]);
    }
}
