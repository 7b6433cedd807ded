//! Whether two names, or a name and an open file, stand for one file.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Whether both are about the same file: on the same device, with the same number.
pub fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Whether a path still names an open file.
///
/// # Errors
/// The system does not tell which file is open.
pub fn stands_at(file: &File, path: &Path) -> io::Result<bool> {
    let (open, named) = (file.metadata()?, fs::metadata(path));
    Ok(named.is_ok_and(|named| is_same_file(&open, &named)))
}
