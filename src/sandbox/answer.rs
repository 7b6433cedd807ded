//! What the service says to a change of labels, in the shapes that its documentation shows.

use std::borrow::Cow;

use serde::Serialize;

/// The code of "no such customer".
const NO_SUCH_CUSTOMER: u32 = 8015;
/// The code of "no such label in the catalogue".
const UNKNOWN_LABEL: u32 = 33000;
/// The code of "the customer has none of the labels that are to be removed".
const NONE_HELD: u32 = 33001;

/// An answer to a change of labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: Body,
    /// Whether at least one of the labels was written to, or taken from, the customer's memory.
    pub applied: bool,
}

/// The body of an answer; no single key is in every one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Body {
    /// The customer's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<u64>,
    /// What was left undone of a call that went through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warnings: Option<Vec<Notice>>,
    /// Why the call failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<Notice>>,
}

/// One warning or error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Always false, as in every documented sample.
    pub status: bool,
    /// The API's code.
    pub code: u32,
    /// The same in words.
    pub message: Cow<'static, str>,
}

impl Answer {
    /// The call went through, in whole or in part.
    pub(super) fn changed(customer: u64, warnings: Vec<Notice>, applied: bool) -> Self {
        let body = Body {
            entity: Some(customer),
            warnings: Some(warnings),
            errors: None,
        };
        Self {
            status: 200,
            body,
            applied,
        }
    }

    /// The call went through and there was nothing to do: the documented shape without `entity`.
    pub(super) fn nothing_done(warnings: Vec<Notice>) -> Self {
        let body = Body {
            entity: None,
            warnings: Some(warnings),
            errors: Some(Vec::new()),
        };
        Self {
            status: 200,
            body,
            applied: false,
        }
    }

    /// The customer does not exist.
    pub(super) fn no_such_customer() -> Self {
        // The documentation leaves the status open; 400 is "invalid input" in its general table.
        Self::failed(
            400,
            NO_SUCH_CUSTOMER,
            "Customer not found for the given identifiers",
        )
    }

    /// The request is refused before any customer is looked at; its code is the HTTP status.
    pub(super) fn refused(status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        Self::failed(status, u32::from(status), message)
    }

    fn failed(status: u16, code: u32, message: impl Into<Cow<'static, str>>) -> Self {
        let errors = Some(vec![Notice::new(code, message)]);
        Self {
            status,
            body: Body {
                errors,
                ..Body::default()
            },
            applied: false,
        }
    }
}

impl Notice {
    /// The catalogue has no such label.
    pub(super) fn unknown_label(label: &str) -> Self {
        Self::new(UNKNOWN_LABEL, format!("{label} label not found"))
    }

    /// The customer has none of the labels that are to be removed.
    pub(super) fn none_held() -> Self {
        Self::new(NONE_HELD, "User labels not found")
    }

    fn new(code: u32, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: false,
            code,
            message: message.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn assert_body(answer: Answer, expected: serde_json::Value) {
        assert_eq!(serde_json::to_value(answer.body).unwrap(), expected);
    }

    #[test]
    fn a_success_has_no_errors_key() {
        let success = Answer::changed(564663098, Vec::new(), true);
        assert_body(success, json!({"entity": 564663098, "warnings": []}));
    }

    #[test]
    fn where_nothing_was_done_there_is_no_entity() {
        let warning = json!({"status": false, "code": 33001, "message": "User labels not found"});
        let nothing = Answer::nothing_done(vec![Notice::none_held()]);
        assert_body(nothing, json!({"warnings": [warning], "errors": []}));
    }

    #[test]
    fn an_error_has_neither_entity_nor_warnings() {
        let error = json!({
            "status": false, "code": 8015, "message": "Customer not found for the given identifiers",
        });
        assert_body(Answer::no_such_customer(), json!({"errors": [error]}));
    }

    #[test]
    fn a_refusal_carries_its_status_as_its_code() {
        let error = json!({"status": false, "code": 404, "message": "No such resource"});
        let refusal = Answer::refused(404, "No such resource");
        assert_eq!(refusal.status, 404);
        assert_body(refusal, json!({"errors": [error]}));
    }
}
