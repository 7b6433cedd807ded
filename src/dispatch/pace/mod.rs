//! When an attempt may leave (contract, section 4).
//!
//! `slots` spaces the attempts, `throttle` says how far below the rate they have to stay, and `window` has the last word, whatever the timers, the burst and the connections
//! do.

mod slots;
mod throttle;
mod window;

use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use self::slots::{Limit, Slots};
use self::throttle::Throttle;
use self::window::{Full, Window};
use crate::model::{Pause, PerHour, Rate, Throttled};
use crate::service::{Leaving, Quota};

/// The longest hold after a 429 that does not say how long.
const LONGEST_HOLD: Duration = Duration::from_secs(60);

/// A quota that is renewed after so long is spread over that time. Where it is renewed sooner, the whole seconds in which that
/// is told say too little; where later, a list may have come to its end by then.
const QUOTAS: RangeInclusive<Duration> = Duration::from_secs(10)..=Duration::from_secs(120);

/// Decides when attempts leave, for all workers.
#[derive(Debug)]
pub struct Pace {
    start: Instant,
    limit: Option<Limit>,
    state: Mutex<State>,
    /// Tells that an attempt which was let through has left, or turned back.
    moved: Notify,
    /// Tells that one has turned back.
    turned_back: Notify,
    /// Tells that a hold has come.
    recalled: Notify,
}

#[derive(Debug)]
struct State {
    slots: Slots,
    throttle: Throttle,
    /// What the service says is left of its quota: the gap that it leaves between attempts, until then.
    quota: Option<(Duration, Instant)>,
    window: Option<Window>,
    held_until: Option<Instant>,
    /// How many holds in a row were given no length by the service.
    unguided: u32,
    /// Counts holds: who took a slot before one has to take another.
    holds: u64,
    /// How many wait for their turn.
    waiting: usize,
}

impl State {
    /// The gap between attempts where the pace has to stay below the rate; and when a quota is renewed for the sake of which
    /// it does.
    fn gap(&mut self, now: Instant) -> (Option<Duration>, Option<Instant>) {
        let pace = self.throttle.pace(now);
        let gap = pace.map(|pace| Duration::try_from_secs_f64(1.0 / pace).unwrap_or(LONGEST_HOLD));
        self.quota = self.quota.filter(|(_, until)| *until > now);
        match self.quota {
            Some((of_quota, until)) if gap.is_none_or(|gap| gap < of_quota) => {
                (Some(of_quota), Some(until))
            }
            _ => (gap, None),
        }
    }

    fn throttled(&mut self, now: Instant) -> Option<Throttled> {
        let (pace, limit) = (self.throttle.pace(now)?, self.throttle.found()?);
        let [pace, limit] = [pace, limit].map(PerHour::of);
        Some(Throttled { pace, limit })
    }
}

/// An attempt that was refused for the pace's sake.
#[derive(Debug, Clone, Copy)]
pub struct Refusal {
    /// After which hold it was let through.
    pub hold: HoldNumber,
    /// When it left.
    pub left: Instant,
    /// Why.
    pub why: Pause,
    /// How long all are asked to wait, where that is said.
    pub after: Option<Duration>,
}

/// A hold that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// How long it is.
    pub pause: Duration,
    /// To what the pace is lowered, where it is.
    pub throttled: Option<Throttled>,
}

/// One that waits for its turn.
struct Waiting<'a>(&'a Pace);

impl<'a> Waiting<'a> {
    fn at(pace: &'a Pace) -> Self {
        pace.state().waiting += 1;
        Self(pace)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.state().waiting -= 1;
    }
}

/// What earlier processes of the run have left behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Before {
    /// How long ago each of the last attempts left.
    pub departures: Vec<Duration>,
    /// How much longer all calls are to wait.
    pub held: Duration,
    /// The pace below the rate at which the last one left off.
    pub pace: Option<PerHour>,
}

/// An attempt that was let through. Dropped before it has left, it never leaves.
#[derive(Debug, Clone)]
pub struct Departure(Arc<Leave>);

/// Tells attempts from before a hold from those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldNumber(u64);

#[derive(Debug)]
struct Leave {
    pace: Arc<Pace>,
    let_through: Instant,
    hold: HoldNumber,
    left: OnceLock<Instant>,
}

impl Departure {
    /// When it left; until then, when it was let through.
    pub fn at(&self) -> Instant {
        *self.0.left.get().unwrap_or(&self.0.let_through)
    }

    /// After which hold it was let through.
    pub fn hold(&self) -> HoldNumber {
        self.0.hold
    }

    /// Waits for a hold that is newer: what has not left by then must not leave.
    pub async fn recalled(&self) {
        loop {
            let recalled = self.0.pace.recalled.notified();
            if self.0.pace.state().holds != self.0.hold.0 {
                return;
            }
            recalled.await;
        }
    }
}

impl Leaving for Departure {
    fn leave(&self) {
        self.0.left.get_or_init(|| self.0.pace.left());
    }

    fn has_left(&self) -> bool {
        self.0.left.get().is_some()
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        if self.left.get().is_none() {
            self.pace.turn_back();
        }
    }
}

impl Pace {
    /// A pace of at most `rate`, of which `burst` attempts may leave together; without limit where no rate is
    /// given. It starts with the burst spent: one attempt may leave as soon as what went `before` leaves room.
    pub fn new(rate: Option<Rate>, burst: NonZeroU32, before: &Before) -> Arc<Self> {
        let limit = rate.map(|rate| Limit::new(rate, burst));
        let start = Instant::now();
        let window = |limit: Limit| {
            let most = limit.attempts.get() as usize;
            Window::new(most, limit.guarded, &before.departures, start)
        };
        let window = limit.map(window);
        let room = window.as_ref().map_or(start, |window| window.room(start));
        let held_until = (!before.held.is_zero()).then(|| start + before.held);
        let from = held_until.map_or(room, |until| until.max(room));
        let state = State {
            slots: Slots::new(limit, from - start),
            throttle: Throttle::new(
                rate.map(|rate| rate.per_second()),
                before.pace.map(PerHour::per_second),
                start,
            ),
            quota: None,
            window,
            held_until,
            unguided: 0,
            holds: 0,
            waiting: 0,
        };
        Arc::new(Self {
            start,
            limit,
            state: Mutex::new(state),
            moved: Notify::new(),
            turned_back: Notify::new(),
            recalled: Notify::new(),
        })
    }

    /// Waits until an attempt may leave.
    pub async fn depart(self: &Arc<Self>) -> Departure {
        let _waiting = Waiting::at(self);
        loop {
            let recalled = self.recalled.notified();
            let (slot, hold) = self.take_slot();
            tokio::select! {
                biased;
                // Slots from before a hold are void: all take new ones and leave one by one.
                () = recalled => continue,
                () = sleep_until(slot) => {}
            }
            loop {
                // Listened for before looking, so that nothing is missed between.
                let (moved, turned_back) = (self.moved.notified(), self.turned_back.notified());
                match self.let_through(hold) {
                    Ok(departure) => return departure,
                    Err(NotYet::Full(Full::OfThoseLeaving)) => moved.await,
                    Err(NotYet::Full(Full::Until(free))) => tokio::select! {
                        biased;
                        () = sleep_until(free) => {}
                        () = turned_back => {}
                    },
                    Err(NotYet::Held) => break,
                }
            }
        }
    }

    /// Takes note of a 429 or 503 that an attempt was answered with which was let through after `hold`. All wait: so
    /// long as the service asks, else longer each time, up to a minute. Returns the pause where that is news: many
    /// attempts from before a hold may be answered alike.
    pub fn refused(&self, refusal: Refusal) -> Option<Hold> {
        let Refusal {
            hold,
            left,
            why,
            after,
        } = refusal;
        let mut state = self.state();
        let now = Instant::now();
        let is_first = hold.0 == state.holds;
        if why == Pause::Throttled && !is_first && state.throttle.refuse_another(now) {
            return self.slow_down(&mut state, now);
        }
        // To wait no time at all is no advice after a refusal.
        let pause = match after.filter(|pause| !pause.is_zero()) {
            Some(pause) => pause,
            None if is_first => {
                state.unguided += 1;
                unguided_pause(state.unguided)
            }
            None => return None,
        };
        let until = now + pause;
        let before = state.held_until;
        let is_lower = match why {
            Pause::Throttled => is_first && state.throttle.refuse(left, now, pause),
            Pause::Unavailable | Pause::Quota => {
                let from = before.map_or(now, |held| held.max(now));
                state.throttle.rest(until.saturating_duration_since(from));
                false
            }
        };
        if before.is_some_and(|held| held >= until) {
            return None;
        }
        state.held_until = Some(until);
        state.holds += 1;
        self.recalled.notify_waiters();
        state.slots = Slots::new(self.limit, until - self.start);
        let is_longer = before.is_none_or(|held| until - held >= Duration::from_secs(1));
        let throttled = is_lower.then(|| state.throttled(now)).flatten();
        (is_first || is_longer).then_some(Hold { pause, throttled })
    }

    /// Voids slots that were given out at a pace that was far too fast.
    fn slow_down(&self, state: &mut State, now: Instant) -> Option<Hold> {
        let until = state.held_until.map_or(now, |until| until.max(now));
        state.holds += 1;
        self.recalled.notify_waiters();
        state.slots = Slots::new(self.limit, until - self.start);
        let (pause, throttled) = (until - now, state.throttled(now));
        Some(Hold { pause, throttled })
    }

    /// Takes note of any other answer to an attempt that was let through after `hold`.
    pub fn accepted(&self, hold: HoldNumber) {
        let mut state = self.state();
        if hold.0 == state.holds {
            state.unguided = 0;
            state.throttle.take();
        }
    }

    /// Takes note of what the service says is left of its quota: it is to last until it is renewed.
    pub fn advised(&self, left: Quota) {
        let is_telling = QUOTAS.contains(&left.reset) && left.remaining > 0;
        self.state().quota = is_telling.then(|| {
            let gap = left.reset.div_f64(left.remaining as f64);
            (gap, Instant::now() + left.reset)
        });
    }

    /// For so long nothing was sent, because nothing was answered.
    pub fn rested(&self, pause: Duration) {
        self.state().throttle.rest(pause);
    }

    /// Waits while all calls are held; gives the latest hold.
    pub async fn held(&self) -> HoldNumber {
        let _waiting = Waiting::at(self);
        loop {
            // It may be over sooner, where the machine has slept.
            let recalled = self.recalled.notified();
            let (until, holds) = {
                let state = self.state();
                (state.held_until, state.holds)
            };
            match until.filter(|until| *until > Instant::now()) {
                Some(until) => tokio::select! {
                    () = recalled => {}
                    () = sleep_until(until) => {}
                },
                None => return HoldNumber(holds),
            }
        }
    }

    /// How many attempts wait for their turn.
    pub fn waiting(&self) -> usize {
        self.state().waiting
    }

    /// The machine was asleep for so long, which timers know nothing of: a hold has gone on meanwhile.
    pub fn woken(&self, asleep: Duration) {
        let mut state = self.state();
        let now = Instant::now();
        if let Some(until) = state.held_until.filter(|until| *until > now) {
            state.held_until = Some(until.checked_sub(asleep).map_or(now, |at| at.max(now)));
        }
        let from = state.held_until.map_or(now, |until| until.max(now)) - self.start;
        state.slots = Slots::new(self.limit, from);
        // Slots that were taken before are void.
        state.holds += 1;
        self.recalled.notify_waiters();
    }

    /// The next free slot, and which hold it comes after.
    fn take_slot(&self) -> (Instant, HoldNumber) {
        let mut state = self.state();
        let now = Instant::now();
        let from = state.held_until.map_or(now, |until| until.max(now));
        let (gap, renewed) = state.gap(now);
        let renewed = renewed.map(|at| at - self.start);
        let slot = self.start + state.slots.next(from - self.start, gap, renewed);
        (slot, HoldNumber(state.holds))
    }

    /// Lets an attempt through, if the window has room and no hold has come.
    fn let_through(self: &Arc<Self>, hold: HoldNumber) -> Result<Departure, NotYet> {
        let mut state = self.state();
        if hold.0 != state.holds {
            return Err(NotYet::Held);
        }
        let now = Instant::now();
        if let Some(window) = &mut state.window {
            window.enter(now).map_err(NotYet::Full)?;
        }
        let (pace, left) = (Arc::clone(self), OnceLock::new());
        Ok(Departure(Arc::new(Leave {
            pace,
            let_through: now,
            hold,
            left,
        })))
    }

    fn left(&self) -> Instant {
        let now = Instant::now();
        if let Some(window) = &mut self.state().window {
            window.leave(now);
        }
        self.moved.notify_waiters();
        now
    }

    fn turn_back(&self) {
        if let Some(window) = &mut self.state().window {
            window.turn_back();
        }
        self.moved.notify_waiters();
        self.turned_back.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long the n-th hold in a row lasts that the service gave no length.
fn unguided_pause(n: u32) -> Duration {
    Duration::from_secs(1 << n.saturating_sub(1).min(6)).min(LONGEST_HOLD)
}

enum NotYet {
    Full(Full),
    Held,
}

#[cfg(test)]
mod tests;
