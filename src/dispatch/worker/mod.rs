//! One call's life: pace, send, classify, back off, again.

mod ending;
mod setback;

use std::time::Duration;

use tokio::time::Instant;

use self::ending::{Ending, unless_doubtful};
use self::setback::Failure;
use crate::dispatch::attempt::{Attempts, Interrupted, Reached};
use crate::dispatch::breaker::Sent;
use crate::dispatch::crew::Crew;
use crate::dispatch::pace::{Hold, HoldNumber, Refusal};
use crate::dispatch::queue::{Job, Last, Round};
use crate::model::{Bearing, Event, Outcome, OutcomeKind, Pause, StopReason};
use crate::service::{Reply, Sender, Verdict, classify};

pub use self::ending::end_put_back;

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
struct Work<'a, S> {
    crew: &'a Crew<S>,
    attempts: Attempts<'a, S>,
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
    End(Ending),
    Leave(Left),
}

/// Makes one call, whatever it takes; while the service is down, only where it is to show whether it still is. What was
/// done about it before counts, but each process of a run gives it all of its attempts.
pub async fn work<S: Sender>(crew: &Crew<S>, job: Job, probes: bool) -> Left {
    let Job {
        call,
        history,
        round,
        last,
        was_put_back,
    } = job;
    let mut work = Work {
        attempts: Attempts::of(call, history.attempts, probes, crew),
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
            Next::End(ending) => return work.end(ending).await,
            Next::Leave(left) => return left,
        }
    }
}

impl<S: Sender> Work<'_, S> {
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
                Next::End(Ending {
                    outcomes,
                    status,
                    last: attempted,
                    bearing,
                })
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
        let too_long = after.filter(|after| *after > max_outage);
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
        if let Some(after) = too_long {
            return (Some(StopReason::AskedToWait(after)), held);
        }
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
