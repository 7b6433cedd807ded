//! The bar on a terminal.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where bars are drawn.
#[derive(Debug, Clone)]
pub struct Bars {
    all: MultiProgress,
    are_drawn: bool,
}

/// A bar of two lines: how far it is, and what has come of it.
#[derive(Debug)]
pub struct Bar(ProgressBar);

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
        Self { all, are_drawn }
    }

    /// Whether anybody sees them.
    pub fn are_drawn(&self) -> bool {
        self.are_drawn
    }

    /// Takes the bars out of the way while `write` writes.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.all.suspend(write)
    }

    /// A bar up to `length`, where bars are drawn.
    pub fn bar(&self, length: u64) -> Option<Bar> {
        let bar = || self.all.add(ProgressBar::new(length).with_style(style()));
        self.are_drawn.then(bar).map(Bar)
    }
}

impl Bar {
    /// Moves the bar. `state` stands beside it, `outcomes` below.
    pub fn show(&self, position: u64, state: String, outcomes: String) {
        self.0.set_position(position);
        self.0.set_prefix(state);
        self.0.set_message(outcomes);
        self.0.tick();
    }

    /// Takes it away.
    pub fn clear(self) {
        self.0.finish_and_clear();
    }
}

fn style() -> ProgressStyle {
    let template = "{bar:20} {human_pos}/{human_len} customers  {prefix}\n{wide_msg}";
    let style = ProgressStyle::with_template(template);
    style
        .expect("the template is a constant, which a test reads")
        .progress_chars("=> ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_can_be_drawn() {
        let bar = Bar(ProgressBar::hidden().with_style(style()));
        bar.show(1, "16.7 calls/s".into(), "success 1".into());
    }
}
