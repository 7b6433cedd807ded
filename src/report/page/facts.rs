//! The facts of a run: what, where, when, and how.

use maud::{Markup, html};

use super::content::{Content, exit_words};
use super::text::Shown;
use super::timeline::stamp;
use crate::model::Moment;
use crate::report::Summary;
use crate::report::words::{count, counted, span};
use std::time::Duration;

/// The settings without which a list is not read as it was, and what each is by default.
pub const OF_LIST: [(&str, &str); 8] = [
    ("columns", ""),
    ("action", ""),
    ("label", ""),
    ("delimiter", ""),
    ("encoding", ""),
    ("sheet", ""),
    ("on-conflict", "last"),
    ("max-labels", "1000"),
];

/// Settings that are told before those where they are not as they are by default.
const BEFORE: [(&str, &str); 3] = [("rate", ""), ("burst", "1"), ("concurrency", "")];

/// Those that are told after them.
const AFTER: [(&str, &str); 10] = [
    ("codes", ""),
    ("max-attempts", "5"),
    ("max-failures", "50%"),
    ("limit", ""),
    ("until", ""),
    ("canary", ""),
    ("tolerate", "0"),
    ("against-org", ""),
    ("method", "POST"),
    ("keep", ""),
];

/// So many characters of a setting are shown.
const SHOWN: usize = 120;

/// The section.
pub fn facts(content: &Content<'_>) -> Markup {
    html! {
        section #facts aria-labelledby="facts-title" {
            h2 #facts-title { "The run" }
            div.body {
                @match content.summary {
                    Some(summary) => (known(content, summary)),
                    None => p.note {
                        "The .json that stands beside a result is not there, so it can't be told to which service this was sent, \
                         when, with which settings, how fast, and in how many goes."
                    },
                }
            }
        }
    }
}

fn known(content: &Content<'_>, summary: &Summary) -> Markup {
    let moment = |text: &str| text.parse::<Moment>().ok();
    let first = summary.legs.first().and_then(|leg| moment(&leg.started_at));
    let last = summary.legs.last().and_then(|leg| moment(&leg.ended_at));
    let took = Duration::try_from_secs_f64(summary.seconds).unwrap_or_default();
    html! {
        dl {
            (fact("List", html! { (Shown(&summary.list.name, SHOWN)) ", " (counted(summary.list.rows, "row")) }))
            (fact("Sent to", html! {
                @if content.rehearsal { "an imitation on this machine: a rehearsal" } @else { (Shown(&summary.base_url, SHOWN)) }
            }))
            @if let (Some(first), Some(last)) = (first, last) {
                (fact("When", html! { (stamp(first)) " to " (until(first, last)) " (" (last.zone()) ")" }))
            }
            (fact("Took", html! {
                (span(took))
                @if summary.legs.len() > 1 { ", in " (counted(summary.legs.len() as u64, "leg")) }
            }))
            (fact("Customers", html! { (count(summary.customers)) }))
            (fact("Calls", html! {
                (count(summary.calls)) ", in " (counted(summary.attempts, "attempt"))
                @if summary.throttled > 0 { ", " (count(summary.throttled)) " of them answered 429 (too many requests)" }
            }))
            (fact("Exit status", html! { (summary.exit_status) ": " (exit_words(summary.exit_status)) }))
            @if !matches!(&*summary.shard, "" | "1/1") { (fact("Shard", html! { (Shown(&summary.shard, SHOWN)) })) }
            (fact("Settings", settings(summary)))
            (fact("Written by", html! { (Shown(&summary.program, SHOWN)) }))
        }
    }
}

fn until(first: Moment, last: Moment) -> String {
    last.clock(first)
}

fn fact(term: &str, what: Markup) -> Markup {
    html! { div { dt { (term) } dd { (what) } } }
}

fn settings(summary: &Summary) -> Markup {
    let all = BEFORE.iter().chain(&OF_LIST).chain(&AFTER);
    let told = all.filter_map(|(name, default)| {
        let value = summary.settings.get(*name)?;
        (value != default).then_some((*name, value))
    });
    html! {
        ul.settings {
            @for (name, value) in told { li { code { "--" (name) " " (Shown(value, SHOWN)) } } }
        }
    }
}
