//! What keeps a result from being written as a workbook.

use std::io;
use std::path::PathBuf;

use crate::error::{Error, ExitStatus};

/// A workbook that can't be had as it must be.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    /// Spreadsheets would not open it under its name.
    #[error("--excel: {} can't be a workbook's name: let it end in .xlsx", path.display())]
    NoName {
        /// The workbook.
        path: PathBuf,
    },
    /// It would replace a file that the run needs.
    #[error(
        "--excel: {} is the list, the result or another file of the run: name another",
        path.display()
    )]
    InTheWay {
        /// The workbook.
        path: PathBuf,
    },
    /// What no workbook may replace.
    #[error("--excel: {} is no regular file: name another", path.display())]
    NoRegularFile {
        /// The workbook.
        path: PathBuf,
    },
    /// There is one.
    #[error(
        "{} exists already: move it away, name another with --excel, or replace it with --overwrite",
        path.display()
    )]
    Exists {
        /// The workbook.
        path: PathBuf,
    },
    /// The place can't be written to, which is found before the first call.
    #[error("the workbook can't be written: {}: {source}; name another place with --excel", path.display())]
    Unwritable {
        /// The workbook.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// Writing failed later.
    #[error("the workbook {} can't be written: {source}", path.display())]
    Lost {
        /// The workbook.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

impl WorkbookError {
    /// How the run ends for it: what is found before the first call won't change by itself, a full disk may.
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Lost { .. } => ExitStatus::TryLater,
            Self::Unwritable { source, .. } if super::super::error::is_full(source) => {
                ExitStatus::TryLater
            }
            _ => ExitStatus::Unusable,
        }
    }
}

impl From<WorkbookError> for Error {
    fn from(error: WorkbookError) -> Self {
        Self::new(error.status(), error)
    }
}
