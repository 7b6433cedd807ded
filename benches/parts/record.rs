//! What is written while a run goes on, read when it is carried on, and left when it is complete.

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use bulklabel::model::{Bearing, CallRecord, Moment, Outcome, Outcomes};
use bulklabel::record::{CallEnd, Entry, Journal, RealDisk, RecordError, ResultRow, ResultWriter};
use divan::Bencher;
use divan::counter::ItemsCount;

use crate::list::place;

/// So many calls end in what is measured.
const CALLS: u32 = 100_000;

/// So many are recorded at once.
const AT_ONCE: usize = 64;

/// When all of it happens.
const NOW: Moment = Moment(1_795_400_000_123);

#[divan::bench(sample_count = 10)]
fn journal_written(bencher: Bencher) {
    let entries = entries();
    bencher
        .counter(ItemsCount::new(CALLS))
        .bench_local(|| write(&entries));
}

#[divan::bench(sample_count = 10)]
fn journal_read(bencher: Bencher) {
    let path = write(&entries());
    bencher.counter(ItemsCount::new(CALLS)).bench_local(|| {
        let mut ended = 0;
        let read = Journal::peek(&RealDisk, &path, |entry| {
            ended += u32::from(matches!(entry, Entry::Ended(_)));
            ControlFlow::Continue(())
        });
        read.expect("it was just written");
        assert_eq!(ended, CALLS);
    });
}

#[divan::bench(sample_count = 10)]
fn result_written(bencher: Bencher) {
    bencher.counter(ItemsCount::new(CALLS)).bench_local(|| {
        let mut result = ResultWriter::new(std::io::sink(), []).expect("nothing is in its way");
        for line in 2..u64::from(CALLS) + 2 {
            let written = result.write(&row(line), std::iter::empty::<&str>());
            written.expect("nothing is in its way");
        }
        result.finish().expect("nothing is in its way")
    });
}

/// The ends of all calls.
fn entries() -> Vec<Entry> {
    let ended = |call| {
        Entry::Ended(CallEnd {
            call,
            record: CallRecord {
                user: u64::from(call) * 387 + 100_000_007,
                outcomes: Outcomes::All(Outcome::success()),
                status: Some(200),
                attempts: 1,
                at: NOW,
            },
            ms: 120,
            unsent: false,
            told: false,
            bearing: Bearing::Clears,
            lines: Vec::new(),
        })
    };
    (0..CALLS).map(ended).collect()
}

/// Writes a journal of them.
fn write(entries: &[Entry]) -> PathBuf {
    let path = place("journal");
    // There may be none.
    let _there_was_none = fs::remove_file(&path);
    let opened = Journal::open(Arc::new(RealDisk), path.clone(), |_| {
        Ok::<_, RecordError>(())
    });
    let mut journal = opened.expect("the target directory can be written to");
    for entries in entries.chunks(AT_ONCE) {
        journal.append(entries).expect("the disk has room");
    }
    path
}

/// The result's row on this line of the list.
fn row(line: u64) -> ResultRow<'static> {
    ResultRow {
        line,
        user: "1489905863",
        action: "add",
        label: "Gold Member 14",
        outcome: "success",
        code: "",
        message: "",
        status: Some(200),
        attempts: 1,
        at: Some(NOW),
    }
}
