//! What the codes mean, what likely causes them, and what helps: the one place that says so. Pure.

mod failed;
mod rejected;

use failed::failed;
use rejected::rejected;

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
