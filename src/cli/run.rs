//! `bulklabel run`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::afterword::{Afterword, AfterwordArgs};
use super::destination::Destination;
use super::environment::Environment;
use super::finish::finish;
use super::places::Places;
use super::scheduler::Told;
use super::sending::{LegArgs, Sending, What};
use super::settings::{CronArgs, Origin, SettingArgs, Settings, Understood, address};
use super::shard::Shard;
use crate::error::{Error, ExitStatus};
use crate::model::Moment;
use crate::record::{Outputs, of_shard};
use crate::report::{LogFormat, Screen};

/// Sends a list: one call per customer, and a result that says of every row what became of it
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    bulklabel run campaign.csv --sandbox\n  \
    bulklabel run campaign.csv --cluster eu\n  \
    bulklabel run ids.csv --action add --label \"VIP 2026\" --rate 200/min --yes\n  \
    bulklabel run campaign.csv --against-org\n  \
    bulklabel run nightly.csv --expect-rows 100.. --max-removals 500 --tolerate 1%\n  \
    bulklabel run nightly.csv --output 'nightly-{date}.csv' --excel nightly.xlsx\n  \
    bulklabel run nightly.csv --quiet --metrics nightly.prom\n  \
    bulklabel run campaign.csv --shard 3/16\n  \
    zcat export.csv.gz | bulklabel run - --output export.results.csv\n\n\
    Credentials are read from BULKLABEL_USERNAME and BULKLABEL_PASSWORD, or from BULKLABEL_CLIENT_KEY and \
    BULKLABEL_CLIENT_SECRET (OAuth).\n\n\
    Exit status: 0 complete and every row as it should be; 1 complete, with rows to look at; 2 nothing was sent and \
    trying again won't help; 3 stopped early, a person must look; 75 stopped early for a passing reason; 130 or 143 \
    stopped by a signal.")]
pub struct RunArgs {
    /// The list: a CSV file with the columns userId, action and label, or - for standard input
    #[arg(value_name = "LIST")]
    list: PathBuf,

    #[command(flatten)]
    leg: LegArgs,

    #[command(flatten)]
    settings: SettingArgs,
}

impl RunArgs {
    /// What is written and said for whoever is not there.
    pub fn cron(&self) -> &CronArgs {
        &self.settings.cron
    }

    /// Whether rows to look at are no failure to whoever has started it.
    pub fn partial_ok(&self) -> bool {
        self.settings.result.partial_ok
    }

    /// Settles which shard it is, and gives each of its files the name that it has in that: those of others have names of their
    /// own.
    ///
    /// # Errors
    /// A scheduler is to say which, and none does.
    pub fn settle_shard(&mut self) -> Result<Option<Told>, Error> {
        let SettingArgs {
            shard,
            result,
            cron,
            ..
        } = &mut self.settings;
        let told = shard.shard.map(Shard::part).transpose()?;
        if let Some(Told { part, .. }) = told {
            shard.shard = Some(Shard::This(part));
            let of_run = [&mut cron.summary, &mut cron.metrics, &mut result.excel];
            let of_list = [&mut result.rejects.rejects, &mut result.report.report];
            for path in of_run.into_iter().chain(of_list).flatten() {
                *path = of_shard(path, part);
            }
        }
        Ok(told)
    }

    /// What it says about its end.
    pub fn afterword(&self, given: &Understood) -> AfterwordArgs<'_> {
        AfterwordArgs::of(self.cron(), &self.list, self.leg.sandbox, true, given)
    }
}

/// Runs a list.
///
/// # Errors
/// What ends the run before its result, but for a stop.
pub fn run(
    args: RunArgs,
    given: &Understood,
    environment: &Environment,
    screen: &Screen,
    afterword: &Afterword,
) -> Result<ExitStatus, Error> {
    let started = Moment::now();
    let sending = Sending {
        what: What::Run,
        list: &args.list,
        args: &args.settings,
        leg: args.leg,
        settings: Settings::new(&args.settings)?,
        places: places(&args, given, started)?,
        started,
        given,
        environment,
        screen,
        afterword,
    };
    if args.leg.finish {
        return finish(&sending);
    }
    let destination = if args.leg.sandbox {
        Destination::imitation()?
    } else {
        let (base_url, _) = address(&args.settings.service, &given.origins)?;
        Destination::service(base_url, given, screen.format() == LogFormat::Text)?
    };
    sending.send(&destination)
}

/// Where the result goes. A rehearsal's goes where it is told to on the command line, and never where settings that
/// are meant for the real run say.
fn places(args: &RunArgs, given: &Understood, started: Moment) -> Result<Places, Error> {
    let counts = |name| {
        let typed = matches!(given.origins.origin(name), Origin::Flag(_));
        typed || !args.leg.sandbox
    };
    let result = &args.settings.result;
    let output = result.output.as_deref().filter(|_| counts("output"));
    let excel = result.excel.as_deref().filter(|_| counts("excel"));
    let shard = args.settings.shard.part();
    let at = |output: Option<&Path>| {
        let outputs = Outputs::of(&args.list, output, args.leg.sandbox)?;
        Some(match shard {
            Some(shard) => outputs.of_shard(shard),
            None => outputs,
        })
    };
    let places = Places::find(started, output, excel, at)?;
    places.ok_or_else(|| match output {
        None => Error::unusable(
            "standard input has no name to make the result's of: name it with --output FILE",
        ),
        Some(_) => Error::unusable(
            "a list from standard input needs a result with a name: --output FILE, not -",
        ),
    })
}
