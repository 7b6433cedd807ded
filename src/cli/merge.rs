//! `bulklabel merge`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::advice::{self, Ending};
use super::members::member;
use crate::error::{Error, ExitStatus};
use crate::job::{Member, family, fold_family};
use crate::model::Tolerance;
use crate::record::{Lineage, Lock, Outputs, RealDisk};
use crate::report::{Closing, Effort, End, Screen};

/// Folds a result and its retries into one result, which says of every row what it came to at last
///
/// One row for each of the first result, in its order. The last verdict on it counts, unless it was not called then or was
/// done or in doubt before and only failed again, and attempts add up. Which is later is told by the .json files beside the results, not by the order in which they are
/// named.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    bulklabel merge --latest campaign.results.csv campaign.retry-*.results.csv \\\n    \
    --output campaign.latest.results.csv\n\n\
    Exit status: 0 every row is as it should be; 1 there are rows to look at; 2 nothing was written, and trying again won't \
    help; 75 it could not be written, for a passing reason: the same command does it later (with --overwrite, where the result \
    is there without its .json).")]
pub struct MergeArgs {
    /// Fold a result and its retries
    #[arg(long)]
    latest: bool,

    /// The result and its retries, in any order
    #[arg(value_name = "RESULT", required = true)]
    results: Vec<PathBuf>,

    /// Where the folded result goes; - is standard output
    #[arg(long, value_name = "FILE")]
    output: PathBuf,

    /// Replace a result that exists
    #[arg(long)]
    overwrite: bool,

    /// How many rows to look at are no reason for exit status 1: a share of the data rows, 1%, or a number
    #[arg(long, value_name = "SHARE", default_value = "0")]
    tolerate: Tolerance,

    /// Exit with status 0 where it would be 1; the .json still says 1
    #[arg(long)]
    pub partial_ok: bool,
}

/// Folds results.
///
/// # Errors
/// They do not go together, or what they come to can't be written.
pub fn run(args: MergeArgs, screen: &Screen) -> Result<ExitStatus, Error> {
    if !args.latest {
        return Err(Error::unusable(
            "merge can only fold a result and its retries so far: say so with --latest",
        ));
    }
    let members = args.results.iter().map(|path| member(path));
    let family = family(members.collect::<Result<_, _>>()?)?;
    let usual = || Some(Lineage::of(&family[0].path)?.latest());
    let outputs = Outputs::at(Some(&args.output), false, usual);
    let outputs = outputs.ok_or_else(|| Error::unusable("--output names no file"))?;
    for member in &family {
        refuse_in_place(member, &outputs)?;
        outputs.check_names(&member.path)?;
    }
    let lock = Lock::take(&outputs.partial(), Duration::ZERO)?;
    if lock.has_journal() {
        return Err(Error::unusable(format!(
            "{}: a run is unfinished whose result would have this place: carry it on first, or name another with --output",
            outputs.partial().display()
        )));
    }
    outputs.check_result(args.overwrite)?;
    let (folded, summary) = fold_family(&family, &outputs, args.tolerate, &RealDisk)?;
    let status = folded.status(args.tolerate);
    let end = End::Complete(outputs.result().map(Path::to_owned));
    let closing = Closing {
        rejects: None,
        page: None,
        list: &names(&args.results),
        shard: None,
        is_result: true,
        end: &end,
        workbook: None,
        tally: &folded.tally,
        calls: summary.calls,
        effort: Effort {
            ended: summary.calls,
            attempts: summary.attempts,
            throttled: summary.throttled,
            without_verdict: 0,
            calling: Duration::try_from_secs_f64(summary.seconds).unwrap_or_default(),
            allowed: None,
        },
        next: &advice::after_fold(&Ending {
            end: &end,
            status,
            to_look_at: folded.to_look_at,
            tally: &folded.tally,
        }),
    };
    screen.close(&closing, status);
    Ok(status)
}

/// What happened stays told: no result is folded into itself.
fn refuse_in_place(member: &Member, outputs: &Outputs) -> Result<(), Error> {
    match outputs.replacing(&member.path) {
        None => Ok(()),
        Some(path) => Err(Error::unusable(format!(
            "{} is one of the results that are folded, or stands beside one: name another with --output",
            path.display()
        ))),
    }
}

fn names(results: &[PathBuf]) -> String {
    let names: Vec<_> = results
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    names.join(" + ")
}
