//! List → plan.

use std::ops::ControlFlow;
use std::path::Path;

use super::batched::{Batched, Look};
use super::parts::plan_part;
use crate::error::Error;
use crate::list::{
    Broken, Delimiter, Entry, Extent, Fingerprint, ListError, Pieces, Rows, Selection, Source,
    Wishes,
};
use crate::model::{Outcome, OutcomeKind, Part, Rejection, Tally};
use crate::plan::{Builder, Holding, Plan, Policy, TooMany};
use crate::record::{Disk, Entry as Recorded, Journal};

/// How a list is read and planned: the settings that shape a plan.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Which columns, or what stands in for them.
    pub wishes: Wishes,
    /// The delimiter; told from the header where none is given.
    pub delimiter: Option<Delimiter>,
    /// Which rows are taken, where the list is a result; else all are.
    pub selection: Option<Selection>,
    /// What becomes of duplicates and contradictions.
    pub policy: Policy,
    /// How much of the plan is held in memory at once.
    pub holding: Holding,
}

impl Reading {
    /// The rows of a list, from its start.
    ///
    /// # Errors
    /// The list has no usable header.
    pub fn rows(&self, source: &Source) -> Result<Rows, ListError> {
        let (wishes, delimiter) = (&self.wishes, self.delimiter);
        match &self.selection {
            Some(selection) => Rows::of_result(source, wishes, delimiter, selection),
            None => Rows::open(source, wishes, delimiter),
        }
    }
}

/// A list, read and planned.
#[derive(Debug)]
pub struct Planned {
    /// The calls.
    pub plan: Plan,
    /// The hash of what was read.
    pub fingerprint: Fingerprint,
    /// The rows that no call is about: rejected and skipped ones.
    pub left_out: Tally,
    /// How many data rows the list has, those that were not taken included.
    pub read: u64,
    /// Codes by which rows of a result were to be taken, and that none of them has.
    pub codes_unmet: Vec<String>,
    /// The pieces that it was read in; none where it was read as a whole.
    pub pieces: Vec<Piece>,
}

/// A piece of a list that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// How long it is.
    pub extent: Extent,
    /// How many data rows it has.
    pub rows: u32,
}

/// So many rows of a list that is read as a whole are planned together.
pub(super) const TOGETHER: u32 = 1 << 12;

/// Reads and checks the whole list and plans its calls; nothing is sent.
///
/// # Errors
/// What makes the whole list unusable.
pub fn plan(source: &Source, reading: &Reading) -> Result<Planned, ListError> {
    let nothing = |_: &Entry<'_>, _: &Rejection| ();
    plan_watched(source, reading, &nothing, |(), _, (), _| {}).map(|(planned, ())| planned)
}

/// Plans a list once more in as many parts as the run was begun with whose journal is at `path`, where those are others: its
/// calls are numbered by them. None where they are the same, or nothing is recorded.
///
/// # Errors
/// The list can't be used any more, or the journal not be read.
pub fn plan_as_recorded(
    source: &Source,
    reading: &Reading,
    planned: &Planned,
    (disk, path): (&dyn Disk, &Path),
) -> Result<Option<Planned>, Error> {
    let mut recorded = None;
    Journal::peek(disk, path, |entry| {
        if let Recorded::Leg(leg) = entry {
            recorded = Some(leg.parts);
        }
        ControlFlow::Break(())
    })?;
    let Some(parts) = recorded.filter(|parts| *parts != planned.plan.of()) else {
        return Ok(None);
    };
    let holding = Holding::Parts(parts);
    let reading = Reading {
        holding,
        ..reading.clone()
    };
    let again = plan(source, &reading)?;
    match again.fingerprint == planned.fingerprint {
        true => Ok(Some(again)),
        false => Err(ListError::Changing {
            list: source.name().to_owned(),
        }
        .into()),
    }
}

/// The same, where somebody wants to see every row that breaks a rule: has a `look` at each, on any thread, and a `note` made of
/// what is seen, in the order of the list.
///
/// # Errors
/// What makes the whole list unusable.
pub(super) fn plan_watched<N: Send, A: Default>(
    source: &Source,
    reading: &Reading,
    look: &impl Look<N>,
    note: impl Fn(&mut A, Rejection, N, u64),
) -> Result<(Planned, A), ListError> {
    if let Some(pieces) = Pieces::of(reading.rows(source)?, source, &reading.wishes)? {
        let mut planning = Planning::new(source, reading, &note);
        let read = pieces.read(
            |_, rows| Batched::of(rows, u32::MAX, Part::WHOLE, look),
            |batched, extent, read| {
                planning.pieces.push(Piece {
                    extent,
                    rows: batched.batch.len(),
                });
                planning.read += batched.read;
                planning.take(batched, read)?;
                planning.lines += extent.lines;
                Ok(())
            },
        );
        match read {
            Ok(fingerprint) => return planning.finish(reading, fingerprint, None),
            Err(Broken::Taking(error)) => return Err(error),
            // What is wrong is told with its line where the list is read as a whole.
            Err(Broken::InPieces | Broken::Unreadable(_)) => {}
        }
    }
    let mut planning = Planning::new(source, reading, &note);
    let mut rows = reading.rows(source)?;
    loop {
        let batched = Batched::of(&mut rows, TOGETHER, Part::WHOLE, look)?;
        if batched.batch.is_empty() {
            return planning.finish(reading, rows.fingerprint(), Some(&rows));
        }
        planning.take(batched, rows.share(source))?;
    }
}

/// A list that is being planned.
struct Planning<'a, A, F> {
    source: &'a Source,
    builder: Builder,
    left_out: Tally,
    /// What is noted of rows that break a rule.
    noted: A,
    note: &'a F,
    /// How many line ends there are before what comes next.
    lines: u64,
    /// How many data rows there are in the pieces before it, taken or not.
    read: u64,
    pieces: Vec<Piece>,
}

impl<'a, A: Default, F> Planning<'a, A, F> {
    fn new(source: &'a Source, reading: &Reading, note: &'a F) -> Self {
        Self {
            source,
            builder: Builder::holding(reading.holding, reading.wishes.share),
            left_out: Tally::default(),
            noted: A::default(),
            note,
            lines: 0,
            read: 0,
            pieces: Vec::new(),
        }
    }

    fn take<N>(&mut self, batched: Batched<N>, read: f64) -> Result<(), ListError>
    where
        F: Fn(&mut A, Rejection, N, u64),
    {
        let line = self.lines + batched.batch.first_line();
        let taken = self.builder.take(&batched.batch, self.lines, read);
        taken.map_err(|too_many| too_many_rows(self.source, line, too_many))?;
        for (line, rejection, seen) in batched.rejected {
            let line = self.lines + line;
            self.left_out.add(&rejected(rejection.clone()), line);
            (self.note)(&mut self.noted, rejection, seen, line);
        }
        Ok(())
    }

    fn finish(
        self,
        reading: &Reading,
        fingerprint: Fingerprint,
        rows: Option<&Rows>,
    ) -> Result<(Planned, A), ListError> {
        let plan = self.builder.finish(reading.policy);
        let mut planned = Planned {
            read: rows.map_or(self.read, Rows::read),
            codes_unmet: rows.map(Rows::codes_unmet).unwrap_or_default(),
            pieces: self.pieces,
            plan,
            fingerprint,
            left_out: self.left_out,
        };
        for part in planned.plan.missing() {
            let groups = plan_part((self.source, reading, &planned), part, &|| true);
            planned
                .plan
                .add(groups.map_err(|error| error.of(self.source))?);
        }
        planned.add_left_out();
        Ok((planned, self.noted))
    }
}

impl Planned {
    /// How many data rows the list has. Of a result those count that are taken of it, and of a list all, also where only a part of
    /// its customers is run.
    pub fn list_rows(&self, reading: &Reading) -> u64 {
        match reading.selection {
            Some(_) => u64::from(self.plan.data_rows()),
            None => self.read,
        }
    }

    /// Counts the valid rows that no call is about.
    fn add_left_out(&mut self) {
        let plan = &self.plan;
        for rows in plan.left_out().all() {
            if let (Some(outcome), Some(line)) = (plan.example(rows), rows.lines.lines().first()) {
                self.left_out.add_rows(&outcome, rows.lines.rows(), *line);
            }
        }
    }
}

/// The rows that begin on `line` can't be planned.
pub(super) fn too_many_rows(source: &Source, line: u64, too_many: TooMany) -> ListError {
    ListError::TooMany {
        list: source.name().to_owned(),
        line,
        what: too_many.what(),
        limit: too_many.limit(),
    }
}

/// What becomes of a row that breaks a rule.
pub(super) fn rejected(rejection: Rejection) -> Outcome {
    Outcome::new(
        OutcomeKind::Rejected,
        rejection.code.as_str(),
        rejection.message,
    )
}
