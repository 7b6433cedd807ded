//! The account of a rate: when the next permit is free. Pure: it is told the time. `reserve.lua` does the same on a server.
//!
//! The generic cell rate algorithm: permits stand a gap apart, and nothing is saved up while nobody asks.

use std::time::Duration;

use super::ask::{Answer, Ask, Epoch, RELIED_ON, micros};

/// The account of a rate. All times are microseconds on the clock of whoever keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Book {
    /// When the next permit is free.
    pub next: u64,
    /// Until when all wait.
    pub held: u64,
    /// Which epoch it is. Each is another one than all before.
    pub epoch: u64,
    /// When it was last written.
    pub seen: u64,
}

impl Book {
    /// One that begins. The burst is spent, and what was given out before, if anything was, is used up.
    fn new(now: u64, gap: u64) -> Self {
        Self {
            next: now + micros(RELIED_ON) + gap,
            held: 0,
            epoch: now,
            seen: now,
        }
    }

    /// The same on a clock that was set back, or begins anew with the machine.
    fn on_this_clock(self, now: u64) -> Self {
        let ahead = self.seen.saturating_sub(now);
        Self {
            next: self.next.saturating_sub(ahead),
            held: self.held.saturating_sub(ahead),
            ..self
        }
    }

    /// What is answered, and how the account stands then.
    pub fn answer(kept: Option<Self>, ask: Ask, now: u64) -> (Self, Answer) {
        let gap = ask.gap_in_micros();
        let mut book = match kept {
            Some(book) => book.on_this_clock(now),
            None => Self::new(now, gap),
        };
        book.seen = now;
        if ask.epoch == book.epoch {
            // A clock that was set forward has passed over what is given out.
            book.next = book.next.max(now.saturating_add(micros(ask.reserved)));
        }
        if let Some(hold) = ask.hold {
            book.hold(now.saturating_add(micros(hold)), gap, now);
        }
        let at = book.next.max(now);
        if ask.permits > 0 {
            book.next = at.saturating_add(ask.span());
        }
        let answer = Answer {
            wait: Duration::from_micros(at - now),
            epoch: Epoch {
                of_account: book.epoch,
                of_connection: 0,
            },
            held: Duration::from_micros(book.held.saturating_sub(now)),
            at: Duration::from_micros(now),
        };
        (book, answer)
    }

    /// Holds all until then, unless they are held longer. What was given out is void: it would leave while all wait, or
    /// together with what is given out after.
    fn hold(&mut self, until: u64, gap: u64, now: u64) {
        if until <= self.held {
            return;
        }
        self.held = until;
        self.epoch = now.max(self.epoch + 1);
        self.next = until.max(now + micros(RELIED_ON) + gap);
    }

    /// Whether it says nothing any more that a new one would not.
    pub fn is_idle(&self, now: u64) -> bool {
        let used = self.next.max(self.held).max(self.seen);
        used.saturating_add(micros(KEPT)) < now
    }
}

/// So long an account is kept that nobody uses.
pub const KEPT: Duration = Duration::from_secs(3_600);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: u64 = 1_000_000;

    fn ask(permits: u32) -> Ask {
        Ask {
            permits,
            gap: Duration::from_millis(60),
            hold: None,
            reserved: Duration::ZERO,
            epoch: 0,
        }
    }

    fn hold(seconds: u64) -> Ask {
        Ask {
            hold: Some(Duration::from_secs(seconds)),
            ..ask(0)
        }
    }

    /// Milliseconds to wait.
    fn wait(answer: Answer) -> u128 {
        answer.wait.as_millis()
    }

    #[test]
    fn permits_stand_a_gap_apart_and_nothing_is_saved_up() {
        let now = 1_000 * SECOND;
        let (book, first) = Book::answer(None, ask(1), now);
        assert_eq!(wait(first), 160, "the burst is spent");
        let (book, second) = Book::answer(Some(book), ask(10), now);
        assert_eq!(wait(second), 220);
        let (book, third) = Book::answer(Some(book), ask(1), now);
        assert_eq!(wait(third), 220 + 600);
        let (_, late) = Book::answer(Some(book), ask(2), now + 60 * SECOND);
        assert_eq!(wait(late), 0);
        assert_eq!(late.epoch, first.epoch);
    }

    #[test]
    fn a_hold_is_for_all_the_longest_counts_and_what_was_given_out_is_void() {
        let now = 1_000 * SECOND;
        let (book, before) = Book::answer(None, ask(500), now);
        let (book, held) = Book::answer(Some(book), hold(10), now + SECOND);
        assert_ne!(held.epoch, before.epoch);
        let (book, shorter) = Book::answer(Some(book), hold(5), now + SECOND);
        assert_eq!(shorter, held);
        let (book, after) = Book::answer(Some(book), ask(1), now + 3 * SECOND);
        assert_eq!(wait(after), 8_000, "and not what was reserved before");
        assert_eq!(after.held, Duration::from_secs(8));
        let (_, over) = Book::answer(Some(book), ask(1), now + 12 * SECOND);
        assert_eq!((wait(over), over.held), (0, Duration::ZERO));
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_wait_longer() {
        let now = 90_000 * SECOND;
        let (book, _) = Book::answer(None, ask(5), now);
        let (book, held) = Book::answer(Some(book), hold(30), now);
        let (_, after) = Book::answer(Some(book), ask(1), 7 * SECOND);
        assert_eq!(wait(after), 30_000);
        assert_eq!(after.epoch, held.epoch);
    }

    #[test]
    fn a_clock_that_was_set_forward_gives_out_nothing_that_somebody_has() {
        let now = 1_000 * SECOND;
        let (book, first) = Book::answer(None, ask(10), now);
        assert_eq!(wait(first), 160);
        let reserved = Duration::from_millis(760);
        let later = now + 3_600 * SECOND;
        // To tell it is enough.
        let epoch = first.epoch.of_account;
        let tells = |permits| Ask {
            reserved,
            epoch,
            ..ask(permits)
        };
        let (book, _) = Book::answer(Some(book), tells(0), later);
        let (book, next) = Book::answer(Some(book), ask(1), later);
        assert_eq!(wait(next), 760);
        let (_, again) = Book::answer(Some(book), tells(1), later);
        assert_eq!(
            wait(again),
            820,
            "what is known already makes nothing later"
        );
        let (book, held) = Book::answer(Some(book), hold(10), later);
        let (_, void) = Book::answer(Some(book), tells(1), later + 9_900_000);
        assert_eq!((wait(held), wait(void)), (10_000, 100));
    }

    proptest! {
        #[test]
        fn no_window_holds_more_than_the_rate_whoever_asks_for_how_many(
            asks in proptest::collection::vec((0u64..300_000, 1u32..30), 1..200),
        ) {
            let (gap, window) = (ask(0).gap, 60 * 20 * 1_000);
            let (mut now, mut kept, mut given) = (SECOND, None, Vec::new());
            for (later, permits) in asks {
                now += later;
                let (book, answer) = Book::answer(kept, Ask { permits, ..ask(0) }, now);
                kept = Some(book);
                let first = now + micros(answer.wait);
                given.extend((0..u64::from(permits)).map(|n| first + n * micros(gap)));
            }
            for (from, next) in given.iter().zip(given.iter().skip(20)) {
                prop_assert!(next - from >= window);
            }
        }
    }
}
