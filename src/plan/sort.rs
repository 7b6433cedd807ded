//! Sorting in place, on several processors.

use std::thread;

use crate::model::processors;

/// Fewer than that are sorted faster by one thread.
const WORTH_A_THREAD: usize = 1 << 16;

/// Sorts in no more memory than there is.
pub fn sort<T: Ord + Send>(all: &mut [T]) {
    sort_by(all, processors());
}

fn sort_by<T: Ord + Send>(all: &mut [T], threads: usize) {
    if threads < 2 || all.len() < WORTH_A_THREAD {
        return all.sort_unstable();
    }
    let middle = all.len() / 2;
    let (lower, _, upper) = all.select_nth_unstable(middle);
    thread::scope(|scope| {
        scope.spawn(|| sort_by(lower, threads / 2));
        sort_by(upper, threads - threads / 2);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sorted_by_several_threads_is_sorted() {
        let mut all: Vec<u64> = (0..200_000u64)
            .map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 44)
            .collect();
        let mut expected = all.clone();
        expected.sort_unstable();
        sort_by(&mut all, 5);
        assert_eq!(all, expected);
    }
}
