//! Calls in, events out: as many workers as are allowed, one a call.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::crew::Crew;
use super::places::Places;
use super::queue::{Job, Kind, Queue};
use super::worker::{Left, end_put_back, work};
use crate::model::{Bearing, Call, Event, History, Moment, StopReason};
use crate::service::Sender;

/// How much longer calls are tried that were all put back, so that nothing can tell an outage from a fault of theirs
/// (contract, section 4).
const GRACE: Duration = Duration::from_secs(120);

/// So often the pool looks at the clocks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The first calls go alone: so many, at most.
const ALONE: u8 = 2;

/// When to stop though calls are left.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bounds {
    /// After so many calls.
    pub limit: Option<u64>,
    /// At this time of day.
    pub until: Option<Moment>,
}

/// Makes the calls in their order until all have ended, the run stops, or its time is up.
///
/// The first goes alone until it has ended or is put back, and where its answer can hardly be about the customer, so does
/// the second: a wrong address or the wrong credentials cost two calls, not a pool full (contract, section 3).
///
/// # Panics
/// Where a worker has, after all others have ended.
pub async fn run<S: Sender>(
    calls: impl Iterator<Item = (Call, History)>,
    crew: Crew<S>,
    places: Places,
    bounds: Bounds,
) {
    let mut pool = Pool {
        crew: Arc::new(crew),
        queue: Queue::of(calls, bounds.limit),
        places,
        until: bounds.until,
        workers: JoinSet::new(),
        alone: ALONE,
        probe: Probe::default(),
        all_put_back: None,
        is_over: false,
        is_ending: false,
        panic: None,
    };
    pool.run().await;
    if let Some(panic) = pool
        .panic
        .and_then(|error: JoinError| error.try_into_panic().ok())
    {
        std::panic::resume_unwind(panic);
    }
}

struct Pool<S, I: Iterator> {
    crew: Arc<Crew<S>>,
    queue: Queue<I>,
    places: Places,
    until: Option<Moment>,
    workers: JoinSet<Returned>,
    /// How many calls still go alone.
    alone: u8,
    probe: Probe,
    /// Since when all calls that are left were put back.
    all_put_back: Option<Instant>,
    /// Whether calls that are put back end.
    is_over: bool,
    /// Whether no more calls are made.
    is_ending: bool,
    panic: Option<JoinError>,
}

/// How a call has come back from its worker.
struct Returned {
    left: Left,
    kind: Kind,
    probed: bool,
}

/// The probe of an outage.
#[derive(Debug, Default)]
struct Probe {
    /// How many there were.
    sent: u32,
    /// When the next is due.
    at: Option<Instant>,
    is_on_its_way: bool,
}

/// What the pool waits for, when nothing else happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Probe,
    /// An outage has lasted as long as a run waits.
    EndOfPatience,
    /// Calls that were all put back had their time.
    EndOfGrace,
}

impl<S: Sender, I: Iterator<Item = (Call, History)>> Pool<S, I> {
    async fn run(&mut self) {
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.see_to_the_outage().await;
            if let Some((_, due)) = self.due().filter(|(at, _)| *at <= Instant::now()) {
                self.do_what_is_due(due).await;
            }
            self.fill();
            if self.workers.is_empty() && (self.must_end() || self.queue.is_empty()) {
                return;
            }
            let due = self.due();
            let crew = Arc::clone(&self.crew);
            tokio::select! {
                // What is ready most often comes last.
                biased;
                _ = look.tick() => self.look().await,
                () = crew.stop.wanted(), if !self.must_end() => {}
                () = crew.breaker.changed() => {}
                () = sleep_until(due.map_or_else(Instant::now, |(at, _)| at)), if due.is_some() => {
                    if let Some((_, due)) = due {
                        self.do_what_is_due(due).await;
                    }
                }
                Some(joined) = self.workers.join_next() => self.take(joined).await,
            }
        }
    }

    fn must_end(&self) -> bool {
        self.is_ending || self.crew.stop.is_wanted()
    }

    /// Gives calls to workers, as many as there are places.
    fn fill(&mut self) {
        if self.must_end() || self.is_over || self.crew.breaker.is_open() {
            return;
        }
        let busy = self.workers.len().saturating_sub(self.crew.pace.waiting());
        let places = match self.alone {
            0 => self.places.now(busy, self.crew.breaker.latency()),
            _ => 1,
        };
        while self.workers.len() < places {
            let Some(job) = self.queue.next(places) else {
                return;
            };
            self.spawn(job, false);
        }
    }

    fn spawn(&mut self, job: Job, probes: bool) {
        let (crew, kind) = (Arc::clone(&self.crew), job.kind());
        self.workers.spawn(async move {
            let left = work(crew, job, probes).await;
            Returned {
                left,
                kind,
                probed: probes,
            }
        });
    }

    /// Takes a call back from its worker.
    async fn take(&mut self, joined: Result<Returned, JoinError>) {
        let returned = match joined {
            Ok(returned) => returned,
            Err(error) => {
                self.is_ending = true;
                self.panic.get_or_insert(error);
                return;
            }
        };
        self.queue.came_back(returned.kind);
        if returned.probed {
            self.probe.is_on_its_way = false;
        }
        match returned.left {
            Left::Ended(Bearing::Suspect) => self.alone = self.alone.saturating_sub(1),
            Left::Ended(_) => self.alone = 0,
            Left::Waiting(job) => {
                if job.was_put_back {
                    self.alone = 0;
                }
                self.keep(*job).await;
            }
            Left::Unfinished => self.is_ending = true,
        }
    }

    /// Keeps a call that has not ended until it is its turn again.
    async fn keep(&mut self, job: Job) {
        match job.last.clone() {
            Some(last) if self.is_over => {
                self.is_ending |= !end_put_back(&self.crew, job, last).await
            }
            _ => self.queue.keep(job),
        }
    }

    /// Looks how it stands with an outage: when the next probe is due, and since when all were put back.
    async fn see_to_the_outage(&mut self) {
        let is_down = self.crew.breaker.is_open() && !self.is_over;
        match (is_down, self.crew.breaker.down_since()) {
            (true, Some(since)) => {
                if self.probe.at.is_none() && !self.probe.is_on_its_way && !self.must_end() {
                    self.probe.sent += 1;
                    let next = self
                        .crew
                        .retries
                        .probe_pause(self.probe.sent, fastrand::f64());
                    self.probe.at = Some(Instant::now() + next);
                    let since = self.crew.moment(since);
                    let probe = self.probe.sent;
                    let why = self.crew.breaker.why();
                    let down = Event::Down {
                        since,
                        why,
                        next,
                        probe,
                    };
                    self.crew.tell(down).await;
                }
            }
            _ => {
                if std::mem::take(&mut self.probe.sent) > 0 {
                    self.queue.start_afresh();
                }
                self.probe.at = None;
            }
        }
        if !self.queue.were_all_put_back() {
            self.all_put_back = None;
        } else if self.all_put_back.is_none() {
            self.all_put_back = Some(Instant::now());
        }
    }

    /// What is due first, and when.
    fn due(&self) -> Option<(Instant, Due)> {
        if self.must_end() || self.is_over {
            return None;
        }
        let probe = self.probe.at.map(|at| (at, Due::Probe));
        let since = self.crew.breaker.down_since();
        let patience = since.and_then(|since| since.checked_add(self.crew.retries.max_outage));
        let patience = patience.map(|at| (at, Due::EndOfPatience));
        let grace = since
            .zip(self.all_put_back)
            .filter(|_| self.crew.breaker.has_answered());
        let grace = grace.map(|(since, put_back)| (since.max(put_back) + GRACE, Due::EndOfGrace));
        [probe, patience, grace]
            .into_iter()
            .flatten()
            .min_by_key(|(at, _)| *at)
    }

    async fn do_what_is_due(&mut self, due: Due) {
        match due {
            Due::Probe => {
                self.probe.at = None;
                if !self.crew.breaker.is_open() {
                    return;
                }
                if let Some(job) = self.queue.next_probe() {
                    self.probe.is_on_its_way = true;
                    self.spawn(job, true);
                }
            }
            Due::EndOfPatience if !self.may_fail_all() => {
                let since = self.crew.breaker.down_since().unwrap_or_else(Instant::now);
                let since = self.crew.moment(since);
                let why = self.crew.breaker.why();
                self.stop(StopReason::Outage { since, why }).await;
            }
            Due::EndOfPatience | Due::EndOfGrace => self.fail_all().await,
        }
    }

    /// Whether what is left may be at fault, and not the service: it has answered others.
    fn may_fail_all(&self) -> bool {
        self.all_put_back.is_some() && self.crew.breaker.has_answered()
    }

    /// Ends all calls that are left, each by what it met last.
    async fn fail_all(&mut self) {
        self.is_over = true;
        self.crew.breaker.give_up();
        while let Some(job) = self.queue.next_waiting() {
            self.queue.came_back(job.kind());
            self.keep(job).await;
        }
    }

    async fn stop(&mut self, reason: StopReason) {
        self.is_ending = true;
        self.crew.tell(Event::Stopping(reason)).await;
    }

    /// Looks at the clocks.
    async fn look(&mut self) {
        self.crew.wake_up().await;
        let now = (self.crew.clocks.now)();
        if let Some(until) = self.until.filter(|until| *until <= now && !self.must_end()) {
            self.stop(StopReason::Until(until)).await;
        }
        let is_at_work =
            self.alone == 0 && !self.workers.is_empty() && !self.crew.breaker.is_open();
        let all_busy = is_at_work && self.crew.pace.waiting() == 0;
        let latency = self.crew.breaker.latency();
        let too_few = self.places.too_few(all_busy, latency);
        if let Some((places, needed)) = too_few {
            self.crew.tell(Event::TooFewPlaces { places, needed }).await;
        }
    }
}

#[cfg(test)]
mod tests;
