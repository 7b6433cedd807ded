//! The body of an answer to a request for the organisation's labels, which may be long.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::body::Body;
use super::catalogue::Catalogue;

/// The body of an answer. What is written otherwise than documented is passed over where that hides nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Listing {
    data: Option<Labels>,
    warnings: Option<Value>,
    errors: Option<Value>,
    success: Option<Value>,
    message: Option<Value>,
    #[serde(rename = "errorCode")]
    error_code: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Labels {
    Are(Vec<Label>),
    AreNone(IgnoredAny),
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

impl Listing {
    /// Reads any bytes.
    pub fn read(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        // A list would pass for the fields in their order.
        let is_object = bytes.trim_ascii_start().starts_with(b"{");
        let read = is_object.then(|| serde_json::from_slice(bytes).ok());
        read.flatten().unwrap_or_default()
    }

    /// What it says besides.
    pub fn body(&self) -> Body {
        Body::of(|key| match key {
            "warnings" => self.warnings.as_ref(),
            "errors" => self.errors.as_ref(),
            "success" => self.success.as_ref(),
            "message" => self.message.as_ref(),
            "errorCode" => self.error_code.as_ref(),
            _ => None,
        })
    }

    /// The labels, where there is a list of them.
    pub fn catalogue(&self) -> Option<Catalogue> {
        match &self.data {
            Some(Labels::Are(labels)) => Some(labels.iter().filter_map(Label::read).collect()),
            Some(Labels::AreNone(_)) | None => None,
        }
    }
}
