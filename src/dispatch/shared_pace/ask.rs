//! What is asked of the place where runs that share a rate agree on it, and what it answers.

use std::time::Duration;

/// So long after it was asked for, an answer is relied on without asking again.
///
/// Who keeps the account of a rate and has lost it gives out no permit sooner than this: by then those that it gave out before
/// are used or void.
pub const RELIED_ON: Duration = Duration::from_millis(100);

/// What is asked, in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// So many permits for attempts; none where only the rest of the answer is wanted.
    pub permits: u32,
    /// From one permit to the next.
    pub gap: Duration,
    /// All runs are to wait so long, where they are.
    pub hold: Option<Duration>,
    /// So long from now the last permits that were given to whoever asks are used up, at the least; none where it has none. An
    /// account whose clock was set forward knows no more of them.
    pub reserved: Duration,
    /// In which epoch of the account they were given.
    pub epoch: u64,
}

impl Ask {
    /// The gap in microseconds, in whole ones.
    pub fn gap_in_micros(self) -> u64 {
        micros_up(self.gap.as_nanos())
    }

    /// How long it takes to use all the permits, in microseconds: rounded once, at the highest rates a gap is but a few.
    pub fn span(self) -> u64 {
        micros_up(self.gap.as_nanos() * u128::from(self.permits))
    }
}

fn micros_up(nanoseconds: u128) -> u64 {
    u64::try_from(nanoseconds.div_ceil(1_000)).unwrap_or(u64::MAX)
}

/// A span in microseconds.
pub fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// When the first of the permits may be used: so long after the answer was made. Each further one a gap later.
    pub wait: Duration,
    /// Permits that were given out in another epoch are void.
    pub epoch: Epoch,
    /// All runs wait so long from then on; none at all where they do not.
    pub held: Duration,
    /// When the answer was made, on the clock of whoever made it.
    pub at: Duration,
}

/// A stretch of time in which permits hold: as long as no hold comes, the account is not lost, and nor is the way to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch {
    /// What the account says.
    pub of_account: u64,
    /// The how manieth connection it is: a server that comes back with an old account says nothing new.
    pub of_connection: u64,
}

/// There is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct NoAnswer {
    /// Why, in words, with what to do about it where it lasts.
    pub why: String,
    /// Whether to wait does not help.
    pub lasts: bool,
}

impl NoAnswer {
    /// One that may pass.
    pub fn for_now(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            lasts: false,
        }
    }

    /// One that waiting does not end.
    pub fn for_good(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            lasts: true,
        }
    }
}
