//! With whom a run shares its rate.

use std::time::Duration;

use super::Sending;
use crate::cli::destination::Destination;
use crate::cli::runtime::runtime;
use crate::dispatch::{NoAnswer, SharedRate, Sharing};
use crate::error::Error;
use crate::report::span;

/// Until the first call a shorter wait is not told.
const WORTH_TELLING: Duration = Duration::from_secs(5);

impl Sending<'_> {
    /// With whom the rate is shared, where it is: with all who call the same account. What is never going to work is found
    /// before anything is sent; that nobody is there may pass.
    ///
    /// # Errors
    /// The place can't be used, or refuses.
    pub(super) fn sharing(&self, destination: &Destination) -> Result<Option<Sharing>, Error> {
        let terms = &self.settings.terms;
        let (Some(url), Some(rate)) = (&self.settings.rate_url, terms.rate) else {
            return Ok(None);
        };
        if destination.rehearsal.is_some() {
            let said = "--rate-url is set aside: a rehearsal shares its rate with nobody.";
            self.screen.say(said);
            return Ok(None);
        }
        let refused = |NoAnswer { why, .. }| {
            Error::unusable(format!("--rate-url {url}: {why}; nothing was sent"))
        };
        let (host, account) = (
            destination.base_url.host(),
            destination.credentials.account(),
        );
        let ca_cert = self.args.service.ca_cert.as_deref();
        let shared = SharedRate::at(url, format!("{host}:{account}"), ca_cert).map_err(refused)?;
        let first = runtime()?.block_on(shared.look(rate)).map_err(refused)?;
        if first > WORTH_TELLING {
            self.screen.say(format!(
                "The shared rate leaves room for the next call of this account in {}.",
                span(first)
            ));
        }
        Ok(Some(Sharing {
            rate: shared,
            patience: terms.retries.max_outage,
        }))
    }
}
