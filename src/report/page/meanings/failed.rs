//! What the codes of failures mean.

use super::{Command, Meaning, meaning};

/// That of a failure's code.
pub(super) fn failed(code: &str) -> Meaning {
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
        _ => over_http(code),
    }
}

fn over_http(code: &str) -> Meaning {
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
