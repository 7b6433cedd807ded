//! Labels, each with its outcomes.

use maud::{Markup, html};

use super::codes::at_least;
use super::content::Content;
use super::text::Shown;
use crate::model::OutcomeKind;
use crate::report::words::{count, counted};

/// So many labels are told, at most.
const LABELS: usize = 200;

/// The section.
pub fn labels(content: &Content<'_>) -> Markup {
    html! {
        section #labels aria-labelledby="labels-title" {
            h2 #labels-title { "Labels" }
            div.body { (table(content)) }
        }
    }
}

fn table(content: &Content<'_>) -> Markup {
    let Some(labels) = &content.gathered.labels else {
        return html! { p.note { (why_not(content)) } };
    };
    let top = labels.top(LABELS);
    if top.is_empty() {
        return html! { p.note { "There are no rows, and so no labels." } };
    }
    let there = |kind: &OutcomeKind| content.gathered.of(*kind) > 0;
    let kinds: Vec<_> = OutcomeKind::ALL.into_iter().filter(there).collect();
    let more = labels.texts() - top.len();
    html! {
        div.scroll tabindex="0" role="region" aria-labelledby="labels-title" {
            table.labels {
                caption.unseen-title { "Labels, the most frequent first, with their rows by outcome" }
                thead {
                    tr {
                        th scope="col" { "Label" }
                        th.number scope="col" { "Rows" }
                        @for kind in &kinds { th.number scope="col" { (kind.as_str()) } }
                    }
                }
                tbody {
                    @for (label, counted) in &top {
                        tr {
                            th scope="row" {
                                @if label.is_empty() { em { "no label" } } @else { (Shown(label, 120)) }
                            }
                            td.number { (at_least(counted.missed)) (count(counted.rows)) }
                            @for kind in &kinds {
                                @let rows = counted.value[*kind as usize];
                                @if rows > 0 { td.number { (count(rows)) } } @else { td.number.none { "0" } }
                            }
                        }
                    }
                }
            }
        }
        @if labels.is_exact() {
            @if more > 0 {
                p.note { "These are the " (count(top.len() as u64)) " most frequent; " (counted(more as u64, "more label")) " in the result." }
            }
        } @else {
            p.note {
                "There are more different labels than are counted one by one: these are the most frequent as far as can be told, \
                 and a count with ≥ may be too low, as may be those beside it. Has something else slipped into the column?"
            }
        }
    }
}

fn why_not(content: &Content<'_>) -> &'static str {
    match content.is_complete() {
        true => "The result went to standard output, so its labels are not told here.",
        false => "Labels are told once the run is complete.",
    }
}
