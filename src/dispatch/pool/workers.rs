//! The workers of a pool: each makes one call at a time, and is given the next when it has come back. They are made when they
//! are first needed, and stay as long as the pool does: what a worker needs for a call is not small.

use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{JoinError, JoinSet};

use crate::dispatch::crew::Crew;
use crate::dispatch::queue::{Job, Kind};
use crate::dispatch::worker::{Left, work};
use crate::service::Sender;

/// The workers of a pool.
pub(super) struct Workers {
    /// The way to each.
    given: Vec<UnboundedSender<Given>>,
    /// Those that have no call.
    idle: Vec<usize>,
    back: UnboundedSender<Returned>,
    returned: UnboundedReceiver<Returned>,
    /// They end only where they panic, until they are dismissed.
    tasks: JoinSet<()>,
    /// How many have a call.
    busy: usize,
}

/// A call on its way to a worker.
struct Given {
    job: Job,
    probes: bool,
}

/// How a call has come back from its worker.
pub(super) struct Returned {
    pub left: Left,
    pub kind: Kind,
    pub probed: bool,
    worker: usize,
}

impl Workers {
    /// None yet.
    pub fn new() -> Self {
        let (back, returned) = unbounded_channel();
        Self {
            given: Vec::new(),
            idle: Vec::new(),
            back,
            returned,
            tasks: JoinSet::new(),
            busy: 0,
        }
    }

    /// How many calls are on their way.
    pub fn busy(&self) -> usize {
        self.busy
    }

    /// Gives a call to a worker that has none.
    pub fn give<S: Sender>(&mut self, crew: &Arc<Crew<S>>, job: Job, probes: bool) {
        let worker = self.idle.pop().unwrap_or_else(|| self.hire(crew));
        self.busy += 1;
        // One that is gone has panicked, and is never idle.
        let _gone = self.given[worker].send(Given { job, probes });
    }

    fn hire<S: Sender>(&mut self, crew: &Arc<Crew<S>>) -> usize {
        let worker = self.given.len();
        let (given, mut calls) = unbounded_channel();
        self.given.push(given);
        let (crew, back) = (Arc::clone(crew), self.back.clone());
        self.tasks.spawn(async move {
            while let Some(Given { job, probes }) = calls.recv().await {
                let kind = job.kind();
                let left = work(&crew, job, probes).await;
                let returned = Returned {
                    left,
                    kind,
                    probed: probes,
                    worker,
                };
                if back.send(returned).is_err() {
                    return;
                }
            }
        });
        worker
    }

    /// Waits for a call to come back; none where there is none on its way.
    ///
    /// # Errors
    /// Its worker has panicked.
    pub async fn next(&mut self) -> Option<Result<Returned, JoinError>> {
        if self.busy == 0 {
            return None;
        }
        tokio::select! {
            biased;
            Some(Err(panic)) = self.tasks.join_next() => {
                self.busy -= 1;
                Some(Err(panic))
            }
            Some(returned) = self.returned.recv() => Some(Ok(self.take(returned))),
        }
    }

    /// A call that has come back, if there is one.
    pub fn try_next(&mut self) -> Option<Returned> {
        let returned = self.returned.try_recv().ok()?;
        Some(self.take(returned))
    }

    fn take(&mut self, returned: Returned) -> Returned {
        self.busy -= 1;
        self.idle.push(returned.worker);
        returned
    }

    /// Lets all of them go, once no call is on its way.
    pub async fn dismiss(&mut self) {
        self.given.clear();
        self.idle.clear();
        while self.tasks.join_next().await.is_some() {}
    }
}
