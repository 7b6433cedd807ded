//! Asking for the organisation's labels before the first call: paced as calls are, and tried again as they are.

use std::cell::RefCell;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::backoff::RetryPolicy;
use super::pace::{Before, Departure, LONGEST_PAUSE, News, Pace, Refusal, Sharing, unguided_pause};
use crate::model::{Moment, Rate};
use crate::service::{Catalogue, Leaving, ListsLabels, Reply, Trouble, catalogue};

/// What the service asks of all is told to those who share the rate before it ends, but no longer than for so long.
const TELLING: Duration = Duration::from_secs(5);

/// How the labels are asked for.
#[derive(Debug, Clone)]
pub struct Inquiry {
    /// The most attempts in a window.
    pub rate: Option<Rate>,
    /// With whom the rate is shared, where it is.
    pub sharing: Option<Sharing>,
    /// What earlier processes of the run have left behind.
    pub before: Before,
    /// When it is tried again.
    pub retries: RetryPolicy,
    /// How long it may take altogether, from when the rate leaves room for it.
    pub patience: Duration,
    /// The time of day.
    pub now: fn() -> Moment,
}

/// What asking came to.
#[derive(Debug)]
pub struct Inquired {
    /// The labels, or why there are none.
    pub catalogue: Result<Catalogue, Trouble>,
    /// When attempts were sent, at the latest.
    pub sent: Vec<Moment>,
}

impl Inquiry {
    /// Asks until there is an answer, or none is to be had. Before it waits it tells why, and how long.
    pub async fn ask(
        self,
        sender: &impl ListsLabels,
        waits: impl FnMut(&Trouble, Duration),
    ) -> Inquired {
        let waits = RefCell::new(waits);
        let mut sent = Vec::new();
        let sharing = self.sharing.clone();
        let pace = Pace::of_run(self.rate, NonZeroU32::MIN, sharing, &self.before);
        let asking = async {
            let catalogue = tokio::select! {
                catalogue = self.answer(sender, &pace, &mut sent, &waits) => catalogue,
                gone = gone(&pace, self.patience, &waits) => Err(gone),
            };
            // Where that can't be told in time, nobody there gives anybody a permit either.
            let _told = timeout(TELLING, pace.all_told()).await;
            catalogue
        };
        let catalogue = tokio::select! {
            catalogue = asking => catalogue,
            () = pace.supply() => unreachable!("it goes on as long as it is awaited"),
        };
        Inquired { catalogue, sent }
    }

    async fn answer(
        &self,
        sender: &impl ListsLabels,
        pace: &Arc<Pace>,
        sent: &mut Vec<Moment>,
        waits: &RefCell<impl FnMut(&Trouble, Duration)>,
    ) -> Result<Catalogue, Trouble> {
        if self.before.held > self.patience {
            return Err(asked_to_wait(self.before.held));
        }
        let mut so_far = SoFar::default();
        let mut met = no_answer_within(self.patience);
        // A span without end ends in thirty years, for a clock.
        let patience = self.patience.min(Duration::from_secs(86_400 * 365 * 30));
        // What has to wait for the rate waits as a call does: that tells nothing of the service.
        let mut turn = Some(pace.depart().await);
        let until = Instant::now() + patience;
        loop {
            let mut departure = None;
            let attempt = async {
                let leaving = match turn.take() {
                    Some(first) => first,
                    None => pace.depart().await,
                };
                sender.labels(departure.insert(leaving).clone()).await
            };
            let reply = timeout_at(until, attempt).await;
            if departure.as_ref().is_some_and(Leaving::has_left) {
                sent.push((self.now)());
            }
            let Ok(reply) = reply else { return Err(met) };
            if let Some(departure) = &departure {
                hold(pace, departure, &reply);
            }
            let is_refused = reply.status() == Some(401);
            met = match catalogue(reply, &|text| sender.discreet(text)) {
                Ok(catalogue) => return Ok(catalogue),
                Err(trouble) => trouble,
            };
            let renews = is_refused && sender.renews();
            let pause = so_far.pause(&met, self.retries, renews, fastrand::f64());
            match pause.filter(|pause| *pause < until - Instant::now()) {
                None => return Err(met),
                Some(pause) => {
                    (waits.borrow_mut())(&met, pause);
                    sleep(pause).await;
                }
            }
        }
    }
}

/// What was met so far.
#[derive(Debug, Default)]
struct SoFar {
    attempts: u32,
    throttled: u32,
    renewed: bool,
}

impl SoFar {
    /// How long to wait before it is asked again; none where that is in vain. `renews` says that the credentials which were
    /// refused are renewed for the next attempt.
    fn pause(
        &mut self,
        trouble: &Trouble,
        retries: RetryPolicy,
        renews: bool,
        roll: f64,
    ) -> Option<Duration> {
        match trouble {
            Trouble::Passing {
                throttled: true,
                after,
                ..
            } => {
                self.throttled += 1;
                // After a refusal, to come back at once is no advice.
                let advised = after.filter(|after| !after.is_zero());
                Some(advised.unwrap_or(unguided_pause(self.throttled)))
            }
            Trouble::Passing { after, .. } => {
                self.attempts += 1;
                let usual = retries.pause(self.attempts, roll)?;
                Some(usual.max(after.unwrap_or_default()))
            }
            Trouble::Unreadable(_) => {
                self.attempts += 1;
                retries.pause(self.attempts, roll)
            }
            Trouble::Refused(_) => {
                let first = !std::mem::replace(&mut self.renewed, true);
                (renews && first).then_some(Duration::ZERO)
            }
            Trouble::Forbidden(_) | Trouble::TooLong(_) | Trouble::Senseless(_) => None,
        }
    }
}

/// Holds all calls where the answer asks for it, those of others who share the rate, too.
fn hold(pace: &Pace, departure: &Departure, reply: &Reply) {
    if let Some((why, after)) = reply.asks_to_wait() {
        let _told_as_a_wait = pace.refused(Refusal {
            hold: departure.hold(),
            left: departure.at(),
            why,
            after,
        });
    }
}

/// Waits until a rate that is shared is given up, or others were asked to wait for longer than there is `patience`. Before, it
/// tells what is waited for.
async fn gone(
    pace: &Pace,
    patience: Duration,
    waits: &RefCell<impl FnMut(&Trouble, Duration)>,
) -> Trouble {
    let away = |place: String, why: String| Trouble::Passing {
        why: format!("{place}, where runs that share the rate agree on it, can't be asked: {why}"),
        after: None,
        throttled: false,
    };
    loop {
        match pace.next_news().await {
            News::Gone { place, why, .. } => return away(place, why),
            News::Away {
                place,
                why,
                time: 1,
                ..
            } => (waits.borrow_mut())(&away(place, why), LONGEST_PAUSE),
            News::Held(held) if held > patience => return another_was_asked_to_wait(held),
            News::Held(held) => (waits.borrow_mut())(&another_was_asked_to_wait(held), held),
            News::Away { .. } | News::Back { .. } => {}
        }
    }
}

fn asked_to_wait(held: Duration) -> Trouble {
    Trouble::Passing {
        why: "an earlier process of this run was asked to wait".to_owned(),
        after: Some(held),
        throttled: false,
    }
}

fn another_was_asked_to_wait(held: Duration) -> Trouble {
    Trouble::Passing {
        why: "another run, which shares the rate, was asked to wait".to_owned(),
        after: Some(held),
        throttled: false,
    }
}

fn no_answer_within(patience: Duration) -> Trouble {
    Trouble::Passing {
        why: format!("no answer within {} s", patience.as_secs()),
        after: None,
        throttled: false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::paused::paused;
    use super::super::shared_pace::imitation::{Account, shared_in};
    use super::*;
    use crate::model::Call;
    use crate::service::{Answer, Sender};
    use std::sync::Mutex;

    /// Gives these replies one after the other, the last again and again.
    struct Script(Mutex<Vec<Reply>>, bool);

    impl Script {
        fn of(replies: impl IntoIterator<Item = Reply>) -> Self {
            let mut replies: Vec<_> = replies.into_iter().collect();
            replies.reverse();
            Self(Mutex::new(replies), false)
        }
    }

    impl Sender for Script {
        async fn send(&self, _: &Call, _: impl Leaving) -> Reply {
            unreachable!("nobody is called")
        }

        fn renews(&self) -> bool {
            self.1
        }
    }

    impl ListsLabels for Script {
        async fn labels(&self, leaving: impl Leaving) -> Reply {
            leaving.leave();
            let mut replies = self.0.lock().unwrap();
            match replies.len() {
                1 => replies[0].clone(),
                _ => replies.pop().unwrap(),
            }
        }
    }

    fn http(status: u16, retry_after: Option<u64>) -> Reply {
        let body = if status == 200 { r#"{"data":[]}"# } else { "" };
        Reply::Http(Answer {
            status,
            retry_after: retry_after.map(Duration::from_secs),
            quota: None,
            body: body.into(),
        })
    }

    /// Whether there is an answer, after how many attempts and seconds.
    fn asked(script: Script, patience: u64) -> (bool, usize, u64) {
        asked_after(Before::default(), script, patience)
    }

    fn inquiry(before: Before, sharing: Option<Sharing>, patience: u64) -> Inquiry {
        Inquiry {
            rate: "60/min".parse().ok(),
            sharing,
            before,
            retries: RetryPolicy {
                max_attempts: NonZeroU32::new(3).unwrap(),
                base: Duration::from_millis(1),
                max_outage: Duration::MAX,
            },
            patience: Duration::from_secs(patience),
            now: Moment::now,
        }
    }

    fn asked_after(before: Before, script: Script, patience: u64) -> (bool, usize, u64) {
        let inquiry = inquiry(before, None, patience);
        paused(async {
            let start = Instant::now();
            let told = inquiry.ask(&script, |_, _| {}).await;
            let seconds = start.elapsed().as_secs_f64().round() as u64;
            (told.catalogue.is_ok(), told.sent.len(), seconds)
        })
    }

    #[test]
    fn what_passes_is_tried_again_at_the_pace_of_calls() {
        let away = || Reply::NoConnection("away".into());
        let replies = [away(), http(503, None), http(200, None)];
        assert_eq!(asked(Script::of(replies), 60), (true, 3, 2));
        assert_eq!(asked(Script::of([away()]), 60), (false, 3, 2));
        assert_eq!(asked(Script::of([http(404, None)]), 60), (false, 1, 0));
    }

    #[test]
    fn what_the_service_asks_to_wait_is_waited_if_there_is_patience() {
        let replies = || [http(503, Some(20)), http(429, Some(30)), http(200, None)];
        assert_eq!(asked(Script::of(replies()), 60), (true, 3, 50));
        assert_eq!(asked(Script::of(replies()), 40), (false, 2, 20));
        for no_advice in [None, Some(0)] {
            let throttled = Script::of([http(429, no_advice)]);
            assert_eq!(asked(throttled, 60), (false, 6, 31));
        }
    }

    #[test]
    fn refused_credentials_are_renewed_once() {
        let replies = || [http(401, None), http(401, None), http(200, None)];
        assert_eq!(asked(Script::of(replies()), 60).1, 1);
        let mut script = Script::of(replies());
        script.1 = true;
        assert_eq!(asked(script, 60), (false, 2, 1));
    }

    #[test]
    fn it_waits_as_long_as_an_earlier_process_was_asked_to() {
        let held = |seconds| Before {
            held: Duration::from_secs(seconds),
            ..Before::default()
        };
        let answered = || Script::of([http(200, None)]);
        assert_eq!(asked_after(held(40), answered(), 60), (true, 1, 40));
        assert_eq!(asked_after(held(80), answered(), 60), (false, 0, 0));
        let full = Before {
            departures: vec![Duration::from_secs(50); 60],
            ..Before::default()
        };
        assert_eq!(asked_after(full.clone(), answered(), 60), (true, 1, 10));
        assert_eq!(
            asked_after(full, answered(), 5),
            (true, 1, 10),
            "for the rate"
        );
    }

    /// A way to what all share in `account`.
    fn sharing(account: &Arc<Mutex<Account>>) -> Sharing {
        Sharing {
            rate: shared_in(account, Instant::now(), Duration::from_millis(1)),
            patience: Duration::from_secs(60),
        }
    }

    #[test]
    fn what_the_service_asks_of_an_inquiry_holds_all_who_share_the_rate() {
        // One waits for it, another has no patience for it.
        for patience in [60, 10] {
            paused(async {
                let account = Arc::default();
                let script = Script::of([http(429, Some(30)), http(200, None)]);
                let one = inquiry(Before::default(), Some(sharing(&account)), patience);
                let other = async {
                    sleep(Duration::from_secs(2)).await;
                    let other = inquiry(Before::default(), Some(sharing(&account)), 60);
                    let answered = Script::of([http(200, None)]);
                    let other = other.ask(&answered, |_, _| {}).await;
                    (other, Instant::now())
                };
                let start = Instant::now();
                let (one, (other, end)) = tokio::join!(one.ask(&script, |_, _| {}), other);
                assert_eq!(one.catalogue.is_ok(), patience > 30);
                assert!(other.catalogue.is_ok());
                let seconds = (end - start).as_secs();
                assert!((30..35).contains(&seconds), "{seconds}");
            });
        }
    }

    #[test]
    fn what_another_was_asked_to_wait_is_told_and_ends_it_where_there_is_no_patience() {
        for (patience, is_answered) in [(60, true), (20, false)] {
            paused(async {
                let account = Arc::default();
                let held = Pace::shared(
                    "60/min".parse().unwrap(),
                    sharing(&account),
                    &Before::default(),
                );
                let supplied = Arc::clone(&held);
                let _supply = tokio::spawn(async move { supplied.supply().await });
                let refused = held.depart().await;
                hold(&held, &refused, &http(429, Some(30)));
                held.all_told().await;
                let start = Instant::now();
                let mut waits = Vec::new();
                let asks = inquiry(Before::default(), Some(sharing(&account)), patience);
                let answered = Script::of([http(200, None)]);
                let tell =
                    |why: &Trouble, pause: Duration| waits.push((why.clone(), pause.as_secs()));
                let asked = asks.ask(&answered, tell).await;
                let seconds = start.elapsed().as_secs();
                assert_eq!(asked.catalogue.is_ok(), is_answered);
                match asked.catalogue {
                    Ok(_) => {
                        assert!(
                            matches!(&waits[..], [(Trouble::Passing { why, .. }, 29 | 30)] if why.starts_with("another run")),
                            "{waits:?}"
                        );
                        assert!((29..=31).contains(&seconds), "{seconds}");
                    }
                    Err(Trouble::Passing { why, after, .. }) => {
                        assert_eq!(seconds, 0);
                        assert!(why.starts_with("another run"), "{why}");
                        assert!(
                            after.is_some_and(|after| after.as_secs() >= 29),
                            "{after:?}"
                        );
                    }
                    Err(other) => panic!("{other:?}"),
                }
            });
        }
    }
}
