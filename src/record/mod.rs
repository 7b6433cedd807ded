//! What must survive: calls as they end, the result, and where both stand (contract, section 5).

mod durable;
mod error;
mod journal;
mod ledger;
mod outputs;
mod results;

pub use durable::{Replacement, write_whole};
pub use error::RecordError;
pub use journal::Journal;
pub use ledger::{Ledger, Settled};
pub use outputs::{Outputs, Target};
pub use results::{ResultRow, ResultWriter};
