//! The result CSV (contract, section 5): written, read again, and folded with its retries.

mod clock;
mod error;
mod fold;
mod reader;
mod verdict;
mod writer;

pub use error::ResultError;
pub use fold::{Folded, fold};
pub use reader::ResultReader;
pub use writer::{ResultRow, ResultWriter};
