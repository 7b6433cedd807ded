//! What no rule forbids, and nobody may have meant. Pure: a sign is a reason to look, and never one to refuse.
//!
//! `label` says what is odd about a label, `date` whether a spreadsheet has made it, `alike` which labels may be meant for one,
//! `known` which of those that there are is meant by one that there is not, `renames` which of them certainly are, and `id` whether
//! a spreadsheet has rounded an id.

mod alike;
mod date;
mod id;
mod known;
mod label;
mod renames;

pub use alike::{Alike, Difference, look_alikes};
pub use id::{is_long, is_rounded};
pub use known::{Known, Likely};
pub use label::LabelSign;
pub use renames::certain_renames;
