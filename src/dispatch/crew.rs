//! What all workers share.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::backoff::RetryPolicy;
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

/// What all workers share.
#[derive(Debug)]
pub struct Crew<S> {
    /// Sends attempts.
    pub sender: S,
    /// Says when they may leave.
    pub pace: Arc<Pace>,
    /// Says how often and when they are repeated.
    pub retries: RetryPolicy,
    /// Says when to end.
    pub stop: Stop,
    /// Takes what happens to the job.
    pub events: mpsc::Sender<Told>,
    /// The time of day.
    pub now: fn() -> Moment,
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
}
