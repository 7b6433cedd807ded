//! List → plan.

use crate::list::{Delimiter, Entry, Fingerprint, ListError, Rows, Selection, Source, Wishes};
use crate::model::{Outcome, OutcomeKind, Rejection, Tally};
use crate::plan::{Builder, Plan, Policy, TooMany};

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
}

/// Reads and checks the whole list and plans its calls; nothing is sent.
///
/// # Errors
/// What makes the whole list unusable.
pub fn plan(source: &Source, reading: &Reading) -> Result<Planned, ListError> {
    plan_watched(source, reading, |_, _| {})
}

/// The same, where somebody wants to see every row that breaks a rule.
///
/// # Errors
/// What makes the whole list unusable.
pub(super) fn plan_watched(
    source: &Source,
    reading: &Reading,
    mut broken: impl FnMut(&Entry<'_>, &Rejection),
) -> Result<Planned, ListError> {
    let mut rows = reading.rows(source)?;
    let mut builder = Builder::default();
    let mut left_out = Tally::default();
    while let Some(entry) = rows.advance()? {
        let line = entry.line;
        if let Err(rejection) = &entry.row {
            broken(&entry, rejection);
        }
        let pushed = match entry.row {
            Ok(row) => builder.push(line, Some(row)),
            Err(rejection) => {
                left_out.add(&rejected(rejection), line);
                builder.push(line, None)
            }
        };
        let too_many = |too_many: TooMany| ListError::TooMany {
            list: source.name().to_owned(),
            line: rows.own_line(),
            what: too_many.what(),
            limit: too_many.limit(),
        };
        pushed.map_err(too_many)?;
    }
    let (fingerprint, read, codes_unmet) = (rows.fingerprint(), rows.read(), rows.codes_unmet());
    let plan = builder.finish(reading.policy);
    for (row, action, fate) in plan.left_out() {
        if let Some(outcome) = plan.outcome(action, fate) {
            left_out.add(&outcome, plan.line(row));
        }
    }
    Ok(Planned {
        plan,
        fingerprint,
        left_out,
        read,
        codes_unmet,
    })
}

/// What becomes of a row that breaks a rule.
pub(super) fn rejected(rejection: Rejection) -> Outcome {
    Outcome::new(
        OutcomeKind::Rejected,
        rejection.code.as_str(),
        rejection.message,
    )
}
