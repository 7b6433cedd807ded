//! The first calls go alone, and the others only if somebody who has seen what became of them says so.

use std::sync::Arc;

use tokio::time::{MissedTickBehavior, interval};

use super::{Bounds, LOOK_EVERY, Pool};
use crate::dispatch::supply::Supply;
use crate::model::Event;
use crate::service::Sender;

/// The calls that go first.
#[derive(Debug)]
pub(super) struct Canary {
    calls: u64,
    ended: u64,
    /// How many may be made after them.
    others: u64,
}

impl Canary {
    /// Where no more calls may be made than go first, none come after them.
    pub(super) fn of(bounds: Bounds) -> Option<Self> {
        let limit = bounds.limit.unwrap_or(u64::MAX);
        let calls = bounds.canary?.min(limit);
        Some(Self {
            calls,
            ended: 0,
            others: limit - calls,
        })
    }

    /// How many there are.
    pub(super) fn calls(&self) -> u64 {
        self.calls
    }

    /// One more has ended.
    pub(super) fn ended(&mut self) {
        self.ended += 1;
    }
}

impl<S: Sender, I: Supply> Pool<S, I> {
    /// Whether the calls that go first have shown what they can: most have ended, and those that are left have all been put
    /// back, so that only answers to others could tell what is wrong with them.
    pub(super) fn has_tried_canary(&mut self) -> bool {
        let most_ended = |canary: &Canary| canary.ended * 2 > canary.calls;
        self.canary.as_ref().is_some_and(most_ended) && self.queue.has_tried_all()
    }

    /// Asks whether to go on, where there are others. How many may be made then.
    pub(super) async fn go_on(&mut self) -> Option<u64> {
        let canary = self.canary.take().filter(|_| !self.must_end())?;
        if self.queue.has_others() {
            let may_go_on = self.is_told_to(&canary).await;
            if !may_go_on || canary.others == 0 {
                return None;
            }
            let over = self.crew.breaker.rested();
            self.crew.up(over).await;
        }
        Some(canary.others)
    }

    /// Waits for the answer, and keeps looking at the clocks: a person may take their time.
    async fn is_told_to(&mut self, canary: &Canary) -> bool {
        let crew = Arc::clone(&self.crew);
        let answer = crew.record(Event::CanaryEnded {
            calls: canary.calls,
            others_follow: canary.others > 0,
        });
        tokio::pin!(answer);
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                answer = &mut answer => return answer,
                _ = look.tick() => self.look().await,
            }
        }
    }
}
