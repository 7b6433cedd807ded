//! The wish to stop, handed down as an argument.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::Notify;

const RUNNING: u8 = 0;
/// No new attempts; those on their way end.
const DRAINING: u8 = 1;
/// Those on their way are given up.
const CUT: u8 = 2;

#[derive(Debug, Default)]
struct Wish {
    phase: AtomicU8,
    raised: Notify,
}

/// Asks a pool to stop.
#[derive(Debug)]
pub struct Stopper(Arc<Wish>);

/// Knows whether to stop.
#[derive(Debug, Clone)]
pub struct Stop(Arc<Wish>);

/// A wish not yet uttered, and who listens for it.
pub fn stopper() -> (Stopper, Stop) {
    let wish = Arc::<Wish>::default();
    (Stopper(Arc::clone(&wish)), Stop(wish))
}

impl Stopper {
    /// No new attempts.
    pub fn drain(&self) {
        self.raise(DRAINING);
    }

    /// No more waiting for attempts on their way.
    pub fn cut(&self) {
        self.raise(CUT);
    }

    fn raise(&self, phase: u8) {
        if self.0.phase.fetch_max(phase, Ordering::AcqRel) < phase {
            self.0.raised.notify_waiters();
        }
    }
}

impl Stop {
    /// Whether no new attempts are wanted.
    pub fn is_wanted(&self) -> bool {
        self.0.phase.load(Ordering::Acquire) != RUNNING
    }

    /// Waits until no new attempts are wanted.
    pub async fn wanted(&self) {
        self.reached(DRAINING).await;
    }

    /// Waits until attempts on their way are given up.
    pub async fn cut(&self) {
        self.reached(CUT).await;
    }

    async fn reached(&self, phase: u8) {
        loop {
            // Listened for before looking, so that nothing is missed between.
            let raised = self.0.raised.notified();
            if self.0.phase.load(Ordering::Acquire) >= phase {
                return;
            }
            raised.await;
        }
    }
}
