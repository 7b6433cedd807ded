//! The rows of a call that has ended, as the plan has them, or as the journal tells where the plan does not hold its customer.

use super::standing::Misfit;
use crate::model::Outcomes;
use crate::plan::{Group, Plan};
use crate::record::CallEnd;

/// The rows of a call that has ended.
#[derive(Debug)]
pub enum EndedRows<'a> {
    /// As the plan has them.
    Held(Group<'a>),
    /// The lines that the journal tells.
    Told(&'a [u64]),
}

impl<'a> EndedRows<'a> {
    /// Those of a call of the plan.
    ///
    /// # Errors
    /// It is no call of the plan, or another customer's.
    pub fn of(plan: &'a Plan, end: &'a CallEnd) -> Result<Self, Misfit> {
        if end.call >= plan.customers() {
            return Err(Misfit);
        }
        let lines = match plan.held() {
            Some(groups) => {
                let (user, group) = groups.customer(end.call);
                if user != end.record.user {
                    return Err(Misfit);
                }
                Self::Held(group)
            }
            None => Self::Told(&end.lines),
        };
        let fits = match &end.record.outcomes {
            Outcomes::All(_) => lines.count() > 0,
            Outcomes::Each(each) => each.len() as u64 == lines.count(),
        };
        fits.then_some(lines).ok_or(Misfit)
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        match self {
            Self::Held(group) => group.called() as u64,
            Self::Told(lines) => lines.len() as u64,
        }
    }

    /// The lines of all, in the order of the call's changes.
    pub fn lines(&self, plan: &Plan) -> Vec<u64> {
        match self {
            Self::Held(group) => {
                let rows = group.winners().into_iter();
                rows.map(|row| plan.line(row.index())).collect()
            }
            Self::Told(lines) => lines.to_vec(),
        }
    }
}
