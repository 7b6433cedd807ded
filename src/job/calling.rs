//! Plan → records: a pool makes the calls, and one desk writes how they end.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use tokio::sync::mpsc;

use super::called::Called;
use super::desk::{Desk, WAITING};
use crate::dispatch::{Crew, Pace, RetryPolicy, run, stopper};
use crate::model::{Moment, Rate, StopReason, Tally};
use crate::plan::Plan;
use crate::record::Journal;
use crate::report::Progress;
use crate::service::Sender;

/// How calls are made.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// The most attempts in a window; none lifts the limit.
    pub rate: Option<Rate>,
    /// How many of them may leave together.
    pub burst: NonZeroU32,
    /// Calls in flight at most.
    pub concurrency: NonZeroUsize,
    /// When a call is tried again.
    pub retries: RetryPolicy,
    /// How long calls on their way may take to end after a stop.
    pub drain: Duration,
}

/// What calling works on.
#[derive(Debug)]
pub struct Calling<'a> {
    /// The calls.
    pub plan: &'a Plan,
    /// Where they are recorded.
    pub journal: Journal,
    /// Shows how far it is.
    pub progress: Progress,
    /// Rows that no call is about.
    pub left_out: Tally,
    /// Signals; a second one cuts off what is on its way.
    pub interrupts: mpsc::Receiver<StopReason>,
    /// The time of day.
    pub now: fn() -> Moment,
}

/// Makes all calls of the plan, until each has ended or the run must stop.
pub async fn call_all<S: Sender>(calling: Calling<'_>, sender: S, terms: Terms) -> Called {
    let Calling {
        plan,
        journal,
        progress,
        left_out,
        interrupts,
        now,
    } = calling;
    let (stopper, stop) = stopper();
    let (events, inbox) = mpsc::channel(WAITING);
    let pace = Pace::new(terms.rate, terms.burst);
    let crew = Crew {
        sender,
        pace,
        retries: terms.retries,
        stop,
        events,
        now,
    };
    let state = Called::nobody(plan, left_out, journal, now());
    let desk = Desk::new(plan, state, progress, stopper, terms.drain, now);
    let ((), called) = tokio::join!(
        run(plan.calls(), crew, terms.concurrency),
        desk.work(inbox, interrupts)
    );
    called
}
