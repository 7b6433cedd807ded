//! Which line each data row stands on, in next to no memory.

use crate::model::RowIndex;

/// The physical lines of the data rows. Rows mostly stand on lines that follow one another, so only
/// the places where they don't are kept.
#[derive(Debug, Default)]
pub struct Lines {
    /// The first row of each stretch of rows on consecutive lines, and the lower half of its line.
    stretches: Vec<(u32, u32)>,
    /// The upper half of the lines, from the stretch on that has this number.
    upper: Vec<(u32, u32)>,
    rows: u32,
}

impl Lines {
    /// Adds the next row.
    pub fn push(&mut self, line: u64) {
        self.add(self.rows, line);
        self.rows += 1;
    }

    /// Adds the rows of a later part of the list, which were counted from the line after `lines`.
    pub fn append(&mut self, part: &Self, lines: u64) {
        for number in 0..part.stretches.len() {
            let (row, line) = part.stretch(number);
            self.add(self.rows + row, lines.saturating_add(line));
        }
        self.rows += part.rows;
    }

    /// Adds a row that is the first of some on consecutive lines.
    fn add(&mut self, row: u32, line: u64) {
        let last = self.stretches.len().checked_sub(1);
        let follows = last.is_some_and(|last| {
            let (first, at) = self.stretch(last);
            at.checked_add(u64::from(row - first)) == Some(line)
        });
        if follows {
            return;
        }
        let upper = (line >> 32) as u32;
        if self.upper.last().is_none_or(|(_, last)| *last != upper) {
            // No more stretches than rows.
            self.upper.push((self.stretches.len() as u32, upper));
        }
        self.stretches.push((row, line as u32));
    }

    /// The first row of a stretch, and its line.
    fn stretch(&self, number: usize) -> (u32, u64) {
        let (row, lower) = self.stretches[number];
        let upper = self
            .upper
            .partition_point(|(from, _)| *from as usize <= number);
        let (_, upper) = self.upper[upper - 1];
        (row, u64::from(upper) << 32 | u64::from(lower))
    }

    /// How many places there are where a row does not stand on the line after the one before: eight bytes each.
    pub fn stretches(&self) -> usize {
        self.stretches.len()
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
        let (first, line) = self.stretch(stretch);
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
        let far = [u64::MAX, 2, (1 << 32) - 1, 1 << 32, 1 << 33, 3];
        far.iter().for_each(|line| lines.push(*line));
        let mut joined = Lines::default();
        joined.append(&lines, 0);
        for lines in [lines, joined] {
            let found = (0..6).map(|row| lines.of(RowIndex(row)));
            assert_eq!(found.collect::<Vec<_>>(), far);
        }
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
            prop_assert_eq!((joined.stretches, joined.upper), (lines.stretches, lines.upper));
        }
    }
}
