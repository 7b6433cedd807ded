//! Turns where runs share a rate: permits that were reserved for this process. Pure: it is told the time.
//!
//! Permits stand a gap apart on the clock of whoever gives them out, and N gaps are a window and a little more. Each is good for
//! no longer than that little: whoever is late takes another. So no window holds more than N, whoever uses them.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::clocks::{Clocks, Made};
use super::slots::Limit;
use crate::dispatch::shared_pace::{Answer, Ask, Epoch, RELIED_ON};

/// So much time is reserved in one go, where others wait.
const AT_A_TIME: Duration = Duration::from_millis(50);

/// It is asked so long before it is needed, beside the time that asking takes: timers are late.
const AHEAD: Duration = Duration::from_millis(15);
const LONGEST_AHEAD: Duration = Duration::from_millis(500);

/// While there are some for a while, it is not asked more often than this.
const BETWEEN: Duration = Duration::from_millis(4);

/// So much of the time in which a permit is good is left for leaving.
const FOR_LEAVING: u32 = 6;

/// A hold that others have brought is news where it is longer by this than what is known.
const NEWS: Duration = Duration::from_millis(100);

/// So often it is asked whether the others still know of a hold: whoever keeps the account may have lost it.
const REMIND_EVERY: Duration = Duration::from_secs(5);

/// No longer hold is told to others: one that was meant for another age would bind them for as long.
const LONGEST_TOLD: Duration = Duration::from_secs(86_400);

/// May be used from then on, and not for long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    /// From then on.
    pub at: Instant,
    /// An attempt that is not let through by then takes another.
    pub let_through_by: Instant,
    /// One that has not left by then pays with another.
    pub until: Instant,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Ask.
    Ask(Ask),
    /// Nothing until then, or until something happens.
    Wait(Option<Instant>),
}

/// How fast this process may go, beside what it shares.
#[derive(Debug, Clone, Copy)]
pub struct Own {
    /// Nothing leaves before.
    pub from: Instant,
    /// The gap between its own attempts, where the service has refused more.
    pub gap: Option<Duration>,
    /// The gap between those of all, where the service has said how many are left.
    pub of_all: Option<Duration>,
}

/// What an answer has brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Learned {
    /// Permits that were given out before are void.
    pub are_void: bool,
    /// All wait until then, which is news.
    pub held_until: Option<Instant>,
}

/// The permits of a process.
#[derive(Debug)]
pub struct Permits {
    gap: Duration,
    slack: Duration,
    /// Those that nobody has taken.
    free: VecDeque<Permit>,
    /// When those that are to come may be used, taken or not.
    to_come: VecDeque<Instant>,
    epoch: Option<Epoch>,
    /// Until then they hold without asking again.
    relied_on_until: Instant,
    /// How many attempts have none.
    lacking: u32,
    /// How many are to be left unused, because as many left too late.
    owed: u32,
    /// A hold that the others do not know of.
    untold: Option<Instant>,
    /// A hold that the others know of, as long as whoever keeps the account does.
    known: Option<Instant>,
    /// The last of those that were given out, and a gap, end then at the earliest.
    reserved_until: Option<Instant>,
    clocks: Clocks,
    /// When the last answer came.
    answered: Instant,
    /// When the next is due at a pace of its own.
    due: Instant,
    asked: Option<Instant>,
    /// How long asking took last.
    way: Duration,
    /// Whether nothing is done until somebody lacks one.
    is_idle: bool,
}

impl Permits {
    /// None yet.
    pub fn new(limit: Limit, now: Instant) -> Self {
        Self {
            gap: limit.gap(),
            slack: limit.slack(),
            free: VecDeque::new(),
            to_come: VecDeque::new(),
            epoch: None,
            relied_on_until: now,
            lacking: 0,
            owed: 0,
            untold: None,
            known: None,
            reserved_until: None,
            clocks: Clocks::new(now),
            answered: now,
            due: now,
            asked: None,
            way: Duration::ZERO,
            is_idle: false,
        }
    }

    /// Takes one, if there is any.
    pub fn take(&mut self, now: Instant) -> Option<Permit> {
        while let Some(permit) = self.free.pop_front() {
            if now <= permit.let_through_by {
                return Some(permit);
            }
        }
        None
    }

    /// Whether permits hold without asking again.
    pub fn are_relied_on(&self, now: Instant) -> bool {
        now <= self.relied_on_until
    }

    /// One more attempt has none. True where that has to be told.
    pub fn lack(&mut self) -> bool {
        self.lacking += 1;
        std::mem::take(&mut self.is_idle)
    }

    /// One attempt less has none.
    pub fn lack_no_more(&mut self) {
        self.lacking -= 1;
    }

    /// An attempt has left too late.
    pub fn owe(&mut self) {
        self.owed += 1;
    }

    /// All wait until then, which the others do not know.
    pub fn tell_hold(&mut self, until: Instant) {
        self.untold = self.untold.max(Some(until));
        self.known = self.known.max(Some(until));
    }

    /// No hold is longer than until then: the machine has slept.
    pub fn hold_no_longer(&mut self, until: Option<Instant>) {
        self.untold = self.untold.min(until);
        self.known = self.known.min(until);
    }

    /// Whether there is a hold that the others do not know of.
    pub fn has_to_tell(&self, now: Instant) -> bool {
        self.untold.is_some_and(|until| until > now)
    }

    /// Those that were given out are void. Tells whether there were any.
    pub fn void(&mut self) -> bool {
        self.free.clear();
        let had_some = !self.to_come.is_empty();
        self.to_come.clear();
        self.reserved_until = None;
        had_some
    }

    fn ahead(&self) -> Duration {
        (AHEAD + 2 * self.way).min(LONGEST_AHEAD)
    }

    /// What is to be done now.
    pub fn step(&mut self, now: Instant, own: Own) -> Step {
        while self.to_come.front().is_some_and(|at| *at <= now) {
            self.to_come.pop_front();
        }
        let ask = self.look(own, now);
        // What an answer says is understood by the one before: the first is asked for nothing else.
        let is_first = self.clocks.is_empty() && self.lacking > 0;
        self.untold = self.untold.filter(|until| *until > now);
        self.known = self.known.filter(|until| *until > now);
        if let Some(until) = self.untold {
            let hold = Some((until - now).min(LONGEST_TOLD));
            return Step::Ask(Ask { hold, ..ask });
        }
        if is_first {
            return Step::Ask(ask);
        }
        let wanted = self.lacking + self.owed;
        let reserving = (wanted > 0).then(|| self.reserving(now, own.from));
        if reserving.is_some_and(|at| at <= now) {
            let most = AT_A_TIME.as_nanos()
                / own
                    .gap
                    .map_or(ask.gap, |own| own.max(ask.gap))
                    .as_nanos()
                    .max(1);
            let most = u32::try_from(most).unwrap_or(u32::MAX).max(1);
            let permits = wanted.min(most);
            return Step::Ask(Ask { permits, ..ask });
        }
        let confirming = self.confirming();
        if confirming.is_some_and(|at| at <= now) {
            return Step::Ask(ask);
        }
        let reminding = self.known.map(|_| self.answered + REMIND_EVERY);
        if reminding.is_some_and(|at| at <= now) {
            return Step::Ask(ask);
        }
        self.is_idle = reserving.is_none();
        let next = [reserving, confirming, reminding].into_iter().flatten();
        Step::Wait(next.min())
    }

    /// What is asked where nothing is needed but to know how it stands.
    pub fn look(&self, own: Own, now: Instant) -> Ask {
        // As much later as it gets there, it says too much: that must not make the others wait each time.
        let certain = self
            .reserved_until
            .and_then(|until| until.checked_sub(self.slack / 2));
        let reserved = certain.map(|until| until.saturating_duration_since(now));
        Ask {
            permits: 0,
            gap: own.of_all.map_or(self.gap, |gap| gap.max(self.gap)),
            hold: None,
            reserved: reserved.unwrap_or_default().min(LONGEST_TOLD),
            epoch: self.epoch.map_or(0, |epoch| epoch.of_account),
        }
    }

    /// When to ask for more, where some are wanted.
    fn reserving(&self, now: Instant, from: Instant) -> Instant {
        let ahead = self.ahead();
        let due = self.due.checked_sub(ahead).unwrap_or(now);
        let Some(last) = self.to_come.back() else {
            return from.max(due);
        };
        let runs_out = last.checked_sub(ahead).unwrap_or(now);
        let is_short = *last <= now + 2 * self.way + BETWEEN;
        let again = self
            .asked
            .filter(|_| !is_short)
            .map_or(now, |at| at + BETWEEN);
        from.max(due).max(runs_out).max(again)
    }

    /// When to ask whether those that are to come still hold, where that is not known.
    fn confirming(&self) -> Option<Instant> {
        let is_unsure = |at: &&Instant| **at + self.slack > self.relied_on_until;
        let first = self.to_come.iter().find(is_unsure)?;
        Some(first.checked_sub(self.ahead()).unwrap_or(*first))
    }

    /// Takes note of an answer to what was asked then. All wait until `held`, as far as it is known.
    ///
    /// The answer was made at some time between asking and now. Permits are used as if that was as late as it can have been, so that
    /// none is used early; and are good as if it was as early, unless that is so long before that nothing would be left.
    pub fn answered(
        &mut self,
        (ask, answer): (Ask, Answer),
        own: Own,
        asked: Instant,
        now: Instant,
        held: Option<Instant>,
    ) -> Learned {
        self.way = now - asked;
        self.answered = now;
        let before = self.epoch.replace(answer.epoch);
        let is_another = before.is_some_and(|before| before != answer.epoch);
        if before.is_some_and(|before| before.of_connection != answer.epoch.of_connection) {
            self.clocks.forget();
        }
        let made = self.clocks.made(answer.at, asked, now);
        let had_some = is_another && self.void();
        self.relied_on_until = (asked + RELIED_ON).max(now + self.ahead() + self.slack);
        if let Some(told) = ask.hold {
            // A longer one may have come meanwhile; one for another age is not told to its end.
            let is_longest = told == LONGEST_TOLD;
            self.untold = self
                .untold
                .filter(|until| *until > asked + told && !is_longest);
        }
        if ask.permits > 0 {
            self.asked = Some(now);
            self.reserved(ask, answer.wait, made);
            let gap = own.gap.unwrap_or_default();
            self.due = self.due.max(made.latest + answer.wait) + gap * ask.permits;
        }
        let until = made.latest + answer.held;
        let is_news = !answer.held.is_zero() && held.is_none_or(|held| until > held + NEWS);
        self.remember(made, answer.held, now);
        Learned {
            are_void: had_some,
            held_until: is_news.then_some(until),
        }
    }

    /// Takes note of a hold that the account knows of, and tells one that it knows of no more.
    fn remember(&mut self, made: Made, held: Duration, now: Instant) {
        if !held.is_zero() {
            self.known = self.known.max(Some(made.earliest + held));
        }
        let there = made.latest + held + NEWS;
        if let Some(until) = self.known
            && until > now
            && until.min(now + LONGEST_TOLD) > there
        {
            self.untold = self.untold.max(Some(until));
        }
    }

    fn reserved(&mut self, ask: Ask, wait: Duration, made: Made) {
        let unpaid = self.owed.min(ask.permits);
        self.owed -= unpaid;
        for number in unpaid..ask.permits {
            let wait = wait + ask.gap * number;
            let at = made.latest + wait;
            let until = (made.earliest + wait + self.slack).max(at + self.slack / 2);
            self.free.push_back(Permit {
                at,
                let_through_by: until - self.slack / FOR_LEAVING,
                until,
            });
            self.to_come.push_back(at);
        }
        self.reserved_until = Some(made.earliest + wait + ask.gap * ask.permits);
    }
}
