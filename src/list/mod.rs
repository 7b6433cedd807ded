//! A list of any kind → rows (contract, section 1).
//!
//! `source` gives bytes (of what can be read only once, those of its `spool`), `packed` unpacks them, `encoding` makes UTF-8 of
//! them, `workbook` makes text of a sheet, `csv` cuts them into records with their physical lines, `columns` finds the three
//! columns in the header and `keep` those that the result keeps besides, `rules` makes a row of a record or says which rule it
//! breaks (rows of customers that are not asked for are passed over), and `rows` joins them; `pieces` of a list are read so by several threads, and taken `in_order`. Where the list is a result, a `selection` says which of its rows are taken.
//!
//! The way back: `whole` is a row in all of its columns, `mend` says what one that breaks a rule can only mean, and `table` writes
//! rows again, of which `rejects` are those that nobody could read.

mod columns;
mod csv;
mod delimiter;
mod encoding;
mod entry;
mod error;
mod excel;
mod in_order;
mod keep;
mod lines;
mod mend;
mod misnamed;
mod packed;
mod pairs;
mod pieces;
mod rejects;
mod rows;
mod rules;
mod selection;
mod sheet;
mod source;
mod spool;
mod table;
mod text;
mod title;
mod whole;
mod wishes;
mod workbook;
mod writer;

pub use delimiter::{Delimiter, DelimiterError};
pub use encoding::{Encoding, EncodingError};
pub use entry::Entry;
pub use error::ListError;
pub use keep::{Keep, KeepError};
pub use mend::{Slip, Sound};
pub use pieces::{Broken, Extent, Pieces};
pub use rejects::{RejectsWriter, holds_rejects};
pub use rows::Rows;
pub use rules::{label_from_flag, raw_fields};
pub use selection::{Codes, CodesError, Selection};
pub use source::{Fingerprint, Source};
pub use table::TableWriter;
pub use wishes::{ColumnNames, ColumnNamesError, Wishes};
pub use writer::ListWriter;
