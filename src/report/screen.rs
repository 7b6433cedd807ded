//! Standard error, shared by the bar and all that is written above it.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::bars::Bars;
use super::kept::Kept;
use super::last_line::{LAST_LINE, LastLine, without_last_lines};
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
    is_terminal: bool,
    /// What is held back; none where all is said at once.
    kept: Arc<Mutex<Option<Kept>>>,
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
        let is_terminal = io::stderr().is_terminal();
        Self {
            bars: Bars::new(is_terminal && format == LogFormat::Text),
            format,
            is_terminal,
            kept: Arc::default(),
        }
    }

    /// The same, but nothing is drawn, and what is said is held back until somebody has to read it: see [`Screen::speak`].
    pub fn held_back(self) -> Self {
        Self {
            bars: Bars::new(false),
            kept: Arc::new(Mutex::new(Some(Kept::default()))),
            ..self
        }
    }

    /// Says what was held back, and from now on all at once.
    pub fn speak(&self) {
        let kept = self.kept().take();
        if let Some(kept) = kept {
            self.say_kept(kept);
        }
    }

    /// Says what was held back to a person who is asked something, and goes on to hold back.
    pub fn brief(&self) {
        let kept = self.kept().take();
        if let Some(kept) = kept {
            self.say_kept(kept);
            *self.kept() = Some(Kept::default());
        }
    }

    fn say_kept(&self, kept: Kept) {
        let (first, left_out, last) = kept.into_parts();
        let mut all = self.clone();
        // Where nobody reads it any more, the run goes on.
        let _unread = all.write_all(&first);
        if left_out > 0 {
            self.say(format!("({left_out} more of that were held back.)"));
        }
        let _unread = all.write_all(&last);
    }

    fn kept(&self) -> MutexGuard<'_, Option<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
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
            LogFormat::Text => self.part(format_args!("error: {error}"), status),
            LogFormat::Json => self.part(error, status),
        }
    }

    /// Says that the program ends, where that is no error of anybody.
    pub fn part(&self, words: impl std::fmt::Display, status: ExitStatus) {
        self.speak();
        let exit_status = status.code();
        self.tell("ERROR", "error", &words, Failure { exit_status });
    }

    /// Says what a person must hear of, also where nothing else is said of a run that ends well.
    pub fn warn(&self, text: impl std::fmt::Display) {
        self.speak();
        self.say(format_args!("warning: {text}"));
    }

    /// Says that something went wrong which does not end the run.
    pub fn complain(&self, error: impl std::fmt::Display) {
        #[derive(Serialize)]
        struct Nothing {}
        self.speak();
        match self.format {
            LogFormat::Text => self.write_line(format_args!("error: {error}")),
            LogFormat::Json => self.tell("ERROR", "message", &error, Nothing {}),
        }
    }

    /// Ends a log for people with the line that a search relies on. On a terminal nobody searches; in JSON the line before says
    /// the same.
    pub fn last(&self, line: &LastLine<'_>) {
        let is_held_back = self.kept().is_some();
        if self.format == LogFormat::Text && !self.is_terminal && !is_held_back {
            // One that nobody reads is no reason to fail.
            let _unread = io::stderr().write_all(format!("{line}\n").as_bytes());
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

    /// What is written instead of a text that holds what is for [`Screen::last`] alone.
    fn guarded(&self, text: &[u8]) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(text).ok()?;
        let is_log = self.format == LogFormat::Text && !self.is_terminal;
        let is_forged = is_log && text.contains(LAST_LINE);
        is_forged.then(|| without_last_lines(text).into_bytes())
    }
}

impl Write for Screen {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        if let Some(kept) = &mut *self.kept() {
            kept.keep(text);
            return Ok(text.len());
        }
        match self.guarded(text) {
            None => self.bars.aside(|| io::stderr().write(text)),
            Some(guarded) => {
                io::stderr().write_all(&guarded)?;
                Ok(text.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
