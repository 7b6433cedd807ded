//! `bulklabel status`.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::all_shards::all_shards;
use super::places::Places;
use crate::error::{Error, ExitStatus};
use crate::job::{Glimpse, glimpse};
use crate::model::{Moment, OutcomeKind, Part};
use crate::record::{Lock, Outputs, RealDisk, days, on};
use crate::report::{count, counted, span};

/// Says how far an unfinished run is, from its files, also while it runs
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    bulklabel status campaign.csv\n  \
    bulklabel status campaign.csv --shard 3/4\n  \
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

    /// The shard, such as 3/16 [default: the whole, and all shards that are there]
    #[arg(long, value_name = "I/N")]
    shard: Option<Part>,
}

/// Says how far the run is.
///
/// # Errors
/// There is none, or its files can't be read.
pub fn run(args: StatusArgs) -> Result<ExitStatus, Error> {
    let at = |output: Option<&Path>| {
        let outputs = Outputs::of(&args.list, output, false)?;
        Some(match args.shard {
            Some(shard) => outputs.of_shard(shard),
            None => outputs,
        })
    };
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
    let shards = match args.shard {
        Some(_) => None,
        None => {
            let dated = args
                .output
                .as_deref()
                .map(|output| on_other_days(output, at));
            all_shards(places.now(), &dated.unwrap_or_default())?
        }
    };
    let text = match (unfinished, shards) {
        (Some((outputs, glimpse)), None) => told(outputs, &glimpse, runs(outputs)),
        (Some((outputs, glimpse)), Some(shards)) => {
            told(outputs, &glimpse, runs(outputs)) + &shards
        }
        (None, Some(shards)) => match complete(places.now()) {
            Ok(complete) => complete + &shards,
            Err(_) => shards,
        },
        (None, None) => complete(places.now())?,
    };
    let written = io::stdout().lock().write_all(text.as_bytes());
    // Who does not read to the end has seen enough.
    let _cut_short = written;
    Ok(ExitStatus::Complete)
}

/// The files of runs under all other dates that `output` has had.
fn on_other_days(output: &Path, at: impl Fn(Option<&Path>) -> Option<Outputs>) -> Vec<Outputs> {
    let today = Moment::now().day();
    let days = days(output).into_iter().filter(|day| *day != today);
    days.filter_map(|day| at(Some(&on(output, &day)))).collect()
}

/// Whether a process is at work on it.
pub(super) fn runs(outputs: &Outputs) -> bool {
    Lock::is_held(&outputs.partial()).unwrap_or(false)
}

/// How long ago something was.
pub(super) fn ago(moment: Moment) -> String {
    let ago = Moment::now().0.saturating_sub(moment.0).max(0);
    span(std::time::Duration::from_millis(ago.unsigned_abs()))
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
    let ago = ago(glimpse.latest);
    say(format!("  Last heard of {ago} ago, {}", glimpse.latest));
    say(format!("  Recorded in {}", outputs.partial().display()));
    if !runs {
        say("  The command that began it carries it on.".to_owned());
    }
    text
}
