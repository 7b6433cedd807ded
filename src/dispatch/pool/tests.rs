//! A pool under a paused clock, with a script in place of the service.

use super::*;
use crate::dispatch::paused::paused;
use crate::dispatch::{
    AtHand, Before, Breaker, Clocks, Concurrency, Pace, RetryPolicy, Stopper, Told, stopper,
};
use crate::model::{
    Action, Call, Change, Event, History, Labels, Moment, Outcomes, RowIndex, StopReason, UserId,
};
use crate::service::{Answer, Leaving, Reply};
use std::collections::HashMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::ops::Range;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

/// Answers an attempt: the customer, which attempt of its call, from 1 → after how long, and what.
type Script = fn(u64, u32) -> (Duration, Reply);

struct Scripted {
    script: Script,
    /// How long a customer's attempt waits for a connection before it leaves.
    connecting: fn(u64) -> Duration,
    attempts: Arc<Mutex<Attempts>>,
    start: Instant,
    /// From when to when nothing but 503 is answered.
    down: Range<Duration>,
}

#[derive(Default)]
struct Attempts {
    of: HashMap<u64, u32>,
    at: Vec<(u64, Instant)>,
    in_flight: usize,
    most_in_flight: usize,
}

impl Sender for Scripted {
    async fn send(&self, call: &Call, leaving: impl Leaving) -> Reply {
        let user = call.user.get();
        sleep((self.connecting)(user)).await;
        leaving.leave();
        let attempt = {
            let mut attempts = self.attempts.lock().unwrap();
            attempts.at.push((user, Instant::now()));
            attempts.in_flight += 1;
            attempts.most_in_flight = attempts.most_in_flight.max(attempts.in_flight);
            let attempt = attempts.of.entry(user).or_default();
            *attempt += 1;
            *attempt
        };
        let (latency, reply) = match self.down.contains(&self.start.elapsed()) {
            true => http(503, ""),
            false => (self.script)(user, attempt),
        };
        sleep(latency).await;
        self.attempts.lock().unwrap().in_flight -= 1;
        reply
    }
}

fn calls(customers: u64) -> impl Iterator<Item = (Call, History)> {
    let mut labels = Labels::default();
    let change = Change {
        row: RowIndex(0),
        action: Action::Add,
        label: labels.intern("VIP").unwrap(),
    };
    let labels = Arc::new(labels);
    let call = move |user| Call {
        customer: user as u32 - 1,
        user: UserId::new(user).unwrap(),
        changes: vec![change],
        labels: Arc::clone(&labels),
    };
    (1..=customers).map(move |user| (call(user), History::default()))
}

struct Ran {
    attempts: Arc<Mutex<Attempts>>,
    /// Each customer's outcome, attempts and moment, in the order in which calls ended.
    ended: Vec<(u64, String, u32)>,
    told: Vec<String>,
    took: Duration,
}

/// Runs a pool of 4 under a paused clock. `watch` sees every event, and may stop the pool.
fn ran(customers: u64, script: Script, watch: fn(&Event, &Stopper)) -> Ran {
    connected(customers, |_| Duration::ZERO, script, watch)
}

/// The same where connections take their time.
fn connected(
    customers: u64,
    connecting: fn(u64) -> Duration,
    script: Script,
    watch: fn(&Event, &Stopper),
) -> Ran {
    let never = Duration::MAX..Duration::MAX;
    simulated(
        customers,
        connecting,
        script,
        never,
        Bounds::default(),
        watch,
    )
}

/// The same where some calls go first.
fn first(canary: u64, customers: u64, script: Script) -> Ran {
    let never = Duration::MAX..Duration::MAX;
    let bounds = Bounds {
        canary: Some(canary),
        ..Bounds::default()
    };
    simulated(
        customers,
        |_| Duration::ZERO,
        script,
        never,
        bounds,
        UNHURRIED,
    )
}

/// The same where the service is down for a while.
fn down(customers: u64, seconds: Range<u64>, script: Script) -> Ran {
    let down = Duration::from_secs(seconds.start)..Duration::from_secs(seconds.end);
    let bounds = Bounds::default();
    simulated(
        customers,
        |_| Duration::ZERO,
        script,
        down,
        bounds,
        UNHURRIED,
    )
}

fn simulated(
    customers: u64,
    connecting: fn(u64) -> Duration,
    script: Script,
    down: Range<Duration>,
    bounds: Bounds,
    watch: fn(&Event, &Stopper),
) -> Ran {
    let attempts = Arc::new(Mutex::new(Attempts::default()));
    let sent = Arc::clone(&attempts);
    let test = async move {
        let sender = Scripted {
            script,
            connecting,
            attempts: Arc::clone(&attempts),
            start: Instant::now(),
            down,
        };
        let (stopper, stop) = stopper();
        let (events, mut inbox) = mpsc::channel(8);
        let retries = RetryPolicy {
            max_attempts: NonZeroU32::new(3).unwrap(),
            base: Duration::from_millis(500),
            max_outage: Duration::from_secs(1800),
        };
        let pace = Pace::new(None, NonZeroU32::MIN, &Before::default());
        let crew = Crew {
            sender,
            pace,
            retries,
            breaker: Breaker::new(false, Duration::ZERO),
            stop,
            events,
            clocks: Clocks {
                now: || Moment(0),
                asleep: || Duration::ZERO,
            },
        };
        let places = Concurrency::Given(NonZeroUsize::new(4).unwrap());
        let places = Places::new(places, None);
        let (mut ended, mut told) = (Vec::new(), Vec::new());
        let start = Instant::now();
        let listen = async {
            while let Some(Told { event, written }) = inbox.recv().await {
                watch(&event, &stopper);
                if matches!(event, Event::Stopping(_)) {
                    stopper.drain();
                }
                match event {
                    Event::Finished { record, .. } => {
                        let Outcomes::All(outcome) = record.outcomes else {
                            panic!("one row a call")
                        };
                        let words = format!("{} {}", outcome.kind.as_str(), outcome.code);
                        ended.push((record.user, words.trim().to_owned(), record.attempts));
                    }
                    Event::Sending { .. } | Event::CalledBack { .. } | Event::Attempted { .. } => {}
                    other => told.push(format!("{other:?}")),
                }
                if let Some(written) = written {
                    written.send(()).unwrap();
                }
            }
        };
        tokio::join!(
            run(AtHand::of(calls(customers)), crew, places, bounds),
            listen
        );
        Ran {
            attempts: sent,
            ended,
            told,
            took: start.elapsed(),
        }
    };
    paused(test)
}

fn http(status: u16, body: &'static str) -> (Duration, Reply) {
    let answer = Answer {
        status,
        retry_after: None,
        quota: None,
        body: body.as_bytes().into(),
    };
    (Duration::from_millis(100), Reply::Http(answer))
}

const OK: &str = r#"{"warnings":[]}"#;
const UNHURRIED: fn(&Event, &Stopper) = |_, _| {};

#[test]
fn every_call_ends_once_and_no_more_are_in_flight_than_allowed() {
    let ran = ran(50, |_, _| http(200, OK), UNHURRIED);
    let mut users: Vec<_> = ran.ended.iter().map(|(user, ..)| *user).collect();
    users.sort_unstable();
    assert_eq!(users, (1..=50).collect::<Vec<_>>());
    assert!(
        ran.ended
            .iter()
            .all(|(_, outcome, attempts)| outcome == "success" && *attempts == 1)
    );
    assert_eq!(ran.attempts.lock().unwrap().most_in_flight, 4);
}

#[test]
fn the_others_wait_for_the_calls_that_go_first() {
    let ran = first(6, 20, |_, _| http(200, OK));
    let (mut users, told): (Vec<_>, _) =
        (ran.ended.iter().map(|(user, ..)| *user).collect(), ran.told);
    assert_eq!(told, ["CanaryEnded { calls: 6, others_follow: true }"]);
    users[..6].sort_unstable();
    assert_eq!(users[..6], [1, 2, 3, 4, 5, 6]);
    assert_eq!(users.len(), 20);
    let at = &ran.attempts.lock().unwrap().at;
    assert!(at[6..].iter().all(|(_, moment)| *moment > at[5].1));
}

#[test]
fn where_no_others_are_left_nobody_is_asked() {
    for canary in [20, 21] {
        let ran = first(canary, 20, |_, _| http(200, OK));
        assert_eq!((ran.ended.len(), ran.told.len()), (20, 0));
    }
}

#[test]
fn one_that_is_never_answered_does_not_keep_the_others_waiting() {
    let ran = first(6, 60, |user, _| match user {
        6 => http(500, ""),
        _ => http(200, OK),
    });
    assert_eq!(
        ran.told
            .iter()
            .filter(|told| told.starts_with("Canary"))
            .count(),
        1
    );
    assert_eq!(ran.ended.len(), 60);
    assert!(
        ran.ended.contains(&(6, "failed HTTP_500".into(), 6)),
        "{:?}",
        ran.ended
    );
    assert!(ran.took < Duration::from_secs(60), "{:?}", ran.took);
}

#[test]
fn the_first_call_goes_alone() {
    let ran = ran(9, |_, _| http(200, OK), UNHURRIED);
    let at = &ran.attempts.lock().unwrap().at;
    assert_eq!(at[1].1 - at[0].1, Duration::from_millis(100));
    assert!(
        at[2..5].iter().all(|(_, moment)| *moment == at[1].1),
        "the others go together"
    );
}

#[test]
fn after_a_suspect_answer_the_second_goes_alone_too() {
    let ran = ran(
        9,
        |user, _| {
            if user == 1 {
                http(404, "")
            } else {
                http(200, OK)
            }
        },
        UNHURRIED,
    );
    let at = &ran.attempts.lock().unwrap().at;
    assert!(at[1].1 < at[2].1 && at[2].1 == at[3].1);
    assert_eq!(ran.ended.len(), 9);
}

#[test]
fn a_passing_failure_is_tried_again_after_a_pause() {
    let ran = ran(
        1,
        |_, attempt| {
            if attempt < 3 {
                http(500, "")
            } else {
                http(200, OK)
            }
        },
        UNHURRIED,
    );
    assert_eq!(ran.ended, [(1, "success".to_owned(), 3)]);
    assert_eq!(ran.told.len(), 2, "{:?}", ran.told);
    assert!(ran.took <= Duration::from_millis(300 + 500 + 1_000));
}

#[test]
fn used_up_attempts_end_the_call() {
    let ran = ran(
        100,
        |user, _| match user {
            2 => http(503, ""),
            _ => http(200, OK),
        },
        UNHURRIED,
    );
    let failed = ran.ended.iter().filter(|(_, words, _)| words != "success");
    let failed: Vec<_> = failed.collect();
    assert_eq!(failed, [&(2, "failed HTTP_503".to_owned(), 3)]);
}

#[test]
fn what_may_have_been_applied_is_never_called_failed() {
    let doubtful = ran(
        100,
        |user, attempt| match (user, attempt) {
            (2, 1) => (Duration::ZERO, Reply::Lost("reset".to_owned())),
            (2, _) => http(500, ""),
            _ => http(200, OK),
        },
        UNHURRIED,
    );
    let (_, words, attempts) = doubtful.ended.iter().find(|(user, ..)| *user == 2).unwrap();
    assert_eq!(
        (words.as_str(), *attempts),
        ("unconfirmed CONNECTION_LOST", 3)
    );
    let sure = ran(
        1,
        |_, attempt| match attempt {
            1 => (Duration::ZERO, Reply::TimedOut("slow".to_owned())),
            _ => http(200, r#"{"errors":[{"code":8015,"message":"no"}]}"#),
        },
        UNHURRIED,
    );
    assert_eq!(
        sure.ended,
        [(1, "failed 8015".to_owned(), 2)],
        "a customer that is not there was not tagged"
    );
}

#[test]
fn throttling_uses_up_no_attempt_and_holds_everyone() {
    let ran = ran(
        8,
        |user, attempt| match (user, attempt) {
            (3, 1..=6) => {
                let answer = Answer {
                    status: 429,
                    retry_after: Some(Duration::from_secs(10)),
                    quota: None,
                    body: "".into(),
                };
                (Duration::ZERO, Reply::Http(answer))
            }
            _ => http(200, OK),
        },
        UNHURRIED,
    );
    assert!(ran.ended.contains(&(3, "success".to_owned(), 7)));
    let at = &ran.attempts.lock().unwrap().at;
    let first_refusal = at.iter().find(|(user, _)| *user == 3).unwrap().1;
    let during = |moment: Instant| {
        moment > first_refusal && moment < first_refusal + Duration::from_secs(10)
    };
    assert!(
        !at.iter().any(|(_, moment)| during(*moment)),
        "nothing leaves during the hold"
    );
}

#[test]
fn a_pause_that_is_too_long_stops_the_run() {
    let ran = ran(
        5,
        |_, _| {
            let answer = Answer {
                status: 503,
                retry_after: Some(Duration::from_secs(7200)),
                quota: None,
                body: "".into(),
            };
            (Duration::ZERO, Reply::Http(answer))
        },
        UNHURRIED,
    );
    assert!(ran.ended.is_empty());
    assert_eq!(
        ran.told[1],
        format!(
            "{:?}",
            Event::Stopping(StopReason::AskedToWait(Duration::from_secs(7200)))
        )
    );
}

#[test]
fn refused_credentials_stop_the_run_and_no_other_call_is_made() {
    let ran = ran(9, |_, _| http(401, ""), UNHURRIED);
    assert!(
        ran.ended.is_empty() && ran.told[0].contains("Unauthorized"),
        "{:?}",
        ran.told
    );
    assert_eq!(ran.attempts.lock().unwrap().at.len(), 1);
}

#[test]
fn a_stop_lets_what_is_on_its_way_end_and_starts_nothing() {
    let ran = ran(
        50,
        |_, _| http(200, OK),
        |event, stopper| {
            if matches!(event, Event::Finished { record, .. } if record.user == 1) {
                stopper.drain();
            }
        },
    );
    assert_eq!(ran.ended.len(), 1);
    assert_eq!(ran.attempts.lock().unwrap().at.len(), 1);
}

#[test]
fn a_stop_wakes_those_that_back_off() {
    let ran = ran(
        3,
        |user, _| {
            if user == 2 {
                http(500, "")
            } else {
                http(200, OK)
            }
        },
        |event, stopper| {
            if matches!(event, Event::Retrying { .. }) {
                stopper.drain();
            }
        },
    );
    assert!(
        ran.told
            .iter()
            .any(|told| told.starts_with("Unfinished { user: UserId(2)")),
        "{:?}",
        ran.told
    );
    assert!(!ran.ended.iter().any(|(user, ..)| *user == 2));
}

#[test]
fn what_outlasts_the_drain_is_given_up() {
    let ran = ran(
        3,
        |user, _| {
            if user == 2 {
                (Duration::from_secs(3600), Reply::Lost(String::new()))
            } else {
                http(200, OK)
            }
        },
        |event, stopper| {
            if matches!(event, Event::Finished { record, .. } if record.user == 3) {
                stopper.drain();
                stopper.cut();
            }
        },
    );
    assert!(ran.took < Duration::from_secs(1));
    assert!(
        ran.told
            .iter()
            .any(|told| told == "Unfinished { user: UserId(2), attempts: 1 }"),
        "{:?}",
        ran.told
    );
}

/// Customers from 3 on wait long for a connection.
const SLOW: fn(u64) -> Duration = |user| Duration::from_secs(if user < 3 { 0 } else { 3 });

#[test]
fn what_has_not_left_when_a_hold_comes_does_not_leave_during_it() {
    let ran = connected(
        4,
        SLOW,
        |user, attempt| match (user, attempt) {
            (2, 1) => {
                let retry_after = Some(Duration::from_secs(10));
                let answer = Answer {
                    status: 429,
                    retry_after,
                    quota: None,
                    body: "".into(),
                };
                (Duration::from_secs(1), Reply::Http(answer))
            }
            _ => http(200, OK),
        },
        UNHURRIED,
    );
    assert_eq!(ran.ended.len(), 4);
    let at = &ran.attempts.lock().unwrap().at;
    let refused = at[1].1 + Duration::from_secs(1);
    let during =
        |moment: &Instant| *moment > refused && *moment < refused + Duration::from_secs(10);
    assert!(!at.iter().any(|(_, moment)| during(moment)), "{at:?}");
    assert!(
        ran.ended
            .iter()
            .all(|(user, _, attempts)| *attempts == 1 + u32::from(*user == 2))
    );
}

#[test]
fn what_has_not_left_when_a_stop_comes_never_leaves() {
    let ran = connected(
        4,
        SLOW,
        |_, _| http(200, OK),
        |event, stopper| {
            if matches!(event, Event::Finished { record, .. } if record.user == 2) {
                stopper.drain();
            }
        },
    );
    let left: Vec<_> = ran
        .attempts
        .lock()
        .unwrap()
        .at
        .iter()
        .map(|(user, _)| *user)
        .collect();
    assert_eq!(left, [1, 2]);
    assert!(
        ran.told.is_empty(),
        "nothing was sent for the others: {:?}",
        ran.told
    );
    assert!(ran.took < Duration::from_secs(1));
}

#[test]
fn an_outage_ends_no_call_and_is_probed_one_call_at_a_time_with_another_customer_each_time() {
    let ran = down(60, 1..600, |_, _| http(200, OK));
    assert_eq!(ran.ended.len(), 60);
    assert!(
        ran.ended.iter().all(|(_, words, _)| words == "success"),
        "{:?}",
        ran.ended
    );
    assert!(ran.took < Duration::from_secs(640), "{:?}", ran.took);
    let attempts = ran.attempts.lock().unwrap();
    let start = attempts.at[0].1;
    let probes: Vec<_> = attempts
        .at
        .iter()
        .filter(|(_, at)| (10..600).contains(&(*at - start).as_secs()))
        .collect();
    assert!((18..40).contains(&probes.len()), "{probes:?}");
    for pair in probes.windows(2) {
        assert_ne!(pair[0].0, pair[1].0);
        assert!(pair[1].1 - pair[0].1 > Duration::from_secs(1));
    }
    let told = |what: &str| {
        ran.told
            .iter()
            .filter(|told| told.starts_with(what))
            .count()
    };
    assert_eq!(told("Up"), 1);
}

#[test]
fn an_outage_that_lasts_too_long_stops_the_run_and_fails_nobody() {
    let ran = down(200, 1..100_000, |_, _| http(200, OK));
    assert!(ran.ended.iter().all(|(_, words, _)| words == "success"));
    assert!(
        ran.told.iter().any(|told| told.contains("Stopping(Outage")),
        "{:?}",
        ran.told
    );
    let took = ran.took.as_secs();
    assert!((1_800..1_840).contains(&took), "{took}");
}

#[test]
fn a_service_that_never_answered_fails_nobody_however_few_are_called() {
    let ran = down(1, 0..100_000, |_, _| http(200, OK));
    assert!(ran.ended.is_empty());
    assert!(
        ran.told.iter().any(|told| told.contains("Stopping(Outage")),
        "{:?}",
        ran.told
    );
}

#[test]
fn bad_customers_at_the_end_of_the_list_are_no_outage_without_end() {
    let ran = ran(
        50,
        |user, _| match user {
            41.. => http(500, ""),
            _ => http(200, OK),
        },
        UNHURRIED,
    );
    assert_eq!(ran.ended.len(), 50);
    let failed = ran
        .ended
        .iter()
        .filter(|(_, words, _)| words == "failed HTTP_500");
    assert_eq!(failed.count(), 10);
    assert!(
        !ran.told.iter().any(|told| told.contains("Stopping")),
        "{:?}",
        ran.told
    );
    let took = ran.took.as_secs();
    assert!((120..1_800).contains(&took), "{took}");
}

#[test]
fn bad_customers_in_the_middle_of_the_list_fail_between_the_answers_to_others() {
    let ran = ran(
        2_000,
        |user, _| match user {
            41..=80 => http(500, ""),
            _ => http(200, OK),
        },
        UNHURRIED,
    );
    assert_eq!(ran.ended.len(), 2_000);
    let failed = ran
        .ended
        .iter()
        .filter(|(_, words, _)| words == "failed HTTP_500");
    assert_eq!(failed.count(), 40);
    assert!(ran.took < Duration::from_secs(900), "{:?}", ran.took);
}

#[test]
fn nothing_but_429_for_too_long_stops_the_run() {
    let ran = ran(5, |_, _| http(429, ""), UNHURRIED);
    assert!(ran.ended.is_empty());
    assert!(
        ran.told
            .iter()
            .any(|told| told.contains("Stopping(OnlyThrottled")),
        "{:?}",
        ran.told
    );
    let took = ran.took.as_secs();
    assert!((1_800..1_861).contains(&took), "{took}");
}
