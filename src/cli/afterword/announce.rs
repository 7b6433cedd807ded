//! Which commands have an end that is told, and what each says about it.

use super::Afterword;
use crate::cli::Command;
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
