//! `bulklabel check`.

use std::path::PathBuf;

use clap::Args;

use super::cures::{Done, Looked, cures};
use super::environment::Environment;
use super::fix;
use super::guards::Guarded;
use super::memory::Use;
use super::organisation::{asked_by_look, look_at_organisation};
use super::rejects::Rejects;
use super::settings::{CheckSettingArgs, Understood, reading};
use super::standard_output::print;
use crate::error::{Error, ExitStatus};
use crate::job;
use crate::list::Source;
use crate::model::Moment;
use crate::report::{Checked, Screen, Told};

/// Looks at a list before it is sent: what it comes to, and what may not be meant. Nothing is sent
#[derive(Debug, Args)]
#[command(
    // It is none of a request for labels, and stands in the settings files of those who run lists.
    mut_arg("method", |arg| arg.hide(true)),
    after_help = "Examples:\n  \
    bulklabel check campaign.csv\n  \
    bulklabel check ids.csv --action add --label \"VIP 2026\" --rate 200/min\n  \
    bulklabel check campaign.csv --fix campaign.fixed.csv\n  \
    bulklabel check campaign.csv --rejects campaign.rejected.csv\n  \
    bulklabel check campaign.csv --json | jq '.labels[].label'\n  \
    zcat export.csv.gz | bulklabel check -\n  \
    bulklabel check campaign.csv --against-org --cluster eu\n\n\
    It takes the settings of `run` that shape what is sent, and needs no account and no network but with --against-org. \
    Rejected rows, contradictions, labels that look alike or like dates, ids that a spreadsheet may have rounded, and labels \
    that the organisation does not have in use are findings.\n\n\
    Exit status: 0 clean; 1 with findings; 2 the list can't be used, or is not as --expect-rows, --max-removals or \
    --strict want it, or the organisation can't be asked; 75 it can't be asked at the moment.")]
pub struct CheckArgs {
    /// The list: a CSV file with the columns userId, action and label, or - for standard input
    #[arg(value_name = "LIST")]
    list: PathBuf,

    /// Print what was found as JSON
    #[arg(long)]
    json: bool,

    /// Write the list again, mended where it is certain what was meant and without the rows that don't count, to this file,
    /// which must not be there yet
    #[arg(long, value_name = "FILE.csv")]
    fix: Option<PathBuf>,

    /// Ask for the organisation's labels, and tell which of the list it lacks or has inactive; only this needs an account
    // Under an id that is no setting's: a nightly run's settings make no look need an account.
    #[arg(id = "look-against-org", long = "against-org")]
    against_org: bool,

    #[command(flatten)]
    settings: CheckSettingArgs,
}

/// Looks at a list.
///
/// # Errors
/// It can't be used, or is not as the settings want it.
pub fn run(
    args: CheckArgs,
    given: &Understood,
    environment: &Environment,
    screen: &Screen,
) -> Result<ExitStatus, Error> {
    let settings = &args.settings;
    let (list, rate) = (&settings.list, settings.rate.limit());
    let reading = reading(list, Use::Look)?;
    let rejects = Rejects::of_check(settings.rejects.rejects.as_deref(), &args.list, given)?;
    let fixed = fix::place(args.fix.as_deref(), &args.list, rejects.as_ref())?;
    let asks = args.against_org;
    let asked = asks.then(|| asked_by_look(settings, given, screen));
    let asked = asked.transpose()?;
    let source = Source::open_aside(&args.list, &environment.temporary)?;
    let (planned, mut checked) = job::inspect(&source, &reading, rate)?;
    let written = match &rejects {
        Some(rejects) => rejects.write((&source, &planned), &reading, false, screen)?,
        None => None,
    };
    checked.rejects = written
        .filter(|_| !checked.rejected.is_empty())
        .map(|path| path.to_string_lossy().into_owned());
    let organisation = asked.map(|asked| look_at_organisation(&asked, settings, given, screen));
    // What was found without it is told also where it can't be asked.
    let (catalogue, unasked) = match organisation {
        Some(Ok(catalogue)) => (Some(catalogue), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let renames = catalogue.map(|it| job::hold_against(&it, &planned.plan, &mut checked));
    let guarded = Guarded {
        name: source.name(),
        is_result: false,
        rows: planned.list_rows(&reading),
        planned: &planned,
        spared: "a run would send nothing",
    };
    let verdict = guarded.check(list);
    let done = Done {
        fix: fixed.is_some(),
        rejects: written.is_some(),
    };
    let looked_at = Looked {
        typed: &environment.command_line,
        list: &args.list,
        reading: &reading,
        planned: &planned,
        organisation: checked.findings.organisation.as_ref(),
    };
    let cures = cures(&looked_at, done);
    // What is written again is planned again: two plans are enough at a time.
    let list = (&source, planned.fingerprint);
    drop(planned);
    if let (Some(file), None) = (&fixed, &unasked) {
        let renames = renames.unwrap_or_default();
        checked.fixed = Some(fix::fix(list, &reading, &renames, file)?);
    }
    let text = match args.json {
        true => json(&checked)?,
        false => Told {
            checked: &checked,
            rate,
            now: Moment::now(),
            cures: &cures,
        }
        .to_string(),
    };
    print(text.as_bytes())?;
    unasked.map_or(Ok(()), Err)?;
    verdict?;
    Ok(match checked.findings.is_clean() {
        true => ExitStatus::Complete,
        false => ExitStatus::WithFailures,
    })
}

fn json(checked: &Checked) -> Result<String, Error> {
    let json = serde_json::to_string_pretty(checked).map_err(Error::unusable)?;
    Ok(json + "\n")
}
