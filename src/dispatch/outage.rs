//! Whether the service is down as a whole (contract, section 4). Pure: it is told the time.

use std::time::Duration;

use tokio::time::Instant;

/// So many errors without an answer between them are an outage.
const IN_A_ROW: u32 = 20;

/// What the attempts of all calls say of the service. An *error* is an attempt that met no answer: no connection, no answer
/// in time, a connection that broke, or a 5xx that says nothing of its customer.
#[derive(Debug, Default)]
pub struct Outage {
    /// Errors since the last answer.
    errors: u32,
    /// When the first of them came.
    since: Option<Instant>,
    is_down: bool,
    /// The answered attempts that left last, of two different calls.
    answered: [Option<(u32, Instant)>; 2],
}

impl Outage {
    /// An attempt of `call` that `left` then is answered. Where an outage is over with it: how long it was.
    pub fn answer(&mut self, call: u32, left: Instant, now: Instant) -> Option<Duration> {
        let [latest, other] = &mut self.answered;
        match latest {
            Some((known, at)) if *known == call => *at = left.max(*at),
            Some((_, at)) if *at > left => {
                if other.is_none_or(|(known, at)| known == call || at < left) {
                    *other = Some((call, left));
                }
            }
            _ => *other = latest.replace((call, left)),
        }
        self.errors = 0;
        let since = self.since.take();
        let was_down = std::mem::take(&mut self.is_down);
        since.filter(|_| was_down).map(|since| now - since)
    }

    /// An attempt has met an error. True where that begins an outage.
    pub fn error(&mut self, now: Instant) -> bool {
        self.errors += 1;
        self.since.get_or_insert(now);
        let begins = !self.is_down && self.errors >= IN_A_ROW;
        self.is_down |= begins;
        begins
    }

    /// Whether there is one.
    pub fn is_down(&self) -> bool {
        self.is_down
    }

    /// When the first error came that no answer has followed.
    pub fn since(&self) -> Option<Instant> {
        self.since
    }

    /// Whether an attempt of another call than this, which left after `then`, was answered.
    pub fn has_answered_others(&self, call: u32, then: Instant) -> bool {
        let mut answered = self.answered.iter().flatten();
        answered.any(|(other, left)| *other != call && *left > then)
    }

    /// Nothing of what was known counts any more. Where that ends an outage: how long it was.
    pub fn forget(&mut self, now: Instant) -> Option<Duration> {
        let before = std::mem::take(self);
        let since = before.since.filter(|_| before.is_down);
        since.map(|since| now - since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn twenty_errors_without_an_answer_between_are_an_outage() {
        let (mut outage, start) = (Outage::default(), Instant::now());
        (0..19).for_each(|_| assert!(!outage.error(start)));
        assert_eq!(outage.answer(1, start, start), None);
        (0..19).for_each(|_| assert!(!outage.error(start + SECOND)));
        assert!(outage.error(start + 2 * SECOND));
        assert!(outage.is_down() && !outage.error(start + 3 * SECOND));
        assert_eq!(outage.since(), Some(start + SECOND));
        let over = outage.answer(1, start, start + 9 * SECOND);
        assert_eq!(over, Some(8 * SECOND));
        assert!(!outage.is_down() && outage.since().is_none());
    }

    #[test]
    fn only_another_call_that_left_later_speaks_for_the_service() {
        let (mut outage, start) = (Outage::default(), Instant::now());
        let at = |seconds: u32| start + seconds * SECOND;
        let mut answer = |call, left| outage.answer(call, at(left), at(20));
        answer(1, 5);
        answer(1, 9);
        answer(2, 7);
        answer(3, 6);
        assert!(outage.has_answered_others(1, at(6)));
        assert!(!outage.has_answered_others(1, at(7)), "only its own");
        assert!(outage.has_answered_others(2, at(8)));
        assert!(!outage.has_answered_others(2, at(9)), "none left later");
    }
}
