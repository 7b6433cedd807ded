//! What `retry` and `undo` share: a list that is made of a result.

use std::path::Path;

use clap::Args;

use super::afterword::{Afterword, AfterwordArgs};
use super::environment::Environment;
use super::finish::finish;
use super::made_from::MadeFrom;
use super::members::retried;
use super::places::Places;
use super::print::print;
use super::sending::{LegArgs, Sending, What};
use super::settings::{CronArgs, OfResultArgs, Origin, SettingArgs, Settings, Understood};
use crate::error::{Error, ExitStatus};
use crate::job::{CODES, KIND, OF, RETRY, UNDO};
use crate::list::{ColumnNames, Selection, Source};
use crate::model::Moment;
use crate::record::{Lineage, Offspring, Outputs, summary_of};
use crate::report::Screen;

/// The flags of both.
#[derive(Debug, Args)]
pub struct OffspringArgs {
    /// Only print the rows that would be sent, as a list, to standard output; no call is made
    #[arg(long, conflicts_with = "finish")]
    print: bool,

    #[command(flatten)]
    leg: LegArgs,

    #[command(flatten)]
    settings: OfResultArgs,
}

impl OffspringArgs {
    /// Whether rows to look at are no failure to whoever has started it.
    pub fn partial_ok(&self) -> bool {
        self.settings.partial_ok()
    }

    /// What is written and said for whoever is not there.
    pub fn cron(&self) -> &CronArgs {
        self.settings.cron()
    }

    /// What a retry or undo of `result` says about its end; nothing, where it only prints.
    pub fn afterword<'a>(
        &'a self,
        result: &'a Path,
        given: &Understood,
    ) -> Option<AfterwordArgs<'a>> {
        let mut args = AfterwordArgs::of(self.cron(), result, self.leg.sandbox, false, given);
        args.taken.push(summary_of(result));
        (!self.print).then_some(args)
    }
}

/// Sends the rows of a result that `selection` takes.
///
/// # Errors
/// What ends the run before its result, but for a stop.
pub fn send(
    result: &Path,
    selection: Selection,
    args: OffspringArgs,
    given: &Understood,
    environment: &Environment,
    screen: &Screen,
    afterword: &Afterword,
) -> Result<ExitStatus, Error> {
    let started = Moment::now();
    let OffspringArgs {
        print: only_print,
        leg,
        settings,
    } = args;
    let args = SettingArgs::from(settings);
    let made_from = MadeFrom::read(result)?;
    let offspring = match selection {
        Selection::Inverse => Offspring::Undo,
        Selection::Undone | Selection::Codes(_) => Offspring::Retry,
    };
    let settings = settings_of(&args, selection, &made_from)?;
    // Whoever names a list in the place of its result hears of that first.
    settings.reading.rows(&Source::open(result, None)?)?;
    if only_print {
        return print(&settings, &args.list, &made_from, screen);
    }
    let sending = Sending {
        what: match offspring {
            Offspring::Retry => What::Retry(&made_from),
            Offspring::Undo => What::Undo(&made_from),
        },
        list: result,
        places: places(&made_from, offspring, &args, started, leg.sandbox, given)?,
        args: &args,
        leg,
        settings,
        started,
        given,
        environment,
        screen,
        afterword,
    };
    if leg.finish {
        return finish(&sending);
    }
    if offspring == Offspring::Retry && !leg.sandbox {
        say_whether_it_was_retried(&made_from, screen);
    }
    sending.send(&made_from.destination(&args.service, leg, given, screen)?)
}

/// Who means the rows that a retry has left must name its result.
fn say_whether_it_was_retried(made_from: &MadeFrom, screen: &Screen) {
    let result = &made_from.result;
    if let Some(retried) = made_from.run().and_then(|run| retried(result, run)) {
        screen.say(format!(
            "{} is there already. This sends the same rows of {} once more; to send those that it has left, name that one.",
            retried.display(),
            result.display()
        ));
    }
}

/// The settings, with what is taken among those that make a run this run.
fn settings_of(
    args: &SettingArgs,
    selection: Selection,
    made_from: &MadeFrom,
) -> Result<Settings, Error> {
    let mut settings = Settings::new(args)?;
    let kind = match &selection {
        Selection::Inverse => UNDO,
        Selection::Undone | Selection::Codes(_) => RETRY,
    };
    settings.shaping.insert(KIND, kind.to_owned());
    if let Selection::Codes(codes) = &selection {
        settings.shaping.insert(CODES, codes.to_string());
    }
    if let Some(run) = made_from.run() {
        settings.shaping.insert(OF, run.to_owned());
    }
    settings.reading.wishes.names = ColumnNames::of_result();
    settings.reading.selection = Some(selection);
    Ok(settings)
}

/// Where the result goes: where the command line says, and never where settings say that are meant for the run, nor in the
/// place of what it is made of.
fn places(
    made_from: &MadeFrom,
    offspring: Offspring,
    args: &SettingArgs,
    started: Moment,
    rehearsal: bool,
    given: &Understood,
) -> Result<Places, Error> {
    let typed = |name| matches!(given.origins.origin(name), Origin::Flag(_));
    let output = args.result.output.as_deref().filter(|_| typed("output"));
    let excel = args.result.excel.as_deref().filter(|_| typed("excel"));
    let usual = || {
        let lineage = Lineage::of(&made_from.result)?;
        Some(match rehearsal {
            true => lineage.next_rehearsed(offspring, made_from.is_rehearsal()),
            false => lineage.next(offspring),
        })
    };
    let at = |output: Option<&Path>| Outputs::at(output, rehearsal, usual);
    let places = Places::find(started, output, excel, at)?;
    let places = places.ok_or_else(|| Error::unusable("name the result with --output FILE"))?;
    let replaced = places
        .all()
        .find_map(|outputs| outputs.replacing(&made_from.result));
    match replaced {
        None => Ok(places),
        Some(path) => Err(Error::unusable(format!(
            "{} is what this is made of, or stands beside it: name another with --output",
            path.display()
        ))),
    }
}
