//! What became of each row of a list, to be looked up in the order of the list.

use std::collections::BTreeMap;
use std::hint::black_box;

use super::accounting::AccountError;
use super::slot::{SLOT, Slot};
use super::standing::Standing;
use crate::model::{Labels, RowIndex};
use crate::plan::{Assigned, Assignments, Fate, Plan};
use crate::record::{Ledger, Scratch, Settled};

/// So many rows are looked up at once in a file.
const WINDOW: u32 = 1 << 13;

/// For so many rows memory gets everything ready at once.
const AHEAD: u32 = 1 << 8;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End<'a> {
    /// It breaks a rule.
    Rejected,
    /// It is in no call.
    LeftOut(Fate),
    /// Its call has ended.
    Settled(Settled<'a>),
    /// Its call has not ended, after so many attempts.
    Pending(u32),
}

/// What became of all rows.
#[derive(Debug)]
pub enum Endings<'a> {
    /// All customers are held at once.
    Held {
        /// Which call each row is part of.
        assignments: Assignments,
        /// How each call ended.
        ledger: &'a Ledger,
        /// How often each call was sent that has not.
        open: BTreeMap<u32, u32>,
    },
    /// What became of the rows of each part was laid down: a slot a row.
    Laid {
        /// The slots.
        file: Box<dyn Scratch>,
        /// The outcomes that they name.
        ledger: Ledger,
    },
}

impl<'a> Endings<'a> {
    /// Those of a run whose customers are held at once; none where they are not.
    pub fn held(plan: &Plan, standing: &'a Standing) -> Option<Self> {
        let groups = plan.held()?;
        Some(Self::Held {
            assignments: Assignments::of(groups, plan.data_rows()),
            ledger: &standing.ledger,
            open: standing.open_attempts(),
        })
    }
}

fn pending<'a>(attempts: Option<&u32>) -> End<'a> {
    End::Pending(attempts.copied().unwrap_or_default())
}

/// Looks rows up in their order.
#[derive(Debug)]
pub struct Lookup<'a> {
    endings: &'a Endings<'a>,
    labels: &'a Labels,
    /// The rows whose slots were read, from this one on.
    first: u32,
    slots: Vec<u8>,
    /// Up to this row, memory has everything ready.
    ahead: u32,
}

impl<'a> Lookup<'a> {
    /// One of all rows of a plan with these labels.
    pub fn of(endings: &'a Endings<'a>, labels: &'a Labels) -> Self {
        Self {
            endings,
            labels,
            first: 0,
            slots: Vec::new(),
            ahead: 0,
        }
    }

    /// Has memory get ready what the next rows need: it is slow to answer one question, and answers many at once.
    fn look_ahead(&mut self, row: RowIndex, assignments: &Assignments, ledger: &Ledger) {
        if row.0 < self.ahead {
            return;
        }
        self.ahead = row.0.saturating_add(AHEAD);
        // What it says is asked for again, row by row.
        black_box(ledger.fetch(assignments.customers(row.0..self.ahead)));
    }

    /// What became of a row with this label.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn end(&mut self, row: RowIndex, label: Option<&str>) -> Result<End<'a>, AccountError> {
        let labels = self.labels;
        let label = || labels.get(label?);
        Ok(match self.endings {
            Endings::Held {
                assignments,
                ledger,
                open,
            } => {
                self.look_ahead(row, assignments, ledger);
                match assignments.on(row) {
                    Assigned::Rejected => End::Rejected,
                    Assigned::LeftOut(fate) => End::LeftOut(fate),
                    Assigned::Called(customer) => ledger
                        .settled(customer, label)
                        .map_or_else(|| pending(open.get(&customer)), End::Settled),
                }
            }
            Endings::Laid { file, ledger } => {
                let slot = self.slot(&**file, row)?;
                slot.end(ledger).ok_or(AccountError::Unequal)?
            }
        })
    }

    fn slot(&mut self, file: &dyn Scratch, row: RowIndex) -> Result<Slot, AccountError> {
        let at = |first: u32| row.0.checked_sub(first).map(|row| row as usize * SLOT);
        let read = |slots: &[u8], first| slots.get(at(first)?..)?.first_chunk().map(Slot::of);
        if let Some(slot) = read(&self.slots, self.first) {
            return Ok(slot);
        }
        self.first = row.0;
        self.slots.resize(WINDOW as usize * SLOT, 0);
        let read_bytes = file
            .read_at(u64::from(row.0) * SLOT as u64, &mut self.slots)
            .map_err(AccountError::Scratch)?;
        // What was never written is zeros.
        self.slots[read_bytes..].fill(0);
        read(&self.slots, self.first).ok_or(AccountError::Unequal)
    }
}
