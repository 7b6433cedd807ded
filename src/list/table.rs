//! A list, written again in its own columns: UTF-8 with commas, whatever it was.

use std::io::{self, Write};

use csv::{QuoteStyle, Writer, WriterBuilder};

/// What a reader that is not told takes for the delimiter, where a header holds it.
const MISTAKEN: [char; 3] = [';', '\t', '|'];

/// Writes rows of any number of fields.
#[derive(Debug)]
pub struct TableWriter<W: Write> {
    csv: Writer<W>,
}

impl<W: Write> TableWriter<W> {
    /// Writes the header; `marked` puts a byte order mark before it, so that the text is taken for UTF-8 whatever a setting
    /// or a spreadsheet says.
    ///
    /// # Errors
    /// It can't be written.
    pub fn new<F: AsRef<str>>(mut to: W, header: &[F], marked: bool) -> io::Result<Self> {
        if marked {
            to.write_all("\u{FEFF}".as_bytes())?;
        }
        let quotes = match header.iter().any(|name| name.as_ref().contains(MISTAKEN)) {
            true => QuoteStyle::Always,
            false => QuoteStyle::Necessary,
        };
        let mut first = WriterBuilder::new().quote_style(quotes).from_writer(to);
        first.write_record(header.iter().map(AsRef::as_ref))?;
        let to = first.into_inner().map_err(|error| error.into_error())?;
        Ok(Self {
            csv: WriterBuilder::new().flexible(true).from_writer(to),
        })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// It can't be written.
    pub fn write<F: AsRef<str>>(&mut self, fields: &[F]) -> io::Result<()> {
        Ok(self.csv.write_record(fields.iter().map(AsRef::as_ref))?)
    }

    /// Writes what is still to be written.
    ///
    /// # Errors
    /// It can't be.
    pub fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(header: &[&str], marked: bool) -> String {
        let mut to = Vec::new();
        let mut table = TableWriter::new(&mut to, header, marked).unwrap();
        table.write(&["1", "a,\"b\""]).unwrap();
        table.write(&[""]).unwrap();
        table.finish().unwrap();
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn what_needs_quotes_gets_them() {
        assert_eq!(
            written(&["userId"], false),
            "userId\n1,\"a,\"\"b\"\"\"\n\"\"\n"
        );
        assert_eq!(
            written(&["user;Id"], true),
            "\u{FEFF}\"user;Id\"\n1,\"a,\"\"b\"\"\"\n\"\"\n"
        );
    }
}
