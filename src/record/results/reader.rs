//! A result, read again.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use csv::StringRecord;

use super::{ResultError, ResultRow};
use crate::model::{LAST_LINE, Moment, Outcome, OutcomeKind, RESULT_COLUMNS};

/// A row of a result, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRow {
    /// The line in the list.
    pub line: u64,
    /// `userId`, `action` and `label`.
    pub fields: [String; 3],
    /// What became of it.
    pub outcome: Outcome,
    /// The HTTP status of the last answer.
    pub status: Option<u16>,
    /// How many attempts were sent.
    pub attempts: u32,
    /// When its call ended.
    pub at: Option<Moment>,
}

impl ReadRow {
    /// The same to be written.
    pub fn to_write(&self) -> ResultRow<'_> {
        let [user, action, label] = self.fields.each_ref().map(String::as_str);
        ResultRow {
            line: self.line,
            user,
            action,
            label,
            outcome: self.outcome.kind.as_str(),
            code: &self.outcome.code,
            message: &self.outcome.message,
            status: self.status,
            attempts: self.attempts,
            at: self.at,
        }
    }
}

/// Reads a result row after row, in the order of the list, which its lines must keep.
#[derive(Debug)]
pub struct ResultReader<R> {
    path: PathBuf,
    csv: csv::Reader<R>,
    record: StringRecord,
    /// Where each column stands.
    columns: [usize; RESULT_COLUMNS.len()],
    /// The columns that are not a result's own: their headers, and where they stand.
    further: Vec<(String, usize)>,
    /// The last row's line in the list.
    last: u64,
    /// How many rows were read.
    read: u64,
}

impl ResultReader<File> {
    /// Opens the result at `path`.
    ///
    /// # Errors
    /// It can't be read, or is no result.
    pub fn open(path: &Path) -> Result<Self, ResultError> {
        let file = File::open(path).map_err(|source| ResultError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Self::new(path, file)
    }
}

impl<R: Read> ResultReader<R> {
    /// Reads a result from `input`, which errors call `path`.
    ///
    /// # Errors
    /// It can't be read, or is no result.
    pub fn new(path: &Path, input: R) -> Result<Self, ResultError> {
        let csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(input);
        let mut reader = Self {
            path: path.to_owned(),
            csv,
            record: StringRecord::new(),
            columns: [0; RESULT_COLUMNS.len()],
            further: Vec::new(),
            last: 0,
            read: 0,
        };
        let _none = !reader.next_record()?;
        for (column, at) in RESULT_COLUMNS.into_iter().zip(&mut reader.columns) {
            let mut names = reader.record.iter();
            let found = names.position(|name| name.trim_start_matches('\u{FEFF}') == column);
            *at = found.ok_or_else(|| ResultError::NoResult {
                path: path.to_owned(),
                column,
            })?;
        }
        let headers = reader.record.iter().enumerate();
        let further = headers.filter(|(at, _)| !reader.columns.contains(at));
        reader.further = further.map(|(at, name)| (name.to_owned(), at)).collect();
        Ok(reader)
    }

    /// The headers of its columns beyond a result's own.
    pub fn further_headers(&self) -> impl Iterator<Item = &str> {
        self.further.iter().map(|(header, _)| header.as_str())
    }

    /// What stands in these in the row that was read last.
    pub fn further(&self) -> impl Iterator<Item = &str> {
        let fields = self.further.iter().map(|(_, at)| self.record.get(*at));
        fields.map(Option::unwrap_or_default)
    }

    /// The result.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many rows were read so far.
    pub fn rows_read(&self) -> u64 {
        self.read
    }

    /// The next row; none at the end.
    ///
    /// # Errors
    /// The result can't be read, or the row is none of a result's, or stands in the wrong place.
    pub fn advance(&mut self) -> Result<Option<ReadRow>, ResultError> {
        if !self.next_record()? {
            return Ok(None);
        }
        let kind = OutcomeKind::from_word(self.field(4));
        let kind = kind.ok_or_else(|| self.unknown(4))?;
        let line = self.number(0)?;
        if !(1..=LAST_LINE).contains(&line) {
            return Err(self.unknown(0));
        }
        let row = ReadRow {
            line,
            fields: [1, 2, 3].map(|column| self.field(column).to_owned()),
            outcome: Outcome::new(kind, self.field(5), self.field(6)),
            status: self.number_or_nothing(7)?,
            attempts: self.number(8)?,
            at: self.number_or_nothing(9)?,
        };
        if row.line <= self.last {
            return Err(ResultError::OutOfOrder {
                path: self.path.clone(),
                line: self.line(),
            });
        }
        self.last = row.line;
        self.read += 1;
        Ok(Some(row))
    }

    fn next_record(&mut self) -> Result<bool, ResultError> {
        let path = || self.path.clone();
        self.csv.read_record(&mut self.record).map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            match error.into_kind() {
                csv::ErrorKind::Io(source) => ResultError::Unreadable {
                    path: path(),
                    source,
                },
                _ => ResultError::CutShort { path: path(), line },
            }
        })
    }

    fn field(&self, column: usize) -> &str {
        self.record.get(self.columns[column]).unwrap_or_default()
    }

    fn number<T: FromStr>(&self, column: usize) -> Result<T, ResultError> {
        let number = self.field(column).parse();
        number.map_err(|_| self.unknown(column))
    }

    fn number_or_nothing<T: FromStr>(&self, column: usize) -> Result<Option<T>, ResultError> {
        match self.field(column) {
            "" => Ok(None),
            _ => self.number(column).map(Some),
        }
    }

    fn unknown(&self, column: usize) -> ResultError {
        ResultError::NotOfResult {
            path: self.path.clone(),
            line: self.line(),
            column: RESULT_COLUMNS[column],
            found: self.field(column).chars().take(40).collect(),
        }
    }

    /// The physical line on which the current row starts.
    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "line,userId,action,label,outcome,code,message,httpStatus,attempts,completedAt\n";

    fn read(rows: &str) -> Result<Vec<u64>, String> {
        let text = format!("{HEADER}{rows}");
        let mut reader = ResultReader::new(Path::new("x.csv"), text.as_bytes())
            .map_err(|error| error.to_string())?;
        let mut lines = Vec::new();
        while let Some(row) = reader.advance().map_err(|error| error.to_string())? {
            lines.push(row.line);
        }
        Ok(lines)
    }

    #[test]
    fn what_is_no_whole_result_is_told_with_its_line() {
        let good = "2,1,add,VIP,success,,,200,1,2026-11-23T02:13:20.007Z\n";
        assert_eq!(read(good), Ok(vec![2]));
        assert_eq!(read(""), Ok(vec![]));
        for (bad, words) in [
            ("3,1,add,VIP,succ", "line 3: the result is cut short"),
            (
                "3,1,add,VIP,succ,,,,0,",
                "\"succ\" in the column \"outcome\"",
            ),
            ("3,1,add,VIP,failed,,,,,", "\"\" in the column \"attempts\""),
            (
                "3,1,add,VIP,failed,,,,1,2026-",
                "\"2026-\" in the column \"completedAt\"",
            ),
            (
                "18446744073709551615,1,add,VIP,failed,,,,1,",
                "\"18446744073709551615\" in the column \"line\"",
            ),
            ("0,1,add,VIP,failed,,,,1,", "\"0\" in the column \"line\""),
            (
                "2,1,add,VIP,failed,,,,1,",
                "line 3: its rows are not in the order",
            ),
        ] {
            let told = read(&format!("{good}{bad}")).unwrap_err();
            assert!(told.contains(words), "{told}");
        }
        let list = ResultReader::new(Path::new("x.csv"), &b"userId,action,label\n"[..]);
        let told = list.map(|_| ()).unwrap_err().to_string();
        assert!(told.contains("no column \"line\""), "{told}");
    }
}
