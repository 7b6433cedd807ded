//! What keeps results from being read and folded.

use std::io;
use std::path::PathBuf;

use crate::error::{Error, ExitStatus};

/// A result that can't be read as one, or that does not go with another.
#[derive(Debug, thiserror::Error)]
pub enum ResultError {
    /// It can't be read.
    #[error("{} can't be read: {source}", path.display())]
    Unreadable {
        /// The result.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// It has not the columns of one.
    #[error("{} is no result: it has no column \"{column}\"; name the CSV file that a run has written", path.display())]
    NoResult {
        /// The file.
        path: PathBuf,
        /// The column.
        column: &'static str,
    },
    /// It ends in the middle of a row, or a row has another number of fields.
    #[error("{}, line {line}: the result is cut short or changed here: bring back the whole of it", path.display())]
    CutShort {
        /// The result.
        path: PathBuf,
        /// The physical line.
        line: u64,
    },
    /// What no result says.
    #[error(
        "{}, line {line}: \"{found}\" in the column \"{column}\" is none that a result has: bring back the result as it was \
             written",
        path.display()
    )]
    NotOfResult {
        /// The result.
        path: PathBuf,
        /// The physical line.
        line: u64,
        /// The column.
        column: &'static str,
        /// What stands there.
        found: String,
    },
    /// Its rows are in another order than those of the list.
    #[error(
        "{}, line {line}: its rows are not in the order of the list any more: sort them by the column \"line\", or bring back \
             the result as it was written",
        path.display()
    )]
    OutOfOrder {
        /// The result.
        path: PathBuf,
        /// The physical line.
        line: u64,
    },
    /// A retry has a row that the first result has not.
    #[error("{} has a row for line {line} of the list, and {} has none", path.display(), first.display())]
    Strange {
        /// The retry.
        path: PathBuf,
        /// The line in the list.
        line: u64,
        /// The first result.
        first: PathBuf,
    },
    /// Both have the row, and not the same.
    #[error("the row for line {line} of the list is another in {} than in {}: they are not of the same list", path.display(), first.display())]
    Another {
        /// The retry.
        path: PathBuf,
        /// The line in the list.
        line: u64,
        /// The first result.
        first: PathBuf,
    },
    /// Two shards have the same row.
    #[error("{} and {} both have a row for line {line} of the list: they are not shards of one list", path.display(), other.display())]
    InBoth {
        /// A shard.
        path: PathBuf,
        /// The line in the list.
        line: u64,
        /// Another.
        other: PathBuf,
    },
    /// Shards keep different columns of the list.
    #[error(
        "{} has other columns than {}: run one of them again with the same --keep, or take the further columns out of both",
        path.display(),
        first.display()
    )]
    OtherColumns {
        /// A shard.
        path: PathBuf,
        /// Another.
        first: PathBuf,
    },
    /// What they come to can't be written.
    #[error("the result can't be written: {0}")]
    Unwritable(#[from] io::Error),
}

impl From<ResultError> for Error {
    fn from(error: ResultError) -> Self {
        let status = match error {
            ResultError::Unwritable(_) => ExitStatus::TryLater,
            _ => ExitStatus::Unusable,
        };
        Self::new(status, error)
    }
}
