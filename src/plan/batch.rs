//! The rows of a piece of a list: they are gathered apart from those of other pieces, and joined in the order of the list.

use super::groups::Pair;
use super::lines::Lines;
use super::word::Word;
use crate::model::{Labels, Row, RowIndex};

/// Rows in their order, their labels numbered by themselves.
#[derive(Debug, Default)]
pub struct Batch {
    pub(super) pairs: Vec<Pair>,
    pub(super) labels: Labels,
    pub(super) lines: Lines,
}

impl Batch {
    /// Takes the next data row; none for one that breaks a rule.
    pub fn push(&mut self, line: u64, row: Option<Row<'_>>) {
        let index = RowIndex(self.lines.len());
        self.lines.push(line);
        if let Some(row) = row {
            let label = self.labels.intern(row.label);
            let label = label.expect("a piece of a list has fewer labels than can be numbered");
            self.pairs.push([
                Word::customer(row.user),
                Word::row(label, row.action, index),
            ]);
        }
    }

    /// The line of its first row.
    pub fn first_line(&self) -> u64 {
        match self.is_empty() {
            true => 1,
            false => self.lines.of(RowIndex(0)),
        }
    }

    /// How many data rows it has.
    pub fn len(&self) -> u32 {
        self.lines.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
