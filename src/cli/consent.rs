//! Whether anything may be sent (contract, section 7).

use super::destination::Destination;
use super::question::{Question, ask, somebody_is_there};
use super::sending::{Sending, What};
use super::settings::{Origin, SettingsFile};
use crate::error::Error;
use crate::job::{Ask, Run, Underway, preview};
use crate::model::OutcomeKind;
use crate::report::{LogFormat, counted};

impl Sending<'_> {
    /// Asks a person who is there, unless they have said yes already. What is undone is undone by nobody's mistake: where
    /// nobody is there, `--yes` must say so, or its variable; a settings file was written with the nightly run in mind.
    /// `underway` is the run as far as it was carried on, and `spared` what does not happen where nobody can be asked.
    ///
    /// # Errors
    /// Nobody can be asked who must be.
    pub fn may_send(
        &self,
        destination: &Destination,
        run: &Run<'_>,
        underway: Option<&Underway>,
        left: u64,
        spared: &str,
    ) -> Result<bool, Error> {
        let is_undo = matches!(self.what, What::Undo(_));
        let removals = run.planned.plan.totals().removals;
        if is_undo && removals > 0 {
            self.screen.say(format!(
                "Undoing takes {} away even from a customer who had the label before: the service does not tell.",
                counted(removals, "label")
            ));
        }
        if destination.rehearsal.is_some() {
            return Ok(true);
        }
        let is_here = somebody_is_there();
        if is_undo && !is_here && !self.has_said_yes() {
            return Err(Error::unusable(format!(
                "nobody is there to be asked, and an undo is not sent unasked: add --yes (in a settings file it does not \
                 count for this); {spared}"
            )));
        }
        if self.args.consent.yes || !is_here {
            return Ok(true);
        }
        if self.screen.format() == LogFormat::Json {
            return Err(Error::unusable(
                "with --log-format json nothing can be asked: --yes sends without a question",
            ));
        }
        let question = Question {
            list: self.list.as_os_str(),
            shard: run.outputs.shard(),
            can_be_checked: matches!(self.what, What::Run) && self.list.as_os_str() != "-",
            host: destination.base_url.host(),
            account: destination.credentials.name(),
            settings_file: self.given.file.as_ref().map(SettingsFile::title),
            calls: u64::from(run.planned.plan.totals().calls),
            left,
            preview: preview(run, underway.map(Underway::standing)),
            bounds: self.settings.terms.bounds,
            rejected: run.planned.left_out.rows(OutcomeKind::Rejected),
            rate: self.settings.terms.rate,
            is_shared: self.settings.rate_url.is_some(),
            now: run.started,
        };
        // Who is asked has to know what was said so far.
        self.screen.brief();
        ask(&question.to_string()).map_err(|error| {
            Error::unusable(format!(
                "the terminal can't be read: {error}; --yes does not ask"
            ))
        })
    }

    /// What asks whether the others follow the customers that go first; none where nobody is asked.
    pub fn asks(&self, destination: &Destination) -> Option<Ask> {
        let is_asked = destination.rehearsal.is_none()
            && !self.args.consent.yes
            && self.screen.format() == LogFormat::Text
            && somebody_is_there();
        is_asked.then_some(ask as Ask)
    }

    /// Whether this very run was agreed to: on its command line, or in its environment.
    fn has_said_yes(&self) -> bool {
        let said = matches!(
            self.given.origins.origin("yes"),
            Origin::Flag(_) | Origin::Environment(_)
        );
        said && self.args.consent.yes
    }
}
