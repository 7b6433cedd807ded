//! A list → its calls.

use bulklabel::job;
use divan::Bencher;
use divan::counter::ItemsCount;

use crate::list::list;
use crate::reading::reading;

#[divan::bench(sample_count = 5)]
fn list_read_and_planned(bencher: Bencher) {
    const ROWS: u32 = 1_000_000;
    let source = list(ROWS);
    let plan = || job::plan(&source, &reading()).expect("it is a list");
    bencher.counter(ItemsCount::new(ROWS)).bench_local(plan);
}

#[divan::bench(sample_count = 5)]
fn calls_taken_from_it(bencher: Bencher) {
    const ROWS: u32 = 1_000_000;
    let planned = job::plan(&list(ROWS), &reading()).expect("it is a list");
    let calls = planned.plan.totals().calls;
    bencher.counter(ItemsCount::new(calls)).bench_local(|| {
        planned
            .plan
            .calls()
            .map(|call| call.changes.len())
            .sum::<usize>()
    });
}
