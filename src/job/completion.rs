//! The end of a run: its result in place, its other files gone.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::accounting::{Account, AccountError, account_for};
use super::called::Called;
use super::identity::identity;
use super::reading::{Planned, Reading};
use crate::error::{Error, ExitStatus};
use crate::list::Source;
use crate::model::{Moment, OutcomeKind, Tally};
use crate::record::{Ledger, Outputs, Replacement, Target, write_whole};
use crate::report::{Effort, Leg, ListSummary, Minute, Summary};

/// All of the customers, in one part.
const WHOLE: &str = "1/1";

/// What a run is about.
#[derive(Debug)]
pub struct Run<'a> {
    /// The list's path.
    pub list: &'a Path,
    /// The list.
    pub source: &'a Source,
    /// How it is read.
    pub reading: &'a Reading,
    /// What it comes to.
    pub planned: &'a Planned,
    /// Where its files stand.
    pub outputs: &'a Outputs,
    /// Where the service is.
    pub base_url: String,
    /// A hash of who calls.
    pub account: String,
    /// The HTTP method of a call.
    pub method: &'static str,
    /// The settings that shape the plan.
    pub shaping: &'a BTreeMap<&'static str, String>,
    /// The other settings.
    pub others: &'a BTreeMap<&'static str, String>,
    /// When it began.
    pub started: Moment,
}

/// Writes the result and the summary of a run whose calls have all ended, and removes its other files.
///
/// # Errors
/// The list has changed, or a file can't be written; what was recorded is still there.
pub fn complete(run: &Run<'_>, called: Called) -> Result<ExitStatus, Error> {
    let Called {
        journal,
        ledger,
        tally,
        effort,
        minutes,
        ..
    } = called;
    // A journal that holds no call is not worth keeping, whatever comes now.
    let journal = if journal.calls() == 0 {
        journal.remove().map(|()| None)?
    } else {
        Some(journal)
    };
    let account = match &run.outputs.target {
        Target::File(path) => {
            let mut result = Replacement::new(path)?;
            match write(run, &ledger, &tally, &mut result) {
                Ok(account) => result.commit().map(|()| account)?,
                Err(error) => {
                    result.discard();
                    return Err(error.into());
                }
            }
        }
        Target::StandardOutput => {
            let mut output = BufWriter::new(io::stdout().lock());
            let account = write(run, &ledger, &tally, &mut output)?;
            output.flush().map_err(AccountError::from)?;
            account
        }
    };
    let status = match account.to_look_at {
        0 => ExitStatus::Complete,
        _ => ExitStatus::WithFailures,
    };
    if let Some(path) = run.outputs.summary() {
        let now = Moment::now();
        let json = summary(run, &account, effort, minutes.finish(now), status, now)
            .to_json()
            .map_err(|error| Error::new(ExitStatus::TryLater, error))?;
        write_whole(&path, &json)?;
    }
    if let Some(journal) = journal {
        journal.remove()?;
    }
    Ok(status)
}

/// Leaves the files of a run that has stopped; a journal that holds no call is not worth keeping. Returns where the
/// calls that ended are recorded.
///
/// # Errors
/// The empty journal can't be removed.
pub fn leave(run: &Run<'_>, called: Called) -> Result<Option<PathBuf>, Error> {
    if called.journal.calls() > 0 {
        return Ok(Some(run.outputs.partial()));
    }
    called.journal.remove()?;
    Ok(None)
}

fn write(
    run: &Run<'_>,
    ledger: &Ledger,
    counted: &Tally,
    to: impl Write,
) -> Result<Account, AccountError> {
    let account = account_for(run.source, run.reading, run.planned, ledger, to)?;
    account.must_equal(counted)?;
    Ok(account)
}

/// The run's identity.
fn identity_of(run: &Run<'_>) -> String {
    let fingerprint = run.planned.fingerprint.to_string();
    let mut parts = vec![
        ("list", fingerprint.as_str()),
        ("base-url", &run.base_url),
        ("account", &run.account),
        ("method", run.method),
        ("shard", WHOLE),
    ];
    parts.extend(
        run.shaping
            .iter()
            .map(|(name, value)| (*name, value.as_str())),
    );
    identity(&parts)
}

fn summary(
    run: &Run<'_>,
    account: &Account,
    effort: Effort,
    minutes: Vec<Minute>,
    status: ExitStatus,
    now: Moment,
) -> Summary {
    let plan = &run.planned.plan;
    let mut settings = run.shaping.clone();
    settings.extend(run.others.clone());
    settings.insert("method", run.method.to_owned());
    let leg = Leg {
        started_at: run.started.to_string(),
        ended_at: now.to_string(),
        exit_status: status.code(),
    };
    let name = run.list.file_name().unwrap_or(run.list.as_os_str());
    let rows = |kind: OutcomeKind| (kind.as_str(), account.tally.rows(kind));
    let by_code = account.tally.rows_by_code().into_iter();
    Summary {
        program: concat!("bulklabel ", env!("CARGO_PKG_VERSION")).to_owned(),
        run: identity_of(run),
        list: ListSummary {
            name: name.to_string_lossy().into_owned(),
            rows: u64::from(plan.data_rows()),
            fingerprint: run.planned.fingerprint.to_string(),
        },
        base_url: run.base_url.clone(),
        account: run.account.clone(),
        settings,
        shard: WHOLE.to_owned(),
        rows: OutcomeKind::ALL.into_iter().map(rows).collect(),
        codes: by_code
            .map(|(code, rows)| (code.to_owned(), rows))
            .collect(),
        customers: u64::from(plan.customers()),
        calls: effort.ended,
        attempts: effort.attempts,
        throttled: effort.throttled,
        legs: vec![leg],
        seconds: (now.0 - run.started.0) as f64 / 1_000.0,
        exit_status: status.code(),
        minutes,
    }
}
