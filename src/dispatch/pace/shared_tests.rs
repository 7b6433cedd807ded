//! Paces that share a rate, under a paused clock.

use super::tests::{departures, refused};
use super::*;
use crate::dispatch::paused::paused;
use crate::dispatch::shared_pace::imitation::{Account, Trouble, over};
use crate::service::Leaving;
use proptest::prelude::*;
use tokio::task::JoinSet;
use tokio::time::sleep;

const MILLISECOND: Duration = Duration::from_millis(1);

/// Those who share a rate.
struct Runs {
    account: Arc<Mutex<Account>>,
    start: Instant,
    suppliers: JoinSet<()>,
}

impl Runs {
    fn new() -> Self {
        Self {
            account: Arc::default(),
            start: Instant::now(),
            suppliers: JoinSet::new(),
        }
    }

    /// One more, which waits so many seconds for nobody.
    fn one(&mut self, rate: &str, way: Duration, patience: u64) -> Arc<Pace> {
        self.with(rate, (way, None), patience)
    }

    /// The same, on a way on which there may be trouble.
    fn with(
        &mut self,
        rate: &str,
        (way, trouble): (Duration, Option<Trouble>),
        patience: u64,
    ) -> Arc<Pace> {
        let sharing = Sharing {
            rate: over(&self.account, self.start, way, trouble),
            patience: Duration::from_secs(patience),
        };
        let pace = Pace::shared(rate.parse().unwrap(), sharing, &Before::default());
        let supplied = Arc::clone(&pace);
        self.suppliers.spawn(async move { supplied.supply().await });
        pace
    }

    fn change(&self, change: impl FnOnce(&mut Account)) {
        change(&mut self.account.lock().unwrap());
    }

    /// When so many attempts leave in each of the paces, in seconds since the first began.
    async fn departures(paces: &[Arc<Pace>], count: u32, workers: u32) -> Vec<f64> {
        let latency = Duration::from_millis(100);
        let all = paces.iter().map(Arc::clone);
        let all: JoinSet<_> = all
            .map(|pace| departures(pace, count, workers, latency))
            .collect();
        let mut times: Vec<f64> = all.join_all().await.into_iter().flatten().collect();
        times.sort_by(f64::total_cmp);
        times
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_window_holds_more_than_the_rate_however_many_share_it(
        attempts in 5u32..300, runs in 1u32..6, workers in 1u32..40, way in 0u64..3, count in 1u32..200,
        late in 0u64..400, every in 3usize..30,
    ) {
        let rate = format!("{attempts}/s");
        let times = paused(async {
            let mut all = Runs::new();
            let late = Duration::from_millis(late);
            let way = (Duration::from_millis(way), Some(Trouble { late, every }));
            let paces: Vec<_> = (0..runs).map(|_| all.with(&rate, way, 60)).collect();
            Runs::departures(&paces, count, workers).await
        });
        for (from, next) in times.iter().zip(times.iter().skip(attempts as usize)) {
            prop_assert!(next - from >= 1.0, "{from} {next}");
        }
        prop_assert_eq!(times.len(), (runs * count) as usize);
    }
}

#[test]
fn nearly_all_of_a_shared_rate_is_used() {
    for (rate, seconds, runs, workers) in [
        ("1000/min", 30.0, 16, 8),
        ("50/s", 10.0, 3, 16),
        ("2000/s", 2.0, 2, 200),
    ] {
        paused(async {
            let mut all = Runs::new();
            let paces: Vec<_> = (0..runs).map(|_| all.one(rate, MILLISECOND, 60)).collect();
            let rate: Rate = rate.parse().unwrap();
            let count = (rate.per_second() * seconds / f64::from(runs)) as u32;
            let times = Runs::departures(&paces, count, workers).await;
            let took = times[times.len() - 1] - times[0];
            assert!(
                took <= rate.time_for(times.len() as u64).as_secs_f64() / 0.99,
                "{rate}: {took}"
            );
        });
    }
}

#[test]
fn a_refusal_of_one_holds_all() {
    paused(async {
        let mut all = Runs::new();
        let [one, other] = [(); 2].map(|()| all.one("100/s", MILLISECOND, 60));
        let refused_one = one.depart().await;
        refused_one.leave();
        other.depart().await.leave();
        refused(&one, &refused_one, Some(30));
        let held = Instant::now();
        sleep(200 * MILLISECOND).await;
        other.depart().await.leave();
        let waited = held.elapsed().as_secs_f64();
        assert!((30.0..30.1).contains(&waited), "{waited}");
        assert!(
            matches!(other.next_news().await, News::Held(pause) if pause > 29 * Duration::from_secs(1))
        );
        one.depart().await.leave();
    });
}

#[test]
fn nothing_leaves_while_nobody_is_there_and_what_was_given_out_before_is_void() {
    paused(async {
        let mut all = Runs::new();
        let pace = all.one("60/min", MILLISECOND, 60);
        pace.depart().await.leave();
        let waits = tokio::spawn({
            let pace = Arc::clone(&pace);
            async move { pace.depart().await.at() }
        });
        // One is reserved by now, for a second after the first.
        sleep(500 * MILLISECOND).await;
        all.change(|account| account.is_away = true);
        sleep(Duration::from_secs(7)).await;
        assert!(!waits.is_finished());
        let News::Away { why, .. } = pace.next_news().await else {
            panic!("that is news");
        };
        assert_eq!(why, "away");
        all.change(|account| {
            (account.is_away, account.book) = (false, None);
            account.restarts += 1;
        });
        let back = Instant::now();
        let left = waits.await.unwrap();
        // It begins with the burst spent.
        assert!(left > back + Duration::from_secs(1), "{:?}", left - back);
        let mut news = pace.next_news().await;
        while matches!(news, News::Away { .. }) {
            news = pace.next_news().await;
        }
        assert!(matches!(news, News::Back { .. }), "{news:?}");
    });
}

#[test]
fn nobody_is_waited_for_longer_than_there_is_patience() {
    paused(async {
        let mut all = Runs::new();
        all.change(|account| account.is_away = true);
        let pace = all.one("60/min", MILLISECOND, 90);
        let start = Instant::now();
        let waits = tokio::spawn({
            let pace = Arc::clone(&pace);
            async move { pace.depart().await }
        });
        let mut asked = 0;
        while matches!(pace.next_news().await, News::Away { .. }) {
            asked += 1;
        }
        assert_eq!(start.elapsed().as_secs(), 90);
        assert!(!waits.is_finished());
        assert!((18..60).contains(&asked), "every few seconds: {asked}");
    });
}

#[test]
fn who_leaves_too_late_pays_with_the_next() {
    paused(async {
        let mut all = Runs::new();
        let pace = all.one("60/min", MILLISECOND, 60);
        let late = pace.depart().await;
        let let_through = Instant::now();
        sleep(300 * MILLISECOND).await;
        late.leave();
        pace.depart().await.leave();
        let waited = let_through.elapsed().as_secs_f64();
        assert!((2.0..2.1).contains(&waited), "{waited}");
    });
}

#[test]
fn several_are_reserved_at_a_time_where_several_wait_and_the_rate_is_high() {
    for (rate, most) in [("1000/min", 1), ("2000/s", 99)] {
        paused(async {
            let mut all = Runs::new();
            let pace = all.one(rate, MILLISECOND, 60);
            Runs::departures(&[pace], 200, 200).await;
            let account = all.account.lock().unwrap();
            let permits = account.asked.iter().map(|ask| ask.permits).max();
            assert_eq!(permits, Some(most), "{rate}");
        });
    }
}

#[test]
fn a_clock_that_is_set_forward_lets_out_no_more_than_the_rate() {
    paused(async {
        let mut all = Runs::new();
        let pace = all.one("60/min", MILLISECOND, 60);
        pace.depart().await.leave();
        let first = Instant::now();
        let waits = tokio::spawn({
            let pace = Arc::clone(&pace);
            async move { pace.depart().await.leave() }
        });
        // The next is reserved by now.
        sleep(100 * MILLISECOND).await;
        all.change(|account| account.set_forward = Duration::from_secs(3_600));
        waits.await.unwrap();
        pace.depart().await.leave();
        let seconds = first.elapsed().as_secs_f64();
        // Nothing is certain to less than half of what as many gaps are longer than their window.
        assert!((1.97..2.1).contains(&seconds), "{seconds}");
    });
}

#[test]
fn a_hold_outlives_the_memory_of_who_keeps_the_account() {
    for (is_lost, set_forward) in [(true, 0), (false, 3_600)] {
        paused(async {
            let mut all = Runs::new();
            let one = all.one("100/s", MILLISECOND, 60);
            let departure = one.depart().await;
            departure.leave();
            refused(&one, &departure, Some(30));
            let held = Instant::now();
            one.all_told().await;
            all.change(|account| {
                account.set_forward = Duration::from_secs(set_forward);
                if is_lost {
                    account.book = None;
                    account.restarts += 1;
                }
            });
            // It is told again soon, though nobody wants to leave.
            sleep(Duration::from_secs(6)).await;
            let other = all.one("100/s", MILLISECOND, 60);
            other.depart().await.leave();
            let waited = held.elapsed().as_secs_f64();
            assert!((30.0..30.2).contains(&waited), "{waited}");
        });
    }
}

#[test]
fn a_hold_that_is_longer_than_any_that_is_told_is_told_now_and_then() {
    paused(async {
        let mut all = Runs::new();
        let pace = all.one("100/s", MILLISECOND, 60);
        let departure = pace.depart().await;
        departure.leave();
        refused(&pace, &departure, Some(40 * 3_600));
        sleep(Duration::from_secs(60)).await;
        let asked = all.account.lock().unwrap().asked.len();
        assert!((12..40).contains(&asked), "{asked}");
    });
}
