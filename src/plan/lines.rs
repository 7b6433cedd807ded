//! Which line each data row stands on, in next to no memory.

use crate::model::RowIndex;

/// The physical lines of the data rows. Rows mostly stand on lines that follow one another, so only
/// the places where they don't are kept.
#[derive(Debug, Default)]
pub struct Lines {
    /// The first row of each stretch of rows on consecutive lines, and its line.
    stretches: Vec<(u32, u64)>,
    rows: u32,
}

impl Lines {
    /// Adds the next row.
    pub fn push(&mut self, line: u64) {
        let follows = self.stretches.last().is_some_and(|(row, first)| {
            first.checked_add(u64::from(self.rows - row)) == Some(line)
        });
        if !follows {
            self.stretches.push((self.rows, line));
        }
        self.rows += 1;
    }

    /// Adds the rows of a later part of the list, which were counted from the line after `lines`.
    pub fn append(&mut self, part: &Self, lines: u64) {
        for (row, line) in &part.stretches {
            let (row, line) = (self.rows + row, lines.saturating_add(*line));
            let follows = self
                .stretches
                .last()
                .is_some_and(|(first, at)| at.checked_add(u64::from(row - first)) == Some(line));
            if !follows {
                self.stretches.push((row, line));
            }
        }
        self.rows += part.rows;
    }

    /// How many rows there are.
    pub fn len(&self) -> u32 {
        self.rows
    }

    /// The line of a row.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn of(&self, row: RowIndex) -> u64 {
        let stretch = self.stretches.partition_point(|(first, _)| *first <= row.0) - 1;
        let (first, line) = self.stretches[stretch];
        line + u64::from(row.0 - first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_line_is_too_high_to_be_followed() {
        let mut lines = Lines::default();
        for line in [u64::MAX, 2] {
            lines.push(line);
        }
        assert_eq!([0, 1].map(|row| lines.of(RowIndex(row))), [u64::MAX, 2]);
    }

    proptest! {
        #[test]
        fn every_row_is_found_on_its_line(gaps in proptest::collection::vec(1u64..4, 1..60)) {
            let all: Vec<u64> = gaps.iter().scan(1, |line, gap| { *line += gap; Some(*line) }).collect();
            let mut lines = Lines::default();
            all.iter().for_each(|line| lines.push(*line));
            let found = |lines: &Lines| (0..lines.len()).map(|row| lines.of(RowIndex(row))).collect::<Vec<_>>();
            prop_assert_eq!(found(&lines), &all[..]);

            let mut joined = Lines::default();
            for part in all.chunks(7) {
                let mut of_part = Lines::default();
                part.iter().for_each(|line| of_part.push(line - part[0] + 1));
                joined.append(&of_part, part[0] - 1);
            }
            prop_assert_eq!(found(&joined), all);
            prop_assert_eq!(joined.stretches, lines.stretches);
        }
    }
}
