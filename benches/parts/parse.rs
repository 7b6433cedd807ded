//! A list → its rows.

use divan::Bencher;
use divan::counter::ItemsCount;

use crate::list::list;
use crate::reading::reading;

#[divan::bench(sample_count = 5)]
fn rows(bencher: Bencher) {
    const ROWS: u32 = 1_000_000;
    let source = list(ROWS);
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        let mut rows = reading().rows(&source).expect("it has a header");
        let mut valid = 0;
        while let Some(entry) = rows.advance().expect("it is a list") {
            valid += u32::from(entry.row.is_ok());
        }
        assert_eq!(valid, ROWS);
    });
}
