//! Rows → calls (contract, section 2).
//!
//! `group` keeps a planned row in 16 bytes and groups them by sorting, `resolve` decides which rows of one
//! customer are called, `lines` remembers where each row stands, and `words` says what became of the others. `survey` counts
//! what a plan asks for, label by label, and `signs` tells what no rule forbids and nobody may have meant.

mod group;
mod lines;
mod resolve;
mod signs;
mod survey;
mod words;

pub use group::{Builder, Plan, TooMany, Totals};
pub use resolve::{Fate, OnConflict, Policy};
pub use signs::{Alike, Difference, Known, LabelSign, Likely, certain_renames, look_alikes};
pub use survey::{LabelUse, LongIds};
