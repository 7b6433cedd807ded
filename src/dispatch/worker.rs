//! One call's life: pace, send, classify, back off, again.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::attempt::Attempts;
use super::crew::Crew;
use super::pace::HoldNumber;
use crate::model::{Bearing, Call, CallRecord, Event, Outcome, OutcomeKind, Outcomes, StopReason};
use crate::service::{Reply, Sender, Verdict, classify};

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
    attempts: Attempts<S>,
    /// Attempts used up: those that were not answered 429.
    used: u32,
    /// The ending of the last attempt that may have been applied.
    doubt: Option<Outcome>,
    /// Whether what an attempt was sent with was refused, and renewed.
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
        attempts: Attempts::of(call, Arc::clone(&crew)),
        crew,
        used: 0,
        doubt: None,
        renewed: false,
    };
    loop {
        let Some((hold, reply)) = work.attempts.next().await else {
            return work.give_up().await;
        };
        if let Next::Leave(left) = work.take(hold, &reply).await {
            return left;
        }
    }
}

impl<S: Sender> Work<S> {
    /// Does what the reply asks for.
    async fn take(&mut self, hold: HoldNumber, reply: &Reply) -> Next {
        let too_long = self.hold(hold, reply).await;
        let status = reply.status();
        let renewed = self.renewed;
        self.renewed |= status == Some(401);
        let discreet = |text| self.crew.sender.discreet(text);
        let verdict = classify(reply, self.attempts.call(), &discreet);
        match (verdict, too_long) {
            (Verdict::Stop(StopReason::Unauthorized(_)), None)
                if !renewed && self.crew.sender.renews() =>
            {
                self.with_another_token().await
            }
            (Verdict::Done { outcomes, suspect }, too_long) => {
                if let Some(reason) = too_long {
                    self.crew.tell(Event::Stopping(reason)).await;
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
            self.crew.tell(Event::Held { why, pause }).await;
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
        let (user, attempt) = (self.attempts.call().user, self.attempts.sent());
        self.crew
            .tell(Event::Retrying {
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
        let call = self.attempts.call().clone();
        let record = CallRecord {
            user: call.user.get(),
            outcomes,
            status,
            attempts: self.attempts.sent(),
            at: (self.crew.now)(),
        };
        let event = Event::Finished {
            call,
            record,
            bearing,
        };
        let left = match self.crew.record(event).await {
            true => Left::Ended(bearing),
            false => Left::Unfinished,
        };
        Next::Leave(left)
    }

    async fn stop(&self, reason: StopReason) -> Next {
        self.crew.tell(Event::Stopping(reason)).await;
        Next::Leave(self.give_up().await)
    }

    async fn give_up(&self) -> Left {
        if self.attempts.sent() > 0 {
            self.crew
                .tell(Event::Unfinished {
                    user: self.attempts.call().user,
                    attempts: self.attempts.sent(),
                })
                .await;
        }
        Left::Unfinished
    }
}
