//! Any bytes as a list: a plan that counts every data row, or an error.

#![no_main]

use std::io::Write;

use bulklabel::job::{self, Reading};
use bulklabel::list::{Source, Wishes};
use bulklabel::model::OutcomeKind;
use bulklabel::plan::{Holding, OnConflict, Policy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("it can be written");
    let Ok(source) = Source::open(file.path(), None) else {
        return;
    };
    let reading = Reading {
        wishes: Wishes::default(),
        delimiter: None,
        selection: None,
        policy: Policy {
            on_conflict: OnConflict::LastWins,
            max_labels: 5,
        },
        holding: Holding::All,
    };
    if let Ok(planned) = job::plan(&source, &reading) {
        let totals = planned.plan.totals();
        let called = totals.additions + totals.removals;
        let left_out = planned.left_out.rows(OutcomeKind::Rejected)
            + planned.left_out.rows(OutcomeKind::Skipped);
        assert_eq!(called + left_out, u64::from(planned.plan.data_rows()));
    }
});
