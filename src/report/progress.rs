//! How far a run is: a bar on a terminal, a line every 30 s elsewhere.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::words::{count, span};
use crate::model::{Event, OutcomeKind, Pause, Tally};

/// Where there is no terminal, a line comes so often.
const LINE_EVERY: Duration = Duration::from_secs(30);

/// Standard error, shared by the bar and what is written above it.
#[derive(Debug, Clone)]
pub struct Screen {
    bars: MultiProgress,
    is_terminal: bool,
}

impl Screen {
    /// Standard error as it is.
    pub fn new() -> Self {
        let is_terminal = io::stderr().is_terminal();
        let target = if is_terminal {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            bars: MultiProgress::with_draw_target(target),
            is_terminal,
        }
    }

    /// Says something to the person, on lines of its own. Where nobody reads it any more, the run goes on.
    pub fn say(&self, text: impl std::fmt::Display) {
        let _unread = writeln!(self.clone(), "{text}");
    }

    /// Whether a person is watching.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }
}

impl Default for Screen {
    fn default() -> Self {
        Self::new()
    }
}

impl Write for Screen {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.bars.suspend(|| io::stderr().write(text))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

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
    last_line: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Starts to show a run of so many calls.
    pub fn start(screen: &Screen, calls: u64) -> Self {
        let now = Instant::now();
        let bar = screen
            .is_terminal
            .then(|| screen.bars.add(ProgressBar::new(calls).with_style(style())));
        Self {
            started: now,
            last_line: now,
            bar,
        }
    }

    /// Shows where the run is.
    pub fn show(&mut self, glance: Glance<'_>) {
        match &self.bar {
            Some(bar) => {
                bar.set_position(glance.ended);
                bar.set_message(outcomes(glance.tally));
            }
            None if self.last_line.elapsed() >= LINE_EVERY => {
                self.last_line = Instant::now();
                tracing::info!("{}", self.line(glance));
            }
            None => {}
        }
    }

    /// Says what happened, where a person would want to know at once.
    pub fn tell(&self, event: &Event) {
        match event {
            Event::Held { why, pause } => {
                let why = match why {
                    Pause::Throttled => "too many requests (429)",
                    Pause::Unavailable => "unavailable for now (503)",
                };
                tracing::warn!("the service says: {why}; all calls wait {}", span(*pause));
            }
            Event::Retrying {
                user,
                attempt,
                why,
                delay,
            } => {
                tracing::debug!(
                    "customer {user}, attempt {attempt}: {}: {}; again in {}",
                    why.code,
                    why.message,
                    span(*delay)
                );
            }
            Event::Finished { call, record, .. } => {
                tracing::trace!(
                    "customer {} ended after {} attempts",
                    call.user,
                    record.attempts
                );
            }
            Event::Unfinished { user, attempts } => {
                tracing::debug!(
                    "customer {user}: no verdict after {attempts} attempts, and the run ends"
                );
            }
            Event::Attempted { .. } | Event::Stopping(_) => {}
        }
    }

    /// Takes the bar away.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    fn line(&self, glance: Glance<'_>) -> String {
        let elapsed = self.started.elapsed().as_secs_f64();
        let pace = glance.ended as f64 / elapsed.max(0.001);
        let left = if pace > 0.0 {
            (glance.calls - glance.ended) as f64 / pace
        } else {
            f64::INFINITY
        };
        let left = Duration::try_from_secs_f64(left).map_or("unknown".to_owned(), span);
        let (ended, calls) = (count(glance.ended), count(glance.calls));
        format!(
            "{ended} of {calls} customers, {pace:.1} calls/s, time left {left}; rows: {}",
            outcomes(glance.tally)
        )
    }
}

fn style() -> ProgressStyle {
    let template = "{bar:20} {human_pos}/{human_len} customers  {pace}  {eta} left  {wide_msg}";
    let per_sec = |state: &indicatif::ProgressState, to: &mut dyn std::fmt::Write| {
        // A bar that can't be drawn is no reason to fail.
        let _unseen = write!(to, "{:.1} calls/s", state.per_sec());
    };
    let style = ProgressStyle::with_template(template);
    style
        .expect("the template is a constant, which a test reads")
        .with_key("pace", per_sec)
        .progress_chars("=> ")
}

/// The outcomes so far, those that nobody has left out.
fn outcomes(tally: &Tally) -> String {
    let part = |kind: &OutcomeKind| {
        Some(tally.rows(*kind))
            .filter(|rows| *rows > 0)
            .map(|rows| format!("{} {}", kind.as_str(), count(rows)))
    };
    let parts: Vec<_> = OutcomeKind::ALL.iter().filter_map(part).collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Outcome;

    #[test]
    fn the_bar_can_be_drawn() {
        let bar = ProgressBar::hidden().with_style(style());
        bar.set_message("success 1");
        bar.tick();
    }

    #[test]
    fn only_outcomes_that_there_are_are_shown() {
        let mut tally = Tally::default();
        (2..1_203).for_each(|line| tally.add(&Outcome::success(), line));
        tally.add(&Outcome::new(OutcomeKind::Failed, "8015", "no"), 9);
        assert_eq!(outcomes(&tally), "success 1,201, failed 1");
    }
}
