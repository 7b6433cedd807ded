//! What a run came to, for programs: the last line of a log in JSON. The names are fixed.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::closing::{Closing, End, why};
use super::screen::{LogFormat, Screen};
use crate::error::ExitStatus;
use crate::model::{OutcomeKind, PerHour};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClosingLine<'a> {
    exit_status: u8,
    complete: bool,
    /// Why it stopped early.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    list: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<String>,
    /// Rows by outcome.
    rows: BTreeMap<&'static str, u64>,
    /// Rows by code.
    codes: BTreeMap<&'a str, u64>,
    customers: u64,
    /// Calls that ended.
    calls: u64,
    attempts: u64,
    throttled: u64,
    /// How long calls were made.
    seconds: f64,
    /// What the service seems to allow in an hour, where that is less than was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_per_hour: Option<PerHour>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workbook: Option<&'a Path>,
    /// Where a run that stopped has recorded its calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<&'a Path>,
    /// Where the rejected rows are.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejects: Option<&'a Path>,
    /// Where the page is.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a Path>,
    next: &'a str,
}

impl Screen {
    /// Sums a run up: the last that it says. What was held back is told, unless all is well.
    pub fn close(&self, closing: &Closing<'_>, status: ExitStatus) {
        if status != ExitStatus::Complete {
            self.speak();
        }
        match self.format() {
            LogFormat::Text => self.say(closing),
            LogFormat::Json => {
                let line = ClosingLine::of(closing, status);
                self.tell("INFO", "summary", &closing.headline(), line);
            }
        }
    }
}

impl<'a> ClosingLine<'a> {
    fn of(closing: &'a Closing<'a>, status: ExitStatus) -> Self {
        let (reason, result, recorded) = match closing.end {
            End::Complete(result) => (None, result.as_deref(), None),
            End::Stopped { reason, journal } => (Some(why(reason)), None, journal.as_deref()),
        };
        let rows = |kind: OutcomeKind| (kind.as_str(), closing.tally.rows(kind));
        Self {
            exit_status: status.code(),
            complete: reason.is_none(),
            reason,
            list: closing.list,
            shard: closing.shard.map(|shard| shard.to_string()),
            rows: OutcomeKind::ALL.into_iter().map(rows).collect(),
            codes: closing.tally.rows_by_code(),
            customers: closing.calls,
            calls: closing.effort.ended,
            attempts: closing.effort.attempts,
            throttled: closing.effort.throttled,
            seconds: closing.effort.calling.as_millis() as f64 / 1_000.0,
            allowed_per_hour: closing.effort.allowed,
            result,
            workbook: closing.workbook,
            recorded,
            rejects: closing.rejects,
            report: closing.page,
            next: closing.next,
        }
    }
}
