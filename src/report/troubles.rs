//! What goes wrong in passing, counted: attempts that are tried again, and holds.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::words::{brief, count, span};
use crate::model::{Event, Moment, Pause};

/// So many reasons are told apart; a service that makes up a code each time must not fill the memory.
const REASONS: usize = 20;

/// The troubles of a run so far.
#[derive(Debug, Default)]
pub struct Troubles {
    again: BTreeMap<String, u64>,
    throttled: u64,
    held: Option<(Instant, Pause)>,
    /// Since when the service is down, and when it is tried again.
    down: Option<(Moment, Instant)>,
    /// Where runs that share the rate agree on it, and since when it can't be asked.
    away: Option<(String, Moment)>,
}

impl Troubles {
    /// Takes note of what happened.
    pub fn note(&mut self, event: &Event) {
        match event {
            Event::Attempted { attempt, .. } if attempt.met.is_throttled() => self.throttled += 1,
            Event::Retrying { why, .. } => {
                let reason = reason(&why.code);
                let is_known = self.again.contains_key(&reason) || self.again.len() < REASONS;
                let reason = if is_known { reason } else { "other".into() };
                *self.again.entry(reason).or_default() += 1;
            }
            Event::Held { why, pause, .. } => {
                let until = Instant::now() + *pause;
                if self.held.is_none_or(|(before, _)| before < until) {
                    self.held = Some((until, *why));
                }
            }
            Event::Down { since, next, .. } => self.down = Some((*since, Instant::now() + *next)),
            Event::Up { .. } => self.down = None,
            Event::RateAway { place, since, .. } => self.away = Some((place.clone(), *since)),
            Event::RateBack { .. } => self.away = None,
            Event::Woken { .. } => (self.down, self.held) = (None, None),
            _ => {}
        }
    }

    /// That nothing is sent until something is back, in words, where it is so.
    pub fn outage(&self) -> Option<String> {
        if let Some((place, since)) = &self.away {
            return Some(rate_away(place, *since));
        }
        let (since, next) = self.down?;
        Some(down(since, next.saturating_duration_since(Instant::now())))
    }

    /// Whether all calls wait: how much longer, and why.
    pub fn hold(&self) -> Option<(Duration, Pause)> {
        let (until, why) = self.held?;
        let left = until.checked_duration_since(Instant::now())?;
        Some((left, why)).filter(|(left, _)| !left.is_zero())
    }

    /// How many attempts were answered 429.
    pub fn throttled(&self) -> u64 {
        self.throttled
    }

    /// How many attempts were made again.
    pub fn retries(&self) -> u64 {
        self.again.values().sum()
    }

    /// The counts in words, the most frequent first; nothing where there are none.
    pub fn words(&self) -> String {
        let mut again: Vec<_> = self.again.iter().collect();
        again.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
        let total = self.retries();
        let each: Vec<_> = again
            .iter()
            .map(|(reason, times)| format!("{} {reason}", count(**times)))
            .collect();
        let mut parts = Vec::new();
        if total > 0 {
            parts.push(format!("tried again {}: {}", count(total), each.join(", ")));
        }
        if self.throttled > 0 {
            let times = count(self.throttled);
            parts.push(format!("{times} answered 429 (too many requests)"));
        }
        parts.join("; ")
    }
}

/// Why all calls wait, in words.
pub fn why_held(why: Pause) -> &'static str {
    match why {
        Pause::Throttled => "too many requests (429)",
        Pause::Unavailable => "unavailable for now (503)",
        Pause::Quota => "no more for now (RateLimit)",
        Pause::Elsewhere => "the service asked another run to wait that shares the rate",
    }
}

/// That the service is down, in words.
pub fn down(since: Moment, next: Duration) -> String {
    let since = since.clock(Moment::now());
    match next.is_zero() {
        true => format!("service down since {since}, trying now"),
        false => format!("service down since {since}, next try in {}", brief(next)),
    }
}

/// That nobody says when attempts may leave, in words.
pub fn rate_away(place: &str, since: Moment) -> String {
    let since = since.clock(Moment::now());
    format!("the shared rate at {place} can't be asked since {since}")
}

/// That all calls wait, in words.
pub fn waiting(left: Duration, why: Pause) -> String {
    format!("all calls wait {}: {}", span(left), why_held(why))
}

/// Why an attempt is made again, in a word or two, the same for what is the same to people.
fn reason(code: &str) -> String {
    let number = code.strip_prefix("HTTP_").unwrap_or(code);
    match code {
        _ if matches!(number, "461" | "521" | "23055") => "busy".to_owned(),
        _ if number.len() == 3 && number.starts_with('5') => "server error".to_owned(),
        "CONNECT" => "no connection".to_owned(),
        "TIMEOUT" => "no answer in time".to_owned(),
        "CONNECTION_LOST" => "connection lost".to_owned(),
        "BAD_RESPONSE" => "unreadable answer".to_owned(),
        "HTTP_401" => "token renewed".to_owned(),
        other => other.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attempted, Met, Moment, Outcome, OutcomeKind, UserId};

    fn user() -> UserId {
        UserId::new(7).unwrap()
    }

    fn again(code: &str) -> Event {
        Event::Retrying {
            user: user(),
            attempt: 1,
            why: Outcome::new(OutcomeKind::Failed, code, ""),
            delay: Duration::ZERO,
        }
    }

    #[test]
    fn they_are_told_in_plain_words_the_most_frequent_first() {
        let mut troubles = Troubles::default();
        assert_eq!(troubles.words(), "");
        for code in ["23055", "HTTP_503", "504", "HTTP_503", "CONNECT"] {
            troubles.note(&again(code));
        }
        troubles.note(&Event::Attempted {
            user: user(),
            call: 0,
            attempt: Attempted {
                attempt: 1,
                at: Moment(0),
                latency: Duration::ZERO,
                left: true,
                met: Met::Answer(429),
            },
            doubt: None,
        });
        assert_eq!(
            troubles.words(),
            "tried again 5: 3 server error, 1 busy, 1 no connection; 1 answered 429 (too many requests)"
        );
    }

    #[test]
    fn made_up_codes_do_not_fill_the_memory() {
        let mut troubles = Troubles::default();
        (0..1_000).for_each(|code| troubles.note(&again(&code.to_string())));
        assert_eq!(troubles.again.len(), REASONS + 1);
        assert!(troubles.words().starts_with("tried again 1,000: 980 other"));
    }

    #[test]
    fn a_hold_is_told_until_it_is_over() {
        let mut troubles = Troubles::default();
        let held = |seconds| Event::Held {
            why: Pause::Throttled,
            pause: Duration::from_secs(seconds),
            throttled: None,
        };
        troubles.note(&held(0));
        assert_eq!(troubles.hold(), None);
        troubles.note(&held(3_600));
        troubles.note(&held(5));
        let (left, why) = troubles.hold().unwrap();
        assert!(left > Duration::from_secs(3_000));
        assert_eq!(
            waiting(Duration::from_secs(18), why),
            "all calls wait 18 s: too many requests (429)"
        );
    }
}
