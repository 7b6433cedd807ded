//! A pace under a paused clock.

use super::*;
use crate::dispatch::paused::paused;
use crate::model::Pause;
use crate::service::Leaving;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;

/// Departures, in seconds from the start, of `count` attempts that `workers` send, each taking `latency`.
pub(super) async fn departures(
    pace: Arc<Pace>,
    count: u32,
    workers: u32,
    latency: Duration,
) -> Vec<f64> {
    let start = Instant::now();
    let left = Arc::new(AtomicU64::new(u64::from(count)));
    let mut all = JoinSet::new();
    for _ in 0..workers {
        let (pace, left) = (Arc::clone(&pace), Arc::clone(&left));
        all.spawn(async move {
            let mut own = Vec::new();
            while left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
                .is_ok()
            {
                let departure = pace.depart().await;
                departure.leave();
                own.push((departure.at() - start).as_secs_f64());
                tokio::time::sleep(latency).await;
            }
            own
        });
    }
    let mut times: Vec<f64> = all.join_all().await.into_iter().flatten().collect();
    times.sort_by(f64::total_cmp);
    times
}

fn fullest_window(times: &[f64], window: f64) -> usize {
    let in_window = |from: &f64| {
        times
            .iter()
            .filter(|time| (*from..from + window).contains(time))
            .count()
    };
    times.iter().map(in_window).max().unwrap_or_default()
}

/// An attempt is answered 429; gives the hold that this leads to.
pub(super) fn refused(pace: &Pace, departure: &Departure, after: Option<u64>) -> Option<Duration> {
    let refusal = Refusal {
        hold: departure.hold(),
        left: departure.at(),
        why: Pause::Throttled,
        after: after.map(Duration::from_secs),
    };
    pace.refused(refusal).map(|hold| hold.pause)
}

fn pace(rate: &str, burst: u32) -> Arc<Pace> {
    after(rate, burst, &Before::default())
}

fn after(rate: &str, burst: u32, before: &Before) -> Arc<Pace> {
    let burst = NonZeroU32::new(burst).unwrap();
    Pace::new(Some(rate.parse().unwrap()), burst, before)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_window_holds_more_than_the_rate(
        attempts in 1u32..60, burst in 1u32..100, workers in 1u32..40, latency in 0u64..400, count in 1u32..200,
    ) {
        let times = paused(async {
            let pace = pace(&format!("{attempts}/s"), burst);
            departures(pace, count, workers, Duration::from_millis(latency)).await
        });
        prop_assert!(fullest_window(&times, 1.0) <= attempts as usize);
        prop_assert_eq!(times.len(), count as usize);
    }
}

#[test]
fn nearly_all_of_the_rate_is_used() {
    for (rate, window, seconds) in [
        ("1000/min", 60.0, 240),
        ("50/s", 1.0, 60),
        ("2000/s", 1.0, 10),
    ] {
        paused(async {
            let (pace, start) = (pace(rate, 1), Instant::now());
            let count = (rate.split('/').next().unwrap().parse::<f64>().unwrap() / window
                * f64::from(seconds)) as u32;
            departures(pace, count, 700, Duration::from_millis(300)).await;
            let took = start.elapsed().as_secs_f64() - 0.3;
            assert!(
                took <= f64::from(seconds) / 0.99,
                "{rate}: {took} s instead of {seconds} s"
            );
        });
    }
}

#[test]
fn a_burst_starts_spent_and_comes_back_with_time() {
    paused(async {
        let pace = pace("100/s", 5);
        let first = departures(Arc::clone(&pace), 3, 3, Duration::ZERO).await;
        assert!(
            first[0] < 0.001 && first[1] > 0.009 && first[2] > 0.018,
            "{first:?}"
        );
        tokio::time::sleep(Duration::from_secs(1)).await;
        let later = departures(pace, 7, 7, Duration::ZERO).await;
        assert_eq!(
            later.iter().filter(|time| **time < 0.002).count(),
            5,
            "{later:?}"
        );
    });
}

#[test]
fn a_hold_keeps_all_back_and_lets_them_leave_one_by_one() {
    paused(async {
        let pace = pace("10/s", 10);
        let first = pace.depart().await;
        let waiting = tokio::spawn(departures(Arc::clone(&pace), 5, 5, Duration::ZERO));
        tokio::task::yield_now().await;
        assert_eq!(
            refused(&pace, &first, Some(7)),
            Some(Duration::from_secs(7))
        );
        let times = waiting.await.unwrap();
        assert!((7.0..7.01).contains(&times[0]), "{times:?}");
        assert!(
            times.windows(2).all(|pair| pair[1] - pair[0] > 0.09),
            "{times:?}"
        );
    });
}

#[test]
fn holds_of_unknown_length_grow_up_to_a_minute_and_start_again() {
    paused(async {
        let pace = pace("100/s", 1);
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            let departure = pace.depart().await;
            assert_eq!(
                refused(&pace, &departure, None),
                Some(Duration::from_secs(seconds))
            );
            assert_eq!(
                refused(&pace, &departure, None),
                None,
                "it left before the hold"
            );
        }
        let departure = pace.depart().await;
        pace.accepted(departure.hold());
        assert_eq!(
            refused(&pace, &departure, None),
            Some(Duration::from_secs(1))
        );
    });
}

#[test]
fn without_a_rate_only_holds_keep_attempts_back() {
    paused(async {
        let pace = Pace::new(None, NonZeroU32::MIN, &Before::default());
        let times = departures(Arc::clone(&pace), 1_000, 10, Duration::ZERO).await;
        assert!(times[999] < 1.0);
        let departure = pace.depart().await;
        refused(&pace, &departure, Some(5));
        assert!(departures(pace, 1, 1, Duration::ZERO).await[0] >= 4.9);
    });
}

#[test]
fn one_that_turns_back_leaves_its_place_to_the_next() {
    paused(async {
        let pace = pace("1/s", 1);
        let first = pace.depart().await;
        let start = Instant::now();
        let next = tokio::spawn(departures(Arc::clone(&pace), 1, 1, Duration::ZERO));
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(!next.is_finished(), "the first may leave at any moment");
        drop(first);
        next.await.unwrap();
        assert!(start.elapsed() < Duration::from_millis(5_100));
    });
}

#[test]
fn what_left_before_this_process_counts_and_its_holds_go_on() {
    paused(async {
        let departures_before = vec![Duration::from_millis(400); 10];
        let before = Before {
            departures: departures_before,
            held: Duration::ZERO,
            pace: None,
        };
        let times = departures(after("10/s", 10, &before), 2, 2, Duration::ZERO).await;
        assert!((0.6..0.61).contains(&times[0]), "{times:?}");
        assert!(times[1] - times[0] > 0.09, "{times:?}");
        let before = Before {
            departures: Vec::new(),
            held: Duration::from_secs(7),
            pace: None,
        };
        let times = departures(after("10/s", 10, &before), 2, 2, Duration::ZERO).await;
        assert!((7.0..7.01).contains(&times[0]), "{times:?}");
    });
}

/// What a service lets pass.
#[derive(Clone, Copy)]
enum Allows {
    /// So many in any second.
    InAnySecond(usize),
    /// So many in each minute of its clock.
    InEachMinute(usize),
}

/// A service that refuses what is too much, and counts.
struct Service {
    allows: Allows,
    start: Instant,
    /// When those left that count still.
    counting: VecDeque<Instant>,
    /// Attempts that were taken, and all, minute by minute.
    taken: Vec<u32>,
    asked: Vec<u32>,
}

impl Service {
    fn takes(&mut self) -> bool {
        let now = Instant::now();
        let minute = |at: Instant| (at - self.start).as_secs() as usize / 60;
        let counts = |at: &Instant| match self.allows {
            Allows::InAnySecond(_) => now - *at < Duration::from_secs(1),
            Allows::InEachMinute(_) => minute(*at) == minute(now),
        };
        let this = minute(now);
        while self.counting.front().is_some_and(|at| !counts(at)) {
            self.counting.pop_front();
        }
        let (Allows::InAnySecond(most) | Allows::InEachMinute(most)) = self.allows;
        let takes = self.counting.len() < most;
        self.taken.resize(this + 1, 0);
        self.asked.resize(this + 1, 0);
        self.asked[this] += 1;
        if takes {
            self.counting.push_back(now);
            self.taken[this] += 1;
        }
        takes
    }
}

/// Sends for so many minutes at a `rate`; each answer takes so long, and none says how long to wait.
fn against(allows: Allows, rate: &str, latency: Duration, minutes: u64) -> (Service, PerHour) {
    paused(async {
        let (pace, start) = (pace(rate, 1), Instant::now());
        let service = Service {
            allows,
            start,
            counting: VecDeque::new(),
            taken: Vec::new(),
            asked: Vec::new(),
        };
        let service = Arc::new(Mutex::new(service));
        let mut all = JoinSet::new();
        for _ in 0..600 {
            let (pace, service) = (Arc::clone(&pace), Arc::clone(&service));
            all.spawn(async move {
                while start.elapsed() < Duration::from_secs(60 * minutes) {
                    let departure = pace.depart().await;
                    departure.leave();
                    let takes = service.lock().unwrap().takes();
                    tokio::time::sleep(latency).await;
                    match takes {
                        true => pace.accepted(departure.hold()),
                        false => drop(refused(&pace, &departure, None)),
                    }
                }
            });
        }
        all.join_all().await;
        let found = pace.state().throttle.found();
        let service = Arc::into_inner(service).unwrap().into_inner().unwrap();
        (service, PerHour::of(found.unwrap()))
    })
}

/// Of `most` a minute: the share that is used from the so-manieth minute on, and of all attempts, the share refused.
fn shares(service: &Service, most: u32, from: usize) -> (f64, f64) {
    let (taken, asked): (u32, u32) = (service.taken.iter().sum(), service.asked.iter().sum());
    let late = &service.taken[from..service.taken.len() - 1];
    let used = f64::from(late.iter().sum::<u32>()) / f64::from(most) / late.len() as f64;
    (used, f64::from(asked - taken) / f64::from(asked))
}

#[test]
fn the_pace_settles_just_under_what_the_service_allows() {
    let second = |most| Allows::InAnySecond(most);
    let minute = |most| Allows::InEachMinute(most);
    for (allows, rate, milliseconds, minutes, most) in [
        (second(300), "1000/s", 300, 10, 300 * 60),
        (second(20), "100/s", 50, 20, 20 * 60),
        (minute(1_000), "1000/s", 100, 30, 1_000),
        (minute(1_000), "2000/min", 300, 20, 1_000),
        (minute(800), "1000/min", 100, 20, 800),
        (minute(100), "1000/min", 100, 20, 100),
    ] {
        let latency = Duration::from_millis(milliseconds);
        let (service, found) = against(allows, rate, latency, minutes);
        let (used, refused) = shares(&service, most, 4);
        let words = format!(
            "{rate} where {most} a minute are allowed: {:.1}% used, {:.2}% refused, {found} found, minute by minute {:?}",
            used * 100.0,
            refused * 100.0,
            service.taken
        );
        println!("{words}");
        assert!(used >= 0.95 && refused < 0.02, "{words}");
        let found = found.per_second() * 60.0 / f64::from(most);
        assert!((0.97..1.04).contains(&found), "{words}");
    }
}
