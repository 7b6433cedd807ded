//! Makes an unfinished run longer, without a network: `cargo bench --bench unfinished -- LIST JOURNAL`.
//!
//! The run was begun and stopped by the program itself (`bulklabel run LIST … --limit 1`), which has left `….partial`, its
//! journal, and `….state` with its identity. All calls but two are ended in the journal as if they had succeeded, and the
//! run can be carried on.

use std::collections::HashSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bulklabel::job;
use bulklabel::list::Source;
use bulklabel::model::{Bearing, Call, CallRecord, Moment, Outcome, Outcomes};
use bulklabel::record::{CallEnd, Entry, Journal, RealDisk, RecordError};

#[path = "parts/reading.rs"]
mod reading;

/// So many calls are told at once.
const AT_ONCE: usize = 64;

/// So many are left.
const LEFT: usize = 2;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench` adds a flag of its own.
    let words = std::env::args_os().skip(1).filter(|word| word != "--bench");
    let [list, journal] = &words.map(PathBuf::from).collect::<Vec<_>>()[..] else {
        println!(
            "unfinished LIST JOURNAL: makes an unfinished run longer, to measure how it is carried on"
        );
        return Ok(());
    };
    let ended = lengthen(list, journal)?;
    println!("{ended} calls ended in {}", journal.display());
    Ok(())
}

/// Ends the calls that are left in the journal, and says how many that were.
fn lengthen(list: &Path, journal: &Path) -> Result<usize, Box<dyn Error>> {
    let planned = job::plan(&Source::open(list, None)?, &reading::reading())?;
    let mut before = HashSet::new();
    let mut journal = Journal::open(Arc::new(RealDisk), journal.to_owned(), |entry| {
        if let Entry::Ended(end) = entry {
            before.insert(end.call);
        }
        Ok::<_, RecordError>(())
    })?;
    let all = planned.plan.totals().calls as usize;
    let left = (all - before.len()).saturating_sub(LEFT);
    let calls = planned.plan.calls();
    let mut calls = calls
        .filter(|call| !before.contains(&call.customer))
        .take(left);
    loop {
        let some: Vec<_> = calls.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            break;
        }
        journal.append(&entries(&some))?;
    }
    journal.sync()?;
    Ok(left)
}

/// What is written of calls that leave together and succeed.
fn entries(calls: &[Call]) -> Vec<Entry> {
    let sent: Vec<_> = calls.iter().map(|call| call.customer).collect();
    let sent = Entry::Sending(sent.into());
    [sent].into_iter().chain(calls.iter().map(ended)).collect()
}

fn ended(call: &Call) -> Entry {
    Entry::Ended(CallEnd {
        call: call.customer,
        record: CallRecord {
            user: call.user.get(),
            outcomes: Outcomes::All(Outcome::success()),
            status: Some(200),
            attempts: 1,
            at: Moment::now(),
        },
        ms: 1,
        unsent: false,
        told: false,
        bearing: Bearing::Clears,
        lines: Vec::new(),
    })
}
