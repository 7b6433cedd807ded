//! `bulklabel check`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::cures::{Done, cures};
use super::environment::Environment;
use super::fix;
use super::guards::Guarded;
use super::rejects::Rejects;
use super::settings::{CheckSettingArgs, Understood, reading};
use crate::error::{Error, ExitStatus};
use crate::job::{self, Renames};
use crate::list::Source;
use crate::model::Moment;
use crate::report::{Checked, Told};

/// Looks at a list before it is sent: what it comes to, and what may not be meant. Nothing is sent
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    bulklabel check campaign.csv\n  \
    bulklabel check ids.csv --action add --label \"VIP 2026\" --rate 200/min\n  \
    bulklabel check campaign.csv --fix campaign.fixed.csv\n  \
    bulklabel check campaign.csv --rejects campaign.rejected.csv\n  \
    bulklabel check campaign.csv --json | jq '.labels[].label'\n  \
    zcat export.csv.gz | bulklabel check -\n\n\
    It takes the settings of `run` that shape what is sent, and needs no account and no network. Rejected rows, \
    contradictions, labels that look alike or like dates, and ids that a spreadsheet may have rounded are findings.\n\n\
    Exit status: 0 clean; 1 with findings; 2 the list can't be used, or is not as --expect-rows, --max-removals or \
    --strict want it.")]
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
) -> Result<ExitStatus, Error> {
    let CheckSettingArgs {
        list,
        rate,
        rejects,
        ..
    } = &args.settings;
    let reading = reading(list)?;
    let rejects = Rejects::of_check(rejects.rejects.as_deref(), &args.list, given)?;
    let fixed = fix::place(args.fix.as_deref(), &args.list, rejects.as_ref())?;
    let source = Source::open_aside(&args.list, &environment.temporary)?;
    let (planned, mut checked) = job::inspect(&source, &reading, rate.limit())?;
    let written = match &rejects {
        Some(rejects) => rejects.write((&source, &planned), &reading, false)?,
        None => None,
    };
    checked.rejects = written
        .filter(|_| !checked.rejected.is_empty())
        .map(Path::to_owned);
    let guarded = Guarded {
        name: source.name(),
        is_result: false,
        planned: &planned,
        spared: "a run would send nothing",
    };
    let verdict = guarded.check(list);
    let done = Done {
        fix: fixed.is_some(),
        rejects: written.is_some(),
    };
    let cures = cures(
        &environment.command_line,
        &args.list,
        &reading,
        &planned,
        done,
    );
    // What is written again is planned again: two plans are enough at a time.
    drop(planned);
    if let Some(file) = &fixed {
        checked.fixed = Some(fix::fix(&source, &reading, &Renames::new(), file)?);
    }
    let text = match args.json {
        true => json(&checked)?,
        false => Told {
            checked: &checked,
            rate: rate.limit(),
            now: Moment::now(),
            cures: &cures,
        }
        .to_string(),
    };
    print(&text)?;
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

fn print(text: &str) -> Result<(), Error> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Who does not read to the end has seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let what = format!("standard output can't be written: {error}");
            Err(Error::new(ExitStatus::TryLater, what))
        }
        _ => Ok(()),
    }
}
