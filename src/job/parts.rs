//! The parts of a plan that is not held at once: each is planned anew when its calls are needed.

use super::batched::Batched;
use super::reading::{Planned, Reading, TOGETHER};
use crate::list::{Broken, Entry, Fingerprint, ListError, Pieces, Source};
use crate::model::Rejection;
use crate::plan::{Batch, Changed, Groups, Part, PartBuilder};

/// Why a part can't be planned once more.
#[derive(Debug)]
pub enum PartError {
    /// The list is not what was planned.
    Changed,
    /// It can't be read.
    List(ListError),
}

impl PartError {
    /// What it is to somebody who has only looked at the list.
    pub fn of(self, source: &Source) -> ListError {
        match self {
            Self::List(error) => error,
            Self::Changed => ListError::Changing {
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

/// Plans a part of a list that was planned before.
///
/// # Errors
/// The list has changed, or can't be read.
pub fn plan_part(
    source: &Source,
    reading: &Reading,
    planned: &Planned,
    part: Part,
) -> Result<Groups, PartError> {
    let mut builder = PartBuilder::of(&planned.plan);
    let fingerprint = batches(source, reading, planned, part, |batch| builder.take(batch))?;
    match fingerprint == planned.fingerprint {
        true => Ok(builder.finish()),
        false => Err(PartError::Changed),
    }
}

/// Reads a list as it was read before, and takes the rows of a part of its customers.
fn batches(
    source: &Source,
    reading: &Reading,
    planned: &Planned,
    part: Part,
    mut take: impl FnMut(&Batch) -> Result<(), Changed>,
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
        Broken::InPieces | Broken::Taking(Changed) => PartError::Changed,
    })
}
