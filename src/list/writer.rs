//! A list, written: what a command would send, for a person to look at or to send later.

use std::io::{self, Write};

/// Writes a list, row after row. It keeps the lines of the list that its rows come from, in a column that is ignored when it
/// is read.
pub struct ListWriter<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> ListWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// It can't be written.
    pub fn new(to: W) -> io::Result<Self> {
        let mut csv = csv::Writer::from_writer(to);
        csv.write_record(["line", "userId", "action", "label"])?;
        Ok(Self { csv })
    }

    /// Writes a row: its line, and its `userId`, `action` and `label`.
    ///
    /// # Errors
    /// It can't be written.
    pub fn write(&mut self, line: u64, [user, action, label]: [&str; 3]) -> io::Result<()> {
        Ok(self
            .csv
            .write_record([&line.to_string(), user, action, label])?)
    }

    /// Writes what is still to be written.
    ///
    /// # Errors
    /// It can't be.
    pub fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}
