//! Outcomes → result: the list is read once more, and every data row gets its row.

use std::io::{self, Read, Write};
use std::path::Path;

use super::endings::{End, Endings, Lookup};
use super::parts::PartError;
use super::reading::{Piece, Planned, Reading, rejected};
use crate::error::{Error, ExitStatus};
use crate::list::{Broken, Entry, ListError, Pieces, Rows, Source};
use crate::model::{Action, Outcome, OutcomeKind, Row, RowIndex, Tally};
use crate::plan::Fate;
use crate::record::{RecordError, ResultRow, ResultWriter, WorkbookError, WorkbookWriter};

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
    /// What became of the rows can't be laid down, or looked up again.
    #[error(
        "what became of the rows can't be written to a file beside the result, or read from it: {0}"
    )]
    Scratch(#[source] io::Error),
    /// The journal can't be read again.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The workbook can't be written.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    /// The result and the running count differ.
    #[error(
        "the result does not add up with what was counted while calling: this is an error of the program itself"
    )]
    Unequal,
}

impl AccountError {
    /// Why what became of the rows of a part can't be told.
    pub(super) fn of_part(error: PartError, source: &Source) -> Self {
        match error {
            PartError::List(error) => Self::List(error),
            PartError::Changed | PartError::Unwanted => Self::Changed {
                list: source.name().to_owned(),
            },
        }
    }
}

impl From<AccountError> for Error {
    fn from(error: AccountError) -> Self {
        let status = match error {
            AccountError::Unwritable(_) | AccountError::Scratch(_) => ExitStatus::TryLater,
            AccountError::Record(error) => return error.into(),
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

/// What is known of all rows of a run.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The list.
    pub planned: &'a Planned,
    /// What became of its rows.
    pub endings: &'a Endings<'a>,
}

/// Writes the result of a run to `to`, in input order, and says what it holds; also as a `workbook` that will stand there.
///
/// # Errors
/// The list has changed, can't be read, or the result can't be written.
pub fn account_for<W: Write>(
    source: &Source,
    reading: &Reading,
    known: Known<'_>,
    to: W,
    workbook: Option<&Path>,
) -> Result<Account, AccountError> {
    let changed = || AccountError::Changed {
        list: source.name().to_owned(),
    };
    // What was read before and can't be now has changed.
    let or_changed = |error| unreadable_or(error, changed());
    let rows = reading.rows(source).map_err(or_changed)?;
    let writer = ResultWriter::new(to, rows.kept())?;
    let planned = known.planned;
    if workbook.is_none() && !planned.pieces.is_empty() {
        let pieces = Pieces::of(rows, source, &reading.wishes).map_err(or_changed)?;
        let pieces = pieces.ok_or_else(changed)?;
        return in_pieces(pieces, known, writer.finish()?)?.ok_or_else(changed);
    }
    let workbook = workbook.map(|path| WorkbookWriter::new(path, rows.kept()));
    let mut accounting = Accounting::of(known, Place::default(), writer);
    accounting.account.workbook = workbook.transpose()?;
    let mut rows = rows;
    let all_known = accounting.all(&mut rows).map_err(|error| match error {
        Unaccounted::List(error) => or_changed(error),
        Unaccounted::Account(error) => error,
    })?;
    let is_whole = accounting.place.rows == planned.plan.data_rows();
    if !(all_known && is_whole && rows.fingerprint() == planned.fingerprint) {
        return Err(changed());
    }
    accounting.writer.finish()?;
    Ok(accounting.account)
}

/// The same for a list that was planned in pieces: each is accounted for apart from the others. None where it has changed.
fn in_pieces(
    pieces: Pieces,
    known: Known<'_>,
    mut to: impl Write,
) -> Result<Option<Account>, AccountError> {
    let planned = known.planned;
    let places = Place::of_all(&planned.pieces);
    let mut account = Account::default();
    let again = pieces.again(planned.pieces.iter().map(|piece| piece.extent));
    let read = again.read(
        |number, rows| match (places.get(number), planned.pieces.get(number)) {
            (Some(place), Some(piece)) => part(known, *place, *piece, rows),
            _ => Ok(Ok(None)),
        },
        |part, _, _| match part? {
            Some((part, text)) => {
                account.join(part);
                Ok(to.write_all(&text).map_err(AccountError::from)?)
            }
            None => Err(Ended::Changed),
        },
    );
    match read {
        Ok(fingerprint) if fingerprint == planned.fingerprint => Ok(Some(account)),
        Ok(_) | Err(Broken::InPieces | Broken::Taking(Ended::Changed)) => Ok(None),
        Err(Broken::Unreadable(error)) => Err(AccountError::List(error)),
        Err(Broken::Taking(Ended::Account(error))) => Err(error),
    }
}

/// Accounts for the rows of a piece. None where there are others than there were.
#[expect(clippy::type_complexity, reason = "named, it would be no clearer")]
fn part(
    known: Known<'_>,
    place: Place,
    piece: Piece,
    rows: &mut Rows<&[u8]>,
) -> Result<Result<Option<(Account, Vec<u8>)>, AccountError>, ListError> {
    // A result is some three times as long as its list.
    let text = Vec::with_capacity(4 * piece.extent.bytes);
    let writer = ResultWriter::without_header(text, rows.kept().count());
    let mut accounting = Accounting::of(known, place, writer);
    match accounting.all(rows) {
        Ok(true) if accounting.place.rows - place.rows == piece.rows => {
            let text = accounting.writer.finish();
            let account = accounting.account;
            Ok(text
                .map(|text| Some((account, text)))
                .map_err(AccountError::from))
        }
        Ok(_) => Ok(Ok(None)),
        Err(Unaccounted::List(error)) => Err(error),
        Err(Unaccounted::Account(error)) => Ok(Err(error)),
    }
}

/// Why what came of a piece ends it all.
enum Ended {
    Changed,
    Account(AccountError),
}

impl From<AccountError> for Ended {
    fn from(error: AccountError) -> Self {
        Self::Account(error)
    }
}

/// Why rows are not accounted for.
enum Unaccounted {
    List(ListError),
    Account(AccountError),
}

/// Holds that a list still is what was planned, before anything is said that can't be taken back.
///
/// # Errors
/// It has changed, or can't be read.
pub fn must_be_as_planned(source: &Source, planned: &Planned) -> Result<(), AccountError> {
    match source.fingerprint().map_err(AccountError::List)? == planned.fingerprint {
        true => Ok(()),
        false => Err(AccountError::Changed {
            list: source.name().to_owned(),
        }),
    }
}

fn unreadable_or(error: ListError, changed: AccountError) -> AccountError {
    if matches!(error, ListError::Unreadable { .. }) {
        AccountError::List(error)
    } else {
        changed
    }
}

/// Where in the list a piece begins: after so many rows and line ends.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    rows: u32,
    lines: u64,
}

impl Place {
    fn of_all(pieces: &[Piece]) -> Vec<Self> {
        let place = |next: &mut Self, piece: &Piece| {
            let place = *next;
            next.rows += piece.rows;
            next.lines += piece.extent.lines;
            Some(place)
        };
        pieces.iter().scan(Self::default(), place).collect()
    }
}

struct Accounting<'a, W: Write> {
    planned: &'a Planned,
    lookup: Lookup<'a>,
    /// The next row's.
    place: Place,
    writer: ResultWriter<W>,
    account: Account,
}

impl<'a, W: Write> Accounting<'a, W> {
    fn of(known: Known<'a>, place: Place, writer: ResultWriter<W>) -> Self {
        Self {
            planned: known.planned,
            lookup: Lookup::of(known.endings, known.planned.plan.labels()),
            place,
            writer,
            account: Account::default(),
        }
    }

    /// Writes all rows. False where the plan does not know one of them.
    fn all<R: Read>(&mut self, rows: &mut Rows<R>) -> Result<bool, Unaccounted> {
        while let Some(entry) = rows.advance().map_err(Unaccounted::List)? {
            if !self.row(&entry).map_err(Unaccounted::Account)? {
                return Ok(false);
            }
            self.place.rows += 1;
        }
        Ok(true)
    }

    /// Writes one row. False where the plan does not know it.
    fn row(&mut self, entry: &Entry<'_>) -> Result<bool, AccountError> {
        let (plan, index) = (&self.planned.plan, RowIndex(self.place.rows));
        let line = self.place.lines + entry.line;
        // A plan has at most as many rows as it numbers; one more is none of its own.
        if index.0 >= plan.data_rows() || plan.line(index) != line {
            return Ok(false);
        }
        let label = entry.row.as_ref().ok().map(|row| row.label);
        match (&entry.row, self.lookup.end(index, label)?) {
            (Err(rejection), End::Rejected) => {
                self.unsent(entry, None, &rejected(rejection.clone()))?;
            }
            (Err(_), _) | (Ok(_), End::Rejected) => return Ok(false),
            (Ok(row), End::LeftOut(fate)) => {
                let is_skipped = matches!(fate, Fate::Duplicate(_) | Fate::Superseded(_));
                let sent = Some(row).filter(|_| is_skipped);
                if let Some(outcome) = plan.outcome(row.action, fate) {
                    self.unsent(entry, sent, &outcome)?;
                }
            }
            (Ok(row), End::Settled(settled)) => {
                self.sent(entry, row, settled.outcome, |result| {
                    let (status, attempts, at) =
                        (settled.status, settled.attempts, Some(settled.at));
                    ResultRow {
                        status,
                        attempts,
                        at,
                        ..result
                    }
                })?
            }
            (Ok(row), End::Pending(attempts)) => {
                let pending = Outcome::new(OutcomeKind::Pending, "", "");
                self.sent(entry, row, &pending, |result| ResultRow {
                    attempts,
                    ..result
                })?;
            }
        }
        Ok(true)
    }

    /// Writes a row as it would be sent, with what is known besides.
    fn sent(
        &mut self,
        entry: &Entry<'_>,
        row: &Row<'_>,
        outcome: &Outcome,
        with: impl for<'b> FnOnce(ResultRow<'b>) -> ResultRow<'b>,
    ) -> Result<(), AccountError> {
        let line = self.place.lines + entry.line;
        let mut digits = itoa::Buffer::new();
        let sent = [
            digits.format(row.user.get()),
            row.action.as_str(),
            row.label,
        ];
        self.write(&with(with_outcome(line, sent, outcome)), entry)?;
        self.account.add(outcome, row.action, line);
        Ok(())
    }

    /// Writes a row that nothing was sent of: as it would be sent, or for a rejected one as it stands in the list.
    fn unsent(
        &mut self,
        entry: &Entry<'_>,
        row: Option<&Row<'_>>,
        outcome: &Outcome,
    ) -> Result<(), AccountError> {
        if let Some(row) = row {
            return self.sent(entry, row, outcome, |result| result);
        }
        let line = self.place.lines + entry.line;
        let raw = entry.raw();
        let fields = raw.each_ref().map(String::as_str);
        self.write(&with_outcome(line, fields, outcome), entry)?;
        self.account.add(outcome, Action::Add, line);
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
    /// Adds what a later part of the result holds.
    fn join(&mut self, part: Self) {
        self.tally.join(part.tally);
        self.to_look_at += part.to_look_at;
    }

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
    use crate::job::remaining::{Left, Remaining};
    use crate::job::standing::Standing;
    use crate::list::{Selection, Wishes};
    use crate::model::Part;
    use crate::plan::{Holding, OnConflict, Policy};
    use csv::StringRecord;
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
            holding: Holding::All,
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
        let standing = Standing::new(&planned.plan, planned.left_out.clone(), None);
        let mut result = Vec::new();
        let known = Known {
            planned: &planned,
            endings: &Endings::held(&planned.plan, &standing).unwrap(),
        };
        let account = account_for(&source, &reading, known, &mut result, None).unwrap();
        let mut counted = planned.left_out.clone();
        counted.leave_pending(u64::from(planned.plan.data_rows()));
        account.must_equal(&counted).unwrap();
        let rows = csv::Reader::from_reader(&result[..]).into_records();
        Some((rows.map(Result::unwrap).count(), planned.plan.data_rows()))
    }

    /// A customer, and what is asked for.
    type Called = (u64, Vec<(Action, String)>);

    /// What is said of a list's rows of which nobody was called, by their lines, with the calls that would be made; none where the
    /// whole list is unusable.
    fn said_of(
        list: &[u8],
        share: Part,
        holding: Holding,
    ) -> Option<(Vec<StringRecord>, Vec<Called>)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        std::fs::write(&path, list).unwrap();
        let source = Source::open(&path, None).ok()?;
        let mut reading = reading(None);
        (reading.wishes.share, reading.holding) = (share, Holding::All);
        let planned = plan(&source, &reading).ok()?;
        let standing = Standing::new(&planned.plan, planned.left_out.clone(), None);
        let endings = Endings::held(&planned.plan, &standing).unwrap();
        let known = Known {
            planned: &planned,
            endings: &endings,
        };
        let mut result = Vec::new();
        account_for(&source, &reading, known, &mut result, None).unwrap();
        let rows = csv::Reader::from_reader(&result[..]).into_records();
        reading.holding = holding;
        let in_parts = plan(&source, &reading).unwrap();
        assert_eq!(in_parts.read, planned.read);
        assert_eq!(in_parts.plan.totals(), planned.plan.totals());
        let left = Remaining::of((&source, &reading, &in_parts), Left::default(), || true);
        let calls = left.map(|(call, _)| {
            let changes = call.changes.iter();
            let changes = changes.map(|change| (change.action, call.name(change).to_owned()));
            (call.user.get(), changes.collect())
        });
        let mut calls: Vec<Called> = calls.collect();
        calls.sort();
        Some((rows.map(Result::unwrap).collect(), calls))
    }

    /// Lists of a few customers, in which much is wrong.
    fn lists() -> impl Strategy<Value = Vec<u8>> {
        let user = prop_oneof![
            8 => (1u64..12).prop_map(|user| user.to_string()),
            1 => (1u64..12).prop_map(|user| format!(" 0{user}.0 ")),
            1 => Just("nobody".to_owned()),
        ];
        let action = proptest::sample::select(vec!["add", "remove", "tag"]);
        let label =
            proptest::sample::select(vec!["VIP", "Gold", "Silver", "Old", "", "Gold,x", "A\n\n"]);
        let row = (user, action, label)
            .prop_map(|(user, action, label)| format!("{user},{action},{label}\n"));
        let rows = proptest::collection::vec(row, 0..60);
        rows.prop_map(|rows| format!("userId,action,label\n{}", rows.concat()).into_bytes())
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
        fn shards_have_the_rows_and_the_calls_of_the_whole(
            list in prop_oneof![1 => bytes(), 3 => lists()], of in 1u32..6, parts in 1u32..4
        ) {
            let whole = said_of(&list, Part::WHOLE, Holding::All);
            let shards = Part::WHOLE.parts(of);
            let shards: Vec<_> = shards.map(|shard| said_of(&list, shard, Holding::Parts(parts))).collect();
            let Some((rows, calls)) = whole else {
                prop_assert!(shards.iter().all(Option::is_none));
                return Ok(());
            };
            let line = |row: &StringRecord| row[0].parse::<u64>().unwrap();
            let (mut joined, mut all) = (Vec::new(), Vec::new());
            for (shard_rows, shard_calls) in shards.into_iter().map(Option::unwrap) {
                prop_assert!(shard_rows.iter().map(line).is_sorted());
                joined.extend(shard_rows);
                all.extend(shard_calls);
            }
            joined.sort_by_key(line);
            all.sort();
            prop_assert_eq!(joined, rows);
            prop_assert_eq!(all, calls);
        }

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
            let standing = Standing::new(&planned.plan, planned.left_out.clone(), None);
            let mut result = Vec::new();
            let endings = Endings::held(&planned.plan, &standing).unwrap();
            let known = Known { planned: &planned, endings: &endings };
            account_for(&source, &reading, known, &mut result, None).unwrap();
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
