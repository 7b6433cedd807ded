//! An attempt that was let through.

use std::sync::{Arc, OnceLock};

use tokio::time::Instant;

use super::Pace;
use crate::service::Leaving;

/// An attempt that was let through. Dropped before it has left, it never leaves.
#[derive(Debug, Clone)]
pub struct Departure(pub(super) Arc<Leave>);

/// Tells attempts from before a hold from those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldNumber(pub(super) u64);

#[derive(Debug)]
pub(super) struct Leave {
    pub(super) pace: Arc<Pace>,
    pub(super) let_through: Instant,
    pub(super) hold: HoldNumber,
    /// Until when its permit is good, where runs share a rate.
    pub(super) good_until: Option<Instant>,
    pub(super) left: OnceLock<Instant>,
}

impl Departure {
    /// When it left; until then, when it was let through.
    pub fn at(&self) -> Instant {
        *self.0.left.get().unwrap_or(&self.0.let_through)
    }

    /// After which hold it was let through.
    pub fn hold(&self) -> HoldNumber {
        self.0.hold
    }

    /// Whether a hold has come that is newer: what has not left by then must not leave.
    pub fn is_recalled(&self) -> bool {
        self.0.pace.state().holds != self.0.hold.0
    }

    /// Waits for such a hold.
    pub async fn recalled(&self) {
        loop {
            let recalled = self.0.pace.recalled.notified();
            if self.is_recalled() {
                return;
            }
            recalled.await;
        }
    }
}

impl Leaving for Departure {
    fn leave(&self) {
        let Leave {
            pace,
            good_until,
            left,
            ..
        } = &*self.0;
        left.get_or_init(|| pace.left(*good_until));
    }

    fn left(&self) -> Option<Instant> {
        self.0.left.get().copied()
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        if self.left.get().is_none() {
            self.pace.turn_back();
        }
    }
}
