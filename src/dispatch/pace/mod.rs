//! When an attempt may leave (contract, section 4).
//!
//! `slots` spaces the attempts, or `permits` does where runs share a rate, which `supply` fetches; `throttle` says how far below the rate they have to stay, and `window` has the last word, whatever the timers, the burst and the connections
//! do.

mod clocks;
mod departure;
mod hold;
mod permits;
mod slots;
mod supply;
mod throttle;
mod window;

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use self::departure::Leave;
use self::hold::LONGEST_HOLD;
use self::permits::{Permit, Permits};
use self::slots::{Limit, Slots};
use self::throttle::Throttle;
use self::window::{Full, Window};
use crate::model::{PerHour, Rate, Throttled};

pub use self::departure::{Departure, HoldNumber};
pub use self::hold::{Hold, Refusal, unguided_pause};
pub use self::supply::{LONGEST_PAUSE, News, Sharing};

/// Decides when attempts leave, for all workers.
#[derive(Debug)]
pub struct Pace {
    start: Instant,
    limit: Option<Limit>,
    /// Where the rate is shared.
    sharing: Option<Sharing>,
    state: Mutex<State>,
    /// Tells that an attempt which was let through has left, or turned back.
    moved: Notify,
    /// Tells that one has turned back.
    turned_back: Notify,
    /// Tells that a hold has come.
    recalled: Notify,
    /// Tells that there are permits, or that they hold.
    supplied: Notify,
    /// Tells whoever fetches permits that some are needed, or that there is something to say.
    changed: Notify,
    /// Tells that there is news of a shared rate.
    is_told: Notify,
}

/// Where turns come from.
#[derive(Debug)]
enum Turns {
    /// This process alone keeps the rate.
    Own(Slots),
    /// Runs share it.
    Shared(Box<Permits>),
}

#[derive(Debug)]
struct State {
    turns: Turns,
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
    /// What there is to tell of a shared rate.
    news: VecDeque<News>,
}

impl State {
    /// The gap between attempts where the service has refused more.
    fn throttled_gap(&mut self, now: Instant) -> Option<Duration> {
        let pace = self.throttle.pace(now);
        pace.map(|pace| Duration::try_from_secs_f64(1.0 / pace).unwrap_or(LONGEST_HOLD))
    }

    /// The gap that makes a quota last, and until when.
    fn quota_gap(&mut self, now: Instant) -> Option<(Duration, Instant)> {
        self.quota = self.quota.filter(|(_, until)| *until > now);
        self.quota
    }

    /// The gap between attempts where the pace has to stay below the rate; and when a quota is renewed for the sake of which
    /// it does.
    fn gap(&mut self, now: Instant) -> (Option<Duration>, Option<Instant>) {
        let gap = self.throttled_gap(now);
        match self.quota_gap(now) {
            Some((of_quota, until)) if gap.is_none_or(|gap| gap < of_quota) => {
                (Some(of_quota), Some(until))
            }
            _ => (gap, None),
        }
    }

    fn throttled(&mut self, now: Instant) -> Option<Throttled> {
        let pace = PerHour::of(self.throttle.pace(now)?);
        // Where others call, too, what this process has met says little of what all may do.
        let is_shared = matches!(self.turns, Turns::Shared(_));
        let found = self.throttle.found().filter(|_| !is_shared);
        let limit = found.map(PerHour::of);
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
    /// The pace of a run: shared where there is a rate and somebody to share it with, else its own.
    pub fn of_run(
        rate: Option<Rate>,
        burst: NonZeroU32,
        sharing: Option<Sharing>,
        before: &Before,
    ) -> Arc<Self> {
        match (rate, sharing) {
            (Some(rate), Some(sharing)) => Self::shared(rate, sharing, before),
            (rate, _) => Self::new(rate, burst, before),
        }
    }

    /// A pace of at most `rate`, of which `burst` attempts may leave together; without limit where no rate is
    /// given. It starts with the burst spent: one attempt may leave as soon as what went `before` leaves room.
    pub fn new(rate: Option<Rate>, burst: NonZeroU32, before: &Before) -> Arc<Self> {
        let limit = rate.map(|rate| Limit::new(rate, burst));
        Self::of(rate, limit, None, before)
    }

    /// A pace at which all who share `rate` have no more of it together. Nothing leaves unless [`Pace::supply`] is awaited
    /// meanwhile.
    pub fn shared(rate: Rate, sharing: Sharing, before: &Before) -> Arc<Self> {
        let limit = Limit::new(rate, NonZeroU32::MIN);
        Self::of(Some(rate), Some(limit), Some(sharing), before)
    }

    fn of(
        rate: Option<Rate>,
        limit: Option<Limit>,
        sharing: Option<Sharing>,
        before: &Before,
    ) -> Arc<Self> {
        let start = Instant::now();
        let window = |limit: Limit| {
            let most = limit.attempts.get() as usize;
            Window::new(most, limit.guarded, &before.departures, start)
        };
        let window = limit.map(window);
        let room = window.as_ref().map_or(start, |window| window.room(start));
        let held_until = (!before.held.is_zero()).then(|| start + before.held);
        let from = held_until.map_or(room, |until| until.max(room));
        let turns = match (&sharing, limit) {
            (Some(_), Some(limit)) => Turns::Shared(Box::new(Permits::new(limit, start))),
            _ => Turns::Own(Slots::new(limit, from - start)),
        };
        let state = State {
            turns,
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
            news: VecDeque::new(),
        };
        Arc::new(Self {
            start,
            limit,
            sharing,
            state: Mutex::new(state),
            moved: Notify::new(),
            turned_back: Notify::new(),
            recalled: Notify::new(),
            supplied: Notify::new(),
            changed: Notify::new(),
            is_told: Notify::new(),
        })
    }

    /// Waits until an attempt may leave.
    pub async fn depart(self: &Arc<Self>) -> Departure {
        let _waiting = Waiting::at(self);
        loop {
            let (recalled, supplied) = (self.recalled.notified(), self.supplied.notified());
            let Some(Slot {
                at,
                waits,
                hold,
                permit,
            }) = self.take_slot()
            else {
                let _lacking = Lacking::at(self);
                tokio::select! {
                    () = recalled => {}
                    () = supplied => {}
                }
                continue;
            };
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
                let (recalled, supplied) = (self.recalled.notified(), self.supplied.notified());
                match self.let_through(hold, permit) {
                    Ok(departure) => return departure,
                    Err(NotYet::Full(Full::OfThoseLeaving)) => moved.await,
                    Err(NotYet::Full(Full::Until(free))) => tokio::select! {
                        biased;
                        () = sleep_until(free) => {}
                        () = turned_back => {}
                    },
                    Err(NotYet::Unconfirmed(until)) => tokio::select! {
                        biased;
                        () = recalled => {}
                        () = supplied => {}
                        () = sleep_until(until) => break,
                    },
                    Err(NotYet::Held | NotYet::Late) => break,
                }
            }
        }
    }

    /// How many attempts wait for their turn.
    pub fn waiting(&self) -> usize {
        self.state().waiting
    }

    /// The next free slot; none where there is no permit.
    fn take_slot(&self) -> Option<Slot> {
        let mut state = self.state();
        let now = Instant::now();
        let hold = HoldNumber(state.holds);
        let from = state.held_until.map_or(now, |until| until.max(now));
        let (gap, renewed) = state.gap(now);
        let (at, permit) = match &mut state.turns {
            Turns::Own(slots) => {
                let renewed = renewed.map(|at| at - self.start);
                let at = self.start + slots.next(from - self.start, gap, renewed);
                (at, None)
            }
            Turns::Shared(permits) => {
                let permit = permits.take(now)?;
                (permit.at, Some(permit))
            }
        };
        Some(Slot {
            at,
            waits: at > now,
            hold,
            permit,
        })
    }

    /// Lets an attempt through, if its permit is good where it needs one, the window has room, and no hold has come.
    fn let_through(
        self: &Arc<Self>,
        hold: HoldNumber,
        permit: Option<Permit>,
    ) -> Result<Departure, NotYet> {
        let mut state = self.state();
        if hold.0 != state.holds {
            return Err(NotYet::Held);
        }
        let now = Instant::now();
        if let (Some(permit), Turns::Shared(permits)) = (permit, &state.turns) {
            if now > permit.let_through_by {
                return Err(NotYet::Late);
            }
            if !permits.are_relied_on(now) {
                return Err(NotYet::Unconfirmed(permit.let_through_by));
            }
        }
        if let Some(window) = &mut state.window {
            window.enter(now).map_err(NotYet::Full)?;
        }
        let (pace, left) = (Arc::clone(self), OnceLock::new());
        Ok(Departure(Arc::new(Leave {
            pace,
            let_through: now,
            hold,
            good_until: permit.map(|permit| permit.until),
            left,
        })))
    }

    /// One has left that was to leave by `good_until`, where runs share a rate.
    fn left(&self, good_until: Option<Instant>) -> Instant {
        let now = Instant::now();
        let mut state = self.state();
        if let Some(window) = &mut state.window {
            window.leave(now);
        }
        if let Turns::Shared(permits) = &mut state.turns
            && good_until.is_some_and(|until| until < now)
        {
            permits.owe();
            self.changed.notify_one();
        }
        drop(state);
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
    /// The permit that it is, where runs share a rate.
    permit: Option<Permit>,
}

enum NotYet {
    Full(Full),
    Held,
    /// Its permit is not good any more.
    Late,
    /// It is not known whether its permit, which is good until then, holds.
    Unconfirmed(Instant),
}

/// One that has no permit.
struct Lacking<'a>(&'a Pace);

impl<'a> Lacking<'a> {
    fn at(pace: &'a Pace) -> Self {
        if let Turns::Shared(permits) = &mut pace.state().turns
            && permits.lack()
        {
            pace.changed.notify_one();
        }
        Self(pace)
    }
}

impl Drop for Lacking<'_> {
    fn drop(&mut self) {
        if let Turns::Shared(permits) = &mut self.0.state().turns {
            permits.lack_no_more();
        }
    }
}

#[cfg(test)]
mod shared_tests;
#[cfg(test)]
mod tests;
