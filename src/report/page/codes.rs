//! Failures and warnings by code: what each means, its likely cause, and what to type next.

use maud::{Markup, html};

use super::content::Content;
use super::frequent::Counted;
use super::gathered::Code;
use super::meanings::{Command, Meaning, meaning_of};
use super::text::Shown;
use crate::model::OutcomeKind;
use crate::report::words::{count, counted};

/// So many codes are told, at most.
const CODES: usize = 100;

/// The outcomes in the order in which somebody must look.
const ORDER: [OutcomeKind; 6] = [
    OutcomeKind::Failed,
    OutcomeKind::Unconfirmed,
    OutcomeKind::Pending,
    OutcomeKind::Rejected,
    OutcomeKind::Warning,
    OutcomeKind::Skipped,
];

/// A code with what was counted of it.
pub type Told<'a> = (OutcomeKind, &'a str, &'a Counted<Code>);

/// The codes that are told: the most frequent, and of those the worst first.
pub fn told<'a>(content: &Content<'a>) -> Vec<Told<'a>> {
    let all = ORDER.into_iter().flat_map(|kind| {
        let codes = content.gathered.codes[kind as usize].top(CODES);
        codes
            .into_iter()
            .map(move |(code, counted)| (kind, code, counted))
    });
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|(.., counted)| std::cmp::Reverse(counted.rows));
    all.truncate(CODES);
    let place = |kind: OutcomeKind| ORDER.iter().position(|other| *other == kind);
    // What is as frequent stays in its order.
    all.sort_by_key(|(kind, ..)| place(*kind));
    all
}

/// The section.
pub fn codes(content: &Content<'_>, told: &[Told<'_>]) -> Markup {
    let more = left_out(content, told);
    html! {
        section #codes aria-labelledby="codes-title" {
            h2 #codes-title { "Reasons, by code" }
            div.body {
                @if told.is_empty() && more.is_none() {
                    p { "Nothing: no row has a failure or a warning." }
                }
                @for told in told { (one(content, told)) }
                @if let Some(more) = more { p.note { (more) } }
            }
        }
    }
}

/// What is said of codes that are not told.
fn left_out(content: &Content<'_>, told: &[Told<'_>]) -> Option<String> {
    let all = &content.gathered.codes;
    let texts: usize = all.iter().map(|codes| codes.texts()).sum();
    let is_exact = all.iter().all(|codes| codes.is_exact());
    if texts <= told.len() && is_exact {
        return None;
    }
    let unsuccessful: u64 = ORDER.iter().map(|kind| content.gathered.of(*kind)).sum();
    let rows: u64 = told.iter().map(|(.., counted)| counted.rows).sum();
    let more = texts.saturating_sub(told.len()) as u64;
    Some(format!(
        "These are the {} most frequent codes. {} more{} are in the result, on {}.{}",
        count(told.len() as u64),
        count(more),
        if is_exact { "" } else { " at least" },
        counted(unsuccessful.saturating_sub(rows), "row"),
        if is_exact {
            ""
        } else {
            " There are more codes than are counted one by one, so a count with ≥ may be too low."
        },
    ))
}

fn one(content: &Content<'_>, (kind, code, counted): &Told<'_>) -> Markup {
    let meaning = meaning_of(*kind, code);
    let is_fine = *kind == OutcomeKind::Warning && counted.value.fine == counted.rows;
    html! {
        article.code data-outcome=(kind.as_str()) {
            header {
                p.kind { (kind.as_str()) }
                @if !code.is_empty() { h3 { (Shown(code, 80)) } } @else { h3 { "no code" } }
                p.amount { (at_least(counted.missed)) (counted_rows(counted.rows)) }
            }
            div {
                p.means { (meaning.means) }
                @if !meaning.cause.is_empty() { p { span.term { "Likely cause" } " " (meaning.cause) } }
                @if !counted.value.message.is_empty() {
                    p {
                        span.term { "It said" } " " q { (Shown(&counted.value.message, 300)) }
                        " (line " (counted.value.line) ", the first)"
                    }
                }
                @if counted.value.fine > 0 && counted.value.fine < counted.rows && *kind == OutcomeKind::Warning {
                    p { (count(counted.value.fine)) " of them are removals, and as they should be." }
                }
                @if is_fine {
                    p { span.term { "Next" } " Nothing needs to be done: all of them are removals, and as they should be." }
                } @else {
                    (cure(content, *kind, code, &meaning))
                }
            }
        }
    }
}

/// Says of a count that it may be too low.
pub fn at_least(missed: u64) -> &'static str {
    if missed == 0 { "" } else { "≥ " }
}

fn counted_rows(rows: u64) -> String {
    counted(rows, "row")
}

fn cure(content: &Content<'_>, kind: OutcomeKind, code: &str, meaning: &Meaning) -> Markup {
    let command = command(content, kind, code, meaning.command);
    let told = match (&command, meaning.command) {
        // Where there is no command, it is not announced.
        (None, Command::Nothing) => meaning.cure.to_owned(),
        (None, Command::Retry) if !content.is_complete() => String::new(),
        (None, _) => format!("{}.", meaning.cure.trim_end_matches([':', '.'])),
        (Some(_), _) => meaning.cure.to_owned(),
    };
    html! {
        @if !told.is_empty() { p { span.term { "Next" } " " (told) } }
        @if let Some(command) = command { (typed(&command)) }
    }
}

/// A command, broken between its words where it must be: `--` at the end of a line would be read as one.
fn typed(command: &str) -> Markup {
    html! {
        pre {
            code {
                @for (n, word) in command.split(' ').enumerate() {
                    @if n > 0 { " " }
                    span { (word) }
                }
            }
        }
    }
}

fn command(
    content: &Content<'_>,
    kind: OutcomeKind,
    code: &str,
    wanted: Command,
) -> Option<String> {
    let Content { commands, .. } = content;
    match wanted {
        Command::Nothing => None,
        Command::Fix => commands.fix.clone(),
        Command::Rejects => commands.rejects.clone(),
        Command::Retry => {
            let retry = commands.retry.as_ref()?;
            match kind {
                OutcomeKind::Pending => Some(retry.clone()),
                _ if !can_be_typed(code) => None,
                _ if code == "TOO_MANY_LABELS" => {
                    Some(format!("{retry} --codes {code} --max-labels N"))
                }
                _ => Some(format!("{retry} --codes {code}")),
            }
        }
    }
}

/// Whether a code is a word that a shell leaves as it is: nobody must be made to type what somebody else has thought out.
fn can_be_typed(code: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    !code.is_empty() && code.len() <= 60 && code.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_made_to_type_what_a_service_has_thought_out() {
        assert!(can_be_typed("8015") && can_be_typed("HTTP_503"));
        for code in ["", "x; rm -rf ~", "$(id)", "-x", "a,b", "`id`"] {
            assert!(!can_be_typed(code), "{code}");
        }
    }
}
