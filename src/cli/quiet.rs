//! How much is said: `--quiet`, or `-v`.

use super::Cli;
use super::settings::{Origin, Understood};
use crate::error::Error;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Nothing, where all is well.
    Quiet,
    /// As much as is usual, or more.
    Usual,
}

/// How much is to be said. A `-v` overrules a setting that is to be quiet.
///
/// # Errors
/// Both are asked for on the command line.
pub fn level(cli: &Cli, given: &Understood) -> Result<Level, Error> {
    let is_quiet = cli.command.cron().is_some_and(|cron| cron.quiet);
    let is_typed = matches!(given.origins.origin("quiet"), Origin::Flag(_));
    match (is_quiet, cli.verbose) {
        (true, 0) => Ok(Level::Quiet),
        (true, _) if is_typed => Err(Error::unusable(
            "--quiet says less and -v more: leave one of them out",
        )),
        _ => Ok(Level::Usual),
    }
}
