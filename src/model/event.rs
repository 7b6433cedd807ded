//! All that a run can say while it runs.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Call, CallRecord, Moment, Outcome, Throttled, UserId};
use crate::error::ExitStatus;

/// Why the pool waits as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// The service answered 429: too many requests.
    Throttled,
    /// The service answered 503 and said when to come back.
    Unavailable,
    /// The service says that nothing is left of its quota.
    Quota,
    /// The service asked another run to wait that shares the rate.
    Elsewhere,
}

/// Why a run stops before every call is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// The service refused the credentials: HTTP 401 with these words.
    Unauthorized(String),
    /// The service refused a token for key and secret, with these words.
    NoToken(String),
    /// Answers that can't be about the customers: so many in a row, the last with this code and text.
    NotAboutCustomers {
        /// How many in a row.
        answers: usize,
        /// The HTTP status of the last.
        status: u16,
        /// What was said with it.
        message: String,
    },
    /// The service asked to wait longer than a run waits.
    AskedToWait(Duration),
    /// The service did not answer for longer than a run waits.
    Outage {
        /// Since when.
        since: Moment,
        /// What was met instead of an answer, last.
        why: String,
    },
    /// Nobody could say when attempts may leave for longer than a run waits.
    RateAway {
        /// Where runs that share the rate agree on it.
        place: String,
        /// Since when.
        since: Moment,
        /// Why, last.
        why: String,
    },
    /// The service answered nothing but 429 for longer than a run waits: so long.
    OnlyThrottled(Duration),
    /// The time that was set is up.
    Until(Moment),
    /// As many calls were made as were allowed.
    Limit(u64),
    /// Of the calls that went first, as many failed that the others were not made.
    CanaryFailed {
        /// So many failed, or were not answered.
        failed: u64,
        /// Of so many.
        of: u64,
    },
    /// Somebody has seen what became of so many calls that went first, and does not want the others made.
    Declined(u64),
    /// More calls failed than are allowed.
    TooManyFailures {
        /// So many failed.
        failed: u64,
        /// Of so many that this process has made.
        of: u64,
    },
    /// SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP: the connection or the terminal is gone.
    HangUp,
    /// The list can't be read to its end, or has changed: in these words.
    List(String),
    /// The journal can't be written: path and cause.
    Unrecordable(String),
}

impl StopReason {
    /// How the process ends for it (contract, section 6).
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Unauthorized(_)
            | Self::NoToken(_)
            | Self::NotAboutCustomers { .. }
            | Self::CanaryFailed { .. }
            | Self::Declined(_)
            | Self::List(_)
            | Self::TooManyFailures { .. } => ExitStatus::Stopped,
            Self::AskedToWait(_)
            | Self::Outage { .. }
            | Self::RateAway { .. }
            | Self::OnlyThrottled(_)
            | Self::Until(_)
            | Self::Limit(_)
            | Self::Unrecordable(_) => ExitStatus::TryLater,
            Self::Interrupt => ExitStatus::Interrupted,
            Self::Terminate | Self::HangUp => ExitStatus::Terminated,
        }
    }
}

/// Whether answers can still be about the customers (contract, section 3): what the end of a call says of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bearing {
    /// Such an answer can hardly be about the customer.
    Suspect,
    /// An answer about the customer.
    Clears,
    /// Its attempts were used up by what says nothing: busy, down, lost.
    Neither,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// An answer with this HTTP status.
    Answer(u16),
    /// It was not sent: no connection.
    NoConnection,
    /// It was not sent: the service refused the token for it.
    NoToken,
    /// No answer in time.
    TimedOut,
    /// No answer, because the connection broke.
    Lost,
    /// The run ended before an answer came.
    CutOff,
}

impl Met {
    /// Whether the service said that there were too many requests.
    pub fn is_throttled(self) -> bool {
        self == Self::Answer(429)
    }
}

/// An attempt that has met its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempted {
    /// Which attempt of the call, from 1.
    pub attempt: u32,
    /// When it met its end.
    pub at: Moment,
    /// From leaving to that.
    pub latency: Duration,
    /// Whether it left: where there was no connection it has not.
    pub left: bool,
    /// What came of it.
    pub met: Met,
}

/// What happens to a call, as its worker tells it.
#[derive(Debug)]
pub enum Event {
    /// An attempt is about to leave, once this is written.
    Sending {
        /// Whose call.
        call: u32,
    },
    /// The attempt that was about to leave has not, and never will.
    CalledBack {
        /// Whose call.
        call: u32,
    },
    /// An attempt has met its end, and its call has not.
    Attempted {
        /// Whose call.
        call: u32,
        /// The customer's id.
        user: UserId,
        /// The attempt.
        attempt: Attempted,
        /// How the call ends if nothing is ever heard: there where the attempt may have been applied.
        doubt: Option<Outcome>,
    },
    /// An attempt failed in passing and the call will be tried again.
    Retrying {
        /// Whose call.
        user: UserId,
        /// Which attempt failed, from 1.
        attempt: u32,
        /// What went wrong: how the call would end if this was its last attempt.
        why: Outcome,
        /// How long the call waits.
        delay: Duration,
    },
    /// All calls wait.
    Held {
        /// Why.
        why: Pause,
        /// How long from now.
        pause: Duration,
        /// To what the pace is lowered, where it is.
        throttled: Option<Throttled>,
    },
    /// A call is put back: nothing tells whether it or the service as a whole is at fault.
    PutBack {
        /// Whose call.
        user: UserId,
    },
    /// The service is down as a whole, and still is.
    Down {
        /// Since when.
        since: Moment,
        /// What was met instead of an answer, last.
        why: String,
        /// When it is tried again, from now.
        next: Duration,
        /// For the how manieth time, from 1.
        probe: u32,
    },
    /// The service answers again.
    Up {
        /// After so long.
        after: Duration,
    },
    /// Nobody says when attempts may leave: none does.
    RateAway {
        /// Where runs that share the rate agree on it.
        place: String,
        /// Since when.
        since: Moment,
        /// Why.
        why: String,
        /// When it is asked again, from now.
        next: Duration,
        /// For the how manieth time, from 1.
        time: u32,
    },
    /// They may leave again.
    RateBack {
        /// Where runs that share the rate agree on it.
        place: String,
        /// After so long.
        after: Duration,
    },
    /// The service has answered nobody for a while, and there is nobody else to ask: these calls end as they stand.
    GivenUp {
        /// How many.
        calls: u64,
        /// Since when it has not answered.
        since: Moment,
    },
    /// The process was still for so long, and starts afresh.
    Woken {
        /// For how long.
        after: Duration,
    },
    /// Fewer calls may be on their way than the rate needs.
    TooFewPlaces {
        /// So many may be.
        places: usize,
        /// So many are needed.
        needed: usize,
    },
    /// The calls that go first have shown what they can; whether the others follow is still to be said.
    CanaryEnded {
        /// So many went first.
        calls: u64,
        /// Whether others may be made after them at all.
        others_follow: bool,
    },
    /// A call ended.
    Finished {
        /// The call.
        call: Call,
        /// How it ended.
        record: CallRecord,
        /// Its last attempt; none where that was told before.
        last: Option<Attempted>,
        /// What its answer says about the answers in a row.
        bearing: Bearing,
    },
    /// A call was sent and has no verdict, because the run ends.
    Unfinished {
        /// Whose call.
        user: UserId,
        /// How many attempts of it were sent.
        attempts: u32,
    },
    /// An answer that ends the run.
    Stopping(StopReason),
}
