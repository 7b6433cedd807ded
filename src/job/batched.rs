//! Some rows of a list, read and gathered for the plan.

use crate::list::{Entry, ListError, Rows};
use crate::model::{Part, Rejection};
use crate::plan::Batch;
use std::io::Read;

/// Rows that were read, and what is to be noted of those that break a rule.
#[derive(Debug)]
pub struct Batched<N> {
    /// All rows that were taken.
    pub batch: Batch,
    /// How many were read so far, taken or not.
    pub read: u64,
    /// The line of each that breaks a rule, the rule, and what was seen of it.
    pub rejected: Vec<(u64, Rejection, N)>,
}

/// Looks at rows that break a rule, on any thread.
pub trait Look<N>: Fn(&Entry<'_>, &Rejection) -> N + Sync {}

impl<N, F: Fn(&Entry<'_>, &Rejection) -> N + Sync> Look<N> for F {}

impl<N> Batched<N> {
    /// The next rows, `most` of them or all that are left; of valid ones those of a `part` of the customers are kept.
    ///
    /// # Errors
    /// What makes the whole list unusable.
    pub fn of<R: Read>(
        rows: &mut Rows<R>,
        most: u32,
        part: Part,
        look: &impl Look<N>,
    ) -> Result<Self, ListError> {
        let (mut batch, mut rejected) = (Batch::of(part), Vec::new());
        while batch.len() < most {
            let Some(row) = rows.advance_in(part)? else {
                break;
            };
            let Some(entry) = row else {
                batch.pass();
                continue;
            };
            match &entry.row {
                Ok(row) => batch.push(entry.line, Some(*row)),
                Err(rejection) => {
                    let seen = look(&entry, rejection);
                    rejected.push((entry.line, rejection.clone(), seen));
                    batch.push(entry.line, None);
                }
            }
        }
        let read = rows.read();
        Ok(Self {
            batch,
            read,
            rejected,
        })
    }
}
