//! Who is let in.

use axum::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

/// The user name that the sandbox lets in.
pub const USER: &str = "sandbox";
/// That user's password.
pub const PASSWORD: &str = "sandbox";

/// The key that the sandbox gives tokens for.
pub const KEY: &str = "sandbox-key";
/// That key's secret.
pub const SECRET: &str = "sandbox-secret";

/// The header that a token comes in.
const TOKEN: &str = "x-cap-api-oauth-token";

/// Who asks, as the headers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// The sandbox's user, with that user's password.
    User,
    /// Who has this token.
    Bearer(String),
    /// Nobody that the sandbox knows.
    Stranger,
}

impl Caller {
    /// Reads the headers.
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
        };
        if let Some(token) = text(TOKEN) {
            return Self::Bearer(token.to_owned());
        }
        match text(AUTHORIZATION.as_str()) {
            Some(header) if is_the_user(header) => Self::User,
            _ => Self::Stranger,
        }
    }
}

fn is_the_user(header: &str) -> bool {
    let Some((scheme, credentials)) = header.split_once(' ') else {
        return false;
    };
    let plain = BASE64_STANDARD.decode(credentials.trim()).ok();
    let plain = plain.and_then(|plain| String::from_utf8(plain).ok());
    scheme.eq_ignore_ascii_case("basic")
        && plain.and_then(|plain| plain.split_once(':').map(|pair| pair == (USER, PASSWORD)))
            == Some(true)
}

/// Whether a request for a token names the sandbox's key and secret.
pub fn is_the_client(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Client {
        key: String,
        secret: String,
    }
    serde_json::from_slice::<Client>(body)
        .is_ok_and(|client| (&*client.key, &*client.secret) == (KEY, SECRET))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    fn caller(name: &'static str, value: &str) -> Caller {
        Caller::of(&HeaderMap::from_iter([(
            HeaderName::from_static(name),
            value.parse().unwrap(),
        )]))
    }

    #[test]
    fn only_the_sandboxs_own_credentials_are_let_in() {
        let is_let_in = |header: &str| caller("authorization", header) == Caller::User;
        let encoded = |plain: &str| BASE64_STANDARD.encode(plain);
        assert!(is_let_in(&format!("Basic {}", encoded("sandbox:sandbox"))));
        assert!(is_let_in(&format!("basic {}", encoded("sandbox:sandbox"))));
        assert!(!is_let_in(&format!("Basic {}", encoded("sandbox:wrong"))));
        assert!(!is_let_in(&format!(
            "Basic {}",
            encoded("sandbox:sandbox:")
        )));
        assert!(!is_let_in(&format!(
            "Bearer {}",
            encoded("sandbox:sandbox")
        )));
        assert!(!is_let_in("Basic sandbox:sandbox"));
        assert_eq!(Caller::of(&HeaderMap::new()), Caller::Stranger);
    }

    #[test]
    fn a_token_is_told_from_a_user() {
        assert_eq!(caller(TOKEN, "abc"), Caller::Bearer("abc".into()));
        assert!(is_the_client(
            br#"{"key":"sandbox-key","secret":"sandbox-secret"}"#
        ));
        assert!(!is_the_client(br#"{"key":"sandbox-key","secret":"wrong"}"#));
        assert!(!is_the_client(b""));
    }
}
