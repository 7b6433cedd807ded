//! When an attempt may leave (contract, section 4).
//!
//! `slots` spaces the attempts, and `window` has the last word, whatever the timers, the burst and the connections
//! do.

mod slots;
mod window;

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use self::slots::{Limit, Slots};
use self::window::{Full, Window};
use crate::model::Rate;
use crate::service::Leaving;

/// The longest hold after a 429 that does not say how long.
const LONGEST_HOLD: Duration = Duration::from_secs(60);

/// Decides when attempts leave, for all workers.
#[derive(Debug)]
pub struct Pace {
    start: Instant,
    limit: Option<Limit>,
    state: Mutex<State>,
    /// Tells that an attempt which was let through has left, or turned back.
    moved: Notify,
    /// Tells that one has turned back.
    turned_back: Notify,
    /// Tells that a hold has come.
    recalled: Notify,
}

#[derive(Debug)]
struct State {
    slots: Option<Slots>,
    window: Option<Window>,
    held_until: Option<Instant>,
    /// How many holds in a row were given no length by the service.
    unguided: u32,
    /// Counts holds: who took a slot before one has to take another.
    holds: u64,
}

/// What earlier processes of the run have left behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Before {
    /// How long ago each of the last attempts left.
    pub departures: Vec<Duration>,
    /// How much longer all calls are to wait.
    pub held: Duration,
}

/// An attempt that was let through. Dropped before it has left, it never leaves.
#[derive(Debug, Clone)]
pub struct Departure(Arc<Leave>);

/// Tells attempts from before a hold from those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldNumber(u64);

#[derive(Debug)]
struct Leave {
    pace: Arc<Pace>,
    let_through: Instant,
    hold: HoldNumber,
    left: OnceLock<Instant>,
}

impl Departure {
    /// When it left; until then, when it was let through.
    pub fn at(&self) -> Instant {
        *self.0.left.get().unwrap_or(&self.0.let_through)
    }

    /// After which hold it was let through.
    pub fn hold(&self) -> HoldNumber {
        self.0.hold
    }

    /// Waits for a hold that is newer: what has not left by then must not leave.
    pub async fn recalled(&self) {
        loop {
            let recalled = self.0.pace.recalled.notified();
            if self.0.pace.state().holds != self.0.hold.0 {
                return;
            }
            recalled.await;
        }
    }
}

impl Leaving for Departure {
    fn leave(&self) {
        self.0.left.get_or_init(|| self.0.pace.left());
    }

    fn has_left(&self) -> bool {
        self.0.left.get().is_some()
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        if self.left.get().is_none() {
            self.pace.turn_back();
        }
    }
}

impl Pace {
    /// A pace of at most `rate`, of which `burst` attempts may leave together; without limit where no rate is
    /// given. It starts with the burst spent: one attempt may leave as soon as what went `before` leaves room.
    pub fn new(rate: Option<Rate>, burst: NonZeroU32, before: &Before) -> Arc<Self> {
        let limit = rate.map(|rate| Limit::new(rate, burst));
        let start = Instant::now();
        let window = |limit: Limit| {
            let most = limit.attempts.get() as usize;
            Window::new(most, limit.guarded, &before.departures, start)
        };
        let window = limit.map(window);
        let room = window.as_ref().map_or(start, |window| window.room(start));
        let held_until = (!before.held.is_zero()).then(|| start + before.held);
        let from = held_until.map_or(room, |until| until.max(room));
        let state = State {
            slots: limit.map(|limit| Slots::new(limit, from - start)),
            window,
            held_until,
            unguided: 0,
            holds: 0,
        };
        Arc::new(Self {
            start,
            limit,
            state: Mutex::new(state),
            moved: Notify::new(),
            turned_back: Notify::new(),
            recalled: Notify::new(),
        })
    }

    /// Waits until an attempt may leave.
    pub async fn depart(self: &Arc<Self>) -> Departure {
        loop {
            let (slot, hold) = self.take_slot();
            sleep_until(slot).await;
            loop {
                // Listened for before looking, so that nothing is missed between.
                let (moved, turned_back) = (self.moved.notified(), self.turned_back.notified());
                match self.let_through(hold) {
                    Ok(departure) => return departure,
                    Err(NotYet::Full(Full::OfThoseLeaving)) => moved.await,
                    Err(NotYet::Full(Full::Until(free))) => tokio::select! {
                        biased;
                        () = sleep_until(free) => {}
                        () = turned_back => {}
                    },
                    // Slots from before a hold are void: all take new ones and leave one by one.
                    Err(NotYet::Held) => break,
                }
            }
        }
    }

    /// Takes note of a 429 or 503 that an attempt was answered with which was let through after `hold`. All wait: so
    /// long as the service asks, else longer each time, up to a minute. Returns the pause where that is news: many
    /// attempts from before a hold may be answered alike.
    pub fn refused(&self, hold: HoldNumber, after: Option<Duration>) -> Option<Duration> {
        let mut state = self.state();
        let is_first = hold.0 == state.holds;
        // To wait no time at all is no advice after a refusal.
        let pause = match after.filter(|pause| !pause.is_zero()) {
            Some(pause) => pause,
            None if is_first => {
                state.unguided += 1;
                unguided_pause(state.unguided)
            }
            None => return None,
        };
        let until = Instant::now() + pause;
        let before = state.held_until;
        if before.is_some_and(|held| held >= until) {
            return None;
        }
        state.held_until = Some(until);
        state.holds += 1;
        self.recalled.notify_waiters();
        state.slots = self
            .limit
            .map(|limit| Slots::new(limit, until - self.start));
        let is_longer = before.is_none_or(|held| until - held >= Duration::from_secs(1));
        (is_first || is_longer).then_some(pause)
    }

    /// Takes note of any other answer to an attempt that was let through after `hold`.
    pub fn accepted(&self, hold: HoldNumber) {
        let mut state = self.state();
        if hold.0 == state.holds {
            state.unguided = 0;
        }
    }

    /// Waits while all calls are held; gives the latest hold.
    pub async fn held(&self) -> HoldNumber {
        loop {
            let (until, holds) = {
                let state = self.state();
                (state.held_until, state.holds)
            };
            match until.filter(|until| *until > Instant::now()) {
                Some(until) => sleep_until(until).await,
                None => return HoldNumber(holds),
            }
        }
    }

    /// The next free slot, and which hold it comes after.
    fn take_slot(&self) -> (Instant, HoldNumber) {
        let state = self.state();
        let now = Instant::now();
        let from = state.held_until.map_or(now, |until| until.max(now));
        let slot = match &state.slots {
            Some(slots) => self.start + slots.next(from - self.start),
            None => from,
        };
        (slot, HoldNumber(state.holds))
    }

    /// Lets an attempt through, if the window has room and no hold has come.
    fn let_through(self: &Arc<Self>, hold: HoldNumber) -> Result<Departure, NotYet> {
        let mut state = self.state();
        if hold.0 != state.holds {
            return Err(NotYet::Held);
        }
        let now = Instant::now();
        if let Some(window) = &mut state.window {
            window.enter(now).map_err(NotYet::Full)?;
        }
        let (pace, left) = (Arc::clone(self), OnceLock::new());
        Ok(Departure(Arc::new(Leave {
            pace,
            let_through: now,
            hold,
            left,
        })))
    }

    fn left(&self) -> Instant {
        let now = Instant::now();
        if let Some(window) = &mut self.state().window {
            window.leave(now);
        }
        self.moved.notify_waiters();
        now
    }

    fn turn_back(&self) {
        if let Some(window) = &mut self.state().window {
            window.turn_back();
        }
        self.moved.notify_waiters();
        self.turned_back.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long the n-th hold in a row lasts that the service gave no length.
fn unguided_pause(n: u32) -> Duration {
    Duration::from_secs(1 << n.saturating_sub(1).min(6)).min(LONGEST_HOLD)
}

enum NotYet {
    Full(Full),
    Held,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::paused::paused;
    use proptest::prelude::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use tokio::task::JoinSet;

    /// Departures, in seconds from the start, of `count` attempts that `workers` send, each taking `latency`.
    async fn departures(pace: Arc<Pace>, count: u32, workers: u32, latency: Duration) -> Vec<f64> {
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
                pace.refused(first.hold(), Some(Duration::from_secs(7))),
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
                    pace.refused(departure.hold(), None),
                    Some(Duration::from_secs(seconds))
                );
                assert_eq!(
                    pace.refused(departure.hold(), None),
                    None,
                    "it left before the hold"
                );
            }
            let departure = pace.depart().await;
            pace.accepted(departure.hold());
            assert_eq!(
                pace.refused(departure.hold(), None),
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
            pace.refused(departure.hold(), Some(Duration::from_secs(5)));
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
            };
            let times = departures(after("10/s", 10, &before), 2, 2, Duration::ZERO).await;
            assert!((0.6..0.61).contains(&times[0]), "{times:?}");
            assert!(times[1] - times[0] > 0.09, "{times:?}");
            let before = Before {
                departures: Vec::new(),
                held: Duration::from_secs(7),
            };
            let times = departures(after("10/s", 10, &before), 2, 2, Duration::ZERO).await;
            assert!((7.0..7.01).contains(&times[0]), "{times:?}");
        });
    }
}
