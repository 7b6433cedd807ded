//! A list that was planned, read once more to write rows of it for people.

use std::path::PathBuf;

use crate::error::{Error, ExitStatus};
use crate::list::{Entry, Fingerprint, ListError, Rows, Source};
use crate::model::RowIndex;
use crate::record::SideFileError;

/// What kept rows of a list from being written again.
#[derive(Debug, thiserror::Error)]
pub enum AgainError {
    /// The list is not what was planned.
    #[error(
        "{list} has changed while it was read: give the command again once nobody writes to it"
    )]
    Changed {
        /// The list's name.
        list: String,
    },
    /// What was written is not what was meant to be.
    #[error(
        "{}: what was to be written does not add up with the list, so it was not: this is an error of the program itself",
        _0.display()
    )]
    Unequal(PathBuf),
    /// The list can't be read again.
    #[error(transparent)]
    List(#[from] ListError),
    /// The file can't be written.
    #[error(transparent)]
    File(#[from] SideFileError),
}

impl From<AgainError> for Error {
    fn from(error: AgainError) -> Self {
        match error {
            AgainError::List(error) => error.into(),
            AgainError::File(error) => error.into(),
            changed @ AgainError::Changed { .. } => Self::new(ExitStatus::TryLater, changed),
            unequal @ AgainError::Unequal(_) => Self::new(ExitStatus::Stopped, unequal),
        }
    }
}

impl AgainError {
    /// The list is not what was planned.
    pub(super) fn changed(source: &Source) -> Self {
        Self::Changed {
            list: source.name().to_owned(),
        }
    }
}

/// Shows every row of `rows` to `each`, and holds that they are those that had this `fingerprint`.
///
/// # Errors
/// They are others, can't be read, or `each` fails.
pub(super) fn read_again(
    source: &Source,
    rows: &mut Rows,
    fingerprint: Fingerprint,
    mut each: impl FnMut(RowIndex, &Entry<'_>) -> Result<(), AgainError>,
) -> Result<(), AgainError> {
    let mut index = 0;
    // What was read before and can't be now has changed.
    let changed = |error: ListError| match error {
        ListError::Unreadable { .. } => AgainError::List(error),
        _ => AgainError::changed(source),
    };
    while let Some(entry) = rows.advance().map_err(changed)? {
        each(RowIndex(index), &entry)?;
        // A plan numbers no more rows; those that are beyond are another list's.
        index = index
            .checked_add(1)
            .ok_or_else(|| AgainError::changed(source))?;
    }
    match rows.fingerprint() == fingerprint {
        true => Ok(()),
        false => Err(AgainError::changed(source)),
    }
}
