//! `--print`: the rows that would be sent, as a list.

use std::io::{self, BufWriter, Write};

use super::made_from::MadeFrom;
use crate::error::{Error, ExitStatus};
use crate::job::{self, Reading};
use crate::list::{ListWriter, Source};

/// Prints the rows of a result that are taken.
///
/// # Errors
/// It is no whole result, or standard output can't be written.
pub fn print(reading: &Reading, made_from: &MadeFrom) -> Result<ExitStatus, Error> {
    let source = Source::open(&made_from.result, None)?;
    // All of it is read before anything is printed: half a list would look like a whole one.
    made_from.must_be_whole(job::plan(&source, reading)?.read)?;
    match write(reading, &source, BufWriter::new(io::stdout().lock()))? {
        // Who does not read to the end has seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::new(
            ExitStatus::TryLater,
            format!("standard output can't be written: {error}"),
        )),
        _ => Ok(ExitStatus::Complete),
    }
}

fn write(reading: &Reading, source: &Source, to: impl Write) -> Result<io::Result<()>, Error> {
    let mut rows = reading.rows(source)?;
    let mut list = match ListWriter::new(to) {
        Ok(list) => list,
        Err(error) => return Ok(Err(error)),
    };
    while let Some(entry) = rows.advance()? {
        let written = match &entry.row {
            Ok(row) => {
                let user = row.user.to_string();
                list.write(entry.line, [&user, row.action.as_str(), row.label])
            }
            Err(_) => list.write(entry.line, entry.raw().each_ref().map(String::as_str)),
        };
        if let Err(error) = written {
            return Ok(Err(error));
        }
    }
    Ok(list.finish())
}
