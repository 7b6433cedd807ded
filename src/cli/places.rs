//! Where the files of a run may stand: under today's date or, of a run that began before, under another (contract,
//! section 5).

use std::path::Path;

use crate::error::Error;
use crate::model::Moment;
use crate::record::{Outputs, RealDisk, RecordError, State, days, is_dated, on};

/// Where the files of a run may stand.
#[derive(Debug)]
pub struct Places {
    now: Outputs,
    others: Vec<Outputs>,
}

impl Places {
    /// Those of a run that `started` now, whose result goes to `output` and its workbook to `excel`; `at` says which files
    /// belong to an output. None where `at` says none.
    ///
    /// # Errors
    /// An unfinished run's state can't be read.
    pub fn find(
        started: Moment,
        output: Option<&Path>,
        excel: Option<&Path>,
        at: impl Fn(Option<&Path>) -> Option<Outputs>,
    ) -> Result<Option<Self>, Error> {
        let named = |day: &str| {
            let (output, excel) = (
                output.map(|output| on(output, day)),
                excel.map(|excel| on(excel, day)),
            );
            let outputs = at(output.as_deref())?;
            Some(outputs.with_workbook(excel.as_deref()))
        };
        let today = started.day();
        let Some(now) = named(&today) else {
            return Ok(None);
        };
        let mut days = output.map(days).unwrap_or_default();
        if !output.is_some_and(is_dated) && excel.is_some_and(is_dated) {
            // The run under the one name may have begun on another day, and so has its workbook.
            days.extend(begun(&now)?.map(Moment::day));
        }
        let mut others = Vec::new();
        for day in days.into_iter().filter(|day| *day != today) {
            if let Some(outputs) = named(&day)
                && let Some(begun) = begun(&outputs)?
            {
                others.push((begun, outputs));
            }
        }
        others.sort_by_key(|(begun, _)| std::cmp::Reverse(*begun));
        let others = others.into_iter().map(|(_, outputs)| outputs).collect();
        Ok(Some(Self { now, others }))
    }

    /// Those of a run that begins now.
    pub fn now(&self) -> &Outputs {
        &self.now
    }

    /// Those of unfinished runs that began on other days, the last of them first.
    pub fn others(&self) -> &[Outputs] {
        &self.others
    }

    /// All of them, today's first.
    pub fn all(&self) -> impl Iterator<Item = &Outputs> {
        std::iter::once(&self.now).chain(&self.others)
    }
}

/// When the unfinished run under these names began, if there is one.
fn begun(outputs: &Outputs) -> Result<Option<Moment>, RecordError> {
    match State::read(&RealDisk, &outputs.state()) {
        Ok(state) => Ok(state.map(|state| state.started_at)),
        // Somebody else's file that has such a name by chance.
        Err(RecordError::Foreign { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
