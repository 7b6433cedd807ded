//! Pace and latency over a run's time, with what slowed it.

use std::time::Duration;

use maud::{Markup, html};

use super::chart::{Level, area, chart, line, round_up};
use super::content::{Content, exit_words};
use super::text::Shown;
use super::timeline::{Column, Timeline, stamp};
use crate::model::Moment;
use crate::report::words::{brief, count, counted, span};
use crate::report::{Leg, Summary};

/// Fewer columns make no chart.
const CHARTED: usize = 3;

/// So many legs are told, at most.
const LEGS: usize = 50;

/// The section.
pub fn pace(content: &Content<'_>) -> Markup {
    html! {
        section #pace aria-labelledby="pace-title" {
            h2 #pace-title { "Pace and latency" }
            div.body {
                @match content.summary {
                    None => p.note {
                        "Pace, latency and legs stand in the .json beside a result, which is not there: they can't be shown."
                    },
                    Some(summary) => (known(summary)),
                }
            }
        }
    }
}

fn known(summary: &Summary) -> Markup {
    html! {
        @match Timeline::of(&summary.minutes, &summary.legs) {
            None => p.note { "No call was made, so there is no pace to show." },
            Some(timeline) if timeline.columns.len() < CHARTED => {
                p.note { "The run was too short for a chart." }
                (minutes(&timeline))
            },
            Some(timeline) => {
                (attempts(&timeline))
                (latency(&timeline))
                details {
                    summary { "The same as a table" }
                    (minutes(&timeline))
                }
            },
        }
        @if summary.legs.len() > 1 || summary.legs.iter().any(|leg| leg.exit_status.is_none()) {
            (legs(&summary.legs))
        }
    }
}

fn minutes_of(timeline: &Timeline) -> String {
    match timeline.minutes {
        1 => String::new(),
        minutes => format!(
            " A column is {minutes} minutes: their mean pace, and the highest latency of any of them."
        ),
    }
}

fn attempts(timeline: &Timeline) -> Markup {
    let columns = &timeline.columns;
    let highest = columns
        .iter()
        .map(|column| column.in_a_minute(column.attempts));
    let top = round_up(highest.fold(0.0, f64::max));
    let height =
        |of: fn(&Column) -> u64| move |column: &Column| column.in_a_minute(of(column)) / top;
    let sum = |of: fn(&Column) -> u64| columns.iter().map(of).sum::<u64>();
    let (throttled, silent) = (sum(|column| column.throttled), sum(|column| column.silent));
    let held: f64 = columns.iter().map(|column| column.held).sum();
    let held = Duration::try_from_secs_f64(held * 60.0).unwrap_or_default();
    let levels: [Level; 2] = [
        (1.0, format!("{}/min", count(top as u64))),
        (0.5, number(top / 2.0)),
    ];
    let told = format!(
        "{} to {}: at most {} attempts a minute, {} in all, {} of them answered 429. All calls were held for {}. {} minutes \
         without the end of a call.{}",
        columns
            .first()
            .map_or_else(String::new, |column| stamp(column.at)),
        stamp(timeline.end()),
        number(
            columns
                .iter()
                .map(|column| column.in_a_minute(column.attempts))
                .fold(0.0, f64::max)
        ),
        count(sum(|column| column.attempts)),
        count(throttled),
        span(held),
        count(silent),
        minutes_of(timeline),
    );
    let plot = html! {
        path.attempts d=(area(columns, height(|column| column.attempts))) {}
        path.edge d=(line(columns, |column| Some(column.in_a_minute(column.attempts) / top))) {}
        path.throttled d=(area(columns, height(|column| column.throttled))) {}
    };
    html! {
        h3 { "Attempts a minute" }
        ul.legend {
            li { (key("attempts")) "attempts" }
            @if throttled > 0 { li { (key("throttled")) "answered 429, too many requests: " (count(throttled)) } }
            @if !held.is_zero() { li { (key("held")) "all calls held, as the service asked: " (span(held)) } }
            @if silent > 0 { li { (key("silent")) "no call ended, as in an outage: " (span(Duration::from_secs(silent * 60))) } }
            @if !timeline.legs.is_empty() { li { (stroke("leg")) "a leg begins" } }
        }
        (chart("attempts", "Attempts a minute over the run's time", &told, timeline, &levels, &plot))
    }
}

fn number(number: f64) -> String {
    match number {
        n if n < 10.0 && n.fract() > 0.0 => format!("{n:.1}"),
        n => count(n.round() as u64),
    }
}

/// The powers of ten between which latencies lie.
fn decades(columns: &[Column]) -> Option<(i32, i32)> {
    let all = columns.iter().filter_map(|column| column.latencies);
    let (mut low, mut high) = (u64::MAX, 0);
    for [p50, _, p99] in all {
        (low, high) = (low.min(p50.max(1)), high.max(p99.max(1)));
    }
    let low = (high > 0).then(|| low.ilog10())?;
    let high = (high as f64).log10().ceil() as i32;
    Some((low as i32, high.max(low as i32 + 1)))
}

fn latency(timeline: &Timeline) -> Markup {
    let columns = &timeline.columns;
    let Some((low, high)) = decades(columns) else {
        return html! {};
    };
    let place = |ms: u64| ((ms.max(1) as f64).log10() - f64::from(low)) / f64::from(high - low);
    let at = |n: usize| move |column: &Column| column.latencies.map(|all| place(all[n]));
    let levels: Vec<Level> = (low..=high)
        .map(|power| {
            let ms = 10u64.saturating_pow(power.unsigned_abs());
            (place(ms), round(Duration::from_millis(ms)))
        })
        .collect();
    let highest = |n: usize| {
        columns
            .iter()
            .filter_map(|c| c.latencies.map(|all| all[n]))
            .max()
            .unwrap_or_default()
    };
    let told = [(0, "p50"), (1, "p95"), (2, "p99")].map(|(n, name)| {
        format!(
            "{name} at most {}",
            brief(Duration::from_millis(highest(n)))
        )
    });
    let told = format!(
        "{}, on a scale of powers of ten.{}",
        told.join(", "),
        minutes_of(timeline)
    );
    let plot = html! {
        path.p99 d=(line(columns, at(2))) {}
        path.p95 d=(line(columns, at(1))) {}
        path.p50 d=(line(columns, at(0))) {}
    };
    html! {
        h3 { "Latency of an attempt" }
        ul.legend {
            li { (stroke("p50")) "p50, the median: at most " (brief(Duration::from_millis(highest(0)))) }
            li { (stroke("p95")) "p95: " (brief(Duration::from_millis(highest(1)))) }
            li { (stroke("p99")) "p99: " (brief(Duration::from_millis(highest(2)))) }
        }
        (chart("latency", "Latency of an attempt over the run's time", &told, timeline, &levels, &plot))
        @if timeline.minutes > 1 { p.note { (minutes_of(timeline).trim_start()) } }
    }
}

fn round(latency: Duration) -> String {
    match latency.as_millis() {
        ms @ 0..1_000 => format!("{ms} ms"),
        ms => format!("{} s", count(u64::try_from(ms / 1_000).unwrap_or(u64::MAX))),
    }
}

fn key(name: &str) -> Markup {
    html! {
        svg.swatch aria-hidden="true" focusable="false" width="14" height="14" {
            rect class=(name) x="0.5" y="0.5" width="13" height="13" {}
        }
    }
}

fn stroke(name: &str) -> Markup {
    html! {
        svg.swatch aria-hidden="true" focusable="false" width="22" height="14" {
            line class=(name) x1="0" x2="22" y1="7" y2="7" {}
        }
    }
}

/// The columns, to be read.
fn minutes(timeline: &Timeline) -> Markup {
    html! {
            div.scroll tabindex="0" role="region" aria-label="Pace and latency as a table" {
                table {
                    caption.unseen-title { "Pace and latency" }
                    thead {
                        tr {
                            th scope="col" { "From" }
                            @for name in ["Calls", "Attempts", "429s", "p50 ms", "p95 ms", "p99 ms", "Held s"] {
                                th.number scope="col" { (name) }
                            }
                        }
                    }
                    tbody { @for column in &timeline.columns { (line_of(column)) } }
                }
            }
    }
}

fn line_of(column: &Column) -> Markup {
    html! {
        tr {
            th scope="row" { (stamp(column.at)) }
            td.number { (count(column.calls)) }
            td.number { (count(column.attempts)) }
            td.number { (count(column.throttled)) }
            @for n in 0..3 {
                td.number { @if let Some(latencies) = column.latencies { (count(latencies[n])) } }
            }
            td.number { (number((column.held * 60.0).round())) }
        }
    }
}

fn legs(legs: &[Leg]) -> Markup {
    let left_out = legs.len().saturating_sub(LEGS);
    html! {
        h3 { "Legs" }
        div.scroll tabindex="0" role="region" aria-label="The legs of the run" {
            table {
                caption.unseen-title { "The processes of the run" }
                thead {
                    tr {
                        th.number scope="col" { "Leg" }
                        th scope="col" { "Began" }
                        th scope="col" { "Ended" }
                        th scope="col" { "Exit status" }
                    }
                }
                tbody {
                    @for (n, leg) in legs.iter().enumerate().skip(left_out) {
                        tr {
                            th.number scope="row" { (n + 1) }
                            td { (told(&leg.started_at)) }
                            td { (told(&leg.ended_at)) }
                            td {
                                @match leg.exit_status {
                                    Some(status) => { (status) ": " (exit_words(status)) },
                                    None => "killed",
                                }
                            }
                        }
                    }
                }
            }
        }
        @if left_out > 0 { p.note { "These are the last; " (counted(left_out as u64, "earlier leg")) " left out." } }
    }
}

fn told(moment: &str) -> Markup {
    match moment.parse::<Moment>() {
        Ok(moment) => html! { (stamp(moment)) },
        Err(_) => html! { (Shown(moment, 40)) },
    }
}
