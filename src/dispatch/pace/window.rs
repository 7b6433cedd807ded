//! How many attempts have left within the window of the rate. Pure: it is told the time.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Guards a window: no stretch of its length holds more departures than allowed.
///
/// From being let through to leaving, an attempt may take long: a connection has to be made. Until it has left it
/// counts as one that leaves now, whenever that is.
#[derive(Debug)]
pub struct Window {
    most: usize,
    length: Duration,
    /// When the place of each that left within the window is free again, the first first.
    free: VecDeque<Instant>,
    /// How many were let through and have not left yet.
    leaving: usize,
}

/// Why an attempt can't be let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// Until then at least.
    Until(Instant),
    /// Until one of those that are leaving has left, or has turned back.
    OfThoseLeaving,
}

impl Window {
    /// A window of this length, for so many departures at most; of earlier ones it is known how long ago they were.
    pub fn new(most: usize, length: Duration, earlier: &[Duration], now: Instant) -> Self {
        let left = earlier.iter().filter_map(|ago| length.checked_sub(*ago));
        let mut free: Vec<_> = left.map(|left| now + left).collect();
        free.sort_unstable();
        Self {
            most,
            length,
            free: free.into(),
            leaving: 0,
        }
    }

    /// When there is room for one more, as things stand.
    pub fn room(&self, now: Instant) -> Instant {
        let too_many = self.free.len().checked_sub(self.most);
        too_many.map_or(now, |at| self.free[at].max(now))
    }

    /// Lets an attempt through, if there is room.
    ///
    /// # Errors
    /// There is none.
    pub fn enter(&mut self, now: Instant) -> Result<(), Full> {
        while self.free.front().is_some_and(|free| *free <= now) {
            self.free.pop_front();
        }
        if self.free.len() + self.leaving < self.most {
            self.leaving += 1;
            return Ok(());
        }
        Err(match self.free.front() {
            Some(free) => Full::Until(*free),
            None => Full::OfThoseLeaving,
        })
    }

    /// One that was let through has left.
    pub fn leave(&mut self, now: Instant) {
        self.leaving -= 1;
        self.free.push_back(now + self.length);
    }

    /// One that was let through will not leave.
    pub fn turn_back(&mut self) {
        self.leaving -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_window_holds_more_however_long_leaving_takes(
            most in 1usize..6,
            // After how many milliseconds the next thing happens, and whether it is a wish to leave, a departure or a
            // return of the oldest that was let through.
            steps in proptest::collection::vec((0u64..400, 0u8..5), 1..300),
        ) {
            let second = Duration::from_secs(1);
            let mut window = Window::new(most, second, &[], Instant::now());
            let (mut now, mut leaving, mut left) = (Instant::now(), 0, Vec::new());
            for (milliseconds, what) in steps {
                now += Duration::from_millis(milliseconds);
                match what {
                    0..3 => leaving += usize::from(window.enter(now).is_ok()),
                    3 if leaving > 0 => {
                        window.leave(now);
                        left.push(now);
                        leaving -= 1;
                    }
                    4 if leaving > 0 => {
                        window.turn_back();
                        leaving -= 1;
                    }
                    _ => {}
                }
            }
            for from in &left {
                let within = left.iter().filter(|at| (*from..*from + second).contains(at)).count();
                prop_assert!(within <= most);
            }
        }
    }

    #[test]
    fn a_full_window_says_when_to_come_again() {
        let second = Duration::from_secs(1);
        let (mut window, now) = (Window::new(1, second, &[], Instant::now()), Instant::now());
        assert_eq!(window.enter(now), Ok(()));
        assert_eq!(window.enter(now), Err(Full::OfThoseLeaving));
        window.leave(now + second);
        assert_eq!(
            window.enter(now + second),
            Err(Full::Until(now + 2 * second))
        );
        assert_eq!(window.enter(now + 2 * second), Ok(()));
    }

    #[test]
    fn earlier_departures_count_until_they_are_too_old() {
        let (second, now) = (Duration::from_secs(1), Instant::now());
        let earlier = [100, 400, 5_000].map(Duration::from_millis);
        let mut window = Window::new(2, second, &earlier, now);
        let free = now + Duration::from_millis(600);
        assert_eq!(window.room(now), free);
        assert_eq!(window.enter(now), Err(Full::Until(free)));
        assert_eq!(window.enter(free), Ok(()));
        assert_eq!(Window::new(3, second, &earlier, now).room(now), now);
    }
}
