//! What a journal says: all that happens in a run, in the order in which it happens.
//!
//! Calls are named by their place in the plan. Where a run stands is what its entries come to.

use serde::{Deserialize, Serialize};

use super::calls::Calls;
use crate::model::{Bearing, CallRecord, Moment, Outcome, Outcomes, Throttled};

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Entry {
    /// A leg begins: one process of the run.
    Leg(LegBegin),
    /// An attempt of each of these calls is about to leave.
    Sending(Calls),
    /// The attempt of this call that was about to leave has not, and never will.
    CalledBack(u32),
    /// An attempt has met its end, and its call has not.
    Attempt(AttemptEnd),
    /// A call has ended with its last attempt.
    Ended(CallEnd),
    /// The end of this call does not count any more.
    TakenBack(u32),
    /// All calls wait.
    Held {
        /// Since when.
        at: Moment,
        /// How long, in milliseconds.
        ms: u64,
        /// To what the pace is lowered, where it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        throttled: Option<Throttled>,
        /// Whether nobody has asked for it, so that it binds no later process.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unasked: bool,
    },
    /// So many bytes of the journal are known to be durable.
    Durable(u64),
    /// The leg has ended in good order.
    LegEnd {
        /// When.
        at: Moment,
        /// With this exit status.
        status: u8,
    },
}

/// A leg begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LegBegin {
    /// Of the run with this identity.
    pub run: String,
    /// When the process began.
    pub started: Moment,
    /// When it was ready to call.
    pub at: Moment,
    /// Which start of the machine it is; none where the system does not tell.
    pub boot: Option<String>,
    /// The most attempts in a window of its rate, and the window's length in milliseconds; none without a rate.
    pub rate: Option<(u32, u64)>,
    /// How many may leave together.
    pub burst: u32,
    /// Calls in flight at most.
    pub concurrency: u32,
    /// In so many parts its customers are planned, by which they are numbered.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub parts: u32,
}

fn one() -> u32 {
    1
}

fn is_one(parts: &u32) -> bool {
    *parts == 1
}

/// An attempt has met its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttemptEnd {
    /// Whose.
    pub call: u32,
    /// When.
    pub at: Moment,
    /// How long after it left, in milliseconds.
    pub ms: u64,
    /// Whether it never left: there was no connection.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unsent: bool,
    /// The HTTP status that it was answered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How its call ends if nothing is ever heard: there where it may have been applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Outcome>,
}

/// A call has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CallEndLine", into = "CallEndLine")]
pub struct CallEnd {
    /// Which.
    pub call: u32,
    /// How.
    pub record: CallRecord,
    /// How long after its last attempt left, in milliseconds.
    pub ms: u64,
    /// Whether its last attempt never left.
    pub unsent: bool,
    /// Whether its last attempt is told before: it was put back, and ends later by what it met then.
    pub told: bool,
    /// What its answer says about the answers in a row.
    pub bearing: Bearing,
    /// Where its rows stand, in the order of its changes: there where its customer is planned in a part, so that it can be told
    /// without that.
    pub lines: Vec<u64>,
}

/// The same as it is written: one flat object.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallEndLine {
    call: u32,
    user: u64,
    /// What became of every row, where it is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    all: Option<Outcome>,
    /// What became of each row, in the order of the call's changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    each: Vec<Outcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    attempts: u32,
    at: Moment,
    ms: u64,
    #[serde(default, skip_serializing_if = "is_false")]
    unsent: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    told: bool,
    #[serde(default = "clears", skip_serializing_if = "is_clear")]
    bearing: Bearing,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lines: Vec<u64>,
}

fn is_false(truth: &bool) -> bool {
    !truth
}

fn clears() -> Bearing {
    Bearing::Clears
}

fn is_clear(bearing: &Bearing) -> bool {
    *bearing == Bearing::Clears
}

impl From<CallEnd> for CallEndLine {
    fn from(end: CallEnd) -> Self {
        let CallRecord {
            user,
            outcomes,
            status,
            attempts,
            at,
        } = end.record;
        let (all, each) = match outcomes {
            Outcomes::All(outcome) => (Some(outcome), Vec::new()),
            Outcomes::Each(each) => (None, each),
        };
        Self {
            call: end.call,
            user,
            all,
            each,
            status,
            attempts,
            at,
            ms: end.ms,
            unsent: end.unsent,
            told: end.told,
            bearing: end.bearing,
            lines: end.lines,
        }
    }
}

impl TryFrom<CallEndLine> for CallEnd {
    type Error = &'static str;

    fn try_from(line: CallEndLine) -> Result<Self, &'static str> {
        let outcomes = match (line.all, line.each) {
            (Some(all), each) if each.is_empty() => Outcomes::All(all),
            (None, each) if !each.is_empty() => Outcomes::Each(each),
            _ => return Err("a call has either one outcome for all rows or one for each"),
        };
        let record = CallRecord {
            user: line.user,
            outcomes,
            status: line.status,
            attempts: line.attempts,
            at: line.at,
        };
        Ok(Self {
            call: line.call,
            record,
            ms: line.ms,
            unsent: line.unsent,
            told: line.told,
            bearing: line.bearing,
            lines: line.lines,
        })
    }
}
