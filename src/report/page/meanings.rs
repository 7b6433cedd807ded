//! What the codes mean, what likely causes them, and what helps: the one place that says so. Pure.

use crate::model::OutcomeKind;

/// What is known of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// What it means.
    pub means: &'static str,
    /// What likely causes it.
    pub cause: &'static str,
    /// What to do, before a command.
    pub cure: &'static str,
    /// Which command that is.
    pub command: Command,
}

/// A command that helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// None does, or none is needed.
    Nothing,
    /// The rows with the code are sent again.
    Retry,
    /// The list is written again, mended where that is certain.
    Fix,
    /// The rejected rows are written into a file of their own.
    Rejects,
}

const fn meaning(
    means: &'static str,
    cause: &'static str,
    cure: &'static str,
    command: Command,
) -> Meaning {
    Meaning {
        means,
        cause,
        cure,
        command,
    }
}

/// What a code of an outcome means. Of a code that is none of the program's, and that the service's documents don't tell of, no
/// more is known than what the service has said.
pub fn meaning_of(kind: OutcomeKind, code: &str) -> Meaning {
    use OutcomeKind::{Failed, Pending, Rejected, Skipped, Success, Unconfirmed, Warning};
    match kind {
        Success => meaning("The service did it.", "", "", Command::Nothing),
        Warning => warning(code),
        Failed => failed(code),
        Unconfirmed => unconfirmed(code),
        Rejected => rejected(code),
        Skipped => skipped(code),
        Pending => meaning(
            "The customer was not called, or was called without a verdict.",
            "The run was ended before all customers were called.",
            "Sending these rows is safe:",
            Command::Retry,
        ),
    }
}

fn warning(code: &str) -> Meaning {
    match code {
        "33000" => meaning(
            "The organisation has no label of this name; the customer's other labels were changed.",
            "The label is misspelt in the list, or nobody has created it yet.",
            "Correct the label in the list; or create it at the service, and then:",
            Command::Retry,
        ),
        "33001" => meaning(
            "The customer does not have the labels that were to be removed.",
            "They were removed before, or never added.",
            "Removals need nothing. Where a row adds a label, nothing confirms that it was added; to send them again:",
            Command::Retry,
        ),
        "OTHER_CUSTOMER" => meaning(
            "The service answered for another customer than the one that was asked for.",
            "The two accounts may have been merged.",
            "Look at the customer whom the message names before anything is sent again.",
            Command::Nothing,
        ),
        _ => meaning(
            "The service took the call, and has a remark of its own about this row.",
            "Only its message says why.",
            "Read the message; once the reason is gone:",
            Command::Retry,
        ),
    }
}

fn failed(code: &str) -> Meaning {
    let busy = meaning(
        "The service was busy with this customer or with itself each time it was asked.",
        "Another program changes the same customers, or the service has much to do.",
        "Try again at a quieter time:",
        Command::Retry,
    );
    match code {
        "8015" => meaning(
            "The service knows no customer with this id.",
            "The ids are those of another organisation or of a test system, a spreadsheet has changed them, or the accounts \
             are gone.",
            "Correct the ids in the list, and run the corrected rows. Only once these very customers exist:",
            Command::Retry,
        ),
        "461" | "521" | "23055" => busy,
        "CONNECT" => meaning(
            "There was no connection to the service, and nothing was sent.",
            "The network, a name that is not found, a proxy, or a certificate.",
            "Once the service is in reach:",
            Command::Retry,
        ),
        "API_ERROR" => meaning(
            "The service refused the call and gave no code.",
            "Only its message says why.",
            "Read the message; once the reason is gone:",
            Command::Retry,
        ),
        "618" => meaning(
            "The service has marked the customer as fraudulent.",
            "Somebody has decided so at the service.",
            "Ask whoever runs the account, and leave these customers out of the list.",
            Command::Nothing,
        ),
        "816" => meaning(
            "The service does not find the customer in this organisation.",
            "The ids are those of another organisation.",
            "Correct the ids in the list, and run the corrected rows.",
            Command::Nothing,
        ),
        "23037" => meaning(
            "The organisation has no such label in use.",
            "The label is misspelt in the list, or is inactive.",
            "Correct the label in the list; or put it in use at the service, and then:",
            Command::Retry,
        ),
        "23043" => meaning(
            "The customer has as many labels as the service allows.",
            "Old labels were never removed.",
            "Once labels of these customers are removed:",
            Command::Retry,
        ),
        _ => failed_over_http(code),
    }
}

fn failed_over_http(code: &str) -> Meaning {
    let status = code
        .strip_prefix("HTTP_")
        .and_then(|status| status.parse().ok());
    match status {
        Some(403) => meaning(
            "The service refused the call: HTTP 403, forbidden.",
            "The account may not change labels, or something between here and the service refuses the call.",
            "Ask whoever runs the account; then:",
            Command::Retry,
        ),
        Some(404) => meaning(
            "The service knows no such address: HTTP 404.",
            "The base URL is not quite right, or a gateway does not know the way.",
            "Compare the base URL with the one of the cluster; then:",
            Command::Retry,
        ),
        Some(500..=599) => meaning(
            "The service could not do it in as many attempts as were allowed, and gave no code of its own.",
            "A fault or an overload of the service.",
            "Try again later:",
            Command::Retry,
        ),
        Some(_) => meaning(
            "The service refused the call by its HTTP status alone, and gave no code of its own.",
            "The service, or something between here and it, does not take such calls.",
            "Ask whoever runs the account; then:",
            Command::Retry,
        ),
        None => meaning(
            "The service refused the call with a code of its own.",
            "Only its message, and its documents, say why.",
            "Read the message; once the reason is gone:",
            Command::Retry,
        ),
    }
}

fn unconfirmed(code: &str) -> Meaning {
    let (means, cause) = match code {
        "TIMEOUT" => (
            "The service did not answer in time. The change may have been made.",
            "The service is slow, or answers got lost.",
        ),
        "CONNECTION_LOST" => (
            "The connection broke before an answer came, or the program was stopped. The change may have been made.",
            "The network, a proxy, or a program that was ended.",
        ),
        "BAD_RESPONSE" => (
            "What came back is no answer of the service. The change may have been made.",
            "A gateway or a proxy answered in the service's place.",
        ),
        _ => (
            "Nothing says whether the change was made; it may have been.",
            "No answer that could be understood came.",
        ),
    };
    meaning(
        means,
        cause,
        "To make sure, send these rows again:",
        Command::Retry,
    )
}

fn rejected(code: &str) -> Meaning {
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

fn skipped(code: &str) -> Meaning {
    let (means, cause) = match code {
        "DUPLICATE" => (
            "A later row of the list says the same, and was sent.",
            "The list names a customer and label twice.",
        ),
        "SUPERSEDED" => (
            "A later row of the list says the opposite, and counts.",
            "The list both adds and removes the label for this customer.",
        ),
        _ => ("Another row of the list has the last word.", ""),
    };
    meaning(means, cause, "Nothing needs to be done.", Command::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_words_and_others_are_told_as_the_services_own() {
        use OutcomeKind::{Failed, Rejected, Skipped, Unconfirmed, Warning};
        let known = [
            (Warning, "33000"),
            (Warning, "33001"),
            (Warning, "OTHER_CUSTOMER"),
            (Failed, "8015"),
            (Failed, "HTTP_404"),
            (Failed, "HTTP_503"),
            (Failed, "CONNECT"),
            (Failed, "API_ERROR"),
            (Failed, "461"),
            (Unconfirmed, "TIMEOUT"),
            (Unconfirmed, "CONNECTION_LOST"),
            (Unconfirmed, "BAD_RESPONSE"),
            (Rejected, "EXTRA_FIELDS"),
            (Rejected, "MISSING_FIELD"),
            (Rejected, "INVALID_ENCODING"),
            (Rejected, "INVALID_USER_ID"),
            (Rejected, "INVALID_ACTION"),
            (Rejected, "EMPTY_LABEL"),
            (Rejected, "INVALID_LABEL"),
            (Rejected, "TOO_MANY_LABELS"),
            (Rejected, "CONFLICT"),
            (Skipped, "DUPLICATE"),
            (Skipped, "SUPERSEDED"),
        ];
        let mut told: Vec<_> = known
            .iter()
            .map(|(kind, code)| meaning_of(*kind, code).means)
            .collect();
        for (kind, code) in known {
            assert_ne!(
                meaning_of(kind, code),
                meaning_of(kind, "of nobody"),
                "{code}"
            );
        }
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), known.len());
        let own = meaning_of(Failed, "4711");
        assert!(own.means.contains("a code of its own"), "{own:?}");
    }
}
