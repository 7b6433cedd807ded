//! The page that a run writes when it ends (`--report`), and what is the same for `bulklabel report`.

use std::path::Path;

use super::page_content::content;
use super::sending::Sending;
use super::settings::Origin;
use crate::error::Error;
use crate::job;
use crate::model::Tally;
use crate::record::{RealDisk, SideFile, summary_of};
use crate::report::page::{Close, Gathered, MARK, page};
use crate::report::{End, Screen, Summary, why};

/// The flag.
const FLAG: &str = "--report";

/// The file of a run's page.
#[derive(Debug)]
pub struct PageFile {
    file: SideFile,
    /// Whether one that is there is left as it is: the settings that name it are meant for the run.
    spares: bool,
}

/// What a run came to, for its page.
#[derive(Debug)]
pub struct Ended<'a> {
    /// The list's path.
    pub list: &'a Path,
    /// How it ended.
    pub end: PageEnd<'a>,
    /// Its rows by outcome.
    pub tally: &'a Tally,
    /// How it went.
    pub summary: &'a Summary,
}

/// How a run ended, for its page.
#[derive(Debug, Clone, Copy)]
pub enum PageEnd<'a> {
    /// By itself, or by a stop; then with how to carry on.
    Of(&'a End, &'a str),
    /// By an error: the result could not be written.
    Failed(&'a Error),
}

impl PageFile {
    /// Where that of a run goes, if it goes anywhere.
    ///
    /// # Errors
    /// A name that harms something, or a file that is no page.
    pub fn of_run(sending: &Sending<'_>) -> Result<Option<Self>, Error> {
        let result = &sending.args.result;
        let Some(path) = result.report.report.as_deref() else {
            return Ok(None);
        };
        let mut taken = sending.places.now().names();
        let made_from = sending.what.made_from();
        taken.extend(made_from.map(|made_from| summary_of(&made_from.result)));
        taken.extend(sending.given.file.as_ref().map(|file| file.path.clone()));
        taken.extend(result.rejects.rejects.clone());
        let file = SideFile::new(path, FLAG, sending.list, &taken)?;
        file.must_begin_with(MARK)?;
        let is_typed = matches!(sending.given.origins.origin("report"), Origin::Flag(_));
        let is_the_run = made_from.is_none() && !sending.leg.sandbox;
        let spares = !is_the_run && !is_typed;
        Ok(Some(Self { file, spares }))
    }

    /// Where it goes.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Writes it; says where it is. What has been done for the customers has been done: where it can't be written, that is
    /// said, and changes nothing.
    pub fn write(&self, ended: &Ended<'_>, screen: &Screen) -> Option<&Path> {
        let path = self.file.path();
        if self.spares && self.file.exists() {
            screen.say(format!(
                "{} is there already, and is left as it is: the settings name it for the run itself. For a page of this, name \
                 another file with {FLAG}.",
                path.display()
            ));
            return None;
        }
        match self.made(ended) {
            Ok(()) => Some(path),
            Err(error) => {
                screen.complain(format!(
                    "the page was not written, and all else stands as told here: {error}"
                ));
                None
            }
        }
    }

    fn made(&self, ended: &Ended<'_>) -> Result<(), Error> {
        let result = match ended.end {
            PageEnd::Of(End::Complete(result), _) => result.as_deref(),
            _ => None,
        };
        let gathered = match result {
            Some(result) => job::gather(result)?,
            None => Gathered::of_tally(ended.tally),
        };
        let close = match ended.end {
            PageEnd::Of(End::Complete(_), _) => Close::Complete,
            PageEnd::Of(End::Stopped { reason, .. }, next) => Close::Stopped {
                why: why(reason),
                next: next.to_owned(),
            },
            PageEnd::Failed(error) => Close::Stopped {
                why: error.to_string(),
                next: "once the reason is gone, the same command carries on.".to_owned(),
            },
        };
        let html = page(&content(
            result,
            Some(ended.list),
            Some(ended.summary),
            close,
            &gathered,
        ));
        self.file.must_begin_with(MARK)?;
        put(&self.file, &html)
    }
}

/// Puts a page into its place.
///
/// # Errors
/// It can't be written.
pub fn put(file: &SideFile, html: &str) -> Result<(), Error> {
    file.write(&RealDisk, |to| {
        let written = to.write_all(html.as_bytes());
        written.map_err(|error| Error::from(file.unwritable(error)))
    })
}
