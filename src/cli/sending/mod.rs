//! From a list to its result: what `run`, `retry` and `undo` share.

mod agreement;
mod outlook;
mod sharing;

use std::path::Path;
use std::sync::Arc;

use clap::Args;

use self::agreement::Agreed;

use crate::cli::afterword::Afterword;
use crate::cli::claim::{Claim, Start, Wishes};
use crate::cli::conclusion::{call, conclude};
use crate::cli::destination::Destination;
use crate::cli::environment::Environment;
use crate::cli::list::List;
use crate::cli::made_from::MadeFrom;
use crate::cli::page::PageFile;
use crate::cli::places::Places;
use crate::cli::rejects::{self, Rejects};
use crate::cli::settings::{SettingArgs, Settings, Understood};
use crate::cli::signals::Signals;
use crate::dispatch::asleep;
use crate::error::{Error, ExitStatus};
use crate::job::{self, ACCOUNT, BASE_URL, Identity, METHOD, Run};
use crate::model::Moment;
use crate::record::{Outputs, RealDisk, summary_of};
use crate::report::{Screen, Summary};

/// What is done with a run that may have been begun before.
#[derive(Debug, Clone, Copy, Args)]
pub struct LegArgs {
    /// Rehearse against an imitation of the service on this machine: no account, no network
    #[arg(long)]
    pub sandbox: bool,

    /// Start an unfinished run over: what it has recorded is set aside, and its customers are called again
    #[arg(long)]
    pub restart: bool,

    /// Carry on, though the user name or key is another of the same organisation
    #[arg(long)]
    pub account_changed: bool,

    /// End an unfinished run as it stands: no call is made, and rows that were not called are pending in the result
    #[arg(long, conflicts_with_all = ["sandbox", "restart"])]
    pub finish: bool,
}

/// What the list is.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// A list of its own.
    Run,
    /// Rows of this result.
    Retry(&'a MadeFrom),
    /// The opposite of what this result says was done.
    Undo(&'a MadeFrom),
}

impl<'a> What<'a> {
    /// The result that it is made of.
    pub fn made_from(self) -> Option<&'a MadeFrom> {
        match self {
            Self::Run => None,
            Self::Retry(made_from) | Self::Undo(made_from) => Some(made_from),
        }
    }
}

/// A list on its way to its result.
#[derive(Debug)]
pub struct Sending<'a> {
    /// What the list is.
    pub what: What<'a>,
    /// Its path.
    pub list: &'a Path,
    /// The settings as they were given.
    pub args: &'a SettingArgs,
    /// What is done with an earlier leg.
    pub leg: LegArgs,
    /// The settings as they are meant.
    pub settings: Settings,
    /// Where its files may stand.
    pub places: Places,
    /// When the command began.
    pub started: Moment,
    /// Where the settings come from.
    pub given: &'a Understood,
    /// What the environment says.
    pub environment: &'a Environment,
    /// Standard error.
    pub screen: &'a Screen,
    /// What is told once it has ended.
    pub afterword: &'a Afterword,
}

impl Sending<'_> {
    /// Sends it.
    ///
    /// # Errors
    /// What ends the run before its result, but for a stop.
    pub fn send(&self, destination: &Destination) -> Result<ExitStatus, Error> {
        let (places, settings, screen) = (&self.places, &self.settings, self.screen);
        let signals = Signals::catch(screen, self.afterword)?;
        let rejects = Rejects::of_run(self)?;
        let page = PageFile::of_run(self)?;
        self.keep_names_apart(rejects.as_ref(), page.as_ref())?;
        let wait = self.args.result.lock_wait;
        let claim = Claim::stake(places, self.list, self.wishes(), wait, screen)?;
        let copying = places.now().copying();
        signals.preparing(copying.clone(), claim.outputs().partial());
        let (mut list, copy) = List::read(self.list, places.now(), &settings.reading)?;
        let made_from = self.what.made_from();
        if let Some(made_from) = made_from {
            made_from.must_be_whole(list.planned.read)?;
        }
        let identity = identity(&list, settings, destination);
        let mut claim = claim.find(places, &identity, self.list, wait, screen)?;
        let outputs = claim.outputs();
        signals.preparing(copying, outputs.partial());
        if let Some(summary) = claim.complete_shard(&identity)? {
            return Ok(self.is_done(summary, outputs));
        }
        let start = claim.settle(&identity)?;
        let carries_on = matches!(start, Start::CarryOn(_));
        if carries_on {
            list.plan_as_recorded(outputs, &settings.reading, screen)?;
        }
        let rejects = match &rejects {
            Some(rejects) => {
                let planned = (&list.source, &list.planned);
                rejects.write(planned, &settings.reading, carries_on, screen)?
            }
            None => None,
        };
        let run = self.run(outputs, &list, &identity);
        if !carries_on {
            self.afterword.knows(job::so_far(&run, None));
        }
        let tell_rejects = || rejects::tell(rejects, &list.planned, screen);
        let is_to_be_sent = self.is_as_expected(&run, &start);
        is_to_be_sent.inspect_err(|_| tell_rejects())?;
        let agreed = self.agree(destination, &run, &start);
        let Some(agreed) = agreed.inspect_err(|_| tell_rejects())? else {
            screen.say(sentence(start.spared()));
            tell_rejects();
            return Ok(ExitStatus::Unusable);
        };
        claim.make_way(&start, screen)?;
        copy.keep(outputs)?;
        let Agreed {
            client,
            sharing,
            taken_up,
            asked,
        } = agreed;
        let mut underway = match taken_up {
            Some(underway) => underway,
            None => job::take_up(&run, settings.terms.rate)?,
        };
        underway.count_for_rate(&asked);
        let ask = self.asks(destination);
        let called = call(
            &run,
            underway,
            (client, sharing),
            ask,
            settings,
            &signals,
            screen,
        )?;
        conclude(
            &run,
            called,
            false,
            (rejects, page.as_ref()),
            self.afterword,
            screen,
            |ending| self.next(ending, rejects, destination.rehearsal.is_some()),
        )
    }

    /// Says that a shard is complete, and ends as it did.
    fn is_done(&self, summary: Summary, outputs: &Outputs) -> ExitStatus {
        let status = match summary.exit_status {
            0 => ExitStatus::Complete,
            _ => ExitStatus::WithFailures,
        };
        self.screen.say(format!(
            "Shard {} is complete already, as {} says: nothing is sent, and the exit status is that of its run.",
            summary.shard,
            outputs.summary().unwrap_or_default().display()
        ));
        self.afterword.is_complete(summary, outputs.result());
        status
    }

    /// The run of a list that was read.
    pub fn run<'b>(
        &'b self,
        outputs: &'b Outputs,
        list: &'b List,
        identity: &'b Identity,
    ) -> Run<'b> {
        Run {
            list: self.list,
            source: &list.source,
            reading: &self.settings.reading,
            planned: &list.planned,
            outputs,
            identity,
            rehearsal: self.leg.sandbox,
            others: &self.settings.others,
            tolerance: self.settings.tolerance,
            started: self.started,
            disk: Arc::new(RealDisk),
            now: Moment::now,
            asleep,
        }
    }

    /// Refuses files that tell of the run's end in the place of its own, or of what it is made of.
    ///
    /// # Errors
    /// One is there.
    pub fn keep_names_apart(
        &self,
        rejects: Option<&Rejects>,
        page: Option<&PageFile>,
    ) -> Result<(), Error> {
        let mut taken: Vec<_> = self.places.all().flat_map(Outputs::names).collect();
        if let Some(made_from) = self.what.made_from() {
            taken.extend([made_from.result.clone(), summary_of(&made_from.result)]);
        }
        taken.extend(rejects.map(|rejects| rejects.file().path().to_owned()));
        taken.extend(page.map(|page| page.path().to_owned()));
        self.afterword.must_not_take(&taken)
    }

    /// What is to become of an earlier leg.
    pub fn wishes(&self) -> Wishes {
        Wishes {
            overwrite: self.args.result.overwrite,
            restart: self.leg.restart,
            account_changed: self.leg.account_changed,
            finish: self.leg.finish,
            rehearsal: self.leg.sandbox,
        }
    }
}

/// Words as a sentence of their own.
fn sentence(words: &str) -> String {
    let (first, rest) = words.split_at(words.chars().next().map_or(0, char::len_utf8));
    format!("{}{rest}.", first.to_uppercase())
}

fn identity(list: &List, settings: &Settings, destination: &Destination) -> Identity {
    let mut parts = list.parts(settings);
    parts.extend([
        (BASE_URL, destination.base_url.to_string()),
        (ACCOUNT, destination.credentials.account()),
        (METHOD, settings.method.as_str().to_owned()),
    ]);
    Identity::new(parts)
}
