//! The list of a run, read and planned, and the copy of one that can be read only once.

use std::fs;
use std::path::{Path, PathBuf};

use super::settings::Settings;
use crate::error::Error;
use crate::job::{self, LIST, Planned, Reading, SHARD};
use crate::list::Source;
use crate::record::{Disk, Outputs, RealDisk, RecordError};
use crate::report::Screen;

/// A list that was read.
#[derive(Debug)]
pub struct List {
    /// The list.
    pub source: Source,
    /// What it comes to.
    pub planned: Planned,
}

/// The copy of a list that can be read only once, which vanishes if its run does not begin.
#[derive(Debug)]
pub struct ListCopy(Option<PathBuf>);

impl List {
    /// Reads and plans the list at `path`; one that can be read only once is copied first.
    ///
    /// # Errors
    /// What makes the whole list unusable.
    pub fn read(
        path: &Path,
        outputs: &Outputs,
        reading: &Reading,
    ) -> Result<(Self, ListCopy), Error> {
        let copying = outputs.copying();
        let source = Source::open(path, copying.as_deref())?;
        let copy = ListCopy(copying.filter(|_| source.is_copy()));
        let planned = job::plan(&source, reading)?;
        Ok((Self { source, planned }, copy))
    }

    /// Plans it as the unfinished run was planned whose files these are, where a setting says otherwise by now.
    ///
    /// # Errors
    /// It has changed, or can't be read; or the journal can't.
    pub fn plan_as_recorded(
        &mut self,
        outputs: &Outputs,
        reading: &Reading,
        screen: &Screen,
    ) -> Result<(), Error> {
        let (path, disk) = (outputs.partial(), RealDisk);
        let recorded = (&disk as &dyn Disk, path.as_path());
        let again = job::plan_as_recorded(&self.source, reading, &self.planned, recorded)?;
        if let Some(planned) = again {
            self.planned = planned;
            let parts = self.planned.plan.of();
            screen.say(match parts {
                1 => "The run was begun with all customers held at once, and goes on so; --memory counts for those that are begun with it."
                    .to_owned(),
                parts => format!("The run was begun in {parts} parts, and goes on so."),
            });
        }
        Ok(())
    }

    /// The parts of an identity that are the list's.
    pub fn parts<'a>(&self, settings: &'a Settings) -> Vec<(&'a str, String)> {
        let shaping = settings.shaping.iter();
        let shaping = shaping.map(|(name, value)| (*name, value.clone()));
        let own = [
            (LIST, self.planned.fingerprint.to_string()),
            (SHARD, settings.reading.wishes.share.to_string()),
        ];
        own.into_iter().chain(shaping).collect()
    }
}

impl ListCopy {
    /// Keeps it under the name that it has while its run is unfinished.
    ///
    /// # Errors
    /// It can't be renamed.
    pub fn keep(mut self, outputs: &Outputs) -> Result<(), Error> {
        let (Some(copy), Some(path)) = (self.0.take(), outputs.spool()) else {
            return Ok(());
        };
        let kept = fs::rename(copy, &path);
        kept.map_err(|source| RecordError::Unwritable { path, source }.into())
    }
}

impl Drop for ListCopy {
    fn drop(&mut self) {
        if let Some(copy) = &self.0 {
            // What can't be removed is overwritten by the next run.
            let _left = fs::remove_file(copy);
        }
    }
}
