//! The bar on a terminal.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use rustix::termios::tcgetwinsize;

use super::wrap::wrapped;

/// So often in a second it may be drawn: as often as it is changed, so that it is known what stands on the screen.
const DRAWN_AT_MOST: u8 = 255;

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
    length: u64,
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
            ProgressDrawTarget::stderr_with_hz(DRAWN_AT_MOST)
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
        if !self.are_drawn {
            return write();
        }
        let moved = self.drawn().moved(width());
        // Where nobody looks any more, the run goes on.
        let show = |text: &str| drop(io::stderr().write_all(text.as_bytes()));
        if let Moved::Together(rows) = moved {
            show(&"\n".repeat(rows));
        }
        self.all.suspend(|| {
            if let Moved::Apart(rows) = moved {
                show(&format!("\x1b[{rows}A\x1b[J"));
            }
            write()
        })
    }

    /// A bar up to `length`, where bars are drawn.
    pub fn bar(&self, length: u64) -> Option<Bar> {
        let bar = || Bar {
            bars: self.clone(),
            bar: self.all.add(ProgressBar::new(length).with_style(style())),
            length,
        };
        self.are_drawn.then(bar)
    }

    fn drawn(&self) -> MutexGuard<'_, Drawn> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a terminal has done with lines that stood on it when its width was changed: it takes them for one, as each of them was
/// filled up to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moved {
    Nothing,
    /// They take so many more rows, above those that are known of.
    Apart(usize),
    /// They take so many fewer, and what stands above them is taken for some of them.
    Together(usize),
}

impl Drawn {
    /// What has happened to it in a terminal that is so wide now.
    fn moved(&mut self, width: usize) -> Moved {
        let width = width.max(1);
        let before = mem::replace(&mut self.width, width);
        let known = self.rows(before);
        let rows = (known * before).div_ceil(width);
        match rows.checked_sub(known) {
            Some(0) => Moved::Nothing,
            Some(more) => Moved::Apart(more),
            None => Moved::Together(known - rows),
        }
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
        if self.bars.drawn().width != width {
            self.bars.aside(|| {});
        }
        let bar = drawn_bar(bar_width(width), position, self.length);
        let beside = bar.chars().count();
        let text = format!(
            "{bar}{}\n{}",
            wrapped(state, width, beside),
            wrapped(outcomes, width, 0)
        );
        self.bars.drawn().lines = text.lines().map(|line| line.chars().count()).collect();
        // All at once: each change is drawn.
        self.bar.set_message(text);
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

/// `=====>    `, and a blank behind it; nothing where there is no room for it.
fn drawn_bar(width: usize, position: u64, length: u64) -> String {
    if width == 0 {
        return String::new();
    }
    let share = position.min(length) as f64 / length.max(1) as f64;
    let done = (share * width as f64) as usize;
    let tip = if done < width { ">" } else { "" };
    format!("{:<width$} ", "=".repeat(done) + tip)
}

/// The words are put into lines here, and the bar among them.
fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template("{msg}");
    style.expect("the template is a constant, which a test reads")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_can_be_drawn() {
        let bar = Bar {
            bars: Bars::new(false),
            bar: ProgressBar::hidden().with_style(style()),
            length: 2,
        };
        bar.show(1, "16.7 calls/s", "success 1");
        let shown = |position| drawn_bar(4, position, 8);
        assert_eq!([0, 3, 8].map(shown), [">    ", "=>   ", "==== "]);
        assert_eq!(
            (drawn_bar(0, 1, 8), drawn_bar(4, 0, 0)),
            (String::new(), ">    ".into())
        );
    }

    #[test]
    fn lines_move_apart_and_together_as_a_terminal_is_made_narrower_and_wider() {
        let mut drawn = Drawn {
            lines: vec![70, 40],
            width: 80,
        };
        assert_eq!(drawn.moved(80), Moved::Nothing);
        assert_eq!(
            drawn.moved(35),
            Moved::Apart(3),
            "160 characters in rows of 35"
        );
        assert_eq!(drawn.moved(35), Moved::Nothing, "drawn anew, in four rows");
        assert_eq!(drawn.moved(80), Moved::Together(2));
        let mut nothing = Drawn::default();
        assert_eq!(nothing.moved(80), Moved::Nothing);
    }
}
