//! How many calls may be on their way (contract, section 4). Pure.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::model::Rate;

/// Where nobody says how many.
pub const USUAL: usize = 32;

/// No more, whatever the latency.
const MOST: usize = 4096;

/// A number that was given is called too low once it was at so many looks more than not.
const LOOKS: u32 = 5;

/// How many calls may be on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concurrency {
    /// So many, as somebody has said.
    Given(NonZeroUsize),
    /// As many as rate × latency needs, and 32 at least.
    AsNeeded,
}

impl Concurrency {
    /// No more are ever on their way.
    pub fn most(self) -> usize {
        match self {
            Self::Given(places) => places.get(),
            Self::AsNeeded => MOST,
        }
    }
}

/// Places for calls on their way.
#[derive(Debug)]
pub struct Places {
    concurrency: Concurrency,
    /// In a second; none without a limit.
    rate: Option<f64>,
    /// At so many looks all places were taken and no call waited for its turn, less those at which that was not so.
    short: u32,
    has_said: bool,
}

impl Places {
    /// As many as that for this rate.
    pub fn new(concurrency: Concurrency, rate: Option<Rate>) -> Self {
        Self {
            concurrency,
            rate: rate.map(|rate| rate.per_second()),
            short: 0,
            has_said: false,
        }
    }

    /// How many there are, where `busy` calls are on their way and do not just wait for their turn, and answers take so
    /// long.
    pub fn now(&self, busy: usize, latency: Duration) -> usize {
        match (self.concurrency, self.rate) {
            (Concurrency::Given(places), _) => places.get(),
            (Concurrency::AsNeeded, None) => USUAL,
            (Concurrency::AsNeeded, Some(rate)) => {
                // Calls that back off take places, too; but where nothing is answered, no more are risked.
                let useful = USUAL + (4.0 * rate * latency.as_secs_f64()) as usize;
                (busy + busy / 4 + 8).min(useful).clamp(USUAL, MOST)
            }
        }
    }

    /// Looks whether a number that was given is too low for the rate. Once: how many are needed.
    pub fn too_few(&mut self, all_busy: bool, latency: Duration) -> Option<(usize, usize)> {
        let (Concurrency::Given(places), Some(rate)) = (self.concurrency, self.rate) else {
            return None;
        };
        self.short = match all_busy {
            true => self.short + 1,
            false => self.short.saturating_sub(1),
        };
        let needed = (rate * latency.as_secs_f64() * 1.1).ceil() as usize;
        let is_short = self.short >= LOOKS && needed > places.get();
        (is_short && !std::mem::replace(&mut self.has_said, true)).then_some((places.get(), needed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATENCY: Duration = Duration::from_millis(300);

    #[test]
    fn places_rise_as_far_as_they_are_needed() {
        let places = Places::new(Concurrency::AsNeeded, "2000/s".parse().ok());
        let (mut busy, mut rounds) = (1, 0);
        loop {
            let now = places.now(busy, LATENCY);
            // At this rate and latency no more than 600 are ever busy.
            let next = now.min(600);
            if next == busy {
                break;
            }
            (busy, rounds) = (next, rounds + 1);
        }
        assert_eq!(busy, 600);
        assert!(rounds < 20, "{rounds}");
        assert_eq!(places.now(600, LATENCY), 758);
    }

    #[test]
    fn where_nothing_is_answered_they_do_not() {
        let places = Places::new(Concurrency::AsNeeded, Some(Rate::DEFAULT));
        assert_eq!(places.now(500, Duration::from_millis(100)), 38);
        assert_eq!(places.now(500, Duration::ZERO), 32);
        let unlimited = Places::new(Concurrency::AsNeeded, None);
        assert_eq!(unlimited.now(500, LATENCY), 32);
    }

    #[test]
    fn a_number_that_is_too_low_is_told_once() {
        let given = Concurrency::Given(NonZeroUsize::new(8).unwrap());
        let mut places = Places::new(given, "50/s".parse().ok());
        let mut told = [true, true, false, true, true, true, true, true, true]
            .map(|all_busy| places.too_few(all_busy, LATENCY))
            .into_iter();
        assert!(told.by_ref().take(6).all(|told| told.is_none()));
        assert_eq!(told.next(), Some(Some((8, 17))));
        assert!(told.all(|told| told.is_none()), "once");
    }
}
