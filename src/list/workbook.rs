//! A sheet of a workbook (.xlsx) → the text of a list, one line a row of the sheet, so that a row's line is its number there.
//!
//! Numbers stand in it as they were typed, as far as a workbook knows that: it keeps no more than 15 digits of one. What is
//! no text and no number in a cell is marked, and rejected where it stands in one of the three columns.

use std::borrow::Cow;
use std::io::Cursor;

use calamine::{Data, ExcelDateTime, Reader, Xlsx};

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
    let range = workbook.worksheet_range(&name).map_err(unreadable)?;
    let (first_row, first_column) = range.start().unwrap_or_default();
    let mut text = vec![b'\n'; first_row as usize];
    for (row, cells) in (first_row..).zip(range.rows()) {
        for (column, cell) in (first_column..).zip(cells) {
            if column > first_column {
                text.push(b',');
            }
            write_field(&field(cell, column, row), &mut text);
        }
        text.push(b'\n');
    }
    Ok(text)
}

/// What a cell stands for in a list.
fn field(cell: &Data, column: u32, row: u32) -> Cow<'_, str> {
    let marked = |what: &str| format!("{MARK}{}{}{MARK}{what}", letters(column), row + 1).into();
    match cell {
        Data::Empty => "".into(),
        Data::String(text) => text.as_str().into(),
        Data::Int(number) => number.to_string().into(),
        Data::Float(number) if number.fract() == 0.0 && number.abs() < EXACT => {
            format!("{number:.0}").into()
        }
        // As a spreadsheet shows it, and as no id is.
        Data::Float(number) if number.abs() >= EXACT => format!("{number:E}").into(),
        Data::Float(number) => number.to_string().into(),
        Data::Bool(truth) => (if *truth { "TRUE" } else { "FALSE" }).into(),
        Data::DateTime(moment) => marked(&date(moment)),
        Data::DateTimeIso(moment) | Data::DurationIso(moment) => marked(moment),
        Data::Error(error) => marked(&error.to_string()),
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

/// Writes a field in quotes. A line break in it would make another line: it becomes a vertical tab, which no label may hold
/// either.
fn write_field(field: &str, text: &mut Vec<u8>) {
    text.push(b'"');
    for byte in field.bytes() {
        match byte {
            b'"' => text.extend(b"\"\""),
            b'\n' | b'\r' => text.push(0x0B),
            _ => text.push(byte),
        }
    }
    text.push(b'"');
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
            (Data::Float(564_663_098.0), "564663098"),
            (Data::Float(1.5), "1.5"),
            (Data::Float(1e19), "1E19"),
            (Data::Int(7), "7"),
            (Data::String("0042".into()), "0042"),
            (Data::Bool(true), "TRUE"),
            (Data::Empty, ""),
        ] {
            assert_eq!(field(&cell, 0, 0), expected);
        }
        let error = Data::Error(calamine::CellErrorType::NA);
        assert_eq!(marked(&field(&error, 2, 6)), Some(("C7", "#N/A")));
    }

    #[test]
    fn a_field_stays_on_its_line() {
        let mut text = Vec::new();
        write_field("a \"b\"\r\nc", &mut text);
        assert_eq!(text, b"\"a \"\"b\"\"\x0B\x0Bc\"");
    }
}
