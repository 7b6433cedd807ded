//! `check --fix`: the list, written again.

use std::path::Path;

use super::rejects::{Rejects, names_of_runs, plain_csv};
use crate::error::Error;
use crate::job::{self, Fixes, Planned, Reading, Renames};
use crate::list::{Fingerprint, Source};
use crate::model::OutcomeKind;
use crate::record::{RealDisk, SideFile};
use crate::report::{FixedList, MendedRows, RenamedRows};

/// Where a list is written again. What is there already is never written over: it may be a list.
///
/// # Errors
/// There is a file, or the name harms something.
pub fn place(
    path: Option<&Path>,
    list: &Path,
    rejects: Option<&Rejects>,
) -> Result<Option<SideFile>, Error> {
    let Some(path) = path else {
        return Ok(None);
    };
    let file = plain_csv(path, "--fix", list, &names_of_runs(list))?;
    if rejects.is_some_and(|rejects| rejects.file().is_same_as(&file)) {
        return Err(file.in_use().into());
    }
    file.must_be_new()?;
    Ok(Some(file))
}

/// Writes a list again, and says what was done and what the new one comes to. Labels are given the names of `renames`, too.
///
/// # Errors
/// The list has changed, or the file can't be written, or is there by now.
pub fn fix(
    list: (&Source, Fingerprint),
    reading: &Reading,
    renames: &Renames,
    file: &SideFile,
) -> Result<FixedList, Error> {
    let (fixes, planned) = job::fix(list, reading, renames, file, &RealDisk)?;
    Ok(told(fixes, &planned, file.path()))
}

fn told(fixes: Fixes, planned: &Planned, path: &Path) -> FixedList {
    let Fixes {
        mended,
        renamed,
        duplicates,
        superseded,
        unmended,
        unreadable,
        totals: _,
    } = fixes;
    let mended = mended.into_iter().map(|(slip, at)| MendedRows {
        kind: slip.as_str(),
        what: slip.what_was_done(),
        at,
    });
    let mut renamed: Vec<_> = renamed
        .into_iter()
        .map(|((label, to), at)| RenamedRows { label, to, at })
        .collect();
    renamed.sort_by_key(|renamed| std::cmp::Reverse(renamed.at.rows()));
    let codes = planned.left_out.codes();
    let rejected = codes.filter(|(kind, ..)| *kind == OutcomeKind::Rejected);
    FixedList {
        file: path.to_string_lossy().into_owned(),
        mended: mended.collect(),
        renamed,
        duplicates,
        contradictions: superseded,
        unmended,
        unreadable,
        rows: u64::from(planned.plan.data_rows()),
        customers: u64::from(planned.plan.customers()),
        calls: u64::from(planned.plan.totals().calls),
        rejected: rejected
            .map(|(_, code, example)| (code.to_owned(), example.rows))
            .collect(),
    }
}
