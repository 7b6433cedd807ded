//! Where a run stands: what the entries of its journal come to, while it runs and when it is carried on alike.

use std::collections::BTreeMap;
use std::time::Duration;

use hashbrown::HashMap;

use super::departures::{Departures, before, since};
use super::ended_rows::EndedRows;
use super::remaining::Left;
use super::successes::Successes;
use crate::dispatch::Before;
use crate::model::{
    Bearing, History, Moment, Outcome, OutcomeKind, Outcomes, PerHour, Rate, Tally,
};
use crate::plan::Plan;
use crate::record::{AttemptEnd, CallEnd, Entry, Ledger, LegBegin};
use crate::report::{Effort, Minutes};

/// No more is lost to a power cut than is sent in such a time: what is not yet synced when a sync takes too long, and what
/// comes after it until the next one does; see [`super::desk`].
const UNSYNCED: Duration = Duration::from_secs(13);

/// After so long at a pace that climbs unrefused, it is not known any more what the service allows.
const GOOD_FOR: Duration = Duration::from_secs(900);

/// An entry that does not fit the plan: the journal is another list's, or damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misfit;

/// Where a run stands.
#[derive(Debug)]
pub struct Standing {
    /// How each call ended.
    pub ledger: Ledger,
    /// Rows by outcome, those of calls that have not ended left out.
    pub tally: Tally,
    /// Pace and latency.
    pub minutes: Minutes,
    /// The processes of the run.
    pub legs: Vec<Leg>,
    /// How the calls ended that ended last, if no other has ended since and their answers can hardly be about the customers.
    pub streak: Vec<CallEnd>,
    /// Whether the service has ever answered.
    pub has_answers: bool,
    /// What it seems to allow, where that is less than was tried, and when that was seen.
    allowed: Option<(Moment, PerHour)>,
    attempts: u64,
    throttled: u64,
    /// Calls that were sent and have not ended.
    open: HashMap<u32, Open>,
    /// Calls that have succeeded: still to be counted, and held against the plan.
    succeeded: Successes,
    /// Of calls before this one an attempt may have been sent that is recorded nowhere.
    unrecorded_below: u32,
    departures: Departures,
    latest: Moment,
}

/// A process of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// How it began.
    pub begin: LegBegin,
    /// When it ended: in good order, or when it was last heard of.
    pub ended: Option<Moment>,
    /// With which exit status; none where it was killed.
    pub status: Option<u8>,
}

/// A call that was sent and has not ended.
#[derive(Debug, Default)]
struct Open {
    /// How many attempts of it were sent.
    attempts: u32,
    in_flight: bool,
    /// How it ends if nothing is ever heard: there where an attempt may have been applied.
    doubt: Option<Outcome>,
}

impl Standing {
    /// Where a run of this plan begins, `left_out` being the rows that no call is about. What left before counts for
    /// a pace of `rate`.
    pub fn new(plan: &Plan, left_out: Tally, rate: Option<Rate>) -> Self {
        let ledger = match plan.held() {
            Some(_) => Ledger::new(plan.customers()),
            None => Ledger::bare(plan.customers()),
        };
        Self {
            ledger,
            tally: left_out,
            minutes: Minutes::default(),
            legs: Vec::new(),
            streak: Vec::new(),
            has_answers: false,
            allowed: None,
            attempts: 0,
            throttled: 0,
            open: HashMap::new(),
            succeeded: Successes::default(),
            unrecorded_below: 0,
            departures: Departures::for_rate(rate),
            latest: Moment(0),
        }
    }

    /// Takes an entry.
    ///
    /// # Errors
    /// It does not fit the plan.
    pub fn take(&mut self, plan: &Plan, entry: &Entry) -> Result<(), Misfit> {
        match entry {
            Entry::Leg(begin) => self.begin_leg(plan, begin),
            Entry::Sending(calls) => calls.iter().try_for_each(|call| self.send(plan, *call))?,
            Entry::CalledBack(call) => {
                let open = self.open.get_mut(call).filter(|open| open.in_flight);
                let open = open.ok_or(Misfit)?;
                open.in_flight = false;
                open.attempts -= 1;
                self.attempts -= 1;
            }
            Entry::Attempt(attempt) => self.attempt(attempt)?,
            Entry::Ended(end) => self.end(plan, end)?,
            Entry::TakenBack(call) => self.take_back(plan, *call)?,
            Entry::Held {
                at,
                ms,
                throttled,
                unasked,
            } => {
                let pause = Duration::from_millis(*ms);
                self.see(*at);
                let limit = throttled.and_then(|throttled| throttled.limit);
                let allowed = limit.map(|limit| (*at, limit));
                self.allowed = allowed.or(self.allowed);
                self.departures.throttle(*at, *throttled);
                self.minutes.hold(*at, pause);
                if !unasked {
                    self.departures.hold(*at, pause);
                }
            }
            Entry::Durable(_) => {}
            Entry::LegEnd { at, status } => {
                self.see(*at);
                let leg = self.legs.last_mut().ok_or(Misfit)?;
                (leg.ended, leg.status) = (Some(*at), Some(*status));
            }
        }
        Ok(())
    }

    /// Closes the leg before, if it has not ended in good order: what it had in flight may have been applied, and counts
    /// as sent only now; and after a power cut, so may what it has sent last and nothing is recorded of.
    fn begin_leg(&mut self, plan: &Plan, begin: &LegBegin) {
        let seen = self.latest;
        let in_flight = self.open.values_mut().filter(|open| open.in_flight);
        let cut_off = in_flight.map(|open| {
            open.in_flight = false;
            open.doubt = Some(Outcome::cut_off());
        });
        self.departures.left(begin.at, cut_off.count());
        if let Some(leg) = self.legs.last_mut().filter(|leg| leg.ended.is_none()) {
            leg.ended = Some(seen);
            let before = leg.begin.clone();
            if before.boot.is_none() || before.boot != begin.boot {
                self.lost_to_a_power_cut(plan, &before, begin.at);
            }
        }
        // Clocks may be set between legs.
        self.latest = begin.at;
        self.minutes.begin(begin.at);
        self.legs.push(Leg {
            begin: begin.clone(),
            ended: None,
            status: None,
        });
    }

    /// Counts what a leg may have sent last, and nothing is recorded of, as sent `now`.
    fn lost_to_a_power_cut(&mut self, plan: &Plan, leg: &LegBegin, now: Moment) {
        let sent = leg.rate.map_or(usize::MAX, |(attempts, window)| {
            let windows = UNSYNCED.as_secs_f64() * 1_000.0 / window.max(1) as f64;
            (windows * f64::from(attempts)).ceil() as usize + leg.burst as usize
        });
        self.departures.left(now, sent);
        // Those that were put back wait while others are sent.
        let ahead = leg.concurrency as usize + self.open.len();
        let calls = sent.saturating_add(ahead);
        // Customers whose rows are all rejected are never called; nobody knows here where they are.
        let never = plan.customers() - plan.totals().calls;
        let calls = calls.saturating_add(never as usize);
        let customers = 0..self.ledger.customers();
        let next = customers.filter(|customer| !self.ledger.has_ended(*customer));
        if let Some(last) = next.take(calls).last() {
            self.unrecorded_below = self.unrecorded_below.max(last + 1);
        }
    }

    fn send(&mut self, plan: &Plan, customer: u32) -> Result<(), Misfit> {
        if customer >= plan.customers() || self.ledger.has_ended(customer) {
            return Err(Misfit);
        }
        self.attempts += 1;
        let open = self.open.entry(customer).or_default();
        open.in_flight = true;
        open.attempts += 1;
        Ok(())
    }

    fn attempt(&mut self, attempt: &AttemptEnd) -> Result<(), Misfit> {
        let open = self.open.get_mut(&attempt.call).ok_or(Misfit)?;
        open.in_flight = false;
        open.doubt = attempt.doubt.clone().or(open.doubt.take());
        self.attempted(attempt.at, attempt.ms, attempt.unsent, attempt.status);
        Ok(())
    }

    fn end(&mut self, plan: &Plan, end: &CallEnd) -> Result<(), Misfit> {
        let record = &end.record;
        if end.call >= plan.customers() {
            return Err(Misfit);
        }
        if self.open.remove(&end.call).is_none() || self.ledger.has_ended(end.call) {
            return Err(Misfit);
        }
        if !end.told {
            self.attempted(record.at, end.ms, end.unsent, record.status);
        }
        let labels = || match plan.held() {
            Some(groups) => groups.labels(end.call),
            None => Vec::new(),
        };
        self.ledger.enter(end.call, record, labels);
        self.minutes.call(record.at);
        match &record.outcomes {
            // Nobody asks where successes stand.
            Outcomes::All(outcome) if outcome.kind == OutcomeKind::Success => match plan.held() {
                Some(groups) => self.succeeded.add(groups, end.call, record.user),
                None => self.tally.add_rows(outcome, end.lines.len() as u64, 0),
            },
            outcomes => {
                let lines = EndedRows::of(plan, end)?.lines(plan);
                for (position, line) in lines.into_iter().enumerate() {
                    self.tally.add(outcomes.of(position), line);
                }
            }
        }
        match end.bearing {
            Bearing::Suspect => self.streak.push(end.clone()),
            Bearing::Clears => self.streak.clear(),
            Bearing::Neither => {}
        }
        Ok(())
    }

    /// Counts what has succeeded, and holds it against the plan.
    ///
    /// # Errors
    /// The journal is another list's.
    pub fn settle(&mut self, plan: &Plan) -> Result<(), Misfit> {
        if let Some(groups) = plan.held() {
            let rows = self.succeeded.settle(groups)?;
            self.tally.add_rows(&Outcome::success(), rows, 0);
        }
        Ok(())
    }

    fn take_back(&mut self, plan: &Plan, call: u32) -> Result<(), Misfit> {
        let last = self.streak.iter().position(|end| end.call == call);
        let end = self.streak.remove(last.ok_or(Misfit)?);
        let mut open = Open {
            attempts: end.record.attempts,
            ..Open::default()
        };
        let rows = EndedRows::of(plan, &end)?.count() as usize;
        for position in 0..rows {
            let outcome = end.record.outcomes.of(position);
            self.tally.take_back(outcome);
            // An earlier attempt than the one that does not count may have been applied.
            let doubt = Some(outcome).filter(|outcome| outcome.kind == OutcomeKind::Unconfirmed);
            open.doubt = doubt.cloned().or(open.doubt);
        }
        self.ledger.take_back(call);
        self.open.insert(call, open);
        Ok(())
    }

    fn attempted(&mut self, at: Moment, ms: u64, unsent: bool, status: Option<u16>) {
        self.see(at);
        let (took, throttled) = (Duration::from_millis(ms), status == Some(429));
        self.throttled += u64::from(throttled);
        self.has_answers |= status.is_some_and(|status| !matches!(status, 500..=599));
        self.minutes.attempt(at, took, throttled);
        if !unsent {
            self.departures.left(before(at, took), 1);
        }
    }

    fn see(&mut self, at: Moment) {
        self.latest = self.latest.max(at);
    }

    /// How often each call was sent that has not ended.
    pub fn open_attempts(&self) -> BTreeMap<u32, u32> {
        let open = self.open.iter();
        open.map(|(call, open)| (*call, open.attempts)).collect()
    }

    /// Whether anything is worth keeping: something was sent, or may have been.
    pub fn is_worth_keeping(&self) -> bool {
        self.attempts > 0 || self.unrecorded_below > 0
    }

    /// What is left to be done, as it is now.
    pub fn left(&self) -> Left {
        let history = |(call, open): (&u32, &Open)| {
            let attempts = open.attempts;
            let doubt = open.doubt.clone();
            (*call, History { attempts, doubt })
        };
        Left {
            ended: self.ledger.all_ended().clone(),
            before: self.open.iter().map(history).collect(),
            unrecorded_below: self.unrecorded_below,
        }
    }

    /// How many calls were sent and have not ended.
    pub fn without_verdict(&self) -> u64 {
        let sent = self.open.values().filter(|open| open.attempts > 0);
        sent.count() as u64
    }

    /// An attempt that is about no call left then, at the latest: it counts for the rate.
    pub fn left_besides(&mut self, at: Moment) {
        self.departures.left(at, 1);
    }

    /// What the pace has to know of earlier legs.
    pub fn before(&self, now: Moment) -> Before {
        self.departures.before(now)
    }

    /// When it was last heard of.
    pub fn heard_of(&self) -> Moment {
        self.latest
    }

    /// How long its legs have taken together, in seconds.
    pub fn seconds(&self, now: Moment) -> f64 {
        self.spans(now, |begin| begin.started).as_secs_f64()
    }

    /// What was done up to now.
    pub fn effort(&self, now: Moment) -> Effort {
        Effort {
            ended: u64::from(self.ledger.ended()),
            attempts: self.attempts,
            throttled: self.throttled,
            without_verdict: self.without_verdict(),
            allowed: self
                .allowed
                .filter(|(at, _)| since(*at, self.latest) < GOOD_FOR)
                .map(|(_, allowed)| allowed),
            calling: self.spans(now, |begin| begin.at),
        }
    }

    /// How long all legs have taken, each counted `from` there.
    fn spans(&self, now: Moment, from: fn(&LegBegin) -> Moment) -> Duration {
        let span = |leg: &Leg| since(from(&leg.begin), leg.ended.unwrap_or(now));
        let add = |all: Duration, more| all.saturating_add(more);
        self.legs.iter().map(span).fold(Duration::ZERO, add)
    }
}
