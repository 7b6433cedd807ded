//! The command that was typed, to be typed again: as it was, or a little otherwise.

use std::ffi::{OsStr, OsString};
use std::fmt;

use super::scrub::without_passwords;

/// A command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandLine(Vec<OsString>);

/// A flag that stands alone or with its value, which may be the next word.
#[derive(Debug, Clone, Copy)]
pub enum Flag {
    /// Alone, or with `=`.
    Switch(&'static str),
    /// With a value.
    Valued(&'static str),
}

impl CommandLine {
    /// The program's own arguments, its name left out, and passwords of addresses, too.
    pub fn of(arguments: impl IntoIterator<Item = OsString>) -> Self {
        let shown = |word: OsString| match word.to_str() {
            Some(text) if text.contains("://") => without_passwords(text).into(),
            _ => word,
        };
        Self(arguments.into_iter().map(shown).collect())
    }

    /// The same without these flags.
    pub fn without(&self, flags: &[Flag]) -> Self {
        let mut words = self.0.iter();
        let mut kept = Vec::new();
        while let Some(word) = words.next() {
            match flags.iter().find(|flag| flag.is(word)) {
                None => kept.push(word.clone()),
                Some(Flag::Valued(name)) if word == name => {
                    words.next();
                }
                Some(_) => {}
            }
        }
        Self(kept)
    }

    /// Only these flags, each with its value.
    pub fn only(&self, flags: &[Flag]) -> Vec<OsString> {
        let mut words = self.0.iter();
        let mut kept = Vec::new();
        while let Some(word) = words.next() {
            match flags.iter().find(|flag| flag.is(word)) {
                Some(Flag::Valued(name)) if word == name => {
                    kept.extend([Some(word), words.next()].into_iter().flatten().cloned());
                }
                Some(_) => kept.push(word.clone()),
                None => {}
            }
        }
        kept
    }

    /// The same with another command, and with another file in the place of the one that it was about.
    pub fn of_another(&self, command: (&str, &str), file: (&OsStr, &OsStr)) -> Self {
        let mut words = self.0.clone();
        // A file may have the name of the command, which comes first.
        let typed = words.iter().position(|word| *word == command.0);
        let after = typed.map_or(0, |typed| typed + 1);
        if let Some(typed) = typed {
            words[typed] = command.1.into();
        }
        for word in words[after..].iter_mut().filter(|word| **word == file.0) {
            *word = file.1.to_owned();
        }
        Self(words)
    }

    /// The same with more behind it.
    pub fn and(mut self, more: &[&str]) -> Self {
        self.0.extend(more.iter().map(OsString::from));
        self
    }
}

impl Flag {
    fn is(&self, word: &OsStr) -> bool {
        let (Self::Switch(name) | Self::Valued(name)) = self;
        let rest = word.to_str().and_then(|word| word.strip_prefix(name));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    }
}

impl fmt::Display for CommandLine {
    /// As a shell reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bulklabel")?;
        self.0
            .iter()
            .try_for_each(|word| write!(f, " {}", quoted(word)))
    }
}

/// A word as a shell reads it back.
pub fn quoted(word: &OsStr) -> String {
    let text = word.to_string_lossy().into_owned();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &[&str]) -> CommandLine {
        CommandLine::of(words.iter().map(OsString::from))
    }

    #[test]
    fn it_can_be_typed_again() {
        assert_eq!(
            line(&["run", "my list.csv", "--label", "VIP's", ""]).to_string(),
            r"bulklabel run 'my list.csv' --label 'VIP'\''s' ''"
        );
    }

    #[test]
    fn flags_are_left_out_and_words_replaced_whole() {
        let typed = line(&["run", "a --x.csv", "--x", "--y", "--x", "--y=1", "--xy"]);
        let without = typed.without(&[Flag::Switch("--x"), Flag::Valued("--y")]);
        assert_eq!(without.to_string(), "bulklabel run 'a --x.csv' --xy");
        let only = typed.only(&[Flag::Switch("--x"), Flag::Valued("--y")]);
        assert_eq!(only, ["--x", "--y", "--x", "--y=1"]);
        let file = |name: &'static str| OsStr::new(name);
        let other = typed.of_another(("run", "retry"), (file("a --x.csv"), file("b.csv")));
        assert!(other.to_string().starts_with("bulklabel retry b.csv --x"));
        let run = line(&["-v", "run", "run"]);
        let other = run.of_another(("run", "retry"), (file("run"), file("run.results.csv")));
        assert_eq!(other.to_string(), "bulklabel -v retry run.results.csv");
    }
}
