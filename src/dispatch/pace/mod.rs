//! When an attempt may leave (contract, section 4).
//!
//! A `turn` is a slot or a permit, and a place in the window: `slots` spaces the attempts, or `permits` does where runs share a
//! rate, which `supply` fetches; `throttle` says how far below the rate they have to stay, `hold` how long all wait, and `window`
//! has the last word, whatever the timers, the burst and the connections do. What they go by is in `state`.

mod clocks;
mod departure;
mod hold;
mod permits;
mod slots;
mod state;
mod supply;
mod throttle;
mod turn;
mod window;

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use self::permits::Permits;
use self::slots::{Limit, Slots};
use self::state::{State, Turns};
use self::throttle::Throttle;
use self::window::Window;
use crate::model::{PerHour, Rate};

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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod shared_tests;
#[cfg(test)]
mod tests;
