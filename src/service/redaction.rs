//! Secrets that the service repeats must not come into a result or a log.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use memchr::memmem;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::auth::Credentials;

/// A shorter secret is not taken out: it would take ordinary words with it.
const SHORTEST: usize = 6;

/// What stands in a secret's place.
const TAKEN_OUT: &str = "***";

/// The secrets that must not be repeated.
#[derive(Debug)]
pub struct Redaction {
    secrets: Vec<SecretString>,
}

/// The same for one attempt, which may have had a token.
struct OfAttempt<'a>(Vec<&'a str>);

impl Redaction {
    /// What must not be repeated of these credentials: the secret itself, and the header that holds it.
    pub fn of(credentials: &Credentials) -> Self {
        let mut secrets = vec![credentials.secret().clone()];
        if let Credentials::Basic { username, password } = credentials {
            let header = format!("{username}:{}", password.expose_secret());
            secrets.push(BASE64_STANDARD.encode(header).into());
        }
        Self { secrets }
    }

    /// A body without the secrets and this token, whichever way its JSON writes them.
    pub fn body(&self, body: Bytes, token: Option<&SecretString>) -> Bytes {
        let secrets = self.secrets.iter().chain(token);
        let secrets = secrets.map(ExposeSecret::expose_secret);
        OfAttempt(secrets.filter(|secret| secret.len() >= SHORTEST).collect()).body(body)
    }
}

impl OfAttempt<'_> {
    fn body(&self, body: Bytes) -> Bytes {
        let body = self.bytes(body);
        if memchr::memchr(b'\\', &body).is_none() {
            return body;
        }
        match serde_json::from_slice(&body) {
            Ok(json) => self.json(json).to_string().into(),
            Err(_) => body,
        }
    }

    fn bytes(&self, mut body: Bytes) -> Bytes {
        for secret in &self.0 {
            let secret = secret.as_bytes();
            let mut found = memmem::find_iter(&body, secret).peekable();
            if found.peek().is_none() {
                continue;
            }
            let mut redacted = Vec::with_capacity(body.len());
            let mut from = 0;
            for at in found {
                redacted.extend_from_slice(&body[from..at]);
                redacted.extend_from_slice(TAKEN_OUT.as_bytes());
                from = at + secret.len();
            }
            redacted.extend_from_slice(&body[from..]);
            body = redacted.into();
        }
        body
    }

    fn json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.into_iter().map(|item| self.json(item)).collect(),
            Value::Object(fields) => fields
                .into_iter()
                .map(|(name, value)| (self.text(name), self.json(value)))
                .collect(),
            other => other,
        }
    }

    fn text(&self, text: String) -> String {
        let without = |text: String, secret: &&str| text.replace(secret, TAKEN_OUT);
        self.0.iter().fold(text, without)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(password: &str, body: &str) -> String {
        let credentials = Credentials::basic("till".into(), password.into()).unwrap();
        let token = SecretString::from("a-token-of-some-length");
        let body = Bytes::copy_from_slice(body.as_bytes());
        let redacted = Redaction::of(&credentials).body(body, Some(&token));
        String::from_utf8(redacted.into()).unwrap()
    }

    #[test]
    fn a_secret_that_the_service_repeats_is_taken_out() {
        assert_eq!(
            redacted("hush-hush", "no: hush-hush, hush-hush!"),
            "no: ***, ***!"
        );
        assert_eq!(
            redacted("hush-hush", "token a-token-of-some-length"),
            "token ***"
        );
        let header = BASE64_STANDARD.encode("till:hush-hush");
        assert_eq!(
            redacted("hush-hush", &format!("Basic {header}")),
            "Basic ***"
        );
    }

    #[test]
    fn it_is_taken_out_however_json_writes_it() {
        assert_eq!(
            redacted(r#"hush"hush"#, r#"{"message":"no hush\"hush"}"#),
            r#"{"message":"no ***"}"#
        );
        assert_eq!(
            redacted("hush-hush", r#"{"errors":["\u0068ush-hush"],"n":1}"#),
            r#"{"errors":["***"],"n":1}"#
        );
    }

    #[test]
    fn ordinary_words_stay() {
        assert_eq!(redacted("no", "no such customer"), "no such customer");
    }
}
