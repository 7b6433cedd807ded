//! What a call sends.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Change, LabelId, Labels, RowIndex, UserId};
    use proptest::prelude::*;
    use serde_json::Value;
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

    proptest! {
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
}
