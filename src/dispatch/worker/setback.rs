//! An attempt that came to nothing: the call backs off, waits for the service to answer others, or ends.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::ending::{Ending, unless_doubtful};
use super::{Left, Next, Work};
use crate::dispatch::queue::{Job, Last, Round};
use crate::model::{
    Attempted, Bearing, Event, History, Outcome, OutcomeKind, Outcomes, StopReason,
};
use crate::service::Sender;

/// An attempt that came to nothing.
pub(super) struct Failure {
    /// How the call ends if it was the last.
    pub ending: Outcome,
    /// Whether it was an answer.
    pub answered: bool,
    pub status: Option<u16>,
    pub left: Instant,
    pub attempted: Attempted,
}

impl<S: Sender> Work<'_, S> {
    /// Backs off, waits for the service to answer others, or ends the call where its attempts are used up.
    pub(super) async fn failed(&mut self, failure: Failure, too_long: Option<StopReason>) -> Next {
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
            return Next::End(Ending {
                outcomes,
                status,
                last: attempted,
                bearing: Bearing::Neither,
            });
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
    pub(super) fn look_at_others(&mut self) {
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

    pub(super) async fn retrying(&self, why: Outcome, delay: Duration) {
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

    /// Gives the call its attempts back: nothing tells whether what they met is a fault of its own.
    async fn put_back(&mut self) {
        self.round.used = 0;
        self.was_put_back = true;
        let user = self.attempts.call().user;
        self.crew.tell(Event::PutBack { user }).await;
    }

    /// Leaves the call to be made later.
    pub(super) fn come_back(self) -> Left {
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
}
