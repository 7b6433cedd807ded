//! The nouns that every room speaks of. Standard library and serde only, and `strsim` for words that are near each other.

mod bits;
mod call;
mod columns;
mod event;
mod first_lines;
mod interned;
mod label;
mod line;
mod moment;
mod nearest;
mod outcome;
mod processors;
mod rate;
mod row;
mod shard;
mod tally;
mod text;
mod tolerance;

pub use bits::Bits;
pub use call::{Call, CallRecord, Change, History, Outcomes};
pub use columns::RESULT_COLUMNS;
pub use event::{Attempted, Bearing, Event, Met, Pause, StopReason};
pub use first_lines::FirstLines;
pub use interned::Interned;
pub use label::{LabelId, Labels, TooManyLabels};
pub use line::LAST_LINE;
pub use moment::{Moment, is_day};
pub use nearest::{meant, nearest};
pub use outcome::{Outcome, OutcomeKind};
pub use processors::processors;
pub use rate::{PerHour, Rate, RateError, Throttled};
pub use row::{Action, RejectCode, Rejection, Row, RowIndex, SkipCode, UserId};
pub use shard::{Part, mix};
pub use tally::{Example, Tally};
pub use text::{is_unseen, trim};
pub use tolerance::{Tolerance, ToleranceError};
