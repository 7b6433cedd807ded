//! The result CSV (contract, section 5): written, read again, folded with its retries, and joined with those of other shards.

mod clock;
mod error;
mod fields;
mod fold;
mod join;
mod reader;
mod verdict;
mod writer;

pub use error::ResultError;
pub use fold::{Folded, fold};
pub use join::join;
pub use reader::ResultReader;
pub use writer::{ResultRow, ResultWriter};
