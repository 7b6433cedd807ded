//! What is sent, and what comes back in either documented shape.

use serde_json::Value;

use crate::model::{Action, Call};

/// The two sides of a body, and how each begins.
const SIDES: [(Action, &[u8]); 2] = [
    (Action::Add, b"\"add\":["),
    (Action::Remove, b"\"remove\":["),
];

/// What stands around a label's name, and behind it.
const AROUND: usize = "{\"labelName\":\"\"},".len();

/// The body of a call: `{"add":[{"labelName":"…"}],"remove":[…]}`, an empty list left out.
pub fn change_labels(call: &Call) -> Vec<u8> {
    let mut text = Vec::with_capacity(length(call));
    text.push(b'{');
    for (action, begin) in SIDES {
        let mut names = call.names(action);
        let Some(first) = names.next() else {
            continue;
        };
        if text.len() > 1 {
            text.push(b',');
        }
        text.extend_from_slice(begin);
        label(first, &mut text);
        for name in names {
            text.push(b',');
            label(name, &mut text);
        }
        text.push(b']');
    }
    text.push(b'}');
    text
}

fn label(name: &str, text: &mut Vec<u8>) {
    text.extend_from_slice(b"{\"labelName\":");
    serde_json::to_writer(&mut *text, name)
        .expect("a string is always JSON, and memory takes any bytes");
    text.push(b'}');
}

/// How long the body is, if nothing in it has to be escaped.
fn length(call: &Call) -> usize {
    let sides = SIDES.iter().map(|(action, begin)| {
        let names: usize = call.names(*action).map(|name| name.len() + AROUND).sum();
        match names {
            0 => 0,
            names => 1 + begin.len() + names,
        }
    });
    1 + sides.sum::<usize>()
}

/// An error or a warning of the service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notice {
    /// Its code, a number or a word.
    pub code: Option<String>,
    /// What it says.
    pub message: String,
}

/// What a body says, whichever of the two shapes it has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// Whether it is a JSON object of either shape, and nothing in it is of another kind than documented.
    pub documented: bool,
    /// The customer that the service answers for.
    pub entity: Option<u64>,
    /// Errors in their order; an `errorCode` or a bare `success: false` is the first.
    pub errors: Vec<Notice>,
    /// Warnings in their order.
    pub warnings: Vec<Notice>,
    /// A `message` beside all that.
    pub remark: Option<String>,
}

impl Body {
    /// Reads any bytes.
    pub fn read(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        Plain::read(bytes).map_or_else(|| Self::read_tree(bytes), Self::from)
    }

    /// Reads any bytes, whatever stands in them.
    fn read_tree(bytes: &[u8]) -> Self {
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(body)) => Self::of(|key| body.get(key)),
            _ => Self::default(),
        }
    }

    /// Reads the values that stand under a body's keys.
    pub fn of<'a>(value_of: impl Fn(&str) -> Option<&'a Value>) -> Self {
        let get = |key| value_of(key).filter(|value| !value.is_null());
        let remark = get("message").and_then(Value::as_str).map(str::to_owned);
        let known = ["entity", "warnings", "errors", "success", "errorCode"];
        let entity = get("entity").map(whole_number);
        let success = get("success").map(truth);
        let ((mut errors, known_errors), (warnings, known_warnings)) =
            (notices(get("errors")), notices(get("warnings")));
        let documented = known.into_iter().any(|key| get(key).is_some())
            && entity != Some(None)
            && success != Some(None)
            && known_errors
            && known_warnings;
        let code = get("errorCode").and_then(code);
        let failed = success.flatten() == Some(false);
        if code.is_some() || (failed && errors.is_empty()) {
            let message = remark.clone().unwrap_or_default();
            errors.insert(0, Notice { code, message });
        }
        Self {
            documented,
            entity: entity.flatten(),
            errors,
            warnings,
            remark,
        }
    }
}

/// The commonest answer: the customer's id, and nothing to say. Read without a tree of values; whatever is not quite this, is
/// not read at all.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain {
    entity: u64,
    #[serde(default)]
    warnings: Option<[(); 0]>,
    #[serde(default)]
    errors: Option<[(); 0]>,
}

impl Plain {
    fn read(bytes: &[u8]) -> Option<Self> {
        // A list of the same values would be taken for it, too.
        let is_object = bytes.trim_ascii_start().starts_with(b"{");
        is_object.then(|| serde_json::from_slice(bytes).ok())?
    }
}

impl From<Plain> for Body {
    fn from(plain: Plain) -> Self {
        let Plain {
            entity,
            warnings: None | Some([]),
            errors: None | Some([]),
        } = plain;
        Self {
            documented: true,
            entity: Some(entity),
            ..Self::default()
        }
    }
}

/// A number, also where it is written as a string.
pub fn whole_number(value: &Value) -> Option<u64> {
    let whole = |number: f64| {
        // Beyond that a floating number does not hold every whole one.
        let exact = number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number);
        exact.then_some(number as u64)
    };
    let number = value.as_u64().or_else(|| whole(value.as_f64()?));
    number.or_else(|| value.as_str()?.trim().parse().ok())
}

fn truth(value: &Value) -> Option<bool> {
    value
        .as_bool()
        .or_else(|| value.as_str()?.trim().to_ascii_lowercase().parse().ok())
}

/// A code, number or string, on one line of at most 100 characters; an empty one is none.
fn code(value: &Value) -> Option<String> {
    let code = match value {
        Value::String(text) => one_line(text, 100),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!code.is_empty()).then_some(code)
}

/// A text on one line of at most so many characters.
pub fn one_line(text: &str, most: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(most).collect()
}

/// The notices in a list, those that can be read, and whether all can be; a single one may stand without its list.
fn notices(value: Option<&Value>) -> (Vec<Notice>, bool) {
    let items = match value {
        None => return (Vec::new(), true),
        Some(Value::Array(items)) => &items[..],
        Some(Value::String(text)) if text.trim().is_empty() => return (Vec::new(), true),
        Some(Value::Object(object)) if object.is_empty() => return (Vec::new(), false),
        Some(single) => std::slice::from_ref(single),
    };
    let items = items.iter().filter(|item| !item.is_null());
    let read: Vec<_> = items.map(notice).collect();
    let all = read.iter().all(Option::is_some);
    (read.into_iter().flatten().collect(), all)
}

fn notice(value: &Value) -> Option<Notice> {
    match value {
        Value::String(message) => Some(Notice {
            code: None,
            message: message.clone(),
        }),
        Value::Object(object) => {
            let message = object
                .get("message")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            Some(Notice {
                code: object.get("code").and_then(code),
                message,
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Change, LabelId, Labels, RowIndex, UserId};
    use proptest::prelude::*;
    use std::sync::Arc;

    fn sent(changes: &[(Action, &str)]) -> String {
        let mut labels = Labels::default();
        let change = |(at, (action, name)): (usize, &(Action, &str))| {
            let label: LabelId = labels.intern(name).unwrap();
            Change {
                row: RowIndex(at as u32),
                action: *action,
                label,
            }
        };
        let changes = changes.iter().enumerate().map(change).collect();
        let call = Call {
            customer: 0,
            user: UserId::new(1).unwrap(),
            changes,
            labels: Arc::new(labels),
        };
        let body = change_labels(&call);
        let is_escaped = body.contains(&b'\\');
        assert!(
            is_escaped || body.capacity() == body.len(),
            "no more than it needs"
        );
        String::from_utf8(body).unwrap()
    }

    #[test]
    fn labels_are_sent_as_written_in_the_order_of_their_rows() {
        assert_eq!(
            sent(&[
                (Action::Add, "VIP \"2026\""),
                (Action::Remove, "Old"),
                (Action::Add, "季节")
            ]),
            r#"{"add":[{"labelName":"VIP \"2026\""},{"labelName":"季节"}],"remove":[{"labelName":"Old"}]}"#
        );
    }

    #[test]
    fn an_empty_side_is_left_out() {
        assert_eq!(
            sent(&[(Action::Remove, "Old")]),
            r#"{"remove":[{"labelName":"Old"}]}"#
        );
        assert_eq!(
            sent(&[(Action::Add, "New")]),
            r#"{"add":[{"labelName":"New"}]}"#
        );
    }

    fn notice(code: Option<&str>, message: &str) -> Notice {
        Notice {
            code: code.map(str::to_owned),
            message: message.to_owned(),
        }
    }

    /// Values as they may stand in an answer.
    fn value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("[]".to_owned()),
            Just("{}".to_owned()),
            any::<bool>().prop_map(|truth| truth.to_string()),
            any::<u64>().prop_map(|number| number.to_string()),
            any::<i64>().prop_map(|number| number.to_string()),
            any::<f64>().prop_map(|number| number.to_string()),
            any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
            "[0-9a-z. ]{0,4}",
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3)
                    .prop_map(|items| format!("[{}]", items.join(","))),
                object(inner),
            ]
        })
    }

    fn object(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
        const KEYS: &[&str] = &[
            "entity",
            "warnings",
            "errors",
            "success",
            "errorCode",
            "message",
            "code",
            "x",
        ];
        let member = (prop::sample::select(KEYS), value)
            .prop_map(|(key, value)| format!("\"{key}\" : {value}"));
        proptest::collection::vec(member, 0..4).prop_map(|all| format!("{{{}}}", all.join(",")))
    }

    proptest! {
        #[test]
        fn the_commonest_answer_is_read_as_all_are(body in value()) {
            prop_assert_eq!(Body::read(body.as_bytes()), Body::read_tree(body.as_bytes()));
        }

        #[test]
        fn what_is_almost_the_commonest_answer_is_read_as_all_are(
            entity in value(),
            warnings in prop_oneof![Just("[]".to_owned()), value()],
            errors in prop_oneof![Just("[]".to_owned()), value()],
        ) {
            for body in [
                format!("{{\"entity\":{entity},\"warnings\":[]}}"),
                format!("{{\"entity\":7,\"warnings\":{warnings},\"errors\":{errors}}}"),
                format!("[{entity},{warnings},{errors}]"),
            ] {
                prop_assert_eq!(Body::read(body.as_bytes()), Body::read_tree(body.as_bytes()));
            }
        }

        #[test]
        fn a_body_is_json_whatever_the_labels_are_called(
            changes in proptest::collection::vec((any::<bool>(), any::<String>()), 1..9),
        ) {
            let action = |adds| if adds { Action::Add } else { Action::Remove };
            let changes: Vec<_> =
                changes.iter().map(|(adds, name)| (action(*adds), &**name)).collect();
            let mut expected = serde_json::Map::new();
            for (key, action) in [("add", Action::Add), ("remove", Action::Remove)] {
                let of_action = changes.iter().filter(|change| change.0 == action);
                let names: Vec<_> =
                    of_action.map(|(_, name)| serde_json::json!({ "labelName": name })).collect();
                if !names.is_empty() {
                    expected.insert(key.to_owned(), names.into());
                }
            }
            let read: Value = serde_json::from_str(&sent(&changes)).unwrap();
            prop_assert_eq!(read, Value::Object(expected));
        }
    }

    #[test]
    fn the_second_shape_has_its_error_first() {
        let errors = |text: &str| Body::read(text.as_bytes()).errors;
        assert_eq!(
            errors(
                r#"{"success":false,"message":"no","errorCode":"8015","errors":["a",{"code":7,"message":"b"}]}"#
            ),
            [
                notice(Some("8015"), "no"),
                notice(None, "a"),
                notice(Some("7"), "b")
            ]
        );
        assert_eq!(
            errors(r#"{"success":false,"message":"no"}"#),
            [notice(None, "no")]
        );
        assert_eq!(
            errors(r#"{"success":"false","errors":["a"]}"#),
            [notice(None, "a")]
        );
        assert_eq!(errors(r#"{"success":true,"errorCode":"","errors":[]}"#), []);
        assert_eq!(
            errors(r#"{"success":true,"errorCode":null,"errors":null}"#),
            []
        );
    }

    #[test]
    fn what_cannot_be_read_hides_nothing_that_can() {
        let body = Body::read(br#"{"errors":[{"code":8015,"message":"no"},5]}"#);
        assert_eq!(body.errors, [notice(Some("8015"), "no")]);
        assert!(!body.documented);
        let hostile = Body::read(br#"{"errors":[{"code":"a\nb\u001b[31m"}]}"#);
        assert_eq!(hostile.errors, [notice(Some("a b [31m"), "")]);
    }

    #[test]
    fn only_the_documented_shapes_are_taken_for_an_answer() {
        let documented = |text: &str| Body::read(text.as_bytes()).documented;
        for yes in [
            r#"{"entity":1}"#,
            r#"{"warnings":[]}"#,
            r#"{"errors":[],"warnings":[]}"#,
            r#"{"success":true}"#,
            r#"{"entity":"564663098","warnings":null,"more":{}}"#,
            r#"{"warnings":["a plain string"]}"#,
            "\u{feff}{\"entity\":564663098.0}",
        ] {
            assert!(documented(yes), "{yes}");
        }
        for no in [
            "",
            "{",
            "[]",
            "null",
            "{}",
            "<html></html>",
            r#"{"message":"ok"}"#,
            r#"{"entity":null}"#,
            r#"{"entity":{}}"#,
            r#"{"entity":"x"}"#,
            r#"{"entity":-1}"#,
            r#"{"entity":1,"warnings":7}"#,
            r#"{"entity":1,"errors":[true]}"#,
            r#"{"entity":1,"errors":{}}"#,
            r#"{"success":"perhaps"}"#,
        ] {
            assert!(!documented(no), "{no}");
        }
    }
}
