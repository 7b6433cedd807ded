//! The numbers of customers in the order in which they first appear, told from the rows in which they do: a bit for each row of
//! the list, and a count for every sixty-four. That fits into a processor's cache where the customers themselves don't.

use crate::model::{Bits, RowIndex};

/// Which rows are the first of a customer.
#[derive(Debug, Default)]
pub struct Numbering {
    firsts: Bits,
    /// How many there are before each sixty-four rows.
    before: Vec<u32>,
}

impl Numbering {
    /// That of customers who first appear in these rows, of a list with so many.
    pub fn of(rows: impl Iterator<Item = RowIndex>, data_rows: u32) -> Self {
        let mut firsts = Bits::none(data_rows);
        rows.for_each(|row| firsts.add(row.0));
        let count = |next: &mut u32, some: u32| {
            let before = *next;
            *next += some;
            Some(before)
        };
        let before = firsts.counts().scan(0, count).collect();
        Self { firsts, before }
    }

    /// The number of the customer who first appears in this row.
    pub fn number(&self, row: RowIndex) -> u32 {
        let (some, smaller) = self.firsts.smaller(row.0);
        self.before[some] + smaller
    }
}
