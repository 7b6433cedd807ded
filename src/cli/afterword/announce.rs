//! Which commands have an end that is told, and what each says about it.

use super::Afterword;
use crate::cli::Command;
use crate::cli::scheduler::Told;
use crate::cli::settings::{CronArgs, Understood};
use crate::error::Error;

/// The commands that send.
pub const SENDING: [&str; 3] = [RUN, RETRY, UNDO];

const RUN: &str = "run";
const RETRY: &str = "retry";
const UNDO: &str = "undo";

impl Command {
    /// What is written and said for whoever is not there; none where the command sends nothing.
    pub fn cron(&self) -> Option<&CronArgs> {
        match self {
            Self::Run(args) => Some(args.cron()),
            Self::Retry(args) => Some(args.cron()),
            Self::Undo(args) => Some(args.cron()),
            _ => None,
        }
    }

    /// Whether rows to look at are no failure to whoever has started it.
    pub fn partial_ok(&self) -> bool {
        match self {
            Self::Run(args) => args.partial_ok(),
            Self::Retry(args) => args.partial_ok(),
            Self::Undo(args) => args.partial_ok(),
            Self::Merge(args) => args.partial_ok,
            _ => false,
        }
    }

    /// Settles which shard is run; of what is no run, none is.
    ///
    /// # Errors
    /// A scheduler is to say which, and none does.
    pub fn settle_shard(&mut self) -> Result<Option<Told>, Error> {
        match self {
            Self::Run(args) => args.settle_shard(),
            _ => Ok(None),
        }
    }

    /// Says what is to be told of it once it has ended.
    ///
    /// # Errors
    /// A file for that can't be written there.
    pub fn announce(&self, given: &Understood, afterword: &Afterword) -> Result<(), Error> {
        let (command, args) = match self {
            Self::Run(args) => (RUN, Some(args.afterword(given))),
            Self::Retry(args) => (RETRY, args.afterword(given)),
            Self::Undo(args) => (UNDO, args.afterword(given)),
            _ => return Ok(()),
        };
        let Some(args) = args else {
            return Ok(());
        };
        afterword.of_command(Some(command));
        afterword.given(args)
    }
}
