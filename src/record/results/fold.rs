//! A result and its retries → one result: what each row came to at last (contract, section 6).

use std::io::{Read, Write};
use std::path::Path;

use super::reader::ReadRow;
use super::verdict::{Verdict, verdict};
use super::{ResultError, ResultReader, ResultWriter};
use crate::error::ExitStatus;
use crate::model::{Action, Outcome, Tally, Tolerance, trim};

/// What a folded result holds.
#[derive(Debug, Default)]
pub struct Folded {
    /// Rows by outcome.
    pub tally: Tally,
    /// Rows that need a person's look.
    pub to_look_at: u64,
    /// How many rows each of the results had, the first one's first.
    pub read: Vec<u64>,
}

impl Folded {
    /// Counts a row that was written.
    pub(super) fn count(&mut self, row: &ReadRow) {
        self.tally.add(&row.outcome, row.line);
        let action = Action::from_word(&row.fields[1]).unwrap_or(Action::Add);
        self.to_look_at += u64::from(!row.outcome.is_as_it_should_be(action));
    }

    /// The exit status of a run that has come to this.
    pub fn status(&self, tolerance: Tolerance) -> ExitStatus {
        match tolerance.allows(self.to_look_at, self.tally.total()) {
            true => ExitStatus::Complete,
            false => ExitStatus::WithFailures,
        }
    }
}

/// Folds `later` results, the earliest first, into the `first`, and writes what they come to, in the first one's order and with
/// its further columns. One row of each is held at a time.
///
/// # Errors
/// One of them can't be read, does not go with the first, or the fold can't be written.
pub fn fold<R: Read>(
    mut first: ResultReader<R>,
    later: Vec<ResultReader<R>>,
    to: impl Write,
) -> Result<Folded, ResultError> {
    let mut later: Vec<_> = later
        .into_iter()
        .map(Later::new)
        .collect::<Result<_, _>>()?;
    let mut writer = ResultWriter::new(to, first.further_headers())?;
    let mut folded = Folded::default();
    while let Some(mut row) = first.advance()? {
        for retry in &mut later {
            let again = match retry.take(row.line, first.path()) {
                Err(strange @ ResultError::Strange { .. }) => {
                    // Where the first is out of order, that is the reason.
                    while first.advance()?.is_some() {}
                    return Err(strange);
                }
                taken => taken?,
            };
            if let Some(again) = again {
                if !is_the_same(&row.fields, &again.fields) {
                    return Err(ResultError::Another {
                        path: retry.reader.path().to_owned(),
                        line: row.line,
                        first: first.path().to_owned(),
                    });
                }
                row = after(row, again);
            }
        }
        writer.write(&row.to_write(), first.further())?;
        folded.count(&row);
    }
    writer.finish()?.flush()?;
    folded.read.push(first.rows_read());
    for retry in &mut later {
        // What is left of it is behind the last row of the first.
        retry.take(u64::MAX, first.path())?;
        folded.read.push(retry.reader.rows_read());
    }
    Ok(folded)
}

/// A later result, and its next row.
struct Later<R> {
    reader: ResultReader<R>,
    next: Option<ReadRow>,
}

impl<R: Read> Later<R> {
    fn new(mut reader: ResultReader<R>) -> Result<Self, ResultError> {
        let next = reader.advance()?;
        Ok(Self { reader, next })
    }

    /// Its row for a line, if it has one. Its next row before that is none of the first's.
    fn take(&mut self, line: u64, first: &Path) -> Result<Option<ReadRow>, ResultError> {
        match self.next.as_ref().map(|next| next.line) {
            Some(next) if next < line => Err(ResultError::Strange {
                path: self.reader.path().to_owned(),
                line: next,
                first: first.to_owned(),
            }),
            Some(next) if next == line => {
                let after = self.reader.advance()?;
                Ok(std::mem::replace(&mut self.next, after))
            }
            _ => Ok(None),
        }
    }
}

/// What a row comes to that was sent `again`. Attempts add up, whatever came of them.
fn after(before: ReadRow, again: ReadRow) -> ReadRow {
    let attempts = before.attempts.saturating_add(again.attempts);
    match verdict(&before, &again) {
        Verdict::Earlier => ReadRow { attempts, ..before },
        Verdict::Later => ReadRow { attempts, ..again },
        Verdict::InDoubt => ReadRow {
            attempts,
            outcome: Outcome::cut_off(),
            ..again
        },
    }
}

/// Whether two rows ask for the same; a rejected one stands as it was written, another as it was sent.
fn is_the_same(one: &[String; 3], other: &[String; 3]) -> bool {
    let sent = |[user, action, label]: &[String; 3]| {
        let user = trim(user);
        let user = user.strip_suffix(".0").unwrap_or(user);
        [
            user.trim_start_matches('0').to_owned(),
            trim(action).to_ascii_lowercase(),
            trim(label).to_owned(),
        ]
    };
    one == other || sent(one) == sent(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Moment, OutcomeKind};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn row(line: u64, kind: OutcomeKind, attempts: u32) -> ReadRow {
        ReadRow {
            line,
            fields: [line.to_string(), "add".into(), "VIP".into()],
            outcome: Outcome::new(kind, "", ""),
            status: None,
            attempts,
            at: (attempts > 0).then_some(Moment(i64::from(attempts))),
        }
    }

    fn written(rows: &[ReadRow]) -> Vec<u8> {
        let mut writer = ResultWriter::new(Vec::new(), []).unwrap();
        for row in rows {
            writer.write(&row.to_write(), [""; 0]).unwrap();
        }
        writer.finish().unwrap()
    }

    fn folded(results: &[Vec<ReadRow>]) -> Result<(Vec<ReadRow>, Folded), String> {
        let texts: Vec<_> = results.iter().map(|rows| written(rows)).collect();
        let names = ["first.csv", "second.csv", "third.csv", "fourth.csv"].map(Path::new);
        let reader = |(name, text)| ResultReader::new(name, text).unwrap();
        let mut readers = names
            .into_iter()
            .zip(texts.iter().map(Vec::as_slice))
            .map(reader);
        let first = readers.next().unwrap();
        let mut output = Vec::new();
        let folded = fold(first, readers.collect(), &mut output).map_err(|e| e.to_string())?;
        let mut reader = ResultReader::new(Path::new("folded.csv"), &output[..]).unwrap();
        let mut rows = Vec::new();
        while let Some(row) = reader.advance().unwrap() {
            rows.push(row);
        }
        Ok((rows, folded))
    }

    #[test]
    fn the_verdict_that_counts_keeps_what_belongs_to_it() {
        let told = |kind, attempts, status| ReadRow {
            status: Some(status),
            outcome: Outcome::new(kind, "CODE", "words"),
            ..row(2, kind, attempts)
        };
        let done = told(OutcomeKind::Success, 3, 200);
        let failed = told(OutcomeKind::Failed, 5, 503);
        let kept = after(done.clone(), failed.clone());
        assert_eq!(
            kept,
            ReadRow {
                attempts: 8,
                ..done.clone()
            }
        );
        let overruled = after(failed.clone(), done.clone());
        assert_eq!(
            overruled,
            ReadRow {
                attempts: 8,
                ..done
            }
        );
        let cut_off = after(row(2, OutcomeKind::Pending, 2), failed.clone());
        let outcome = Outcome::cut_off();
        assert_eq!(
            cut_off,
            ReadRow {
                attempts: 7,
                outcome,
                ..failed
            }
        );
    }

    #[test]
    fn what_is_not_of_the_first_is_refused_by_name() {
        let first = vec![
            row(2, OutcomeKind::Failed, 1),
            row(4, OutcomeKind::Failed, 1),
        ];
        for line in [1, 3, 5] {
            let strange = vec![row(line, OutcomeKind::Success, 1)];
            let told = folded(&[first.clone(), strange]).unwrap_err();
            let words =
                format!("second.csv has a row for line {line} of the list, and first.csv has none");
            assert_eq!(told, words);
        }
        let mut another = row(4, OutcomeKind::Success, 1);
        another.fields[2] = "Gold".into();
        let told = folded(&[first, vec![another]]).unwrap_err();
        assert!(
            told.starts_with("the row for line 4 of the list is another in second.csv"),
            "{told}"
        );
    }

    #[test]
    fn a_row_may_have_been_mended_in_its_writing_only() {
        let fields = |fields: [&str; 3]| fields.map(str::to_owned);
        let sent = fields(["42", "add", "VIP"]);
        assert!(is_the_same(
            &fields([" 0042.0", "ADD\u{200B}", "\u{FEFF} VIP\u{A0}"]),
            &sent
        ));
        assert!(!is_the_same(&fields(["42", "add", "vip"]), &sent));
    }

    /// What a person would say of a row that was `before`, after `sent` attempts, once it is told `again` of it.
    fn model(before: OutcomeKind, sent: u32, again: OutcomeKind, attempts: u32) -> OutcomeKind {
        use OutcomeKind::{Failed, Pending, Rejected, Skipped, Success, Unconfirmed, Warning};
        let was_not_called = again == Skipped
            || again == Rejected && before != Rejected
            || again == Pending && attempts == 0;
        match before {
            _ if was_not_called => before,
            Success if again != Warning => Success,
            Warning if again == Pending => Warning,
            Unconfirmed if [Failed, Pending].contains(&again) => Unconfirmed,
            Pending if sent > 0 && again == Failed => Unconfirmed,
            _ => again,
        }
    }

    /// A result of some lines, and what became of each.
    fn result() -> impl Strategy<Value = BTreeMap<u64, (OutcomeKind, u32)>> {
        let kind = proptest::sample::select(OutcomeKind::ALL.to_vec());
        proptest::collection::btree_map(2u64..30, (kind, 0u32..4), 0..28)
    }

    proptest! {
        #[test]
        fn folding_keeps_every_row_and_counts_every_attempt(
            first in result(), retries in proptest::collection::vec(result(), 0..3)
        ) {
            let rows = |result: &BTreeMap<u64, (OutcomeKind, u32)>| -> Vec<_> {
                let known = result.iter().filter(|(line, _)| first.contains_key(line));
                known.map(|(line, (kind, attempts))| row(*line, *kind, *attempts)).collect()
            };
            let results: Vec<_> = std::iter::once(&first).chain(&retries).map(rows).collect();
            let (folded, counts) = folded(&results).unwrap();
            let lines = |rows: &[ReadRow]| rows.iter().map(|row| row.line).collect::<Vec<_>>();
            prop_assert_eq!(lines(&folded), lines(&results[0]));
            let attempts = |rows: &[ReadRow]| rows.iter().map(|row| row.attempts).sum::<u32>();
            prop_assert_eq!(attempts(&folded), results.iter().map(|rows| attempts(rows)).sum::<u32>());
            for row in &folded {
                let told = results.iter().flatten().filter(|other| other.line == row.line);
                let (first, later) = told.collect::<Vec<_>>().split_first().map(|(first, later)| ((first.outcome.kind, first.attempts), later.to_vec())).unwrap();
                let (last, _) = later.iter().fold(first, |(before, sent), row| {
                    (model(before, sent, row.outcome.kind, row.attempts), sent + row.attempts)
                });
                prop_assert_eq!(row.outcome.kind, last);
            }
            prop_assert_eq!(counts.tally.total(), folded.len() as u64);
            let read: Vec<_> = results.iter().map(|rows| rows.len() as u64).collect();
            prop_assert_eq!(counts.read, read);
        }
    }
}
