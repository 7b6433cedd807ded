//! What people type: one file a command, its arguments and a `run` that joins the rooms below.
//!
//! The command line and the environment are seen here only.

mod advice;
mod afterword;
mod all_shards;
mod check;
mod claim;
mod closer_look;
mod command_line;
mod completions;
mod conclusion;
mod consent;
mod credentials;
mod cures;
mod destination;
mod environment;
mod fault_args;
mod finish;
mod fix;
mod flags;
mod guards;
mod help;
mod list;
mod made_from;
mod man;
mod members;
mod memory;
mod merge;
mod misheard;
mod misunderstood;
mod offspring;
mod once_mended;
mod open_files;
mod organisation;
mod page;
mod page_content;
mod places;
mod print;
mod prompt;
mod question;
mod quiet;
mod rejects;
mod report;
mod retry;
mod run;
mod runtime;
mod sandbox;
mod scheduler;
mod scrub;
mod sending;
mod settings;
mod shard;
mod show;
mod signals;
mod standard_output;
mod status;
mod undo;
mod values;
mod words;

use std::process::ExitCode;

use clap::{ArgAction, FromArgMatches, Parser, Subcommand};

use crate::error::{Error, ExitStatus};
use crate::report::{LogFormat, Screen, start_log};

use self::afterword::Afterword;
use self::misunderstood::{early_screen, misunderstood, say_it_ended};
use self::quiet::Level;
use self::scheduler::Told;
use self::scrub::without_passwords;
use self::settings::{Misunderstood, Understood};
use self::values::LogFormatName;

/// Tags customers in bulk: a list goes in, one call per customer goes out, and a result
/// says of every row what became of it.
#[derive(Debug, Parser)]
#[command(
    name = "bulklabel",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    help_template = help::TEMPLATE,
    after_help = help::FIRST,
    after_long_help = help::LONG,
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
        hide_short_help = true
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
    Report(report::ReportArgs),
    Status(status::StatusArgs),
    Settings(Box<show::ShowArgs>),
    Sandbox(Box<sandbox::SandboxArgs>),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Runs the program as the command line says.
pub fn main() -> ExitCode {
    let command = environment::without_empty_variables(help::whole());
    let understood = match settings::understand(&command) {
        Ok(understood) => understood,
        Err(Misunderstood::CommandLine(error)) => return misunderstood(&error, &command),
        Err(Misunderstood::File(error)) => {
            let screen = early_screen();
            let status = fail(&error, &screen);
            say_it_ended(&screen, status, &error.to_string());
            return status.into();
        }
    };
    let cli = match Cli::from_arg_matches(&understood.matches) {
        Ok(cli) => cli,
        Err(error) => return misunderstood(&error, &command),
    };
    let screen = Screen::new(cli.log_format.into());
    let (screen, log) = match quiet::level(&cli, &understood) {
        Ok(Level::Quiet) => (screen.held_back(), environment::QUIET_LOG.to_owned()),
        Ok(Level::Usual) => (screen, environment::log_filter(cli.verbose)),
        Err(error) => {
            let status = fail(&error, &screen);
            say_it_ended(&screen, status, &error.to_string());
            return status.into();
        }
    };
    let afterword = Afterword::new(&screen);
    let partial_ok = cli.command.partial_ok();
    let status = run_command(cli, &understood, &log, &screen, &afterword);
    let status = match status {
        Ok(status) => {
            afterword.write(status, None);
            if status != ExitStatus::Complete {
                screen.speak();
            }
            status
        }
        Err(error) => {
            let reason = without_passwords(&error.to_string());
            afterword.write(error.status(), Some(&reason));
            fail(&error, &screen)
        }
    };
    if partial_ok && status == ExitStatus::WithFailures {
        if screen.format() == LogFormat::Text {
            screen.say("The exit status is 0 in the place of 1, as --partial-ok wants it.");
        }
        afterword.say(status);
        return ExitCode::SUCCESS;
    }
    afterword.say(status);
    status.into()
}

fn run_command(
    mut cli: Cli,
    given: &Understood,
    log: &str,
    screen: &Screen,
    afterword: &Afterword,
) -> Result<ExitStatus, Error> {
    // Where it is not known which shard it is, that is told in the files of the whole.
    let shard = cli.command.settle_shard();
    cli.command.announce(given, afterword)?;
    let environment = environment::Environment::read()?;
    start_log(
        screen,
        environment.rust_log.as_deref(),
        log,
        environment.no_color,
    );
    if let Some(file) = &given.file {
        tracing::debug!(event = "settings", "settings of {}", file.title());
    }
    if let Some(Told { part, by: Some(by) }) = shard? {
        screen.say(format!("This is shard {part}, as {by} says."));
    }
    let sends_or_looks = matches!(
        cli.command,
        Command::Run(_)
            | Command::Check(_)
            | Command::Retry(_)
            | Command::Undo(_)
            | Command::Settings(_)
    );
    if sends_or_looks {
        check_variables(screen)?;
    }
    match cli.command {
        Command::Run(args) => run::run(*args, given, &environment, screen, afterword),
        Command::Check(args) => check::run(*args, given, &environment, screen),
        Command::Retry(args) => retry::run(*args, given, &environment, screen, afterword),
        Command::Undo(args) => undo::run(*args, given, &environment, screen, afterword),
        Command::Merge(args) => merge::run(args, screen),
        Command::Report(args) => report::run(args, screen),
        Command::Status(args) => status::run(args),
        Command::Settings(args) => show::run(*args, given),
        Command::Sandbox(args) => sandbox::run(*args, screen),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}

/// Refuses to begin where somebody has set a variable that means nothing, and can only have meant one that does.
fn check_variables(screen: &Screen) -> Result<(), Error> {
    let ours = environment::set_variables().filter(|name| misheard::may_be_ours(name));
    let ours: Vec<_> = ours.collect();
    if ours.is_empty() {
        return Ok(());
    }
    // Made anew: an empty variable takes itself out of the other.
    let misheard::Unread { slip, others } = misheard::unread(&help::whole(), ours);
    if let Some(others) = others {
        screen.say(others);
    }
    slip.map_or(Ok(()), |slip| Err(Error::unusable(slip)))
}

fn fail(error: &Error, screen: &Screen) -> ExitStatus {
    screen.fail(without_passwords(&error.to_string()), error.status());
    error.status()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        help::whole().debug_assert();
    }
}
