//! `bulklabel run`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::advice::{self, Ended, Lacking};
use super::claim::{Claim, Start, Wishes};
use super::conclusion::{call, conclude};
use super::credentials;
use super::destination::Destination;
use super::environment::Environment;
use super::finish::finish;
use super::list::List;
use super::question::{Question, somebody_is_there};
use super::settings::{Origin, SettingArgs, Settings, SettingsFile, Understood};
use super::signals::Signals;
use crate::dispatch::asleep;
use crate::error::{Error, ExitStatus};
use crate::job::{self, ACCOUNT, BASE_URL, Identity, METHOD, Planned, Run, Underway};
use crate::model::{Moment, OutcomeKind};
use crate::record::{Outputs, RealDisk};
use crate::report::{End, LogFormat, Screen, count, counted, span};

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

    /// Start an unfinished run over: what it has recorded is set aside, and its customers are called again
    #[arg(long)]
    restart: bool,

    /// Carry on an unfinished run, though the user name or key is another of the same organisation
    #[arg(long)]
    account_changed: bool,

    /// End an unfinished run as it stands: no call is made, and rows that were not called are pending in the result
    #[arg(long, conflicts_with_all = ["sandbox", "restart"])]
    finish: bool,

    #[command(flatten)]
    settings: SettingArgs,
}

impl RunArgs {
    fn wishes(&self) -> Wishes {
        Wishes {
            overwrite: self.settings.result.overwrite,
            restart: self.restart,
            account_changed: self.account_changed,
            finish: false,
        }
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
) -> Result<ExitStatus, Error> {
    let started = Moment::now();
    let settings = Settings::new(&args.settings)?;
    let outputs = outputs(&args, given)?;
    if args.finish {
        return finish(
            &args.list,
            &args.settings.result,
            &settings,
            &outputs,
            screen,
        );
    }
    let is_text = screen.format() == LogFormat::Text;
    let destination = Destination::of(&args.settings.service, args.sandbox, given, is_text)?;
    let signals = Signals::catch(screen)?;
    let wait = args.settings.result.lock_wait;
    let mut claim = Claim::stake(&outputs, &args.list, args.wishes(), wait, screen)?;
    signals.preparing(outputs.copying(), outputs.partial());
    let (list, copy) = List::read(&args.list, &outputs, &settings.reading)?;
    if args.settings.list.strict {
        refuse_rejected_rows(list.source.name(), &list.planned)?;
    }
    let identity = identity(&list, &settings, &destination);
    let start = claim.settle(&identity)?;
    let run = Run {
        list: &args.list,
        source: &list.source,
        reading: &settings.reading,
        planned: &list.planned,
        outputs: &outputs,
        identity: &identity,
        rehearsal: args.sandbox,
        others: &settings.others,
        started,
        disk: Arc::new(RealDisk),
        now: Moment::now,
        asleep,
    };
    let taken_up = match &start {
        Start::CarryOn(_) => Some(job::take_up(&run, settings.terms.rate)?),
        Start::Begin { .. } => None,
    };
    let left = calls_left(&run, taken_up.as_ref());
    let client = match left {
        0 => None,
        _ => Some(destination.client(&args.settings.service, &settings)?),
    };
    if let Some(underway) = &taken_up {
        screen.say(carrying_on(&run, underway, left));
    }
    if client.is_some()
        && !args.settings.yes
        && !may_send(&destination, &settings, &run, left, given, screen)?
    {
        screen.say("Nothing was sent.");
        return Ok(ExitStatus::Unusable);
    }
    claim.make_way(&start)?;
    copy.keep(&outputs)?;
    let underway = match taken_up {
        Some(underway) => underway,
        None => job::take_up(&run, settings.terms.rate)?,
    };
    let called = call(&run, underway, client, &settings, &signals, screen)?;
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
    conclude(&run, called, false, screen, next)
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
        false => format!(
            " The service has asked for a pause, of which {} are left.",
            span(held)
        ),
    };
    format!(
        "Carrying on: {} of {} are done, as {} says.{held}",
        count(calls - left),
        counted(calls, "call"),
        run.outputs.partial().display()
    )
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
    run: &Run<'_>,
    left: u64,
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
        totals: run.planned.plan.totals(),
        left,
        rejected: run.planned.left_out.rows(OutcomeKind::Rejected),
        rate: settings.terms.rate,
    };
    question.ask().map_err(|error| {
        Error::unusable(format!(
            "the terminal can't be read: {error}; --yes does not ask"
        ))
    })
}
