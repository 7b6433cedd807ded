//! Outcomes → result: the list is read once more, and every data row gets its row.

use std::io::{self, Write};

use super::reading::{Planned, Reading, rejected};
use crate::error::{Error, ExitStatus};
use crate::list::{Entry, ListError, Source};
use crate::model::{Action, Outcome, OutcomeKind, RowIndex, Tally};
use crate::plan::Fate;
use crate::record::{Ledger, ResultRow, ResultWriter};

/// What kept the result from being written.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The list is not what was planned.
    #[error(
        "{list} has changed while it was run, so no result can be written beside it: put it back as it was; what was \
         called is recorded in the .partial file"
    )]
    Changed {
        /// The list's name.
        list: String,
    },
    /// The list can't be read again.
    #[error(transparent)]
    List(ListError),
    /// The result can't be written.
    #[error("the result can't be written: {0}")]
    Unwritable(#[from] io::Error),
    /// The result and the running count differ.
    #[error(
        "the result does not add up with what was counted while calling: this is an error of the program itself"
    )]
    Unequal,
}

impl From<AccountError> for Error {
    fn from(error: AccountError) -> Self {
        let status = match error {
            AccountError::Unwritable(_) => ExitStatus::TryLater,
            _ => ExitStatus::Stopped,
        };
        Self::new(status, error)
    }
}

/// What a result holds.
#[derive(Debug, Default)]
pub struct Account {
    /// Rows by outcome.
    pub tally: Tally,
    /// Rows that need a person's look: all but successes, skipped rows, and removals of labels that were not
    /// there (contract, section 6).
    pub to_look_at: u64,
}

/// Writes the result of a run to `to`, in input order, and says what it holds.
///
/// # Errors
/// The list has changed, can't be read, or the result can't be written.
pub fn account_for<W: Write>(
    source: &Source,
    reading: &Reading,
    planned: &Planned,
    ledger: &Ledger,
    to: W,
) -> Result<Account, AccountError> {
    let changed = || AccountError::Changed {
        list: source.name().to_owned(),
    };
    let mut accounting = Accounting {
        planned,
        ledger,
        writer: ResultWriter::new(to)?,
        account: Account::default(),
    };
    // What was read before and can't be now has changed.
    let mut rows = reading
        .rows(source)
        .map_err(|error| unreadable_or(error, changed()))?;
    let mut index = 0;
    while let Some(entry) = rows
        .advance()
        .map_err(|error| unreadable_or(error, changed()))?
    {
        accounting
            .row(RowIndex(index), &entry)?
            .ok_or_else(changed)?;
        index += 1;
    }
    if index != planned.plan.data_rows() || rows.fingerprint() != planned.fingerprint {
        return Err(changed());
    }
    accounting.writer.finish()?;
    Ok(accounting.account)
}

fn unreadable_or(error: ListError, changed: AccountError) -> AccountError {
    if matches!(error, ListError::Unreadable { .. }) {
        AccountError::List(error)
    } else {
        changed
    }
}

struct Accounting<'a, W: Write> {
    planned: &'a Planned,
    ledger: &'a Ledger,
    writer: ResultWriter<W>,
    account: Account,
}

impl<W: Write> Accounting<'_, W> {
    /// Writes one row. None where the plan does not know it.
    fn row(&mut self, index: RowIndex, entry: &Entry<'_>) -> io::Result<Option<()>> {
        let plan = &self.planned.plan;
        // A plan has at most as many rows as it numbers; one more is none of its own.
        if index.0 >= plan.data_rows() || plan.line(index) != entry.line {
            return Ok(None);
        }
        let row = match &entry.row {
            Ok(row) => row,
            Err(rejection) => {
                self.unsent(entry, None, &rejected(rejection.clone()))?;
                return Ok(Some(()));
            }
        };
        let Some((customer, label, fate)) = plan.find(index, row) else {
            return Ok(None);
        };
        let user = row.user.to_string();
        let sent = [user.as_str(), row.action.as_str(), row.label];
        match plan.outcome(row.action, fate) {
            Some(outcome) if matches!(fate, Fate::Duplicate(_) | Fate::Superseded(_)) => {
                self.unsent(entry, Some(sent), &outcome)?;
            }
            Some(outcome) => self.unsent(entry, None, &outcome)?,
            None => match self.ledger.settled(customer, label) {
                Some(settled) => {
                    let (status, attempts, at) =
                        (settled.status, settled.attempts, Some(settled.at));
                    let result = ResultRow {
                        status,
                        attempts,
                        at,
                        ..with_outcome(entry.line, sent, settled.outcome)
                    };
                    self.writer.write(&result)?;
                    self.account.add(settled.outcome, row.action, entry.line);
                }
                None => self.unsent(
                    entry,
                    Some(sent),
                    &Outcome::new(OutcomeKind::Pending, "", ""),
                )?,
            },
        }
        Ok(Some(()))
    }

    /// Writes a row that nothing was sent of: as it would be sent, or for a rejected one as it stands in the list.
    fn unsent(
        &mut self,
        entry: &Entry<'_>,
        sent: Option<[&str; 3]>,
        outcome: &Outcome,
    ) -> io::Result<()> {
        match sent {
            Some(fields) => self
                .writer
                .write(&with_outcome(entry.line, fields, outcome))?,
            None => {
                let raw = entry.raw();
                self.writer.write(&with_outcome(
                    entry.line,
                    raw.each_ref().map(String::as_str),
                    outcome,
                ))?;
            }
        }
        self.account.add(outcome, Action::Add, entry.line);
        Ok(())
    }
}

impl Account {
    fn add(&mut self, outcome: &Outcome, action: Action, line: u64) {
        self.tally.add(outcome, line);
        let as_it_should_be = match outcome.kind {
            OutcomeKind::Success | OutcomeKind::Skipped => true,
            OutcomeKind::Warning => &*outcome.code == "33001" && action == Action::Remove,
            _ => false,
        };
        self.to_look_at += u64::from(!as_it_should_be);
    }

    /// Holds the result against what was counted while calling: a run that reports a row wrongly is worse
    /// than one that breaks off.
    ///
    /// # Errors
    /// They differ.
    pub fn must_equal(&self, counted: &Tally) -> Result<(), AccountError> {
        let same = OutcomeKind::ALL
            .iter()
            .all(|kind| self.tally.rows(*kind) == counted.rows(*kind));
        if same {
            Ok(())
        } else {
            Err(AccountError::Unequal)
        }
    }
}

fn with_outcome<'a>(
    line: u64,
    [user, action, label]: [&'a str; 3],
    outcome: &'a Outcome,
) -> ResultRow<'a> {
    ResultRow {
        line,
        user,
        action,
        label,
        outcome: outcome.kind.as_str(),
        code: &outcome.code,
        message: &outcome.message,
        status: None,
        attempts: 0,
        at: None,
    }
}
