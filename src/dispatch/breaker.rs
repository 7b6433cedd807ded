//! What all workers know of the service's health. Open, it lets no call go on but the one that probes.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::outage::Outage;
use super::wake::{Wakefulness, Woken};

/// How much a latency counts for the mean.
const SHARE: f64 = 0.1;

/// What all workers know of the service's health.
#[derive(Debug)]
pub struct Breaker {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    outage: Outage,
    /// What was met last instead of an answer.
    why: String,
    wakefulness: Wakefulness,
    /// Attempts that left before this say nothing: the process was still since.
    woken: Instant,
    /// Since when there were no answers but 429s.
    only_throttled_since: Option<Instant>,
    /// Whether the run, in any of its legs, was ever answered.
    has_answered: bool,
    /// Whether calls that would be put back end instead.
    is_over: bool,
    /// The mean latency of answers, in seconds.
    latency: f64,
}

/// An attempt whose end is known.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    /// Whose call.
    pub call: u32,
    /// When it left.
    pub left: Instant,
}

impl Breaker {
    /// Closed. It is known whether the run was ever answered, and for how long the machine was asleep since it was started.
    pub fn new(has_answered: bool, asleep: Duration) -> Self {
        let now = Instant::now();
        Self {
            state: Mutex::new(State {
                outage: Outage::default(),
                why: String::new(),
                wakefulness: Wakefulness::new(now, asleep),
                woken: now,
                only_throttled_since: None,
                has_answered,
                is_over: false,
                latency: 0.0,
            }),
            changed: Notify::new(),
        }
    }

    /// An attempt is answered. Where an outage is over with it: how long it was.
    pub fn answered(&self, sent: Sent) -> Option<Duration> {
        let now = Instant::now();
        let mut state = self.state();
        state.has_answered = true;
        state.only_throttled_since = None;
        let latency = now.duration_since(sent.left).as_secs_f64();
        state.latency += match state.latency {
            0.0 => latency,
            mean => (latency - mean) * SHARE,
        };
        self.hear(state, sent, now)
    }

    /// An attempt is answered 429. How long there was nothing else; and where an outage is over with it, how long that was.
    pub fn throttled(&self, sent: Sent) -> (Duration, Option<Duration>) {
        let now = Instant::now();
        let mut state = self.state();
        state.has_answered = true;
        let since = *state.only_throttled_since.get_or_insert(now);
        (now - since, self.hear(state, sent, now))
    }

    fn hear(&self, mut state: MutexGuard<'_, State>, sent: Sent, now: Instant) -> Option<Duration> {
        let over = state.outage.answer(sent.call, sent.left, now);
        if over.is_some() {
            self.changed.notify_waiters();
        }
        over
    }

    /// An attempt has met this instead of an answer.
    pub fn unanswered(&self, why: String) {
        let mut state = self.state();
        state.why = why;
        if state.outage.error(Instant::now()) {
            self.changed.notify_waiters();
        }
    }

    /// What was met last instead of an answer.
    pub fn why(&self) -> String {
        self.state().why.clone()
    }

    /// Looks whether the process was still for a while. If so, nothing counts that was known before, and where an
    /// outage is over with it, it is said how long that was.
    pub fn look(&self, asleep: Duration) -> Option<(Woken, Option<Duration>)> {
        let now = Instant::now();
        let mut state = self.state();
        let woken = state.wakefulness.look(now, asleep)?;
        state.woken = now;
        state.only_throttled_since = None;
        let over = state.outage.forget(now);
        self.changed.notify_waiters();
        Some((woken, over))
    }

    /// No call was made for a while, because none was to be: what was met before says nothing of now. Where an outage is over
    /// with it, it is said how long that was.
    pub fn rested(&self) -> Option<Duration> {
        let mut state = self.state();
        state.only_throttled_since = None;
        let over = state.outage.forget(Instant::now());
        self.changed.notify_waiters();
        over
    }

    /// Whether an attempt left before the process was still: what it met says nothing.
    pub fn is_stale(&self, left: Instant) -> bool {
        left < self.state().woken
    }

    /// Whether an attempt of another call than this, which left after `then`, was answered.
    pub fn has_answered_others(&self, call: u32, then: Instant) -> bool {
        self.state().outage.has_answered_others(call, then)
    }

    /// Whether the run was ever answered.
    pub fn has_answered(&self) -> bool {
        self.state().has_answered
    }

    /// When the first error came that no answer has followed.
    pub fn down_since(&self) -> Option<Instant> {
        self.state().outage.since()
    }

    /// Whether calls are put back, but for one that probes.
    pub fn is_open(&self) -> bool {
        let state = self.state();
        state.is_over || state.outage.is_down()
    }

    /// Waits until calls are put back.
    pub async fn opened(&self) {
        loop {
            // Listened for before looking, so that nothing is missed between.
            let changed = self.changed.notified();
            if self.is_open() {
                return;
            }
            changed.await;
        }
    }

    /// Waits for an outage to begin or to end.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// No call is waited for any longer: those that would be put back end.
    pub fn give_up(&self) {
        self.state().is_over = true;
        self.changed.notify_waiters();
    }

    /// The mean latency of answers.
    pub fn latency(&self) -> Duration {
        Duration::from_secs_f64(self.state().latency)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
