//! What can go wrong with the files of a run.

use std::io;
use std::path::PathBuf;

use super::WorkbookError;
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
    /// A file under the name of one of the run's is none.
    #[error("{} is in the way of the run: no program of ours wrote it; move it away, or name another result with --output", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A file of an unfinished run is another version's.
    #[error(
        "{} was written by another version of bulklabel: carry on with that one, or start over with --restart, which calls \
         its customers again",
        path.display()
    )]
    OtherVersion {
        /// The file.
        path: PathBuf,
    },
    /// What was recorded can't be read any more, and no crash has done that.
    #[error(
        "{}, line {line}: it is damaged, so it can't say which customers were called: bring back an undamaged copy, or start \
         over with --restart, which calls its customers again",
        path.display()
    )]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
    },
    /// What was recorded can't be of this list.
    #[error(
        "{}: what it says does not fit the list, so it can't say which customers were called: bring back an undamaged copy, \
         or start over with --restart, which calls its customers again",
        path.display()
    )]
    Misfit {
        /// The journal.
        path: PathBuf,
    },
    /// Another run of the same result is on its way.
    #[error("another run has {} open: wait until it has ended, or have --lock-wait wait for it", path.display())]
    Busy {
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
    /// The same result as a workbook.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
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
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Workbook(error) => error.status(),
            Self::Lost { .. } | Self::Busy { .. } => ExitStatus::TryLater,
            Self::Unwritable { source, .. } if is_full(source) => ExitStatus::TryLater,
            _ => ExitStatus::Unusable,
        }
    }
}

/// Whether there is no room, which passes.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

impl From<RecordError> for Error {
    fn from(error: RecordError) -> Self {
        Self::new(error.status(), error)
    }
}
