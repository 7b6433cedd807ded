//! What calling has come to.

use super::standing::Standing;
use crate::model::StopReason;
use crate::record::Journal;

/// How calling ended.
#[derive(Debug)]
pub struct Called {
    /// Where the run stands.
    pub standing: Standing,
    /// The same on disk.
    pub journal: Journal,
    /// Why it stopped before every call had ended.
    pub stopped: Option<StopReason>,
}
