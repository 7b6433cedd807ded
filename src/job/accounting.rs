//! Outcomes → result: the list is read once more, and every data row gets its row.

use std::io::{self, Write};
use std::path::Path;

use super::reading::{Planned, Reading, rejected};
use crate::error::{Error, ExitStatus};
use crate::list::{Entry, ListError, Source};
use crate::model::{Action, Outcome, OutcomeKind, RowIndex, Tally};
use crate::plan::Fate;
use crate::record::{Ledger, ResultRow, ResultWriter, WorkbookError, WorkbookWriter};

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
    /// The workbook can't be written.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
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
            AccountError::Workbook(ref error) => error.status(),
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
    /// The same result as a workbook, where one is wanted: all rows are in it.
    pub workbook: Option<WorkbookWriter>,
}

/// Writes the result of a run to `to`, in input order, and says what it holds; also as a `workbook` that will stand there.
///
/// # Errors
/// The list has changed, can't be read, or the result can't be written.
pub fn account_for<W: Write>(
    source: &Source,
    reading: &Reading,
    planned: &Planned,
    ledger: &Ledger,
    to: W,
    workbook: Option<&Path>,
) -> Result<Account, AccountError> {
    let changed = || AccountError::Changed {
        list: source.name().to_owned(),
    };
    // What was read before and can't be now has changed.
    let mut rows = reading
        .rows(source)
        .map_err(|error| unreadable_or(error, changed()))?;
    let mut accounting = Accounting {
        planned,
        ledger,
        writer: ResultWriter::new(to, rows.kept())?,
        account: Account {
            workbook: workbook
                .map(|path| WorkbookWriter::new(path, rows.kept()))
                .transpose()?,
            ..Account::default()
        },
    };
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
    fn row(&mut self, index: RowIndex, entry: &Entry<'_>) -> Result<Option<()>, AccountError> {
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
                    self.write(&result, entry)?;
                    self.account.add(settled.outcome, row.action, entry.line);
                }
                None => {
                    let pending = Outcome::new(OutcomeKind::Pending, "", "");
                    let result = ResultRow {
                        attempts: self.ledger.attempts(customer),
                        ..with_outcome(entry.line, sent, &pending)
                    };
                    self.write(&result, entry)?;
                    self.account.add(&pending, row.action, entry.line);
                }
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
    ) -> Result<(), AccountError> {
        match sent {
            Some(fields) => self.write(&with_outcome(entry.line, fields, outcome), entry)?,
            None => {
                let raw = entry.raw();
                let fields = raw.each_ref().map(String::as_str);
                self.write(&with_outcome(entry.line, fields, outcome), entry)?;
            }
        }
        self.account.add(outcome, Action::Add, entry.line);
        Ok(())
    }

    fn write(&mut self, row: &ResultRow<'_>, entry: &Entry<'_>) -> Result<(), AccountError> {
        self.writer.write(row, entry.kept())?;
        if let Some(workbook) = &mut self.account.workbook {
            workbook.write(row, entry.kept())?;
        }
        Ok(())
    }
}

impl Account {
    fn add(&mut self, outcome: &Outcome, action: Action, line: u64) {
        self.tally.add(outcome, line);
        self.to_look_at += u64::from(!outcome.is_as_it_should_be(action));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::reading::plan;
    use crate::list::{Selection, Wishes};
    use crate::plan::{OnConflict, Policy};
    use proptest::prelude::*;

    fn reading(selection: Option<Selection>) -> Reading {
        Reading {
            wishes: Wishes::default(),
            delimiter: None,
            selection,
            policy: Policy {
                on_conflict: OnConflict::LastWins,
                max_labels: 3,
            },
        }
    }

    /// The rows of the result of a list that nobody was called of, and how many data rows it has; none where the whole
    /// list is unusable.
    fn accounted(list: &[u8]) -> Option<(usize, u32)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        std::fs::write(&path, list).unwrap();
        let source = Source::open(&path, None).ok()?;
        let reading = reading(None);
        let planned = plan(&source, &reading).ok()?;
        let ledger = Ledger::new(planned.plan.customers());
        let mut result = Vec::new();
        let account = account_for(&source, &reading, &planned, &ledger, &mut result, None).unwrap();
        let mut counted = planned.left_out.clone();
        counted.leave_pending(u64::from(planned.plan.data_rows()));
        account.must_equal(&counted).unwrap();
        let rows = csv::Reader::from_reader(&result[..]).into_records();
        Some((rows.map(Result::unwrap).count(), planned.plan.data_rows()))
    }

    /// Bytes of which lists are made, and some that are in none.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let words: [&[u8]; 18] = [
            b"userId",
            b"action",
            b"label",
            b",",
            b",",
            b";",
            b"\t",
            b"\n",
            b"\r\n",
            b"\r",
            b"\"",
            b"1",
            b"28015",
            b"add",
            b"remove",
            b"VIP",
            b"\xFF",
            b"\xEF\xBB\xBF",
        ];
        let word = prop_oneof![
            9 => proptest::sample::select(words.to_vec()).prop_map(<[u8]>::to_vec),
            1 => proptest::collection::vec(any::<u8>(), 0..4),
        ];
        let body = proptest::collection::vec(word, 0..60).prop_map(|words| words.concat());
        (any::<bool>(), body).prop_map(|(header, body)| match header {
            true => [b"userId,action,label\n", &body[..]].concat(),
            false => body,
        })
    }

    /// A result's rows: customer, action, label, outcome and code.
    fn result_rows()
    -> impl Strategy<Value = Vec<(u64, Action, &'static str, OutcomeKind, &'static str)>> {
        let action = prop_oneof![Just(Action::Add), Just(Action::Remove)];
        let label = proptest::sample::select(vec!["VIP", "Gold, \"x\"", "Silver", "Old"]);
        let kind = proptest::sample::select(OutcomeKind::ALL.to_vec());
        let code = proptest::sample::select(vec!["", "8015", "33000", "CONFLICT"]);
        proptest::collection::vec((1u64..4, action, label, kind, code), 0..30)
    }

    proptest! {
        #[test]
        fn of_a_result_each_row_that_is_taken_has_one_row_on_its_line(
            rows in result_rows(), which in 0usize..3
        ) {
            let selection = [
                Selection::Undone,
                Selection::Codes("8015,CONFLICT".parse().unwrap()),
                Selection::Inverse,
            ][which].clone();
            let mut writer = ResultWriter::new(Vec::new(), ["note"]).unwrap();
            let mut expected = Vec::new();
            for (line, (user, action, label, kind, code)) in (2..).zip(&rows) {
                let (user, outcome) = (user.to_string(), Outcome::new(*kind, *code, ""));
                let fields = [user.as_str(), action.as_str(), label];
                writer.write(&with_outcome(line * 3, fields, &outcome), [format!("note, {line}")]).unwrap();
                if selection.takes(*kind, code) {
                    let action = if which == 2 { action.inverse() } else { *action };
                    expected.push([(line * 3).to_string(), user, action.to_string(), (*label).to_owned(), format!("note, {line}")]);
                }
            }
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.results.csv");
            std::fs::write(&path, writer.finish().unwrap()).unwrap();
            let source = Source::open(&path, None).unwrap();
            let reading = reading(Some(selection));
            let planned = plan(&source, &reading).unwrap();
            prop_assert_eq!(planned.read, rows.len() as u64);
            let ledger = Ledger::new(planned.plan.customers());
            let mut result = Vec::new();
            account_for(&source, &reading, &planned, &ledger, &mut result, None).unwrap();
            let written: Vec<_> = csv::Reader::from_reader(&result[..])
                .records()
                .map(|row| row.map(|row| [0, 1, 2, 3, 10].map(|at| row[at].to_owned())).unwrap())
                .collect();
            prop_assert_eq!(written, expected);
        }

        #[test]
        fn any_bytes_give_as_many_result_rows_as_data_rows_or_no_list(list in bytes()) {
            if let Some((rows, data_rows)) = accounted(&list) {
                prop_assert_eq!(rows, data_rows as usize);
            }
        }
    }
}
