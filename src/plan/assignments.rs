//! Which call each row of a list is part of: four bytes a row, to be looked up in the order of the list.

use super::groups::Groups;
use super::resolve::Fate;
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
        let mut rows = vec![REJECTED; data_rows as usize];
        let mut left_out = Vec::new();
        for customer in 0..groups.len() {
            let (_, group) = groups.customer(customer);
            for (row, fate) in group.fates() {
                rows[row.index().0 as usize] = match fate {
                    Fate::Called => customer,
                    fate => {
                        left_out.push(fate);
                        LEFT_OUT | (left_out.len() - 1) as u32
                    }
                };
            }
        }
        Self { rows, left_out }
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
