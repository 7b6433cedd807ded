//! A word in the place of a command.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::Command;

use super::{Typed, foreign};
use crate::cli::command_line::CommandLine;
use crate::model::meant;

impl Typed<'_> {
    /// What is said of `word`, which is no command.
    pub(super) fn no_command(&self, word: &str) -> String {
        if word.ends_with(".results.csv") {
            return format!(
                "\"{word}\" is no command: `{}` sends again what failed in this result, and `{}` takes back what was done",
                self.with("retry", word, true),
                CommandLine::of(["undo".into(), word.into()])
            );
        }
        if is_file(word) {
            return format!(
                "\"{word}\" is no command: if it is a list, look at it with `{}`, or send it with `{}`",
                CommandLine::of(["check".into(), word.into()]),
                self.with("run", word, true)
            );
        }
        let names: Vec<_> = self.all.get_subcommands().map(Command::get_name).collect();
        let known = names.iter().copied();
        match foreign::command(word).or_else(|| meant(word, known)) {
            Some(command) => format!(
                "there is no command \"{word}\": is {command} meant? `{}`",
                self.with(command, word, false)
            ),
            None => format!(
                "there is no command \"{word}\": there are {}; {} shows how to begin",
                names.join(", "),
                self.help()
            ),
        }
    }

    /// What was typed with a command in the place of `word`, or before it.
    fn with(&self, command: &str, word: &str, before: bool) -> CommandLine {
        let mut words: Vec<OsString> = self.words.to_vec();
        if let Some(at) = words.iter().position(|typed| typed == OsStr::new(word)) {
            match before {
                true => words.insert(at, command.into()),
                false => words[at] = command.into(),
            }
        }
        CommandLine::of(words)
    }
}

fn is_file(word: &str) -> bool {
    let extensions = [".csv", ".txt", ".tsv", ".xlsx", ".gz", ".zst"];
    let lower = word.to_ascii_lowercase();
    word.contains('/')
        || extensions.iter().any(|end| lower.ends_with(end))
        || Path::new(word).is_file()
}
