//! How many files may be open at once: many systems allow fewer than a list may have shards, unless a program asks.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Beside those that are asked for, a program has a few of its own.
const OWN: u64 = 64;

/// Asks for so many. Where the system does not allow them, whoever opens one too many hears of it.
pub fn ask_for(files: usize) {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = OWN.saturating_add(files as u64);
    let wanted = maximum.map_or(wanted, |most| wanted.min(most));
    if current.is_some_and(|current| current < wanted) {
        let limit = Rlimit {
            current: Some(wanted),
            maximum,
        };
        let _as_it_was = setrlimit(Resource::Nofile, limit);
    }
}
