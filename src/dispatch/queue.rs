//! Which call is next: those of the plan, and those that have come back without an end.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::supply::Supply;
use crate::model::{Call, History, Moment, Outcome};

/// A call to be made, and what was done about it.
#[derive(Debug)]
pub struct Job {
    /// The call.
    pub call: Call,
    /// How many attempts were sent, and how it ends if nothing is ever heard.
    pub history: History,
    /// What its attempts have come to.
    pub round: Round,
    /// What its last attempt met, where there was one.
    pub last: Option<Last>,
    /// Whether its attempts were given back: they were used up, and nothing told whether that was a fault of its own.
    pub was_put_back: bool,
}

/// What the attempts of a call have come to, until it ends or they are given back.
#[derive(Debug, Clone, Copy, Default)]
pub struct Round {
    /// So many are used up: those that were not answered 429.
    pub used: u32,
    /// When the first of them left.
    pub first: Option<Instant>,
    /// Whether another call was answered since, so that what this one meets is its own.
    pub others_are_answered: bool,
}

/// What the last attempt of a call has met.
#[derive(Debug, Clone)]
pub struct Last {
    /// How the call ends if it was the last.
    pub ending: Outcome,
    /// The HTTP status.
    pub status: Option<u16>,
    /// When.
    pub at: Moment,
}

/// What a call is while it is on its way.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Whether it has met an error before.
    has_met_errors: bool,
    was_put_back: bool,
}

impl Job {
    /// What it is.
    pub fn kind(&self) -> Kind {
        Kind {
            has_met_errors: self.last.is_some(),
            was_put_back: self.was_put_back,
        }
    }
}

/// The calls that are left.
pub struct Queue<I> {
    fresh: I,
    /// How many more of them may be taken.
    allowed: u64,
    /// Calls that were taken, and of which nothing was sent.
    returned: VecDeque<Job>,
    /// Calls that have met errors, and wait for the service to answer others.
    waiting: VecDeque<Job>,
    /// So many calls were never put back, of those on their way and of those that wait.
    never_put_back: usize,
    /// So many of those on their way have met errors before.
    again: usize,
    /// Whether the last that was taken had.
    was_again: bool,
}

impl<I: Supply> Queue<I> {
    /// The calls of a plan, of which so many may be made.
    pub fn of(calls: I, limit: Option<u64>) -> Self {
        Self {
            fresh: calls,
            allowed: limit.unwrap_or(u64::MAX),
            returned: VecDeque::new(),
            waiting: VecDeque::new(),
            never_put_back: 0,
            again: 0,
            was_again: false,
        }
    }

    /// The next call where so many may be on their way. Those that have met errors have every other turn, and at most a
    /// quarter of the places, while there are others: what fails for their sake then stands between answers to others.
    pub fn next(&mut self, places: usize) -> Option<Job> {
        let has_place = self.again < (places / 4).max(1) && !self.was_again;
        let is_their_turn = has_place || self.has_no_fresh();
        let waiting = is_their_turn.then(|| self.next_waiting()).flatten();
        self.was_again = waiting.is_some();
        waiting.or_else(|| self.next_fresh())
    }

    /// The next call to probe with: another customer each time, as long as there is one.
    pub fn next_probe(&mut self) -> Option<Job> {
        self.next_fresh().or_else(|| self.next_waiting())
    }

    fn next_fresh(&mut self) -> Option<Job> {
        if let Some(job) = self.returned.pop_front() {
            return Some(job);
        }
        let allowed = self.allowed.checked_sub(1)?;
        let (call, history) = self.fresh.next()?;
        self.allowed = allowed;
        self.never_put_back += 1;
        Some(Job {
            call,
            history,
            round: Round::default(),
            last: None,
            was_put_back: false,
        })
    }

    /// The next of those that have met errors.
    pub fn next_waiting(&mut self) -> Option<Job> {
        let job = self.waiting.pop_front()?;
        self.again += 1;
        Some(job)
    }

    /// A call of this kind is not on its way any more.
    pub fn came_back(&mut self, kind: Kind) {
        self.again -= usize::from(kind.has_met_errors);
        self.never_put_back -= usize::from(!kind.was_put_back);
    }

    /// So many more calls of the plan may be made.
    pub fn allow(&mut self, more: u64) {
        self.allowed = self.allowed.saturating_add(more);
    }

    /// Whether there are calls of the plan that were not taken.
    pub fn has_others(&mut self) -> bool {
        self.fresh.has_more()
    }

    /// Whether every call that may be made has ended, or was put back at least once.
    pub fn has_tried_all(&mut self) -> bool {
        self.never_put_back == 0 && self.has_no_fresh()
    }

    /// Takes a call that has come back and has not ended.
    pub fn keep(&mut self, job: Job) {
        self.never_put_back += usize::from(!job.was_put_back);
        match job.last {
            None => self.returned.push_back(job),
            Some(_) => self.waiting.push_back(job),
        }
    }

    /// How many wait for the service to answer others.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// An outage is over: what those that wait have met in it counts for nothing.
    pub fn start_afresh(&mut self) {
        self.waiting
            .iter_mut()
            .for_each(|job| job.round = Round::default());
    }

    /// Whether the next call may be made as soon as somebody gives it.
    pub fn is_behind(&mut self) -> bool {
        self.returned.is_empty() && self.allowed > 0 && self.fresh.is_behind()
    }

    /// Waits while it is behind.
    pub async fn ready(&mut self) {
        self.fresh.ready().await;
    }

    /// Whether none waits.
    pub fn is_empty(&mut self) -> bool {
        self.has_no_fresh() && self.waiting.is_empty()
    }

    /// Whether every call that is left was put back at least once; also of those that must not be made any more.
    pub fn were_all_put_back(&mut self) -> bool {
        self.never_put_back == 0 && self.returned.is_empty() && !self.fresh.has_more()
    }

    fn has_no_fresh(&mut self) -> bool {
        self.returned.is_empty() && (self.allowed == 0 || !self.fresh.has_more())
    }
}
