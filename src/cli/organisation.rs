//! The organisation's labels: asked for before anything is sent, or for a look at a list (`--against-org`).

use std::num::NonZeroU32;
use std::time::Duration;

use super::credentials;
use super::destination::Destination;
use super::runtime::runtime;
use super::sending::Sending;
use super::settings::{CheckSettingArgs, Understood, address};
use crate::dispatch::{Before, Inquired, Inquiry, RetryPolicy, Sharing};
use crate::error::{Error, ExitStatus};
use crate::job::{self, Run, Underway};
use crate::model::Moment;
use crate::report::{LogFormat, Screen, span};
use crate::service::{Catalogue, Client, Trouble};

/// A look at a list takes no longer than this to ask.
const PATIENCE: Duration = Duration::from_secs(60);

/// Shorter waits are not told.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// What asks for the labels, and what is said where it can't.
struct Asking<'a> {
    client: &'a Client,
    screen: &'a Screen,
    given: &'a Understood,
    /// Where the service is.
    base_url: String,
    /// What does not happen then.
    spared: &'a str,
    /// How it ends where a person must look.
    look: ExitStatus,
}

impl Asking<'_> {
    /// Asks, and gives the times at which something was sent besides.
    fn ask(&self, inquiry: Inquiry) -> Result<(Catalogue, Vec<Moment>), Error> {
        let waits = |trouble: &Trouble, pause: Duration| {
            if pause >= WORTH_TELLING {
                let (why, pause) = (words(trouble), span(pause));
                self.screen.say(format!(
                    "The organisation's labels can't be read yet: {why}. They are asked for again in {pause}."
                ));
            }
        };
        let Inquired { catalogue, sent } = runtime()?.block_on(inquiry.ask(self.client, waits));
        Ok((catalogue.map_err(|trouble| self.failure(&trouble))?, sent))
    }

    fn failure(&self, trouble: &Trouble) -> Error {
        let (status, cure) = match trouble {
            Trouble::Passing { after, .. } => {
                let wait = after.map(|after| format!(", which asks to wait {}", span(after)));
                let wait = wait.unwrap_or_default();
                let cure = format!("give the same command again once the service is back{wait}");
                (ExitStatus::TryLater, cure)
            }
            Trouble::Refused(_) => {
                let ([name, secret], _) = credentials::places(self.given.file.as_ref());
                (self.look, format!("check {name} and {secret}"))
            }
            Trouble::Forbidden(_) => {
                let cure = "the account may not be allowed to read them: ask whoever runs it, or leave --against-org out";
                (self.look, cure.to_owned())
            }
            Trouble::TooLong(_) => (self.look, "leave --against-org out".to_owned()),
            Trouble::Unreadable(_) | Trouble::Senseless(_) => {
                (self.look, format!("check the base URL, {}", self.base_url))
            }
        };
        let (why, spared) = (words(trouble), self.spared);
        let what =
            format!("the organisation's labels can't be read: {why}; {spared}. What to do: {cure}");
        Error::new(status, what)
    }
}

fn words(trouble: &Trouble) -> &str {
    match trouble {
        Trouble::Passing { why, .. } => why,
        Trouble::Unreadable(why)
        | Trouble::Refused(why)
        | Trouble::Forbidden(why)
        | Trouble::TooLong(why)
        | Trouble::Senseless(why) => why,
    }
}

/// Whom a look at a list asks. Known before the list is read.
///
/// # Errors
/// Nothing says where the service is, or who asks.
pub fn asked_by_look(
    args: &CheckSettingArgs,
    given: &Understood,
    screen: &Screen,
) -> Result<Destination, Error> {
    let (base_url, _) = address(&args.service, &given.origins)?;
    Destination::service(base_url, given, screen.format() == LogFormat::Text)
}

/// The labels of the organisation, for a look at a list.
///
/// # Errors
/// They can't be read.
pub fn look_at_organisation(
    destination: &Destination,
    args: &CheckSettingArgs,
    given: &Understood,
    screen: &Screen,
) -> Result<Catalogue, Error> {
    let client = destination.client(&args.service, args.timeout.timeout)?;
    let asking = Asking {
        client: &client,
        screen,
        given,
        base_url: destination.base_url.to_string(),
        spared: "the list was not held against them",
        look: ExitStatus::Unusable,
    };
    let inquiry = Inquiry {
        rate: args.rate.limit(),
        sharing: None,
        before: Before::default(),
        retries: RetryPolicy {
            max_attempts: NonZeroU32::new(5).unwrap_or(NonZeroU32::MIN),
            base: Duration::from_millis(500),
            max_outage: PATIENCE,
        },
        patience: PATIENCE,
        now: Moment::now,
    };
    asking.ask(inquiry).map(|(catalogue, _)| catalogue)
}

impl Sending<'_> {
    /// Asks for the organisation's labels where that is wanted, and refuses to send any that it does not have in use. Gives
    /// the times at which something was sent for that. `underway` is the run as far as it was carried on, and `spared` what
    /// does not happen where it is refused.
    ///
    /// # Errors
    /// The labels can't be read, or one that would be sent is not in use.
    pub fn hold_against_organisation(
        &self,
        destination: &Destination,
        (client, sharing): (&Client, Option<&Sharing>),
        run: &Run<'_>,
        underway: Option<&Underway>,
        spared: &str,
    ) -> Result<Vec<Moment>, Error> {
        if !self.args.organisation.against_org {
            return Ok(Vec::new());
        }
        if destination.rehearsal.is_some() {
            let said = "--against-org is set aside: a rehearsal knows no organisation.";
            self.screen.say(said);
            return Ok(Vec::new());
        }
        let (plan, terms) = (&run.planned.plan, &self.settings.terms);
        let before = underway.map(|underway| underway.standing().before(Moment::now()));
        let asking = Asking {
            client,
            screen: self.screen,
            given: self.given,
            base_url: destination.base_url.to_string(),
            spared,
            look: ExitStatus::Stopped,
        };
        let (catalogue, sent) = asking.ask(Inquiry {
            rate: terms.rate,
            sharing: sharing.cloned(),
            before: before.unwrap_or_default(),
            retries: terms.retries,
            patience: terms.retries.max_outage,
            now: Moment::now,
        })?;
        let uses = match underway {
            Some(underway) => job::uses_left(run, underway.standing()),
            None => plan.label_uses().to_vec(),
        };
        let organisation = job::not_in_use(&catalogue, plan, &uses);
        if organisation.is_clean() {
            return Ok(sent);
        }
        let (name, look) = (run.source.name(), self.closer_look(destination));
        Err(Error::unusable(format!(
            "{name}: {organisation}\nWith --against-org {spared}. To look closer: {look}"
        )))
    }
}
