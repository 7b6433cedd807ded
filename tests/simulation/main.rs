//! Whole runs on a simulated clock, disk and service, all drawn from one seed: crashes, power cuts, full disks, signals.
//!
//! The loop, the journal and the pace are the real ones. After each run, what it says is held against what the service
//! has really done. `SIMULATION_RUNS=100000 cargo test --release --test simulation` makes more runs than usual, and
//! `SIMULATION_SEED=7 cargo test --test simulation` the one with that seed, which a failure names.

mod chance;
mod checks;
mod clock;
mod disk;
mod night;
mod service;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// How many runs are made where nobody asks for more.
const RUNS: u64 = 600;

fn variable(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().expect("a whole number"))
}

#[test]
fn whatever_happens_no_result_is_lost_or_wrong_and_nobody_is_called_again_without_need() {
    if let Some(seed) = variable("SIMULATION_SEED") {
        let (figures, story) = night::simulate(seed);
        println!("{story}\n{figures:?}");
        return;
    }
    let runs = variable("SIMULATION_RUNS").unwrap_or(RUNS);
    let next = AtomicU64::new(0);
    let work = || {
        let mut all = night::Figures::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= runs {
                return all;
            }
            match catch_unwind(AssertUnwindSafe(|| night::simulate(seed))) {
                Ok((figures, _)) => all.add(&figures),
                Err(_) => panic!("SIMULATION_SEED={seed} cargo test --test simulation"),
            }
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let all = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let mut all = night::Figures::default();
        for worker in workers {
            all.add(&worker.join().expect("its seed is named above"));
        }
        all
    });
    println!("{all:?}");
    // What never happens proves nothing.
    assert!(all.kills > 0 && all.power_cuts > 0 && all.full_disks > 0 && all.signals > 0);
    let stops = ["outage", "too many failures", "canary", "limit", "until"];
    assert!(stops.iter().all(|reason| all.stops.contains_key(reason)));
    assert!(all.called_again > 0 && all.unconfirmed > 0 && all.carried_on > 0);
}

#[test]
fn a_seed_repeats_to_the_letter() {
    for seed in 0..50 {
        let (_, first) = night::simulate(seed);
        let (_, second) = night::simulate(seed);
        assert_eq!(first, second, "{seed}");
    }
}
