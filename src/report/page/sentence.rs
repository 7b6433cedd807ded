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
        let done = total - content.gathered.of(OutcomeKind::Pending);
        let so_far = match (done, total) {
            (0, 1) => "its one row has no outcome".to_owned(),
            (1, 1) => "its one row has an outcome".to_owned(),
            (1, _) => format!("1 of {} rows has an outcome", count(total)),
            _ => format!(
                "{} of {} have an outcome",
                count(done),
                counted(total, "row")
            ),
        };
        let why = plain(why.trim_end_matches('.'), 600);
        return format!("{what} is NOT complete: {why}. So far {so_far}.");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Outcome, Tally};
    use crate::report::page::{Commands, Gathered, GatheredRow};

    fn gathered(outcomes: &[(&str, &str, u64)]) -> Gathered {
        let mut gathered = Gathered::default();
        let mut line = 2;
        for (kind, code, rows) in outcomes {
            let outcome = Outcome::new(OutcomeKind::from_word(kind).unwrap(), *code, "");
            for _ in 0..*rows {
                gathered.add(&GatheredRow {
                    line,
                    user: "1",
                    action: "remove",
                    label: "VIP",
                    outcome: &outcome,
                    status: None,
                    attempts: 1,
                });
                line += 1;
            }
        }
        gathered
    }

    fn told(kind: Kind, rehearsal: bool, close: Close, gathered: &Gathered) -> String {
        sentence(&Content {
            kind,
            rehearsal,
            name: "a.csv",
            result: None,
            close,
            gathered,
            summary: None,
            commands: Commands::default(),
        })
    }

    #[test]
    fn what_happened_is_one_sentence() {
        let complete = |outcomes: &[(&str, &str, u64)]| {
            told(Kind::Run, false, Close::Complete, &gathered(outcomes))
        };
        let sentences = [
            complete(&[]),
            complete(&[("success", "", 1)]),
            complete(&[("success", "", 1_200), ("warning", "33001", 3)]),
            complete(&[("success", "", 2), ("failed", "8015", 1)]),
            complete(&[("failed", "8015", 1)]),
            complete(&[("failed", "8015", 2)]),
            complete(&[("success", "", 1), ("pending", "", 2)]),
            told(
                Kind::Undo,
                true,
                Close::Complete,
                &gathered(&[("success", "", 3)]),
            ),
        ];
        insta::assert_snapshot!(sentences.join("\n"));
    }

    #[test]
    fn a_run_that_stopped_says_so_and_why() {
        let mut tally = Tally::default();
        tally.add(&Outcome::success(), 2);
        tally.leave_pending(1_000);
        let stopped = |why: &str| Close::Stopped {
            why: why.to_owned(),
            next: String::new(),
        };
        let told = told(
            Kind::Retry,
            false,
            stopped("stopped by SIGINT (Ctrl-C)"),
            &Gathered::of_tally(&tally),
        );
        assert_eq!(
            told,
            "The retry of a.csv is NOT complete: stopped by SIGINT (Ctrl-C). So far 1 of 1,000 rows has an outcome."
        );
    }
}
