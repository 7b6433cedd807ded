//! Where the calls of a plan come from: they are at hand, or come from somebody who has still to plan them.

use std::fmt;
use std::iter::Peekable;

use tokio::sync::mpsc;

use crate::model::{Call, History};

/// A call, and what was done about it before.
pub type Fresh = (Call, History);

/// Gives calls, each once.
pub trait Supply {
    /// The next; none where there is none, or none yet.
    fn next(&mut self) -> Option<Fresh>;

    /// Whether there is another, now or later. Where that is not known yet, there is.
    fn has_more(&mut self) -> bool;

    /// Whether there is another, and not yet.
    fn is_behind(&mut self) -> bool;

    /// Waits while it is behind.
    fn ready(&mut self) -> impl Future<Output = ()>;
}

/// Calls that are there whenever they are asked for.
pub struct AtHand<I: Iterator<Item = Fresh>>(Peekable<I>);

impl<I: Iterator<Item = Fresh>> fmt::Debug for AtHand<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtHand").finish_non_exhaustive()
    }
}

impl<I: Iterator<Item = Fresh>> AtHand<I> {
    /// These.
    pub fn of(calls: I) -> Self {
        Self(calls.peekable())
    }
}

impl<I: Iterator<Item = Fresh>> Supply for AtHand<I> {
    fn next(&mut self) -> Option<Fresh> {
        self.0.next()
    }

    fn has_more(&mut self) -> bool {
        self.0.peek().is_some()
    }

    fn is_behind(&mut self) -> bool {
        false
    }

    async fn ready(&mut self) {}
}

/// Calls that somebody else gives, as fast as they can.
#[derive(Debug)]
pub struct Incoming {
    inbox: mpsc::Receiver<Fresh>,
    next: Option<Fresh>,
    is_over: bool,
}

impl Incoming {
    /// Those that come in there.
    pub fn of(inbox: mpsc::Receiver<Fresh>) -> Self {
        Self {
            inbox,
            next: None,
            is_over: false,
        }
    }

    fn look(&mut self) {
        if self.next.is_some() || self.is_over {
            return;
        }
        match self.inbox.try_recv() {
            Ok(call) => self.next = Some(call),
            Err(mpsc::error::TryRecvError::Empty) => {}
            Err(mpsc::error::TryRecvError::Disconnected) => self.is_over = true,
        }
    }
}

impl Supply for Incoming {
    fn next(&mut self) -> Option<Fresh> {
        self.look();
        self.next.take()
    }

    fn has_more(&mut self) -> bool {
        self.look();
        self.next.is_some() || !self.is_over
    }

    fn is_behind(&mut self) -> bool {
        self.look();
        self.next.is_none() && !self.is_over
    }

    async fn ready(&mut self) {
        if self.is_behind() {
            match self.inbox.recv().await {
                Some(call) => self.next = Some(call),
                None => self.is_over = true,
            }
        }
    }
}
