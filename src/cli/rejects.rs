//! `--rejects`: the rejected rows in a file of their own, as soon as the list is planned.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::sending::Sending;
use super::settings::{Origin, Understood};
use crate::error::Error;
use crate::job::{self, Planned, Reading};
use crate::list::{Source, holds_rejects};
use crate::model::OutcomeKind;
use crate::record::{Outputs, RealDisk, SideFile, summary_of, with_suffix};
use crate::report::{Screen, counted};

/// The flag.
const FLAG: &str = "--rejects";

/// What stood there before is kept under its name with this behind it.
const KEPT: &str = ".before";

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
        let file = path.map(|path| plain_csv(path, FLAG, list, taken));
        Ok(file.transpose()?.map(|file| Self {
            file,
            spares: !replaces,
        }))
    }

    /// The file.
    pub fn file(&self) -> &SideFile {
        &self.file
    }

    /// Writes it. One that is there is left as it is where it holds other rows and an unfinished run is carried on, or where
    /// the settings name it for the run itself: a person may have begun to mend what stands in it. Else it is replaced, and
    /// kept under another name if it held others. Says where the rows are; nowhere, where one is left.
    ///
    /// # Errors
    /// It can't be written, the list has changed, or something else than rejected rows stands there.
    pub fn write(
        &self,
        (source, planned): (&Source, &Planned),
        reading: &Reading,
        carries_on: bool,
        screen: &Screen,
    ) -> Result<Option<&Path>, Error> {
        let path = self.file.path();
        if self.file.exists() {
            if job::has_rejects(source, reading, planned, &self.file)? {
                return Ok(Some(path));
            }
            if self.spares || carries_on {
                let why = match carries_on {
                    true => "it may hold rows that somebody has mended, or those of another list",
                    false => "the settings name it for the run itself",
                };
                screen.say(format!(
                    "{} is there already, and is left as it is: {why}. For the rejected rows of this, name another file with \
                     --rejects.",
                    path.display()
                ));
                return Ok(None);
            }
            if self.must_hold_rejects(path)? {
                self.keep_another_name(screen)?;
            }
        }
        job::write_rejects(source, reading, planned, &self.file, &RealDisk)?;
        Ok(Some(path))
    }

    /// What stands in the file may be half mended: it stays there under another name.
    fn keep_another_name(&self, screen: &Screen) -> Result<(), Error> {
        let path = self.file.path();
        let kept = with_suffix(path, KEPT);
        if kept.exists() {
            self.must_hold_rejects(&kept)?;
        }
        let moved = fs::rename(path, &kept);
        moved.map_err(|error| Error::from(self.file.unwritable(error)))?;
        screen.say(format!(
            "{} held other rows: they are kept in {}.",
            path.display(),
            kept.display()
        ));
        Ok(())
    }

    /// Nothing else than rejected rows is ever replaced. Whether there are any.
    fn must_hold_rejects(&self, path: &Path) -> Result<bool, Error> {
        let unreadable = |error| Error::from(self.file.unwritable(error));
        let file = File::open(path).map_err(unreadable)?;
        match holds_rejects(file) {
            Ok(Some(has_rows)) => Ok(has_rows),
            _ => Err(Error::unusable(format!(
                "{}: it is there already, and holds no rejected rows; name another file with {FLAG}",
                path.display()
            ))),
        }
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

/// A file that is written as plain CSV, and is not named as if it was something else.
///
/// # Errors
/// Its name says so, or harms something.
pub fn plain_csv(
    path: &Path,
    flag: &'static str,
    list: &Path,
    taken: &[PathBuf],
) -> Result<SideFile, Error> {
    let file = SideFile::new(path, flag, list, taken)?;
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    let others = ["xlsx", "xls", "ods", "gz", "zst", "zip", "json"];
    match others.iter().any(|other| ending == *other) {
        true => Err(Error::unusable(format!(
            "{}: it is written as plain CSV: name a file that ends with .csv with {flag}",
            path.display()
        ))),
        false => Ok(file),
    }
}
