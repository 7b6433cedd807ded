//! Standard error, shared by the bar and all that is written above it.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::bars::Bars;
use crate::error::ExitStatus;
use crate::model::Moment;

/// In which form lines are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: a JSON object a line, and nothing else.
    Json,
}

/// Standard error.
#[derive(Debug, Clone)]
pub struct Screen {
    bars: Bars,
    format: LogFormat,
}

/// A line that is no log line: it is written whatever the log leaves out.
#[derive(Serialize)]
struct Line<'a, T> {
    timestamp: String,
    level: &'a str,
    event: &'a str,
    message: String,
    #[serde(flatten)]
    more: T,
}

/// What a line about an error has besides.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    exit_status: u8,
}

impl Screen {
    /// Standard error as it is; a bar is drawn only where a person watches.
    pub fn new(format: LogFormat) -> Self {
        let is_watched = io::stderr().is_terminal() && format == LogFormat::Text;
        Self {
            bars: Bars::new(is_watched),
            format,
        }
    }

    /// Whether a person is watching.
    pub fn is_watched(&self) -> bool {
        self.bars.are_drawn()
    }

    /// In which form lines are written.
    pub fn format(&self) -> LogFormat {
        self.format
    }

    /// What draws bars.
    pub(super) fn bars(&self) -> &Bars {
        &self.bars
    }

    /// Says something to the person, on lines of its own. Where nobody reads it any more, the run goes on.
    pub fn say(&self, text: impl std::fmt::Display) {
        #[derive(Serialize)]
        struct Nothing {}
        self.tell("INFO", "message", &text, Nothing {});
    }

    /// Says what ends the run.
    pub fn fail(&self, error: impl std::fmt::Display, status: ExitStatus) {
        match self.format {
            LogFormat::Text => self.write_line(format_args!("error: {error}")),
            LogFormat::Json => {
                let exit_status = status.code();
                self.tell("ERROR", "error", &error, Failure { exit_status });
            }
        }
    }

    /// Writes a text; or the object of a line whose message it is, with what a program wants to know `more`.
    pub(super) fn tell(
        &self,
        level: &str,
        event: &str,
        text: &impl std::fmt::Display,
        more: impl Serialize,
    ) {
        if self.format == LogFormat::Text {
            return self.write_line(text);
        }
        let line = Line {
            timestamp: Moment::now().to_string(),
            level,
            event,
            message: text.to_string(),
            more,
        };
        // Strings, numbers and lists of them are always JSON.
        if let Ok(line) = serde_json::to_string(&line) {
            self.write_line(line);
        }
    }

    fn write_line(&self, line: impl std::fmt::Display) {
        // In one piece: between two, the bar would be drawn.
        let _unread = self.clone().write_all(format!("{line}\n").as_bytes());
    }
}

impl Write for Screen {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.bars.aside(|| io::stderr().write(text))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
