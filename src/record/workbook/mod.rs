//! The result as a workbook (contract, section 7), for people who open everything in a spreadsheet.
//!
//! `writer` writes it row after row beside the result, what it holds on the way in nameless files of its folder. `place` says
//! whether it can stand where it is wanted; `cells` fills a row, with what `text` a cell can hold and in the `look` that it
//! has; `guard` makes errors of what the library panics at. It comes to its place with the result, or not at all.

mod cells;
mod error;
mod guard;
mod look;
mod place;
mod text;
mod writer;

pub use error::WorkbookError;
pub(super) use place::check_place;
pub use writer::{ReadyWorkbook, WorkbookWriter};
