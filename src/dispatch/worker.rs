//! One call's life: pace, send, classify, back off, again.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep};

use super::backoff::RetryPolicy;
use super::pace::{Departure, HoldNumber, Pace};
use super::stop::Stop;
use crate::model::{
    Bearing, Call, CallRecord, Event, Met, Moment, Outcome, OutcomeKind, Outcomes, StopReason,
};
use crate::service::{Leaving, Reply, Sender, Verdict, classify};

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

/// How a worker left its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// It ended, and its record is written.
    Ended(Bearing),
    /// The run ends before it.
    Unfinished,
}

/// A call on its way.
struct Work<S> {
    crew: Arc<Crew<S>>,
    call: Call,
    /// Attempts sent.
    sent: u32,
    /// Attempts used up: those that were not answered 429.
    used: u32,
    /// The ending of the last attempt that may have been applied.
    doubt: Option<Outcome>,
    /// Whether what the last attempt was sent with has been renewed since.
    renewed: bool,
}

/// What to do next.
enum Next {
    Again,
    Leave(Left),
}

/// Makes one call, whatever it takes.
pub async fn work<S: Sender>(crew: Arc<Crew<S>>, call: Call) -> Left {
    let mut work = Work {
        crew,
        call,
        sent: 0,
        used: 0,
        doubt: None,
        renewed: false,
    };
    loop {
        let Some((hold, reply)) = work.attempt().await else {
            return work.give_up().await;
        };
        if let Next::Leave(left) = work.take(hold, &reply).await {
            return left;
        }
    }
}

impl<S: Sender> Work<S> {
    /// Waits for its turn and sends an attempt. None where the run ends before there is a reply.
    async fn attempt(&mut self) -> Option<(HoldNumber, Reply)> {
        loop {
            tokio::select! {
                biased;
                () = self.crew.stop.wanted() => return None,
                ready = self.crew.sender.ready() => if let Err(reply) = ready {
                    self.attempted(Duration::ZERO, reply.met()).await;
                    return Some((self.crew.pace.latest_hold(), reply));
                },
            }
            let departure = tokio::select! {
                biased;
                () = self.crew.stop.wanted() => return None,
                departure = self.crew.pace.depart() => departure,
            };
            let reply = self.send(&departure).await;
            if reply.is_none() && !departure.has_left() {
                // Called back before it left: by a stop for good, by a hold until that is over.
                continue;
            }
            let met = reply.as_ref().map_or(Met::CutOff, Reply::met);
            if matches!(met, Met::Answer(_)) {
                // What was answered has left, also where the connection did not ask for all of it.
                departure.leave();
            }
            self.attempted(Instant::now() - departure.at(), met).await;
            // What has not left by now never will: its place in the window is free for others.
            return reply.map(|reply| (departure.hold(), reply));
        }
    }

    /// Counts an attempt.
    async fn attempted(&mut self, latency: Duration, met: Met) {
        self.sent += 1;
        let (user, attempt) = (self.call.user, self.sent);
        self.tell(Event::Attempted {
            user,
            attempt,
            latency,
            met,
        })
        .await;
    }

    /// Sends an attempt. None where it was called back before it left, or cut off after.
    async fn send(&self, departure: &Departure) -> Option<Reply> {
        let stop = &self.crew.stop;
        let mut sending = pin!(self.crew.sender.send(&self.call, departure.clone()));
        tokio::select! {
            reply = &mut sending => return Some(reply),
            () = stop.wanted() => {}
            () = departure.recalled() => {}
        }
        if !departure.has_left() {
            return None;
        }
        tokio::select! {
            reply = sending => Some(reply),
            () = stop.cut() => None,
        }
    }

    /// Does what the reply asks for.
    async fn take(&mut self, hold: HoldNumber, reply: &Reply) -> Next {
        let too_long = self.hold(hold, reply).await;
        let status = reply.status();
        let renewed = std::mem::replace(&mut self.renewed, status == Some(401));
        let verdict = classify(reply, &self.call);
        match (verdict, too_long) {
            (Verdict::Stop(StopReason::Unauthorized(_)), None)
                if !renewed && self.crew.sender.renews() =>
            {
                self.with_another_token().await
            }
            (Verdict::Done { outcomes, suspect }, too_long) => {
                if let Some(reason) = too_long {
                    self.tell(Event::Stopping(reason)).await;
                }
                let bearing = if suspect {
                    Bearing::Suspect
                } else {
                    Bearing::Clears
                };
                self.end(self.unless_doubtful(outcomes), status, bearing)
                    .await
            }
            (Verdict::Stop(reason), _) | (_, Some(reason)) => self.stop(reason).await,
            (Verdict::Throttled, None) => Next::Again,
            (Verdict::Retry { ending }, None) => self.try_again(ending, status).await,
        }
    }

    /// Repeats an attempt whose token was refused: it uses up none.
    async fn with_another_token(&self) -> Next {
        let why = Outcome::new(OutcomeKind::Failed, "HTTP_401", "the token was refused");
        self.retrying(why, Duration::ZERO).await;
        Next::Again
    }

    /// Holds everyone, this call included, where the answer asks for it. Returns a reason to stop where it asks
    /// for more than a run waits.
    async fn hold(&self, hold: HoldNumber, reply: &Reply) -> Option<StopReason> {
        let Some((why, after)) = reply.asks_to_wait() else {
            if reply.status().is_some() {
                self.crew.pace.accepted(hold);
            }
            return None;
        };
        if let Some(after) = after.filter(|after| *after > self.crew.retries.max_hold) {
            return Some(StopReason::AskedToWait(after));
        }
        if let Some(pause) = self.crew.pace.refused(hold, after) {
            self.tell(Event::Held { why, pause }).await;
        }
        None
    }

    /// Backs off, or ends the call where its attempts are used up.
    async fn try_again(&mut self, ending: Outcome, status: Option<u16>) -> Next {
        if ending.kind == OutcomeKind::Unconfirmed {
            self.doubt = Some(ending.clone());
        }
        self.used += 1;
        let Some(delay) = self.crew.retries.pause(self.used, fastrand::f64()) else {
            let outcomes = self.unless_doubtful(Outcomes::All(ending));
            return self.end(outcomes, status, Bearing::Neither).await;
        };
        self.retrying(ending, delay).await;
        tokio::select! {
            () = sleep(delay) => Next::Again,
            () = self.crew.stop.wanted() => Next::Leave(self.give_up().await),
        }
    }

    async fn retrying(&self, why: Outcome, delay: Duration) {
        let (user, attempt) = (self.call.user, self.sent);
        self.tell(Event::Retrying {
            user,
            attempt,
            why,
            delay,
        })
        .await;
    }

    /// A failure is only sure where no attempt may have been applied (contract, section 3).
    fn unless_doubtful(&self, outcomes: Outcomes) -> Outcomes {
        match (&outcomes, &self.doubt) {
            (Outcomes::All(last), Some(doubt))
                if last.kind == OutcomeKind::Failed && &*last.code != "8015" =>
            {
                let message = format!(
                    "{}; the last attempt: {}, {}",
                    doubt.message, last.code, last.message
                );
                Outcomes::All(Outcome::new(
                    OutcomeKind::Unconfirmed,
                    doubt.code.clone(),
                    message,
                ))
            }
            _ => outcomes,
        }
    }

    async fn end(&self, outcomes: Outcomes, status: Option<u16>, bearing: Bearing) -> Next {
        let (user, attempts, at) = (self.call.user.get(), self.sent, (self.crew.now)());
        let record = CallRecord {
            user,
            outcomes,
            status,
            attempts,
            at,
        };
        let (written, when_written) = oneshot::channel();
        let event = Event::Finished {
            call: self.call.clone(),
            record,
            bearing,
        };
        if self
            .crew
            .events
            .send(Told {
                event,
                written: Some(written),
            })
            .await
            .is_err()
            || when_written.await.is_err()
        {
            // The job could not write it, and ends the run.
            return Next::Leave(Left::Unfinished);
        }
        Next::Leave(Left::Ended(bearing))
    }

    async fn stop(&self, reason: StopReason) -> Next {
        self.tell(Event::Stopping(reason)).await;
        Next::Leave(self.give_up().await)
    }

    async fn give_up(&self) -> Left {
        if self.sent > 0 {
            self.tell(Event::Unfinished {
                user: self.call.user,
                attempts: self.sent,
            })
            .await;
        }
        Left::Unfinished
    }

    async fn tell(&self, event: Event) {
        // Where the job no longer listens, it has its reason, and this call ends unfinished.
        let _unheard = self
            .crew
            .events
            .send(Told {
                event,
                written: None,
            })
            .await;
    }
}
