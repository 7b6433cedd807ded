//! What all workers share.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::backoff::RetryPolicy;
use super::breaker::Breaker;
use super::pace::Pace;
use super::stop::Stop;
use crate::model::{Event, Moment};

/// An event on its way to the job, and whom to tell that what it says is written.
#[derive(Debug)]
pub struct Told {
    /// What happened.
    pub event: Event,
    /// Waits for the record of a finished call to be written.
    pub written: Option<oneshot::Sender<()>>,
}

/// What tells the time.
#[derive(Debug, Clone, Copy)]
pub struct Clocks {
    /// The time of day.
    pub now: fn() -> Moment,
    /// For how long the machine was asleep since it was started.
    pub asleep: fn() -> Duration,
}

/// What all workers share.
#[derive(Debug)]
pub struct Crew<S> {
    /// Sends attempts.
    pub sender: S,
    /// Says when they may leave.
    pub pace: Arc<Pace>,
    /// Says whether the service answers at all.
    pub breaker: Breaker,
    /// Says how often and when they are repeated.
    pub retries: RetryPolicy,
    /// Says when to end.
    pub stop: Stop,
    /// Takes what happens to the job.
    pub events: mpsc::Sender<Told>,
    /// What tells the time.
    pub clocks: Clocks,
}

impl<S> Crew<S> {
    /// Tells the job what happened.
    pub(super) async fn tell(&self, event: Event) {
        let written = None;
        // Where the job no longer listens, it has its reason, and the call ends unfinished.
        let _unheard = self.events.send(Told { event, written }).await;
    }

    /// Tells the job how a call ended, and waits until that is written. False where it can't be, which ends the run.
    pub(super) async fn record(&self, event: Event) -> bool {
        let (written, when_written) = oneshot::channel();
        let written = Some(written);
        self.events.send(Told { event, written }).await.is_ok() && when_written.await.is_ok()
    }

    /// Starts afresh where the process was still for a while: what is known of the service is old, and what it has asked to
    /// wait for has passed meanwhile.
    pub(super) async fn wake_up(&self) {
        let Some((woken, over)) = self.breaker.look((self.clocks.asleep)()) else {
            return;
        };
        self.pace.woken(woken.unnoticed);
        self.pace.rested(over.unwrap_or_default());
        let after = woken.after;
        self.tell(Event::Woken { after }).await;
    }

    /// Tells that the service answers again, where it did not before.
    pub(super) async fn up(&self, after: Option<Duration>) {
        if let Some(after) = after {
            self.pace.rested(after);
            self.tell(Event::Up { after }).await;
        }
    }

    /// The time of day at an instant of the past.
    pub(super) fn moment(&self, at: Instant) -> Moment {
        let ago = i64::try_from(at.elapsed().as_millis()).unwrap_or(i64::MAX);
        Moment((self.clocks.now)().0.saturating_sub(ago))
    }
}
