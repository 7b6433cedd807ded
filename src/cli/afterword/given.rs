//! What a command says about its end.

use std::path::{Path, PathBuf};

use crate::cli::settings::{CronArgs, Origin, Understood};

/// What a command says about its end.
#[derive(Debug)]
pub struct AfterwordArgs<'a> {
    /// The list, or the result that it sends rows of.
    pub list: &'a Path,
    /// Whether it is a rehearsal: that is no success of the nightly job.
    pub rehearsal: bool,
    /// Where the sum goes, if it goes anywhere.
    pub summary: Option<&'a Path>,
    /// Where the metrics go, if they go anywhere.
    pub metrics: Option<&'a Path>,
    /// Files that they must not take the place of.
    pub taken: Vec<PathBuf>,
}

impl<'a> AfterwordArgs<'a> {
    /// Those of a run of `list`, if it `is_the_run`: what settings name is meant for that. Of a rehearsal, a retry and an undo
    /// only what is typed counts.
    pub fn of(
        args: &'a CronArgs,
        list: &'a Path,
        rehearsal: bool,
        is_the_run: bool,
        given: &Understood,
    ) -> Self {
        let counts = |name| {
            let typed = matches!(given.origins.origin(name), Origin::Flag(_));
            typed || is_the_run && !rehearsal
        };
        Self {
            list,
            rehearsal,
            summary: args.summary.as_deref().filter(|_| counts("summary")),
            metrics: args.metrics.as_deref().filter(|_| counts("metrics")),
            taken: given.file.iter().map(|file| file.path.clone()).collect(),
        }
    }
}
