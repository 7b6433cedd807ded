//! What makes a whole list unusable (contract, section 1): one sentence that says what, where, and what
//! to do.

use std::io;
use std::path::PathBuf;

use super::packed::Damaged;
use super::pairs::OddBytes;
use crate::error::Error;

/// Ends the run before anything is sent (exit 2).
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// No file has the name.
    #[error("{list}: there is no such file; check the name and the folder")]
    NotFound {
        /// The list's name.
        list: String,
    },
    /// It is not what it was a moment ago.
    #[error(
        "{list} has changed while it was read: give the command again once nobody writes to it"
    )]
    Changing {
        /// The list's name.
        list: String,
    },
    /// The name is a folder's.
    #[error("{list} is a folder; name a file in it")]
    Directory {
        /// The list's name.
        list: String,
    },
    /// The system refuses to read it.
    #[error("{list} can't be read: {source}")]
    Unreadable {
        /// The list's name.
        list: String,
        /// The system's words.
        source: io::Error,
    },
    /// A compressed file that is cut short or damaged, or one in UTF-16 that is.
    #[error("{list} can't be read: {source}; make it or fetch it again")]
    Damaged {
        /// The list's name.
        list: String,
        /// What is wrong with it.
        source: io::Error,
    },
    /// A workbook that is no list.
    #[error("{list}: {source}")]
    Workbook {
        /// The list's name.
        list: String,
        /// Why.
        source: super::workbook::WorkbookError,
    },
    /// A sheet that is no list, of a workbook that has others.
    #[error("{error}; this is its first sheet, and there are others: name one with --sheet: {}", others.join(", "))]
    WrongSheet {
        /// What is wrong with it.
        error: Box<Self>,
        /// The names of the others.
        others: Vec<String>,
    },
    /// A file of another kind.
    #[error(
        "{list} is {kind}, which can't be read: save it as .xlsx without one, or as CSV in UTF-8, and name that file"
    )]
    NoText {
        /// The list's name.
        list: String,
        /// What it is.
        kind: &'static str,
    },
    /// What can be read only once has no place to be copied to.
    #[error(
        "{list} can be read only once and is copied beside the result first: name the result with --output FILE"
    )]
    NeedsOutput {
        /// The list's name.
        list: String,
    },
    /// That copy can't be made.
    #[error("{list} can't be copied to {}: {source}", spool.display())]
    Spool {
        /// The list's name.
        list: String,
        /// Where the copy should stand.
        spool: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// Nothing but blank lines.
    #[error("{list} is empty: its first line must name the columns, such as userId,action,label")]
    NoHeader {
        /// The list's name.
        list: String,
    },
    /// A column is not in the header.
    #[error("{list}, line {line}: no column is the {column} column; found: {}; {hint}", found.join(", "))]
    MissingColumn {
        /// The list's name.
        list: String,
        /// The header's line.
        line: u64,
        /// Which of the three.
        column: &'static str,
        /// The headers that were found.
        found: Vec<String>,
        /// How to name or supply it.
        hint: String,
    },
    /// Two columns have the name.
    #[error("{list}, line {line}: the columns \"{first}\" (number {}) and \"{second}\" (number {}) may both be the \
             {column} column: say which with --columns {column}=NAME, or rename one", positions.0, positions.1)]
    TwoColumns {
        /// The list's name.
        list: String,
        /// The header's line.
        line: u64,
        /// Which of the three.
        column: &'static str,
        /// The first that matches.
        first: String,
        /// Another that matches.
        second: String,
        /// The 1-based numbers of both.
        positions: (usize, usize),
    },
    /// One column is named for two.
    #[error("{list}, line {line}: the column \"{header}\" can't be both the {} and the {} column: name another with \
             --columns", columns.0, columns.1)]
    OneForTwo {
        /// The list's name.
        list: String,
        /// The header's line.
        line: u64,
        /// The column's header.
        header: String,
        /// Which two of the three.
        columns: (&'static str, &'static str),
    },
    /// A flag supplies what the list has.
    #[error(
        "{list}, line {line}: the column \"{header}\" is the {column} column, and {flag} supplies it too: leave out \
             {flag}, or rename the column"
    )]
    Supplied {
        /// The list's name.
        list: String,
        /// The header's line.
        line: u64,
        /// Which of the three.
        column: &'static str,
        /// The column's header.
        header: String,
        /// The flag that supplies the same.
        flag: &'static str,
    },
    /// A column that the result is to keep is not in the header.
    #[error("{list}, line {line}: there is no column \"{name}\", which --keep names; found: {}", found.join(", "))]
    NothingToKeep {
        /// The list's name.
        list: String,
        /// The header's line.
        line: u64,
        /// The name.
        name: String,
        /// The headers that were found.
        found: Vec<String>,
    },
    /// Two columns have the name of one that the result is to keep.
    #[error("{list}, line {line}: the columns number {} and {} may both be \"{name}\", which --keep names: write it as its \
             header stands there, or rename one", positions.0, positions.1)]
    TwoToKeep {
        /// The list's name.
        list: String,
        /// The header's line.
        line: u64,
        /// The name.
        name: String,
        /// The 1-based numbers of both.
        positions: (usize, usize),
    },
    /// Two names are the same column's.
    #[error(
        "{list}, line {line}: --keep names the column \"{header}\" twice: leave out \"{name}\""
    )]
    KeptTwice {
        /// The list's name.
        list: String,
        /// The header's line.
        line: u64,
        /// The second name.
        name: String,
        /// The column's header.
        header: String,
    },
    /// A quote that nothing closes.
    #[error(
        "{list}, line {line}: a quote opens a field here and is never closed: close it, or remove it"
    )]
    UnclosedQuote {
        /// The list's name.
        list: String,
        /// Where it opens.
        line: u64,
    },
    /// A line break inside one of the three columns.
    #[error(
        "{list}, line {line}: a line break stands in the {column} that begins here; if its quote is a stray one, rows \
             after it have been swallowed: close or remove the quote, or take out the line break"
    )]
    LineBreak {
        /// The list's name.
        list: String,
        /// Where the field's quote opens.
        line: u64,
        /// Which of the three.
        column: &'static str,
    },
    /// A row of an absurd size.
    #[error("{list}, line {line}: the row that begins here is longer than {} MB: close its quote, or check that this is \
             a CSV file", limit / 1_000_000)]
    EndlessRow {
        /// The list's name.
        list: String,
        /// Where the row begins.
        line: u64,
        /// The most bytes a row may have.
        limit: u64,
    },
    /// A list of another kind where a result must be.
    #[error(
        "{list} is no result: it has no column \"{column}\"; name the CSV file that a run has written, such as \
             campaign.results.csv"
    )]
    NoResult {
        /// The list's name.
        list: String,
        /// The column that every result has.
        column: &'static str,
    },
    /// Nothing says which of two columns is a result's own.
    #[error("{list} has two columns \"{column}\": rename the one that no run has written")]
    ColumnTwice {
        /// The list's name.
        list: String,
        /// The column that every result has.
        column: &'static str,
    },
    /// A result's rows are in another order than those of the list.
    #[error(
        "{list}, line {line}: its rows are not in the order of the list any more: sort them by the column \"line\", or bring \
             back the result as it was written"
    )]
    OutOfOrder {
        /// The result's name.
        list: String,
        /// Where the first row begins that is out of order.
        line: u64,
    },
    /// A result that ends in the middle.
    #[error("{list}, line {line}: the result is cut short here: bring back the whole of it")]
    CutShort {
        /// The result's name.
        list: String,
        /// Where the last row begins.
        line: u64,
    },
    /// What no result says.
    #[error(
        "{list}, line {line}: \"{found}\" in the column \"{column}\" is none that a result has: bring back the result \
             as it was written"
    )]
    NotOfResult {
        /// The result's name.
        list: String,
        /// Where the row begins.
        line: u64,
        /// The column.
        column: &'static str,
        /// What stands there.
        found: String,
    },
    /// More rows, or more different labels, than can be numbered.
    #[error("{list}, line {line}: the list has more than {limit} {what}: cut it into several")]
    TooMany {
        /// The list's name.
        list: String,
        /// The first row too many.
        line: u64,
        /// `rows` or `different labels`.
        what: &'static str,
        /// The most of them that a list may have.
        limit: u64,
    },
}

impl ListError {
    /// A list that can't be read for this reason.
    pub(super) fn unreadable(list: &str, source: io::Error) -> Self {
        let list = list.to_owned();
        let cause = source.get_ref();
        match cause.is_some_and(|cause| cause.is::<Damaged>() || cause.is::<OddBytes>()) {
            true => Self::Damaged { list, source },
            false => Self::Unreadable { list, source },
        }
    }
}

impl From<ListError> for Error {
    fn from(error: ListError) -> Self {
        Self::unusable(error)
    }
}
