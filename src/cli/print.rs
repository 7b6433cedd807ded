//! `--print`: the rows that would be sent, as a list.

use std::io::{self, BufWriter, Write};

use super::guards::Guarded;
use super::made_from::MadeFrom;
use super::settings::{ListArgs, Settings};
use crate::error::{Error, ExitStatus};
use crate::job::{self, Planned, Reading};
use crate::list::{ListWriter, Source};
use crate::model::{OutcomeKind, RowIndex};
use crate::report::{Screen, count, counted};

/// So many lines of rows that are left out are told, at most.
const TOLD: usize = 5;

/// Prints the rows of a result that would be sent.
///
/// # Errors
/// It is no whole result, not as the settings want it, or standard output can't be written.
pub fn print(
    settings: &Settings,
    guards: &ListArgs,
    made_from: &MadeFrom,
    screen: &Screen,
) -> Result<ExitStatus, Error> {
    let reading = &settings.reading;
    let source = Source::open(&made_from.result, None)?;
    // All of it is read before anything is printed: half a list would look like a whole one.
    let planned = job::plan(&source, reading)?;
    made_from.must_be_whole(planned.read)?;
    let guarded = Guarded {
        name: source.name(),
        is_result: true,
        rows: planned.list_rows(reading),
        planned: &planned,
        spared: "nothing was printed",
    };
    guarded.check(guards)?;
    made_from.tell_unmet(&planned, reading, screen);
    let mut left_out = Vec::new();
    let to = BufWriter::new(io::stdout().lock());
    match write(reading, &source, &planned, to, &mut left_out)? {
        Ok(()) => tell_left_out(&planned, &left_out, screen),
        // Who does not read to the end has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(error) => {
            let what = format!("standard output can't be written: {error}");
            return Err(Error::new(ExitStatus::TryLater, what));
        }
    }
    Ok(ExitStatus::Complete)
}

/// Says which rows nobody finds in what was printed: those that are rejected again, some of which look like good ones there.
fn tell_left_out(planned: &Planned, lines: &[u64], screen: &Screen) {
    let rows = planned.left_out.rows(OutcomeKind::Rejected);
    if rows == 0 {
        return;
    }
    let word = if lines.len() == 1 { "line" } else { "lines" };
    let told: Vec<_> = lines.iter().map(u64::to_string).collect();
    let more = match rows - lines.len() as u64 {
        0 => String::new(),
        more => format!(" and {} more", count(more)),
    };
    screen.say(format!(
        "{} left out, because sent again they would be rejected: {word} {}{more} of the list.",
        counted(rows, "row"),
        told.join(", ")
    ));
}

/// Writes the rows that would be sent; the first lines of the others come to be in `left_out`.
fn write(
    reading: &Reading,
    source: &Source,
    planned: &Planned,
    to: impl Write,
    left_out: &mut Vec<u64>,
) -> Result<io::Result<()>, Error> {
    let rejected = job::rejected_by_plan(source, reading, planned);
    let rejected = rejected.map_err(|error| error.of(source))?;
    let mut rows = reading.rows(source)?;
    let mut list = match ListWriter::new(to) {
        Ok(list) => list,
        Err(error) => return Ok(Err(error)),
    };
    let mut indices = (0..planned.plan.data_rows()).map(RowIndex);
    while let Some(entry) = rows.advance()? {
        let index = indices.next();
        let is_rejected = index.is_some_and(|index| rejected.contains_key(&index));
        let sent = entry.row.as_ref().ok().filter(|_| !is_rejected);
        let Some(row) = sent else {
            if left_out.len() < TOLD {
                left_out.push(entry.line);
            }
            continue;
        };
        let user = row.user.to_string();
        if let Err(error) = list.write(entry.line, [&user, row.action.as_str(), row.label]) {
            return Ok(Err(error));
        }
    }
    Ok(list.finish())
}
