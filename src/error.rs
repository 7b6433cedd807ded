//! What ends a run early: what happened, where, what to do, and the exit status.

use std::fmt;
use std::process::ExitCode;

/// How the process ends (contract, section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Complete, and every row is as it should be.
    Complete,
    /// Complete, with rows that need a look.
    WithFailures,
    /// Nothing was sent, and trying again won't help.
    Unusable,
    /// Stopped early; a person must look.
    Stopped,
    /// Stopped early or not started for a passing reason.
    TryLater,
    /// Stopped by SIGINT.
    Interrupted,
    /// Stopped by SIGTERM.
    Terminated,
}

impl ExitStatus {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::WithFailures => 1,
            Self::Unusable => 2,
            Self::Stopped => 3,
            Self::TryLater => 75,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// Whether the run is complete: every row has its outcome, or was given up.
    pub fn is_complete(self) -> bool {
        matches!(self, Self::Complete | Self::WithFailures)
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

/// Ends the run: an error of one of the rooms, with the exit status that it means here.
#[derive(Debug)]
pub struct Error {
    status: ExitStatus,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl Error {
    /// An error that ends the run with `status`.
    pub fn new(
        status: ExitStatus,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            status,
            source: source.into(),
        }
    }

    /// Nothing was sent and trying again won't help (exit 2).
    pub fn unusable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(ExitStatus::Unusable, source)
    }

    /// The exit status.
    pub fn status(&self) -> ExitStatus {
        self.status
    }
}

impl fmt::Display for Error {
    /// The whole chain of causes on one line, each said once.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.source()
    }
}
