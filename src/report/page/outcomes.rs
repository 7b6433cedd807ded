//! Rows by outcome: a bar, and the numbers.

use maud::{Markup, html};

use super::content::Content;
use super::gathered::ByOutcome;
use crate::model::OutcomeKind;
use crate::report::words::{count, counted};

/// No part of the bar is narrower, in percent: it could not be seen.
const NARROWEST: f64 = 0.5;

/// The section.
pub fn outcomes(content: &Content<'_>) -> Markup {
    let (rows, total) = (&content.gathered.rows, content.gathered.total());
    html! {
        section #outcomes aria-labelledby="outcomes-title" {
            h2 #outcomes-title { "Outcomes" }
            div.body {
                @if total > 0 { (bar(rows, total)) }
                table.numbers {
                    caption.unseen-title { "Rows by outcome" }
                    thead {
                        tr {
                            th scope="col" { "Outcome" }
                            th.number scope="col" { "Rows" }
                            th.number scope="col" { "Share" }
                            th.wide scope="col" { "Means" }
                        }
                    }
                    tbody {
                        @for kind in OutcomeKind::ALL.into_iter().filter(|kind| rows[*kind as usize] > 0) {
                            tr data-outcome=(kind.as_str()) {
                                th scope="row" { (swatch(kind)) (kind.as_str()) }
                                td.number { (count(rows[kind as usize])) }
                                td.number { (share(rows[kind as usize], total)) }
                                td.wide { (means(kind)) }
                            }
                        }
                    }
                    tfoot {
                        tr {
                            th scope="row" { "all rows" }
                            td.number { (count(total)) }
                            td.number {}
                            td.wide {}
                        }
                    }
                }
            }
        }
    }
}

/// What an outcome means, in a line.
fn means(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Success => "the service did it",
        OutcomeKind::Warning => "the service took the call, and had something to say about the row",
        OutcomeKind::Failed => "the service did not do it",
        OutcomeKind::Unconfirmed => "it may have been done: no answer says so",
        OutcomeKind::Rejected => "the row breaks a rule, and was never sent",
        OutcomeKind::Skipped => "a later row of the list has the last word",
        OutcomeKind::Pending => "not called, or without a verdict: calling is safe",
    }
}

/// A share as people read it, never rounded to nothing or all: `12.3%`, `<0.1%`.
fn share(rows: u64, total: u64) -> String {
    let percent = 100.0 * rows as f64 / total.max(1) as f64;
    match percent {
        _ if rows == total => "100%".to_owned(),
        p if p < 0.1 => "<0.1%".to_owned(),
        p if p > 99.9 => ">99.9%".to_owned(),
        p => format!("{p:.1}%"),
    }
}

/// The patterns that tell outcomes apart, besides their tone.
pub fn patterns() -> Markup {
    html! {
        svg.patterns aria-hidden="true" focusable="false" width="0" height="0" {
            defs {
                pattern #striped width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect.tone-accent width="3" height="6" {}
                }
                pattern #hatched width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)" {
                    rect.tone-ink width="2.5" height="6" {}
                }
                pattern #dotted width="6" height="6" patternUnits="userSpaceOnUse" {
                    circle.tone-ink cx="3" cy="3" r="1.4" {}
                }
                pattern #quiet width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect.tone-grey width="1" height="5" {}
                }
            }
        }
    }
}

/// An outcome's tone and pattern.
fn swatch(kind: OutcomeKind) -> Markup {
    html! {
        svg.swatch aria-hidden="true" focusable="false" width="14" height="14" {
            rect class={ "of-" (kind.as_str()) } x="0.5" y="0.5" width="13" height="13" {}
        }
    }
}

fn bar(rows: &ByOutcome, total: u64) -> Markup {
    let mut at = 0.0;
    let parts = widths(rows).into_iter().map(|(kind, width)| {
        let from = at;
        at += width;
        (kind, from, width)
    });
    let parts: Vec<_> = parts.collect();
    let told: Vec<_> = parts
        .iter()
        .map(|(kind, ..)| format!("{} {}", count(rows[*kind as usize]), kind.as_str()))
        .collect();
    html! {
        svg.bar role="img" aria-labelledby="bar-title bar-desc" width="100%" height="36" {
            title #bar-title { "Rows by outcome" }
            desc #bar-desc {
                "Of " (counted(total, "row")) ": " (told.join(", ")) ". What is less than half a percent is drawn a little wider."
            }
            @for (kind, from, width) in parts {
                rect class={ "of-" (kind.as_str()) } x={ (percent(from)) } y="0.5" width={ (percent(width)) } height="35" {}
            }
        }
    }
}

fn percent(number: f64) -> String {
    format!("{number:.2}%")
}

/// How wide each part of the bar is, in percent.
fn widths(rows: &ByOutcome) -> Vec<(OutcomeKind, f64)> {
    let total: u64 = rows.iter().sum();
    let there = OutcomeKind::ALL.into_iter();
    let there = there.filter(|kind| rows[*kind as usize] > 0);
    let widths = there.map(|kind| {
        let width = 100.0 * rows[kind as usize] as f64 / total.max(1) as f64;
        (kind, width.max(NARROWEST))
    });
    let widths: Vec<_> = widths.collect();
    let all: f64 = widths.iter().map(|(_, width)| width).sum();
    widths
        .into_iter()
        .map(|(kind, width)| (kind, width * 100.0 / all))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_as_wide_as_it_may_be_and_every_part_can_be_seen() {
        let widths = widths(&[999_998, 0, 1, 0, 0, 0, 1]);
        let all: f64 = widths.iter().map(|(_, width)| width).sum();
        assert!((all - 100.0).abs() < 1e-9);
        assert_eq!(widths.len(), 3);
        assert!(widths.iter().all(|(_, width)| *width > 0.49));
    }

    #[test]
    fn shares_are_never_rounded_to_nothing_or_all() {
        let shares = [(1, 3), (3, 3), (1, 1_000_000), (999_999, 1_000_000)];
        let shares = shares.map(|(rows, total)| share(rows, total));
        assert_eq!(shares, ["33.3%", "100%", "<0.1%", ">99.9%"]);
    }
}
