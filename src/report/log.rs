//! Log lines on standard error.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::Screen;

/// Starts to write log lines, above the progress bar where there is one. `filter` is in the form of `RUST_LOG`;
/// `plain` leaves colours out, which are never used but on a terminal.
pub fn start_log(screen: &Screen, filter: &str, plain: bool) {
    let filter = EnvFilter::builder().parse_lossy(filter);
    let colours = screen.is_terminal() && !plain;
    // A line that can't be written is no reason to fail.
    let lines = tracing_subscriber::fmt()
        .log_internal_errors(false)
        .with_env_filter(filter)
        .with_ansi(colours)
        .with_target(false);
    // It fails where a log was started already, which then goes on.
    let _started_already = lines.with_writer(screen.clone()).try_init();
}

impl<'a> MakeWriter<'a> for Screen {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
