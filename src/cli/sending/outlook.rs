//! What to do once a run has ended.

use std::path::Path;

use super::{Sending, What};
use crate::cli::advice::{self, Ended, Ending, Lacking};
use crate::cli::credentials;
use crate::cli::made_from::MadeFrom;
use crate::cli::members::Fold;
use crate::cli::once_mended::Mending;
use crate::cli::settings::Origin;
use crate::model::OutcomeKind;
use crate::report::End;

impl Sending<'_> {
    /// What to do next; the rejected rows are in `rejects`, where they are anywhere.
    pub fn next(&self, ending: &Ending<'_>, rejects: Option<&Path>, rehearsal: bool) -> String {
        let (places, anybody) = credentials::places(self.given.file.as_ref());
        let service = &self.args.service;
        let knows_address = self.what.made_from().is_some_and(MadeFrom::has_summary);
        let unnamed = service.base_url.is_none() && service.cluster.is_none();
        let fold = match (self.what, ending.end) {
            (What::Retry(_), End::Complete(Some(result))) => Fold::of(result),
            _ => None,
        };
        advice::next(&Ended {
            ending,
            fold,
            what: self.what,
            list: self.list,
            command_line: &self.environment.command_line,
            starts_over: self.places.now().are_replaced(),
            mending: rejects.and_then(|_| self.mending(ending)),
            rehearsal: rehearsal.then_some(Lacking {
                address: unnamed && !knows_address,
                credentials: !anybody,
            }),
            credentials: places,
        })
    }

    /// What is said of rejected rows that a person can mend and send.
    fn mending(&self, ending: &Ending<'_>) -> Option<Mending<'_>> {
        let rejects = self.args.result.rejects.rejects.as_deref()?;
        let is_to_be_said = matches!(self.what, What::Run)
            && !self.leg.sandbox
            && ending.tally.rows(OutcomeKind::Rejected) > 0;
        is_to_be_said.then_some(Mending {
            rejects,
            is_typed: matches!(self.given.origins.origin("rejects"), Origin::Flag(_)),
            has_delimiter: self.settings.reading.delimiter.is_some(),
        })
    }
}
