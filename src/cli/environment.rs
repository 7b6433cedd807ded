//! What the environment says.

use std::env::{self, VarError};
use std::ffi::{OsStr, OsString};

use clap::{Command, builder::Resettable};

use crate::error::Error;

/// What the environment says of how the program shows itself.
#[derive(Debug, Default)]
pub struct Environment {
    /// `RUST_LOG`.
    pub rust_log: Option<String>,
    /// The command line, as it may be typed again.
    pub command_line: String,
    /// Whether `NO_COLOR` is set (no-color.org).
    pub no_color: bool,
}

impl Environment {
    /// Reads the variables; an empty one is an unset one (contract, section 3).
    ///
    /// # Errors
    /// One that is no text.
    pub fn read() -> Result<Self, Error> {
        Ok(Self {
            rust_log: variable("RUST_LOG")?,
            command_line: command_line(env::args_os().skip(1)),
            no_color: env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
        })
    }

    /// Which log lines are written: those that `RUST_LOG` says, else more with each `-v`.
    pub fn log_filter(&self, verbose: u8) -> String {
        let level = match verbose {
            0 => "info",
            1 => "debug",
            _ => "trace",
        };
        self.rust_log
            .clone()
            .unwrap_or_else(|| format!("warn,bulklabel={level}"))
    }
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

/// A command line that a shell reads back as these arguments.
fn command_line(arguments: impl Iterator<Item = OsString>) -> String {
    let arguments = arguments.map(|argument| quoted(&argument));
    let words = std::iter::once("bulklabel".to_owned()).chain(arguments);
    words.collect::<Vec<_>>().join(" ")
}

/// A word as a shell reads it back.
fn quoted(word: &OsStr) -> String {
    let text = word.to_string_lossy().into_owned();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// A command whose flags take no notice of variables that are set to nothing.
pub fn without_empty_variables(command: Command) -> Command {
    let is_empty = |name: &OsStr| env::var_os(name).is_some_and(|value| value.is_empty());
    command.mut_subcommands(|subcommand| {
        subcommand.mut_args(|arg| match arg.get_env().map(is_empty) {
            Some(true) => arg.env(Resettable::Reset),
            _ => arg,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_can_be_typed_again() {
        let arguments = ["run", "my list.csv", "--label", "VIP's", ""].map(OsString::from);
        assert_eq!(
            command_line(arguments.into_iter()),
            r"bulklabel run 'my list.csv' --label 'VIP'\''s' ''"
        );
    }
}
