//! Plan → records: the one loop that writes.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::dispatch::{Crew, Judgement, Pace, RetryPolicy, Stopper, Suspicion, Told, run, stopper};
use crate::model::{Call, CallRecord, Event, Moment, Rate, StopReason, Tally};
use crate::plan::Plan;
use crate::record::{Journal, Ledger, RecordError};
use crate::report::{Effort, Glance, Minutes, Progress};
use crate::service::Sender;

/// So many events wait for the loop at most; a slow disk slows the workers, not the memory down.
const WAITING: usize = 256;

/// Records are made durable this often (contract, section 5).
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// The bar moves this often.
const SHOW_EVERY: Duration = Duration::from_millis(200);

/// How calls are made.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// The most attempts in a window; none lifts the limit.
    pub rate: Option<Rate>,
    /// How many of them may leave together.
    pub burst: NonZeroU32,
    /// Calls in flight at most.
    pub concurrency: NonZeroUsize,
    /// When a call is tried again.
    pub retries: RetryPolicy,
    /// How long calls on their way may take to end after a stop.
    pub drain: Duration,
}

/// What calling works on.
#[derive(Debug)]
pub struct Calling<'a> {
    /// The calls.
    pub plan: &'a Plan,
    /// Where they are recorded.
    pub journal: Journal,
    /// Shows how far it is.
    pub progress: Progress,
    /// Rows that no call is about.
    pub left_out: Tally,
    /// Signals; a second one cuts off what is on its way.
    pub interrupts: mpsc::Receiver<StopReason>,
    /// The time of day.
    pub now: fn() -> Moment,
}

/// How calling ended.
#[derive(Debug)]
pub struct Called {
    /// How each call ended.
    pub ledger: Ledger,
    /// Rows by outcome, those of calls that did not end left out.
    pub tally: Tally,
    /// The same on disk.
    pub journal: Journal,
    /// Why it stopped before every call had ended.
    pub stopped: Option<StopReason>,
    /// What it took.
    pub effort: Effort,
    /// Pace and latency.
    pub minutes: Minutes,
}

impl Called {
    /// Where calling begins; and where it ends, if there is nobody to call.
    pub fn nobody(plan: &Plan, left_out: Tally, journal: Journal, now: Moment) -> Self {
        Self {
            ledger: Ledger::new(plan.customers()),
            tally: left_out,
            journal,
            stopped: None,
            effort: Effort::default(),
            minutes: Minutes::new(now),
        }
    }
}

/// Makes all calls of the plan, until each has ended or the run must stop.
pub async fn call_all<S: Sender>(calling: Calling<'_>, sender: S, terms: Terms) -> Called {
    let Calling {
        plan,
        journal,
        progress,
        left_out,
        interrupts,
        now,
    } = calling;
    let (stopper, stop) = stopper();
    let (events, inbox) = mpsc::channel(WAITING);
    let pace = Pace::new(terms.rate, terms.burst);
    let crew = Crew {
        sender,
        pace,
        retries: terms.retries,
        stop,
        events,
        now,
    };
    let state = Called::nobody(plan, left_out, journal, now());
    let calls = u64::from(plan.totals().calls);
    let desk = Desk {
        plan,
        state,
        progress,
        stopper,
        suspicion: Suspicion::default(),
        drain: terms.drain,
        cut_at: None,
        sync: None,
        calls,
        started: Instant::now(),
        now,
    };
    let ((), called) = tokio::join!(
        run(plan.calls(), crew, terms.concurrency),
        desk.work(inbox, interrupts)
    );
    called
}

/// The only place that writes: journal, ledger, counts and bar.
struct Desk<'a> {
    plan: &'a Plan,
    state: Called,
    progress: Progress,
    stopper: Stopper,
    suspicion: Suspicion<(Call, CallRecord)>,
    drain: Duration,
    /// When to give up what is still on its way.
    cut_at: Option<Instant>,
    sync: Option<JoinHandle<Result<(), RecordError>>>,
    calls: u64,
    started: Instant,
    now: fn() -> Moment,
}

impl Desk<'_> {
    async fn work(
        mut self,
        mut inbox: mpsc::Receiver<Told>,
        mut interrupts: mpsc::Receiver<StopReason>,
    ) -> Called {
        let mut batch = Vec::with_capacity(WAITING);
        let (mut sync, mut show) = (interval(SYNC_EVERY), interval(SHOW_EVERY));
        sync.set_missed_tick_behavior(MissedTickBehavior::Delay);
        show.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let cut_at = self.cut_at;
            tokio::select! {
                received = inbox.recv_many(&mut batch, WAITING) => {
                    if received == 0 {
                        break;
                    }
                    self.take(&mut batch);
                }
                Some(reason) = interrupts.recv() => self.interrupted(reason),
                _ = sync.tick() => self.make_durable().await,
                _ = show.tick() => self.show(),
                () = sleep_until(cut_at.unwrap_or_else(Instant::now)), if cut_at.is_some() => self.cut(),
            }
        }
        self.finish().await
    }

    /// Takes what happened. The records of a batch are written at once, and then their workers told.
    fn take(&mut self, batch: &mut Vec<Told>) {
        let (mut calls, mut records, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
        for Told { event, written } in batch.drain(..) {
            self.progress.tell(&event);
            match event {
                Event::Attempted { latency, throttled } => {
                    self.state.effort.attempts += 1;
                    self.state.effort.throttled += u64::from(throttled);
                    self.state.minutes.attempt((self.now)(), latency, throttled);
                }
                Event::Held { pause, .. } => self.state.minutes.hold((self.now)(), pause),
                Event::Stopping(reason) => self.stop(reason),
                Event::Retrying { .. } | Event::Unfinished { .. } => {}
                Event::Finished {
                    call,
                    record,
                    suspect,
                } => {
                    waiting.extend(written);
                    let kept = suspect.then(|| (call.clone(), record.clone()));
                    match self.suspicion.judge(kept) {
                        Judgement::Record => {
                            calls.push(call);
                            records.push(record);
                        }
                        Judgement::Discard => {}
                        Judgement::Stop(earlier) => {
                            // What is taken back must have been written before.
                            self.write(&std::mem::take(&mut calls), &std::mem::take(&mut records));
                            self.not_about_the_customers(earlier, &record);
                        }
                    }
                }
            }
        }
        self.write(&calls, &records);
        self.tell(waiting);
    }

    fn write(&mut self, calls: &[Call], records: &[CallRecord]) {
        if records.is_empty() {
            return;
        }
        if let Err(error) = self.state.journal.append(records) {
            return self.stop(StopReason::Unrecordable(error.to_string()));
        }
        for (call, record) in calls.iter().zip(records) {
            self.state.ledger.enter(call, record);
            self.state.minutes.call(record.at);
            for (position, change) in call.changes.iter().enumerate() {
                self.state
                    .tally
                    .add(record.outcomes.of(position), self.plan.line(change.row));
            }
        }
    }

    fn tell(&self, waiting: Vec<oneshot::Sender<()>>) {
        for worker in waiting {
            // Where nothing can be written any more, nobody is told that it was; a worker that is gone needs not know.
            if !matches!(self.state.stopped, Some(StopReason::Unrecordable(_))) {
                let _gone = worker.send(());
            }
        }
    }

    /// Takes back the calls whose answers were not about their customers: they stay pending.
    fn not_about_the_customers(&mut self, earlier: Vec<(Call, CallRecord)>, last: &CallRecord) {
        let answers = earlier.len() + 1;
        for (call, record) in earlier {
            if let Err(error) = self.state.journal.take_back(call.user) {
                return self.stop(StopReason::Unrecordable(error.to_string()));
            }
            self.state.ledger.take_back(&call);
            for position in 0..call.changes.len() {
                self.state.tally.take_back(record.outcomes.of(position));
            }
        }
        let outcome = last.outcomes.of(0);
        let (code, message) = (outcome.code.to_string(), outcome.message.to_string());
        self.stop(StopReason::NotAboutCustomers {
            answers,
            code,
            message,
        });
    }

    /// Stops for the first reason that comes.
    fn stop(&mut self, reason: StopReason) {
        self.stopper.drain();
        self.state.stopped.get_or_insert(reason);
        self.cut_at
            .get_or_insert_with(|| Instant::now() + self.drain);
    }

    fn interrupted(&mut self, reason: StopReason) {
        if self.state.stopped.is_some() {
            return self.cut();
        }
        tracing::warn!(
            "stopping: no new calls; those on their way may take {} to end (a second signal gives them up)",
            crate::report::span(self.drain)
        );
        self.stop(reason);
    }

    fn cut(&mut self) {
        self.stopper.cut();
        self.cut_at = None;
    }

    async fn make_durable(&mut self) {
        if self.sync.as_ref().is_some_and(|sync| !sync.is_finished()) {
            return;
        }
        self.synced().await;
        match self.state.journal.syncer() {
            Ok(syncer) => self.sync = Some(tokio::task::spawn_blocking(syncer)),
            Err(error) => self.stop(StopReason::Unrecordable(error.to_string())),
        }
    }

    /// Waits for the sync on its way.
    async fn synced(&mut self) {
        let Some(sync) = self.sync.take() else { return };
        match sync.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.stop(StopReason::Unrecordable(error.to_string())),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    fn show(&mut self) {
        let ended = u64::from(self.state.ledger.ended());
        self.progress.show(Glance {
            ended,
            calls: self.calls,
            tally: &self.state.tally,
        });
    }

    async fn finish(mut self) -> Called {
        self.show();
        self.synced().await;
        self.make_durable().await;
        self.synced().await;
        self.progress.finish();
        self.state.effort.ended = u64::from(self.state.ledger.ended());
        self.state.effort.calling = self.started.elapsed();
        // A stop that came when nothing was left to do has stopped nothing.
        if self.state.effort.ended == self.calls {
            self.state.stopped = None;
        }
        self.state
    }
}
