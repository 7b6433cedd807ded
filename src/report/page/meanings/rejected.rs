//! What the codes of rejected rows mean.

use super::{Command, Meaning, meaning};

/// That of a rejected row's code.
pub(super) fn rejected(code: &str) -> Meaning {
    let (means, cause, cure, command) = match code {
        "EXTRA_FIELDS" => (
            "The row has more fields than the header.",
            "A value holds a comma and stands in no quotes.",
            "Put quotes around the value, in a file of the rejected rows:",
            Command::Rejects,
        ),
        "MISSING_FIELD" => (
            "The row ends before one of its three fields.",
            "The export was cut short, or the row was typed by hand.",
            "Complete the rows, in a file of the rejected ones:",
            Command::Rejects,
        ),
        "INVALID_ENCODING" => (
            "A field holds bytes that are no characters.",
            "The list is not in UTF-8.",
            "Say what it is written in with --encoding, windows-1252 for instance, or save it as \"CSV UTF-8\".",
            Command::Nothing,
        ),
        "INVALID_USER_ID" => (
            "The userId is no positive whole number.",
            "A spreadsheet has shortened or rounded it, or it is another kind of id.",
            "To mend what is certain (with --rejects in place of --fix, the rows are written to be mended by hand):",
            Command::Fix,
        ),
        "INVALID_ACTION" => (
            "The action is neither add nor remove.",
            "Another word is used, or the columns have slipped.",
            "To mend what is certain (with --rejects in place of --fix, the rows are written to be mended by hand):",
            Command::Fix,
        ),
        "EMPTY_LABEL" => (
            "The row has no label.",
            "The cell is empty in the list.",
            "Fill them in, in a file of the rejected rows:",
            Command::Rejects,
        ),
        "INVALID_LABEL" => (
            "The label holds control characters.",
            "A line break or a tab came along when it was copied, or a spreadsheet made a date of it.",
            "To mend what is certain (with --rejects in place of --fix, the rows are written to be mended by hand):",
            Command::Fix,
        ),
        "TOO_MANY_LABELS" => (
            "The list has more different labels for the customer than --max-labels allows.",
            "Ids or labels have slipped into each other's column, or the limit is too low.",
            "If so many are meant, send them with a higher --max-labels:",
            Command::Retry,
        ),
        "CONFLICT" => (
            "The list both adds and removes the label for this customer.",
            "Two lists were put together, or a later row corrects an earlier one.",
            "To let the last row count:",
            Command::Retry,
        ),
        _ => (
            "The row breaks a rule, and was never sent.",
            "Its message says which.",
            "Correct them, in a file of the rejected rows:",
            Command::Rejects,
        ),
    };
    meaning(means, cause, cure, command)
}
