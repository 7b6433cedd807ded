//! What must hold before anything is sent: the list is as it was expected, its labels are there, and nobody says no.

use super::Sending;
use crate::cli::claim::Start;
use crate::cli::destination::Destination;
use crate::cli::guards::Guarded;
use crate::dispatch::Sharing;
use crate::error::Error;
use crate::job::{self, Planned, Run, Underway};
use crate::list::ListError;
use crate::model::{Moment, Part};
use crate::report::{count, counted, span};
use crate::service::Client;

/// What nobody has anything against.
pub(super) struct Agreed {
    /// Makes the calls; none where none is left.
    pub client: Option<Client>,
    /// With whom it shares the rate, where it does.
    pub sharing: Option<Sharing>,
    /// An unfinished run that is carried on.
    pub taken_up: Option<Underway>,
    /// When the organisation was asked for its labels.
    pub asked: Vec<Moment>,
}

impl Sending<'_> {
    /// Refuses a list that is not as the settings want it.
    pub(super) fn is_as_expected(&self, run: &Run<'_>, start: &Start) -> Result<(), Error> {
        let made_from = self.what.made_from();
        let whole = self.whole(run)?;
        let guarded = Guarded {
            name: run.source.name(),
            is_result: made_from.is_some(),
            rows: run.planned.list_rows(run.reading),
            planned: whole.as_ref().unwrap_or(run.planned),
            spared: start.spared(),
        };
        guarded.check(&self.args.list)?;
        if let Some(made_from) = made_from {
            made_from.tell_unmet(run.planned, &self.settings.reading, self.screen);
        }
        Ok(())
    }

    /// The plan of the whole list, where only a shard of it is run and something must hold of all: what is removed, and which rows
    /// are rejected, is known once all customers are planned.
    fn whole(&self, run: &Run<'_>) -> Result<Option<Planned>, Error> {
        let list = &self.args.list;
        let is_asked = list.strict || list.max_removals.is_some();
        if run.reading.wishes.share.is_whole() || !is_asked {
            return Ok(None);
        }
        let mut reading = run.reading.clone();
        reading.wishes.share = Part::WHOLE;
        let planned = job::plan(run.source, &reading)?;
        match planned.fingerprint == run.planned.fingerprint {
            true => Ok(Some(planned)),
            false => Err(ListError::Changing {
                list: run.source.name().to_owned(),
            }
            .into()),
        }
    }

    /// Takes an unfinished run up, holds what is left of it against the organisation's labels, and asks whoever is there. None
    /// where the answer is no.
    pub(super) fn agree(
        &self,
        destination: &Destination,
        run: &Run<'_>,
        start: &Start,
    ) -> Result<Option<Agreed>, Error> {
        let taken_up = match start {
            Start::CarryOn(_) => Some(job::take_up(run, self.settings.terms.rate)?),
            Start::Begin { .. } => None,
        };
        let underway = taken_up.as_ref();
        if let Some(underway) = underway {
            let standing = underway.standing();
            self.afterword.knows(job::so_far(run, Some(standing)));
        }
        let left = calls_left(run, underway);
        let client = match left {
            0 => None,
            _ => Some(destination.client(&self.args.service, self.settings.timeout)?),
        };
        let sharing = match &client {
            Some(_) => self.sharing(destination)?,
            None => None,
        };
        if let Some(underway) = underway {
            self.screen.say(carrying_on(run, underway, left));
        }
        let spared = start.spared();
        let asked = match &client {
            Some(client) => {
                let asking = (client, sharing.as_ref());
                self.hold_against_organisation(destination, asking, run, underway, spared)?
            }
            None => Vec::new(),
        };
        if client.is_some() && !self.may_send(destination, run, underway, left, spared)? {
            return Ok(None);
        }
        Ok(Some(Agreed {
            client,
            sharing,
            taken_up,
            asked,
        }))
    }
}

/// How many calls are left of a run that was taken up, or of one that begins.
fn calls_left(run: &Run<'_>, underway: Option<&Underway>) -> u64 {
    let ended = underway.map_or(0, |underway| underway.standing().ledger.ended());
    u64::from(run.planned.plan.totals().calls).saturating_sub(u64::from(ended))
}

fn carrying_on(run: &Run<'_>, underway: &Underway, left: u64) -> String {
    let calls = u64::from(run.planned.plan.totals().calls);
    let held = underway.standing().before(Moment::now()).held;
    let held = match held.is_zero() {
        true => String::new(),
        false => format!(" A pause is to be kept, of which {} are left.", span(held)),
    };
    format!(
        "Carrying on: {} of {} are done, as {} says.{held}",
        count(calls - left),
        counted(calls, "call"),
        run.outputs.partial().display()
    )
}
