//! What is said of a command line that can't be understood: one sentence, with what was meant.

mod commands;
mod flags;
mod foreign;
mod values;
mod variables;

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

pub use foreign::setting;
pub use variables::{Unread, may_be_ours, unread};

/// A command line that was not understood.
struct Typed<'a> {
    /// All that can be typed.
    all: &'a Command,
    /// The command that was typed, where there is one.
    command: Option<&'a Command>,
    /// Its words.
    words: &'a [OsString],
}

/// What is said of `error`, to which `words` have led; nothing where the error's own words are best.
pub fn sentence(error: &clap::Error, all: &Command, words: &[OsString]) -> Option<String> {
    let command = words.iter().find_map(|word| all.find_subcommand(word));
    let typed = Typed {
        all,
        command,
        words,
    };
    let about = |kind| text(error, kind);
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            about(ContextKind::InvalidSubcommand).map(|word| typed.no_command(&word))
        }
        ErrorKind::UnknownArgument => {
            let word = about(ContextKind::InvalidArg)?;
            Some(match word.starts_with('-') {
                true => typed.no_flag(&word),
                false => typed.one_too_many(&word),
            })
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => typed.no_value(error),
        ErrorKind::TooManyValues => {
            let flag = about(ContextKind::InvalidArg)?;
            Some(format!(
                "{} is a switch, and takes no value: write it alone",
                name(&flag)
            ))
        }
        ErrorKind::MissingRequiredArgument => typed.missing(error),
        ErrorKind::ArgumentConflict => {
            let (one, other) = (
                about(ContextKind::InvalidArg)?,
                about(ContextKind::PriorArg)?,
            );
            Some(match one == other {
                true => format!("{} is given twice: leave one of both out", name(&one)),
                false => format!(
                    "{} and {} exclude each other: leave one of them out",
                    name(&one),
                    name(&other)
                ),
            })
        }
        _ => None,
    }
}

impl Typed<'_> {
    /// How the help is asked for.
    fn help(&self) -> String {
        match self.command {
            Some(command) => format!("`bulklabel {} --help`", command.get_name()),
            None => "`bulklabel --help`".to_owned(),
        }
    }

    /// Where a word stands behind all that the command takes.
    fn one_too_many(&self, word: &str) -> String {
        let takes = self
            .command
            .and_then(|command| command.get_positionals().next());
        let takes = takes.and_then(|arg| Some(arg.get_value_names()?.first()?.to_string()));
        let what = match takes {
            _ if matches!(word, "true" | "false") => {
                format!("what a switch says is written with =, as in --yes={word}")
            }
            Some(takes) => {
                format!("it takes one {takes}; put quotes around a name that has spaces")
            }
            None => "it takes flags only".to_owned(),
        };
        let command = self.command.map_or("bulklabel", Command::get_name);
        format!("\"{word}\" is one word too many for {command}: {what}")
    }

    fn missing(&self, error: &clap::Error) -> Option<String> {
        let Some(ContextValue::Strings(missing)) = error.get(ContextKind::InvalidArg) else {
            return None;
        };
        let command = self.command?.get_name();
        let missing: Vec<_> = missing
            .iter()
            .map(|arg| arg.replace(['<', '>'], ""))
            .collect();
        let example = example(self.command?)?;
        Some(format!(
            "{command} needs {}, as in `{example}`",
            missing.join(" and ")
        ))
    }
}

/// A flag or argument as it is named: `--rate <RATE>` → `--rate`, `<LIST>` → `LIST`.
fn name(arg: &str) -> &str {
    let arg = arg.trim_start_matches(['<', '[']);
    let end = arg.find([' ', '[', '=', '>', ']']).unwrap_or(arg.len());
    arg[..end].trim_end_matches('.')
}

/// The first example in a command's help, on one line.
fn example(command: &Command) -> Option<String> {
    let help = command.get_after_long_help()?.to_string();
    let examples = super::help::examples(&help)?.replace("\\\n", " ");
    let words = examples.lines().nth(1)?.split_whitespace();
    Some(words.collect::<Vec<_>>().join(" "))
}

/// A text that an error is about.
fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => texts.first().cloned(),
        _ => None,
    }
}
