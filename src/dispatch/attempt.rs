//! The attempts of a call: each waits for its turn, is written down, sent, counted and told.

use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;

use super::crew::Crew;
use super::pace::{Departure, HoldNumber};
use crate::model::{Attempted, Call, Event, Met, Outcome};
use crate::service::{Leaving, Reply, Sender};

/// Sends the attempts of a call.
pub struct Attempts<'a, S> {
    crew: &'a Crew<S>,
    call: Call,
    sent: u32,
    /// Whether the next one leaves though the service is down: it is to show whether it still is.
    probes: bool,
}

/// Why a call waits no longer for its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupted {
    /// The run ends.
    ByStop,
    /// The service is down as a whole.
    ByOutage,
}

/// What an attempt has led to.
#[derive(Debug)]
pub struct Reached {
    /// After which hold it was let through.
    pub hold: HoldNumber,
    /// When it left, or would have.
    pub left: Instant,
    /// What it met.
    pub reply: Reply,
    /// The same in short; none where nothing was sent that counts.
    pub attempted: Option<Attempted>,
}

impl<'a, S: Sender> Attempts<'a, S> {
    /// Those of `call`, of which so many are sent already.
    pub fn of(call: Call, sent: u32, probes: bool, crew: &'a Crew<S>) -> Self {
        Self {
            crew,
            call,
            sent,
            probes,
        }
    }

    /// The call.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// The call, and how many were sent.
    pub fn into_call(self) -> (Call, u32) {
        (self.call, self.sent)
    }

    /// How many were sent.
    pub fn sent(&self) -> u32 {
        self.sent
    }

    /// Waits for its turn and sends an attempt.
    ///
    /// # Errors
    /// It is interrupted before there is a reply.
    pub async fn next(&mut self) -> Result<Reached, Interrupted> {
        loop {
            let (hold, ready) = self.undisturbed(self.ready()).await?;
            let ready = match ready {
                // Refused or put off before anything was sent: no attempt.
                Err(reply) if matches!(reply, Reply::NoToken(_)) || reply.met().is_throttled() => {
                    let (left, attempted) = (Instant::now(), None);
                    return Ok(Reached {
                        hold,
                        left,
                        reply,
                        attempted,
                    });
                }
                ready => ready,
            };
            let departure = self.undisturbed(self.crew.pace.depart()).await?;
            if !self.may_send().await {
                return Err(Interrupted::ByStop);
            }
            if let Err(reply) = ready {
                // What was asked for in vain keeps to the pace, too.
                departure.leave();
                self.probes = false;
                let attempted = Some(self.ended(Duration::ZERO, reply.met(), true));
                return Ok(Reached {
                    hold,
                    left: departure.at(),
                    reply,
                    attempted,
                });
            }
            let reply = self.send(&departure).await;
            if reply.is_none() && !departure.has_left() {
                // Called back before it left: by a stop or an outage for good, by a hold until that is over.
                self.called_back().await;
                continue;
            }
            self.probes = false;
            let met = reply.as_ref().map_or(Met::CutOff, Reply::met);
            if matches!(met, Met::Answer(_)) {
                // What was answered has left, also where the connection did not ask for all of it.
                departure.leave();
            }
            let (hold, left) = (departure.hold(), departure.at());
            let attempted = self.ended(Instant::now() - left, met, departure.has_left());
            // What has not left by now never will: its place in the window is free for others.
            drop(departure);
            let Some(reply) = reply else {
                self.tell(attempted, Some(Outcome::cut_off())).await;
                return Err(Interrupted::ByStop);
            };
            let attempted = Some(attempted);
            return Ok(Reached {
                hold,
                left,
                reply,
                attempted,
            });
        }
    }

    /// Waits for it while the run goes on and the service is not down.
    async fn undisturbed<T>(&self, waited_for: impl Future<Output = T>) -> Result<T, Interrupted> {
        if self.crew.stop.is_wanted() {
            return Err(Interrupted::ByStop);
        }
        if !self.probes && self.crew.breaker.is_open() {
            return Err(Interrupted::ByOutage);
        }
        let mut waited_for = pin!(waited_for);
        // Mostly it is there at once, and who waits for nothing needs not listen.
        if let Some(there) = at_once(waited_for.as_mut()).await {
            return Ok(there);
        }
        tokio::select! {
            biased;
            () = self.crew.stop.wanted() => Err(Interrupted::ByStop),
            () = self.is_put_back() => Err(Interrupted::ByOutage),
            there = waited_for => Ok(there),
        }
    }

    /// Waits for the service to be down, unless the attempt is to show whether it is.
    async fn is_put_back(&self) {
        match self.probes {
            false => self.crew.breaker.opened().await,
            true => pending().await,
        }
    }

    /// Tells of an attempt that has not ended the call. `doubt` is there where it may have been applied.
    pub async fn tell(&self, attempt: Attempted, doubt: Option<Outcome>) {
        let (call, user) = (self.call.customer, self.call.user);
        self.crew
            .tell(Event::Attempted {
                call,
                user,
                attempt,
                doubt,
            })
            .await;
    }

    /// Has what an attempt is sent with got ready, but not while all calls wait. The hold is noted before: who waits
    /// together for what can't be had is refused together.
    async fn ready(&self) -> (HoldNumber, Result<(), Reply>) {
        let hold = self.crew.pace.held().await;
        (hold, self.crew.sender.ready().await)
    }

    /// Counts an attempt, and has that written before it leaves: whatever happens then, it is known that it may have.
    /// False where it can't be written.
    async fn may_send(&mut self) -> bool {
        self.sent += 1;
        let call = self.call.customer;
        self.crew.record(Event::Sending { call }).await
    }

    async fn called_back(&mut self) {
        self.sent -= 1;
        let call = self.call.customer;
        self.crew.tell(Event::CalledBack { call }).await;
    }

    fn ended(&self, latency: Duration, met: Met, left: bool) -> Attempted {
        Attempted {
            attempt: self.sent,
            at: (self.crew.clocks.now)(),
            latency,
            left,
            met,
        }
    }

    /// Whether nothing has come meanwhile that calls back what was let through.
    fn may_leave(&self, departure: &Departure) -> bool {
        let is_put_back = !self.probes && self.crew.breaker.is_open();
        !(self.crew.stop.is_wanted() || departure.is_recalled() || is_put_back)
    }

    /// Sends an attempt. None where it was called back before it left, or cut off after.
    async fn send(&self, departure: &Departure) -> Option<Reply> {
        let stop = &self.crew.stop;
        let mut sending = pin!(self.crew.sender.send(&self.call, departure.clone()));
        // A reply that is there counts, whatever else has come, and is looked for first; but what has not left by then must
        // not be helped on its way.
        let reply = poll_fn(
            |context| match departure.has_left() || self.may_leave(departure) {
                true => sending.as_mut().poll(context).map(Some),
                false => Poll::Ready(None),
            },
        );
        tokio::select! {
            biased;
            reply = reply => return reply,
            () = stop.wanted() => {}
            () = departure.recalled() => {}
            () = self.is_put_back() => {}
        }
        if !departure.has_left() {
            return None;
        }
        tokio::select! {
            biased;
            reply = sending => Some(reply),
            () = stop.cut() => None,
        }
    }
}

/// What is there without being waited for.
async fn at_once<T>(mut waited_for: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    poll_fn(|context| match waited_for.as_mut().poll(context) {
        Poll::Ready(there) => Poll::Ready(Some(there)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}
