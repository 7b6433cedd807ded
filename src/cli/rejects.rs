//! `--rejects`: the rejected rows in a file of their own, as soon as the list is planned.

use std::path::{Path, PathBuf};

use super::list::List;
use super::sending::Sending;
use super::settings::{Origin, Understood};
use crate::error::Error;
use crate::job::{self, Planned, Reading};
use crate::list::Source;
use crate::model::OutcomeKind;
use crate::record::{Outputs, RealDisk, SideFile, summary_of};
use crate::report::{Screen, counted};

/// The flag.
const FLAG: &str = "--rejects";

/// The file of the rejected rows.
#[derive(Debug)]
pub struct Rejects {
    file: SideFile,
    /// Whether one that is there is left as it is: the settings that name it are meant for the run, and somebody may be mending
    /// what that has rejected.
    spares: bool,
}

impl Rejects {
    /// Where those of a run go, if they go anywhere.
    ///
    /// # Errors
    /// A name that harms something.
    pub fn of_run(sending: &Sending<'_>) -> Result<Option<Self>, Error> {
        let mut taken = sending.places.now().names();
        let made_from = sending.what.made_from();
        taken.extend(made_from.map(|made_from| summary_of(&made_from.result)));
        taken.extend(sending.given.file.as_ref().map(|file| file.path.clone()));
        let is_the_run = made_from.is_none() && !sending.leg.sandbox;
        let path = sending.args.result.rejects.rejects.as_deref();
        Self::new(
            path,
            sending.list,
            &taken,
            is_the_run || is_typed(sending.given),
        )
    }

    /// Where those of a list go that is only looked at.
    ///
    /// # Errors
    /// A name that harms something.
    pub fn of_check(
        path: Option<&Path>,
        list: &Path,
        given: &Understood,
    ) -> Result<Option<Self>, Error> {
        let mut taken = names_of_runs(list);
        taken.extend(given.file.as_ref().map(|file| file.path.clone()));
        Self::new(path, list, &taken, is_typed(given))
    }

    fn new(
        path: Option<&Path>,
        list: &Path,
        taken: &[PathBuf],
        replaces: bool,
    ) -> Result<Option<Self>, Error> {
        let file = path.map(|path| SideFile::new(path, FLAG, list, taken));
        Ok(file.transpose()?.map(|file| Self {
            file,
            spares: !replaces,
        }))
    }

    /// The file.
    pub fn file(&self) -> &SideFile {
        &self.file
    }

    /// Writes it. Where an unfinished run is carried on, one that is there is left as it is: a person may have begun to mend
    /// what stands in it. Says where the rows are; nowhere, where one is left that holds others, or mended ones.
    ///
    /// # Errors
    /// It can't be written, or the list has changed.
    pub fn write(
        &self,
        (source, planned): (&Source, &Planned),
        reading: &Reading,
        carries_on: bool,
    ) -> Result<Option<&Path>, Error> {
        if self.file.exists() && (self.spares || carries_on) {
            let are_there = carries_on && job::has_rejects(source, reading, planned, &self.file)?;
            return Ok(are_there.then_some(self.file.path()));
        }
        job::write_rejects(source, reading, planned, &self.file, &RealDisk)?;
        Ok(Some(self.file.path()))
    }

    /// The same for a run, which says so where it leaves a file of other rows.
    ///
    /// # Errors
    /// It can't be written, or the list has changed.
    pub fn write_of_run(
        &self,
        list: &List,
        reading: &Reading,
        carries_on: bool,
        screen: &Screen,
    ) -> Result<Option<&Path>, Error> {
        let written = self.write((&list.source, &list.planned), reading, carries_on)?;
        if written.is_none() {
            let why = match carries_on {
                true => "it may hold rows that somebody has mended, or those of another list",
                false => "the settings name it for the run itself",
            };
            screen.say(format!(
                "{} is there already, and is left as it is: {why}. For the rejected rows of this run, name another file with \
                 --rejects.",
                self.file.path().display()
            ));
        }
        Ok(written)
    }
}

/// Says where rejected rows are, where the run does not come to its summary.
pub fn tell(rejects: Option<&Path>, planned: &Planned, screen: &Screen) {
    let rows = planned.left_out.rows(OutcomeKind::Rejected);
    if let Some(rejects) = rejects.filter(|_| rows > 0) {
        screen.say(format!(
            "{}, to be mended: {}",
            counted(rows, "rejected row"),
            rejects.display()
        ));
    }
}

/// Whether it was named on the command line.
fn is_typed(given: &Understood) -> bool {
    matches!(given.origins.origin("rejects"), Origin::Flag(_))
}

/// The names of the files that runs of a list have beside it.
pub fn names_of_runs(list: &Path) -> Vec<PathBuf> {
    let outputs = [false, true].into_iter();
    let outputs = outputs.filter_map(|rehearsal| Outputs::of(list, None, rehearsal));
    outputs.flat_map(|outputs| outputs.names()).collect()
}
