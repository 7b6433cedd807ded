//! What people type: one file a command, its arguments and a `run` that joins the rooms below.
//!
//! The command line and the environment are seen here only.

mod advice;
mod check;
mod claim;
mod command_line;
mod conclusion;
mod consent;
mod credentials;
mod destination;
mod environment;
mod fault_args;
mod finish;
mod guards;
mod list;
mod made_from;
mod members;
mod merge;
mod nearest;
mod offspring;
mod places;
mod print;
mod prompt;
mod question;
mod retry;
mod run;
mod runtime;
mod sandbox;
mod scrub;
mod sending;
mod settings;
mod show;
mod signals;
mod status;
mod undo;
mod values;

use std::process::ExitCode;

use clap::{ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::error::{Error, ExitStatus};
use crate::report::{LogFormat, Screen, start_log};

use self::scrub::without_passwords;
use self::settings::{Misunderstood, Understood};
use self::values::LogFormatName;

/// Tags customers in bulk: reads a CSV of userId,action,label, makes one call per customer at the rate that the
/// service allows, and writes a result CSV that says of every row what became of it.
#[derive(Debug, Parser)]
#[command(
    name = "bulklabel",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    after_help = "Examples:\n  \
        bulklabel check campaign.csv               look at a list: nothing is sent\n  \
        bulklabel run campaign.csv --sandbox       rehearse: no account, no network, nothing is changed\n  \
        bulklabel run campaign.csv --cluster eu\n\n\
        Credentials are read from BULKLABEL_USERNAME and BULKLABEL_PASSWORD, or from BULKLABEL_CLIENT_KEY and \
    BULKLABEL_CLIENT_SECRET (OAuth). `bulklabel run --help` says more."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Say more: -v tells of every retry, -vv of every call
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,

    /// In which form lines are written to standard error: text for people, json for programs
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        default_value = "text",
        env = LOG_FORMAT,
        hide_env_values = true
    )]
    log_format: LogFormatName,
}

/// The variable that says the same as `--log-format`.
const LOG_FORMAT: &str = "BULKLABEL_LOG_FORMAT";

#[derive(Debug, Subcommand)]
enum Command {
    Run(Box<run::RunArgs>),
    Check(Box<check::CheckArgs>),
    Retry(Box<retry::RetryArgs>),
    Undo(Box<undo::UndoArgs>),
    Merge(merge::MergeArgs),
    Status(status::StatusArgs),
    Settings(Box<show::ShowArgs>),
    Sandbox(Box<sandbox::SandboxArgs>),
}

/// Runs the program as the command line says.
pub fn main() -> ExitCode {
    let command = environment::without_empty_variables(Cli::command());
    let understood = match settings::understand(&command) {
        Ok(understood) => understood,
        Err(Misunderstood::CommandLine(error)) => return misunderstood(&error),
        Err(Misunderstood::File(error)) => return report(&error, &early_screen()).into(),
    };
    let cli = match Cli::from_arg_matches(&understood.matches) {
        Ok(cli) => cli,
        Err(error) => return misunderstood(&error),
    };
    let screen = Screen::new(cli.log_format.into());
    run_command(cli, &understood, &screen)
        .unwrap_or_else(|error| report(&error, &screen))
        .into()
}

fn run_command(cli: Cli, given: &Understood, screen: &Screen) -> Result<ExitStatus, Error> {
    let environment = environment::Environment::read()?;
    start_log(
        screen,
        environment.rust_log.as_deref(),
        &environment::log_filter(cli.verbose),
        environment.no_color,
    );
    if let Some(file) = &given.file {
        tracing::debug!(event = "settings", "settings of {}", file.title());
    }
    match cli.command {
        Command::Run(args) => run::run(*args, given, &environment, screen),
        Command::Check(args) => check::run(*args, &environment),
        Command::Retry(args) => retry::run(*args, given, &environment, screen),
        Command::Undo(args) => undo::run(*args, given, &environment, screen),
        Command::Merge(args) => merge::run(args, screen),
        Command::Status(args) => status::run(args),
        Command::Settings(args) => show::run(*args, given),
        Command::Sandbox(args) => sandbox::run(*args, screen),
    }
}

/// The screen where the command line could not be understood as a whole.
fn early_screen() -> Screen {
    Screen::new(if environment::asks_for_json(LOG_FORMAT) {
        LogFormat::Json
    } else {
        LogFormat::Text
    })
}

/// Says why a command line can't be understood, or the help that it asks for.
fn misunderstood(error: &clap::Error) -> ExitCode {
    let screen = early_screen();
    let said = error.render().to_string();
    let text = without_passwords(&said);
    if !error.use_stderr() || (screen.format() == LogFormat::Text && text == said) {
        error.exit()
    }
    let text = text.strip_prefix("error: ").unwrap_or(&text).trim_end();
    screen.fail(text, ExitStatus::Unusable);
    ExitStatus::Unusable.into()
}

fn report(error: &Error, screen: &Screen) -> ExitStatus {
    screen.fail(without_passwords(&error.to_string()), error.status());
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
