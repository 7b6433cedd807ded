//! How many calls are let through. Pure: the time is an argument.

use std::collections::VecDeque;
use std::time::Duration;

use super::choices::RateWindow;
use crate::model::Rate;

/// The calls that were let through lately.
#[derive(Debug, Default)]
pub struct Limit {
    lately: VecDeque<Duration>,
}

impl Limit {
    /// Lets a call through at `now`, or says how long it is until one may be.
    ///
    /// # Errors
    /// The window is full.
    pub fn admit(&mut self, rate: Rate, kind: RateWindow, now: Duration) -> Result<(), Duration> {
        let window = rate.window();
        let begin = match kind {
            RateWindow::Sliding => now.saturating_sub(window),
            RateWindow::Fixed => {
                let windows = now.as_nanos() / window.as_nanos();
                window.saturating_mul(u32::try_from(windows).unwrap_or(u32::MAX))
            }
        };
        let is_over = |at: &Duration| match kind {
            RateWindow::Sliding => *at <= begin && now >= window,
            RateWindow::Fixed => *at < begin,
        };
        while self.lately.front().is_some_and(is_over) {
            self.lately.pop_front();
        }
        if self.lately.len() < rate.attempts().get() as usize {
            self.lately.push_back(now);
            return Ok(());
        }
        let free = match (kind, self.lately.front()) {
            (RateWindow::Sliding, Some(first)) => *first + window,
            _ => begin + window,
        };
        Err(free.saturating_sub(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which calls at these milliseconds are let through (`.`), or how long the others have to wait.
    fn admitted(kind: RateWindow, at: &[u64]) -> String {
        let (rate, mut limit) = ("2/s".parse().unwrap(), Limit::default());
        let admit = |at: &u64| match limit.admit(rate, kind, Duration::from_millis(*at)) {
            Ok(()) => ".".to_owned(),
            Err(wait) => wait.as_millis().to_string(),
        };
        at.iter().map(admit).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_sliding_window_is_never_overfull() {
        let at = [100, 900, 950, 1_050, 1_100, 1_150, 1_900];
        assert_eq!(admitted(RateWindow::Sliding, &at), ". . 150 50 . 750 .");
    }

    #[test]
    fn fixed_windows_begin_afresh() {
        let at = [100, 900, 950, 1_050, 1_100, 1_150, 2_000];
        assert_eq!(admitted(RateWindow::Fixed, &at), ". . 50 . . 850 .");
    }
}
