//! What became of the rows of a list whose customers can't be held at once: the parts are gone through one after the other, and
//! laid down beside one another in a file without a name.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

use super::accounting::AccountError;
use super::endings::Endings;
use super::parts::plan_part;
use super::run::Run;
use super::slot::{SLOT, Slot};
use super::standing::Standing;
use crate::model::{LabelId, Outcomes, RowIndex};
use crate::plan::{Fate, Groups};
use crate::record::{CallEnd, Entry, Journal, Ledger, RecordError, Scratch};

/// So many slots are written at once.
const BLOCK: u32 = 1 << 16;

/// What became of all rows of a run that stands so.
///
/// # Errors
/// The list has changed or can't be read; or the file can't be written, or the journal read.
pub fn endings<'a>(run: &Run<'_>, standing: &'a Standing) -> Result<Endings<'a>, AccountError> {
    let plan = &run.planned.plan;
    if let Some(held) = Endings::held(plan, standing) {
        return Ok(held);
    }
    let open = standing.open_attempts();
    let beside = run.outputs.partial();
    let scratch = run.disk.scratch(&beside).map_err(AccountError::Scratch)?;
    let mut laying = Laying {
        run,
        file: scratch,
        ledger: Ledger::new(0),
    };
    for (part, numbers) in plan.parts() {
        let groups = plan_part((run.source, run.reading, run.planned), part, &|| true);
        let groups = groups.map_err(|error| AccountError::of_part(error, run.source))?;
        laying.part(&groups, numbers, &open)?;
    }
    Ok(Endings::Laid {
        file: laying.file,
        ledger: laying.ledger,
    })
}

struct Laying<'a, 'b> {
    run: &'a Run<'b>,
    file: Box<dyn Scratch>,
    /// How the calls of the part ended.
    ledger: Ledger,
}

/// A row of a part, and its customer's place in that; or where its fate stands, if it is in no call.
type RowOf = (RowIndex, u32);

/// In the second: it is in no call. Customers are numbered in 31 bits.
const LEFT_OUT: u32 = 1 << 31;

/// What is known of the calls of a part.
struct OfPart<'a> {
    groups: &'a Groups,
    /// What became of the rows that are in no call.
    left_out: Vec<Fate>,
    /// The number of the first customer.
    first: u32,
    /// How often each call was sent that has not ended.
    open: &'a BTreeMap<u32, u32>,
}

impl Laying<'_, '_> {
    /// Lays down what became of the rows of a part, whose customers have these numbers.
    fn part(
        &mut self,
        groups: &Groups,
        numbers: Range<u32>,
        open: &BTreeMap<u32, u32>,
    ) -> Result<(), AccountError> {
        self.ledger.start_over(groups.len());
        self.enter(groups, &numbers)?;
        let mut of_part = OfPart {
            groups,
            left_out: Vec::new(),
            first: numbers.start,
            open,
        };
        let mut rows: Vec<RowOf> = Vec::with_capacity(groups.rows());
        for customer in 0..groups.len() {
            let (_, group) = groups.customer(customer);
            group.fates().for_each(|(row, fate)| {
                let what = match fate {
                    Fate::Called => customer,
                    fate => {
                        of_part.left_out.push(fate);
                        LEFT_OUT | (of_part.left_out.len() - 1) as u32
                    }
                };
                rows.push((row.index(), what));
            });
        }
        rows.sort_unstable();
        for block in rows.chunk_by(|one, next| one.0.0 / BLOCK == next.0.0 / BLOCK) {
            self.block(block, &of_part)?;
        }
        Ok(())
    }

    /// Enters how the calls of a part ended, as the journal says it.
    fn enter(&mut self, groups: &Groups, numbers: &Range<u32>) -> Result<(), AccountError> {
        let path = self.run.outputs.partial();
        let mut is_ours = true;
        Journal::peek_at(&*self.run.disk, &path, numbers.clone(), |entry| {
            match entry {
                Entry::Ended(end) if numbers.contains(&end.call) => {
                    is_ours &= self.ended(groups, end.call - numbers.start, &end);
                }
                Entry::TakenBack(call) if numbers.contains(&call) => {
                    self.ledger.take_back(call - numbers.start);
                }
                _ => {}
            }
            match is_ours {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        })?;
        match is_ours {
            true => Ok(()),
            false => Err(RecordError::Misfit { path }.into()),
        }
    }

    /// Enters how a call ended. False where it is another list's.
    fn ended(&mut self, groups: &Groups, customer: u32, end: &CallEnd) -> bool {
        let (user, group) = groups.customer(customer);
        let labels = || -> Vec<LabelId> { group.winners().iter().map(|row| row.label()).collect() };
        let fits = match &end.record.outcomes {
            Outcomes::All(_) => true,
            Outcomes::Each(each) => each.len() == labels().len(),
        };
        self.ledger.enter(customer, &end.record, labels);
        fits && user == end.record.user
    }

    /// Lays down some rows that stand near one another in the list, in its order.
    fn block(&mut self, rows: &[RowOf], of_part: &OfPart<'_>) -> Result<(), AccountError> {
        let (Some((first, _)), Some((last, _))) = (rows.first(), rows.last()) else {
            return Ok(());
        };
        let from = u64::from(first.0) * SLOT as u64;
        let mut bytes = vec![0; (last.0 - first.0 + 1) as usize * SLOT];
        let read = self.file.read_at(from, &mut bytes);
        read.map_err(AccountError::Scratch)?;
        for (row, what) in rows {
            let slot = self.slot(of_part, *row, *what);
            let at = (row.0 - first.0) as usize * SLOT;
            let slot = slot.ok_or(AccountError::Unequal)?.bytes();
            bytes[at..at + SLOT].copy_from_slice(&slot);
        }
        let written = self.file.write_at(from, &bytes);
        written.map_err(AccountError::Scratch)
    }

    fn slot(&self, of_part: &OfPart<'_>, index: RowIndex, what: u32) -> Option<Slot> {
        if what & LEFT_OUT != 0 {
            return Slot::left_out(of_part.left_out[(what & !LEFT_OUT) as usize]);
        }
        let label = || {
            let (_, group) = of_part.groups.customer(what);
            let mut rows = group.rows();
            rows.find(|row| row.index() == index).map(|row| row.label())
        };
        let open = || of_part.open.get(&(of_part.first + what)).copied();
        let pending = || Slot::pending(open().unwrap_or_default());
        let ending = self.ledger.ending(what, label);
        Some(ending.map_or_else(pending, Slot::settled))
    }
}
