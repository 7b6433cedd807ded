//! `bulklabel check`.

use std::path::PathBuf;

use clap::Args;

use super::environment::Environment;
use super::guards::Guarded;
use super::settings::{CheckSettingArgs, reading};
use super::standard_output::print;
use crate::error::{Error, ExitStatus};
use crate::job;
use crate::list::Source;
use crate::model::Moment;
use crate::report::{Checked, Told};

/// Looks at a list before it is sent: what it comes to, and what may not be meant. Nothing is sent
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    bulklabel check campaign.csv\n  \
    bulklabel check ids.csv --action add --label \"VIP 2026\" --rate 200/min\n  \
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

    #[command(flatten)]
    settings: CheckSettingArgs,
}

/// Looks at a list.
///
/// # Errors
/// It can't be used, or is not as the settings want it.
pub fn run(args: CheckArgs, environment: &Environment) -> Result<ExitStatus, Error> {
    let CheckSettingArgs { list, rate, .. } = &args.settings;
    let reading = reading(list)?;
    let source = Source::open_aside(&args.list, &environment.temporary)?;
    let (planned, checked) = job::inspect(&source, &reading, rate.limit())?;
    let text = match args.json {
        true => json(&checked)?,
        false => Told {
            checked: &checked,
            rate: rate.limit(),
            now: Moment::now(),
        }
        .to_string(),
    };
    print(text.as_bytes())?;
    let guarded = Guarded {
        name: source.name(),
        is_result: false,
        planned: &planned,
        spared: "a run would send nothing",
    };
    guarded.check(list)?;
    Ok(match checked.findings.is_clean() {
        true => ExitStatus::Complete,
        false => ExitStatus::WithFailures,
    })
}

fn json(checked: &Checked) -> Result<String, Error> {
    let json = serde_json::to_string_pretty(checked).map_err(Error::unusable)?;
    Ok(json + "\n")
}
