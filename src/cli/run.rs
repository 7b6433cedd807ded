//! `bulklabel run`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::advice::{self, Ended, Lacking};
use super::credentials;
use super::destination::Destination;
use super::environment::Environment;
use super::question::{Question, somebody_is_there};
use super::runtime::runtime;
use super::settings::{Origin, SettingArgs, Settings, SettingsFile, Understood};
use super::signals::Signals;
use crate::error::{Error, ExitStatus};
use crate::job::{self, Called, Calling, Planned, Run};
use crate::list::Source;
use crate::model::{Moment, OutcomeKind};
use crate::record::{Journal, Outputs};
use crate::report::{Closing, End, LogFormat, Progress, Screen, counted};
use crate::service::Client;

/// Sends a list: one call per customer, and a result that says of every row what became of it
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    bulklabel run campaign.csv --sandbox\n  \
    bulklabel run campaign.csv --cluster eu\n  \
    bulklabel run ids.csv --action add --label \"VIP 2026\" --rate 200/min --yes\n  \
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

    /// Rehearse against an imitation of the service on this machine: no account, no network
    #[arg(long)]
    sandbox: bool,

    #[command(flatten)]
    settings: SettingArgs,
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
) -> Result<ExitStatus, Error> {
    let started = Moment::now();
    let settings = Settings::new(&args.settings)?;
    let is_text = screen.format() == LogFormat::Text;
    let destination = Destination::of(&args.settings.service, args.sandbox, given, is_text)?;
    let outputs = outputs(&args, given)?;
    outputs.check(&args.list, args.settings.result.overwrite)?;
    let signals = Signals::catch(screen)?;
    if let Some(copy) = outputs.spool().filter(|_| Source::needs_copy(&args.list)) {
        signals.copying_to(&copy);
    }
    let source = Source::open(&args.list, outputs.spool().as_deref())?;
    let spool = Spool(source.spool().map(Path::to_owned));
    let planned = job::plan(&source, &settings.reading)?;
    if args.settings.list.strict {
        refuse_rejected_rows(source.name(), &planned)?;
    }
    let client = destination.client(&args.settings.service, &settings, &planned.plan)?;
    if client.is_some()
        && !args.settings.yes
        && !may_send(&destination, &settings, &planned, given, screen)?
    {
        screen.say("Nothing was sent.");
        return Ok(ExitStatus::Unusable);
    }
    let run = Run {
        list: &args.list,
        source: &source,
        reading: &settings.reading,
        planned: &planned,
        outputs: &outputs,
        base_url: destination.base_url.to_string(),
        account: destination.credentials.account(),
        method: settings.method.as_str(),
        shaping: &settings.shaping,
        others: &settings.others,
        started,
    };
    let called = call(&run, client, &args, &settings, &signals, screen)?;
    let (places, anybody) = credentials::places(given.file.as_ref());
    let service = &args.settings.service;
    let next = |end: &End, status| {
        advice::next(&Ended {
            end,
            status,
            list: &args.list,
            command_line: &environment.command_line,
            rehearsal: destination.rehearsal.as_ref().map(|_| Lacking {
                address: service.base_url.is_none() && service.cluster.is_none(),
                credentials: !anybody,
            }),
            credentials: places.clone(),
        })
    };
    conclude(&run, called, spool, screen, next)
}

/// Writes the result, or leaves what is recorded of a run that stopped, and sums up.
fn conclude(
    run: &Run<'_>,
    called: Called,
    spool: Spool,
    screen: &Screen,
    next: impl FnOnce(&End, ExitStatus) -> String,
) -> Result<ExitStatus, Error> {
    let plan = &run.planned.plan;
    let (effort, mut tally) = (called.effort, called.tally.clone());
    tally.leave_pending(u64::from(plan.data_rows()));
    let (end, status) = match called.stopped.clone() {
        None => match job::complete(run, called) {
            Ok(status) => (
                End::Complete(run.outputs.result().map(Path::to_owned)),
                status,
            ),
            Err(error) => {
                // The journal is still there, and is of no use without its list.
                spool.keep();
                return Err(error);
            }
        },
        Some(reason) => {
            let status = reason.status();
            let journal = job::leave(run, called)?;
            if journal.is_some() {
                spool.keep();
            }
            (End::Stopped { reason, journal }, status)
        }
    };
    let closing = Closing {
        list: run.source.name(),
        end: &end,
        tally: &tally,
        calls: u64::from(plan.totals().calls),
        effort,
        next: &next(&end, status),
    };
    screen.close(&closing, status);
    Ok(status)
}

/// Makes the calls; where there are none, nothing is opened for them.
fn call(
    run: &Run<'_>,
    client: Option<Client>,
    args: &RunArgs,
    settings: &Settings,
    signals: &Signals,
    screen: &Screen,
) -> Result<Called, Error> {
    let Planned { plan, left_out, .. } = run.planned;
    let left_out = left_out.clone();
    // Told before the journal is made: a signal from here on leaves nothing half done.
    let partial = run.outputs.partial();
    let farewell = format!(
        "Stopped by a signal before the result was in its place; what was called is recorded in {}.",
        partial.display()
    );
    let interrupts = signals.hand_on(farewell);
    let journal = Journal::create(partial)?;
    if let Err(error) = run
        .outputs
        .check_result(&args.list, args.settings.result.overwrite)
    {
        journal.remove()?;
        return Err(error.into());
    }
    let Some(client) = client else {
        return Ok(Called::nobody(plan, left_out, journal, Moment::now()));
    };
    let progress = Progress::start(screen, u64::from(plan.totals().calls));
    let calling = Calling {
        plan,
        journal,
        progress,
        left_out,
        interrupts,
        now: Moment::now,
    };
    Ok(runtime()?.block_on(job::call_all(calling, client, settings.terms)))
}

/// Where the result goes. A rehearsal's goes where it is told to on the command line, and never where settings that
/// are meant for the real run say.
fn outputs(args: &RunArgs, given: &Understood) -> Result<Outputs, Error> {
    let typed = matches!(given.origins.origin("output"), Origin::Flag(_));
    let output = args.settings.result.output.as_deref();
    let output = output.filter(|_| typed || !args.sandbox);
    let outputs = Outputs::of(&args.list, output, args.sandbox);
    outputs.ok_or_else(|| match output {
        None => Error::unusable(
            "standard input has no name to make the result's of: name it with --output FILE",
        ),
        Some(_) => Error::unusable(
            "a list from standard input needs a result with a name: --output FILE, not -",
        ),
    })
}

/// With `--strict` one rejected row makes the whole list unusable.
fn refuse_rejected_rows(list: &str, planned: &Planned) -> Result<(), Error> {
    let rejected = planned
        .left_out
        .codes()
        .filter(|(kind, ..)| *kind == OutcomeKind::Rejected);
    let Some((_, code, first)) = rejected.min_by_key(|(.., example)| example.line) else {
        return Ok(());
    };
    let rows = counted(planned.left_out.rows(OutcomeKind::Rejected), "row");
    Err(Error::unusable(format!(
        "{list}: {rows} rejected, and --strict allows none; the first on line {}, {code}: {}",
        first.line, first.message
    )))
}

fn may_send(
    destination: &Destination,
    settings: &Settings,
    planned: &Planned,
    given: &Understood,
    screen: &Screen,
) -> Result<bool, Error> {
    if destination.rehearsal.is_some() || !somebody_is_there() {
        return Ok(true);
    }
    if screen.format() == LogFormat::Json {
        return Err(Error::unusable(
            "with --log-format json nothing can be asked: --yes sends without a question",
        ));
    }
    let question = Question {
        host: destination.base_url.host(),
        account: destination.credentials.name(),
        settings_file: given.file.as_ref().map(SettingsFile::title),
        totals: planned.plan.totals(),
        rejected: planned.left_out.rows(OutcomeKind::Rejected),
        rate: settings.terms.rate,
    };
    question.ask().map_err(|error| {
        Error::unusable(format!(
            "the terminal can't be read: {error}; --yes does not ask"
        ))
    })
}

/// The copy of a list that could be read only once: it vanishes with the run, unless the run is left unfinished.
struct Spool(Option<PathBuf>);

impl Spool {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Some(spool) = &self.0 {
            // What can't be removed is overwritten by the next run.
            let _left = fs::remove_file(spool);
        }
    }
}
