//! The page as a whole: one file, which lets nothing in and asks for nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::codes::{codes, told};
use super::content::{Close, Content, Kind};
use super::facts::facts;
use super::labels::labels;
use super::outcomes::{outcomes, patterns};
use super::pace::pace;
use super::rows::rows;
use super::sentence::sentence;
use super::text::{Shown, plain};
use super::timeline::stamp;
use crate::model::Moment;

/// What every page of ours begins with: only such a file is replaced.
pub const MARK: &str = "<!DOCTYPE html><!-- a bulklabel report -->";

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page.
pub fn page(content: &Content<'_>) -> String {
    let told = told(content);
    let body = html! {
        a.skip href="#main" { "Skip to the outcomes" }
        (patterns())
        (top(content))
        main #main {
            (outcomes(content))
            (codes(content, &told))
            (labels(content))
            (pace(content))
            (rows(content, &told))
            (facts(content))
        }
        (foot())
        script { (PreEscaped(SCRIPT)) }
    };
    let html = html! {
        html lang="en" dir="ltr" {
            (head(content))
            body { (body) }
        }
    };
    format!("{MARK}\n{}\n", html.into_string())
}

fn head(content: &Content<'_>) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy());
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            meta name="robots" content="noindex";
            title { (plain(content.name, 120)) " – bulklabel" }
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// Nothing is let in but the page's own script and style.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}

fn top(content: &Content<'_>) -> Markup {
    let kind = match content.kind {
        Kind::Run => "run",
        Kind::Retry => "retry",
        Kind::Undo => "undo",
        Kind::Unknown => "result",
    };
    html! {
        header.top {
            p.kind { "bulklabel " (kind) @if content.rehearsal { ", rehearsed" } }
            h1 { (Shown(content.name, 120)) }
            p.lead #lead { (sentence(content)) }
            @if let Close::Stopped { next, .. } = &content.close {
                @for (n, line) in next.lines().enumerate() {
                    p.next { @if n == 0 { span.term { "Next" } " " } (Shown(line, 2_000)) }
                }
            }
            p.note {
                @if let Some(result) = content.result { "All rows stand in " (Shown(result, 200)) ". " }
                @if let Some(ended) = ended(content) { "It ended on " (stamp(ended)) "." }
            }
        }
    }
}

/// When its last leg ended, where that is known.
fn ended(content: &Content<'_>) -> Option<Moment> {
    content.summary?.legs.last()?.ended_at.parse().ok()
}

fn foot() -> Markup {
    let now = Moment::now();
    html! {
        footer {
            p {
                "Made on " (stamp(now)) " (" (now.zone()) "), which is the time of all times here. This page holds ids of \
                 customers: pass it on only to those who may have the list."
            }
        }
    }
}
