//! The attempts of a call: each waits for its turn, is sent, counted and told.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::crew::Crew;
use super::pace::{Departure, HoldNumber};
use crate::model::{Call, Event, Met};
use crate::service::{Leaving, Reply, Sender};

/// Sends the attempts of a call.
pub struct Attempts<S> {
    crew: Arc<Crew<S>>,
    call: Call,
    sent: u32,
}

impl<S: Sender> Attempts<S> {
    /// Those of `call`, of which none is sent yet.
    pub fn of(call: Call, crew: Arc<Crew<S>>) -> Self {
        let sent = 0;
        Self { crew, call, sent }
    }

    /// The call.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// How many were sent.
    pub fn sent(&self) -> u32 {
        self.sent
    }

    /// Waits for its turn and sends an attempt. None where the run ends before there is a reply.
    pub async fn next(&mut self) -> Option<(HoldNumber, Reply)> {
        loop {
            let (hold, ready) = tokio::select! {
                biased;
                () = self.crew.stop.wanted() => return None,
                ready = self.ready() => ready,
            };
            if let Err(reply) = &ready
                && (matches!(reply, Reply::NoToken(_)) || reply.met().is_throttled())
            {
                // Refused or put off before anything was sent: no attempt.
                return Some((hold, ready.err()?));
            }
            let departure = tokio::select! {
                biased;
                () = self.crew.stop.wanted() => return None,
                departure = self.crew.pace.depart() => departure,
            };
            if let Err(reply) = ready {
                // What was asked for in vain keeps to the pace, too.
                departure.leave();
                self.attempted(Duration::ZERO, reply.met()).await;
                return Some((hold, reply));
            }
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

    /// Has what an attempt is sent with got ready, but not while all calls wait. The hold is noted before: who waits
    /// together for what can't be had is refused together.
    async fn ready(&self) -> (HoldNumber, Result<(), Reply>) {
        let hold = self.crew.pace.held().await;
        (hold, self.crew.sender.ready().await)
    }

    /// Counts an attempt.
    async fn attempted(&mut self, latency: Duration, met: Met) {
        self.sent += 1;
        let (user, attempt) = (self.call.user, self.sent);
        self.crew
            .tell(Event::Attempted {
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
}
