//! The rows of a piece of a list: they are gathered apart from those of other pieces, and joined in the order of the list.

use super::groups::Pair;
use super::lines::Lines;
use super::word::Word;
use crate::model::{FirstLines, LabelId, Labels, Part, Row, RowIndex};

/// Rows in their order, their labels numbered by themselves.
#[derive(Debug)]
pub struct Batch {
    /// The customers whose rows are kept; the others' are counted.
    part: Part,
    pub(super) pairs: Vec<Pair>,
    pub(super) labels: Labels,
    /// Where its rows stand, if no customers' are left out.
    pub(super) lines: Lines,
    rows: u32,
    /// Where the rows with each label stand, if no customers' are left out.
    pub(super) of_labels: Vec<FirstLines>,
}

impl Default for Batch {
    fn default() -> Self {
        Self::of(Part::WHOLE)
    }
}

impl Batch {
    /// One of which only the rows of a part of the customers are kept.
    pub fn of(part: Part) -> Self {
        Self {
            part,
            pairs: Vec::new(),
            labels: Labels::default(),
            lines: Lines::default(),
            rows: 0,
            of_labels: Vec::new(),
        }
    }

    /// Takes the next data row; none for one that breaks a rule.
    pub fn push(&mut self, line: u64, row: Option<Row<'_>>) {
        let index = RowIndex(self.rows);
        self.rows += 1;
        if self.part == Part::WHOLE {
            self.lines.push(line);
        }
        if let Some(row) = row.filter(|row| self.part.holds(row.user)) {
            let label = self.labels.intern(row.label);
            let label = label.expect("a piece of a list has fewer labels than can be numbered");
            if self.part == Part::WHOLE {
                self.note(label, line);
            }
            self.pairs.push([
                Word::customer(row.user),
                Word::row(label, row.action, index),
            ]);
        }
    }

    /// Passes over a data row of another part.
    pub fn pass(&mut self) {
        self.rows += 1;
    }

    fn note(&mut self, label: LabelId, line: u64) {
        let at = label.get() as usize;
        if at == self.of_labels.len() {
            self.of_labels.push(FirstLines::default());
        }
        self.of_labels[at].add(line);
    }

    /// Its rows where they follow `base` others, with these numbers for their labels.
    pub(super) fn moved(&self, labels: &[LabelId], base: u32) -> impl Iterator<Item = Pair> {
        self.pairs.iter().map(move |[customer, row]| {
            let label = labels[row.label().get() as usize];
            [*customer, row.moved(label, base)]
        })
    }

    /// The line of its first row.
    pub fn first_line(&self) -> u64 {
        match self.lines.len() {
            0 => 1,
            _ => self.lines.of(RowIndex(0)),
        }
    }

    /// How many data rows it has.
    pub fn len(&self) -> u32 {
        self.rows
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
