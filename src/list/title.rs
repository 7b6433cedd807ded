//! Lines above the header, as reports and workbooks have them: a title, a date, who made it.

use std::io::Read;

use super::csv::Records;
use super::wishes::{Column, Wishes};
use super::{ListError, text};

/// The header is looked for in so many records after the first.
const LOOKED_AT: usize = 20;

/// Why a list has not the columns that it needs: where a record soon after the first has them, that is said.
pub fn why_missing<R: Read>(
    error: ListError,
    records: &mut Records<R>,
    wishes: &Wishes,
) -> ListError {
    if !matches!(error, ListError::MissingColumn { .. }) {
        return error;
    }
    let is_header = |records: &Records<R>| {
        let has = |column: Column| {
            wishes.supplied(column).is_some()
                || !wishes.matches(column, records.record()).is_empty()
        };
        Column::ALL.into_iter().all(has)
    };
    for _ in 0..LOOKED_AT {
        if !matches!(records.advance(), Ok(true)) {
            break;
        }
        let is_blank = records.record().iter().all(text::is_empty);
        if !is_blank && is_header(records) {
            return with_hint(
                error,
                format!(
                    "line {} has them: delete the lines above it",
                    records.line()
                ),
            );
        }
    }
    error
}

fn with_hint(mut error: ListError, better: String) -> ListError {
    if let ListError::MissingColumn { hint, .. } = &mut error {
        *hint = better;
    }
    error
}
