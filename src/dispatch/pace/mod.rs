//! When an attempt may leave (contract, section 4).
//!
//! `slots` spaces the attempts, `throttle` says how far below the rate they have to stay, and `window` has the last word, whatever the timers, the burst and the connections
//! do.

mod departure;
mod hold;
mod slots;
mod throttle;
mod window;

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use self::departure::Leave;
use self::hold::LONGEST_HOLD;
use self::slots::{Limit, Slots};
use self::throttle::Throttle;
use self::window::{Full, Window};
use crate::model::{PerHour, Rate, Throttled};

pub use self::departure::{Departure, HoldNumber};
pub use self::hold::{Hold, Refusal, unguided_pause};

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
        let pace = PerHour::of(self.throttle.pace(now)?);
        let limit = self.throttle.found().map(PerHour::of);
        Some(Throttled { pace, limit })
    }
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
            let Slot { at, waits, hold } = self.take_slot();
            // A timer is late by up to a millisecond: who needs not wait has none.
            if waits {
                tokio::select! {
                    biased;
                    // Slots from before a hold are void: all take new ones and leave one by one.
                    () = recalled => continue,
                    () = sleep_until(at) => {}
                }
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

    /// How many attempts wait for their turn.
    pub fn waiting(&self) -> usize {
        self.state().waiting
    }

    /// The next free slot.
    fn take_slot(&self) -> Slot {
        let mut state = self.state();
        let now = Instant::now();
        let from = state.held_until.map_or(now, |until| until.max(now));
        let (gap, renewed) = state.gap(now);
        let renewed = renewed.map(|at| at - self.start);
        let at = self.start + state.slots.next(from - self.start, gap, renewed);
        Slot {
            at,
            waits: at > now,
            hold: HoldNumber(state.holds),
        }
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

/// When an attempt may leave.
struct Slot {
    at: Instant,
    /// Whether that is still to come.
    waits: bool,
    /// Which hold it comes after.
    hold: HoldNumber,
}

enum NotYet {
    Full(Full),
    Held,
}

#[cfg(test)]
mod tests;
