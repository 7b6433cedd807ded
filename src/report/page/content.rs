//! What a page is made of.

use super::gathered::Gathered;
use crate::error::ExitStatus;
use crate::report::Summary;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A list was run.
    Run,
    /// Rows of a result were sent again.
    Retry,
    /// What a result says was done was taken back.
    Undo,
    /// Nothing says what: only the result is there.
    Unknown,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Close {
    /// Every row has its outcome.
    Complete,
    /// It stopped early.
    Stopped {
        /// Why, as half a sentence.
        why: String,
        /// How to carry on.
        next: String,
    },
}

/// The commands that are told, each without the program's name: as a shell reads them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commands {
    /// Sends again what failed, is unconfirmed or pending. None where there is no result to do it of.
    pub retry: Option<String>,
    /// Writes the list again, mended where that is certain. None where it is not known, or is a result.
    pub fix: Option<String>,
    /// Writes the rejected rows into a file of their own, likewise.
    pub rejects: Option<String>,
}

/// What a page is made of.
#[derive(Debug)]
pub struct Content<'a> {
    /// What was done.
    pub kind: Kind,
    /// Whether it was only rehearsed.
    pub rehearsal: bool,
    /// The name of the list, or of the result where that is all that is known.
    pub name: &'a str,
    /// The name of the result; none where it is not there.
    pub result: Option<&'a str>,
    /// How it ended.
    pub close: Close,
    /// Its rows.
    pub gathered: &'a Gathered,
    /// How it came to be. None where nothing says so.
    pub summary: Option<&'a Summary>,
    /// What can be typed next.
    pub commands: Commands,
}

impl Content<'_> {
    /// Whether it is complete.
    pub(super) fn is_complete(&self) -> bool {
        self.close == Close::Complete
    }
}

/// What an exit status means, in a few words.
pub(super) fn exit_words(status: u8) -> &'static str {
    let all = [
        (
            ExitStatus::Complete,
            "complete, every row as it should be or tolerated",
        ),
        (ExitStatus::WithFailures, "complete, with rows to look at"),
        (ExitStatus::Unusable, "nothing was sent"),
        (ExitStatus::Stopped, "stopped early, a person must look"),
        (ExitStatus::TryLater, "stopped early for a passing reason"),
        (ExitStatus::Interrupted, "stopped by SIGINT (Ctrl-C)"),
        (ExitStatus::Terminated, "stopped by SIGTERM or SIGHUP"),
    ];
    let known = all.into_iter().find(|(known, _)| known.code() == status);
    known.map_or("", |(_, words)| words)
}
