//! What turns go by, behind one lock: where they come from, what slows them down, and who waits for one.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::hold::LONGEST_HOLD;
use super::permits::Permits;
use super::slots::Slots;
use super::supply::News;
use super::throttle::Throttle;
use super::window::Window;
use crate::model::{PerHour, Throttled};

/// Where turns come from.
#[derive(Debug)]
pub(super) enum Turns {
    /// This process alone keeps the rate.
    Own(Slots),
    /// Runs share it.
    Shared(Box<Permits>),
}

/// What turns go by.
#[derive(Debug)]
pub(super) struct State {
    pub turns: Turns,
    pub throttle: Throttle,
    /// What the service says is left of its quota: the gap that it leaves between attempts, until then.
    pub quota: Option<(Duration, Instant)>,
    pub window: Option<Window>,
    pub held_until: Option<Instant>,
    /// How many holds in a row were given no length by the service.
    pub unguided: u32,
    /// Counts holds: who took a slot before one has to take another.
    pub holds: u64,
    /// How many wait for their turn.
    pub waiting: usize,
    /// What there is to tell of a shared rate.
    pub news: VecDeque<News>,
}

impl State {
    /// The gap between attempts where the service has refused more.
    pub fn throttled_gap(&mut self, now: Instant) -> Option<Duration> {
        let pace = self.throttle.pace(now);
        pace.map(|pace| Duration::try_from_secs_f64(1.0 / pace).unwrap_or(LONGEST_HOLD))
    }

    /// The gap that makes a quota last, and until when.
    pub fn quota_gap(&mut self, now: Instant) -> Option<(Duration, Instant)> {
        self.quota = self.quota.filter(|(_, until)| *until > now);
        self.quota
    }

    /// The gap between attempts where the pace has to stay below the rate; and when a quota is renewed for the sake of which
    /// it does.
    pub fn gap(&mut self, now: Instant) -> (Option<Duration>, Option<Instant>) {
        let gap = self.throttled_gap(now);
        match self.quota_gap(now) {
            Some((of_quota, until)) if gap.is_none_or(|gap| gap < of_quota) => {
                (Some(of_quota), Some(until))
            }
            _ => (gap, None),
        }
    }

    /// The pace below the rate, where the service has refused more, and the limit that is behind it.
    pub fn throttled(&mut self, now: Instant) -> Option<Throttled> {
        let pace = PerHour::of(self.throttle.pace(now)?);
        // Where others call, too, what this process has met says little of what all may do.
        let is_shared = matches!(self.turns, Turns::Shared(_));
        let found = self.throttle.found().filter(|_| !is_shared);
        let limit = found.map(PerHour::of);
        Some(Throttled { pace, limit })
    }
}
