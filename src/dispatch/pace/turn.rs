//! How an attempt gets its turn: it takes a slot or a permit, waits for it, and is let through where the window has room;
//! then it leaves, or turns back.

use std::sync::{Arc, OnceLock};

use tokio::time::{Instant, sleep_until};

use super::Pace;
use super::departure::{Departure, HoldNumber, Leave};
use super::permits::Permit;
use super::state::Turns;
use super::window::Full;

/// One that waits for its turn.
pub(super) struct Waiting<'a>(&'a Pace);

impl<'a> Waiting<'a> {
    pub fn at(pace: &'a Pace) -> Self {
        pace.state().waiting += 1;
        Self(pace)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.state().waiting -= 1;
    }
}

impl Pace {
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
    pub(super) fn left(&self, good_until: Option<Instant>) -> Instant {
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

    pub(super) fn turn_back(&self) {
        if let Some(window) = &mut self.state().window {
            window.turn_back();
        }
        self.moved.notify_waiters();
        self.turned_back.notify_waiters();
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
