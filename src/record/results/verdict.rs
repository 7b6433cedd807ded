//! Which of two verdicts on a row counts, that of an earlier result or that of a retry (contract, section 6). Pure.

use super::reader::ReadRow;
use crate::model::OutcomeKind;

/// What a row has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// What the earlier result says.
    Earlier,
    /// What the later one says.
    Later,
    /// Neither: the later says that nothing was done, and an attempt of the earlier may have done it.
    InDoubt,
}

/// Whether a row that was sent before came to something else when it was sent again. A verdict is only overruled by
/// what makes it untrue: what was done or may have been done is not less so because a later attempt came to nothing.
pub(super) fn verdict(earlier: &ReadRow, later: &ReadRow) -> Verdict {
    use OutcomeKind::{Failed, Pending, Rejected, Skipped, Success, Unconfirmed, Warning};
    // Of a customer who does not exist nothing can have been done.
    let is_sure = &*later.outcome.code == "8015";
    match (earlier.outcome.kind, later.outcome.kind) {
        // Nothing was sent.
        (_, Skipped) => Verdict::Earlier,
        (Success | Warning | Failed | Unconfirmed | Skipped | Pending, Rejected) => {
            Verdict::Earlier
        }
        (_, Pending) if later.attempts == 0 => Verdict::Earlier,
        // Something was, and nothing is known of it that was not known before.
        (Success | Warning | Unconfirmed, Pending) => Verdict::Earlier,
        (Success, Failed | Unconfirmed) => Verdict::Earlier,
        (Unconfirmed, Failed) if !is_sure => Verdict::Earlier,
        (Pending, Failed) if earlier.attempts > 0 && !is_sure => Verdict::InDoubt,
        _ => Verdict::Later,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Outcome;

    /// A verdict as `failed` or `pending:2`, with its attempts; `8015` is a failure that is sure.
    fn row(word: &str) -> ReadRow {
        let (kind, attempts) = word.split_once(':').unwrap_or((word, "1"));
        let (kind, code) = match kind {
            "8015" => ("failed", "8015"),
            kind => (kind, ""),
        };
        let kind = OutcomeKind::from_word(kind).unwrap();
        ReadRow {
            line: 2,
            fields: ["1", "add", "VIP"].map(str::to_owned),
            outcome: Outcome::new(kind, code, ""),
            status: None,
            attempts: attempts.parse().unwrap(),
            at: None,
        }
    }

    #[test]
    fn a_verdict_is_overruled_only_by_what_makes_it_untrue() {
        // E: the earlier counts; L: the later; D: it is in doubt.
        let later = [
            "success",
            "warning",
            "failed",
            "8015",
            "unconfirmed",
            "rejected:0",
            "skipped:0",
            "pending:0",
            "pending:2",
        ];
        let table = [
            ("success", "LLEEEEEEE"),
            ("warning", "LLLLLEEEE"),
            ("failed", "LLLLLEEEL"),
            ("8015", "LLLLLEEEL"),
            ("unconfirmed", "LLELLEEEE"),
            ("rejected:0", "LLLLLLEEL"),
            ("skipped:0", "LLLLLEEEL"),
            ("pending:0", "LLLLLEEEL"),
            ("pending:2", "LLDLLEEEL"),
        ];
        for (earlier, expected) in table {
            let told = later.map(|later| match verdict(&row(earlier), &row(later)) {
                Verdict::Earlier => 'E',
                Verdict::Later => 'L',
                Verdict::InDoubt => 'D',
            });
            assert_eq!(told.iter().collect::<String>(), expected, "after {earlier}");
        }
    }
}
