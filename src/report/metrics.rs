//! How a run ended, for the textfile collector of Prometheus' node exporter (contract, section 7).
//!
//! A file describes the last run, and the next puts another in its place: what it holds may go down, so that all of it are gauges
//! and no name ends in `_total`. The names are fixed. Their only labels are `outcome`, and `name`: the file's own, so that the
//! files of several nightly jobs stand in one folder, and no night makes new series.

use std::fmt::{self, Write as _};
use std::path::Path;

use super::summary::Summary;
use crate::error::ExitStatus;
use crate::model::{Moment, OutcomeKind};

/// What the names of such files end in: the collector reads no others.
const ENDING: &str = "prom";

/// How a file of ours begins.
const BEGIN: &str = "# HELP bulklabel_";

const LAST_SUCCESS: &str = "bulklabel_last_success_timestamp_seconds";

/// How a run ended.
#[derive(Debug, Clone, Copy)]
pub struct Metrics<'a> {
    /// What the job is called: the name of its file.
    pub name: &'a str,
    /// The exit status.
    pub status: ExitStatus,
    /// When the command began, and when it ended.
    pub span: (Moment, Moment),
    /// When a run last ended with exit status 0, in seconds since 1970; 0 where none has.
    pub last_success: f64,
    /// What the run came to, where that is known: its list was read.
    pub run: Option<RunMetrics<'a>>,
}

/// What a run came to whose list was read.
#[derive(Debug, Clone, Copy)]
pub struct RunMetrics<'a> {
    /// All its legs together.
    pub summary: &'a Summary,
    /// Calls that were sent and have no outcome.
    pub without_verdict: u64,
    /// Customers whose call has not ended.
    pub left: u64,
}

/// The name of a job, by its file's. None where the collector would not read the file.
pub fn job_of(path: &Path) -> Option<String> {
    let is_read = path.extension().is_some_and(|ending| ending == ENDING);
    let name = path.file_stem().filter(|_| is_read)?;
    Some(name.to_string_lossy().into_owned())
}

/// When the run of a file of ours last ended with exit status 0, in seconds since 1970. None where the file is somebody else's.
pub fn last_success_in(metrics: &str) -> Option<f64> {
    if metrics.trim().is_empty() {
        return Some(0.0);
    }
    if !metrics.starts_with(BEGIN) {
        return None;
    }
    let mut values = metrics
        .lines()
        .filter(|line| line.starts_with(LAST_SUCCESS));
    let value = values.next().and_then(|line| line.rsplit(' ').next());
    let value = value.and_then(|value| value.parse().ok());
    Some(
        value
            .filter(|value: &f64| value.is_finite())
            .unwrap_or_default(),
    )
}

/// A moment in seconds since 1970.
pub fn seconds_of(moment: Moment) -> f64 {
    moment.0 as f64 / 1_000.0
}

impl fmt::Display for Metrics<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (began, ended) = self.span;
        let status = self.status;
        let mut one =
            |name: &str, help: &str, value: f64| self.gauge(f, name, help, &[(None, value)]);
        one(
            "bulklabel_exit_status",
            "With which exit status the last run ended.",
            f64::from(status.code()),
        )?;
        one(
            "bulklabel_complete",
            "Whether it is complete: its result is in its place (1), or not (0).",
            f64::from(u8::from(status.is_complete())),
        )?;
        one(
            "bulklabel_start_timestamp_seconds",
            "When the command began, since 1970.",
            seconds_of(began),
        )?;
        one(
            "bulklabel_end_timestamp_seconds",
            "When the command ended, since 1970.",
            seconds_of(ended),
        )?;
        one(
            LAST_SUCCESS,
            "When a run last ended with exit status 0, since 1970; 0 where none has.",
            self.last_success,
        )?;
        match &self.run {
            Some(run) => self.run(f, run),
            None => Ok(()),
        }
    }
}

impl Metrics<'_> {
    fn run(&self, f: &mut fmt::Formatter<'_>, run: &RunMetrics<'_>) -> fmt::Result {
        let summary = run.summary;
        let rows = OutcomeKind::ALL.map(|kind| {
            let rows = summary.rows.get(kind.as_str()).copied().unwrap_or_default();
            (Some(kind.as_str()), rows as f64)
        });
        self.gauge(
            f,
            "bulklabel_rows",
            "Rows of the list by what became of them.",
            &rows,
        )?;
        let sent = summary.calls + run.without_verdict;
        let held: f64 = summary
            .minutes
            .iter()
            .map(|minute| minute.held_seconds)
            .fold(0.0, |all, held| all + held);
        let figures = [
            (
                "bulklabel_calls",
                "Calls that ended, one a customer.",
                summary.calls as f64,
            ),
            (
                "bulklabel_customers_left",
                "Customers that are to be called and whose call has not ended.",
                run.left as f64,
            ),
            (
                "bulklabel_attempts",
                "Attempts that were sent.",
                summary.attempts as f64,
            ),
            (
                "bulklabel_retries",
                "Attempts beyond the first of their call, those after a 429 included.",
                summary.attempts.saturating_sub(sent) as f64,
            ),
            (
                "bulklabel_throttled_attempts",
                "Attempts that were answered 429, too many requests.",
                summary.throttled as f64,
            ),
            (
                "bulklabel_held_seconds",
                "For how long all calls waited because the service was down or asked for it, or a shared rate could not be asked.",
                held,
            ),
            (
                "bulklabel_duration_seconds",
                "How long the run took, all of its processes together.",
                summary.seconds,
            ),
        ];
        for (name, help, value) in figures {
            self.gauge(f, name, help, &[(None, value)])?;
        }
        Ok(())
    }

    fn gauge(
        &self,
        f: &mut fmt::Formatter<'_>,
        name: &str,
        help: &str,
        values: &[(Option<&str>, f64)],
    ) -> fmt::Result {
        writeln!(f, "# HELP {name} {help}")?;
        writeln!(f, "# TYPE {name} gauge")?;
        for (outcome, value) in values {
            write!(f, "{name}{{name=\"{}\"", escaped(self.name))?;
            if let Some(outcome) = outcome {
                write!(f, ",outcome=\"{outcome}\"")?;
            }
            writeln!(f, "}} {value}")?;
        }
        Ok(())
    }
}

/// A label's value: what has a meaning in it is escaped.
fn escaped(value: &str) -> String {
    let mut escaped = String::new();
    for character in value.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\\' | '"' => {
                // A text takes whatever is written to it.
                let _written = write!(escaped, "\\{character}");
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, last_success: f64) -> String {
        let metrics = Metrics {
            name,
            status: ExitStatus::Unusable,
            span: (Moment(1_795_400_000_007), Moment(1_795_400_001_500)),
            last_success,
            run: None,
        };
        metrics.to_string()
    }

    #[test]
    fn the_last_success_is_read_back_as_it_was_written() {
        for at in [0.0, 1_795_400_000.007, 1_795_400_000.0] {
            assert_eq!(last_success_in(&refused("a \"b\"\\", at)), Some(at));
        }
        assert_eq!(last_success_in(""), Some(0.0));
        assert_eq!(last_success_in("# HELP bulklabel_x y\n"), Some(0.0));
        assert_eq!(last_success_in("# HELP node_x y\n"), None);
    }

    #[test]
    fn a_run_that_was_refused_says_when_and_how() {
        insta::assert_snapshot!(refused("nightly \"x\"\n", 0.0));
    }

    #[test]
    fn a_job_is_called_as_its_file() {
        let job = |path: &str| job_of(Path::new(path));
        assert_eq!(job("/x/nightly.prom").as_deref(), Some("nightly"));
        for path in ["nightly.txt", "nightly", ".prom", "nightly.prom.gz"] {
            assert_eq!(job(path), None, "{path}");
        }
    }
}
