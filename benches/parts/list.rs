//! The lists that are measured with.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use bulklabel::list::Source;

use crate::rows;

/// Where files are written to, below cargo's target directory.
pub const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

/// A list of so many rows, written anew.
pub fn list(rows: u32) -> Source {
    let path = place(&format!("list-{rows}.csv"));
    let mut file =
        BufWriter::new(File::create(&path).expect("the target directory can be written to"));
    let written = rows::write(rows, &mut file).and_then(|()| file.flush());
    written.expect("the disk has room for a list");
    Source::open(&path, None).expect("it was just written")
}

/// A file of this name.
pub fn place(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}
