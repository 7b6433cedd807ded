//! What became of the customers that went first (`--canary`).

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::outcomes::Outcomes;
use super::screen::{LogFormat, Screen};
use super::words::{count, counted};
use crate::model::{OutcomeKind, Tally};

/// What became of them.
#[derive(Debug, Clone, Copy)]
pub struct Sampled<'a> {
    /// Their rows by outcome.
    pub tally: &'a Tally,
    /// How many customers went first.
    pub calls: u64,
    /// How many of their calls have ended.
    pub done: u64,
    /// How many of those have applied nothing.
    pub failed: u64,
    /// How many customers are left.
    pub left: u64,
    /// What follows from it.
    pub verdict: Verdict,
}

/// Whether the others follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They do.
    GoesOn,
    /// They don't.
    Stops,
    /// None may, whatever became of these.
    Ends,
    /// A person is asked.
    Asked,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SampledLine<'a> {
    customers: u64,
    /// Calls that ended.
    calls: u64,
    /// Calls that applied nothing.
    failed_calls: u64,
    /// Whether the others follow; left out where a person is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    others_follow: Option<bool>,
    rows: BTreeMap<&'static str, u64>,
    codes: BTreeMap<&'a str, u64>,
}

impl Sampled<'_> {
    /// The question whether the others follow.
    pub fn question(left: u64) -> String {
        match left {
            1 => "Send the one customer that is left, too? [y/N] ".to_owned(),
            _ => format!(
                "Send the {} customers that are left, too? [y/N] ",
                count(left)
            ),
        }
    }

    fn headline(&self) -> String {
        let rows = counted(self.tally.total(), "row");
        format!("The first {} ({rows}), as --canary says", self.customers())
    }

    fn customers(&self) -> String {
        counted(self.calls, "customer")
    }
}

impl fmt::Display for Sampled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:\n", self.headline())?;
        let (tally, of_list) = (self.tally, false);
        write!(f, "{}", Outcomes { tally, of_list })?;
        let unanswered = self.calls.saturating_sub(self.done);
        if unanswered > 0 {
            let customers = counted(unanswered, "customer");
            writeln!(f, "  {customers} without an answer yet: tried again later")?;
        }
        let failed = count(self.failed + unanswered);
        match self.verdict {
            Verdict::Asked | Verdict::Ends => Ok(()),
            Verdict::GoesOn => writeln!(f, "\nFewer than half came to nothing: the others follow."),
            Verdict::Stops => writeln!(
                f,
                "\n{failed} of them came to nothing, which is half or more: the others do not follow."
            ),
        }
    }
}

impl Screen {
    /// Tells what became of the customers that went first.
    pub(super) fn sampled(&self, sampled: &Sampled<'_>) {
        let rows = |kind: OutcomeKind| (kind.as_str(), sampled.tally.rows(kind));
        let rows = OutcomeKind::ALL.into_iter().map(rows);
        let line = SampledLine {
            customers: sampled.calls,
            calls: sampled.done,
            failed_calls: sampled.failed,
            others_follow: match sampled.verdict {
                Verdict::GoesOn => Some(true),
                Verdict::Stops | Verdict::Ends => Some(false),
                Verdict::Asked => None,
            },
            rows: rows.filter(|(_, rows)| *rows > 0).collect(),
            codes: sampled.tally.rows_by_code(),
        };
        match self.format() {
            LogFormat::Text => self.say(sampled),
            LogFormat::Json => self.tell("INFO", "canary", &sampled.headline(), line),
        }
    }
}
