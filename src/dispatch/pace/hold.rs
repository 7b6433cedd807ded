//! What answers do to the pace: they hold it, lower it, or leave it as it is.

use std::ops::RangeInclusive;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::slots::Slots;
use super::state::{State, Turns};
use super::turn::Waiting;
use super::{HoldNumber, Pace};
use crate::model::{Pause, Throttled};
use crate::service::Quota;

/// The longest hold after a 429 that does not say how long.
pub(super) const LONGEST_HOLD: Duration = Duration::from_secs(60);

/// A quota that is renewed after so long is spread over that time. Where it is renewed sooner, the whole seconds in which that
/// is told say too little; where later, a list may have come to its end by then.
const QUOTAS: RangeInclusive<Duration> = Duration::from_secs(10)..=Duration::from_secs(120);

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

impl Pace {
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
            Pause::Unavailable | Pause::Quota | Pause::Elsewhere => {
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
        self.start_over(&mut state, until);
        if let Turns::Shared(permits) = &mut state.turns {
            permits.tell_hold(until);
            self.changed.notify_one();
        }
        let is_longer = before.is_none_or(|held| until - held >= Duration::from_secs(1));
        let throttled = is_lower.then(|| state.throttled(now)).flatten();
        (is_first || is_longer).then_some(Hold { pause, throttled })
    }

    /// Voids slots that were given out at a pace that was far too fast.
    fn slow_down(&self, state: &mut State, now: Instant) -> Option<Hold> {
        let until = state.held_until.map_or(now, |until| until.max(now));
        state.holds += 1;
        self.recalled.notify_waiters();
        self.start_over(state, until);
        let (pause, throttled) = (until - now, state.throttled(now));
        Some(Hold { pause, throttled })
    }

    /// Voids all slots that were given out: new ones begin then.
    fn start_over(&self, state: &mut State, from: Instant) {
        match &mut state.turns {
            Turns::Own(slots) => *slots = Slots::new(self.limit, from - self.start),
            Turns::Shared(permits) => {
                permits.void();
            }
        }
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

    /// The machine was asleep for so long, which timers know nothing of: a hold has gone on meanwhile.
    pub fn woken(&self, asleep: Duration) {
        let mut state = self.state();
        let now = Instant::now();
        if let Some(until) = state.held_until.filter(|until| *until > now) {
            state.held_until = Some(until.checked_sub(asleep).map_or(now, |at| at.max(now)));
        }
        let from = state.held_until.map_or(now, |until| until.max(now));
        self.start_over(&mut state, from);
        let held_until = state.held_until;
        if let Turns::Shared(permits) = &mut state.turns {
            permits.hold_no_longer(held_until);
        }
        // Slots that were taken before are void.
        state.holds += 1;
        self.recalled.notify_waiters();
    }
}

/// How long the n-th hold in a row lasts that the service gave no length.
pub fn unguided_pause(n: u32) -> Duration {
    Duration::from_secs(1 << n.saturating_sub(1).min(6)).min(LONGEST_HOLD)
}
