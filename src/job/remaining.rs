//! The calls that are left, in the order of the plan: part after part, where not all customers are held at once.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Scope;

use tokio::sync::mpsc;

use super::parts::{PartError, plan_part};
use super::reading::{Planned, Reading};
use crate::dispatch::{AtHand, Fresh, Incoming, Supply};
use crate::list::Source;
use crate::model::{Bits, Call, History, Outcome, Part};
use crate::plan::Groups;

/// So many calls wait for the pool, at most.
const AHEAD: usize = 1 << 12;

/// What is left to be done of a plan.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Which calls have ended.
    pub(super) ended: Bits,
    /// What was done about calls that have not.
    pub(super) before: BTreeMap<u32, History>,
    /// Of calls before this one an attempt may have been sent that is recorded nowhere.
    pub(super) unrecorded_below: u32,
}

impl Left {
    /// Whether none of these is left.
    fn have_ended(&self, mut calls: Range<u32>) -> bool {
        calls.all(|call| self.ended.has(call))
    }

    fn take(&mut self, call: u32) -> History {
        let mut history = self.before.remove(&call).unwrap_or_default();
        if call < self.unrecorded_below {
            history.doubt.get_or_insert_with(Outcome::cut_off);
        }
        history
    }
}

/// Why the calls that are left can't be told to their end, if so.
#[derive(Debug, Clone, Default)]
pub struct Failure(Arc<Mutex<Option<PartError>>>);

impl Failure {
    fn set(&self, error: PartError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// What has gone wrong.
    pub fn take(&self) -> Option<PartError> {
        let mut failure = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failure.take()
    }
}

/// The calls that are left, on their way to the pool.
#[derive(Debug)]
pub enum OnTheirWay<'a> {
    /// All customers are held, or nobody minds waiting for a part.
    AtHand(Box<AtHand<Remaining<'a>>>),
    /// A thread plans the parts.
    Planned(Incoming),
}

impl<'env> OnTheirWay<'env> {
    /// Those of a plan. Its parts are planned on a thread of this scope, if there is one: it takes seconds.
    pub fn of<'scope>(
        inputs: (&'env Source, &'env Reading, &'env Planned),
        left: Left,
        threads: Option<&'scope Scope<'scope, 'env>>,
    ) -> (Self, Failure) {
        let (_, _, planned) = inputs;
        let Some(threads) = threads.filter(|_| planned.plan.held().is_none()) else {
            let remaining = Remaining::of(inputs, left, || true);
            let failure = remaining.failure();
            return (Self::AtHand(Box::new(AtHand::of(remaining))), failure);
        };
        let (to, inbox) = mpsc::channel(AHEAD);
        let is_wanted = {
            let to = to.clone();
            move || !to.is_closed()
        };
        let remaining = Remaining::of(inputs, left, is_wanted);
        let failure = remaining.failure();
        threads.spawn(move || {
            for call in remaining {
                if to.blocking_send(call).is_err() {
                    return;
                }
            }
        });
        (Self::Planned(Incoming::of(inbox)), failure)
    }
}

impl Supply for OnTheirWay<'_> {
    fn next(&mut self) -> Option<Fresh> {
        match self {
            Self::AtHand(calls) => calls.next(),
            Self::Planned(calls) => calls.next(),
        }
    }

    fn has_more(&mut self) -> bool {
        match self {
            Self::AtHand(calls) => calls.has_more(),
            Self::Planned(calls) => calls.has_more(),
        }
    }

    fn is_behind(&mut self) -> bool {
        match self {
            Self::AtHand(calls) => calls.is_behind(),
            Self::Planned(calls) => calls.is_behind(),
        }
    }

    async fn ready(&mut self) {
        match self {
            Self::AtHand(calls) => calls.ready().await,
            Self::Planned(calls) => calls.ready().await,
        }
    }
}

/// The calls that are left, each with what was done about it before.
pub struct Remaining<'a> {
    source: &'a Source,
    reading: &'a Reading,
    planned: &'a Planned,
    left: Left,
    parts: std::vec::IntoIter<(Part, Range<u32>)>,
    /// The customers of the part that is gone through, where they are not held in any case.
    groups: Option<Groups>,
    /// Those that are still to be looked at, and the first of their part.
    numbers: Range<u32>,
    first: u32,
    failure: Failure,
    is_wanted: Box<dyn Fn() -> bool + Send + 'a>,
}

impl std::fmt::Debug for Remaining<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remaining").finish_non_exhaustive()
    }
}

impl<'a> Remaining<'a> {
    /// What is left of a plan; parts are planned anew for as long as that is wanted.
    pub fn of(
        (source, reading, planned): (&'a Source, &'a Reading, &'a Planned),
        left: Left,
        is_wanted: impl Fn() -> bool + Send + 'a,
    ) -> Self {
        let parts: Vec<_> = planned.plan.parts().collect();
        Self {
            source,
            reading,
            planned,
            left,
            parts: parts.into_iter(),
            groups: None,
            numbers: 0..0,
            first: 0,
            failure: Failure::default(),
            is_wanted: Box::new(is_wanted),
        }
    }

    /// What will tell, at the end, why that was none.
    pub fn failure(&self) -> Failure {
        self.failure.clone()
    }

    /// Goes on with the next part of which anything is left.
    fn next_part(&mut self) -> Option<()> {
        let (part, numbers) = self
            .parts
            .by_ref()
            .find(|(_, numbers)| !self.left.have_ended(numbers.clone()))?;
        self.first = numbers.start;
        self.numbers = numbers;
        // Two parts are never held at once.
        self.groups = None;
        if self.planned.plan.held().is_none() {
            let inputs = (self.source, self.reading, self.planned);
            match plan_part(inputs, part, &self.is_wanted) {
                Ok(groups) => self.groups = Some(groups),
                Err(error) => {
                    self.failure.set(error);
                    return None;
                }
            }
        }
        Some(())
    }
}

impl Iterator for Remaining<'_> {
    type Item = (Call, History);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(number) = self.numbers.next() else {
                self.next_part()?;
                continue;
            };
            if self.left.ended.has(number) {
                continue;
            }
            let plan = &self.planned.plan;
            let groups = self.groups.as_ref().or(plan.held())?;
            if let Some(call) = groups.call(number - self.first, plan.labels()) {
                let call = Call {
                    customer: number,
                    ..call
                };
                return Some((call, self.left.take(number)));
            }
        }
    }
}
