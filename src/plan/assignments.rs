//! Which call each row of a list is part of: four bytes a row, to be looked up in the order of the list.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use super::groups::Groups;
use super::resolve::{Fate, Group};
use crate::model::RowIndex;

/// The row breaks a rule.
const REJECTED: u32 = u32::MAX;

/// The row keeps every rule and is in no call; the other bits say where its fate stands. Customers are numbered in 31 bits.
const LEFT_OUT: u32 = 1 << 31;

/// What a plan decides for each row.
#[derive(Debug)]
pub struct Assignments {
    rows: Vec<u32>,
    left_out: Vec<Fate>,
}

/// What a plan decides for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assigned {
    /// It breaks a rule.
    Rejected,
    /// It is part of this customer's call.
    Called(u32),
    /// It is in no call.
    LeftOut(Fate),
}

impl Assignments {
    /// Those of all customers of a list with so many data rows.
    pub fn of(groups: &Groups, data_rows: u32) -> Self {
        let rows: Vec<_> = (0..data_rows).map(|_| AtomicU32::new(REJECTED)).collect();
        let shares = groups.in_shares(|customers| assign(groups, customers, &rows));
        let left_out: Vec<_> = shares.into_iter().flatten().collect();
        let mut rows: Vec<_> = rows.into_iter().map(AtomicU32::into_inner).collect();
        for (at, (row, _)) in left_out.iter().enumerate() {
            rows[row.0 as usize] = LEFT_OUT | at as u32;
        }
        let left_out = left_out.into_iter().map(|(_, fate)| fate).collect();
        Self { rows, left_out }
    }

    /// The customers of some rows that follow one another, as far as they are called; for the others a number that is none.
    pub fn customers(&self, rows: Range<u32>) -> impl Iterator<Item = u32> {
        let end = (rows.end as usize).min(self.rows.len());
        self.rows[(rows.start as usize).min(end)..end]
            .iter()
            .copied()
    }

    /// What is decided for a row; one that the plan does not know breaks a rule.
    pub fn on(&self, row: RowIndex) -> Assigned {
        match self.rows.get(row.0 as usize) {
            None | Some(&REJECTED) => Assigned::Rejected,
            Some(&row) if row & LEFT_OUT == 0 => Assigned::Called(row),
            Some(&row) => Assigned::LeftOut(self.left_out[(row & !LEFT_OUT) as usize]),
        }
    }
}

/// Notes of the rows of these customers which call they are part of, and gives those that are in none.
fn assign(
    groups: &Groups,
    customers: &mut dyn Iterator<Item = (u64, Group<'_>)>,
    rows: &[AtomicU32],
) -> Vec<(RowIndex, Fate)> {
    let mut left_out = Vec::new();
    for (_, group) in customers {
        let Some(customer) = groups.number_of(&group) else {
            continue;
        };
        group.fates().for_each(|(row, fate)| match fate {
            // Each row is one customer's: no two threads write the same.
            Fate::Called => rows[row.index().0 as usize].store(customer, Ordering::Relaxed),
            fate => left_out.push((row.index(), fate)),
        });
    }
    left_out
}
