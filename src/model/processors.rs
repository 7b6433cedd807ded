//! How many processors there are to work on.

use std::num::NonZeroUsize;
use std::thread;

/// As many threads can work at the same time.
pub fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}
