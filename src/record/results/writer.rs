//! A result, written.

use std::io::{self, Write};

use super::clock::Clock;
use super::fields::Fields;
use crate::model::{Moment, RESULT_COLUMNS};

/// So many bytes of rows are handed on at once, and those of the row that reaches them.
const AT_ONCE: usize = 1 << 16;

/// A row of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResultRow<'a> {
    /// The physical line in the list.
    pub line: u64,
    /// The id as sent, or as it stands in the list.
    pub user: &'a str,
    /// The action as sent, or as it stands in the list.
    pub action: &'a str,
    /// The label as sent, or as it stands in the list.
    pub label: &'a str,
    /// What became of the row.
    pub outcome: &'a str,
    /// Its code; empty on success.
    pub code: &'a str,
    /// Its message; empty on success.
    pub message: &'a str,
    /// The HTTP status of the last answer.
    pub status: Option<u16>,
    /// How many attempts were sent.
    pub attempts: u32,
    /// When its call ended.
    pub at: Option<Moment>,
}

/// Writes a result, row after row.
pub struct ResultWriter<W: Write> {
    to: W,
    /// The rows that were not handed on yet.
    rows: Fields,
    clock: Clock,
}

impl<W: Write> ResultWriter<W> {
    /// Writes the header; the `further` columns stand after the result's own.
    ///
    /// # Errors
    /// It can't be written.
    pub fn new<'a>(to: W, further: impl IntoIterator<Item = &'a str>) -> io::Result<Self> {
        let header: Vec<_> = RESULT_COLUMNS.into_iter().chain(further).collect();
        let mut writer = Self::of_width(to, header.len());
        header.iter().for_each(|name| writer.rows.push(name));
        writer.end_row()?;
        Ok(writer)
    }

    /// Writes rows behind others, with so many `further` fields each.
    pub fn without_header(to: W, further: usize) -> Self {
        Self::of_width(to, RESULT_COLUMNS.len() + further)
    }

    fn of_width(to: W, width: usize) -> Self {
        Self {
            to,
            rows: Fields::of_width(width),
            clock: Clock::default(),
        }
    }

    /// Writes a row, and a field for each of the `further` columns.
    ///
    /// # Errors
    /// It can't be written.
    ///
    /// # Panics
    /// There are more or fewer of these than columns.
    pub fn write<T: AsRef<str>>(
        &mut self,
        row: &ResultRow<'_>,
        further: impl IntoIterator<Item = T>,
    ) -> io::Result<()> {
        let (rows, mut digits) = (&mut self.rows, itoa::Buffer::new());
        rows.push_plain(digits.format(row.line).as_bytes());
        let words = [
            row.user,
            row.action,
            row.label,
            row.outcome,
            row.code,
            row.message,
        ];
        words.iter().for_each(|word| rows.push(word));
        let status = row.status.map_or("", |status| digits.format(status));
        rows.push_plain(status.as_bytes());
        rows.push_plain(digits.format(row.attempts).as_bytes());
        rows.push_plain(row.at.map_or(b"", |at| self.clock.show(at)));
        further
            .into_iter()
            .for_each(|field| rows.push(field.as_ref()));
        self.end_row()
    }

    fn end_row(&mut self) -> io::Result<()> {
        self.rows.end_record();
        match self.rows.text().len() < AT_ONCE {
            true => Ok(()),
            false => self.hand_on(),
        }
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.to.write_all(self.rows.text())?;
        self.rows.clear();
        Ok(())
    }

    /// What was written to, with all rows in it.
    ///
    /// # Errors
    /// They can't be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.hand_on()?;
        self.to.flush()?;
        Ok(self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NONE: [&str; 0] = [];

    #[test]
    fn a_result_is_standard_csv() {
        let mut writer = ResultWriter::new(Vec::new(), NONE).unwrap();
        let sent = ResultRow {
            line: 2,
            user: "564663098",
            action: "add",
            label: "VIP, \"2026\"",
            outcome: "success",
            code: "",
            message: "",
            status: Some(200),
            attempts: 1,
            at: Some(Moment(1_795_400_000_007)),
        };
        let rejected = ResultRow {
            line: 3,
            outcome: "rejected",
            status: None,
            attempts: 0,
            at: None,
            ..sent
        };
        writer.write(&sent, NONE).unwrap();
        writer.write(&rejected, NONE).unwrap();
        let text = String::from_utf8(writer.finish().unwrap()).unwrap();
        insta::assert_snapshot!(text, @r#"
        line,userId,action,label,outcome,code,message,httpStatus,attempts,completedAt
        2,564663098,add,"VIP, ""2026""",success,,,200,1,2026-11-23T02:13:20.007Z
        3,564663098,add,"VIP, ""2026""",rejected,,,,0,
        "#);
    }

    fn row(line: u64) -> ResultRow<'static> {
        ResultRow {
            line,
            user: "564663098",
            action: "add",
            label: "VIP",
            outcome: "pending",
            code: "",
            message: "",
            status: None,
            attempts: 0,
            at: None,
        }
    }

    #[test]
    fn every_row_is_there_once_however_many_there_are() {
        let mut writer = ResultWriter::new(Vec::new(), NONE).unwrap();
        let lines = 2..9_000;
        lines
            .clone()
            .for_each(|line| writer.write(&row(line), NONE).unwrap());
        let text = writer.finish().unwrap();
        assert!(text.len() > 4 * AT_ONCE);
        let rows = csv::Reader::from_reader(&text[..]).into_records();
        let written = rows.map(|row| row.unwrap()[0].parse::<u64>().unwrap());
        assert!(written.eq(lines));
    }

    /// Has room for fewer writes than this; that it is full is told at the end at the latest.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(1).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            match self.0 {
                0 => Err(io::ErrorKind::StorageFull.into()),
                _ => Ok(()),
            }
        }
    }

    #[test]
    fn a_disk_that_is_full_is_told_with_the_row_or_at_the_end() {
        let mut writer = ResultWriter::new(Full(1), NONE).unwrap();
        let refused = (2..9_000).find_map(|line| writer.write(&row(line), NONE).err());
        assert_eq!(refused.unwrap().kind(), io::ErrorKind::StorageFull);
        for (writes, is_written) in [(0, false), (1, false), (2, true)] {
            let writer = ResultWriter::new(Full(writes), NONE).unwrap();
            let refused = writer.finish().err().map(|error| error.kind());
            let expected = (!is_written).then_some(io::ErrorKind::StorageFull);
            assert_eq!(refused, expected, "after {writes}");
        }
    }

    proptest! {
        #[test]
        fn a_written_result_reads_back_the_same(rows in proptest::collection::vec(any::<[String; 5]>(), 0..10)) {
            let mut writer = ResultWriter::new(Vec::new(), NONE).unwrap();
            for (line, [user, label, outcome, code, message]) in (2..).zip(&rows) {
                let (action, status, attempts, at) = ("add", None, 7, None);
                let row = ResultRow { line, user, action, label, outcome, code, message, status, attempts, at };
                writer.write(&row, NONE).unwrap();
            }
            let text = writer.finish().unwrap();
            let mut reader = csv::Reader::from_reader(&text[..]);
            let read: Vec<[String; 5]> = reader
                .records()
                .map(|row| {
                    let row = row.unwrap();
                    [1, 3, 4, 5, 6].map(|at| row[at].to_owned())
                })
                .collect();
            prop_assert_eq!(read, rows);
        }
    }
}
