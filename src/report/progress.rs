//! How far a run is: a bar on a terminal, a line every 30 s elsewhere.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::bars::Bar;
use super::sampled::Sampled;
use super::screen::Screen;
use super::story;
use super::troubles::{Troubles, waiting};
use super::words::{count, span};
use crate::model::{Event, OutcomeKind, StopReason, Tally};

/// Where there is no terminal, a line comes so often.
const LINE_EVERY: Duration = Duration::from_secs(30);

/// The pace is that of so long, remembered every so often: what came before an outage says nothing of the time left.
const RECENT: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_secs(1);

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
    /// How many calls had ended at some moments of the last while, the first one first.
    recent: VecDeque<(Instant, u64)>,
    last_line: Instant,
    screen: Screen,
    calls: u64,
    bar: Option<Bar>,
    troubles: Troubles,
}

impl Progress {
    /// Starts to show a run of so many calls, of which so many had ended `before`.
    pub fn start(screen: &Screen, calls: u64, before: u64) -> Self {
        let now = Instant::now();
        Self {
            recent: VecDeque::from([(now, before)]),
            last_line: now,
            screen: screen.clone(),
            calls,
            bar: screen.bars().bar(calls),
            troubles: Troubles::default(),
        }
    }

    /// Tells what became of the customers that went first.
    pub fn sampled(&self, sampled: &Sampled<'_>) {
        self.screen.sampled(sampled);
    }

    /// Takes the bar away while a person is asked.
    pub fn make_room(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.clear();
        }
    }

    /// Shows the bar again. The time of the question is none in which calls were made.
    pub fn go_on(&mut self, ended: u64) {
        self.recent = VecDeque::from([(Instant::now(), ended)]);
        self.bar = self.screen.bars().bar(self.calls);
    }

    /// Ends the line of a question that is left without an answer.
    pub fn leave_question(&self) {
        self.screen.say("");
    }

    /// Shows where the run is.
    pub fn show(&mut self, glance: Glance<'_>) {
        self.look(glance.ended);
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

    /// Remembers how far it is, and forgets what says nothing of the pace now.
    fn look(&mut self, ended: u64) {
        let now = Instant::now();
        if self
            .recent
            .back()
            .is_some_and(|(at, _)| now - *at >= LOOK_EVERY)
        {
            self.recent.push_back((now, ended));
        }
        while self.recent.len() > 2 && now - self.recent[1].0 > RECENT {
            self.recent.pop_front();
        }
    }

    fn pace(&self, glance: Glance<'_>) -> f64 {
        let (since, ended) = self.recent[0];
        let calls = glance.ended.saturating_sub(ended);
        calls as f64 / since.elapsed().as_secs_f64().max(0.001)
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
    fn the_pace_is_that_of_the_last_while() {
        let (mut progress, tally) = (progress(), tally());
        let ago = |seconds| Instant::now() - Duration::from_secs(seconds);
        // Fast, then slowly.
        progress.recent = [(ago(65), 0), (ago(61), 1_000), (ago(59), 1_000)].into();
        progress.look(1_100);
        let glance = Glance {
            ended: 1_100,
            calls: 2_000,
            tally: &tally,
        };
        assert!(
            (1.5..1.7).contains(&progress.pace(glance)),
            "{}",
            progress.pace(glance)
        );
        assert_eq!(progress.recent.len(), 3);
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
