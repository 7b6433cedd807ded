//! The first rows of each failure, to be filtered.

use maud::{Markup, PreEscaped, html};

use super::codes::{Told, at_least};
use super::content::Content;
use super::samples::{Sample, shares};
use super::text::{Shown, plain};
use crate::model::OutcomeKind;
use crate::report::words::{count, counted};

/// So many rows are shown, at most.
const ROWS: usize = 2_000;

/// So many bytes of the page they may take.
const BYTES: usize = 1_000_000;

/// The rows of a code that are shown, as they are written.
struct Group<'a> {
    kind: OutcomeKind,
    code: &'a str,
    /// How many there are in the result.
    of: (u64, u64),
    rows: Vec<PreEscaped<String>>,
}

/// The section.
pub fn rows(content: &Content<'_>, told: &[Told<'_>]) -> Markup {
    let groups = groups(content, told);
    html! {
        section #rows aria-labelledby="rows-title" {
            h2 #rows-title { "Rows" }
            div.body {
                @if groups.is_empty() {
                    p.note { (why_none(content)) }
                } @else {
                    (filter(&groups))
                    (table(&groups))
                }
            }
        }
    }
}

fn why_none(content: &Content<'_>) -> &'static str {
    match (content.is_complete(), content.gathered.labels.is_some()) {
        (false, _) => "Rows are told once the run is complete.",
        (true, false) => "The result went to standard output, so its rows are not told here.",
        (true, true) => "There are no rows to look at.",
    }
}

fn groups<'a>(content: &'a Content<'_>, told: &[Told<'a>]) -> Vec<Group<'a>> {
    let samples: Vec<_> = told
        .iter()
        .map(|(kind, code, _)| content.gathered.samples.of(*kind, code))
        .collect();
    let lengths: Vec<_> = samples.iter().map(|rows| rows.len()).collect();
    let shares = shares(&lengths, ROWS);
    // Long texts must not make the page too large: each code has its part of the room, and what it leaves is the others'.
    let mut room = BYTES;
    let mut groups = Vec::new();
    let all = told.iter().zip(samples).zip(&shares).enumerate();
    for (n, (((kind, code, counted), samples), share)) in all {
        let mut part = room / (told.len() - n);
        let mut rows = Vec::new();
        for sample in &samples[..*share] {
            let row = row(sample);
            let Some(left) = part.checked_sub(row.0.len()) else {
                break;
            };
            part = left;
            room -= row.0.len();
            rows.push(row);
        }
        if !rows.is_empty() {
            let of = (counted.rows, counted.missed);
            groups.push(Group {
                kind: *kind,
                code,
                of,
                rows,
            });
        }
    }
    groups
}

fn row(sample: &Sample) -> Markup {
    let Sample {
        line,
        fields: [user, action, label],
        message,
        status,
        attempts,
    } = sample;
    html! {
        tr {
            td.number { (line) }
            td { (Shown(user, 60)) }
            td { (Shown(action, 30)) " " b { (Shown(label, 120)) } }
            td {
                (Shown(message, 240))
                @if *attempts > 0 {
                    " " small {
                        @if let Some(status) = status { "HTTP " (status) ", " }
                        (counted(u64::from(*attempts), "attempt"))
                    }
                }
            }
        }
    }
}

/// What is shown once the script runs that it is for.
fn filter(groups: &[Group<'_>]) -> Markup {
    html! {
        form #filter hidden role="search" aria-label="Filter the rows" {
            p {
                label for="filter-text" { "Text" }
                input #filter-text type="search" autocomplete="off" spellcheck="false" aria-describedby="shown" {}
            }
            p {
                label for="filter-code" { "Outcome or code" }
                select #filter-code aria-describedby="shown" {
                    option value="" { "all" }
                    @for kind in kinds(groups) {
                        optgroup label=(kind.as_str()) {
                            option value=(kind.as_str()) { "all " (kind.as_str()) }
                            @for (n, group) in groups.iter().enumerate().filter(|(_, group)| group.kind == kind) {
                                option value=(n) { (name(group.code)) }
                            }
                        }
                    }
                }
            }
            p #shown role="status" {}
        }
    }
}

fn kinds(groups: &[Group<'_>]) -> Vec<OutcomeKind> {
    let mut kinds: Vec<_> = groups.iter().map(|group| group.kind).collect();
    kinds.dedup();
    kinds
}

fn name(code: &str) -> String {
    match code {
        "" => "no code".to_owned(),
        _ => plain(code, 80),
    }
}

fn table(groups: &[Group<'_>]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-labelledby="rows-title" {
            table.rows {
                caption.unseen-title { "The first rows of each code" }
                thead {
                    tr {
                        th.number scope="col" { "Line" }
                        th scope="col" { "Customer" }
                        th scope="col" { "Change" }
                        th scope="col" { "What was said" }
                    }
                }
                @for (n, group) in groups.iter().enumerate() {
                    tbody data-group=(n) data-outcome=(group.kind.as_str()) {
                        tr.title {
                            th scope="rowgroup" colspan="4" {
                                (group.kind.as_str()) " "
                                @if !group.code.is_empty() { (Shown(group.code, 80)) " " }
                                span.of { (extent(group)) }
                            }
                        }
                        @for row in &group.rows { (row) }
                    }
                }
            }
        }
    }
}

fn extent(group: &Group<'_>) -> String {
    let (rows, missed) = group.of;
    let shown = group.rows.len() as u64;
    match shown == rows && missed == 0 {
        true => counted(rows, "row"),
        false => format!(
            "the first {} of {}{}",
            count(shown),
            at_least(missed),
            counted(rows, "row")
        ),
    }
}
