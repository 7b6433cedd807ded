//! Several results → one in its place, with what stands beside it: what folds and joins have in common.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::family::Member;
use crate::error::{Error, ExitStatus};
use crate::model::OutcomeKind;
use crate::record::{
    Disk, Folded, Outputs, RecordError, Replacement, ResultReader, Target, write_whole,
};
use crate::report::{Leg, Summary, joined};

use super::run::PROGRAM;

/// A result has other rows than it was written with.
#[derive(Debug, thiserror::Error)]
#[error("{path} has {read} rows, and was written with {written}: bring back the whole of it")]
struct NotWhole {
    path: String,
    read: u64,
    written: u64,
}

/// Has the rows of several results written to `outputs` by `write`, and what stands beside them, which `sum` makes of what was
/// written. Neither is there where the other could not be.
///
/// # Errors
/// What they say, or what they come to can't be written.
pub fn put_together(
    outputs: &Outputs,
    disk: &dyn Disk,
    write: impl Fn(&mut dyn Write) -> Result<Folded, Error>,
    sum: impl FnOnce(&Folded) -> Summary,
) -> Result<(Folded, Summary), Error> {
    let folded = match &outputs.target {
        Target::File(path) => into_place(path, outputs, disk, write)?,
        Target::StandardOutput => {
            // What is printed can't be taken back: nothing is of what fails.
            write(&mut io::sink())?;
            write(&mut BufWriter::new(io::stdout().lock()))?
        }
    };
    let summary = sum(&folded);
    if let Some(path) = outputs.summary() {
        let json = summary.to_json();
        let json = json.map_err(|error| Error::new(ExitStatus::TryLater, error))?;
        write_whole(disk, &path, &json)?;
    }
    Ok((folded, summary))
}

/// Writes into a file. What stood beside the one that it replaces goes first: nothing may say of a result that it came to be
/// as another did.
fn into_place(
    path: &Path,
    outputs: &Outputs,
    disk: &dyn Disk,
    write: impl Fn(&mut dyn Write) -> Result<Folded, Error>,
) -> Result<Folded, Error> {
    let mut result = Replacement::new(disk, path)?;
    let folded = match write(&mut result) {
        Ok(folded) => folded,
        Err(error) => {
            result.discard();
            return Err(error);
        }
    };
    if let Some(before) = outputs.summary() {
        let removed = disk
            .remove(&before)
            .and_then(|()| disk.sync_folder_of(&before));
        if let Err(source) = removed {
            result.discard();
            return Err(RecordError::Lost {
                path: before,
                source,
            }
            .into());
        }
    }
    result.commit()?;
    Ok(folded)
}

/// Opens the results of all.
///
/// # Errors
/// One can't be read, or is none.
pub fn readers(members: &[Member]) -> Result<Vec<ResultReader<std::fs::File>>, Error> {
    let readers = members
        .iter()
        .map(|member| ResultReader::open(&member.path));
    Ok(readers.collect::<Result<_, _>>()?)
}

/// Refuses results that have other rows than they were written with.
///
/// # Errors
/// One has.
pub fn must_be_whole(members: &[Member], folded: &Folded) -> Result<(), Error> {
    for (member, read) in members.iter().zip(&folded.read) {
        let written = member.summary.rows.values().sum();
        if *read != written {
            return Err(Error::unusable(NotWhole {
                path: member.path.display().to_string(),
                read: *read,
                written,
            }));
        }
    }
    Ok(())
}

/// What all that was done for some results comes to: a run as the first of them says of itself, but for what adds up.
pub fn added_up(members: &[Member], folded: &Folded) -> Summary {
    let summaries = || members.iter().map(|member| &member.summary);
    let sum = |of: fn(&Summary) -> u64| summaries().map(of).sum();
    let mut legs: Vec<Leg> = summaries().flat_map(|one| one.legs.clone()).collect();
    legs.sort_by(|one, other| one.started_at.cmp(&other.started_at));
    let rows = |kind: OutcomeKind| (kind.as_str().to_owned(), folded.tally.rows(kind));
    let codes = folded.tally.rows_by_code().into_iter();
    Summary {
        program: PROGRAM.to_owned(),
        rows: OutcomeKind::ALL.into_iter().map(rows).collect(),
        codes: codes.map(|(code, rows)| (code.to_owned(), rows)).collect(),
        calls: sum(|one| one.calls),
        attempts: sum(|one| one.attempts),
        throttled: sum(|one| one.throttled),
        seconds: summaries().map(|one| one.seconds).sum(),
        reason: None,
        legs,
        minutes: joined(summaries().flat_map(|one| one.minutes.clone())),
        ..members[0].summary.clone()
    }
}
