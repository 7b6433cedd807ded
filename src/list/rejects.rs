//! Rejected rows, written to be mended and sent (contract, section 7).

use std::borrow::Cow;
use std::io::{self, Read, Write};

use csv::ByteRecord;

use super::entry::Entry;
use super::rows::Rows;
use super::table::TableWriter;
use super::whole::{NOTES, own_width};

/// Whether a file holds rejected rows: none where it is a list or another file, as its header says. An empty one holds no rows.
///
/// # Errors
/// It can't be read.
pub fn holds_rejects(file: impl Read) -> io::Result<Option<bool>> {
    let mut start = Vec::new();
    file.take(LONGEST_HEADER).read_to_end(&mut start)?;
    let mut records = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(&start[..]);
    let mut record = ByteRecord::new();
    let is_empty = !records.read_byte_record(&mut record)?;
    let are_rejects = is_empty || own_width(&record) < record.len();
    let has_rows = !is_empty && records.read_byte_record(&mut record)?;
    Ok(are_rejects.then_some(has_rows))
}

/// No header is longer.
const LONGEST_HEADER: u64 = 1 << 20;

/// Writes rejected rows in their list's own columns, with line, code and message behind them.
#[derive(Debug)]
pub struct RejectsWriter<W: Write> {
    table: TableWriter<W>,
    /// How many columns are the list's own.
    own: usize,
    /// How many its header has, its own and others.
    width: usize,
}

impl<W: Write> RejectsWriter<W> {
    /// Writes the header; see [`TableWriter::new`] for the mark.
    ///
    /// # Errors
    /// It can't be written.
    pub fn new(to: W, rows: &Rows, marked: bool) -> io::Result<Self> {
        let (mut header, own) = (rows.header(), rows.own_width());
        let width = header.len();
        header.truncate(own);
        header.extend(NOTES.map(str::to_owned));
        let table = TableWriter::new(to, &header, marked)?;
        Ok(Self { table, own, width })
    }

    /// Writes a row, and why it was rejected. Fields that the header has no names for stand behind the message, where they are
    /// still too many: read again unmended, the row is rejected again.
    ///
    /// # Errors
    /// It can't be written.
    pub fn write(&mut self, entry: &Entry<'_>, code: &str, message: &str) -> io::Result<()> {
        let mut fields = entry.fields();
        let mut surplus = fields.split_off(self.width.min(fields.len()));
        let used = surplus.iter().rposition(|field| !field.is_empty());
        surplus.truncate(used.map_or(0, |last| last + 1));
        let message: Cow<'_, str> = match surplus.is_empty() {
            true => message.into(),
            false => format!(
                "{message}; here those that are too many stand behind this message: move them where they belong"
            )
            .into(),
        };
        fields.resize(self.own, "".into());
        fields.extend([entry.line.to_string().into(), code.into(), message]);
        fields.append(&mut surplus);
        self.table.write(&fields)
    }

    /// Writes what is still to be written.
    ///
    /// # Errors
    /// It can't be.
    pub fn finish(self) -> io::Result<()> {
        self.table.finish()
    }
}
