//! `bulklabel status`.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::places::Places;
use crate::error::{Error, ExitStatus};
use crate::job::{Glimpse, glimpse};
use crate::model::{Moment, OutcomeKind};
use crate::record::{Lock, Outputs, RealDisk};
use crate::report::{count, counted, span};

/// Says how far an unfinished run is, from its files, also while it runs
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    bulklabel status campaign.csv\n  \
    bulklabel status - --output nightly.results.csv\n  \
    bulklabel status nightly.csv --output 'results/nightly-{date}.csv'\n\n\
    Exit status: 0 there is an unfinished run, or a complete result; 2 there is neither.")]
pub struct StatusArgs {
    /// The list of the run
    #[arg(value_name = "LIST")]
    list: PathBuf,

    /// The result, where the run was given another than the usual name
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Says how far the run is.
///
/// # Errors
/// There is none, or its files can't be read.
pub fn run(args: StatusArgs) -> Result<ExitStatus, Error> {
    let at = |output: Option<&Path>| Outputs::of(&args.list, output, false);
    let places = Places::find(Moment::now(), args.output.as_deref(), None, at)?;
    let places = places.ok_or_else(|| {
        Error::unusable(
            "standard input has no name to make the result's of: name it with --output FILE",
        )
    })?;
    let mut unfinished = None;
    for outputs in places.all() {
        if let Some(glimpse) = glimpse(&RealDisk, outputs)? {
            unfinished = Some((outputs, glimpse));
            break;
        }
    }
    let text = match unfinished {
        Some((outputs, glimpse)) => {
            let runs = Lock::is_held(&outputs.partial()).unwrap_or(false);
            told(outputs, &glimpse, runs)
        }
        None => complete(places.now())?,
    };
    let written = io::stdout().lock().write_all(text.as_bytes());
    // Who does not read to the end has seen enough.
    let _cut_short = written;
    Ok(ExitStatus::Complete)
}

fn complete(outputs: &Outputs) -> Result<String, Error> {
    match outputs.result().filter(|result| result.is_file()) {
        Some(result) => Ok(format!("Complete: {}\n", result.display())),
        None => Err(Error::unusable(format!(
            "{}: there is no unfinished run, and no result",
            outputs.partial().display()
        ))),
    }
}

fn told(outputs: &Outputs, glimpse: &Glimpse, runs: bool) -> String {
    let mut text = String::new();
    let mut say = |line: String| {
        // A text takes whatever is written to it.
        let _written = writeln!(text, "{line}");
    };
    let is = if runs { "running" } else { "stopped" };
    match &glimpse.state {
        Some(state) => {
            let calls = u64::from(state.calls);
            let share = 100.0 * glimpse.ended as f64 / (calls.max(1) as f64);
            say(format!("{}: {is}, begun {}", state.list, state.started_at));
            say(format!(
                "  {} of {} are done ({share:.1}%)",
                count(glimpse.ended),
                counted(calls, "call")
            ));
        }
        None => {
            say(format!("{}: {is}", outputs.partial().display()));
            say(format!("  {} are done", counted(glimpse.ended, "call")));
        }
    }
    let of_kind = |kind: OutcomeKind| glimpse.calls_by_outcome.get(&kind).copied();
    for kind in OutcomeKind::ALL {
        if let Some(calls) = of_kind(kind) {
            say(format!("    {:<12}{:>11}", kind.as_str(), count(calls)));
        }
    }
    if glimpse.in_flight > 0 {
        let calls = counted(glimpse.in_flight, "call");
        let what = if runs {
            "on their way"
        } else {
            "without a verdict"
        };
        say(format!("  {calls} {what}"));
    }
    say(format!(
        "  {}, {}",
        counted(glimpse.attempts, "attempt"),
        counted(glimpse.legs, "leg")
    ));
    let ago = Moment::now()
        .0
        .saturating_sub(glimpse.latest.0)
        .max(0)
        .unsigned_abs();
    let ago = span(std::time::Duration::from_millis(ago));
    say(format!("  Last heard of {ago} ago, {}", glimpse.latest));
    say(format!("  Recorded in {}", outputs.partial().display()));
    if !runs {
        say("  The command that began it carries it on.".to_owned());
    }
    text
}
