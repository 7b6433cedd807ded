//! What the environment says.

use std::env::{self, VarError};
use std::ffi::OsStr;
use std::path::PathBuf;

use clap::{Command, builder::Resettable};

use super::command_line::CommandLine;
use crate::error::Error;

/// What the environment says of how the program shows itself.
#[derive(Debug, Default)]
pub struct Environment {
    /// `RUST_LOG`.
    pub rust_log: Option<String>,
    /// The command line.
    pub command_line: CommandLine,
    /// Whether `NO_COLOR` is set (no-color.org).
    pub no_color: bool,
    /// The folder for temporary files.
    pub temporary: PathBuf,
}

impl Environment {
    /// Reads the variables; an empty one is an unset one (contract, section 3).
    ///
    /// # Errors
    /// One that is no text.
    pub fn read() -> Result<Self, Error> {
        Ok(Self {
            rust_log: variable("RUST_LOG")?,
            command_line: CommandLine::of(env::args_os().skip(1)),
            no_color: env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
            temporary: env::temp_dir(),
        })
    }
}

/// Which log lines are written with `--quiet`, if anything is.
pub const QUIET_LOG: &str = "warn";

/// Which log lines are written where `RUST_LOG` does not say: more with each `-v`.
pub fn log_filter(verbose: u8) -> String {
    let level = match verbose {
        0 => "info",
        1 => "debug",
        _ => "trace",
    };
    format!("warn,bulklabel={level}")
}

/// A variable; an empty one is an unset one.
///
/// # Errors
/// It is no text.
pub fn variable(name: &str) -> Result<Option<String>, Error> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Error::unusable(format!(
            "{name} is set to what is no UTF-8 text"
        ))),
    }
}

/// The names of all variables that are set to something.
pub fn set_variables() -> impl Iterator<Item = String> {
    let set = env::vars_os().filter(|(_, value)| !value.is_empty());
    set.filter_map(|(name, _)| name.into_string().ok())
}

/// Whether the command line, or else `variable`, asks for JSON lines: known also where the command line can't be
/// understood.
pub fn asks_for_json(variable: &str) -> bool {
    const FLAG: &str = "--log-format";
    let arguments: Vec<_> = env::args_os().collect();
    let pairs = arguments.windows(2).filter(|pair| pair[0] == FLAG);
    let apart = pairs.map(|pair| pair[1].to_string_lossy().into_owned());
    let joined = arguments
        .iter()
        .filter_map(|argument| argument.to_str()?.strip_prefix("--log-format="))
        .map(str::to_owned);
    let flag = apart.chain(joined).next_back();
    let format = flag.or_else(|| env::var(variable).ok());
    format.is_some_and(|format| format == "json")
}

/// A command whose flags take no notice of variables that are set to nothing.
pub fn without_empty_variables(command: Command) -> Command {
    let is_empty = |name: &OsStr| env::var_os(name).is_some_and(|value| value.is_empty());
    let heard = |command: Command| {
        command.mut_args(|arg| match arg.get_env().map(is_empty) {
            Some(true) => arg.env(Resettable::Reset),
            _ => arg,
        })
    };
    heard(command).mut_subcommands(heard)
}
