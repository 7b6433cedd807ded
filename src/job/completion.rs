//! The end of a run, or of a leg: the result in place and the other files gone, or all of them left to be carried on.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::accounting::{Account, AccountError, Known, account_for, must_be_as_planned};
use super::called::Called;
use super::endings::Endings;
use super::laying::endings;
use super::run::Run;
use super::standing::Standing;
use super::summing::{Spent, summary};
use crate::error::{Error, ExitStatus};
use crate::model::Tally;
use crate::record::{Entry, Journal, RecordError, Replacement, Target, write_whole};
use crate::report::Summary;

/// How a run ended whose result is in its place.
#[derive(Debug, Clone)]
pub struct Completion {
    /// Its exit status.
    pub status: ExitStatus,
    /// How many rows need a look, whether or not they are tolerated.
    pub to_look_at: u64,
    /// What stands beside the result; or would, where that is printed.
    pub summary: Summary,
}

/// Writes the result and the summary of a run, and removes its other files. Each step may be cut short and made again:
/// until the journal is gone, the same run ends the same way. Where not all calls have ended, the run is `given_up`: they
/// are pending in the result.
///
/// # Errors
/// The list has changed, or a file can't be written; what was recorded is still there.
pub fn complete(run: &Run<'_>, called: Called, given_up: bool) -> Result<Completion, Error> {
    let Called {
        journal, standing, ..
    } = called;
    let left = run.planned.plan.totals().calls - standing.ledger.ended();
    if left > 0 && !given_up {
        end_leg(run, journal, ExitStatus::Stopped);
        return Err(Error::new(ExitStatus::Stopped, Unmade(left)));
    }
    match put_in_place(run, &standing, given_up) {
        Ok(completion) => {
            remove_all(run, journal)?;
            Ok(completion)
        }
        Err(error) => {
            end_leg(run, journal, error.status());
            Err(error)
        }
    }
}

/// Calls are left of a run that nobody has stopped.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} calls were not made, and nothing says why: this is an error of the program itself; the same command carries on"
)]
struct Unmade(u32);

fn put_in_place(run: &Run<'_>, standing: &Standing, given_up: bool) -> Result<Completion, Error> {
    let account = match &run.outputs.target {
        Target::File(path) => write_into_place(run, standing, path)?,
        Target::StandardOutput => print(run, standing)?,
    };
    let (to_look_at, rows) = (account.to_look_at, account.tally.total());
    let status = match run.tolerance.allows(to_look_at, rows) {
        true if !given_up => ExitStatus::Complete,
        _ => ExitStatus::WithFailures,
    };
    let spent = Spent::by(standing, (run.now)());
    let summary = summary(run, &account.tally, spent, status);
    if let Some(path) = run.outputs.summary() {
        let json = summary
            .to_json()
            .map_err(|error| Error::new(ExitStatus::TryLater, error))?;
        write_whole(&*run.disk, &path, &json)?;
    }
    Ok(Completion {
        status,
        to_look_at,
        summary,
    })
}

/// Writes the result, and its workbook, into their places: both are whole before the first of them is put there.
fn write_into_place(run: &Run<'_>, standing: &Standing, path: &Path) -> Result<Account, Error> {
    let mut result = Replacement::new(&*run.disk, path)?;
    match write_both(run, standing, &mut result) {
        Ok(account) => result.commit().map(|()| account).map_err(Error::from),
        Err(error) => {
            result.discard();
            Err(error)
        }
    }
}

fn write_both(
    run: &Run<'_>,
    standing: &Standing,
    result: &mut Replacement<'_>,
) -> Result<Account, Error> {
    let endings = endings(run, standing)?;
    let known = (&endings, standing);
    let mut account = write(run, known, &mut *result, run.outputs.workbook())?;
    if let Some(workbook) = account.workbook.take() {
        let workbook = workbook.save(&*run.disk)?;
        match result.sync() {
            Ok(()) => workbook.commit()?,
            Err(error) => {
                workbook.discard();
                return Err(AccountError::from(error).into());
            }
        }
    }
    Ok(account)
}

/// Prints the result. What is printed can't be taken back: the workbook is whole before that.
fn print(run: &Run<'_>, standing: &Standing) -> Result<Account, Error> {
    let endings = endings(run, standing)?;
    let known = (&endings, standing);
    let workbook = match run.outputs.workbook() {
        None => None,
        path => write(run, known, io::sink(), path)?.workbook,
    };
    let workbook = workbook
        .map(|workbook| workbook.save(&*run.disk))
        .transpose()?;
    let printed = || -> Result<Account, AccountError> {
        must_be_as_planned(run.source, run.planned)?;
        let mut output = BufWriter::new(io::stdout().lock());
        let account = write(run, known, &mut output, None)?;
        output.flush()?;
        Ok(account)
    };
    match (printed(), workbook) {
        (Ok(account), Some(workbook)) => {
            workbook.commit()?;
            Ok(account)
        }
        (Err(error), Some(workbook)) => {
            workbook.discard();
            Err(error.into())
        }
        (printed, None) => Ok(printed?),
    }
}

/// Removes what an unfinished run has and a complete one has not; the journal last, because it says which it is.
fn remove_all(run: &Run<'_>, journal: Journal) -> Result<(), RecordError> {
    let copy = run.outputs.spool().filter(|_| run.source.is_copy());
    for path in [Some(run.outputs.state()), copy].into_iter().flatten() {
        let removed = run.disk.remove(&path);
        removed.map_err(|source| RecordError::Lost { path, source })?;
    }
    journal.remove()
}

/// Leaves the files of a run that has stopped with this status. Where nothing is worth keeping, none is left. Says whether
/// they are.
///
/// # Errors
/// What is not worth keeping can't be removed.
pub fn leave(run: &Run<'_>, called: Called, status: ExitStatus) -> Result<bool, Error> {
    if !called.standing.is_worth_keeping() {
        remove_all(run, called.journal)?;
        return Ok(false);
    }
    end_leg(run, called.journal, status);
    Ok(true)
}

/// Writes that the leg has ended in good order. Where that can't be written, it counts as killed, which loses nothing.
fn end_leg(run: &Run<'_>, mut journal: Journal, status: ExitStatus) {
    let end = Entry::LegEnd {
        at: (run.now)(),
        status: status.code(),
    };
    let _killed = journal.append(&[end]).and_then(|()| journal.sync());
}

fn write(
    run: &Run<'_>,
    (endings, standing): (&Endings<'_>, &Standing),
    to: impl Write,
    workbook: Option<&Path>,
) -> Result<Account, AccountError> {
    let known = Known {
        planned: run.planned,
        endings,
    };
    let account = account_for(run.source, run.reading, known, to, workbook)?;
    let mut counted: Tally = standing.tally.clone();
    counted.leave_pending(u64::from(run.planned.plan.data_rows()));
    account.must_equal(&counted)?;
    Ok(account)
}
