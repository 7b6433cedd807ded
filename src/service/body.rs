//! What comes back, in either documented shape.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::member::Member;

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

/// The members of a body that mean something.
#[derive(Debug, Default)]
pub struct Members<'a> {
    /// `entity`.
    pub entity: Option<Member<'a>>,
    /// `warnings`.
    pub warnings: Option<Member<'a>>,
    /// `errors`.
    pub errors: Option<Member<'a>>,
    /// `success`.
    pub success: Option<Member<'a>>,
    /// `errorCode`.
    pub error_code: Option<Member<'a>>,
    /// `message`.
    pub message: Option<Member<'a>>,
}

/// What they are called.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Name {
    Entity,
    Warnings,
    Errors,
    Success,
    ErrorCode,
    Message,
    #[serde(other)]
    Else,
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Named)
    }
}

/// Takes an object; where it names a member twice, the last counts.
struct Named;

impl<'de> Visitor<'de> for Named {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut members = Members::default();
        while let Some(name) = object.next_key()? {
            let member = match name {
                Name::Entity => &mut members.entity,
                Name::Warnings => &mut members.warnings,
                Name::Errors => &mut members.errors,
                Name::Success => &mut members.success,
                Name::ErrorCode => &mut members.error_code,
                Name::Message => &mut members.message,
                Name::Else => {
                    object.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *member = object.next_value()?;
        }
        Ok(members)
    }
}

impl Body {
    /// Reads any bytes.
    pub fn read(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        serde_json::from_slice::<Members>(bytes).map_or_else(|_| Self::default(), Self::of)
    }

    /// What members come to.
    pub fn of(members: Members<'_>) -> Self {
        let Members {
            entity,
            warnings,
            errors,
            success,
            error_code,
            message,
        } = members;
        let known = [&entity, &warnings, &errors, &success, &error_code];
        let any_is_known = known.into_iter().any(Option::is_some);
        let remark = message.and_then(Member::into_text);
        let entity = entity.map(|entity| entity.whole_number());
        let success = success.map(|success| success.truth());
        let ((mut errors, known_errors), (warnings, known_warnings)) =
            (notices(errors), notices(warnings));
        let documented = any_is_known
            && entity != Some(None)
            && success != Some(None)
            && known_errors
            && known_warnings;
        let code = error_code.and_then(|code| code.code());
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

fn notices(member: Option<Member<'_>>) -> (Vec<Notice>, bool) {
    member.map_or((Vec::new(), true), Member::into_notices)
}

/// A text on one line of at most so many characters.
pub fn one_line(text: &str, most: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        fn what_means_nothing_hides_nothing_that_does(
            members in proptest::collection::vec(value(), 4),
            means_nothing in value(),
        ) {
            let [entity, warnings, errors, message] = &members[..] else {
                unreachable!("there are four");
            };
            let members = format!(
                r#""entity":{entity},"warnings":{warnings},"errors":{errors},"message":{message}"#
            );
            let is_json = serde_json::from_str::<IgnoredAny>(&means_nothing).is_ok();
            let means_nothing = if is_json { &*means_nothing } else { "{}" };
            let alone = Body::read(format!("{{{members}}}").as_bytes());
            let after = Body::read(format!(r#"{{"x":{means_nothing},{members}}}"#).as_bytes());
            let before = Body::read(format!(r#"{{{members},"x":{means_nothing}}}"#).as_bytes());
            prop_assert_eq!(&alone, &after);
            prop_assert_eq!(&alone, &before);
        }

        #[test]
        fn only_an_object_is_an_answer(body in value()) {
            let is_object = body.starts_with('{');
            prop_assert!(is_object || Body::read(body.as_bytes()) == Body::default());
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
