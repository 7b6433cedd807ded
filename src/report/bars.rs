//! The bar on a terminal.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use rustix::termios::tcgetwinsize;

use super::wrap::wrapped;

/// Where nobody knows how wide the terminal is.
const USUAL_WIDTH: usize = 80;

/// Where bars are drawn.
#[derive(Debug, Clone)]
pub struct Bars {
    all: MultiProgress,
    are_drawn: bool,
    drawn: Arc<Mutex<Drawn>>,
}

/// A bar, with words in as many lines as they need: how far it is, and what has come of it.
#[derive(Debug)]
pub struct Bar {
    bars: Bars,
    bar: ProgressBar,
}

/// What stands on the screen.
#[derive(Debug, Default)]
struct Drawn {
    /// How long its lines are.
    lines: Vec<usize>,
    /// How wide the terminal was when it was drawn.
    width: usize,
}

impl Bars {
    /// On standard error, or nowhere.
    pub fn new(are_drawn: bool) -> Self {
        let target = if are_drawn {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let all = MultiProgress::with_draw_target(target);
        // A terminal that can't move its cursor draws none.
        let are_drawn = are_drawn && !all.is_hidden();
        Self {
            all,
            are_drawn,
            drawn: Arc::default(),
        }
    }

    /// Whether anybody sees them.
    pub fn are_drawn(&self) -> bool {
        self.are_drawn
    }

    /// Takes the bars out of the way while `write` writes.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.all.suspend(|| {
            if self.are_drawn {
                self.clear_remains();
            }
            write()
        })
    }

    /// A bar up to `length`, where bars are drawn.
    pub fn bar(&self, length: u64) -> Option<Bar> {
        let bar = || Bar {
            bars: self.clone(),
            bar: self.all.add(ProgressBar::new(length)),
        };
        self.are_drawn.then(bar)
    }

    /// A terminal that was made narrower has broken the lines on it into more than were drawn: the cursor stands below what
    /// is left of them.
    fn clear_remains(&self) {
        let remains = self.drawn().remains(width());
        if remains > 0 {
            // Where nobody looks any more, the run goes on.
            let _unseen = write!(io::stderr(), "\x1b[{remains}A\x1b[J");
        }
    }

    fn drawn(&self) -> MutexGuard<'_, Drawn> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drawn {
    /// How many more lines it takes in a terminal that is so wide now.
    fn remains(&mut self, width: usize) -> usize {
        let before = mem::replace(&mut self.width, width);
        self.rows(width).saturating_sub(self.rows(before))
    }

    fn rows(&self, width: usize) -> usize {
        let rows = |line: &usize| line.div_ceil(width.max(1)).max(1);
        self.lines.iter().map(rows).sum()
    }
}

impl Bar {
    /// Moves the bar to `position`; `state` stands beside it, and `outcomes` below.
    pub fn show(&self, position: u64, state: &str, outcomes: &str) {
        let width = width();
        let bar = bar_width(width);
        let beside = bar + usize::from(bar > 0);
        let text = wrapped(state, width, beside) + "\n" + &wrapped(outcomes, width, 0);
        if self.bars.drawn().width != width {
            self.bars.aside(|| {});
        }
        let mut lines: Vec<_> = text.lines().map(|line| line.chars().count()).collect();
        lines[0] += beside;
        self.bars.drawn().lines = lines;
        self.bar.set_style(style(bar));
        self.bar.set_position(position);
        self.bar.set_message(text);
        self.bar.tick();
    }

    /// Takes it away.
    pub fn clear(self) {
        self.bar.finish_and_clear();
        self.bars.drawn().lines.clear();
    }
}

/// How wide the terminal is now, in characters.
fn width() -> usize {
    match tcgetwinsize(io::stderr()) {
        Ok(size) if size.ws_col > 0 => usize::from(size.ws_col),
        _ => USUAL_WIDTH,
    }
}

/// How much of a line the bar itself takes: the words need their room first.
fn bar_width(width: usize) -> usize {
    match width {
        60.. => 20,
        40.. => 8,
        _ => 0,
    }
}

fn style(bar: usize) -> ProgressStyle {
    let template = match bar {
        0 => "{msg}".to_owned(),
        bar => format!("{{bar:{bar}}} {{msg}}"),
    };
    let style = ProgressStyle::with_template(&template);
    style
        .expect("the template is one of three, which a test reads")
        .progress_chars("=> ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_can_be_drawn() {
        let bar = Bar {
            bars: Bars::new(false),
            bar: ProgressBar::hidden(),
        };
        bar.show(1, "16.7 calls/s", "success 1");
        for width in [30, 40, 60, 200] {
            style(bar_width(width));
        }
    }

    #[test]
    fn lines_that_a_narrower_terminal_breaks_remain() {
        let mut drawn = Drawn {
            lines: vec![70, 40],
            width: 80,
        };
        assert_eq!(drawn.remains(80), 0);
        assert_eq!(drawn.remains(35), 2);
        assert_eq!(drawn.remains(35), 0, "they were cleared");
        assert_eq!(drawn.remains(80), 0);
    }
}
