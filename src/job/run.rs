//! What a run is about.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::identity::Identity;
use super::reading::{Planned, Reading};
use crate::list::Source;
use crate::model::{Moment, Tolerance};
use crate::record::{Disk, FORMAT, Outputs, State};

/// This program and its version.
pub const PROGRAM: &str = concat!("bulklabel ", env!("CARGO_PKG_VERSION"));

/// The setting in a summary that says that it was a rehearsal.
pub const SANDBOX: &str = "sandbox";

/// The setting in a summary that says how many rows to look at are no failure.
pub const TOLERATE: &str = "tolerate";

/// What a run is about, the same in all of its legs but for the settings that do not shape it.
#[derive(Debug)]
pub struct Run<'a> {
    /// The list's path.
    pub list: &'a Path,
    /// The list.
    pub source: &'a Source,
    /// How it is read.
    pub reading: &'a Reading,
    /// What it comes to.
    pub planned: &'a Planned,
    /// Where its files stand.
    pub outputs: &'a Outputs,
    /// What makes it this run.
    pub identity: &'a Identity,
    /// Whether it is a rehearsal.
    pub rehearsal: bool,
    /// The settings that may change from leg to leg.
    pub others: &'a BTreeMap<&'static str, String>,
    /// How many rows may need a look in a run that is as it should be.
    pub tolerance: Tolerance,
    /// When this leg began.
    pub started: Moment,
    /// What its files stand on.
    pub disk: Arc<dyn Disk>,
    /// The time of day.
    pub now: fn() -> Moment,
    /// For how long the machine was asleep since it was started.
    pub asleep: fn() -> Duration,
}

impl Run<'_> {
    /// A part of its identity.
    pub fn part(&self, name: &str) -> String {
        let parts = self.identity.parts();
        parts.get(name).cloned().unwrap_or_default()
    }

    /// The list's name.
    pub fn list_name(&self) -> String {
        let name = self.list.file_name().unwrap_or(self.list.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// What stands beside the journal of a run that `began` then, for whoever finds it.
    pub fn state(&self, began: Moment) -> State {
        let plan = &self.planned.plan;
        State {
            format: FORMAT,
            program: PROGRAM.to_owned(),
            run: self.identity.hash(),
            parts: self.identity.parts().clone(),
            rehearsal: self.rehearsal,
            list: self.list_name(),
            rows: plan.data_rows(),
            customers: plan.customers(),
            calls: plan.totals().calls,
            started_at: began,
        }
    }
}
