//! Calls in, events out: as many workers as are allowed, one a call.

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::task::{JoinError, JoinSet};

use super::crew::Crew;
use super::worker::{Left, work};
use crate::model::{Bearing, Call, History};
use crate::service::Sender;

/// Makes the calls in their order, at most `concurrency` at a time, until all have ended or the run stops.
///
/// The first goes alone until it has ended, and where its answer can hardly be about the customer, so does the
/// second: a wrong address or the wrong credentials cost two calls, not a pool full (contract, section 3).
///
/// # Panics
/// Where a worker has, after all others have ended.
pub async fn run<S: Sender>(
    calls: impl Iterator<Item = (Call, History)>,
    crew: Crew<S>,
    concurrency: NonZeroUsize,
) {
    let crew = Arc::new(crew);
    let mut calls = calls.fuse();
    for _ in 0..2 {
        let Some((call, history)) = calls.next() else {
            return;
        };
        match work(Arc::clone(&crew), call, history).await {
            Left::Ended(Bearing::Suspect) => {}
            Left::Ended(_) => break,
            Left::Unfinished => return,
        }
    }
    let mut workers = JoinSet::new();
    let (mut ending, mut panic) = (false, None);
    loop {
        while workers.len() < concurrency.get() && !ending && !crew.stop.is_wanted() {
            match calls.next() {
                Some((call, history)) => workers.spawn(work(Arc::clone(&crew), call, history)),
                None => break,
            };
        }
        match workers.join_next().await {
            None => break,
            Some(Ok(left)) => ending |= left == Left::Unfinished,
            Some(Err(error)) => (ending, panic) = (true, panic.or(Some(error))),
        }
    }
    if let Some(panic) = panic.and_then(|error: JoinError| error.try_into_panic().ok()) {
        std::panic::resume_unwind(panic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::paused::paused;
    use crate::dispatch::{Before, Pace, RetryPolicy, Stopper, Told, stopper};
    use crate::model::{
        Action, Change, Event, Labels, Moment, Outcomes, RowIndex, StopReason, UserId,
    };
    use crate::service::{Answer, Leaving, Reply};
    use std::collections::HashMap;
    use std::num::NonZeroU32;
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
            let (latency, reply) = (self.script)(user, attempt);
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
        let attempts = Arc::new(Mutex::new(Attempts::default()));
        let sender = Scripted {
            script,
            connecting,
            attempts: Arc::clone(&attempts),
        };
        let test = async {
            let (stopper, stop) = stopper();
            let (events, mut inbox) = mpsc::channel(8);
            let retries = RetryPolicy {
                max_attempts: NonZeroU32::new(3).unwrap(),
                base: Duration::from_millis(500),
                max_hold: Duration::from_secs(1800),
            };
            let pace = Pace::new(None, NonZeroU32::MIN, &Before::default());
            let crew = Crew {
                sender,
                pace,
                retries,
                stop,
                events,
                now: || Moment(0),
            };
            let (mut ended, mut told) = (Vec::new(), Vec::new());
            let start = Instant::now();
            let listen = async {
                while let Some(Told { event, written }) = inbox.recv().await {
                    watch(&event, &stopper);
                    match event {
                        Event::Finished { record, .. } => {
                            let Outcomes::All(outcome) = record.outcomes else {
                                panic!("one row a call")
                            };
                            let words = format!("{} {}", outcome.kind.as_str(), outcome.code);
                            ended.push((record.user, words.trim().to_owned(), record.attempts));
                        }
                        Event::Sending { .. }
                        | Event::CalledBack { .. }
                        | Event::Attempted { .. } => {}
                        other => told.push(format!("{other:?}")),
                    }
                    if let Some(written) = written {
                        written.send(()).unwrap();
                    }
                }
            };
            tokio::join!(
                run(calls(customers), crew, NonZeroUsize::new(4).unwrap()),
                listen
            );
            Ran {
                attempts,
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
        let ran = ran(2, |_, _| http(503, ""), UNHURRIED);
        assert_eq!(
            ran.ended,
            [
                (1, "failed HTTP_503".to_owned(), 3),
                (2, "failed HTTP_503".to_owned(), 3)
            ]
        );
    }

    #[test]
    fn what_may_have_been_applied_is_never_called_failed() {
        let doubtful = ran(
            1,
            |_, attempt| match attempt {
                1 => (Duration::ZERO, Reply::Lost("reset".to_owned())),
                _ => http(500, ""),
            },
            UNHURRIED,
        );
        assert_eq!(
            doubtful.ended,
            [(1, "unconfirmed CONNECTION_LOST".to_owned(), 3)]
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
                    body: "".into(),
                };
                (Duration::ZERO, Reply::Http(answer))
            },
            UNHURRIED,
        );
        assert!(ran.ended.is_empty());
        assert_eq!(
            ran.told[0],
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
}
