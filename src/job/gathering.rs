//! What a page tells of a result, counted as it is read (contract, section 6).

use std::path::Path;

use crate::record::{ResultError, ResultReader};
use crate::report::page::{Gathered, GatheredRow};

/// Reads a result, row after row.
///
/// # Errors
/// It can't be read, or is no whole result.
pub fn gather(result: &Path) -> Result<Gathered, ResultError> {
    let mut reader = ResultReader::open(result)?;
    let mut gathered = Gathered::default();
    while let Some(row) = reader.advance()? {
        let [user, action, label] = row.fields.each_ref().map(String::as_str);
        gathered.add(&GatheredRow {
            line: row.line,
            user,
            action,
            label,
            outcome: &row.outcome,
            status: row.status,
            attempts: row.attempts,
        });
    }
    Ok(gathered)
}
