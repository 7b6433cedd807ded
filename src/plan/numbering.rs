//! The numbers of customers in the order in which they first appear, told from the rows in which they do: a bit for each row of
//! the list, and a count for every sixty-four. That fits into a processor's cache where the customers themselves don't.

use super::groups::Groups;
use crate::model::RowIndex;

/// Which rows are the first of a customer.
#[derive(Debug)]
pub struct Numbering {
    firsts: Vec<u64>,
    /// How many there are before each word.
    before: Vec<u32>,
}

impl Numbering {
    /// That of all customers of a list with so many data rows.
    pub fn of(groups: &Groups, data_rows: u32) -> Self {
        let mut firsts = vec![0; data_rows.div_ceil(u64::BITS) as usize];
        for (_, group) in groups.all() {
            if let Some(RowIndex(row)) = group.first() {
                firsts[(row / u64::BITS) as usize] |= 1 << (row % u64::BITS);
            }
        }
        let count = |next: &mut u32, word: &u64| {
            let before = *next;
            *next += word.count_ones();
            Some(before)
        };
        let before = firsts.iter().scan(0, count).collect();
        Self { firsts, before }
    }

    /// The number of the customer who first appears in this row.
    pub fn number(&self, RowIndex(row): RowIndex) -> u32 {
        let (word, bit) = ((row / u64::BITS) as usize, row % u64::BITS);
        let earlier = self.firsts[word] & ((1 << bit) - 1);
        self.before[word] + earlier.count_ones()
    }
}
