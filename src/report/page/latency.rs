//! The latency of attempts over a run's time, on a scale of powers of ten.

use std::time::Duration;

use maud::{Markup, html};

use super::chart::{Level, chart, line};
use super::legend::stroke;
use super::timeline::{Column, Timeline};
use crate::report::words::{brief, count};

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

/// The chart with its legend; nothing where no attempt was made.
pub fn latency(timeline: &Timeline) -> Markup {
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
        timeline.grain()
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
        @if timeline.minutes > 1 { p.note { (timeline.grain().trim_start()) } }
    }
}

fn round(latency: Duration) -> String {
    match latency.as_millis() {
        ms @ 0..1_000 => format!("{ms} ms"),
        ms => format!("{} s", count(u64::try_from(ms / 1_000).unwrap_or(u64::MAX))),
    }
}
