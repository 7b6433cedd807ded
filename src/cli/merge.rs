//! `bulklabel merge`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::advice::{self, Ending};
use super::members::member;
use super::open_files;
use crate::error::{Error, ExitStatus};
use crate::job::{
    Member, Missing, Shards, ShardsError, family, fold_family, join_shards, named_after, shards,
};
use crate::model::Tolerance;
use crate::record::{Folded, Lineage, Lock, Outputs, RealDisk, unfinished};
use crate::report::{Closing, Effort, End, Screen, Summary};

/// Joins the shards of a list into one result; or, with --latest, folds a result and its retries
///
/// Shards: the rows of all in the order of the list, as one run of the whole would have written them. All must be there, each once,
/// and of one run, which the .json files beside them tell.
///
/// --latest: one row for each of the first result, in its order. The last verdict on it counts, unless it was not called then or was
/// done or in doubt before and only failed again, and attempts add up. Which is later is told by the .json files beside the results, not by the order in which they are
/// named.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    bulklabel merge campaign.results.*-of-4.csv --output campaign.whole.csv\n  \
    bulklabel merge --latest campaign.results.csv campaign.retry-*.results.csv \\\n    \
    --output campaign.latest.results.csv\n\n\
    Exit status: 0 every row is as it should be; 1 there are rows to look at; 2 nothing was written, and trying again won't \
    help; 75 it could not be written, for a passing reason: the same command does it later (with --overwrite, where the result \
    is there without its .json).")]
pub struct MergeArgs {
    /// Fold a result and its retries
    #[arg(long)]
    latest: bool,

    /// The results of all shards, or a result and its retries; in any order
    #[arg(value_name = "RESULT", required = true)]
    results: Vec<PathBuf>,

    /// Where the result goes; - is standard output [default for shards: campaign.results.1-of-16.csv and the others give
    /// campaign.results.csv]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace a result that exists
    #[arg(long)]
    overwrite: bool,

    /// How many rows to look at are no reason for exit status 1: a share of the data rows, 1%, or a number [default: what the
    /// shards have tolerated; with --latest, 0]
    #[arg(long, value_name = "SHARE")]
    tolerate: Option<Tolerance>,

    /// Exit with status 0 where it would be 1; the .json still says 1
    #[arg(long)]
    pub partial_ok: bool,
}

/// Joins or folds results.
///
/// # Errors
/// They do not go together, or what they come to can't be written.
pub fn run(args: MergeArgs, screen: &Screen) -> Result<ExitStatus, Error> {
    if args.latest && args.output.is_none() {
        return Err(Error::unusable(
            "say with --output FILE where the folded result is to go, such as campaign.latest.results.csv",
        ));
    }
    let together = Together::of(&args)?;
    let usual = || together.usual();
    let outputs = Outputs::at(args.output.as_deref(), false, usual);
    let outputs = outputs
        .ok_or_else(|| Error::unusable("say with --output FILE where the result is to go"))?;
    for member in together.members() {
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
    open_files::ask_for(args.results.len());
    let (merged, summary, status) = together.put(&outputs, args.tolerate)?;
    close(&args.results, &outputs, (&merged, &summary), status, screen);
    Ok(status)
}

/// Results that become one.
enum Together {
    /// A result and its retries.
    Family(Vec<Member>),
    /// All shards of a list.
    Shards(Shards),
}

impl Together {
    fn of(args: &MergeArgs) -> Result<Self, Error> {
        let members = args.results.iter().map(|path| member(path));
        let members = members.collect::<Result<_, _>>()?;
        match args.latest {
            true => Ok(Self::Family(family(members)?)),
            false => match shards(members) {
                Ok(shards) => Ok(Self::Shards(shards)),
                Err(ShardsError::Missing { missing }) => Err(why_missing(missing)),
                Err(error) => Err(error.into()),
            },
        }
    }

    fn members(&self) -> &[Member] {
        match self {
            Self::Family(members) => members,
            Self::Shards(shards) => &shards.members,
        }
    }

    /// Where the result goes if nobody says.
    fn usual(&self) -> Option<PathBuf> {
        match self {
            Self::Family(members) => Some(Lineage::of(&members[0].path)?.latest()),
            Self::Shards(shards) => named_after(&shards.members),
        }
    }

    fn put(
        &self,
        outputs: &Outputs,
        tolerance: Option<Tolerance>,
    ) -> Result<(Folded, Summary, ExitStatus), Error> {
        match self {
            Self::Family(members) => {
                let tolerance = tolerance.unwrap_or_default();
                let (folded, summary) = fold_family(members, outputs, tolerance, &RealDisk)?;
                let status = folded.status(tolerance);
                Ok((folded, summary, status))
            }
            Self::Shards(shards) => join_shards(shards, outputs, tolerance, &RealDisk),
        }
    }
}

/// Shards are missing: those whose runs are unfinished are told first.
fn why_missing(missing: Missing) -> Error {
    let journal = |path: &Option<PathBuf>| unfinished(path.as_deref()?);
    let unfinished = missing
        .first
        .iter()
        .find_map(|(shard, path)| Some((*shard, journal(path)?)));
    let Some((shard, journal)) = unfinished else {
        return ShardsError::Missing { missing }.into();
    };
    Error::unusable(format!(
        "{missing}: shard {shard} is unfinished, as {} says; the command that began it carries it on, or ends it with --finish",
        journal.display()
    ))
}

/// Says what they came to.
fn close(
    results: &[PathBuf],
    outputs: &Outputs,
    (merged, summary): (&Folded, &Summary),
    status: ExitStatus,
    screen: &Screen,
) {
    let end = End::Complete(outputs.result().map(Path::to_owned));
    let closing = Closing {
        rejects: None,
        page: None,
        list: &names(results),
        shard: None,
        is_result: true,
        end: &end,
        workbook: None,
        tally: &merged.tally,
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
            to_look_at: merged.to_look_at,
            tally: &merged.tally,
        }),
    };
    screen.close(&closing, status);
}

/// What happened stays told: no result is merged into itself.
fn refuse_in_place(member: &Member, outputs: &Outputs) -> Result<(), Error> {
    match outputs.replacing(&member.path) {
        None => Ok(()),
        Some(path) => Err(Error::unusable(format!(
            "{} is one of the results that are merged, or stands beside one: name another with --output",
            path.display()
        ))),
    }
}

/// The names of a few results, and how many more there are.
fn names(results: &[PathBuf]) -> String {
    let named = match results.len() {
        few @ 0..=4 => few,
        _ => 2,
    };
    let shown = results.iter().take(named);
    let mut names: Vec<_> = shown.map(|path| path.display().to_string()).collect();
    if results.len() > named {
        names.push(format!("{} more", results.len() - named));
    }
    names.join(" + ")
}
