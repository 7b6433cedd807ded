//! What the pool does while the service is down: it probes, and its patience ends.

use std::time::Duration;

use tokio::time::Instant;

use super::Pool;
use crate::dispatch::supply::Supply;
use crate::model::{Event, Moment, StopReason};
use crate::service::Sender;

/// How much longer calls are tried that were all put back, so that nothing can tell an outage from a fault of theirs
/// (contract, section 4).
const GRACE: Duration = Duration::from_secs(120);

/// The probe of an outage.
#[derive(Debug, Default)]
pub(super) struct Probe {
    /// How many there were.
    pub sent: u32,
    /// When the next is due.
    pub at: Option<Instant>,
    pub is_on_its_way: bool,
}

/// What the pool waits for, when nothing else happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    Probe,
    /// An outage has lasted as long as a run waits.
    EndOfPatience,
    /// Calls that were all put back had their time.
    EndOfGrace,
}

impl<S: Sender, I: Supply> Pool<S, I> {
    /// Looks how it stands with an outage: when the next probe is due, and since when all were put back.
    pub(super) async fn see_to_the_outage(&mut self) {
        let is_down = self.crew.breaker.is_open() && !self.is_over;
        match (is_down, self.crew.breaker.down_since()) {
            (true, Some(since)) => {
                if self.probe.at.is_none() && !self.probe.is_on_its_way && !self.must_end() {
                    self.probe.sent += 1;
                    let next = self
                        .crew
                        .retries
                        .probe_pause(self.probe.sent, fastrand::f64());
                    self.probe.at = Some(Instant::now() + next);
                    let since = self.crew.moment(since);
                    let probe = self.probe.sent;
                    let why = self.crew.breaker.why();
                    let down = Event::Down {
                        since,
                        why,
                        next,
                        probe,
                    };
                    self.crew.tell(down).await;
                }
            }
            _ => {
                if std::mem::take(&mut self.probe.sent) > 0 {
                    self.queue.start_afresh();
                }
                self.probe.at = None;
            }
        }
        if !self.queue.were_all_put_back() {
            self.all_put_back = None;
        } else if self.all_put_back.is_none() {
            self.all_put_back = Some(Instant::now());
        }
    }

    /// What is due first, and when.
    pub(super) fn due(&self) -> Option<(Instant, Due)> {
        if self.must_end() || self.is_over {
            return None;
        }
        let probe = self.probe.at.map(|at| (at, Due::Probe));
        let since = self.crew.breaker.down_since();
        let patience = since.and_then(|since| since.checked_add(self.crew.retries.max_outage));
        let patience = patience.map(|at| (at, Due::EndOfPatience));
        let grace = since
            .zip(self.all_put_back)
            .filter(|_| self.crew.breaker.has_answered());
        let grace = grace.map(|(since, put_back)| (since.max(put_back) + GRACE, Due::EndOfGrace));
        [probe, patience, grace]
            .into_iter()
            .flatten()
            .min_by_key(|(at, _)| *at)
    }

    pub(super) async fn do_what_is_due(&mut self, due: Due) {
        match due {
            Due::Probe => {
                self.probe.at = None;
                if !self.crew.breaker.is_open() {
                    return;
                }
                if let Some(job) = self.queue.next_probe() {
                    self.probe.is_on_its_way = true;
                    self.spawn(job, true);
                }
            }
            Due::EndOfPatience if !self.may_fail_all() => {
                let (since, why) = (self.down_since(), self.crew.breaker.why());
                self.stop(StopReason::Outage { since, why }).await;
            }
            Due::EndOfPatience | Due::EndOfGrace => self.fail_all().await,
        }
    }

    /// The time of day since when nothing is answered.
    fn down_since(&self) -> Moment {
        let since = self.crew.breaker.down_since();
        self.crew.moment(since.unwrap_or_else(Instant::now))
    }

    /// Whether what is left may be at fault, and not the service: it has answered others.
    fn may_fail_all(&self) -> bool {
        self.all_put_back.is_some() && self.crew.breaker.has_answered()
    }

    /// Ends all calls that are left, each by what it met last.
    async fn fail_all(&mut self) {
        self.is_over = true;
        let since = self.down_since();
        let calls = (self.queue.waiting() + self.workers.busy()) as u64;
        self.crew.tell(Event::GivenUp { calls, since }).await;
        self.crew.breaker.give_up();
        while let Some(job) = self.queue.next_waiting() {
            self.queue.came_back(job.kind());
            self.keep(job).await;
        }
    }
}
