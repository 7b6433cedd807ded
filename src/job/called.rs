//! What calling has come to.

use crate::model::{Moment, StopReason, Tally};
use crate::plan::Plan;
use crate::record::{Journal, Ledger};
use crate::report::{Effort, Minutes};

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
