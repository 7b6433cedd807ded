//! How far a run is: a bar on a terminal, a line every 30 s elsewhere.

use std::time::{Duration, Instant};

use super::bars::Bar;
use super::screen::Screen;
use super::story;
use super::troubles::{Troubles, waiting};
use super::words::{count, span};
use crate::model::{Event, OutcomeKind, StopReason, Tally};

/// Where there is no terminal, a line comes so often.
const LINE_EVERY: Duration = Duration::from_secs(30);

/// A look at a run.
#[derive(Debug, Clone, Copy)]
pub struct Glance<'a> {
    /// Calls that have ended.
    pub ended: u64,
    /// All calls.
    pub calls: u64,
    /// Rows by outcome so far.
    pub tally: &'a Tally,
}

/// Shows how far a run is.
#[derive(Debug)]
pub struct Progress {
    started: Instant,
    /// Calls that had ended before.
    before: u64,
    last_line: Instant,
    bar: Option<Bar>,
    troubles: Troubles,
}

impl Progress {
    /// Starts to show a run of so many calls, of which so many had ended `before`.
    pub fn start(screen: &Screen, calls: u64, before: u64) -> Self {
        let now = Instant::now();
        Self {
            started: now,
            before,
            last_line: now,
            bar: screen.bars().bar(calls),
            troubles: Troubles::default(),
        }
    }

    /// Shows where the run is.
    pub fn show(&mut self, glance: Glance<'_>) {
        match &self.bar {
            Some(bar) => bar.show(glance.ended, self.state(glance), self.so_far(glance.tally)),
            None if self.last_line.elapsed() >= LINE_EVERY => {
                self.last_line = Instant::now();
                self.line(glance);
            }
            None => {}
        }
    }

    /// Takes note of what happened, and says it where a person wants to know.
    pub fn tell(&mut self, event: &Event) {
        self.troubles.note(event);
        story::tell(event);
    }

    /// Says that the run stops before its end: calls on their way may take so long.
    pub fn stopping(&self, reason: &StopReason, drain: Duration) {
        story::stopping(reason, drain);
    }

    /// Takes the bar away.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.clear();
        }
    }

    fn line(&self, glance: Glance<'_>) {
        let rows = |kind| glance.tally.rows(kind);
        tracing::info!(
            event = "progress",
            done = glance.ended,
            customers = glance.calls,
            callsPerSecond = (self.pace(glance) * 10.0).round() / 10.0,
            secondsLeft = self.left(glance).map(|left| left.as_secs()),
            success = rows(OutcomeKind::Success),
            warning = rows(OutcomeKind::Warning),
            failed = rows(OutcomeKind::Failed),
            unconfirmed = rows(OutcomeKind::Unconfirmed),
            rejected = rows(OutcomeKind::Rejected),
            skipped = rows(OutcomeKind::Skipped),
            retries = self.troubles.retries(),
            throttled = self.troubles.throttled(),
            waitMilliseconds = self
                .troubles
                .hold()
                .map(|(left, _)| left.as_millis() as u64),
            "{} of {} customers, {}; {}",
            count(glance.ended),
            count(glance.calls),
            self.state(glance),
            self.so_far(glance.tally)
        );
    }

    /// How fast it goes and how long it will take; or that all wait.
    fn state(&self, glance: Glance<'_>) -> String {
        if let Some((left, why)) = self.troubles.hold() {
            return waiting(left, why);
        }
        if let Some(down) = self.troubles.outage() {
            return down;
        }
        let left = match self.left(glance) {
            Some(left) => format!("{} left", span(left)),
            None => "time left unknown".to_owned(),
        };
        format!("{:.1} calls/s, {left}", self.pace(glance))
    }

    fn pace(&self, glance: Glance<'_>) -> f64 {
        glance.ended.saturating_sub(self.before) as f64
            / self.started.elapsed().as_secs_f64().max(0.001)
    }

    fn left(&self, glance: Glance<'_>) -> Option<Duration> {
        let seconds = (glance.calls - glance.ended) as f64 / self.pace(glance);
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// The outcomes so far, those that nobody has left out, and what was tried again.
    fn so_far(&self, tally: &Tally) -> String {
        let part = |kind: &OutcomeKind| {
            Some(tally.rows(*kind))
                .filter(|rows| *rows > 0)
                .map(|rows| format!("{} {}", kind.as_str(), count(rows)))
        };
        let parts: Vec<_> = OutcomeKind::ALL.iter().filter_map(part).collect();
        let troubles = self.troubles.words();
        match (parts.is_empty(), troubles.is_empty()) {
            (true, true) => "no outcome yet".to_owned(),
            (true, false) => troubles,
            (false, true) => parts.join(", "),
            (false, false) => format!("{}; {troubles}", parts.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::screen::LogFormat;
    use super::*;
    use crate::model::{Outcome, Pause, UserId};

    fn progress() -> Progress {
        Progress::start(&Screen::new(LogFormat::Json), 10, 0)
    }

    fn tally() -> Tally {
        let mut tally = Tally::default();
        (2..1_203).for_each(|line| tally.add(&Outcome::success(), line));
        tally.add(&Outcome::new(OutcomeKind::Failed, "8015", "no"), 9);
        tally
    }

    #[test]
    fn only_what_there_is_is_shown() {
        let mut progress = progress();
        assert_eq!(progress.so_far(&tally()), "success 1,201, failed 1");
        progress.tell(&Event::Retrying {
            user: UserId::new(7).unwrap(),
            attempt: 1,
            why: Outcome::new(OutcomeKind::Failed, "521", "busy"),
            delay: Duration::ZERO,
        });
        let so_far = "success 1,201, failed 1; tried again 1: 1 busy";
        assert_eq!(progress.so_far(&tally()), so_far);
        assert_eq!(progress.so_far(&Tally::default()), "tried again 1: 1 busy");
    }

    #[test]
    fn while_all_wait_that_is_said_instead_of_a_pace() {
        let mut progress = progress();
        let tally = tally();
        let glance = Glance {
            ended: 5,
            calls: 10,
            tally: &tally,
        };
        assert!(progress.state(glance).ends_with(" left"));
        progress.tell(&Event::Held {
            why: Pause::Unavailable,
            pause: Duration::from_secs(3_600),
            throttled: None,
        });
        assert!(
            progress
                .state(glance)
                .ends_with(": unavailable for now (503)")
        );
    }
}
