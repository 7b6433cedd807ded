//! A list of any kind → rows (contract, section 1).
//!
//! `source` gives bytes, `csv` cuts them into records with their physical lines, `columns` finds the
//! three columns in the header, `rules` makes a row of a record or says which rule it breaks, and
//! `rows` joins the four.

mod columns;
mod csv;
mod delimiter;
mod error;
mod lines;
mod rows;
mod rules;
mod source;
mod text;
mod wishes;

pub use delimiter::{Delimiter, DelimiterError};
pub use error::ListError;
pub use rows::{Entry, Rows};
pub use rules::{label_from_flag, raw_fields};
pub use source::{Fingerprint, Source};
pub use wishes::{ColumnNames, ColumnNamesError, Wishes};
