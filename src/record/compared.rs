//! What is written, held against what stands in a file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};

/// Takes what is written and holds it against what stands in a file.
#[derive(Debug)]
pub struct Compared {
    there: BufReader<File>,
    is_same: bool,
}

impl Write for Compared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let there = self.there.fill_buf()?;
        let length = there.len().min(bytes.len());
        self.is_same &= length > 0 && there[..length] == bytes[..length];
        self.there.consume(length);
        // What differs once needs no further look.
        Ok(if self.is_same { length } else { bytes.len() })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Compared {
    /// Nothing has been written yet.
    pub fn with(there: File) -> Self {
        Self {
            there: BufReader::new(there),
            is_same: true,
        }
    }

    /// Whether all that was written stands there, and nothing more.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn is_all(&mut self) -> io::Result<bool> {
        Ok(self.is_same && self.there.fill_buf()?.is_empty())
    }
}
