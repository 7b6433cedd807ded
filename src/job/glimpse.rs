//! How far a run is, from its files alone: without its list, and while it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use crate::model::{CallRecord, Moment, OutcomeKind, Outcomes};
use crate::record::{Disk, Entry, Journal, Outputs, RecordError, State};

/// How far an unfinished run is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Glimpse {
    /// What it is, if that is known.
    pub state: Option<State>,
    /// Calls that have ended.
    pub ended: u64,
    /// The same by the outcome of the row that needs a look the most.
    pub calls_by_outcome: BTreeMap<OutcomeKind, u64>,
    /// Calls whose attempt has met no end yet.
    pub in_flight: u64,
    /// Attempts that were sent.
    pub attempts: u64,
    /// Its processes.
    pub legs: u64,
    /// When it was last heard of.
    pub latest: Moment,
}

/// Looks at an unfinished run. None where there is none.
///
/// # Errors
/// Its files can't be read, or are damaged.
pub fn glimpse(disk: &dyn Disk, outputs: &Outputs) -> Result<Option<Glimpse>, RecordError> {
    let mut glimpse = Glimpse::default();
    let (mut in_flight, mut ended) = (BTreeSet::<u32>::new(), Ended::default());
    Journal::peek(disk, &outputs.partial(), |entry| {
        match entry {
            Entry::Leg(leg) => {
                glimpse.legs += 1;
                // What the one before had on its way was cut off with it.
                in_flight.clear();
                glimpse.see(leg.at);
            }
            Entry::Sending(calls) => {
                glimpse.attempts += calls.len() as u64;
                in_flight.extend(calls.iter());
            }
            Entry::CalledBack(call) => {
                glimpse.attempts = glimpse.attempts.saturating_sub(1);
                in_flight.remove(&call);
            }
            Entry::Attempt(attempt) => {
                in_flight.remove(&attempt.call);
                glimpse.see(attempt.at);
            }
            Entry::Ended(end) => {
                in_flight.remove(&end.call);
                glimpse.see(end.record.at);
                ended.enter(end.call, Some(worst(&end.record)));
            }
            Entry::TakenBack(call) => {
                ended.enter(call, None);
            }
            Entry::Held { at, .. } | Entry::LegEnd { at, .. } => glimpse.see(at),
            Entry::Durable(_) => {}
        }
        ControlFlow::Continue(())
    })?;
    if glimpse.legs == 0 {
        return Ok(None);
    }
    glimpse.in_flight = in_flight.len() as u64;
    for kind in ended.0.into_iter().flatten() {
        glimpse.ended += 1;
        *glimpse.calls_by_outcome.entry(kind).or_default() += 1;
    }
    glimpse.state = State::read(disk, &outputs.state())?;
    Ok(Some(glimpse))
}

impl Glimpse {
    fn see(&mut self, at: Moment) {
        self.latest = self.latest.max(at);
    }
}

/// How calls have ended, a byte each by their place in the plan: there may be millions of them.
#[derive(Default)]
struct Ended(Vec<Option<OutcomeKind>>);

impl Ended {
    fn enter(&mut self, call: u32, kind: Option<OutcomeKind>) {
        let call = call as usize;
        if call >= self.0.len() {
            self.0.resize(call + 1, None);
        }
        self.0[call] = kind;
    }
}

/// The outcome of a call's row that needs a look the most.
fn worst(record: &CallRecord) -> OutcomeKind {
    match &record.outcomes {
        Outcomes::All(outcome) => outcome.kind,
        Outcomes::Each(each) => {
            let kinds = each.iter().map(|outcome| outcome.kind);
            kinds.max().unwrap_or(OutcomeKind::Success)
        }
    }
}
