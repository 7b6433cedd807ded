//! Actions that are written otherwise, and can be only one.

use super::Slip;
use super::peel::{seen, unquoted};
use crate::model::Action;

/// Words that mean nothing else of a label. A lone `-` is not among them: it often stands for nothing at all.
const WORDS: [(&str, Action); 7] = [
    ("added", Action::Add),
    ("insert", Action::Add),
    ("inserted", Action::Add),
    ("+", Action::Add),
    ("removed", Action::Remove),
    ("delete", Action::Remove),
    ("deleted", Action::Remove),
];

/// The action that is meant, where that is certain.
pub fn mended(field: &str) -> Option<(Action, Slip)> {
    let seen = seen(field);
    let word = unquoted(&seen).unwrap_or(&seen);
    let word = word.strip_suffix('.').unwrap_or(word).trim_end();
    if let Some(action) = Action::from_word(word) {
        return Some((action, Slip::ActionMarks));
    }
    let known = WORDS
        .iter()
        .find(|(known, _)| word.eq_ignore_ascii_case(known));
    known.map(|(_, action)| (*action, Slip::ActionWord))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_mean_only_one_action_is_that() {
        use Action::{Add, Remove};
        use Slip::{ActionMarks, ActionWord};
        for (field, action, slip) in [
            ("Add.", Add, ActionMarks),
            ("\"remove\"", Remove, ActionMarks),
            ("re\u{AD}move", Remove, ActionMarks),
            ("\u{202A}add\u{202C}", Add, ActionMarks),
            ("add\u{1}", Add, ActionMarks),
            ("Added", Add, ActionWord),
            ("INSERT", Add, ActionWord),
            ("+", Add, ActionWord),
            ("delete", Remove, ActionWord),
            ("'Removed.'", Remove, ActionWord),
        ] {
            assert_eq!(mended(field), Some((action, slip)), "{field:?}");
        }
    }

    #[test]
    fn what_may_mean_another_or_none_is_left() {
        for field in [
            "",
            "-",
            "\u{2212}",
            "x",
            "ad",
            "addd",
            "a",
            "d",
            "del",
            "rm",
            "set",
            "update",
            "yes",
            "1",
            "add/remove",
            "add remove",
            "don't add",
            "not added",
            "n/a",
            "drop",
            "clear",
            "adding",
            ".",
            "add..",
        ] {
            assert_eq!(mended(field), None, "{field:?}");
        }
    }
}
