//! The rejected rows of a list, written to be mended (contract, section 7).

use std::io::{self, Write};

use super::again::{AgainError, read_again};
use super::reading::{Planned, Reading, rejected};
use crate::list::{Entry, RejectsWriter, Source};
use crate::model::{Outcome, OutcomeKind, RejectCode, RowIndex};
use crate::record::{Disk, SideFile};

/// Writes the rejected rows of a list into `file`, in the list's own columns, with line, code and message behind them. The list
/// is read once more for it: nothing of a row's text was kept.
///
/// # Errors
/// The list has changed, or can't be read; or the file can't be written. What stood there is then still there.
pub fn write_rejects(
    source: &Source,
    reading: &Reading,
    planned: &Planned,
    file: &SideFile,
    disk: &dyn Disk,
) -> Result<(), AgainError> {
    file.write(disk, |to| write(source, reading, planned, file, to))
}

/// Whether `file` holds the rejected rows of a list as they are written, and not others, or some that were mended.
///
/// # Errors
/// The list has changed, or can't be read; or the file can't be read.
pub fn has_rejects(
    source: &Source,
    reading: &Reading,
    planned: &Planned,
    file: &SideFile,
) -> Result<bool, AgainError> {
    file.holds(|to| write(source, reading, planned, file, to))
}

fn write(
    source: &Source,
    reading: &Reading,
    planned: &Planned,
    file: &SideFile,
    to: &mut dyn Write,
) -> Result<(), AgainError> {
    let unwritable = |error: io::Error| AgainError::from(file.unwritable(error));
    let marked = source.marks_its_text(&reading.wishes)?;
    let mut rows = reading.rows(source)?;
    let mut writer = RejectsWriter::new(to, &rows, marked).map_err(unwritable)?;
    if planned.left_out.rows(OutcomeKind::Rejected) > 0 {
        let verdicts = Verdicts::of(planned);
        read_again(source, &mut rows, planned.fingerprint, |row, entry| {
            let verdict = verdicts.on(row, entry);
            let verdict = verdict.ok_or_else(|| AgainError::changed(source))?;
            match verdict {
                Some(rejected) => writer
                    .write(entry, &rejected.code, &rejected.message)
                    .map_err(unwritable),
                None => Ok(()),
            }
        })?;
    }
    writer.finish().map_err(unwritable)
}

/// Which rows are rejected, and why.
struct Verdicts<'a> {
    planned: &'a Planned,
    /// Whether the plan rejects rows that keep every rule: else none of those has to be looked up.
    by_plan: bool,
}

impl<'a> Verdicts<'a> {
    fn of(planned: &'a Planned) -> Self {
        let codes = [RejectCode::TooManyLabels, RejectCode::Conflict].map(RejectCode::as_str);
        let by_code = planned.left_out.rows_by_code();
        Self {
            planned,
            by_plan: codes.iter().any(|code| by_code.contains_key(code)),
        }
    }

    /// Why a row is rejected, if it is; none where the plan does not know it.
    fn on(&self, row: RowIndex, entry: &Entry<'_>) -> Option<Option<Outcome>> {
        let plan = &self.planned.plan;
        let valid = match &entry.row {
            Err(rejection) => return Some(Some(rejected(rejection.clone()))),
            Ok(_) if !self.by_plan => return Some(None),
            Ok(valid) => valid,
        };
        let fate = plan.find(row, valid)?;
        let outcome = plan.outcome(valid.action, fate);
        Some(outcome.filter(|outcome| outcome.kind == OutcomeKind::Rejected))
    }
}
