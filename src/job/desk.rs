//! The only place that writes while calls are made: journal, standing and bar.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::called::Called;
use super::canary::{Canary, Next};
use super::leg::Terms;
use super::wording;
use crate::dispatch::{Failures, Judgement, Stopper, Suspicion, Told, TooMany};
use crate::model::{Attempted, Bearing, Call, CallRecord, Event, Moment, StopReason};
use crate::plan::Plan;
use crate::record::{Entry, RecordError};
use crate::report::{Glance, Progress};

/// So many events wait for the desk at most; a slow disk slows the workers, not the memory down.
pub const WAITING: usize = 256;

/// Entries are made durable this often (contract, section 5).
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// Nobody waits for that, unless it takes longer than this: no more is sent than can be lost in such a time.
const OVERDUE: Duration = Duration::from_secs(5);

/// The bar moves this often.
const SHOW_EVERY: Duration = Duration::from_millis(200);

/// Takes what workers tell, in batches, writes it, and tells them that it is written.
pub struct Desk<'a> {
    plan: &'a Plan,
    state: Called,
    progress: Progress,
    stopper: Stopper,
    suspicion: Suspicion<u32>,
    failures: Failures,
    /// The calls that go first, until it is known whether the others follow.
    canary: Option<Canary>,
    drain: Duration,
    /// When to give up what is still on its way.
    cut_at: Option<Instant>,
    calls: u64,
    now: fn() -> Moment,
}

/// What a batch comes to. Its room is used again for the next.
#[derive(Default)]
struct Batch {
    entries: Vec<Entry>,
    waiting: Vec<oneshot::Sender<()>>,
}

impl<'a> Desk<'a> {
    /// A desk that begins in `state`; a stop gives calls on their way `drain` to end.
    pub fn new(
        plan: &'a Plan,
        state: Called,
        progress: Progress,
        stopper: Stopper,
        terms: &Terms,
        now: fn() -> Moment,
    ) -> Self {
        let calls = u64::from(plan.totals().calls);
        let left = calls.saturating_sub(u64::from(state.standing.ledger.ended()));
        let streak = state.standing.streak.iter();
        Self {
            plan,
            suspicion: Suspicion::after(streak.map(|end| end.call).collect()),
            state,
            progress,
            stopper,
            failures: Failures::new(terms.max_failures, left),
            canary: None,
            drain: terms.drain,
            cut_at: None,
            calls,
            now,
        }
    }

    /// The same where some calls go first.
    pub fn with(self, canary: Option<Canary>) -> Self {
        Self { canary, ..self }
    }

    /// Works until all workers are gone.
    pub async fn work(
        mut self,
        mut inbox: mpsc::Receiver<Told>,
        mut interrupts: mpsc::Receiver<StopReason>,
    ) -> Called {
        let (mut told, mut batch) = (Vec::with_capacity(WAITING), Batch::default());
        let (mut sync, mut show) = (interval(SYNC_EVERY), interval(SHOW_EVERY));
        sync.set_missed_tick_behavior(MissedTickBehavior::Delay);
        show.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut syncing, mut since) = (None, Instant::now());
        loop {
            let cut_at = self.cut_at;
            let is_overdue = syncing.is_some() && since.elapsed() > OVERDUE;
            // Where the run stops, nothing more is sent that could be lost.
            let may_take = !is_overdue || self.state.stopped.is_some();
            // In this order, so that a run in tests repeats; what is ready most often comes last.
            tokio::select! {
                biased;
                Some(reason) = interrupts.recv() => self.interrupted(reason),
                () = sleep_until(cut_at.unwrap_or_else(Instant::now)), if cut_at.is_some() => self.cut(),
                synced = poll(&mut syncing), if syncing.is_some() => {
                    syncing = None;
                    self.synced(synced);
                }
                _ = sync.tick(), if syncing.is_none() => {
                    since = Instant::now();
                    syncing = self.make_durable();
                }
                next = answered(&mut self.canary) => self.go_on_or_stop(next),
                _ = show.tick() => self.show(),
                received = inbox.recv_many(&mut told, WAITING), if may_take => {
                    if received == 0 {
                        break;
                    }
                    self.take(&mut told, &mut batch);
                }
            }
        }
        self.await_sync(syncing, &mut interrupts).await;
        self.show();
        let syncing = self.make_durable();
        self.await_sync(syncing, &mut interrupts).await;
        self.finish()
    }

    /// Takes what happened. The entries of a batch are written at once, and then their workers told.
    fn take(&mut self, told: &mut Vec<Told>, batch: &mut Batch) {
        for Told { event, written } in told.drain(..) {
            self.progress.tell(&event);
            match (event, written) {
                (
                    Event::CanaryEnded {
                        calls,
                        others_follow,
                    },
                    Some(waiting),
                ) => self.canary_ended(calls, others_follow, waiting),
                (event, written) => {
                    batch.waiting.extend(written);
                    self.enter(event, &mut batch.entries);
                }
            }
        }
        match self.write(&batch.entries) {
            true => tell(batch.waiting.drain(..)),
            // Where it is not written, nobody is told.
            false => batch.waiting.clear(),
        }
        batch.entries.clear();
    }

    /// What an event comes to in the journal.
    fn enter(&mut self, event: Event, entries: &mut Vec<Entry>) {
        match event {
            Event::Sending { call } => wording::sending(call, entries),
            Event::CalledBack { call } => entries.push(Entry::CalledBack(call)),
            Event::Attempted {
                call,
                attempt,
                doubt,
                ..
            } => entries.push(wording::attempt(call, &attempt, doubt)),
            Event::Held {
                pause, throttled, ..
            } => entries.push(wording::held((self.now)(), pause, throttled)),
            Event::Stopping(reason) => self.stop(reason),
            Event::Down { next, .. } => entries.push(wording::held((self.now)(), next, None)),
            Event::RateAway { next, .. } => entries.push(wording::away((self.now)(), next)),
            Event::Finished {
                call,
                record,
                last,
                bearing,
            } => self.end(&call, record, last, bearing, entries),
            Event::Unfinished { .. }
            | Event::Retrying { .. }
            | Event::PutBack { .. }
            | Event::Up { .. }
            | Event::RateBack { .. }
            | Event::GivenUp { .. }
            | Event::Woken { .. }
            | Event::CanaryEnded { .. }
            | Event::TooFewPlaces { .. } => {}
        }
    }

    /// What the end of a call comes to.
    fn end(
        &mut self,
        call: &Call,
        record: CallRecord,
        last: Option<Attempted>,
        bearing: Bearing,
        entries: &mut Vec<Entry>,
    ) {
        let customer = call.customer;
        let pending = last.map(|last| wording::attempt(customer, &last, None));
        match self.suspicion.judge(bearing, || customer) {
            Judgement::Record => {
                let too_many = self.failures.count(call, &record.outcomes);
                if let Some(canary) = &mut self.canary {
                    canary.note(call, &record.outcomes, self.plan);
                }
                let lines = self.lines(call);
                entries.push(wording::ended(
                    customer,
                    record,
                    last.as_ref(),
                    bearing,
                    lines,
                ));
                if let Some(TooMany { failed, of }) = too_many {
                    self.stop(StopReason::TooManyFailures { failed, of });
                }
            }
            // Its answer does not count: it stays pending.
            Judgement::Discard => entries.extend(pending),
            Judgement::Stop(earlier) => {
                let answers = earlier.len() + 1;
                entries.extend(earlier.into_iter().map(Entry::TakenBack));
                entries.extend(pending);
                self.stop(StopReason::NotAboutCustomers {
                    answers,
                    status: record.status.unwrap_or_default(),
                    message: record.outcomes.of(0).message.to_string(),
                });
            }
        }
    }

    /// Where the rows of a call stand, if the plan won't say it once more.
    fn lines(&self, call: &Call) -> Vec<u64> {
        match self.plan.held() {
            Some(_) => Vec::new(),
            None => {
                let rows = call.changes.iter();
                rows.map(|change| self.plan.line(change.row)).collect()
            }
        }
    }

    /// Writes entries. False where they can't be written, which stops the run.
    fn write(&mut self, entries: &[Entry]) -> bool {
        if entries.is_empty() {
            return true;
        }
        if let Err(error) = self.state.journal.append(entries) {
            self.stop(StopReason::Unrecordable(error.to_string()));
            return false;
        }
        let (standing, plan) = (&mut self.state.standing, self.plan);
        let mut entries = entries.iter();
        let taken = entries.try_for_each(|entry| standing.take(plan, entry));
        let taken = taken.and_then(|()| standing.settle(plan));
        // What was written is what has happened, or the workers are not ours.
        taken.expect("workers tell of the calls that they were given, and of each in its order");
        true
    }

    /// The calls that go first have shown what they can: tells it, and decides whether the others follow.
    fn canary_ended(&mut self, calls: u64, others_follow: bool, waiting: oneshot::Sender<()>) {
        let left = self.calls - u64::from(self.state.standing.ledger.ended());
        let Some(canary) = &mut self.canary else {
            return;
        };
        if !others_follow {
            canary.ask_nobody();
        }
        if canary.asks() {
            self.progress.make_room();
        }
        self.progress
            .sampled(&canary.sampled(calls, left, others_follow));
        let next = canary.decide(calls, left, waiting);
        self.go_on_or_stop(next);
    }

    fn go_on_or_stop(&mut self, next: Next) {
        match next {
            Next::GoOn => {
                self.canary = None;
                self.progress.go_on();
            }
            Next::Stop(reason) => self.stop(reason),
            Next::Wait => {}
        }
    }

    /// Stops for the first reason that comes.
    fn stop(&mut self, reason: StopReason) {
        if self.canary.take().is_some_and(|canary| canary.is_asking()) {
            self.progress.leave_question();
        }
        if self.state.stopped.is_none() {
            self.progress.stopping(&reason, self.drain);
        }
        self.stopper.drain();
        self.state.stopped.get_or_insert(reason);
        self.cut_at
            .get_or_insert_with(|| Instant::now() + self.drain);
    }

    fn interrupted(&mut self, reason: StopReason) {
        if self.state.stopped.is_some() {
            return self.cut();
        }
        self.stop(reason);
    }

    fn cut(&mut self) {
        self.stopper.cut();
        self.cut_at = None;
    }

    /// Starts to make durable what is not yet, if there is any.
    fn make_durable(&mut self) -> Option<Syncing> {
        if !self.state.journal.is_behind() {
            return None;
        }
        match self.state.journal.syncing() {
            Ok(syncing) => Some(Box::pin(syncing)),
            Err(error) => {
                self.stop(StopReason::Unrecordable(error.to_string()));
                None
            }
        }
    }

    fn synced(&mut self, synced: Result<u64, RecordError>) {
        if let Err(RecordError::Lost { source, .. }) = &synced {
            self.state.journal.break_off(source.kind());
        }
        let noted = synced.and_then(|bytes| self.state.journal.is_durable(bytes));
        if let Err(error) = noted {
            self.stop(StopReason::Unrecordable(error.to_string()));
        }
    }

    fn show(&mut self) {
        let standing = &self.state.standing;
        self.progress.show(Glance {
            ended: u64::from(standing.ledger.ended()),
            calls: self.calls,
            tally: &standing.tally,
        });
    }

    /// Waits until what is written is durable; a signal does not.
    async fn await_sync(
        &mut self,
        mut syncing: Option<Syncing>,
        interrupts: &mut mpsc::Receiver<StopReason>,
    ) {
        if syncing.is_none() {
            return;
        }
        tokio::select! {
            biased;
            synced = poll(&mut syncing) => self.synced(synced),
            Some(_) = interrupts.recv() => {}
        }
    }

    fn finish(mut self) -> Called {
        self.progress.finish();
        // A stop that came when nothing was left to do has stopped nothing.
        if u64::from(self.state.standing.ledger.ended()) == self.calls {
            self.state.stopped = None;
        }
        self.state
    }
}

/// What becomes durable, and how much that is.
type Syncing = std::pin::Pin<Box<dyn Future<Output = Result<u64, RecordError>> + Send>>;

/// Waits for an answer about the calls that go first.
async fn answered(canary: &mut Option<Canary>) -> Next {
    match canary {
        Some(canary) => canary.answered().await,
        None => std::future::pending().await,
    }
}

/// Waits for what is there.
async fn poll(syncing: &mut Option<Syncing>) -> Result<u64, RecordError> {
    match syncing {
        Some(syncing) => syncing.await,
        None => std::future::pending().await,
    }
}

/// Tells workers that what they wait for is written.
fn tell(waiting: impl Iterator<Item = oneshot::Sender<()>>) {
    for worker in waiting {
        // One that is gone needs not know.
        let _gone = worker.send(());
    }
}
