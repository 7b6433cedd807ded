//! The parts of a plan that is not held at once: each is planned anew when its calls are needed.

use std::collections::BTreeMap;

use super::batched::Batched;
use super::reading::{Planned, Reading, TOGETHER};
use crate::list::{Broken, Entry, Fingerprint, ListError, Pieces, Source};
use crate::model::{Part, Rejection, RowIndex};
use crate::plan::{Batch, Changed, Fate, Groups, PartBuilder};

/// Why a part can't be planned once more.
#[derive(Debug)]
pub enum PartError {
    /// The list is not what was planned.
    Changed,
    /// It can't be read.
    List(ListError),
    /// Nobody wants it any more.
    Unwanted,
}

impl PartError {
    /// What it is to somebody who has only looked at the list.
    pub fn of(self, source: &Source) -> ListError {
        match self {
            Self::List(error) => error,
            Self::Changed | Self::Unwanted => ListError::Changing {
                list: source.name().to_owned(),
            },
        }
    }
}

impl From<Changed> for PartError {
    fn from(_: Changed) -> Self {
        Self::Changed
    }
}

impl From<ListError> for PartError {
    /// What was read before and can't be now has changed.
    fn from(error: ListError) -> Self {
        match error {
            ListError::Unreadable { .. } => Self::List(error),
            _ => Self::Changed,
        }
    }
}

/// Plans a part of a list that was planned before, unless it is wanted no more.
///
/// # Errors
/// The list has changed, or can't be read.
pub fn plan_part(
    (source, reading, planned): (&Source, &Reading, &Planned),
    part: Part,
    is_wanted: &impl Fn() -> bool,
) -> Result<Groups, PartError> {
    let mut builder = PartBuilder::of(&planned.plan);
    let take = |batch: &Batch| match is_wanted() {
        true => builder.take(batch).map_err(PartError::from),
        false => Err(PartError::Unwanted),
    };
    let fingerprint = batches((source, reading, planned), part, take)?;
    match fingerprint == planned.fingerprint {
        true if !is_wanted() => Err(PartError::Unwanted),
        true => Ok(builder.finish()),
        false => Err(PartError::Changed),
    }
}

/// Why valid rows are rejected: those that the plan does, by their place in the list.
pub type RejectedByPlan = BTreeMap<RowIndex, Fate>;

/// The valid rows that a plan rejects.
///
/// # Errors
/// The list has changed, or can't be read.
pub fn rejected_by_plan(
    source: &Source,
    reading: &Reading,
    planned: &Planned,
) -> Result<RejectedByPlan, PartError> {
    let (mut rejected, plan) = (RejectedByPlan::new(), &planned.plan);
    let left_out = plan.left_out();
    if left_out.conflicts.lines.is_empty() && left_out.too_many_labels.lines.is_empty() {
        return Ok(rejected);
    }
    let mut add = |groups: &Groups| {
        for (row, fate) in groups.all().flat_map(|(_, group)| group.fates()) {
            if matches!(fate, Fate::Conflict(_) | Fate::TooManyLabels(_)) {
                rejected.insert(row.index(), fate);
            }
        }
    };
    match plan.held() {
        Some(groups) => add(groups),
        None => {
            for (part, _) in plan.parts() {
                add(&plan_part((source, reading, planned), part, &|| true)?);
            }
        }
    }
    Ok(rejected)
}

/// Reads a list as it was read before, and takes the rows of a part of its customers.
fn batches(
    (source, reading, planned): (&Source, &Reading, &Planned),
    part: Part,
    mut take: impl FnMut(&Batch) -> Result<(), PartError>,
) -> Result<Fingerprint, PartError> {
    let look = |_: &Entry<'_>, _: &Rejection| ();
    let mut rows = reading.rows(source)?;
    if planned.pieces.is_empty() {
        loop {
            let batched = Batched::of(&mut rows, TOGETHER, part, &look)?;
            if batched.batch.is_empty() {
                return Ok(rows.fingerprint());
            }
            take(&batched.batch)?;
        }
    }
    let pieces = Pieces::of(rows, source, &reading.wishes)?;
    let pieces = pieces.ok_or(PartError::Changed)?;
    let again = pieces.again(planned.pieces.iter().map(|piece| piece.extent));
    let read = again.read(
        |_, rows| Batched::of(rows, u32::MAX, part, &look),
        |batched, _, _| take(&batched.batch),
    );
    read.map_err(|broken| match broken {
        Broken::InPieces => PartError::Changed,
        Broken::Unreadable(error) => PartError::List(error),
        Broken::Taking(error) => error,
    })
}
