//! A sheet of a workbook (.xlsx) → the text of a list, one line a row of the sheet, so that a row's line is its number there.
//!
//! Numbers stand in it as they were typed, as far as a workbook knows that: it keeps no more than 15 digits of one. What is
//! no text and no number in a cell is marked, and rejected where it stands in one of the three columns.

use std::borrow::Cow;
use std::io::Cursor;

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};

use super::sheet::{NoSheet, Sheet};

use crate::model::meant;

/// A file that starts so may be a workbook: it is a ZIP file.
pub const MAGIC: &[u8] = b"PK\x03\x04";

/// A cell that is no text and no number: this stands before its place and after it, and then what it holds.
const MARK: char = '\u{1A}';

/// Whole numbers from here on are not kept exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Why a workbook is no list.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    /// It can't be read.
    #[error(
        "it is a workbook or ZIP file that can't be read ({0}): open it, and save it as .xlsx or as CSV in UTF-8"
    )]
    Unreadable(String),
    /// It has no sheet of this name.
    #[error("it has no sheet \"{name}\"{} sheets are: {}", hint(name, sheets), sheets.join(", "))]
    NoSuchSheet {
        /// The name that was asked for.
        name: String,
        /// The names that it has.
        sheets: Vec<String>,
    },
    /// It has no sheet with cells.
    #[error("it has no sheet")]
    NoSheet,
    /// The sheet is larger than any list.
    #[error(
        "the sheet \"{0}\" is too large to be held in memory: take out what stands far from the list, or save it as CSV in UTF-8"
    )]
    TooLarge(String),
}

impl WorkbookError {
    fn of(why: NoSheet, sheet: &str) -> Self {
        match why {
            NoSheet::TooLarge => Self::TooLarge(sheet.to_owned()),
            NoSheet::Disordered => {
                Self::Unreadable(format!("the cells of \"{sheet}\" are in no order"))
            }
        }
    }
}

/// The sheet that was meant, where that can be told.
fn hint(name: &str, sheets: &[String]) -> String {
    match meant(name, sheets.iter().map(String::as_str)) {
        Some(meant) => format!(": is \"{meant}\" meant? Its"),
        None => "; its".to_owned(),
    }
}

/// The text of the sheet with this name, or of the first one.
///
/// # Errors
/// The workbook can't be read, or has no such sheet.
pub fn text(workbook: Vec<u8>, sheet: Option<&str>) -> Result<Vec<u8>, WorkbookError> {
    let unreadable = |error: calamine::XlsxError| WorkbookError::Unreadable(error.to_string());
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(workbook)).map_err(unreadable)?;
    let sheets = workbook.sheet_names();
    let name = match sheet {
        None => sheets.first().ok_or(WorkbookError::NoSheet)?.clone(),
        Some(name) => match sheets.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            Some(name) => name.clone(),
            None => {
                let name = name.to_owned();
                return Err(WorkbookError::NoSuchSheet { name, sheets });
            }
        },
    };
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(unreadable)?;
    let mut text = Sheet::default();
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (place, value) = (cell.get_position(), cell.get_value());
        if !matches!(value, DataRef::Empty) {
            let written = text.write(place, &field(value, place));
            written.map_err(|why| WorkbookError::of(why, &name))?;
        }
    }
    Ok(text.into_text())
}

/// The names of its sheets; none of what can't be read.
pub fn sheets(workbook: Vec<u8>) -> Vec<String> {
    let workbook: Result<Xlsx<_>, _> = Xlsx::new(Cursor::new(workbook));
    workbook.map_or_else(|_| Vec::new(), |workbook| workbook.sheet_names())
}

/// What a cell stands for in a list.
fn field<'a>(cell: &'a DataRef<'_>, (row, column): (u32, u32)) -> Cow<'a, str> {
    let marked = |what: &str| format!("{MARK}{}{}{MARK}{what}", letters(column), row + 1).into();
    match cell {
        DataRef::Empty => "".into(),
        DataRef::String(text) => text.as_str().into(),
        DataRef::SharedString(text) => (*text).into(),
        DataRef::Int(number) => number.to_string().into(),
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < EXACT => {
            format!("{number:.0}").into()
        }
        // As a spreadsheet shows it, and as no id is.
        DataRef::Float(number) if number.abs() >= EXACT => format!("{number:E}").into(),
        DataRef::Float(number) => number.to_string().into(),
        DataRef::Bool(truth) => (if *truth { "TRUE" } else { "FALSE" }).into(),
        DataRef::DateTime(moment) => marked(&date(moment)),
        DataRef::DateTimeIso(moment) | DataRef::DurationIso(moment) => marked(moment),
        DataRef::Error(error) => marked(&error.to_string()),
    }
}

fn date(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year}-{month:02}-{day:02}");
    match (hour, minute, second) {
        (0, 0, 0) => date,
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
    }
}

/// A column as spreadsheets name it: A, B, … Z, AA.
fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

/// The place and content of a cell that is no text and no number, where this is the field of one.
pub fn marked(field: &str) -> Option<(&str, &str)> {
    field.strip_prefix(MARK)?.split_once(MARK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_do() {
        let named = [0, 25, 26, 51, 701, 702].map(letters);
        assert_eq!(named, ["A", "Z", "AA", "AZ", "ZZ", "AAA"]);
    }

    #[test]
    fn cells_stand_for_what_was_typed() {
        for (cell, expected) in [
            (DataRef::Float(564_663_098.0), "564663098"),
            (DataRef::Float(1.5), "1.5"),
            (DataRef::Float(1e19), "1E19"),
            (DataRef::Int(7), "7"),
            (DataRef::String("0042".into()), "0042"),
            (DataRef::Bool(true), "TRUE"),
            (DataRef::Empty, ""),
        ] {
            assert_eq!(field(&cell, (0, 0)), expected);
        }
        let error = DataRef::Error(calamine::CellErrorType::NA);
        assert_eq!(marked(&field(&error, (6, 2))), Some(("C7", "#N/A")));
    }
}
