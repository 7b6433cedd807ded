//! The only place that writes while calls are made: journal, ledger, counts and bar.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::called::Called;
use crate::dispatch::{Judgement, Stopper, Suspicion, Told};
use crate::model::{Call, CallRecord, Event, Moment, StopReason};
use crate::plan::Plan;
use crate::record::RecordError;
use crate::report::{Glance, Progress};

/// So many events wait for the desk at most; a slow disk slows the workers, not the memory down.
pub const WAITING: usize = 256;

/// Records are made durable this often (contract, section 5).
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// The bar moves this often.
const SHOW_EVERY: Duration = Duration::from_millis(200);

/// Takes what workers tell, in batches, writes it, and tells them that it is written.
pub struct Desk<'a> {
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

impl<'a> Desk<'a> {
    /// A desk that begins in `state`; a stop gives calls on their way `drain` to end.
    pub fn new(
        plan: &'a Plan,
        state: Called,
        progress: Progress,
        stopper: Stopper,
        drain: Duration,
        now: fn() -> Moment,
    ) -> Self {
        Self {
            plan,
            state,
            progress,
            stopper,
            suspicion: Suspicion::default(),
            drain,
            cut_at: None,
            sync: None,
            calls: u64::from(plan.totals().calls),
            started: Instant::now(),
            now,
        }
    }

    /// Works until all workers are gone.
    pub async fn work(
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
        let mut written_so_far = true;
        for Told { event, written } in batch.drain(..) {
            self.progress.tell(&event);
            match event {
                Event::Attempted { latency, met, .. } => {
                    let throttled = met.is_throttled();
                    self.state.effort.attempts += 1;
                    self.state.effort.throttled += u64::from(throttled);
                    self.state.minutes.attempt((self.now)(), latency, throttled);
                }
                Event::Held { pause, .. } => self.state.minutes.hold((self.now)(), pause),
                Event::Stopping(reason) => self.stop(reason),
                Event::Unfinished { .. } => self.state.effort.without_verdict += 1,
                Event::Retrying { .. } => {}
                Event::Finished {
                    call,
                    record,
                    bearing,
                } => {
                    waiting.extend(written);
                    match self
                        .suspicion
                        .judge(bearing, || (call.clone(), record.clone()))
                    {
                        Judgement::Record => {
                            calls.push(call);
                            records.push(record);
                        }
                        Judgement::Discard => self.state.effort.without_verdict += 1,
                        Judgement::Stop(earlier) => {
                            // What is taken back must have been written before.
                            written_so_far &= self.write(&calls, &records);
                            calls.clear();
                            records.clear();
                            self.not_about_the_customers(earlier, &record);
                        }
                    }
                }
            }
        }
        if self.write(&calls, &records) && written_so_far {
            tell(waiting);
        }
    }

    /// Records how calls ended. False where they can't be recorded, which stops the run.
    fn write(&mut self, calls: &[Call], records: &[CallRecord]) -> bool {
        if records.is_empty() {
            return true;
        }
        if let Err(error) = self.state.journal.append(records) {
            self.state.effort.without_verdict += records.len() as u64;
            self.stop(StopReason::Unrecordable(error.to_string()));
            return false;
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
        true
    }

    /// Takes back the calls whose answers were not about their customers: they stay pending.
    fn not_about_the_customers(&mut self, earlier: Vec<(Call, CallRecord)>, last: &CallRecord) {
        let answers = earlier.len() + 1;
        self.state.effort.without_verdict += answers as u64;
        for (call, record) in earlier {
            if let Err(error) = self.state.journal.take_back(call.user) {
                return self.stop(StopReason::Unrecordable(error.to_string()));
            }
            self.state.ledger.take_back(&call);
            for position in 0..call.changes.len() {
                self.state.tally.take_back(record.outcomes.of(position));
            }
        }
        let message = last.outcomes.of(0).message.to_string();
        let status = last.status.unwrap_or_default();
        self.stop(StopReason::NotAboutCustomers {
            answers,
            status,
            message,
        });
    }

    /// Stops for the first reason that comes.
    fn stop(&mut self, reason: StopReason) {
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

/// Tells workers that the records of their calls are written; where they are not, nobody is told.
fn tell(waiting: Vec<oneshot::Sender<()>>) {
    for worker in waiting {
        // One that is gone needs not know.
        let _gone = worker.send(());
    }
}
