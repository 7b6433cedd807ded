//! A flag that the command does not have.

use clap::{Arg, Command};

use super::{Typed, foreign, name};
use crate::model::meant;

impl Typed<'_> {
    /// What is said of `typed`, which is no flag of the command.
    pub(super) fn no_flag(&self, typed: &str) -> String {
        let typed = name(typed);
        let command = self.command.or_else(|| self.all.find_subcommand("run"));
        let of_all = |flag: &str| has(self.all, flag);
        let has = |flag: &str| of_all(flag) || command.is_some_and(|command| has(command, flag));
        let elsewhere = self.commands_with(typed);
        let what = match self.command {
            Some(command) => format!("{} has no flag {typed}", command.get_name()),
            None => format!("{typed} is no flag here"),
        };
        if let Some(command) = command.filter(|_| has(typed)) {
            let command = command.get_name();
            return format!(
                "{typed} stands behind its command, as in `bulklabel {command} … {typed}`"
            );
        }
        if let Some(answer) = foreign::flag(typed, has) {
            return format!("{what}: {answer}");
        }
        match elsewhere[..] {
            [] => {}
            [one] => return format!("{what}: {one} has it"),
            _ => return format!("{what}: {} have it", listed(&elsewhere)),
        }
        let own = self.command.unwrap_or(self.all);
        let known: Vec<_> = longs(own).chain(longs(self.all)).collect();
        match meant(typed.trim_start_matches('-'), known).filter(|_| typed.starts_with("--")) {
            Some(meant) => format!("{what}: is --{meant} meant?"),
            None => format!("{what}: {} shows all that there are", self.help()),
        }
    }

    /// The names of the commands that have a flag.
    fn commands_with(&self, flag: &str) -> Vec<&str> {
        let all = self.all.get_subcommands();
        let all = all.filter(|command| has(command, flag));
        all.map(Command::get_name).collect()
    }
}

fn longs(command: &Command) -> impl Iterator<Item = &str> {
    command.get_arguments().filter_map(Arg::get_long)
}

fn has(command: &Command, flag: &str) -> bool {
    longs(command).any(|long| flag.strip_prefix("--") == Some(long))
}

/// `check, retry and undo`.
fn listed(words: &[&str]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => words.join(""),
    }
}
