//! One call's life: pace, send, classify, back off, again.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::attempt::{Attempts, Interrupted, Reached};
use super::breaker::Sent;
use super::crew::Crew;
use super::pace::{Hold, HoldNumber, Refusal};
use super::queue::{Job, Last, Round};
use crate::model::{
    Attempted, Bearing, CallRecord, Event, History, Outcome, OutcomeKind, Outcomes, Pause,
    StopReason,
};
use crate::service::{Reply, Sender, Verdict, classify};

/// How a worker left its call.
#[derive(Debug)]
pub enum Left {
    /// It ended, and its record is written.
    Ended(Bearing),
    /// It waits for the service to answer others.
    Waiting(Box<Job>),
    /// The run ends before it.
    Unfinished,
}

/// A call on its way.
struct Work<S> {
    crew: Arc<Crew<S>>,
    attempts: Attempts<S>,
    round: Round,
    /// The ending of the last attempt that may have been applied.
    doubt: Option<Outcome>,
    /// What was met last.
    last: Option<Last>,
    was_put_back: bool,
    /// Whether what an attempt was sent with was refused, and renewed.
    renewed: bool,
}

/// What to do next.
enum Next {
    Again,
    /// Until the service answers others.
    Wait,
    Leave(Left),
}

/// An attempt that came to nothing.
struct Failure {
    /// How the call ends if it was the last.
    ending: Outcome,
    /// Whether it was an answer.
    answered: bool,
    status: Option<u16>,
    left: Instant,
    attempted: Attempted,
}

/// Makes one call, whatever it takes; while the service is down, only where it is to show whether it still is. What was
/// done about it before counts, but each process of a run gives it all of its attempts.
pub async fn work<S: Sender>(crew: Arc<Crew<S>>, job: Job, probes: bool) -> Left {
    let Job {
        call,
        history,
        round,
        last,
        was_put_back,
    } = job;
    let mut work = Work {
        attempts: Attempts::of(call, history.attempts, probes, Arc::clone(&crew)),
        crew,
        round,
        doubt: history.doubt,
        last,
        was_put_back,
        renewed: false,
    };
    loop {
        work.look_at_others();
        let next = match work.attempts.next().await {
            Ok(reached) => work.take(reached).await,
            Err(Interrupted::ByStop) => Next::Leave(work.give_up().await),
            Err(Interrupted::ByOutage) => Next::Wait,
        };
        match next {
            Next::Again => {}
            Next::Wait => return work.come_back(),
            Next::Leave(left) => return left,
        }
    }
}

impl<S: Sender> Work<S> {
    /// Does what the reply asks for.
    async fn take(&mut self, reached: Reached) -> Next {
        self.crew.wake_up().await;
        let Reached {
            hold,
            left,
            reply,
            attempted,
        } = reached;
        let (too_long, held) = self.hold(hold, left, &reply).await;
        let Some(attempted) = attempted else {
            self.tell(held).await;
            return self.put_off(reply, too_long).await;
        };
        let status = reply.status();
        let renewed = self.renewed;
        self.renewed |= status == Some(401);
        let discreet = |text| self.crew.sender.discreet(text);
        match classify(&reply, self.attempts.call(), &discreet) {
            Verdict::Done { outcomes, suspect } => {
                self.answered(left).await;
                self.tell(held).await;
                if let Some(reason) = too_long {
                    self.crew.tell(Event::Stopping(reason)).await;
                }
                let bearing = match suspect {
                    true => Bearing::Suspect,
                    false => Bearing::Clears,
                };
                let outcomes = unless_doubtful(outcomes, self.doubt.as_ref());
                self.end(outcomes, status, attempted, bearing).await
            }
            Verdict::Retry { ending, answered } => {
                self.tell(held).await;
                let failure = Failure {
                    ending,
                    answered,
                    status,
                    left,
                    attempted,
                };
                self.failed(failure, too_long).await
            }
            Verdict::Throttled => {
                self.attempts.tell(attempted, None).await;
                self.tell(held).await;
                match too_long {
                    Some(reason) => self.stop(reason).await,
                    None => Next::Again,
                }
            }
            Verdict::Stop(reason) => {
                self.answered(left).await;
                self.attempts.tell(attempted, None).await;
                self.tell(held).await;
                let is_refused = matches!(reason, StopReason::Unauthorized(_));
                if is_refused && !renewed && self.crew.sender.renews() {
                    return self.with_another_token().await;
                }
                self.stop(reason).await
            }
        }
    }

    /// Takes note of an answer to an attempt that left then.
    async fn answered(&self, left: Instant) {
        let over = self.crew.breaker.answered(self.sent(left));
        self.crew.up(over).await;
    }

    fn sent(&self, left: Instant) -> Sent {
        let call = self.attempts.call().customer;
        Sent { call, left }
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

    /// Holds everyone, this call included, where the answer asks for it. Returns a reason to stop where that is more
    /// than a run waits, and what there is to tell.
    async fn hold(
        &self,
        hold: HoldNumber,
        left: Instant,
        reply: &Reply,
    ) -> (Option<StopReason>, Option<Event>) {
        let Some((why, after)) = reply.asks_to_wait() else {
            if let Reply::Http(answer) = reply {
                self.crew.pace.accepted(hold);
                if let Some(quota) = answer.quota {
                    self.crew.pace.advised(quota);
                }
            }
            return (None, None);
        };
        let max_outage = self.crew.retries.max_outage;
        if let Some(after) = after.filter(|after| *after > max_outage) {
            return (Some(StopReason::AskedToWait(after)), None);
        }
        let refusal = Refusal {
            hold,
            left,
            why,
            after,
        };
        let held = self.crew.pace.refused(refusal);
        let held = held.map(|Hold { pause, throttled }| Event::Held {
            why,
            pause,
            throttled,
        });
        if why != Pause::Throttled {
            return (None, held);
        }
        let (so_long, over) = self.crew.breaker.throttled(self.sent(left));
        self.crew.up(over).await;
        let too_long = so_long >= max_outage;
        (too_long.then_some(StopReason::OnlyThrottled(so_long)), held)
    }

    async fn tell(&self, event: Option<Event>) {
        if let Some(event) = event {
            self.crew.tell(event).await;
        }
    }

    /// Backs off, waits for the service to answer others, or ends the call where its attempts are used up.
    async fn failed(&mut self, failure: Failure, too_long: Option<StopReason>) -> Next {
        let Failure {
            ending,
            answered,
            status,
            left,
            attempted,
        } = failure;
        let doubt = Some(&ending).filter(|ending| ending.kind == OutcomeKind::Unconfirmed);
        let doubt = doubt.cloned();
        self.doubt = doubt.clone().or(self.doubt.take());
        let at_fault = self.is_at_fault(answered, left, &ending).await;
        if let Some(reason) = too_long {
            self.attempts.tell(attempted, doubt).await;
            return self.stop(reason).await;
        }
        let pause = self.crew.retries.pause(self.round.used, fastrand::f64());
        if pause.is_none() && at_fault {
            let outcomes = unless_doubtful(Outcomes::All(ending), self.doubt.as_ref());
            return self
                .end(outcomes, status, attempted, Bearing::Neither)
                .await;
        }
        self.last = Some(Last {
            ending: ending.clone(),
            status,
            at: attempted.at,
        });
        self.attempts.tell(attempted, doubt).await;
        match pause {
            Some(delay) if answered || !self.crew.breaker.is_open() => {
                self.retrying(ending, delay).await;
                self.back_off(delay).await
            }
            Some(_) => Next::Wait,
            None => {
                self.put_back().await;
                Next::Wait
            }
        }
    }

    /// Counts a failed attempt, and says whether the call may end by it: what was no answer may be the fault of the service,
    /// unless that has answered others meanwhile (contract, section 4).
    async fn is_at_fault(&mut self, answered: bool, left: Instant, ending: &Outcome) -> bool {
        if answered {
            self.answered(left).await;
        }
        if self.crew.breaker.is_stale(left) {
            // The process was still: time-outs and lost connections are its own doing.
            self.round = Round::default();
            return false;
        }
        self.round.used += 1;
        self.round.first.get_or_insert(left);
        if answered {
            return true;
        }
        let why = format!("{}: {}", ending.code, ending.message);
        self.crew.breaker.unanswered(why);
        if self.crew.retries.max_attempts.get() == 1 {
            // The first is the last: what came before its end came before it.
            self.look_at_others();
        }
        self.round.others_are_answered && !self.crew.breaker.is_open()
    }

    /// Looks whether others are answered that left after the first attempt of this call.
    fn look_at_others(&mut self) {
        let call = self.attempts.call().customer;
        let (round, breaker) = (&mut self.round, &self.crew.breaker);
        let first = round.first;
        round.others_are_answered |=
            first.is_some_and(|first| breaker.has_answered_others(call, first));
    }

    async fn back_off(&self, delay: Duration) -> Next {
        tokio::select! {
            biased;
            () = self.crew.stop.wanted() => Next::Leave(self.give_up().await),
            () = self.crew.breaker.opened() => Next::Wait,
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
            last: Some(last),
            bearing,
        };
        let left = match self.crew.record(event).await {
            true => Left::Ended(bearing),
            false => Left::Unfinished,
        };
        Next::Leave(left)
    }

    /// Gives the call its attempts back: nothing tells whether what they met is a fault of its own.
    async fn put_back(&mut self) {
        self.round.used = 0;
        self.was_put_back = true;
        let user = self.attempts.call().user;
        self.crew.tell(Event::PutBack { user }).await;
    }

    /// Leaves the call to be made later.
    fn come_back(self) -> Left {
        let (call, attempts) = self.attempts.into_call();
        let doubt = self.doubt;
        Left::Waiting(Box::new(Job {
            call,
            history: History { attempts, doubt },
            round: self.round,
            last: self.last,
            was_put_back: self.was_put_back,
        }))
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

/// Ends a call that was put back, by what it met last. False where that can't be written.
pub async fn end_put_back<S: Sender>(crew: &Crew<S>, job: Job, last: Last) -> bool {
    let ending = Outcomes::All(last.ending);
    let record = CallRecord {
        user: job.call.user.get(),
        outcomes: unless_doubtful(ending, job.history.doubt.as_ref()),
        status: last.status,
        attempts: job.history.attempts,
        at: last.at,
    };
    let event = Event::Finished {
        call: job.call,
        record,
        last: None,
        bearing: Bearing::Neither,
    };
    crew.record(event).await
}

/// A failure is only sure where no attempt may have been applied (contract, section 3).
fn unless_doubtful(outcomes: Outcomes, doubt: Option<&Outcome>) -> Outcomes {
    let (Outcomes::All(last), Some(doubt)) = (&outcomes, doubt) else {
        return outcomes;
    };
    if last.kind != OutcomeKind::Failed || &*last.code == "8015" {
        return outcomes;
    }
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
