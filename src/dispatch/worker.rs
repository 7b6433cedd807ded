//! One call's life: pace, send, classify, back off, again.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::attempt::{Attempts, Reached};
use super::crew::Crew;
use super::pace::HoldNumber;
use crate::model::{
    Attempted, Bearing, Call, CallRecord, Event, History, Outcome, OutcomeKind, Outcomes,
    StopReason,
};
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

/// Makes one call, whatever it takes. What was done about it before counts, but each process of a run gives it all of
/// its attempts.
pub async fn work<S: Sender>(crew: Arc<Crew<S>>, call: Call, history: History) -> Left {
    let mut work = Work {
        attempts: Attempts::of(call, history.attempts, Arc::clone(&crew)),
        crew,
        used: 0,
        doubt: history.doubt,
        renewed: false,
    };
    loop {
        let Some(reached) = work.attempts.next().await else {
            return work.give_up().await;
        };
        if let Next::Leave(left) = work.take(reached).await {
            return left;
        }
    }
}

impl<S: Sender> Work<S> {
    /// Does what the reply asks for.
    async fn take(&mut self, reached: Reached) -> Next {
        let Reached {
            hold,
            reply,
            attempted,
        } = reached;
        let (too_long, held) = self.hold(hold, &reply);
        let Some(attempted) = attempted else {
            self.tell(held).await;
            return self.put_off(reply, too_long).await;
        };
        let status = reply.status();
        let renewed = self.renewed;
        self.renewed |= status == Some(401);
        let discreet = |text| self.crew.sender.discreet(text);
        let verdict = classify(&reply, self.attempts.call(), &discreet);
        match (verdict, too_long) {
            (Verdict::Done { outcomes, suspect }, too_long) => {
                self.tell(held).await;
                if let Some(reason) = too_long {
                    self.crew.tell(Event::Stopping(reason)).await;
                }
                let bearing = if suspect {
                    Bearing::Suspect
                } else {
                    Bearing::Clears
                };
                self.end(self.unless_doubtful(outcomes), status, attempted, bearing)
                    .await
            }
            (Verdict::Retry { ending }, too_long) => {
                self.tell(held).await;
                let doubt = Some(&ending).filter(|ending| ending.kind == OutcomeKind::Unconfirmed);
                self.doubt = doubt.cloned().or(self.doubt.take());
                match too_long {
                    Some(reason) => {
                        self.attempts.tell(attempted, doubt.cloned()).await;
                        self.stop(reason).await
                    }
                    None => self.try_again(ending, status, attempted).await,
                }
            }
            (verdict, too_long) => {
                self.attempts.tell(attempted, None).await;
                self.tell(held).await;
                match (verdict, too_long) {
                    (Verdict::Stop(StopReason::Unauthorized(_)), None)
                        if !renewed && self.crew.sender.renews() =>
                    {
                        self.with_another_token().await
                    }
                    (Verdict::Stop(reason), _) | (_, Some(reason)) => self.stop(reason).await,
                    _ => Next::Again,
                }
            }
        }
    }

    /// Goes on where nothing was sent for want of a token: it was refused, or all are asked to wait for it.
    async fn put_off(&self, reply: Reply, too_long: Option<StopReason>) -> Next {
        match (reply, too_long) {
            (Reply::NoToken(words), _) => self.stop(StopReason::NoToken(words)).await,
            (_, Some(reason)) => self.stop(reason).await,
            _ => Next::Again,
        }
    }

    /// Repeats an attempt whose token was refused: it uses up none.
    async fn with_another_token(&self) -> Next {
        let why = Outcome::new(OutcomeKind::Failed, "HTTP_401", "the token was refused");
        self.retrying(why, Duration::ZERO).await;
        Next::Again
    }

    /// Holds everyone, this call included, where the answer asks for it. Returns a reason to stop where it asks
    /// for more than a run waits, and what there is to tell.
    fn hold(&self, hold: HoldNumber, reply: &Reply) -> (Option<StopReason>, Option<Event>) {
        let Some((why, after)) = reply.asks_to_wait() else {
            if reply.status().is_some() {
                self.crew.pace.accepted(hold);
            }
            return (None, None);
        };
        if let Some(after) = after.filter(|after| *after > self.crew.retries.max_hold) {
            return (Some(StopReason::AskedToWait(after)), None);
        }
        let pause = self.crew.pace.refused(hold, after);
        (None, pause.map(|pause| Event::Held { why, pause }))
    }

    async fn tell(&self, event: Option<Event>) {
        if let Some(event) = event {
            self.crew.tell(event).await;
        }
    }

    /// Backs off, or ends the call where its attempts are used up.
    async fn try_again(
        &mut self,
        ending: Outcome,
        status: Option<u16>,
        attempted: Attempted,
    ) -> Next {
        self.used += 1;
        let Some(delay) = self.crew.retries.pause(self.used, fastrand::f64()) else {
            let outcomes = self.unless_doubtful(Outcomes::All(ending));
            return self
                .end(outcomes, status, attempted, Bearing::Neither)
                .await;
        };
        let doubt = Some(&ending).filter(|ending| ending.kind == OutcomeKind::Unconfirmed);
        self.attempts.tell(attempted, doubt.cloned()).await;
        self.retrying(ending, delay).await;
        tokio::select! {
            biased;
            () = self.crew.stop.wanted() => Next::Leave(self.give_up().await),
            () = sleep(delay) => Next::Again,
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

    async fn end(
        &self,
        outcomes: Outcomes,
        status: Option<u16>,
        last: Attempted,
        bearing: Bearing,
    ) -> Next {
        let call = self.attempts.call().clone();
        let record = CallRecord {
            user: call.user.get(),
            outcomes,
            status,
            attempts: self.attempts.sent(),
            at: last.at,
        };
        let event = Event::Finished {
            call,
            record,
            last,
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
