//! The rows of a list, one after the other.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use csv::ByteRecord;

use super::columns::Columns;
use super::csv::Records;
use super::entry::Entry;
use super::excel::is_separator_line;
use super::keep::Kept;
use super::selection::Selected;
use super::source::Content;
use super::title::why_missing;
use super::whole::own_width;
use super::{Delimiter, Fingerprint, ListError, Selection, Source, Wishes, rules, text};
use crate::model::Part;

/// How much of a list is looked at to tell its delimiter: more than any header is long.
const START: u64 = 1 << 20;

/// What the header of a list says of all its rows.
#[derive(Debug)]
pub struct Shape {
    pub(super) list: String,
    delimiter: Delimiter,
    header: ByteRecord,
    /// How many records there are up to the header, that one included.
    opening: usize,
    columns: Columns,
    /// Which further columns the result keeps.
    kept: Kept,
    /// The customers whose rows are taken.
    share: Part,
}

/// The data rows of a list, in their order; blank lines and rows of empty fields are none. Those of customers that are not asked
/// for are passed over.
#[derive(Debug)]
pub struct Rows<R = Content> {
    shape: Arc<Shape>,
    records: Records<R>,
    /// Which rows are taken, where not all are.
    selected: Option<Selected>,
    /// How many data rows were read, taken or not.
    read: u64,
}

impl Rows {
    /// Reads the header of a list. The delimiter is told from the header where none is given.
    ///
    /// # Errors
    /// No header, a missing or an ambiguous column (also of those that the result is to keep), or a file that can't be read.
    pub fn open(
        source: &Source,
        wishes: &Wishes,
        delimiter: Option<Delimiter>,
    ) -> Result<Self, ListError> {
        let other_sheets = |error| source.naming_other_sheets(error, wishes);
        let mut headed = headed(source, wishes, delimiter).map_err(other_sheets)?;
        let records = &mut headed.records;
        let header = records.record().clone();
        let (name, line) = (source.name(), records.line());
        let found = Columns::find(&header, wishes, name, line);
        let found = found.map_err(|error| why_missing(error, records, wishes));
        let columns = found.map_err(other_sheets)?;
        let kept = Kept::find(&wishes.keep, &header, name, line)?;
        Ok(headed.rows(source, (columns, kept), wishes.share, None))
    }

    /// The same where the list is a result, of which only some rows are taken.
    ///
    /// # Errors
    /// It is no result.
    pub fn of_result(
        source: &Source,
        wishes: &Wishes,
        delimiter: Option<Delimiter>,
        selection: &Selection,
    ) -> Result<Self, ListError> {
        let headed = headed(source, wishes, delimiter)?;
        let header = headed.records.record();
        let selected = Selected::find(selection, header, source.name())?;
        let (columns, kept) = (selected.columns(), Kept::of_result(header));
        Ok(headed.rows(source, (columns, kept), Part::WHOLE, Some(selected)))
    }

    /// The hash of the list's content, once its last row was read.
    pub fn fingerprint(&self) -> Fingerprint {
        self.records.input().fingerprint()
    }

    /// How much of the list was read so far, about, from 0 to 1.
    pub fn share(&self, source: &Source) -> f64 {
        self.records.input().taken() as f64 / source.length().max(1) as f64
    }

    /// What the header says of all rows; none where rows can only be read one after the other.
    pub(super) fn shape(&self) -> Option<Arc<Shape>> {
        self.selected.is_none().then(|| Arc::clone(&self.shape))
    }
}

impl<R: Read> Rows<R> {
    /// The rows of a piece of the list that begins with a whole record; with the header where it is the `first`.
    ///
    /// # Errors
    /// The header is not there any more.
    pub(super) fn of_piece(shape: &Arc<Shape>, piece: R, first: bool) -> Result<Self, ListError> {
        let mut records = Records::new(&shape.list, piece, shape.delimiter);
        for _ in 0..if first { shape.opening } else { 0 } {
            if !records.advance()? {
                return Err(ListError::NoHeader {
                    list: shape.list.clone(),
                });
            }
        }
        Ok(Self {
            shape: Arc::clone(shape),
            records,
            selected: None,
            read: 0,
        })
    }

    /// The next data row; none at the end.
    ///
    /// # Errors
    /// What makes the whole list unusable: a quote that is never closed, a line break inside one of the three
    /// columns, or a file that can't be read.
    pub fn advance(&mut self) -> Result<Option<Entry<'_>>, ListError> {
        Ok(self.advance_in(Part::WHOLE)?.flatten())
    }

    /// The same of a list that was read before, where only the rows of a part of the customers are looked at, and those whose
    /// customer can't be told at a glance: of any other nothing is said but that it is there.
    ///
    /// # Errors
    /// The same.
    pub fn advance_in(&mut self, part: Part) -> Result<Option<Option<Entry<'_>>>, ListError> {
        let line = loop {
            if !self.next_record()? {
                return Ok(None);
            }
            // Of a result no row is passed over unseen: one that is not taken may have swallowed some that are.
            if self.selected.is_some() || !self.begins_with_a_digit() {
                self.refuse_line_breaks()?;
                if self.is_blank() {
                    continue;
                }
            }
            self.read += 1;
            if self.is_of_others() {
                self.refuse_line_breaks()?;
                continue;
            }
            let own = self.records.line();
            if self.selected.is_none() && self.is_outside(part) {
                return Ok(Some(None));
            }
            match &mut self.selected {
                None => break own,
                Some(selected) => {
                    if let Some(line) = selected.line_of(self.records.record(), own)? {
                        break line;
                    }
                }
            }
        };
        let (record, columns) = (self.records.record(), &self.shape.columns);
        let read = match rules::plain(record, columns) {
            Some(row) => Ok(row),
            None => {
                self.refuse_line_breaks()?;
                rules::read(record, columns)
            }
        };
        let reads_well = read.is_ok();
        let (row, is_inverted) = match &self.selected {
            None => (read, false),
            Some(selected) => (selected.row(record, read), selected.inverts()),
        };
        Ok(Some(Some(Entry {
            line,
            row,
            record,
            columns,
            kept: &self.shape.kept,
            is_inverted,
            reads_well,
        })))
    }

    fn is_outside(&self, part: Part) -> bool {
        let user = self.records.record().get(self.shape.columns.user);
        let user = user
            .filter(|_| !part.is_whole())
            .and_then(rules::plain_number);
        user.is_some_and(|user| !part.holds(user))
    }

    /// The names of all columns.
    pub fn header(&self) -> Vec<String> {
        let names = self.shape.header.iter().map(rules::text);
        names.map(Cow::into_owned).collect()
    }

    /// How many of the columns are the list's own. Those that a file of rejected rows has behind them are not, unless they
    /// are among the three.
    pub fn own_width(&self) -> usize {
        let Shape {
            header, columns, ..
        } = &*self.shape;
        let own = own_width(header);
        let is_needed = columns.positions().any(|(_, at)| at >= own);
        if is_needed { header.len() } else { own }
    }

    /// The headers of the further columns that the result keeps.
    pub fn kept(&self) -> impl Iterator<Item = &str> {
        self.shape.kept.headers()
    }

    /// How many data rows were read so far, those included that were not taken.
    pub fn read(&self) -> u64 {
        self.read
    }

    /// How many line ends there are, once the last row was read.
    pub(super) fn line_ends(&self) -> u64 {
        self.records.line_ends()
    }

    /// The physical line on which the current row starts, also where that is a result's.
    pub fn own_line(&self) -> u64 {
        self.records.line()
    }

    /// The codes that were asked for, and that no row had so far.
    pub fn codes_unmet(&self) -> Vec<String> {
        let selected = self.selected.as_ref();
        selected.map(Selected::unmet).unwrap_or_default()
    }

    /// A quote that is never closed is somebody's in a list, and the end of what was written in a result.
    fn next_record(&mut self) -> Result<bool, ListError> {
        let is_result = self.selected.is_some();
        self.records.advance().map_err(|error| match error {
            ListError::UnclosedQuote { list, line } if is_result => {
                ListError::CutShort { list, line }
            }
            other => other,
        })
    }

    /// Whether the row is one of a customer that is not asked for. One whose customer can't be read is everybody's, and the first
    /// part's.
    fn is_of_others(&self) -> bool {
        let share = self.shape.share;
        if share.is_whole() {
            return false;
        }
        match rules::customer(self.records.record(), &self.shape.columns) {
            Some(user) => !share.holds(user),
            None => share.number() != 1,
        }
    }

    /// Whether there is something in it for certain.
    fn begins_with_a_digit(&self) -> bool {
        let user = self.records.record().get(self.shape.columns.user);
        user.is_some_and(|user| user.first().is_some_and(u8::is_ascii_digit))
    }

    fn is_blank(&self) -> bool {
        let record = self.records.record();
        let named = record
            .get(self.shape.columns.user)
            .is_some_and(|user| !text::is_empty(user));
        !named && record.iter().all(text::is_empty)
    }

    /// A line break inside an id, an action or a label is the sign of a stray quote, which may have
    /// swallowed rows.
    fn refuse_line_breaks(&self) -> Result<(), ListError> {
        let record = self.records.record();
        let broken = |at: usize| {
            record
                .get(at)
                .is_some_and(|field| memchr::memchr2(b'\n', b'\r', field).is_some())
        };
        match self
            .shape
            .columns
            .positions()
            .filter(|(_, at)| broken(*at))
            .min_by_key(|(_, at)| *at)
        {
            None => Ok(()),
            Some((column, at)) => Err(ListError::LineBreak {
                list: self.shape.list.clone(),
                line: self.records.line_of_field(at),
                column: column.name(),
            }),
        }
    }
}

/// The records of a list, at its header.
struct Headed {
    records: Records<Content>,
    delimiter: Delimiter,
    /// How many records there are up to the header, that one included.
    opening: usize,
}

impl Headed {
    /// The rows behind the header.
    fn rows(
        self,
        source: &Source,
        (columns, kept): (Columns, Kept),
        share: Part,
        selected: Option<Selected>,
    ) -> Rows {
        let shape = Shape {
            list: source.name().to_owned(),
            delimiter: self.delimiter,
            header: self.records.record().clone(),
            opening: self.opening,
            columns,
            kept,
            share,
        };
        Rows {
            shape: Arc::new(shape),
            records: self.records,
            selected,
            read: 0,
        }
    }
}

fn headed(
    source: &Source,
    wishes: &Wishes,
    delimiter: Option<Delimiter>,
) -> Result<Headed, ListError> {
    let list = source.name();
    let delimiter = match delimiter {
        _ if source.is_workbook()? => Delimiter::COMMA,
        Some(delimiter) => delimiter,
        None => {
            let mut start = Vec::new();
            let read = source.read(wishes)?;
            let read = read.take(START).read_to_end(&mut start);
            read.map_err(|error| ListError::unreadable(list, error))?;
            Delimiter::tell(&start, wishes)
        }
    };
    let mut records = Records::new(list, source.read(wishes)?, delimiter);
    for opening in 1.. {
        if !records.advance()? {
            break;
        }
        let is_first = records.line() == 1;
        let record = records.record();
        let is_header = !record.iter().all(text::is_empty);
        if is_header && !(is_first && is_separator_line(record)) {
            return Ok(Headed {
                records,
                delimiter,
                opening,
            });
        }
    }
    Err(ListError::NoHeader {
        list: list.to_owned(),
    })
}
