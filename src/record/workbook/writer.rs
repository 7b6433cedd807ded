//! A result, written as a workbook.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{IgnoreError, Workbook, XlsxError};

use super::WorkbookError;
use super::cells::{Cells, column_number};
use super::guard::guarded;
use super::look::Look;
use super::text::cell;
use crate::model::RESULT_COLUMNS;
use crate::record::disk::Disk;
use crate::record::durable::{Replacement, temporary};
use crate::record::error::RecordError;
use crate::record::results::ResultRow;

/// The most rows that a sheet holds below its header.
const ROWS_PER_SHEET: u32 = 1_048_575;

/// From so many bytes on, the file says its sizes in a way that not all programs read. A sheet has more than 4 GB of them
/// then, or nearly.
const LARGE: u64 = 3_500_000_000;

/// Writes a result as a workbook, row after row. None of it is held in memory: it stands in nameless files of the workbook's
/// folder, which are gone with the program, however that ends.
pub struct WorkbookWriter {
    path: PathBuf,
    book: Workbook,
    look: Look,
    headers: Vec<String>,
    /// How many rows each sheet has.
    sheets: Vec<u32>,
    rows_per_sheet: u32,
    /// About how large they are.
    bytes: u64,
}

impl WorkbookWriter {
    /// Starts a workbook that will stand at `path`; the `further` columns stand after the result's own.
    ///
    /// # Errors
    /// Nothing can be written beside it.
    pub fn new<'a>(
        path: &Path,
        further: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, WorkbookError> {
        let headers = RESULT_COLUMNS.into_iter().chain(further);
        let mut writer = Self {
            path: path.to_owned(),
            book: Workbook::new(),
            look: Look::new(),
            headers: headers.map(str::to_owned).collect(),
            sheets: Vec::new(),
            rows_per_sheet: ROWS_PER_SHEET,
            bytes: 0,
        };
        let begun = guarded(|| {
            writer.book.set_tempdir(folder_of(path))?;
            writer.begin_sheet()
        });
        begun.map_err(|source| lost(path, source))?;
        Ok(writer)
    }

    /// Writes a row, and a text for each of the `further` columns.
    ///
    /// # Errors
    /// It can't be written; nothing can be from then on.
    pub fn write<T: AsRef<str>>(
        &mut self,
        row: &ResultRow<'_>,
        further: impl IntoIterator<Item = T>,
    ) -> Result<(), WorkbookError> {
        let written = guarded(|| {
            if self
                .sheets
                .last()
                .is_none_or(|rows| *rows >= self.rows_per_sheet)
            {
                self.begin_sheet()?;
            }
            self.write_row(row, further)
        });
        written.map_err(|source| lost(&self.path, source))
    }

    /// Writes all of it, durably, under a [`temporary`] name beside its own.
    ///
    /// # Errors
    /// It can't be written; nothing of it is left.
    pub fn save(mut self, disk: &dyn Disk) -> Result<ReadyWorkbook<'_>, RecordError> {
        let path = self.path.clone();
        let lost = |source| lost(&path, source);
        let lock = lock(&temporary(&path)).map_err(lost)?;
        let mut file = Replacement::new(disk, &path)?;
        let written = guarded(|| {
            self.end_sheets()?;
            self.book.use_zip_large_file(self.bytes > LARGE);
            self.book.save_to_writer(&mut file)
        });
        match written.and_then(|()| file.sync()) {
            Ok(()) => Ok(ReadyWorkbook { file, _lock: lock }),
            Err(source) => {
                file.discard();
                Err(lost(source).into())
            }
        }
    }

    fn begin_sheet(&mut self) -> Result<(), XlsxError> {
        let name = match self.sheets.len() {
            0 => "Result".to_owned(),
            before => format!("Result {}", before + 1),
        };
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, header) in self.headers.iter().enumerate() {
            let at = column_number(column)?;
            sheet.set_column_width(at, self.look.width(column))?;
            sheet.write_string_with_format(0, at, cell(header), &self.look.header)?;
        }
        self.sheets.push(0);
        Ok(())
    }

    fn write_row<T: AsRef<str>>(
        &mut self,
        row: &ResultRow<'_>,
        further: impl IntoIterator<Item = T>,
    ) -> Result<(), XlsxError> {
        let last = self.sheets.len() - 1;
        self.sheets[last] += 1;
        let look = &self.look;
        let sheet = self.book.worksheet_from_index(last)?;
        let mut cells = Cells::new(sheet, self.sheets[last]);
        cells.number(row.line as f64, None)?;
        cells.text(row.user, Some(&look.text))?;
        cells.text(row.action, None)?;
        cells.text(row.label, Some(&look.text))?;
        cells.text(row.outcome, Some(look.outcome(row.outcome)))?;
        cells.text(row.code, Some(&look.text))?;
        cells.text(row.message, None)?;
        match row.status {
            Some(status) => cells.number(f64::from(status), None)?,
            None => cells.nothing(),
        }
        cells.number(f64::from(row.attempts), None)?;
        match row.at {
            Some(at) => cells.moment(at, &look.moment)?,
            None => cells.nothing(),
        }
        for text in further {
            cells.text(text.as_ref(), Some(&look.text))?;
        }
        self.bytes += cells.bytes();
        Ok(())
    }

    /// What only its last row makes complete.
    fn end_sheets(&mut self) -> Result<(), XlsxError> {
        let last_column = column_number(self.headers.len() - 1)?;
        for (at, rows) in self.sheets.iter().enumerate() {
            let sheet = self.book.worksheet_from_index(at)?;
            sheet.autofilter(0, 0, *rows, last_column)?;
            if *rows > 0 {
                // Ids are texts on purpose; no cell needs a mark for it.
                let rule = IgnoreError::NumberStoredAsText;
                sheet.ignore_error_range(1, 1, *rows, last_column, rule)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for WorkbookWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("WorkbookWriter");
        debug.field("path", &self.path).finish_non_exhaustive()
    }
}

/// A workbook that is whole, and not in its place yet.
#[derive(Debug)]
pub struct ReadyWorkbook<'a> {
    file: Replacement<'a>,
    /// Nobody else writes under its temporary name.
    _lock: File,
}

impl ReadyWorkbook<'_> {
    /// Puts it in its place.
    ///
    /// # Errors
    /// It can't be; what stood in the place is still there.
    pub fn commit(self) -> Result<(), RecordError> {
        self.file.commit()
    }

    /// Leaves what stands in the place as it is.
    pub fn discard(self) {
        self.file.discard();
    }
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn lost(path: &Path, source: io::Error) -> WorkbookError {
    let path = path.to_owned();
    WorkbookError::Lost { path, source }
}

/// Keeps other runs from writing under the same temporary name.
fn lock(temporary: &Path) -> io::Result<File> {
    let mut options = File::options();
    let file = options
        .write(true)
        .create(true)
        .truncate(false)
        .open(temporary)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(io::Error::other("another run is writing it")),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Moment;
    use crate::record::disk::RealDisk;
    use calamine::{Data, Reader, Xlsx, open_workbook};

    fn row(line: u64) -> ResultRow<'static> {
        ResultRow {
            line,
            user: "0564663098",
            action: "add",
            label: "=1+1",
            outcome: "success",
            code: "",
            message: "_x0041_ \u{1}",
            status: Some(200),
            attempts: 1,
            at: Some(Moment(1_795_400_000_007)),
        }
    }

    fn write(path: &Path, rows: u64) {
        let mut writer = WorkbookWriter::new(path, ["E-Mail"]).unwrap();
        writer.rows_per_sheet = 3;
        for line in 0..rows {
            writer.write(&row(line + 2), ["+49 <a&b>"]).unwrap();
        }
        writer.save(&RealDisk).unwrap().commit().unwrap();
    }

    #[test]
    fn cells_hold_what_the_result_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.xlsx");
        write(&path, 1);
        let mut book: Xlsx<_> = open_workbook(&path).unwrap();
        let sheet = book.worksheet_range("Result").unwrap();
        let text = |text: &str| Data::String(text.to_owned());
        let header: Vec<_> = RESULT_COLUMNS
            .into_iter()
            .chain(["E-Mail"])
            .map(text)
            .collect();
        assert_eq!(sheet.rows().next().unwrap(), header);
        let row = sheet.rows().nth(1).unwrap();
        assert_eq!(row[0], Data::Float(2.0));
        let texts = [
            "0564663098",
            "add",
            "=1+1",
            "success",
            "",
            "_x0041_ \u{FFFD}",
        ];
        for (at, expected) in (1..).zip(texts) {
            let expected = if expected.is_empty() {
                Data::Empty
            } else {
                text(expected)
            };
            assert_eq!(row[at], expected);
        }
        assert_eq!(row[7..9], [Data::Float(200.0), Data::Float(1.0)]);
        assert_eq!(row[10], text("+49 <a&b>"));
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left"
        );
    }

    #[test]
    fn what_a_sheet_cannot_hold_goes_on_in_the_next() {
        let folder = tempfile::tempdir().unwrap();
        for (rows, expected) in [
            (0, vec![0]),
            (3, vec![3]),
            (4, vec![3, 1]),
            (7, vec![3, 3, 1]),
        ] {
            let path = folder.path().join("x.xlsx");
            write(&path, rows);
            let mut book: Xlsx<_> = open_workbook(&path).unwrap();
            let sheets = book.worksheets();
            let names: Vec<_> = sheets.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["Result", "Result 2", "Result 3"][..expected.len()]);
            let sizes: Vec<_> = sheets.iter().map(|(_, sheet)| sheet.height() - 1).collect();
            assert_eq!(sizes, expected);
        }
    }

    #[test]
    fn a_folder_that_is_gone_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        assert!(WorkbookWriter::new(&gone.join("x.xlsx"), []).is_err());
        fs::create_dir(&gone).unwrap();
        let mut writer = WorkbookWriter::new(&gone.join("x.xlsx"), []).unwrap();
        fs::remove_dir(&gone).unwrap();
        writer.write(&row(2), [""; 0]).unwrap();
        let told = writer.save(&RealDisk).unwrap_err();
        assert!(
            matches!(told, RecordError::Workbook(WorkbookError::Lost { .. })),
            "{told}"
        );
    }
}
