//! The rejected rows of a list, written to be mended (contract, section 7).

use std::io::{self, Write};

use super::again::{AgainError, read_again};
use super::parts::{RejectedByPlan, rejected_by_plan};
use super::reading::{Planned, Reading, rejected};
use crate::list::{Entry, RejectsWriter, Source};
use crate::model::{Outcome, OutcomeKind, RowIndex};
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
    let by_plan = rejected_by_plan(source, reading, planned);
    let by_plan = by_plan.map_err(|error| error.of(source))?;
    let mut rows = reading.rows(source)?;
    let mut writer = RejectsWriter::new(to, &rows, marked).map_err(unwritable)?;
    if planned.left_out.rows(OutcomeKind::Rejected) > 0 {
        let verdicts = Verdicts { planned, by_plan };
        read_again(
            source,
            &mut rows,
            planned.fingerprint,
            |row, entry| match verdicts.on(row, entry) {
                Some(rejected) => writer
                    .write(entry, &rejected.code, &rejected.message)
                    .map_err(unwritable),
                None => Ok(()),
            },
        )?;
    }
    writer.finish().map_err(unwritable)
}

/// Which rows are rejected, and why.
struct Verdicts<'a> {
    planned: &'a Planned,
    by_plan: RejectedByPlan,
}

impl Verdicts<'_> {
    /// Why a row is rejected, if it is.
    fn on(&self, row: RowIndex, entry: &Entry<'_>) -> Option<Outcome> {
        match &entry.row {
            Err(rejection) => Some(rejected(rejection.clone())),
            Ok(valid) => {
                let fate = self.by_plan.get(&row)?;
                self.planned.plan.outcome(valid.action, *fate)
            }
        }
    }
}
