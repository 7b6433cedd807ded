//! Whether two names, or a name and an open file, stand for one file.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

/// Whether both are about the same file: on the same device, with the same number.
pub fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}
