//! What must survive: all that happens in a run, its result, and where both stand (contract, section 5).

mod compared;
mod dated;
mod disk;
mod durable;
mod error;
mod journal;
mod ledger;
mod lineage;
mod lock;
mod outputs;
mod results;
mod shards;
mod side_file;
mod state;
mod workbook;

pub use dated::{days, is_dated, on};
pub use disk::{Disk, DiskFile, RealDisk, Scratch, Syncing};
pub use durable::{Replacement, with_suffix, write_whole};
pub use error::RecordError;
pub use journal::{AttemptEnd, CallEnd, Calls, Entry, Journal, LegBegin};
pub use ledger::{Ending, Ledger, Settled};
pub use lineage::{Lineage, Offspring};
pub use lock::Lock;
pub use outputs::{Outputs, Target, beside_list, summary_of, unfinished};
pub use results::{Folded, ResultError, ResultReader, ResultRow, ResultWriter, fold, join};
pub use shards::{is_underway, of_shard, of_whole, shards_beside};
pub use side_file::{SideFile, SideFileError};
pub use state::{FORMAT, State};
pub use workbook::{ReadyWorkbook, WorkbookError, WorkbookWriter};
