//! Charts over a run's time, as SVG: as wide as the page, their texts as large as the others. Without styles of their own, which
//! the page's own rules would not let through.

use maud::{Markup, html};

use super::timeline::{Column, Timeline, stamp};
use crate::model::Moment;

/// The plot's place within the chart, in pixels.
const TOP: u32 = 22;
const HEIGHT: u32 = 130;
const BELOW: u32 = 26;

/// How wide a column is in the plot's own units, and how high all of it.
const WIDTH: usize = 10;
const FULL: f64 = 100.0;

/// So far apart, as a part of the whole, legs must begin to be named each.
const APART: f64 = 0.12;

/// So many beginnings of legs are marked.
const LEGS: usize = 100;

/// A line across the plot, at a height from 0 to 1, with its text.
pub type Level = (f64, String);

/// A chart's frame: levels, the time, and where legs begin; what it shows is drawn into it.
pub fn chart(
    name: &str,
    title: &str,
    told: &str,
    timeline: &Timeline,
    levels: &[Level],
    plot: &Markup,
) -> Markup {
    let (id, desc) = (format!("{name}-title"), format!("{name}-desc"));
    let width = timeline.columns.len() * WIDTH;
    html! {
        svg.chart role="img" aria-labelledby={ (id) " " (desc) } width="100%" height=(TOP + HEIGHT + BELOW) {
            title id=(id) { (title) }
            desc id=(desc) { (told) }
            (bands(&timeline.columns))
            svg x="0" y=(TOP) width="100%" height=(HEIGHT) viewBox={ "0 0 " (width) " 100" } preserveAspectRatio="none" {
                (plot)
            }
            @for (level, _) in levels {
                line.level x1="0" x2="100%" y1=(height(*level)) y2=(height(*level)) {}
            }
            (legs(timeline))
            @for (level, text) in levels {
                text.level x="0" y={ (below(*level)) } { (text) }
            }
            (time(timeline))
        }
    }
}

fn height(level: f64) -> String {
    format!("{:.1}", f64::from(TOP) + f64::from(HEIGHT) * (1.0 - level))
}

/// Where a level's text stands: beneath its line, at the foot above it.
fn below(level: f64) -> String {
    let offset = if level < 0.2 { -4.0 } else { 13.0 };
    format!(
        "{:.1}",
        f64::from(TOP) + f64::from(HEIGHT) * (1.0 - level) + offset
    )
}

fn legs(timeline: &Timeline) -> Markup {
    let mut named = f64::NEG_INFINITY;
    let marks = timeline.legs.iter().take(LEGS).map(|(leg, at)| {
        let name = (at - named >= APART).then(|| format!("leg {leg}"));
        named = if name.is_some() { *at } else { named };
        (at * 100.0, name)
    });
    let marks: Vec<_> = marks.collect();
    html! {
        @for (at, name) in &marks {
            @let x = format!("{at:.2}%");
            line.leg x1=(x) x2=(x) y1="4" y2=(TOP + HEIGHT) {}
            @if let Some(name) = name {
                text.leg x=(x) y="12" dx=(if *at > 90.0 { "-4" } else { "4" })
                    text-anchor=(if *at > 90.0 { "end" } else { "start" }) { (name) }
            }
        }
    }
}

fn time(timeline: &Timeline) -> Markup {
    let columns = &timeline.columns;
    let first = columns.first().map_or(Moment(0), |column| column.at);
    let last = timeline.end();
    let middle = columns.get(columns.len() / 2).map(|column| column.at);
    let middle = middle.filter(|_| columns.len() > 4 && columns.len().is_multiple_of(2));
    let y = TOP + HEIGHT + 18;
    html! {
        text.time x="0" y=(y) { (stamp(first)) }
        @if let Some(middle) = middle {
            text.time.middle x="50%" y=(y) text-anchor="middle" { (middle.clock(first)) }
        }
        text.time x="100%" y=(y) text-anchor="end" { (last.clock(first)) }
    }
}

/// The outline of columns of these heights, from 0 to 1, filled down to the foot.
pub fn area(columns: &[Column], height: impl Fn(&Column) -> f64) -> String {
    let mut path = String::from("M0 100");
    for (n, column) in columns.iter().enumerate() {
        path.push_str(&format!(
            "V{:.1}H{}",
            FULL * (1.0 - height(column)),
            (n + 1) * WIDTH
        ));
    }
    path + "V100Z"
}

/// A line at these heights, broken where there is none and where nothing ran.
pub fn line(columns: &[Column], height: impl Fn(&Column) -> Option<f64>) -> String {
    let mut path = String::new();
    let mut is_drawn = false;
    for (n, column) in columns.iter().enumerate() {
        let Some(height) = height(column) else {
            is_drawn = false;
            continue;
        };
        let y = FULL * (1.0 - height);
        match is_drawn && !column.after_gap {
            true => path.push_str(&format!("V{y:.1}")),
            false => path.push_str(&format!("M{} {y:.1}", n * WIDTH)),
        }
        path.push_str(&format!("H{}", (n + 1) * WIDTH));
        is_drawn = true;
    }
    path
}

/// Over all of the height, when all calls were held, and when none ended: each as much of its column's width as is its share of
/// the minutes.
fn bands(columns: &[Column]) -> Markup {
    let part = |class: &'static str, share: fn(&Column) -> f64| {
        let columns = columns.iter().enumerate();
        columns
            .filter_map(move |(n, column)| Some((class, n, width(share(column), column.minutes)?)))
    };
    let held = part("held", |column| column.held);
    let silent = part("silent", |column| column.silent as f64);
    let percent = |number: f64| format!("{:.2}%", 100.0 * number / columns.len() as f64);
    html! {
        @for (class, n, width) in held.chain(silent) {
            rect class=(class) x=(percent(n as f64)) width=(percent(width)) y=(TOP) height=(HEIGHT) {}
        }
    }
}

/// How wide a band is, as a part of its column; none without one. What is too narrow could not be seen.
fn width(minutes: f64, of: u64) -> Option<f64> {
    (minutes > 0.0).then(|| (minutes / of as f64).clamp(0.1, 1.0))
}

/// The first of 1, 2, 5, 10, 20 … that is no less.
pub fn round_up(number: f64) -> f64 {
    let power = 10f64.powf(number.max(1.0).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    steps
        .into_iter()
        .find(|step| *step >= number)
        .unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(attempts: u64, after_gap: bool) -> Column {
        Column {
            at: Moment(0),
            minutes: 1,
            calls: attempts,
            attempts,
            throttled: 0,
            latencies: None,
            held: 0.25,
            silent: 0,
            after_gap,
        }
    }

    #[test]
    fn heights_become_paths() {
        let columns = [column(1, false), column(0, false), column(2, true)];
        let height = |column: &Column| column.attempts as f64 / 2.0;
        assert_eq!(
            area(&columns, height),
            "M0 100V50.0H10V100.0H20V0.0H30V100Z"
        );
        let drawn = |column: &Column| (column.attempts > 0).then(|| height(column));
        assert_eq!(line(&columns, drawn), "M0 50.0H10M20 0.0H30");
        assert_eq!(
            [width(0.25, 1), width(0.01, 5), width(7.0, 5)],
            [Some(0.25), Some(0.1), Some(1.0)]
        );
        assert_eq!(width(0.0, 5), None);
    }

    #[test]
    fn scales_end_on_round_numbers() {
        for (number, round) in [
            (0.0, 1.0),
            (1.0, 1.0),
            (3.0, 5.0),
            (998.0, 1_000.0),
            (1_001.0, 2_000.0),
        ] {
            assert_eq!(round_up(number), round);
        }
    }
}
