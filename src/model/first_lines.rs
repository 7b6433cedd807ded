//! The first of many rows that have something in common.

use serde::Serialize;

/// How many rows there are, and the first lines on which they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FirstLines {
    rows: u64,
    lines: Vec<u64>,
}

impl FirstLines {
    /// So many lines are kept, at most.
    pub const MOST: usize = 10;

    /// Counts a row on `line`; rows may come in any order.
    pub fn add(&mut self, line: u64) {
        self.rows += 1;
        // Most rows come in their order.
        let is_late = self.lines.last().is_some_and(|last| *last <= line);
        if is_late && self.lines.len() == Self::MOST {
            return;
        }
        let at = self.lines.partition_point(|earlier| *earlier <= line);
        if at < Self::MOST {
            self.lines.truncate(Self::MOST - 1);
            self.lines.insert(at, line);
        }
    }

    /// Counts later rows, whose lines are counted from the one after `lines`.
    pub fn append(&mut self, later: &Self, lines: u64) {
        self.rows += later.rows;
        let room = Self::MOST - self.lines.len();
        let first = later.lines.iter().take(room);
        self.lines
            .extend(first.map(|line| lines.saturating_add(*line)));
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The first lines, in their order.
    pub fn lines(&self) -> &[u64] {
        &self.lines
    }

    /// How many rows stand on other lines.
    pub fn more(&self) -> u64 {
        self.rows - self.lines.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_lines_are_kept_whatever_the_order(lines in proptest::collection::vec(2u64..60, 0..40)) {
            let mut first = FirstLines::default();
            lines.iter().for_each(|line| first.add(*line));
            let mut sorted = lines.clone();
            sorted.sort_unstable();
            sorted.truncate(FirstLines::MOST);
            prop_assert_eq!(first.lines(), &sorted[..]);
            prop_assert_eq!(first.rows(), lines.len() as u64);
            prop_assert_eq!(first.more() as usize, lines.len() - sorted.len());
        }
    }
}
