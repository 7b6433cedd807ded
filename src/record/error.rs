//! What can go wrong with the files of a run.

use std::io;
use std::path::PathBuf;

use crate::error::{Error, ExitStatus};

/// A file of the run that can't be had as it must be.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The result's name is that of something that no result may replace.
    #[error("{} is in the way of the result: it is no regular file; name another with --output", path.display())]
    NoRegularFile {
        /// The result.
        path: PathBuf,
    },
    /// The result would replace the list.
    #[error("{} is in the way of the result: it is the list itself; name another with --output", path.display())]
    TheListItself {
        /// The result.
        path: PathBuf,
    },
    /// The result has the name that the summary must have.
    #[error("the result can't be written to {}: what stands beside it has that name; let it end in .csv", path.display())]
    NameOfSummary {
        /// The result.
        path: PathBuf,
    },
    /// There is a result.
    #[error(
        "{} exists already: move it away, name another with --output, or replace it with --overwrite",
        path.display()
    )]
    Exists {
        /// The result.
        path: PathBuf,
    },
    /// A run did not come to its end.
    #[error(
        "{} is left from a run that did not finish, and says which customers it has called: keep it, and name another \
         result with --output; starting over calls those customers again",
        path.display()
    )]
    Unfinished {
        /// The journal.
        path: PathBuf,
    },
    /// The place can't be written to, which is found before the first call.
    #[error("the result can't be written: {}: {source}; name another place with --output", path.display())]
    Unwritable {
        /// The file that can't be made.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// Writing failed later.
    #[error("{} can't be written: {source}", path.display())]
    Lost {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

impl RecordError {
    /// How the run ends for it: what is found before the first call won't change by itself, a full disk may.
    fn status(&self) -> ExitStatus {
        match self {
            Self::Lost { .. } => ExitStatus::TryLater,
            _ => ExitStatus::Unusable,
        }
    }
}

impl From<RecordError> for Error {
    fn from(error: RecordError) -> Self {
        Self::new(error.status(), error)
    }
}
