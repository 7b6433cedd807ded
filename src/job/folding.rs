//! A result and its retries → one result, and what stands beside it (contract, section 6).

use std::io::{self, BufWriter, Write};

use super::family::Member;
use super::run::PROGRAM;
use crate::error::{Error, ExitStatus};
use crate::model::{OutcomeKind, Tolerance};
use crate::record::{Disk, Folded, Outputs, Replacement, ResultReader, Target, fold, write_whole};
use crate::report::Summary;

/// A result has other rows than it was written with.
#[derive(Debug, thiserror::Error)]
#[error("{path} has {read} rows, and was written with {written}: bring back the whole of it")]
struct NotWhole {
    path: String,
    read: u64,
    written: u64,
}

/// Folds the results of a family, in its order, into one that goes to `outputs`.
///
/// # Errors
/// One of them is not as it was written, or does not go with the others; or what they come to can't be written.
pub fn fold_family(
    family: &[Member],
    outputs: &Outputs,
    tolerance: Tolerance,
    disk: &dyn Disk,
) -> Result<(Folded, Summary), Error> {
    let folded = match &outputs.target {
        Target::File(path) => {
            let mut result = Replacement::new(disk, path)?;
            match fold_into(family, &mut result) {
                Ok(folded) => result.commit().map(|()| folded)?,
                Err(error) => {
                    result.discard();
                    return Err(error);
                }
            }
        }
        Target::StandardOutput => fold_into(family, BufWriter::new(io::stdout().lock()))?,
    };
    let summary = folded_summary(family, &folded, tolerance);
    if let Some(path) = outputs.summary() {
        let json = summary.to_json();
        let json = json.map_err(|error| Error::new(ExitStatus::TryLater, error))?;
        write_whole(disk, &path, &json)?;
    }
    Ok((folded, summary))
}

fn fold_into(family: &[Member], to: impl Write) -> Result<Folded, Error> {
    let mut readers = Vec::new();
    for member in family {
        readers.push(ResultReader::open(&member.path)?);
    }
    let first = readers.remove(0);
    let folded = fold(first, readers, to)?;
    for (member, read) in family.iter().zip(&folded.read) {
        let written = member.summary.rows.values().sum();
        if *read != written {
            return Err(Error::unusable(NotWhole {
                path: member.path.display().to_string(),
                read: *read,
                written,
            }));
        }
    }
    Ok(folded)
}

/// What a family came to: a run like the first, with all that was done for it.
fn folded_summary(family: &[Member], folded: &Folded, tolerance: Tolerance) -> Summary {
    let summaries = || family.iter().map(|member| &member.summary);
    let sum = |of: fn(&Summary) -> u64| summaries().map(of).sum();
    let mut legs: Vec<_> = summaries().flat_map(|one| one.legs.clone()).collect();
    legs.sort_by(|one, other| one.started_at.cmp(&other.started_at));
    let mut minutes: Vec<_> = summaries().flat_map(|one| one.minutes.clone()).collect();
    minutes.sort_by(|one, other| one.at.cmp(&other.at));
    let rows = |kind: OutcomeKind| (kind.as_str().to_owned(), folded.tally.rows(kind));
    let codes = folded.tally.rows_by_code().into_iter();
    let first = family[0].summary.clone();
    let last = &family[family.len() - 1].summary;
    Summary {
        program: PROGRAM.to_owned(),
        // Where a user name has changed meanwhile, the new one is who may go on.
        account: last.account.clone(),
        rows: OutcomeKind::ALL.into_iter().map(rows).collect(),
        codes: codes.map(|(code, rows)| (code.to_owned(), rows)).collect(),
        calls: sum(|one| one.calls),
        attempts: sum(|one| one.attempts),
        throttled: sum(|one| one.throttled),
        seconds: summaries().map(|one| one.seconds).sum(),
        exit_status: folded.status(tolerance).code(),
        legs,
        minutes,
        ..first
    }
}
