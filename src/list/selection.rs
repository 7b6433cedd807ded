//! Which rows of a result are taken as a list (contract, section 6). Pure.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use csv::ByteRecord;

use super::ListError;
use super::columns::{Columns, Origin};
use super::text::trim;
use crate::model::{LAST_LINE, OutcomeKind, RejectCode, Rejection, Row};

/// The longest field that a result shows of a rejected row; a longer one is cut there.
const CUT_AT: usize = 1_000;

/// Which rows of a result are taken, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Those that were not done, or that nothing says were: failed, unconfirmed and pending ones.
    Undone,
    /// Those with one of these codes, whatever their outcome.
    Codes(Codes),
    /// Those that were done, each turned into its opposite.
    Inverse,
}

impl Selection {
    /// Whether a row with this outcome and code is taken.
    pub fn takes(&self, outcome: OutcomeKind, code: &str) -> bool {
        match self {
            Self::Undone => matches!(
                outcome,
                OutcomeKind::Failed | OutcomeKind::Unconfirmed | OutcomeKind::Pending
            ),
            Self::Codes(codes) => codes.0.contains(code),
            Self::Inverse => outcome == OutcomeKind::Success,
        }
    }
}

/// Codes of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes(BTreeSet<String>);

/// A text that names no codes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" names no codes: write those of the result's column code, such as 8015,33000")]
pub struct CodesError(String);

impl FromStr for Codes {
    type Err = CodesError;

    fn from_str(text: &str) -> Result<Self, CodesError> {
        let codes: BTreeSet<_> = text.split(',').map(|code| trim(code).to_owned()).collect();
        match codes.contains("") {
            true => Err(CodesError(text.to_owned())),
            false => Ok(Self(codes)),
        }
    }
}

impl fmt::Display for Codes {
    /// In an order of their own, so that the same codes are the same text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<_> = self.0.iter().map(String::as_str).collect();
        f.write_str(&codes.join(","))
    }
}

/// A selection, the columns that it needs, and what was met of the result so far.
#[derive(Debug)]
pub struct Selected {
    selection: Selection,
    list: String,
    line: usize,
    outcome: usize,
    code: usize,
    /// `userId`, `action` and `label`.
    fields: [usize; 3],
    width: usize,
    /// The last row's line in the list that was run.
    last: u64,
    /// Which of the codes that are asked for some row has.
    met: BTreeSet<String>,
}

impl Selected {
    /// Finds the columns in a result's header.
    ///
    /// # Errors
    /// It is no result's.
    pub fn find(selection: &Selection, header: &ByteRecord, list: &str) -> Result<Self, ListError> {
        let find = |column| find(column, header, list);
        Ok(Self {
            selection: selection.clone(),
            list: list.to_owned(),
            outcome: find("outcome")?,
            code: find("code")?,
            line: find("line")?,
            fields: [find("userId")?, find("action")?, find("label")?],
            width: header.len(),
            last: 0,
            met: BTreeSet::new(),
        })
    }

    /// The three columns of every list. A result has them under their own names, whatever else it holds.
    pub fn columns(&self) -> Columns {
        let [user, action, label] = self.fields;
        Columns {
            user,
            action: Origin::Column(action),
            label: Origin::Column(label),
            width: self.width,
        }
    }

    /// The line in the list that was run, of a row that is taken; none for another. `own` is the line on which it stands in
    /// the result.
    ///
    /// # Errors
    /// The row is none of a result's, or stands in the wrong place.
    pub fn line_of(&mut self, record: &ByteRecord, own: u64) -> Result<Option<u64>, ListError> {
        if record.len() < self.width {
            return Err(ListError::CutShort {
                list: self.list.clone(),
                line: own,
            });
        }
        let unknown = |column, found: &str| ListError::NotOfResult {
            list: self.list.clone(),
            line: own,
            column,
            found: found.chars().take(40).collect(),
        };
        let word = text(record, self.outcome);
        let outcome = OutcomeKind::from_word(&word).ok_or_else(|| unknown("outcome", &word))?;
        let line = text(record, self.line);
        let number = line
            .parse()
            .ok()
            .filter(|line| (1..=LAST_LINE).contains(line));
        let number: u64 = number.ok_or_else(|| unknown("line", &line))?;
        if number <= self.last {
            return Err(ListError::OutOfOrder {
                list: self.list.clone(),
                line: own,
            });
        }
        self.last = number;
        let code = text(record, self.code);
        self.note(&code);
        Ok(self.selection.takes(outcome, &code).then_some(number))
    }

    /// Remembers that some row has a code that is asked for.
    fn note(&mut self, code: &str) {
        match &self.selection {
            Selection::Codes(codes) if codes.0.contains(code) && !self.met.contains(code) => {
                self.met.insert(code.to_owned());
            }
            _ => {}
        }
    }

    /// The codes that are asked for and no row had so far.
    pub fn unmet(&self) -> Vec<String> {
        match &self.selection {
            Selection::Codes(codes) => codes.0.difference(&self.met).cloned().collect(),
            _ => Vec::new(),
        }
    }

    /// The row as it is taken, `read` being what stands there.
    ///
    /// # Errors
    /// It breaks a rule, or is no longer whole: what a list says wrongly can't be seen in its result any more.
    pub fn row<'a>(
        &self,
        record: &ByteRecord,
        read: Result<Row<'a>, Rejection>,
    ) -> Result<Row<'a>, Rejection> {
        let row = read?;
        if let Some(code) = self.lost(record) {
            let message =
                "the result holds only a part of this row: mend it in the list, and run that";
            return Err(Rejection {
                code,
                message: message.to_owned(),
            });
        }
        Ok(match self.inverts() {
            true => Row {
                action: row.action.inverse(),
                ..row
            },
            false => row,
        })
    }

    /// Whether each row is turned into its opposite.
    pub fn inverts(&self) -> bool {
        self.selection == Selection::Inverse
    }

    /// Why a rejected row that looks well was rejected, where the result holds it only in part.
    fn lost(&self, record: &ByteRecord) -> Option<RejectCode> {
        if text(record, self.outcome) != OutcomeKind::Rejected.as_str() {
            return None;
        }
        let code = RejectCode::from_word(&text(record, self.code))?;
        let in_part = |at: usize| {
            let field = String::from_utf8_lossy(record.get(at).unwrap_or_default());
            field.contains('\u{FFFD}') || field.chars().count() >= CUT_AT
        };
        let in_part = code == RejectCode::ExtraFields || self.fields.into_iter().any(in_part);
        in_part.then_some(code)
    }
}

/// Where a result's column stands.
fn find(column: &'static str, header: &ByteRecord, list: &str) -> Result<usize, ListError> {
    let names = header.iter().enumerate();
    let mut found = names.filter(|(_, name)| trim(&String::from_utf8_lossy(name)) == column);
    let list = list.to_owned();
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Ok(at),
        (None, _) => Err(ListError::NoResult { list, column }),
        (Some(_), Some(_)) => Err(ListError::ColumnTwice { list, column }),
    }
}

fn text(record: &ByteRecord, at: usize) -> Cow<'_, str> {
    match String::from_utf8_lossy(record.get(at).unwrap_or_default()) {
        Cow::Borrowed(field) => Cow::Borrowed(trim(field)),
        Cow::Owned(field) => Cow::Owned(trim(&field).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, UserId};

    fn selected(selection: Selection) -> Selected {
        let header = ["line", "userId", "action", "label", "outcome", "code"];
        Selected::find(&selection, &ByteRecord::from(&header[..]), "x.csv").unwrap()
    }

    #[test]
    fn each_command_takes_its_rows() {
        let codes = Selection::Codes("33000, 8015".parse().unwrap());
        let taken = |selection: &Selection, code| {
            let kinds = OutcomeKind::ALL.into_iter();
            let taken = kinds.filter(|kind| selection.takes(*kind, code));
            taken.map(OutcomeKind::as_str).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            taken(&Selection::Undone, "8015"),
            "failed unconfirmed pending"
        );
        assert_eq!(taken(&Selection::Inverse, ""), "success");
        assert_eq!(taken(&codes, "8015").split(' ').count(), 7);
        assert_eq!(taken(&codes, "801"), "");
    }

    #[test]
    fn codes_are_the_same_in_any_order() {
        let codes: Codes = " 8015,33000 ,8015".parse().unwrap();
        assert_eq!(codes.to_string(), "33000,8015");
        for text in ["", "8015,", ",", " "] {
            assert!(text.parse::<Codes>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_row_of_a_result_is_told_with_its_line() {
        let read = |fields: &[&str]| {
            let mut selected = selected(Selection::Undone);
            let line = selected.line_of(&ByteRecord::from(fields), 9);
            line.map_err(|error| error.to_string())
        };
        assert_eq!(
            read(&["40", "1", "add", "VIP", "failed", "8015"]),
            Ok(Some(40))
        );
        assert_eq!(read(&["40", "1", "add", "VIP", "success", ""]), Ok(None));
        let beyond = (LAST_LINE + 1).to_string();
        let told = [
            read(&["40", "1", "add", "VIP", "fail"]),
            read(&["40", "1", "add", "VIP", "fail", ""]),
            read(&["x", "1", "add", "VIP", "failed", ""]),
            read(&["0", "1", "add", "VIP", "failed", ""]),
            read(&[&beyond, "1", "add", "VIP", "failed", ""]),
        ];
        let words = ["cut short", "\"fail\"", "\"x\"", "\"0\"", &beyond];
        for (told, words) in told.into_iter().zip(words) {
            let told = told.unwrap_err();
            assert!(
                told.starts_with("x.csv, line 9: ") && told.contains(words),
                "{told}"
            );
        }
    }

    #[test]
    fn rows_stand_in_the_order_of_the_list_whether_they_are_taken_or_not() {
        for second in ["3", "4"] {
            let mut selected = selected(Selection::Undone);
            let mut read = |line, outcome| {
                let record = [line, "1", "add", "VIP", outcome, ""];
                selected.line_of(&ByteRecord::from(&record[..]), 9)
            };
            read("4", "success").unwrap();
            let told = read(second, "failed").unwrap_err().to_string();
            assert!(told.contains("sort them by the column \"line\""), "{told}");
        }
    }

    #[test]
    fn codes_that_no_row_has_are_known() {
        let mut selected = selected(Selection::Codes("8015,8016,33000".parse().unwrap()));
        let record = ["2", "1", "add", "VIP", "failed", "8015"];
        selected.line_of(&ByteRecord::from(&record[..]), 2).unwrap();
        assert_eq!(selected.unmet(), ["33000", "8016"]);
    }

    #[test]
    fn a_header_has_each_column_once() {
        let header = [
            "line", "userId", "action", "label", "outcome", "code", "label",
        ];
        for (columns, words) in [
            (&header[..5], "it has no column \"code\""),
            (&header[..], "has two columns \"label\""),
        ] {
            let found = Selected::find(&Selection::Undone, &ByteRecord::from(columns), "x.csv");
            let told = found.unwrap_err().to_string();
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn a_rejected_row_that_is_no_longer_whole_is_rejected_again() {
        let selected = selected(Selection::Codes(
            "EXTRA_FIELDS,EMPTY_LABEL".parse().unwrap(),
        ));
        let row = Row {
            user: UserId::new(1).unwrap(),
            action: Action::Add,
            label: "Gold",
        };
        let read = |label: &str, outcome, code| {
            let record = ["2", "1", "add", label, outcome, code];
            selected.row(&ByteRecord::from(&record[..]), Ok(row))
        };
        let lost = read("Gold", "rejected", "EXTRA_FIELDS").unwrap_err();
        assert_eq!(lost.code, RejectCode::ExtraFields);
        let mended = read("Gold", "rejected", "EMPTY_LABEL");
        assert_eq!(mended, Ok(row));
        assert_eq!(read("Gold", "failed", "EXTRA_FIELDS"), Ok(row));
        for cut in [
            format!("Gold{}", " ".repeat(996)),
            "Gold\u{FFFD}".to_owned(),
        ] {
            let lost = read(&cut, "rejected", "INVALID_ACTION").unwrap_err();
            assert_eq!(lost.code, RejectCode::InvalidAction, "{cut:?}");
        }
    }
}
