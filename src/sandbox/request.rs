//! What a request asks for: its place and its labels.

use axum::http::Method;
use serde::{Deserialize, Deserializer};

use super::answer::Answer;

/// Where a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// A change of labels; none where the path's id is no positive integer in 63 bits.
    ChangeLabels(Option<u64>),
    /// The organisation's labels.
    Catalogue,
    /// A token for key and secret.
    Token,
    /// A place that exists, by a method that it does not take.
    WrongMethod,
    /// A place that does not exist.
    Nowhere,
}

impl Route {
    /// Reads method and path.
    ///
    /// The reference page says POST and GET of the same call, so all that a client may be set to pass.
    pub fn of(method: &Method, path: &str) -> Self {
        let customer = path
            .strip_prefix("/v2/customers/")
            .and_then(|rest| rest.strip_suffix("/changeLabels"))
            .filter(|id| !id.contains('/'));
        if let Some(id) = customer {
            return match *method {
                Method::POST | Method::PUT | Method::GET => Self::ChangeLabels(customer_id(id)),
                _ => Self::WrongMethod,
            };
        }
        match path {
            "/v2/organization/labels" if method == Method::GET => Self::Catalogue,
            "/v2/organization/labels" => Self::WrongMethod,
            "/v3/oauth/token/generate" if method == Method::POST => Self::Token,
            "/v3/oauth/token/generate" => Self::WrongMethod,
            _ => Self::Nowhere,
        }
    }

    /// The customer that the path names.
    pub fn customer(self) -> Option<u64> {
        match self {
            Self::ChangeLabels(customer) => customer,
            Self::Catalogue | Self::Token | Self::WrongMethod | Self::Nowhere => None,
        }
    }
}

fn customer_id(id: &str) -> Option<u64> {
    // `parse` alone would let a plus sign pass.
    let digits = Some(id).filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits
        .parse::<i64>()
        .ok()?
        .try_into()
        .ok()
        .filter(|id| *id > 0)
}

/// The labels that a request names.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Changes {
    /// Those to add.
    #[serde(default, deserialize_with = "names")]
    pub add: Vec<String>,
    /// Those to remove.
    #[serde(default, deserialize_with = "names")]
    pub remove: Vec<String>,
}

impl Changes {
    /// Reads a body, or says why it can't be.
    pub fn read(body: &[u8]) -> Result<Self, Answer> {
        serde_json::from_slice(body).map_err(|error| {
            Answer::refused(400, format!("The body is no change of labels: {error}"))
        })
    }
}

fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    struct Label {
        #[serde(rename = "labelName")]
        name: String,
    }
    let labels = Vec::<Label>::deserialize(deserializer)?;
    Ok(labels.into_iter().map(|label| label.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(method: Method, path: &str) -> Route {
        Route::of(&method, path)
    }

    #[test]
    fn three_methods_change_labels_and_one_lists_them() {
        for method in [Method::POST, Method::PUT, Method::GET] {
            let route = route(method, "/v2/customers/42/changeLabels");
            assert_eq!(route, Route::ChangeLabels(Some(42)));
        }
        assert_eq!(
            route(Method::GET, "/v2/organization/labels"),
            Route::Catalogue
        );
        assert_eq!(
            route(Method::POST, "/v2/organization/labels"),
            Route::WrongMethod
        );
        assert_eq!(
            route(Method::DELETE, "/v2/customers/42/changeLabels"),
            Route::WrongMethod
        );
        assert_eq!(route(Method::GET, "/v2/customers/42"), Route::Nowhere);
        assert_eq!(
            route(Method::POST, "/v2/customers/4/2/changeLabels"),
            Route::Nowhere
        );
    }

    #[test]
    fn only_a_positive_integer_in_63_bits_names_a_customer() {
        assert_eq!(
            customer_id("9223372036854775807"),
            Some(9_223_372_036_854_775_807)
        );
        for id in ["9223372036854775808", "0", "-1", "+1", "1.0", "abc", ""] {
            assert_eq!(customer_id(id), None, "{id}");
        }
    }

    #[test]
    fn a_body_may_lack_either_side_but_not_a_label_name() {
        let read = |body: &'static str| Changes::read(body.as_bytes());
        let add = vec!["VIP".to_owned()];
        let changes = Changes {
            add,
            remove: Vec::new(),
        };
        assert_eq!(read(r#"{"add":[{"labelName":"VIP"}]}"#), Ok(changes));
        assert!(read("{}").is_ok());
        for body in [
            "",
            "{",
            "7",
            r#"{"add":["VIP"]}"#,
            r#"{"add":[{"name":"VIP"}]}"#,
        ] {
            assert_eq!(
                read(body).map_err(|refusal| refusal.status),
                Err(400),
                "{body}"
            );
        }
    }
}
