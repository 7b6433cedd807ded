//! Log lines on standard error.

use tracing::field::Field;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::{MakeWriter, SubscriberBuilder};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::screen::{LogFormat, Screen};
use super::story::FIELDS;
use crate::model::Moment;

/// Starts to write log lines, above the progress bar where there is one. What `wanted` says is written, in the form of
/// `RUST_LOG`, else what the `usual` does; `plain` leaves colours out, which are never used but on a terminal.
pub fn start_log(screen: &Screen, wanted: Option<&str>, usual: &str, plain: bool) {
    let usual = || {
        usual
            .parse()
            .expect("the program's own words are in this form")
    };
    let (filter, wrong): (Targets, _) = match wanted.map(str::parse) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (usual(), Some(error)),
        None => (usual(), None),
    };
    let colours = screen.is_watched() && !plain;
    // A line that can't be written is no reason to fail.
    let lines = SubscriberBuilder::default()
        .log_internal_errors(false)
        .with_max_level(most(&filter))
        .with_ansi(colours)
        .with_target(false)
        .with_timer(Now)
        .with_writer(screen.clone());
    // It fails where a log was started already, which then goes on.
    let _started_already = match screen.format() {
        LogFormat::Text => {
            let lines = lines.fmt_fields(debug_fn(write_field)).finish();
            lines.with(filter).try_init()
        }
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true);
            let lines = lines.with_current_span(false).with_span_list(false);
            lines.finish().with(filter).try_init()
        }
    };
    if let Some(error) = wrong {
        tracing::warn!(
            event = "message",
            "RUST_LOG can't be meant, and is passed over: {error}"
        );
    }
}

/// The lowest level of what is written: nobody needs to ask about anything else.
fn most(filter: &Targets) -> LevelFilter {
    let named = filter.iter().map(|(_, level)| level);
    let levels = named.chain(filter.default_level());
    levels.max().unwrap_or(LevelFilter::OFF)
}

/// The time of day, as all that we write has it.
struct Now;

impl FormatTime for Now {
    fn format_time(&self, writer: &mut Writer<'_>) -> std::fmt::Result {
        write!(writer, "{}", Moment::now())
    }
}

/// Writes a field for people: the sentence, which holds our own fields, and what libraries add to theirs.
fn write_field(
    writer: &mut Writer<'_>,
    field: &Field,
    value: &dyn std::fmt::Debug,
) -> std::fmt::Result {
    match field.name() {
        "message" => write!(writer, "{value:?}"),
        name if FIELDS.contains(&name) => Ok(()),
        name => write!(writer, " {name}={value:?}"),
    }
}

impl<'a> MakeWriter<'a> for Screen {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
