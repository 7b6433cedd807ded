//! `bulklabel undo`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::Resettable;

use super::afterword::{Afterword, AfterwordArgs};
use super::environment::Environment;
use super::offspring::{OffspringArgs, send};
use super::settings::{CronArgs, Understood};
use crate::error::{Error, ExitStatus};
use crate::list::Selection;
use crate::report::Screen;

/// Sends the opposite of every row of a result that is a success: what was added is removed, what was removed is added
///
/// It takes a label away even from a customer who had it before the run: the service does not tell. Without a terminal
/// it needs --yes (or BULKLABEL_YES; in a settings file it does not count). It goes to the service and account that the result came from. campaign.results.csv gives
/// campaign.undo.results.csv.
#[derive(Debug, Args)]
#[command(
    mut_arg("excel", |arg| arg.env(Resettable::Reset)),
    mut_arg("summary", |arg| arg.env(Resettable::Reset)),
    mut_arg("metrics", |arg| arg.env(Resettable::Reset)),
    mut_arg("output", |arg| arg
        .env(Resettable::Reset)
        .help("Where the result goes; - is standard output [default: campaign.results.csv gives campaign.undo.results.csv \
               beside it]")),
    after_help = "Examples:\n  \
    bulklabel undo campaign.results.csv\n  \
    bulklabel undo campaign.results.csv --print > inverse.csv\n  \
    bulklabel undo campaign.results.csv --sandbox   rehearse it\n\n\
    What retries have done is undone with their own results, or with all of them folded by `bulklabel merge --latest`.\n\n\
    --max-labels, --strict, --expect-rows and --max-removals are flags only: settings files and variables for those are meant \
    for lists. A result has its own columns.\n\n\
    Exit status: as that of run.")]
pub struct UndoArgs {
    /// The result, such as campaign.results.csv
    #[arg(value_name = "RESULT")]
    result: PathBuf,

    #[command(flatten)]
    offspring: OffspringArgs,
}

impl UndoArgs {
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

/// Undoes what a result says was done.
///
/// # Errors
/// What ends the run before its result, but for a stop.
pub fn run(
    args: UndoArgs,
    given: &Understood,
    environment: &Environment,
    screen: &Screen,
    afterword: &Afterword,
) -> Result<ExitStatus, Error> {
    send(
        &args.result,
        Selection::Inverse,
        args.offspring,
        given,
        environment,
        screen,
        afterword,
    )
}
