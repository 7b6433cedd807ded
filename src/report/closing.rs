//! What a run came to, for the person who started it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::outcomes::Outcomes;
use super::words::{count, counted, span};
use crate::model::{Moment, Part, PerHour, StopReason, Tally};

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Every row has its outcome, in this result (none: on standard output).
    Complete(Option<PathBuf>),
    /// It stopped early.
    Stopped {
        /// Why.
        reason: StopReason,
        /// Where the calls that ended are recorded, if any did.
        journal: Option<PathBuf>,
    },
}

/// What calling took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// Calls that ended.
    pub ended: u64,
    /// Attempts that were sent.
    pub attempts: u64,
    /// Attempts that were answered 429.
    pub throttled: u64,
    /// Calls that were sent and have no outcome: the run ended first, or what was answered does not count.
    pub without_verdict: u64,
    /// For how long.
    pub calling: Duration,
    /// What the service seems to allow, where that is less than was tried.
    pub allowed: Option<PerHour>,
}

/// The closing summary.
#[derive(Debug, Clone)]
pub struct Closing<'a> {
    /// The list's name.
    pub list: &'a str,
    /// The shard of it that was run, where it was not run whole.
    pub shard: Option<Part>,
    /// Whether it is a result: its rows have the lines of the list that was run.
    pub is_result: bool,
    /// How it ended.
    pub end: &'a End,
    /// Where the result stands as a workbook, too.
    pub workbook: Option<&'a Path>,
    /// Rows by outcome.
    pub tally: &'a Tally,
    /// Calls that were to be made.
    pub calls: u64,
    /// What was done for them.
    pub effort: Effort,
    /// Where the rejected rows are, if there are any and they were written.
    pub rejects: Option<&'a Path>,
    /// Where the page is, if one was written.
    pub page: Option<&'a Path>,
    /// What to do next.
    pub next: &'a str,
}

impl fmt::Display for Closing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.headline())?;
        let (tally, of_list) = (self.tally, self.is_result);
        writeln!(f, "{}", Outcomes { tally, of_list })?;
        writeln!(f, "  {}", self.effort())?;
        if self.effort.without_verdict > 0 {
            let calls = counted(self.effort.without_verdict, "call");
            writeln!(
                f,
                "  {calls} without a verdict so far: their rows are pending, and may be sent again"
            )?;
        }
        match self.end {
            End::Complete(Some(result)) => writeln!(f, "  Result: {}", result.display())?,
            End::Complete(None) => writeln!(f, "  Result: standard output")?,
            End::Stopped {
                journal: Some(journal),
                ..
            } => writeln!(f, "  Recorded so far: {}", journal.display())?,
            End::Stopped { journal: None, .. } => writeln!(f, "  No call is recorded.")?,
        }
        if let Some(workbook) = self.workbook {
            writeln!(f, "  Workbook: {}", workbook.display())?;
        }
        if let Some(rejects) = self.rejects {
            writeln!(f, "  Rejected rows: {}", rejects.display())?;
        }
        if let Some(page) = self.page {
            writeln!(f, "  Page: {}", page.display())?;
        }
        write!(f, "  Next: {}", self.next.replace('\n', "\n        "))
    }
}

impl Closing<'_> {
    /// The whole in a line.
    pub(super) fn headline(&self) -> String {
        let rows = counted(self.tally.total(), "row");
        let list = match self.shard {
            Some(shard) => format!("{}, shard {shard}", self.list),
            None => self.list.to_owned(),
        };
        match self.end {
            End::Complete(_) => format!("{list}: {rows}, complete"),
            End::Stopped { reason, .. } => {
                format!("{list}: {rows}, NOT complete: {}", why(reason))
            }
        }
    }

    fn effort(&self) -> String {
        let Effort {
            ended,
            attempts,
            throttled,
            calling,
            allowed,
            ..
        } = self.effort;
        let calls = if ended == self.calls {
            counted(self.calls, "call")
        } else {
            format!("{} of {}", count(ended), counted(self.calls, "call"))
        };
        let refused = match throttled {
            0 => String::new(),
            _ => format!(" ({} answered 429, too many requests)", count(throttled)),
        };
        let pace = match calling.as_secs() {
            // Too short to tell.
            0 => String::new(),
            _ => format!(
                ", {:.1} attempts/s",
                attempts as f64 / calling.as_secs_f64()
            ),
        };
        let allowed = match allowed {
            Some(allowed) => format!("; the service allows about {allowed}"),
            None => String::new(),
        };
        format!(
            "{calls}, {}{refused}, {}{pace}{allowed}",
            counted(attempts, "attempt"),
            span(calling)
        )
    }
}

/// Why a run stopped, as half a sentence.
pub fn why(reason: &StopReason) -> String {
    let said = |words: &str| {
        if words.is_empty() {
            String::new()
        } else {
            format!(" (it says: {words})")
        }
    };
    match reason {
        StopReason::Unauthorized(words) => format!(
            "the service refused the credentials, HTTP 401{}",
            said(words)
        ),
        StopReason::NoToken(words) => {
            format!(
                "the service refused a token for the client key and secret{}",
                said(words)
            )
        }
        StopReason::NotAboutCustomers {
            answers,
            status,
            message,
        } => format!(
            "{answers} answers in a row were HTTP {status} ({message}), which can't be about the customers: check the \
             base URL and what the account may do"
        ),
        StopReason::AskedToWait(pause) => {
            let now = Moment::now();
            let until = now.after(*pause).clock(now);
            format!("the service asks to wait {}, until {until}", span(*pause))
        }
        StopReason::Outage { since, why } => format!(
            "the service has not answered since {} ({why})",
            since.clock(Moment::now())
        ),
        StopReason::RateAway { place, since, why } => format!(
            "{place}, where runs that share the rate agree on it, can't be asked since {} ({why}), and without it nothing is sent",
            since.clock(Moment::now())
        ),
        StopReason::OnlyThrottled(so_long) => format!(
            "for {} the service has answered nothing but 429, too many requests",
            span(*so_long)
        ),
        StopReason::Until(until) => {
            format!("it was to go on until {}", until.clock(Moment::now()))
        }
        StopReason::Limit(calls) => format!("it was to make {}", counted(*calls, "call")),
        StopReason::CanaryFailed { failed, of } => format!(
            "{} of the first {} came to nothing: is it the right list, and the right organisation?",
            count(*failed),
            counted(*of, "customer")
        ),
        StopReason::Declined(of) => format!(
            "after the first {} the others were not wanted",
            counted(*of, "customer")
        ),
        StopReason::TooManyFailures { failed, of } => {
            let how_many = match failed == of {
                true => format!("all of the first {} failed", counted(*of, "call")),
                false => format!("{} of {} failed", count(*failed), counted(*of, "call")),
            };
            format!("{how_many}: is it the right list, and the right organisation?")
        }
        StopReason::Interrupt => "stopped by SIGINT (Ctrl-C)".to_owned(),
        StopReason::Terminate => "stopped by SIGTERM".to_owned(),
        StopReason::HangUp => "stopped by SIGHUP (its connection or terminal is gone)".to_owned(),
        StopReason::List(cause) | StopReason::Unrecordable(cause) => cause.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Outcome, OutcomeKind};

    const EFFORT: Effort = Effort {
        ended: 1_200,
        attempts: 1_204,
        throttled: 2,
        without_verdict: 0,
        calling: Duration::from_secs(72),
        allowed: Some(PerHour(61_200)),
    };

    fn tally() -> Tally {
        let mut tally = Tally::default();
        for line in 2..1_302 {
            tally.add(&Outcome::success(), line);
        }
        let failed = Outcome::new(
            OutcomeKind::Failed,
            "8015",
            "Customer not found for the given identifiers",
        );
        tally.add(&failed, 1_400);
        tally.add(&failed, 1_302);
        tally.add(
            &Outcome::new(
                OutcomeKind::Rejected,
                "INVALID_USER_ID",
                "the userId is empty",
            ),
            1_303,
        );
        tally
    }

    fn closing<'a>(tally: &'a Tally, end: &'a End) -> Closing<'a> {
        Closing {
            list: "campaign.csv",
            shard: None,
            is_result: false,
            end,
            workbook: None,
            tally,
            calls: 1_200,
            effort: EFFORT,
            rejects: None,
            page: None,
            next: "open the result.",
        }
    }

    #[test]
    fn a_complete_run_is_summed_up() {
        let tally = tally();
        let end = End::Complete(Some("campaign.results.csv".into()));
        insta::assert_snapshot!(closing(&tally, &end).to_string());
    }

    #[test]
    fn a_stopped_run_says_why_first() {
        let tally = tally();
        let reason = StopReason::NotAboutCustomers {
            answers: 2,
            status: 404,
            message: "the service answered HTTP 404".into(),
        };
        let end = End::Stopped {
            reason,
            journal: None,
        };
        insta::assert_snapshot!(
            Closing {
                effort: Effort {
                    ended: 0,
                    attempts: 2,
                    ..Effort::default()
                },
                ..closing(&tally, &end)
            }
            .to_string()
        );
    }
}
