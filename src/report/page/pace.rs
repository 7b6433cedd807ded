//! Pace and latency over a run's time, with what slowed it.

use maud::{Markup, html};

use super::attempts::{attempts, number};
use super::content::{Content, exit_words};
use super::latency::latency;
use super::text::Shown;
use super::timeline::{Column, Timeline, stamp};
use crate::model::Moment;
use crate::report::words::{count, counted};
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
