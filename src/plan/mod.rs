//! Rows → calls (contract, section 2).
//!
//! A planned row is a `word` of eight bytes. Those of a piece of the list are a `batch`; `group` joins them, and `groups` holds them
//! customer by customer, by a `sort`: all of them, or a part, which a
//! `part_builder` plans once more, and to which customers belong by the shard function of `model`. `resolve` decides which rows of one customer are called, `assignments` say it of each row,
//! `lines` remembers where each stands, and `wording` says what became of those that are not. `survey` counts what a plan asks for,
//! label by label, and `signs` tells what no rule forbids and nobody may have meant.

mod assignments;
mod batch;
mod group;
mod groups;
mod lines;
mod numbering;
mod part_builder;
mod resolve;
mod signs;
mod sort;
mod survey;
mod word;
mod wording;

pub use assignments::{Assigned, Assignments};
pub use batch::Batch;
pub use group::{Builder, Holding, Plan, TooMany, Totals};
pub use groups::{Groups, Succeeded};
pub use part_builder::{Changed, PartBuilder};
pub use resolve::{Fate, Group, OnConflict, Policy};
pub use signs::{Alike, Difference, Known, LabelSign, Likely, certain_renames, look_alikes};
pub use survey::{AllLeftOut, LabelUse, LeftOut, LongIds};
pub use word::Word;
