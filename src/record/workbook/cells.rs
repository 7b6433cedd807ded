//! A row of a workbook, cell after cell.

use std::borrow::Cow;

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::text::cell;
use crate::model::Moment;

/// What a cell takes besides its text, in bytes.
const CELL: u64 = 60;

/// A row on its way, cell after cell.
pub struct Cells<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
    column: usize,
    bytes: u64,
}

impl<'a> Cells<'a> {
    /// The row of a sheet, from its first cell on.
    pub fn new(sheet: &'a mut Worksheet, row: u32) -> Self {
        Self {
            sheet,
            row,
            column: 0,
            bytes: 0,
        }
    }

    /// About how many bytes it takes so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// A text, whatever it begins with.
    ///
    /// # Errors
    /// It can't be written.
    pub fn text(&mut self, text: &str, format: Option<&Format>) -> Result<(), XlsxError> {
        let at = column_number(self.column)?;
        let text: Cow<'_, str> = cell(text);
        let escaped = memchr::memchr3_iter(b'&', b'<', b'>', text.as_bytes()).count();
        self.bytes += CELL + text.len() as u64 + 4 * escaped as u64;
        match format {
            // An empty cell needs no format.
            _ if text.is_empty() => {}
            Some(format) => {
                _ = self
                    .sheet
                    .write_string_with_format(self.row, at, text, format)?
            }
            None => _ = self.sheet.write_string(self.row, at, text)?,
        }
        self.column += 1;
        Ok(())
    }

    /// A number.
    ///
    /// # Errors
    /// It can't be written.
    pub fn number(&mut self, number: f64, format: Option<&Format>) -> Result<(), XlsxError> {
        let at = column_number(self.column)?;
        match format {
            Some(format) => {
                _ = self
                    .sheet
                    .write_number_with_format(self.row, at, number, format)?
            }
            None => _ = self.sheet.write_number(self.row, at, number)?,
        }
        self.bytes += CELL;
        self.column += 1;
        Ok(())
    }

    /// A moment.
    ///
    /// # Errors
    /// It can't be written.
    pub fn moment(&mut self, at: Moment, format: &Format) -> Result<(), XlsxError> {
        self.number(serial(at), Some(format))
    }

    /// An empty cell.
    pub fn nothing(&mut self) {
        self.column += 1;
    }
}

/// A moment as spreadsheets count: days since the last one of 1899.
fn serial(at: Moment) -> f64 {
    at.0 as f64 / 86_400_000.0 + 25_569.0
}

/// A column's number, from 0, as the library takes it.
///
/// # Errors
/// No sheet has so many.
pub fn column_number(column: usize) -> Result<u16, XlsxError> {
    u16::try_from(column).map_err(|_| XlsxError::RowColumnLimitError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_days_to_a_spreadsheet() {
        // 2026-11-23T02:13:20.007Z, as LibreOffice counts it.
        let days = serial(Moment(1_795_400_000_007));
        assert!((days - 46_349.092_592_673_6).abs() < 1e-8, "{days}");
    }
}
