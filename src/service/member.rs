//! A value of an answer, whatever it is: only what can mean something is kept of it, and no tree is built.

use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Number;

use super::body::{Notice, one_line};

/// A value of an answer.
#[derive(Debug)]
pub enum Member<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Truth(bool),
    /// A number.
    Number(Number),
    /// A string.
    Text(Cow<'a, str>),
    /// An object: a notice, whatever else stands in it; none where nothing does.
    Object(Option<Notice>),
    /// A list: the notices in it, and whether all that is in it can be read.
    List(Vec<Notice>, bool),
}

/// The members of a notice.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum OfNotice {
    Code,
    Message,
    #[serde(other)]
    Else,
}

impl Member<'_> {
    /// Whether there is one.
    pub fn is_there(&self) -> bool {
        !matches!(self, Self::Null)
    }

    /// A number, also where it is written as a string.
    pub fn whole_number(&self) -> Option<u64> {
        let whole = |number: f64| {
            // Beyond that a floating number does not hold every whole one.
            let exact = number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number);
            exact.then_some(number as u64)
        };
        match self {
            Self::Number(number) => number.as_u64().or_else(|| whole(number.as_f64()?)),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A truth, also where it is written as a string.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Truth(truth) => Some(*truth),
            Self::Text(text) => text.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }

    /// A string.
    pub fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    /// A code, number or string, on one line of at most 100 characters; an empty one is none.
    pub fn code(&self) -> Option<String> {
        let code = match self {
            Self::Text(text) => one_line(text, 100),
            Self::Number(number) => number.to_string(),
            _ => return None,
        };
        (!code.is_empty()).then_some(code)
    }

    /// The notices in a list, those that can be read, and whether all can be; a single one may stand without its list.
    pub fn into_notices(self) -> (Vec<Notice>, bool) {
        match self {
            Self::Null => (Vec::new(), true),
            Self::List(notices, all) => (notices, all),
            Self::Text(text) if text.trim().is_empty() => (Vec::new(), true),
            Self::Object(None) => (Vec::new(), false),
            single => {
                let notice = single.into_notice();
                let is_one = notice.is_some();
                (notice.into_iter().collect(), is_one)
            }
        }
    }

    fn into_notice(self) -> Option<Notice> {
        match self {
            Self::Text(message) => Some(Notice {
                code: None,
                message: message.into_owned(),
            }),
            Self::Object(notice) => Some(notice.unwrap_or_default()),
            _ => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Member<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Whatever)
    }
}

/// Takes whatever stands there.
struct Whatever;

impl<'de> Visitor<'de> for Whatever {
    type Value = Member<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Member::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Member::Truth(truth))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Member::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Member::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).map_or(Member::Null, Member::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Member::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Member::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let (mut notices, mut all) = (Vec::new(), true);
        while let Some(item) = list.next_element::<Member<'de>>()? {
            let is_there = item.is_there();
            match item.into_notice() {
                Some(notice) => notices.push(notice),
                None => all &= !is_there,
            }
        }
        Ok(Member::List(notices, all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut found = None::<Notice>;
        while let Some(key) = object.next_key()? {
            let notice = found.get_or_insert_default();
            match key {
                OfNotice::Code => notice.code = object.next_value::<Member<'de>>()?.code(),
                OfNotice::Message => {
                    let message = object.next_value::<Member<'de>>()?;
                    notice.message = message.into_text().unwrap_or_default();
                }
                OfNotice::Else => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Member::Object(found))
    }
}
