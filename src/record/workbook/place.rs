//! Whether a workbook can come to stand where it is wanted, which is asked before the first call.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::WorkbookError;
use crate::model::is_same_file;
use crate::record::durable::temporary;
use crate::record::outputs::is_same_place;

/// Refuses a name that is no workbook's, one that is the list's or among the `taken` ones, and a place that can't be written
/// to.
///
/// # Errors
/// Each of these.
pub fn check_place(
    workbook: &Path,
    list: Option<&fs::Metadata>,
    taken: &[PathBuf],
) -> Result<(), WorkbookError> {
    let path = workbook.to_owned();
    let ending = workbook.extension();
    if !ending.is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx")) {
        return Err(WorkbookError::NoName { path });
    }
    let own = [path.clone(), temporary(workbook)];
    let is_list = |found: &fs::Metadata| list.is_some_and(|list| is_same_file(list, found));
    for name in &own {
        let found = fs::metadata(name).ok();
        if found.as_ref().is_some_and(is_list)
            || taken.iter().any(|taken| is_same_place(taken, name))
        {
            return Err(WorkbookError::InTheWay { path });
        }
        if found.is_some_and(|found| !found.is_file()) {
            let path = name.clone();
            return Err(WorkbookError::NoRegularFile { path });
        }
    }
    try_out(&own[1]).map_err(|source| WorkbookError::Unwritable { path, source })
}

/// Makes a file, and takes it away again. One that is there is left as it is.
fn try_out(path: &Path) -> io::Result<()> {
    match File::create_new(path) {
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            File::options().write(true).open(path).map(|_| ())
        }
        Err(error) => Err(error),
    }
}
