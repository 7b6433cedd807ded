//! Calls in, events out: as many workers as are allowed, one a call.

mod canary;
mod outage;
mod workers;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinError;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use self::canary::Canary;
use self::outage::Probe;
use self::workers::{Returned, Workers};
use crate::dispatch::crew::Crew;
use crate::dispatch::pace::News;
use crate::dispatch::places::Places;
use crate::dispatch::queue::{Job, Queue};
use crate::dispatch::supply::Supply;
use crate::dispatch::worker::{Left, end_put_back};
use crate::model::{Bearing, Event, Moment, Pause, StopReason};
use crate::service::Sender;

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
    /// So many calls go first, and the others only if what becomes of those is as it should be.
    pub canary: Option<u64>,
}

/// Makes the calls in their order until all have ended, the run stops, or its time is up.
///
/// The first goes alone until it has ended or is put back, and where its answer can hardly be about the customer, so does
/// the second: a wrong address or the wrong credentials cost two calls, not a pool full (contract, section 3).
///
/// # Panics
/// Where a worker has, after all others have ended.
pub async fn run<S: Sender>(calls: impl Supply, crew: Crew<S>, places: Places, bounds: Bounds) {
    let pace = Arc::clone(&crew.pace);
    tokio::select! {
        () = make_calls(calls, crew, places, bounds) => {}
        // As long as that goes on.
        () = pace.supply() => {}
    }
}

async fn make_calls<S: Sender>(calls: impl Supply, crew: Crew<S>, places: Places, bounds: Bounds) {
    let canary = Canary::of(bounds);
    let first = canary.as_ref().map(Canary::calls).or(bounds.limit);
    let mut pool = Pool {
        crew: Arc::new(crew),
        queue: Queue::of(calls, first),
        places,
        canary,
        until: bounds.until,
        workers: Workers::new(),
        alone: ALONE,
        probe: Probe::default(),
        all_put_back: None,
        is_over: false,
        is_ending: false,
        panic: None,
    };
    pool.run().await;
    if let Some(others) = pool.go_on().await {
        pool.queue.allow(others);
        pool.run().await;
    }
    pool.workers.dismiss().await;
    if let Some(panic) = pool
        .panic
        .and_then(|error: JoinError| error.try_into_panic().ok())
    {
        std::panic::resume_unwind(panic);
    }
}

struct Pool<S, I> {
    crew: Arc<Crew<S>>,
    queue: Queue<I>,
    places: Places,
    /// The calls that go first, until all of them have.
    canary: Option<Canary>,
    until: Option<Moment>,
    workers: Workers,
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

impl<S: Sender, I: Supply> Pool<S, I> {
    async fn run(&mut self) {
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.see_to_the_outage().await;
            if let Some((_, due)) = self.due().filter(|(at, _)| *at <= Instant::now()) {
                self.do_what_is_due(due).await;
            }
            self.fill();
            let is_done = self.must_end() || self.queue.is_empty() || self.has_tried_canary();
            if is_done && self.workers.busy() == 0 {
                return;
            }
            let due = self.due().map(|(at, _)| at);
            let (crew, is_behind) = (Arc::clone(&self.crew), self.queue.is_behind());
            tokio::select! {
                // What is ready most often comes last.
                biased;
                _ = look.tick() => self.look().await,
                () = crew.stop.wanted(), if !self.must_end() => {}
                () = crew.breaker.changed() => {}
                news = crew.pace.next_news() => self.hear(news).await,
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
                () = self.queue.ready(), if is_behind => {}
                Some(returned) = self.workers.next() => self.take_all(returned).await,
            }
        }
    }

    fn must_end(&self) -> bool {
        self.is_ending || self.crew.stop.is_wanted()
    }

    /// Gives calls to workers, as many as there are places.
    fn fill(&mut self) {
        let waits = self.is_over || self.crew.breaker.is_open() || self.has_tried_canary();
        if waits || self.must_end() {
            return;
        }
        let busy = self.workers.busy().saturating_sub(self.crew.pace.waiting());
        let places = match self.alone {
            0 => self.places.now(busy, self.crew.breaker.latency()),
            _ => 1,
        };
        while self.workers.busy() < places {
            let Some(job) = self.queue.next(places) else {
                return;
            };
            self.spawn(job, false);
        }
    }

    fn spawn(&mut self, job: Job, probes: bool) {
        self.workers.give(&self.crew, job, probes);
    }

    /// Takes a call back from its worker, and all that have come back meanwhile.
    async fn take_all(&mut self, returned: Result<Returned, JoinError>) {
        match returned {
            Ok(returned) => self.take(returned).await,
            Err(error) => {
                self.is_ending = true;
                self.panic.get_or_insert(error);
            }
        }
        while let Some(returned) = self.workers.try_next() {
            self.take(returned).await;
        }
    }

    /// Takes a call back from its worker.
    async fn take(&mut self, returned: Returned) {
        self.queue.came_back(returned.kind);
        if returned.probed {
            self.probe.is_on_its_way = false;
        }
        match returned.left {
            Left::Ended(bearing) => {
                if let Some(canary) = &mut self.canary {
                    canary.ended();
                }
                self.alone = match bearing {
                    Bearing::Suspect => self.alone.saturating_sub(1),
                    _ => 0,
                };
            }
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

    async fn stop(&mut self, reason: StopReason) {
        self.is_ending = true;
        self.crew.tell(Event::Stopping(reason)).await;
    }

    /// Tells what there is to tell of a rate that runs share.
    async fn hear(&mut self, news: News) {
        match news {
            News::Away {
                place,
                since,
                why,
                next,
                time,
            } => {
                let away = Event::RateAway {
                    since: self.crew.moment(since),
                    place,
                    why,
                    next,
                    time,
                };
                self.crew.tell(away).await;
            }
            News::Back { place, after } => {
                self.crew.tell(Event::RateBack { place, after }).await;
            }
            News::Gone { place, since, why } => {
                let since = self.crew.moment(since);
                self.stop(StopReason::RateAway { place, since, why }).await;
            }
            News::Held(pause) => {
                let held = Event::Held {
                    why: Pause::Elsewhere,
                    pause,
                    throttled: None,
                };
                self.crew.tell(held).await;
                if pause > self.crew.retries.max_outage {
                    self.stop(StopReason::AskedToWait(pause)).await;
                }
            }
        }
    }

    /// Looks at the clocks.
    async fn look(&mut self) {
        self.crew.wake_up().await;
        let now = (self.crew.clocks.now)();
        if let Some(until) = self.until.filter(|until| *until <= now && !self.must_end()) {
            self.stop(StopReason::Until(until)).await;
        }
        let is_at_work = self.alone == 0 && self.workers.busy() > 0 && !self.crew.breaker.is_open();
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
