//! Standard output, for what a command prints whole.

use std::io::{self, Write};

use crate::error::{Error, ExitStatus};

/// Prints a text.
///
/// # Errors
/// It can't be written: a full disk, say. Who does not read to the end has seen enough, and that is none.
pub fn print(text: &[u8]) -> Result<(), Error> {
    let mut output = io::stdout().lock();
    match output.write_all(text).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let what = format!("standard output can't be written: {error}");
            Err(Error::new(ExitStatus::TryLater, what))
        }
        _ => Ok(()),
    }
}
