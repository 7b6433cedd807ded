//! One process of a run: takes up what is recorded, makes the calls that are left, and has one desk write how they end.

use std::num::NonZeroU32;
use std::thread::Scope;
use std::time::Duration;

use tokio::sync::mpsc;

use super::accounting::AccountError;
use super::called::Called;
use super::canary::{Ask, Canary};
use super::desk::{Desk, WAITING};
use super::parts::PartError;
use super::remaining::OnTheirWay;
use super::run::Run;
use super::standing::{Misfit, Standing};
use crate::dispatch::{
    Bounds, Breaker, Clocks, Concurrency, Crew, MaxFailures, Pace, Places, RetryPolicy, Sharing,
    run as run_pool, stopper,
};
use crate::error::Error;
use crate::model::{Moment, Rate, StopReason};
use crate::record::{Entry, Journal, LegBegin, RecordError};
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
    pub concurrency: Concurrency,
    /// When a call is tried again.
    pub retries: RetryPolicy,
    /// How long calls on their way may take to end after a stop.
    pub drain: Duration,
    /// How many calls may fail.
    pub max_failures: MaxFailures,
    /// When to stop though calls are left.
    pub bounds: Bounds,
}

/// A run that was taken up, and of which this process has done nothing yet.
#[derive(Debug)]
pub struct Underway {
    standing: Standing,
    journal: Journal,
}

/// What calling is shown and stopped by.
#[derive(Debug)]
pub struct Surroundings {
    /// Shows how far it is.
    pub progress: Progress,
    /// Signals; a second one cuts off what is on its way.
    pub interrupts: mpsc::Receiver<StopReason>,
    /// With whom the rate is shared, where it is.
    pub sharing: Option<Sharing>,
    /// Asks whether the others follow the calls that go first; none where nobody can be asked.
    pub ask: Option<Ask>,
}

/// An entry of a journal that can't be taken.
enum Unfit {
    Journal(RecordError),
    Misfit,
}

impl From<RecordError> for Unfit {
    fn from(error: RecordError) -> Self {
        Self::Journal(error)
    }
}

impl From<Misfit> for Unfit {
    fn from(_: Misfit) -> Self {
        Self::Misfit
    }
}

/// Takes up a run where its journal leaves it, or at its beginning. What left before counts for a pace of `rate`.
///
/// # Errors
/// The journal is damaged, can't be read or written, or is another list's.
pub fn take_up(run: &Run<'_>, rate: Option<Rate>) -> Result<Underway, Error> {
    let planned = run.planned;
    let mut standing = Standing::new(&planned.plan, planned.left_out.clone(), rate);
    let path = run.outputs.partial();
    let taken = Journal::open(run.disk.clone(), path.clone(), |entry| {
        Ok::<_, Unfit>(standing.take(&planned.plan, &entry)?)
    });
    let taken = taken.and_then(|journal| {
        standing.settle(&planned.plan)?;
        Ok(journal)
    });
    match taken {
        Ok(journal) => Ok(Underway { standing, journal }),
        Err(Unfit::Journal(error)) => Err(error.into()),
        Err(Unfit::Misfit) => Err(RecordError::Misfit { path }.into()),
    }
}

impl Underway {
    /// Where it stands.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Counts what was sent for another purpose than a call, at these times, for the rate.
    pub fn count_for_rate(&mut self, sent: &[Moment]) {
        sent.iter().for_each(|at| self.standing.left_besides(*at));
    }

    /// Begins a leg on these terms. Where there is nothing to call and nothing is recorded, nothing is written.
    fn begin(&mut self, run: &Run<'_>, terms: &Terms, now: Moment) -> Result<(), Error> {
        let rate = terms.rate.map(|rate| {
            let window = u64::try_from(rate.window().as_millis()).unwrap_or(u64::MAX);
            (rate.attempts().get(), window)
        });
        let entry = Entry::Leg(LegBegin {
            run: run.identity.hash(),
            started: run.started,
            at: now,
            boot: run.disk.boot(),
            rate,
            burst: terms.burst.get(),
            concurrency: u32::try_from(terms.concurrency.most()).unwrap_or(u32::MAX),
            parts: run.planned.plan.of(),
        });
        let is_needed = run.planned.plan.totals().calls > 0 || !self.standing.legs.is_empty();
        if is_needed {
            let began = self.standing.legs.first();
            let began = began.map_or(run.started, |leg| leg.begin.started);
            run.state(began).write(&*run.disk, &run.outputs.state())?;
            self.journal.append(std::slice::from_ref(&entry))?;
            // Were it lost to a power cut, nobody would know that anything may have been sent.
            self.journal.sync()?;
        }
        let taken = self.standing.take(&run.planned.plan, &entry);
        taken.map_err(|Misfit| RecordError::Misfit {
            path: run.outputs.partial(),
        })?;
        Ok(())
    }
}

/// Makes all calls that are left, until each has ended or the run must stop. Without a sender, none is made. Parts of a list
/// whose customers are not held at once are planned on `threads`, if there are.
///
/// # Errors
/// The journal can't be written; nothing was sent.
pub async fn call_all<'scope, 'env, S: Sender>(
    run: &'env Run<'_>,
    threads: Option<&'scope Scope<'scope, 'env>>,
    mut underway: Underway,
    sender: Option<S>,
    surroundings: Surroundings,
    terms: Terms,
) -> Result<Called, Error> {
    underway.begin(run, &terms, (run.now)())?;
    // What an earlier leg had in flight when it was killed counts as sent now, at the latest.
    let before = underway.standing.before((run.now)());
    let Underway { standing, journal } = underway;
    let stopped = None;
    let called = Called {
        standing,
        journal,
        stopped,
    };
    let Some(sender) = sender else {
        return Ok(called);
    };
    if before.held > terms.retries.max_outage {
        // The service has asked an earlier leg to wait longer than this one may.
        let stopped = Some(StopReason::AskedToWait(before.held));
        return Ok(Called { stopped, ..called });
    }
    let Surroundings {
        progress,
        interrupts,
        sharing,
        ask,
    } = surroundings;
    let (stopper, stop) = stopper();
    let (events, inbox) = mpsc::channel(WAITING);
    let plan = &run.planned.plan;
    let crew = Crew {
        sender,
        pace: Pace::of_run(terms.rate, terms.burst, sharing, &before),
        retries: terms.retries,
        breaker: Breaker::new(called.standing.has_answers, (run.asleep)()),
        stop,
        events,
        clocks: Clocks {
            now: run.now,
            asleep: run.asleep,
        },
    };
    let inputs = (run.source, run.reading, run.planned);
    let (calls, failure) = OnTheirWay::of(inputs, called.standing.left(), threads);
    let places = Places::new(terms.concurrency, terms.rate);
    let canary = terms.bounds.canary.map(|_| Canary::new(ask));
    let desk = Desk::new(plan, called, progress, stopper, &terms, run.now).with(canary);
    let ((), mut called) = tokio::join!(
        run_pool(calls, crew, places, terms.bounds),
        desk.work(inbox, interrupts)
    );
    match failure.take() {
        None | Some(PartError::Unwanted) => {}
        Some(error) => {
            let why = AccountError::of_part(error, run.source).to_string();
            called.stopped.get_or_insert(StopReason::List(why));
        }
    }
    if called.standing.ledger.ended() < plan.totals().calls && called.stopped.is_none() {
        called.stopped = terms.bounds.limit.map(StopReason::Limit);
    }
    Ok(called)
}
