//! Attempts a minute over a run's time, with what slowed them.

use std::time::Duration;

use maud::{Markup, html};

use super::chart::{Level, area, chart, line, round_up};
use super::legend::{key, stroke};
use super::timeline::{Column, Timeline, stamp};
use crate::report::words::{count, span};

/// What the columns come to.
struct Sums {
    attempts: u64,
    throttled: u64,
    /// Minutes in which no call ended.
    silent: u64,
    /// How long all calls were held.
    held: Duration,
    /// The most attempts in a minute.
    highest: f64,
}

impl Sums {
    fn of(columns: &[Column]) -> Self {
        let sum = |of: fn(&Column) -> u64| columns.iter().map(of).sum::<u64>();
        let held: f64 = columns.iter().map(|column| column.held).sum();
        let paces = columns.iter().map(pace);
        Self {
            attempts: sum(|column| column.attempts),
            throttled: sum(|column| column.throttled),
            silent: sum(|column| column.silent),
            held: Duration::try_from_secs_f64(held * 60.0).unwrap_or_default(),
            highest: paces.fold(0.0, f64::max),
        }
    }
}

fn pace(column: &Column) -> f64 {
    column.in_a_minute(column.attempts)
}

/// The chart with its legend.
pub fn attempts(timeline: &Timeline) -> Markup {
    let columns = &timeline.columns;
    let sums = Sums::of(columns);
    let top = round_up(sums.highest);
    let levels: [Level; 2] = [
        (1.0, format!("{}/min", count(top as u64))),
        (0.5, number(top / 2.0)),
    ];
    let plot = html! {
        path.attempts d=(area(columns, |column| pace(column) / top)) {}
        path.edge d=(line(columns, |column| Some(pace(column) / top))) {}
        path.throttled d=(area(columns, |column| column.in_a_minute(column.throttled) / top)) {}
    };
    let (title, told) = (
        "Attempts a minute over the run's time",
        told(timeline, &sums),
    );
    html! {
        h3 { "Attempts a minute" }
        (legend(timeline, &sums))
        (chart("attempts", title, &told, timeline, &levels, &plot))
    }
}

fn legend(timeline: &Timeline, sums: &Sums) -> Markup {
    let Sums {
        throttled,
        silent,
        held,
        ..
    } = *sums;
    html! {
        ul.legend {
            li { (key("attempts")) "attempts" }
            @if throttled > 0 { li { (key("throttled")) "answered 429, too many requests: " (count(throttled)) } }
            @if !held.is_zero() { li { (key("held")) "all calls held, because the service asked for it or was down, or a shared rate could not be asked: " (span(held)) } }
            @if silent > 0 { li { (key("silent")) "no call ended though the service was asked, an outage: " (span(Duration::from_secs(silent * 60))) } }
            @if !timeline.legs.is_empty() { li { (stroke("leg")) "a leg begins" } }
        }
    }
}

/// The same in words, for whoever does not see it.
fn told(timeline: &Timeline, sums: &Sums) -> String {
    let first = timeline.columns.first().map(|column| stamp(column.at));
    format!(
        "{} to {}: at most {} attempts a minute, {} in all, {} of them answered 429. All calls were held for {}, because the \
         service asked for it or was down, or a shared rate could not be asked. In {} other minutes no call ended though the service was asked: an outage.{}",
        first.unwrap_or_default(),
        stamp(timeline.end()),
        number(sums.highest),
        count(sums.attempts),
        count(sums.throttled),
        span(sums.held),
        count(sums.silent),
        timeline.grain(),
    )
}

/// A number, with a decimal where that counts.
pub fn number(number: f64) -> String {
    match number {
        n if n < 10.0 && n.fract() > 0.0 => format!("{n:.1}"),
        n => count(n.round() as u64),
    }
}
