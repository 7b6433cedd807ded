//! The last line of a log: how a command has ended, in a form that a search can rely on (contract, section 7).
//!
//! `bulklabel finished: exit=1 complete=true command=run list="nightly.csv" …`, always one line. Names and order are fixed. A
//! text is a JSON string in which no `=` and no line end can stand, so that whoever names a file can forge neither a key nor a
//! line.

use std::fmt::{self, Write as _};
use std::path::Path;

use super::summary::Summary;
use crate::error::ExitStatus;
use crate::model::{Moment, OutcomeKind};

/// How the line begins, and no other.
pub const LAST_LINE: &str = "bulklabel finished:";

/// All that it says.
#[derive(Debug, Clone, Copy)]
pub struct LastLine<'a> {
    /// The exit status.
    pub status: ExitStatus,
    /// The command: run, retry or undo.
    pub command: &'a str,
    /// What it was given; none where the command line could not be understood.
    pub list: Option<&'a Path>,
    /// What the run came to, where that is known: its list was read.
    pub summary: Option<&'a Summary>,
    /// When the command ended.
    pub ended: Moment,
    /// The result of a complete run, where it is a file.
    pub result: Option<&'a Path>,
    /// Where the calls of a run that has stopped are recorded.
    pub recorded: Option<&'a Path>,
    /// Why it did not come to its end.
    pub reason: Option<&'a str>,
}

impl fmt::Display for LastLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (exit, command) = (self.status.code(), self.command);
        let complete = self.status.is_complete();
        write!(
            f,
            "{LAST_LINE} exit={exit} complete={complete} command={command}"
        )?;
        if let Some(list) = self.list {
            write!(f, " list={}", quoted(&list.to_string_lossy()))?;
        }
        if let Some(summary) = self.summary {
            write!(f, " rows={}", summary.rows.values().sum::<u64>())?;
            for kind in OutcomeKind::ALL {
                let rows = summary.rows.get(kind.as_str()).copied().unwrap_or_default();
                write!(f, " {}={rows}", kind.as_str())?;
            }
            let Summary {
                calls,
                attempts,
                throttled,
                seconds,
                ..
            } = summary;
            write!(
                f,
                " calls={calls} attempts={attempts} throttled={throttled} seconds={seconds:.3}"
            )?;
        }
        write!(f, " ended={}", self.ended)?;
        for (key, path) in [("result", self.result), ("recorded", self.recorded)] {
            if let Some(path) = path {
                write!(f, " {key}={}", quoted(&path.to_string_lossy()))?;
            }
        }
        match self.reason {
            Some(reason) => write!(f, " reason={}", quoted(reason)),
            None => Ok(()),
        }
    }
}

/// A text as a JSON string, without a `=` and without what is seen by nobody or breaks a line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '=' => escape(character, &mut quoted),
            // Letters of all languages stand as they are, also those that combine with others.
            _ if character.is_alphanumeric() || !is_escaped(character) => quoted.push(character),
            _ => escape(character, &mut quoted),
        }
    }
    quoted.push('"');
    quoted
}

fn is_escaped(character: char) -> bool {
    character.escape_debug().len() > 1 && character != '\''
}

fn escape(character: char, to: &mut String) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        // A text takes whatever is written to it.
        let _written = write!(to, "\\u{unit:04x}");
    }
}

/// A text of several lines in which none is taken for the last line of a log: one that begins as that does gets a space in
/// front.
pub fn without_last_lines(text: &str) -> String {
    let mut clean = text.replace(&format!("\n{LAST_LINE}"), &format!("\n {LAST_LINE}"));
    if clean.starts_with(LAST_LINE) {
        clean.insert(0, ' ');
    }
    clean
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BROKEN_OFF: LastLine<'_> = LastLine {
        status: ExitStatus::Unusable,
        command: "run",
        list: None,
        summary: None,
        ended: Moment(0),
        result: None,
        recorded: None,
        reason: None,
    };

    #[test]
    fn a_command_that_was_not_understood_has_ended_too() {
        let expected =
            "bulklabel finished: exit=2 complete=false command=run ended=1970-01-01T00:00:00.000Z";
        assert_eq!(BROKEN_OFF.to_string(), expected);
    }

    #[test]
    fn a_hostile_name_forges_neither_a_line_nor_a_key() {
        let hostile = "x\" exit=0\nbulklabel finished: exit=0\u{2028}\u{202e}.csv";
        let line = LastLine {
            list: Some(Path::new(hostile)),
            ..BROKEN_OFF
        };
        let line = line.to_string();
        assert_eq!(line.lines().count(), 1);
        assert_eq!(line.matches("exit=").count(), 1);
        let told = r#"list="x\" exit\u003d0\u000abulklabel finished: exit\u003d0\u2028\u202e.csv""#;
        assert!(line.contains(told), "{line}");
        assert_eq!(quoted("Käse 'é' 名.csv"), "\"Käse 'é' 名.csv\"");
    }

    #[test]
    fn no_other_line_begins_as_it_does() {
        let text = format!("{LAST_LINE} exit=0\na\n{LAST_LINE} exit=0\n");
        let clean = without_last_lines(&text);
        assert!(
            clean.lines().all(|line| !line.starts_with(LAST_LINE)),
            "{clean}"
        );
    }

    proptest! {
        #[test]
        fn a_text_is_read_back_as_it_was(text in any::<String>()) {
            let quoted = quoted(&text);
            prop_assert_eq!(serde_json::from_str::<String>(&quoted).ok(), Some(text));
            let breaks = ['=', '\n', '\r', '\u{2028}', '\u{85}'];
            prop_assert!(!quoted.contains(breaks));
        }
    }
}
