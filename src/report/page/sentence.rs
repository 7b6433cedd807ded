//! What happened, in one sentence. Pure.

use super::content::{Close, Content, Kind};
use super::text::plain;
use crate::model::OutcomeKind;
use crate::report::words::{count, counted};

/// What happened.
pub fn sentence(content: &Content<'_>) -> String {
    let total = content.gathered.total();
    let what = subject(content);
    if let Close::Stopped { why, .. } = &content.close {
        let left = content.gathered.of(OutcomeKind::Pending);
        return format!(
            "{what} is NOT complete: {}. So far {} of {} {} an outcome.",
            plain(why.trim_end_matches('.'), 600),
            count(total - left),
            counted(total, "row"),
            if total - left == 1 { "has" } else { "have" },
        );
    }
    let ended = match content.gathered.of(OutcomeKind::Pending) {
        0 => "is complete",
        _ => "was ended before all customers were called",
    };
    let what = match content.rehearsal {
        true => format!("{what} {ended}, and no customer was changed"),
        false => format!("{what} {ended}"),
    };
    format!("{what}: {}.", came_to(content, total))
}

fn subject(content: &Content<'_>) -> String {
    let name = plain(content.name, 120);
    match (content.kind, content.rehearsal) {
        (Kind::Run, false) => format!("The run of {name}"),
        (Kind::Retry, false) => format!("The retry of {name}"),
        (Kind::Undo, false) => format!("The undo of {name}"),
        (Kind::Run, true) => format!("The rehearsal of {name}"),
        (Kind::Retry, true) => format!("The rehearsed retry of {name}"),
        (Kind::Undo, true) => format!("The rehearsed undo of {name}"),
        (Kind::Unknown, _) => format!("The result {name}"),
    }
}

fn came_to(content: &Content<'_>, total: u64) -> String {
    let Some(fine) = content.gathered.fine else {
        let done = content.gathered.of(OutcomeKind::Success);
        return format!("{} of {} are a success", count(done), counted(total, "row"));
    };
    match (total, total - fine) {
        (0, _) => "it has no rows, and nothing was sent".to_owned(),
        (1, 0) => "its one row is as it should be".to_owned(),
        (1, _) => "its one row needs a look".to_owned(),
        (_, 0) => format!("all {} rows are as they should be", count(total)),
        (_, left) if left == total => format!("all {} rows need a look", count(total)),
        (_, left) => format!(
            "{} of {} rows {} as {} should be, and {} {} a look",
            count(fine),
            count(total),
            if fine == 1 { "is" } else { "are" },
            if fine == 1 { "it" } else { "they" },
            count(left),
            if left == 1 { "needs" } else { "need" },
        ),
    }
}
