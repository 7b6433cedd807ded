//! The result that a retry or an undo is made of, and the service and account that it came from (contract, section 6).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::destination::Destination;
use super::members::refuse_unfinished;
use super::sending::LegArgs;
use super::settings::{ServiceArgs, Understood, address};
use crate::error::Error;
use crate::job::{Planned, Reading, SANDBOX};
use crate::list::{Selection, Source};
use crate::model::meant;
use crate::record::summary_of;
use crate::report::page::Gathered;
use crate::report::{LogFormat, Screen, Summary, count, counted};
use crate::service::BaseUrl;

/// A result and what is known of it.
#[derive(Debug)]
pub struct MadeFrom {
    /// The result.
    pub result: PathBuf,
    /// Where what is known of it stands.
    summary_path: PathBuf,
    /// That, where it is there.
    summary: Option<Summary>,
}

impl MadeFrom {
    /// Reads what stands beside a result.
    ///
    /// # Errors
    /// It is no file, or its run is unfinished; or what stands beside it is no summary.
    pub fn read(result: &Path) -> Result<Self, Error> {
        if Source::needs_copy(result) {
            return Err(Error::unusable(format!(
                "{}: a result is a file, and what it was made of stands beside it: name the file that a run has written",
                result.display()
            )));
        }
        refuse_unfinished(result)?;
        let summary_path = summary_of(result);
        let unusable = |why: &dyn std::fmt::Display| {
            Error::unusable(format!("{}: {why}", summary_path.display()))
        };
        let summary = match fs::read(&summary_path) {
            Ok(json) => {
                let summary = Summary::from_json(&json);
                let why = "it does not say how a result came to be: bring back the one that was written beside it";
                Some(summary.map_err(|_| unusable(&why))?)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unusable(&format!("it can't be read: {error}"))),
        };
        Ok(Self {
            result: result.to_owned(),
            summary_path,
            summary,
        })
    }

    /// The identity of the run that wrote it.
    pub fn run(&self) -> Option<&str> {
        self.summary.as_ref().map(|summary| summary.run.as_str())
    }

    /// How it came to be, where that is known.
    pub fn summary(&self) -> Option<&Summary> {
        self.summary.as_ref()
    }

    /// Refuses a result of which something else is said beside it.
    ///
    /// # Errors
    /// It has been cut short or changed, or what stands beside it is another's.
    pub fn must_fit(&self, gathered: &Gathered) -> Result<(), Error> {
        self.must_be_whole(gathered.total())?;
        match &self.summary {
            Some(summary) if !gathered.fits(summary) => Err(Error::unusable(format!(
                "{} tells of other outcomes than {} has: one of the two was changed, or is another run's; bring back the one \
                 that was written with it, or move the .json away to see the page without it",
                self.summary_path.display(),
                self.result.display()
            ))),
            _ => Ok(()),
        }
    }

    /// Whether it is known how it came to be.
    pub fn has_summary(&self) -> bool {
        self.summary.is_some()
    }

    /// Whether it is a rehearsal's.
    pub fn is_rehearsal(&self) -> bool {
        let summary = self.summary.as_ref();
        summary.is_some_and(|summary| summary.settings.contains_key(SANDBOX))
    }

    /// Whom calls go to: the service and account that it came from, or for a rehearsal a fresh imitation.
    ///
    /// # Errors
    /// The settings say another service or account, or that is not known and they don't say any; or it is a rehearsal's,
    /// and this is none.
    pub fn destination(
        &self,
        service: &ServiceArgs,
        leg: LegArgs,
        given: &Understood,
        screen: &Screen,
    ) -> Result<Destination, Error> {
        if leg.sandbox {
            return Destination::imitation();
        }
        let base_url = match &self.summary {
            Some(summary) => self.base_url(summary, service, given)?,
            None => {
                screen.say(format!(
                    "warning: {} is not there, so nothing can tell to which service and account {} was sent: make sure that \
                     they are those of the settings.",
                    self.summary_path.display(),
                    self.result.display()
                ));
                address(service, &given.origins)?.0
            }
        };
        let may_ask = screen.format() == LogFormat::Text;
        let destination = Destination::service(base_url, given, may_ask)?;
        match &self.summary {
            Some(summary) if !leg.account_changed => self.check_account(summary, &destination)?,
            _ => {}
        }
        Ok(destination)
    }

    fn base_url(
        &self,
        summary: &Summary,
        service: &ServiceArgs,
        given: &Understood,
    ) -> Result<BaseUrl, Error> {
        let result = self.result.display();
        if self.is_rehearsal() {
            return Err(Error::unusable(format!(
                "{result} is the result of a rehearsal, of which the service knows nothing: add --sandbox to rehearse this, \
                 too, or name the result of the real run"
            )));
        }
        let wrong = |error| Error::unusable(format!("{}: {error}", self.summary_path.display()));
        let own: BaseUrl = summary.base_url.parse().map_err(wrong)?;
        if service.base_url.is_none() && service.cluster.is_none() {
            return own.checked(service.allow_http).map_err(wrong);
        }
        let (named, origin) = address(service, &given.origins)?;
        if named.to_string() == own.to_string() {
            return Ok(named);
        }
        Err(Error::unusable(format!(
            "{result} came from {own}, and {origin} says {named}: leave the latter out, or name the result that came from it"
        )))
    }

    fn check_account(&self, summary: &Summary, destination: &Destination) -> Result<(), Error> {
        if summary.account == destination.credentials.account() {
            return Ok(());
        }
        Err(Error::unusable(format!(
            "{} came from another account than {}: use the credentials of the run that wrote it, or add --account-changed if \
             both are the same organisation's",
            self.result.display(),
            destination.credentials.name()
        )))
    }

    /// Says which of the codes that are asked for no row of it has, and which is meant: a code that was misspelt looks like
    /// one that is done with.
    pub fn tell_unmet(&self, planned: &Planned, reading: &Reading, screen: &Screen) {
        let unmet = &planned.codes_unmet;
        if unmet.is_empty() {
            return;
        }
        let asked = match &reading.selection {
            Some(Selection::Codes(codes)) => codes.to_string(),
            _ => String::new(),
        };
        let there = self.summary.as_ref().map(|summary| summary.codes.keys());
        let there = there.into_iter().flatten().map(String::as_str);
        let known: Vec<_> = there
            .filter(|code| !asked.split(',').any(|asked| asked == *code))
            .collect();
        let told = |code: &String| match meant(code, known.iter().copied()) {
            Some(meant) => format!("{code} (is {meant} meant?)"),
            None => code.clone(),
        };
        let told: Vec<_> = unmet.iter().map(told).collect();
        screen.say(format!(
            "warning: no row of {} has the code {}, which --codes names.",
            self.result.display(),
            told.join(" or ")
        ));
    }

    /// Refuses a result that has other rows than it was written with; `read` is how many it has.
    ///
    /// # Errors
    /// It has been cut short, or changed.
    pub fn must_be_whole(&self, read: u64) -> Result<(), Error> {
        let Some(summary) = &self.summary else {
            return Ok(());
        };
        let written = summary.rows.values().sum::<u64>();
        if read == written {
            return Ok(());
        }
        Err(Error::unusable(format!(
            "{} has {}, and was written with {}, as {} says: it was cut short or changed; bring back the whole of it. To send \
             only some of its rows, let --print write them into a list, and run that",
            self.result.display(),
            counted(read, "row"),
            count(written),
            self.summary_path.display()
        )))
    }
}
