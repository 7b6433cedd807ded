//! Calls that have succeeded, counted and held against the plan: a few one by one, many by going through all customers in the
//! order of memory, which is many times as fast.

use super::standing::Misfit;
use crate::model::Bits;
use crate::plan::{Groups, Succeeded};

/// So many are looked up one by one.
const FEW: usize = 1 << 12;

/// Calls that have succeeded, and are not counted yet.
#[derive(Debug, Default)]
pub struct Successes {
    /// A few, each with its customer.
    few: Vec<(u32, u64)>,
    /// All others.
    many: Option<Many>,
}

#[derive(Debug)]
struct Many {
    calls: Bits,
    sealed: Succeeded,
}

impl Successes {
    /// Adds a call of this customer.
    pub fn add(&mut self, groups: &Groups, call: u32, user: u64) {
        self.few.push((call, user));
        if self.few.len() < FEW {
            return;
        }
        let many = self.many.get_or_insert_with(|| Many {
            calls: Bits::none(groups.len()),
            sealed: Succeeded::default(),
        });
        for (call, user) in self.few.drain(..) {
            many.calls.add(call);
            many.sealed.add(call, user);
        }
    }

    /// How many rows they are about; then they count no more.
    ///
    /// # Errors
    /// They are not those of the plan's customers.
    pub fn settle(&mut self, groups: &Groups) -> Result<u64, Misfit> {
        let (mut rows, mut fit) = (0, true);
        for (call, user) in self.few.drain(..) {
            let (of_plan, group) = groups.customer(call);
            let called = group.called() as u64;
            fit &= of_plan == user && called > 0;
            rows += called;
        }
        if let Some(many) = self.many.take() {
            let of_plan = groups.succeeded(&many.calls);
            fit &= many.sealed.are_those_of(of_plan);
            rows += of_plan.rows;
        }
        fit.then_some(rows).ok_or(Misfit)
    }
}
