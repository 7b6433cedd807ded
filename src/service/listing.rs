//! The body of an answer to a request for the organisation's labels, which may be long.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::body::{Body, Members};
use super::catalogue::Catalogue;
use super::member::Member;

/// The body of an answer. What is written otherwise than documented is passed over where that hides nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Listing<'a> {
    data: Option<Labels>,
    #[serde(borrow)]
    warnings: Option<Member<'a>>,
    errors: Option<Member<'a>>,
    success: Option<Member<'a>>,
    message: Option<Member<'a>>,
    error_code: Option<Member<'a>>,
}

/// The labels, where there is a list of them: each is read and let go before the next.
#[derive(Debug)]
struct Labels(Option<Catalogue>);

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Listed)
    }
}

/// Takes a list, and whatever else stands in its place.
struct Listed;

impl<'de> Visitor<'de> for Listed {
    type Value = Labels;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("labels")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Labels, A::Error> {
        let mut labels = Catalogue::default();
        while let Some(label) = list.next_element::<Label>()? {
            if let Some((name, active)) = label.read() {
                labels.add(name, active);
            }
        }
        Ok(Labels(Some(labels)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Labels, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Labels(None))
    }

    fn visit_unit<E>(self) -> Result<Labels, E> {
        Ok(Labels(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Labels, E> {
        Ok(Labels(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Labels, E> {
        Ok(Labels(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Labels, E> {
        Ok(Labels(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Labels, E> {
        Ok(Labels(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Labels, E> {
        Ok(Labels(None))
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Label {
    Is {
        #[serde(default)]
        name: Option<Loose>,
        #[serde(default)]
        active: Option<Loose>,
    },
    IsNone(IgnoredAny),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Loose {
    Truth(bool),
    Number(serde_json::Number),
    Text(String),
    Else(IgnoredAny),
}

impl Label {
    /// Its name, and whether it is in use: it is where nothing says otherwise.
    fn read(&self) -> Option<(&str, bool)> {
        let Self::Is { name, active } = self else {
            return None;
        };
        let Some(Loose::Text(name)) = name else {
            return None;
        };
        let inactive = match active {
            Some(Loose::Truth(active)) => !active,
            Some(Loose::Number(number)) => number.as_f64() == Some(0.0),
            Some(Loose::Text(text)) => matches!(&*text.trim().to_ascii_lowercase(), "false" | "0"),
            Some(Loose::Else(_)) | None => false,
        };
        Some((name, !inactive))
    }
}

impl<'a> Listing<'a> {
    /// Reads any bytes.
    pub fn read(bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        // A list would pass for the fields in their order.
        let is_object = bytes.trim_ascii_start().starts_with(b"{");
        let read = is_object.then(|| serde_json::from_slice(bytes).ok());
        read.flatten().unwrap_or_default()
    }

    /// The labels, where there is a list of them, and what it says besides.
    pub fn into_parts(self) -> (Option<Catalogue>, Body) {
        let members = Members {
            entity: None,
            warnings: self.warnings,
            errors: self.errors,
            success: self.success,
            error_code: self.error_code,
            message: self.message,
        };
        (self.data.and_then(|data| data.0), Body::of(members))
    }
}
