//! What people type: one file a command, its arguments and a `run` that joins the rooms below.
//!
//! The command line and the environment are seen here only.

mod advice;
mod credentials;
mod destination;
mod environment;
mod question;
mod run;
mod runtime;
mod sandbox;
mod settings;
mod signals;
mod values;

use std::process::ExitCode;

use clap::{ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::error::{Error, ExitStatus};
use crate::report::{Screen, start_log};

/// Tags customers in bulk: reads a CSV of userId,action,label, makes one call per customer at the rate that the
/// service allows, and writes a result CSV that says of every row what became of it.
#[derive(Debug, Parser)]
#[command(
    name = "bulklabel",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    after_help = "Examples:\n  \
        bulklabel run campaign.csv --sandbox       rehearse: no account, no network, nothing is changed\n  \
        bulklabel run campaign.csv --base-url https://eu.api.capillarytech.com\n\n\
        Credentials are read from BULKLABEL_USERNAME and BULKLABEL_PASSWORD. `bulklabel run --help` says more."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Say more: -v tells of every retry, -vv of every call
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(Box<run::RunArgs>),
    Sandbox(sandbox::SandboxArgs),
}

/// Runs the program as the command line says.
pub fn main() -> ExitCode {
    let matches = environment::without_empty_variables(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let screen = Screen::new();
    run_command(cli, &screen)
        .unwrap_or_else(|error| report(&error, &screen))
        .into()
}

fn run_command(cli: Cli, screen: &Screen) -> Result<ExitStatus, Error> {
    let environment = environment::Environment::read()?;
    start_log(
        screen,
        &environment.log_filter(cli.verbose),
        environment.no_color,
    );
    match cli.command {
        Command::Run(args) => run::run(*args, &environment, screen),
        Command::Sandbox(args) => sandbox::run(args, screen),
    }
}

fn report(error: &Error, screen: &Screen) -> ExitStatus {
    screen.say(format_args!("error: {error}"));
    error.status()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
