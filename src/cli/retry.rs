//! `bulklabel retry`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::Resettable;

use super::afterword::{Afterword, AfterwordArgs};
use super::environment::Environment;
use super::offspring::{OffspringArgs, send};
use super::settings::{CronArgs, Understood};
use crate::error::{Error, ExitStatus};
use crate::list::{Codes, Selection};
use crate::report::Screen;

/// Sends those rows of a result again that failed, are unconfirmed or pending
///
/// It goes to the service and account that the result came from. Its own result has one row per row sent, and keeps
/// their lines: campaign.results.csv gives campaign.retry-1.results.csv, and that campaign.retry-2.results.csv.
/// `bulklabel merge --latest` folds them into one.
#[derive(Debug, Args)]
#[command(
    mut_arg("excel", |arg| arg.env(Resettable::Reset)),
    mut_arg("summary", |arg| arg.env(Resettable::Reset)),
    mut_arg("metrics", |arg| arg.env(Resettable::Reset)),
    mut_arg("output", |arg| arg
        .env(Resettable::Reset)
        .help("Where the result goes; - is standard output [default: campaign.results.csv gives campaign.retry-1.results.csv \
               beside it]")),
    after_help = "Examples:\n  \
    bulklabel retry campaign.results.csv\n  \
    bulklabel retry campaign.results.csv --codes 8015,33000\n  \
    bulklabel retry campaign.results.csv --print > again.csv\n\n\
    --max-labels, --strict, --expect-rows and --max-removals are flags only: settings files and variables for those are meant \
    for lists. A result has its own columns.\n\n\
    Exit status: as that of run.")]
pub struct RetryArgs {
    /// The result, such as campaign.results.csv
    #[arg(value_name = "RESULT")]
    result: PathBuf,

    /// Send the rows with these codes instead, whatever their outcome. One that breaks a rule is rejected again; those with
    /// CONFLICT or TOO_MANY_LABELS keep every rule and are planned anew, among the rows taken: without --on-conflict reject
    /// the last row wins
    #[arg(long, value_name = "CODE,…")]
    codes: Option<Codes>,

    #[command(flatten)]
    offspring: OffspringArgs,
}

impl RetryArgs {
    /// What is written and said for whoever is not there.
    pub fn cron(&self) -> &CronArgs {
        self.offspring.cron()
    }

    /// Whether rows to look at are no failure to whoever has started it.
    pub fn partial_ok(&self) -> bool {
        self.offspring.partial_ok()
    }

    /// What it says about its end; nothing, where it only prints.
    pub fn afterword(&self, given: &Understood) -> Option<AfterwordArgs<'_>> {
        self.offspring.afterword(&self.result, given)
    }
}

/// Sends rows of a result again.
///
/// # Errors
/// What ends the run before its result, but for a stop.
pub fn run(
    args: RetryArgs,
    given: &Understood,
    environment: &Environment,
    screen: &Screen,
    afterword: &Afterword,
) -> Result<ExitStatus, Error> {
    let selection = args.codes.map_or(Selection::Undone, Selection::Codes);
    let offspring = args.offspring;
    send(
        &args.result,
        selection,
        offspring,
        given,
        environment,
        screen,
        afterword,
    )
}
