//! A token in place of key and secret (OAuth; contract, section 3). Pure.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::auth::Credentials;
use super::body::{Body, whole_number};
use super::classify::words;
use super::reply::{Answer, Reply};

/// Where a token is asked for.
pub const PATH: &str = "/v3/oauth/token/generate";

/// A token is renewed so long before its end, or a quarter of its life if that is less.
const AHEAD: Duration = Duration::from_secs(30);

/// What calls are sent with.
#[derive(Debug)]
pub struct Token {
    /// What is sent.
    pub value: SecretString,
    /// From when on it is renewed; none where the service does not say how long it lives.
    renew_at: Option<Instant>,
}

/// What asking for a token came to.
#[derive(Debug)]
pub enum Granted {
    /// A token.
    Token(Token),
    /// None, which may be different in a moment: what an attempt that needs one meets instead.
    NotNow(Reply),
    /// None: the service refuses.
    Refused(String),
}

/// The body that asks for a token.
pub fn request(credentials: &Credentials) -> String {
    json!({"key": credentials.name(), "secret": credentials.secret().expose_secret()}).to_string()
}

impl Token {
    /// Whether it can still be used, and need not be renewed.
    pub fn is_fresh(&self, now: Instant) -> bool {
        self.renew_at.is_none_or(|renew_at| now < renew_at)
    }
}

/// Reads the reply to a request for a token that left at `asked`.
pub fn granted(reply: Reply, asked: Instant) -> Granted {
    let not_now = |why: String| Granted::NotNow(Reply::NoConnection(format!("no token: {why}")));
    let answer = match reply {
        Reply::Http(answer) => answer,
        Reply::NoConnection(why) | Reply::TimedOut(why) | Reply::Lost(why) => return not_now(why),
        refused @ Reply::NoToken(_) => return Granted::NotNow(refused),
    };
    let body = Body::read(&answer.body);
    match answer.status {
        429 => Granted::NotNow(Reply::Http(answer)),
        408 | 425 | 461 | 500..=599 => not_now(said(&answer, &body)),
        200..=299 => match token(&answer.body, asked) {
            Some(token) => Granted::Token(token),
            // How a refusal looks is documented nowhere, but it would be JSON.
            None if is_json(&answer.body) => Granted::Refused(said(&answer, &body)),
            None => not_now(format!(
                "the service answered HTTP {} without one",
                answer.status
            )),
        },
        _ => Granted::Refused(said(&answer, &body)),
    }
}

/// `{"data":{"accessToken":"…","ttlSeconds":300}}`; bodies that say less are documented nowhere.
fn token(body: &[u8], asked: Instant) -> Option<Token> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let data = body.get("data")?;
    let value = data.get("accessToken")?.as_str()?.trim();
    let usable = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic());
    let life = data
        .get("ttlSeconds")
        .and_then(whole_number)
        .filter(|seconds| *seconds > 0);
    let renew_at = life.and_then(|seconds| {
        let life = Duration::from_secs(seconds);
        asked.checked_add(life - AHEAD.min(life / 4))
    });
    usable.then(|| Token {
        value: value.into(),
        renew_at,
    })
}

fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

fn said(answer: &Answer, body: &Body) -> String {
    match words(body) {
        words if words.is_empty() => format!("HTTP {}", answer.status),
        words => format!("HTTP {}, {words}", answer.status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn answered(status: u16, body: &str) -> Granted {
        let body = Bytes::copy_from_slice(body.as_bytes());
        let answer = Answer {
            status,
            retry_after: None,
            body,
        };
        granted(Reply::Http(answer), Instant::now())
    }

    fn life(body: &str) -> Option<Duration> {
        let asked = Instant::now();
        let token = token(body.as_bytes(), asked).unwrap();
        token.renew_at.map(|renew_at| renew_at - asked)
    }

    #[test]
    fn a_token_is_renewed_shortly_before_its_end() {
        let seconds = |seconds| Some(Duration::from_secs_f64(seconds));
        let with = |ttl: &str| life(&format!(r#"{{"data":{{"accessToken":"t"{ttl}}}}}"#));
        assert_eq!(with(r#","ttlSeconds":3600"#), seconds(3570.0));
        assert_eq!(with(r#","ttlSeconds":"300""#), seconds(270.0));
        assert_eq!(with(r#","ttlSeconds":2"#), seconds(1.5));
        assert_eq!(with(r#","ttlSeconds":0"#), None, "until it is refused");
        assert_eq!(with(""), None);
    }

    #[test]
    fn what_is_no_token_is_a_refusal_or_passes() {
        let shown = |status, body| match answered(status, body) {
            Granted::Token(_) => "token".to_owned(),
            Granted::NotNow(Reply::NoConnection(why)) => why,
            Granted::NotNow(other) => format!("{:?}", other.status()),
            Granted::Refused(words) => format!("refused: {words}"),
        };
        let table = [
            (200, r#"{"data":{"accessToken":"t"},"errors":null}"#),
            (200, r#"{"data":{"accessToken":""},"errors":null}"#),
            (200, r#"{"data":{"accessToken":"a\nb"}}"#),
            (200, r#"{"data":{"accessToken":"cut"#),
            (
                200,
                r#"{"data":null,"errors":[{"code":1,"message":"bad key"}]}"#,
            ),
            (200, "<html>"),
            (302, ""),
            (400, r#"{"success":false,"message":"no such client"}"#),
            (401, ""),
            (404, "<html>"),
            (429, ""),
            (503, "<html>"),
        ]
        .map(|(status, body)| format!("{status} {body} → {}", shown(status, body)));
        insta::assert_snapshot!(table.join("\n"));
    }
}
