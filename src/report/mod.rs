//! What people see (contract, section 7): what a look at a list finds, progress and log while it
//! runs, a summary when it ends.

mod bars;
mod brief;
mod checked;
mod closing;
mod closing_line;
mod cures;
mod excerpts;
mod findings;
mod fixed;
mod kept;
mod last_line;
mod log;
mod metrics;
mod minutes;
mod organisation;
mod outcomes;
pub mod page;
mod progress;
mod sampled;
mod screen;
mod speed;
mod story;
mod summary;
mod troubles;
mod words;
mod wrap;

pub use brief::{doubts_in_brief, labels_in_brief};
pub use checked::{
    Checked, CheckedLabel, Findings, LabelRows, LongIdRows, LookAlikes, RejectedRows, Slip,
};
pub use closing::{Closing, Effort, End, why};
pub use cures::Cures;
pub use findings::Told;
pub use fixed::{FixedList, MendedRows, RenamedRows};
pub use last_line::LastLine;
pub use log::start_log;
pub use metrics::{Metrics, RunMetrics, job_of, last_success_in, seconds_of};
pub use minutes::{Minute, Minutes, joined};
pub use organisation::{NotInUse, Organisation};
pub use progress::{Glance, Progress};
pub use sampled::{Sampled, Verdict};
pub use screen::{LogFormat, Screen};
pub use summary::{Leg, ListSummary, Summary, unread_summary};
pub use words::{count, counted, span};
