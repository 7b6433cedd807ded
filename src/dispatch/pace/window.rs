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
    /// Those that left within the window, the oldest first.
    left: VecDeque<Instant>,
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
    /// An empty window of this length, for so many departures at most.
    pub fn new(most: usize, length: Duration) -> Self {
        Self {
            most,
            length,
            left: VecDeque::new(),
            leaving: 0,
        }
    }

    /// Lets an attempt through, if there is room.
    ///
    /// # Errors
    /// There is none.
    pub fn enter(&mut self, now: Instant) -> Result<(), Full> {
        while self
            .left
            .front()
            .is_some_and(|oldest| *oldest + self.length <= now)
        {
            self.left.pop_front();
        }
        if self.left.len() + self.leaving < self.most {
            self.leaving += 1;
            return Ok(());
        }
        Err(match self.left.front() {
            Some(oldest) => Full::Until(*oldest + self.length),
            None => Full::OfThoseLeaving,
        })
    }

    /// One that was let through has left.
    pub fn leave(&mut self, now: Instant) {
        self.leaving -= 1;
        self.left.push_back(now);
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
            let mut window = Window::new(most, second);
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
        let (mut window, now) = (Window::new(1, second), Instant::now());
        assert_eq!(window.enter(now), Ok(()));
        assert_eq!(window.enter(now), Err(Full::OfThoseLeaving));
        window.leave(now + second);
        assert_eq!(
            window.enter(now + second),
            Err(Full::Until(now + 2 * second))
        );
        assert_eq!(window.enter(now + 2 * second), Ok(()));
    }
}
