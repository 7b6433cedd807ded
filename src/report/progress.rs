//! How far a run is: a bar on a terminal, a line every 30 s elsewhere.

use std::time::{Duration, Instant};

use super::bars::Bar;
use super::sampled::Sampled;
use super::screen::Screen;
use super::speed::Speed;
use super::story;
use super::troubles::{Troubles, waiting};
use super::words::{count, span};
use crate::model::{Event, OutcomeKind, Rate, StopReason, Tally};

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
    speed: Speed,
    ended: u64,
    last_line: Instant,
    screen: Screen,
    calls: u64,
    bar: Option<Bar>,
    /// Whether a person is asked, and sees nothing else meanwhile.
    is_asking: bool,
    troubles: Troubles,
}

impl Progress {
    /// Starts to show a run of so many calls at a rate, of which so many had ended `before`.
    pub fn start(screen: &Screen, calls: u64, before: u64, rate: Option<Rate>) -> Self {
        let now = Instant::now();
        Self {
            speed: Speed::new(now, before, rate.map(Rate::per_second)),
            ended: before,
            last_line: now,
            screen: screen.clone(),
            calls,
            bar: screen.bars().bar(calls),
            is_asking: false,
            troubles: Troubles::default(),
        }
    }

    /// Tells what became of the customers that went first.
    pub fn sampled(&self, sampled: &Sampled<'_>) {
        self.screen.sampled(sampled);
    }

    /// Takes the bar away while a person is asked.
    pub fn make_room(&mut self) {
        self.is_asking = true;
        if let Some(bar) = self.bar.take() {
            bar.clear();
        }
    }

    /// Shows the bar again. The time of the question is none in which calls were made.
    pub fn go_on(&mut self) {
        if std::mem::take(&mut self.is_asking) {
            self.bar = self.screen.bars().bar(self.calls);
        }
    }

    /// Ends the line of a question that is left without an answer.
    pub fn leave_question(&mut self) {
        self.is_asking = false;
        self.screen.say("");
    }

    /// Shows where the run is.
    pub fn show(&mut self, glance: Glance<'_>) {
        self.ended = glance.ended;
        let all_wait = self.troubles.hold().is_some() || self.troubles.outage().is_some();
        let now = Instant::now();
        self.speed
            .look(now, glance.ended, all_wait || self.is_asking);
        if self.is_asking {
            return;
        }
        let (how_far, so_far) = (self.how_far(glance), self.so_far(glance.tally));
        match &self.bar {
            Some(bar) => bar.show(glance.ended, &how_far, &so_far),
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
        if let Event::Held {
            throttled: Some(throttled),
            ..
        } = event
        {
            let most = throttled.pace.per_second();
            self.speed.lower(Instant::now(), self.ended, most);
        }
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
            callsPerSecond = self.pace(glance).map(|pace| (pace * 10.0).round() / 10.0),
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
            "{}; {}",
            self.how_far(glance),
            self.so_far(glance.tally)
        );
    }

    /// How far it is, how fast it goes or that all wait, and how long it will take.
    fn how_far(&self, glance: Glance<'_>) -> String {
        let (ended, calls) = (count(glance.ended), count(glance.calls));
        let mut parts = vec![format!("{ended} of {calls} customers")];
        match (self.troubles.hold(), self.troubles.outage()) {
            (Some((left, why)), _) => parts.push(waiting(left, why)),
            (None, Some(down)) => parts.push(down),
            (None, None) => {
                let pace = self.pace(glance);
                parts.extend(pace.map(|pace| format!("{pace:.1} calls/s")));
            }
        }
        parts.push(match (self.left(glance), self.troubles.outage()) {
            (Some(left), None) => format!("{} left", span(left)),
            _ => "time left unknown".to_owned(),
        });
        parts.join(", ")
    }

    /// Calls that have ended, a second; none where that can't be told yet.
    fn pace(&self, glance: Glance<'_>) -> Option<f64> {
        self.speed.measured(Instant::now(), glance.ended)
    }

    /// How long it will take: what all wait for, and then the calls.
    fn left(&self, glance: Glance<'_>) -> Option<Duration> {
        let calls = glance.calls.saturating_sub(glance.ended);
        let calling = self.speed.time_for(calls, Instant::now(), glance.ended)?;
        let hold = self.troubles.hold().map(|(left, _)| left);
        Some(calling.saturating_add(hold.unwrap_or_default()))
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
    use crate::model::{Moment, Outcome, Pause, UserId};

    fn progress() -> Progress {
        Progress::start(&Screen::new(LogFormat::Json), 10, 0, Some(Rate::DEFAULT))
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
        assert_eq!(progress.how_far(glance), "5 of 10 customers, 0.3 s left");
        progress.tell(&Event::Held {
            why: Pause::Unavailable,
            pause: Duration::from_secs(3_600),
            throttled: None,
        });
        let waiting = progress.how_far(glance);
        let words = "5 of 10 customers, all calls wait ";
        assert!(waiting.starts_with(words), "{waiting}");
        assert!(
            waiting.contains(": unavailable for now (503), "),
            "{waiting}"
        );
        assert!(waiting.ends_with(" left"), "{waiting}");
        progress.tell(&Event::Woken {
            after: Duration::from_secs(3_600),
        });
        progress.tell(&Event::Down {
            since: Moment(0),
            why: "no connection".into(),
            next: Duration::from_secs(30),
            probe: 1,
        });
        let down = progress.how_far(glance);
        assert!(down.contains(", service down since "), "{down}");
        assert!(down.ends_with(", time left unknown"), "{down}");
    }
}
