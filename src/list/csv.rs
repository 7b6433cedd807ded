//! CSV records, each with the physical line that it starts on.

use std::io::{self, Read};

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::lines::{LineCounter, line_ends};
use super::{Delimiter, ListError};

/// A record that follows the list's last byte. It comes back alone, unless a quote that is never closed
/// has swallowed it: the csv crate takes the end of the input for the end of the field, without an error.
const SENTINEL: &[u8] = b"\n\x01end of the list\x01\n";

/// The longest record, in bytes. Far more than any row of a list needs; an open quote or a file that is
/// no CSV would otherwise be read into memory as one record.
const LONGEST_RECORD: u64 = 64_000_000;

/// The records of a list.
#[derive(Debug)]
pub struct Records<R> {
    list: String,
    reader: Reader<Watched<R>>,
    record: ByteRecord,
}

impl<R: Read> Records<R> {
    /// The records of `input`, which errors call `list`.
    pub fn new(list: &str, input: R, delimiter: Delimiter) -> Self {
        let watched = Watched {
            input,
            lines: LineCounter::default(),
            sentinel: SENTINEL,
            ended_at: None,
        };
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter.byte())
            .buffer_capacity(1 << 16)
            .from_reader(watched);
        Self {
            list: list.to_owned(),
            reader,
            record: ByteRecord::new(),
        }
    }

    /// Reads the next record; false at the end.
    ///
    /// # Errors
    /// A quote that is never closed, a record of an absurd size, or a file that can't be read.
    pub fn advance(&mut self) -> Result<bool, ListError> {
        let from = self.reader.position().byte();
        self.reader.get_mut().lines.record_from(from);
        let read = self.reader.read_byte_record(&mut self.record);
        if !read.map_err(|error| self.unreadable(error))? {
            return Ok(false);
        }
        match self.reader.get_ref().ended_at {
            // The sentinel's first byte may have ended the last row; what reaches further is no row.
            Some(end) if self.reader.position().byte() > end + 1 => self.end_of_list(),
            _ => Ok(true),
        }
    }

    /// The current record's fields.
    pub fn record(&self) -> &ByteRecord {
        &self.record
    }

    /// The line on which the current record starts.
    pub fn line(&self) -> u64 {
        self.reader.get_ref().lines.line()
    }

    /// How many line ends there are, once the last record was read; the last byte is one.
    pub fn line_ends(&self) -> u64 {
        // The sentinel has one before its own line.
        self.line().saturating_sub(2)
    }

    /// The line on which a field of the current record starts.
    pub fn line_of_field(&self, field: usize) -> u64 {
        self.line() + self.record.iter().take(field).map(line_ends).sum::<u64>()
    }

    /// What the bytes were read from.
    pub fn input(&self) -> &R {
        &self.reader.get_ref().input
    }

    /// The record that reaches past the list's end: the sentinel alone, or what swallowed it.
    fn end_of_list(&self) -> Result<bool, ListError> {
        if self.record.len() == 1 && &self.record[0] == SENTINEL.trim_ascii() {
            return Ok(false);
        }
        let line = self.line_of_field(self.record.len() - 1);
        Err(ListError::UnclosedQuote {
            list: self.list.clone(),
            line,
        })
    }

    fn unreadable(&self, error: csv::Error) -> ListError {
        let list = self.list.clone();
        match error.into_kind() {
            csv::ErrorKind::Io(source) if source.kind() == io::ErrorKind::FileTooLarge => {
                ListError::EndlessRow {
                    list,
                    line: self.line(),
                    limit: LONGEST_RECORD,
                }
            }
            csv::ErrorKind::Io(source) => ListError::unreadable(&list, source),
            other => ListError::Unreadable {
                list,
                source: io::Error::other(format!("{other:?}")),
            },
        }
    }
}

/// The list's bytes on their way to the csv crate, and the sentinel after them.
#[derive(Debug)]
struct Watched<R> {
    input: R,
    lines: LineCounter,
    sentinel: &'static [u8],
    /// How many bytes the list has, once that is known.
    ended_at: Option<u64>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.lines.record_bytes() > LONGEST_RECORD {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut read = 0;
        if self.ended_at.is_none() {
            read = self.input.read(buffer)?;
            if read == 0 {
                self.ended_at = Some(self.lines.seen());
            }
        }
        if self.ended_at.is_some() {
            read = self.sentinel.read(buffer)?;
        }
        self.lines.feed(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every record as its line and its fields joined by `|`.
    fn read(text: &[u8]) -> Result<Vec<(u64, String)>, String> {
        // A reader that gives few bytes at a time meets every place at which a chunk can end.
        let mut all: Option<Result<Vec<(u64, String)>, String>> = None;
        for size in [1, 2, 3, 7, 1 << 16] {
            let chunks = Chunks { text, size };
            let mut records = Records::new("list.csv", chunks, Delimiter::COMMA);
            let mut found = Vec::new();
            let outcome = loop {
                match records.advance() {
                    Ok(true) => {
                        let fields: Vec<_> = records
                            .record()
                            .iter()
                            .map(String::from_utf8_lossy)
                            .collect();
                        found.push((records.line(), fields.join("|")));
                    }
                    Ok(false) => break Ok(found),
                    Err(error) => break Err(error.to_string()),
                }
            };
            if let Some(before) = &all {
                assert_eq!(&outcome, before, "in chunks of {size}");
            }
            all = Some(outcome);
        }
        all.expect("the loop runs")
    }

    struct Chunks<'a> {
        text: &'a [u8],
        size: usize,
    }

    impl Read for Chunks<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let take = self.size.min(buffer.len());
            self.text.read(&mut buffer[..take])
        }
    }

    fn rows(records: &[(u64, &str)]) -> Result<Vec<(u64, String)>, String> {
        Ok(records
            .iter()
            .map(|(line, fields)| (*line, (*fields).to_owned()))
            .collect())
    }

    #[test]
    fn lines_are_counted_with_every_line_end() {
        for end in ["\n", "\r\n", "\r"] {
            let text = "a,b\n\n\n1,2\n3,4".replace('\n', end);
            assert_eq!(
                read(text.as_bytes()),
                rows(&[(1, "a|b"), (4, "1|2"), (5, "3|4")]),
                "{end:?}"
            );
        }
    }

    #[test]
    fn line_breaks_in_quotes_count_too() {
        assert_eq!(
            read(b"a,b\r\n1,\"x\r\ny\nz\"\r\n2,w\r\n"),
            rows(&[(1, "a|b"), (2, "1|x\r\ny\nz"), (5, "2|w")])
        );
    }

    #[test]
    fn a_quote_counts_only_as_the_first_character() {
        assert_eq!(
            read(b"a \"b\" c,\"d\"e,\"f \"\"g\"\"\"\n"),
            rows(&[(1, "a \"b\" c|de|f \"g\"")])
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_where_it_opens() {
        for (text, line) in [
            (&b"a,b\n1,\"2\n3,4\n"[..], 2),
            (b"a,b\r\n\r\n1,\"2", 3),
            (b"\"a", 1),
            (b"a,b,c\n\"x\ny\",\"z\n\n", 3),
        ] {
            let sentence = read(text).unwrap_err();
            assert!(
                sentence.starts_with(&format!("list.csv, line {line}: a quote opens")),
                "{sentence}"
            );
        }
    }

    #[test]
    fn a_list_may_end_in_any_way() {
        for text in [
            "a,b\n1,2",
            "a,b\n1,2\n",
            "a,b\r1,2\r",
            "a,b\r\n1,\"2\"",
            "a,b\n1,2\n\n\r\n",
        ] {
            assert_eq!(
                read(text.as_bytes()),
                rows(&[(1, "a|b"), (2, "1|2")]),
                "{text:?}"
            );
        }
        assert_eq!(read(b""), rows(&[]));
        assert_eq!(read(b"\n\r\n"), rows(&[]));
    }

    #[test]
    fn a_row_that_looks_like_the_sentinel_is_a_row() {
        let name = String::from_utf8_lossy(SENTINEL.trim_ascii()).into_owned();
        let text = format!("{name}\n{name}");
        assert_eq!(read(text.as_bytes()), rows(&[(1, &name), (2, &name)]));
    }

    #[test]
    fn a_record_without_end_is_an_error() {
        let endless = io::Cursor::new(b"a,b\n1,\"").chain(io::repeat(b'x'));
        let mut records = Records::new("list.csv", endless, Delimiter::COMMA);
        assert!(records.advance().unwrap());
        let sentence = records.advance().unwrap_err().to_string();
        assert!(
            sentence.starts_with("list.csv, line 2: the row that begins here is longer than 64 MB"),
            "{sentence}"
        );
    }
}
