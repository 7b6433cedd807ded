//! Secrets that the service repeats must not come into a result or a log (contract, section 3).
//!
//! Only what is shown is redacted, never what is read: a password may well be a word of an answer.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::byte_serialize;

use super::auth::Credentials;
use super::body::one_line;

/// A shorter secret is taken out only where it stands alone: it would take ordinary words with it.
const SHORT: usize = 6;

/// So many tokens are remembered: one that is older has long ended.
const TOKENS: usize = 64;

/// What stands in a secret's place.
const TAKEN_OUT: &str = "***";

/// The secrets that must not be repeated.
#[derive(Debug, Default)]
pub struct Redaction {
    /// Each as it may be written.
    secrets: Vec<SecretString>,
    tokens: Mutex<VecDeque<SecretString>>,
}

impl Redaction {
    /// What must not be repeated of these credentials: the secret itself, and the header that holds it.
    pub fn of(credentials: &Credentials) -> Self {
        let secret = credentials.secret().expose_secret();
        let mut secrets = written(secret);
        if let Credentials::Basic { username, password } = credentials {
            secrets.push(base64(&format!("{username}:{}", password.expose_secret())));
        }
        // The longest first: one may be a part of another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Self {
            secrets: secrets.into_iter().map(SecretString::from).collect(),
            tokens: Mutex::default(),
        }
    }

    /// A token that was given must not be repeated, either.
    pub fn learn(&self, token: &SecretString) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() == TOKENS {
            tokens.pop_front();
        }
        tokens.push_back(token.clone());
    }

    /// A text without the secrets.
    pub fn discreet(&self, text: String) -> String {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let secrets = self.secrets.iter().chain(tokens.iter());
        secrets.fold(text, |text, secret| without(text, secret.expose_secret()))
    }
}

/// The ways in which a secret may be written on a line.
fn written(secret: &str) -> Vec<String> {
    let form: String = byte_serialize(secret.as_bytes()).collect();
    let percent = form.replace('+', "%20");
    let html = secret
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    let (short, long) = (html.replace('\'', "&#39;"), html.replace('\'', "&#x27;"));
    let plain = secret.to_owned();
    let ways = [plain, form, percent, short, long, base64(secret)];
    ways.map(|way| one_line(&way, usize::MAX)).into()
}

/// Without its padding, which is left out here and there.
fn base64(text: &str) -> String {
    let encoded = BASE64_STANDARD.encode(text);
    encoded.trim_end_matches('=').to_owned()
}

fn without(text: String, secret: &str) -> String {
    if secret.is_empty() || !text.contains(secret) {
        return text;
    }
    if secret.len() >= SHORT {
        return text.replace(secret, TAKEN_OUT);
    }
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (mut clean, mut from) = (String::new(), 0);
    for (at, _) in text.match_indices(secret) {
        let (before, after) = (
            text[..at].chars().next_back(),
            text[at + secret.len()..].chars().next(),
        );
        if !is_word(before) && !is_word(after) {
            clean += &text[from..at];
            clean += TAKEN_OUT;
            from = at + secret.len();
        }
    }
    clean + &text[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(password: &str, text: &str) -> String {
        let credentials = Credentials::basic("till".into(), password.into()).unwrap();
        let redaction = Redaction::of(&credentials);
        redaction.learn(&"a-token-of-some-length".into());
        redaction.discreet(text.to_owned())
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
    }

    #[test]
    fn it_is_taken_out_however_it_is_written() {
        for way in [
            "hush & \"hush\"",
            "hush &amp; &quot;hush&quot;",
            "hush+%26+%22hush%22",
            "hush%20%26%20%22hush%22",
            "aHVzaCAmICJodXNoIg",
            "dGlsbDpodXNoICYgImh1c2gi",
        ] {
            assert_eq!(
                redacted("hush & \"hush\"", &format!("no {way}.")),
                "no ***."
            );
        }
        assert_eq!(
            redacted("hush  hush", "no hush hush"),
            "no ***",
            "on one line"
        );
    }

    #[test]
    fn a_short_one_is_taken_out_where_it_stands_alone() {
        assert_eq!(
            redacted("no", "no such customer: 'no', not now"),
            "*** such customer: '***', not now"
        );
        assert_eq!(redacted("hush1", "hush1 and hush12"), "*** and hush12");
    }
}
