//! Fetches permits where runs share a rate, and waits where they can't be had: nothing leaves without one.

use std::future::pending;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::Pace;
use super::permits::{Own, Step};
use super::state::{State, Turns};
use crate::dispatch::shared_pace::{Answer, Ask, NoAnswer, SharedRate};

/// The longest pause before it is asked again, and the first.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// A rate that is shared.
#[derive(Debug, Clone)]
pub struct Sharing {
    /// With whom.
    pub rate: SharedRate,
    /// So long nobody being there is waited for.
    pub patience: Duration,
}

/// What there is to tell of a shared rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// It can't be asked.
    Away {
        /// Where it is.
        place: String,
        /// Since when.
        since: Instant,
        /// Why, in words.
        why: String,
        /// It is asked again so long from now.
        next: Duration,
        /// For the how manieth time, from 1.
        time: u32,
    },
    /// It can be asked again.
    Back {
        /// Where it is.
        place: String,
        /// After so long.
        after: Duration,
    },
    /// It was away for longer than it is waited for.
    Gone {
        /// Where it is.
        place: String,
        /// Since when.
        since: Instant,
        /// Why, in words.
        why: String,
    },
    /// The service has asked another run to wait: so long from now.
    Held(Duration),
}

/// Nobody answers.
struct Away {
    since: Instant,
    /// Why, last.
    why: String,
    times: u32,
}

impl Pace {
    /// Fetches permits as they are needed, as long as it is awaited. Where the rate is not shared, there is nothing to do.
    pub async fn supply(&self) {
        let Some(sharing) = &self.sharing else {
            return pending().await;
        };
        let mut store = sharing.rate.store().await;
        let mut away: Option<Away> = None;
        loop {
            // Whether it is back is worth knowing, whoever needs what.
            let ask = match self.step(away.is_some()) {
                Step::Ask(ask) => ask,
                Step::Wait(until) => {
                    self.changed(until).await;
                    continue;
                }
            };
            let asked = Instant::now();
            let since = away.as_ref().map_or(asked, |away| away.since);
            let patience = since.checked_add(sharing.patience);
            let answer = match patience {
                Some(patience) => timeout_at(patience, store.ask(ask)).await,
                None => Ok(store.ask(ask).await),
            };
            let answer = answer.unwrap_or_else(|_| {
                let before = away.as_ref().map(|away| away.why.clone());
                Err(NoAnswer::for_now(
                    before.unwrap_or("no answer in time".to_owned()),
                ))
            });
            match answer {
                Ok(answer) => {
                    self.take_answer(asked, (ask, answer));
                    if let Some(Away { since, .. }) = away.take() {
                        let after = since.elapsed();
                        self.rested(after);
                        self.news(|place| News::Back { place, after });
                    }
                }
                Err(NoAnswer { why, .. }) => {
                    self.void_permits();
                    let away = away.get_or_insert(Away {
                        since,
                        why: String::new(),
                        times: 0,
                    });
                    away.why.clone_from(&why);
                    if patience.is_some_and(|patience| patience <= Instant::now()) {
                        self.news(|place| News::Gone { place, since, why });
                        return pending().await;
                    }
                    let pause = FIRST_PAUSE * 2_u32.saturating_pow(away.times.min(16));
                    let next = pause
                        .min(LONGEST_PAUSE)
                        .mul_f64(0.5 + fastrand::f64() / 2.0);
                    away.times += 1;
                    let time = away.times;
                    self.news(|place| News::Away {
                        place,
                        since,
                        why,
                        next,
                        time,
                    });
                    let again = Instant::now() + next;
                    sleep_until(patience.map_or(again, |patience| patience.min(again))).await;
                }
            }
        }
    }

    /// What there is to tell, as soon as there is something.
    pub async fn next_news(&self) -> News {
        loop {
            let is_told = self.is_told.notified();
            if let Some(news) = self.state().news.pop_front() {
                return news;
            }
            is_told.await;
        }
    }

    /// Waits until the others know of every hold that they are to know of.
    pub async fn all_told(&self) {
        loop {
            let supplied = self.supplied.notified();
            if !self.has_to_tell() {
                return;
            }
            supplied.await;
        }
    }

    fn has_to_tell(&self) -> bool {
        match &self.state().turns {
            Turns::Own(_) => false,
            Turns::Shared(permits) => permits.has_to_tell(Instant::now()),
        }
    }

    /// Waits until something happens, or until then.
    async fn changed(&self, until: Option<Instant>) {
        let changed = self.changed.notified();
        match until {
            None => changed.await,
            Some(until) => tokio::select! {
                () = changed => {}
                () = sleep_until(until) => {}
            },
        }
    }

    /// What is to be done now; `looks` where how it stands is to be known in any case.
    fn step(&self, looks: bool) -> Step {
        let mut state = self.state();
        let now = Instant::now();
        let own = state.own(now);
        let Turns::Shared(permits) = &mut state.turns else {
            return Step::Wait(None);
        };
        match permits.step(now, own) {
            Step::Wait(_) if looks => Step::Ask(permits.look(own, now)),
            step => step,
        }
    }

    fn take_answer(&self, asked: Instant, answer: (Ask, Answer)) {
        let mut state = self.state();
        let now = Instant::now();
        let (own, held) = (state.own(now), state.held_until);
        let Turns::Shared(permits) = &mut state.turns else {
            return;
        };
        let learned = permits.answered(answer, own, asked, now, held);
        if let Some(until) = learned.held_until {
            let from = held.map_or(now, |held| held.max(now));
            state.throttle.rest(until - from);
            state.held_until = Some(until);
            state.news.push_back(News::Held(until - now));
            self.is_told.notify_one();
        }
        if learned.are_void || learned.held_until.is_some() {
            state.holds += 1;
            self.recalled.notify_waiters();
        }
        drop(state);
        self.supplied.notify_waiters();
    }

    /// What was given out is not relied on any more.
    fn void_permits(&self) {
        let mut state = self.state();
        if let Turns::Shared(permits) = &mut state.turns
            && permits.void()
        {
            state.holds += 1;
            self.recalled.notify_waiters();
        }
    }

    fn news(&self, news: impl FnOnce(String) -> News) {
        let place = self.sharing.as_ref().map(|sharing| sharing.rate.place());
        let news = news(place.unwrap_or_default().to_owned());
        self.state().news.push_back(news);
        self.is_told.notify_one();
    }
}

impl State {
    /// How fast this process may go, beside what it shares.
    fn own(&mut self, now: Instant) -> Own {
        let held = self.held_until.map_or(now, |until| until.max(now));
        let room = self.window.as_ref().map_or(now, |window| window.room(now));
        let gap = self.throttled_gap(now);
        Own {
            from: held.max(room),
            gap,
            of_all: self.quota_gap(now).map(|(gap, _)| gap),
        }
    }
}
