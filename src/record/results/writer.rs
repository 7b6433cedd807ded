//! A result, written.

use std::io::{self, Write};

use csv::{ByteRecord, WriterBuilder};

use super::clock::Clock;
use crate::model::{Moment, RESULT_COLUMNS};

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
    csv: csv::Writer<W>,
    row: ByteRecord,
    clock: Clock,
}

impl<W: Write> ResultWriter<W> {
    /// Writes the header; the `further` columns stand after the result's own.
    ///
    /// # Errors
    /// It can't be written.
    pub fn new<'a>(to: W, further: impl IntoIterator<Item = &'a str>) -> io::Result<Self> {
        let mut writer = Self::without_header(to);
        let header = RESULT_COLUMNS.into_iter().chain(further);
        writer.csv.write_record(header)?;
        Ok(writer)
    }

    /// Writes rows behind others.
    pub fn without_header(to: W) -> Self {
        Self {
            csv: WriterBuilder::new()
                .buffer_capacity(1 << 16)
                .from_writer(to),
            row: ByteRecord::new(),
            clock: Clock::default(),
        }
    }

    /// Writes a row, and a field for each of the `further` columns.
    ///
    /// # Errors
    /// It can't be written.
    pub fn write<T: AsRef<str>>(
        &mut self,
        row: &ResultRow<'_>,
        further: impl IntoIterator<Item = T>,
    ) -> io::Result<()> {
        let (record, mut digits) = (&mut self.row, itoa::Buffer::new());
        record.clear();
        record.push_field(digits.format(row.line).as_bytes());
        let words = [
            row.user,
            row.action,
            row.label,
            row.outcome,
            row.code,
            row.message,
        ];
        words
            .iter()
            .for_each(|word| record.push_field(word.as_bytes()));
        let status = row.status.map_or("", |status| digits.format(status));
        record.push_field(status.as_bytes());
        record.push_field(digits.format(row.attempts).as_bytes());
        let at = row.at.map_or("", |at| self.clock.show(at));
        record.push_field(at.as_bytes());
        for field in further {
            record.push_field(field.as_ref().as_bytes());
        }
        Ok(self.csv.write_byte_record(record)?)
    }

    /// What was written to, with all rows in it.
    ///
    /// # Errors
    /// They can't be written.
    pub fn finish(self) -> io::Result<W> {
        self.csv
            .into_inner()
            .map_err(csv::IntoInnerError::into_error)
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
