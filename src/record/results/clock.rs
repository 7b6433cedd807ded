//! Moments as results write them, many on the same day.

use crate::model::Moment;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Shows moments, and remembers the day of the last one.
#[derive(Debug)]
pub struct Clock {
    day: i64,
    /// A moment of that day, as text.
    shown: Vec<u8>,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            day: 0,
            shown: text(Moment(0)),
        }
    }
}

impl Clock {
    /// The moment as `2026-11-23T02:13:05.123Z`.
    pub fn show(&mut self, at: Moment) -> &[u8] {
        let day = at.0.div_euclid(DAY);
        if day != self.day {
            (self.day, self.shown) = (day, text(at));
        } else if self.shown.len() == "2026-11-23T02:13:05.123Z".len() {
            self.set_time(at.0.rem_euclid(DAY));
        } else {
            self.shown = text(at);
        }
        &self.shown
    }

    fn set_time(&mut self, of_day: i64) {
        // A day's milliseconds fit in 32 bits.
        let of_day = of_day as u32;
        let (seconds, ms) = (of_day / 1_000, of_day % 1_000);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let digit = |number: u32| b'0' + (number % 10) as u8;
        let time = &mut self.shown["2026-11-23T".len()..];
        for (at, number) in [(0, hour), (3, minute), (6, second)] {
            (time[at], time[at + 1]) = (digit(number / 10), digit(number));
        }
        (time[9], time[10], time[11]) = (digit(ms / 100), digit(ms / 10), digit(ms));
    }
}

fn text(at: Moment) -> Vec<u8> {
    at.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_moment_is_shown_as_ever_whatever_came_before(
            moments in proptest::collection::vec((19_000i64..19_003, 0..DAY), 1..20),
            odd in proptest::collection::vec(-5_000_000_000_000i64..500_000_000_000_000, 0..3),
        ) {
            let mut clock = Clock::default();
            let moments = moments.into_iter().map(|(day, of_day)| day * DAY + of_day);
            for at in moments.clone().chain(odd).chain(moments) {
                prop_assert_eq!(clock.show(Moment(at)), text(Moment(at)));
            }
        }
    }
}
