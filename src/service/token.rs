//! A token in place of key and secret (OAuth; contract, section 3). Pure.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use tokio::time::Instant;

use super::auth::Credentials;
use super::body::Body;
use super::classify::{Discreet, Said};
use super::member::Member;
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
    /// When its life is over at the latest.
    ends_at: Option<Instant>,
    /// Whether it takes the place of one that was refused.
    pub after_refusal: bool,
    /// Whether the service has taken it.
    is_proved: AtomicBool,
}

/// When a token was asked for, and when the answer came: its life has begun somewhere between.
#[derive(Debug, Clone, Copy)]
pub struct When {
    /// The request was made.
    pub asked: Instant,
    /// The answer was there.
    pub answered: Instant,
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

    /// Whether it can still be used, for want of another.
    pub fn is_alive(&self, now: Instant) -> bool {
        self.ends_at.is_none_or(|ends_at| now < ends_at)
    }

    /// Takes note that the service has taken it.
    pub fn prove(&self) {
        self.is_proved.store(true, Ordering::Relaxed);
    }

    /// Whether its refusal says that no other will be taken, either: it came after a refusal, and was never taken.
    pub fn is_hopeless(&self) -> bool {
        self.after_refusal && !self.is_proved.load(Ordering::Relaxed)
    }
}

/// Reads the reply to a request for a token. What it repeats of it is `discreet`.
pub fn granted(reply: Reply, when: When, discreet: Discreet<'_>) -> Granted {
    let not_now = |why: String| Granted::NotNow(Reply::NoConnection(format!("no token: {why}")));
    let answer = match reply {
        Reply::Http(answer) => answer,
        Reply::NoConnection(why) | Reply::TimedOut(why) | Reply::Lost(why) => return not_now(why),
        refused @ Reply::NoToken(_) => return Granted::NotNow(refused),
    };
    let body = &Body::read(&answer.body);
    let said = || said(&answer, Said { body, discreet });
    match answer.status {
        429 => asked_to_wait(answer),
        503 if answer.retry_after.is_some_and(|after| !after.is_zero()) => asked_to_wait(answer),
        408 | 425 | 461 | 500..=599 => not_now(said()),
        200..=299 => match token(&answer.body, when) {
            Some(token) => Granted::Token(token),
            // How a refusal looks is documented nowhere, but it would be JSON.
            None if is_json(&answer.body) && body.errors.is_empty() => {
                Granted::Refused(format!("{} without a usable token", said()))
            }
            None if is_json(&answer.body) => Granted::Refused(said()),
            None => not_now(format!(
                "the service answered HTTP {} without one",
                answer.status
            )),
        },
        _ => Granted::Refused(said()),
    }
}

/// Asked to wait, all do. What else it says is about no customer.
fn asked_to_wait(answer: Answer) -> Granted {
    let body = Bytes::new();
    Granted::NotNow(Reply::Http(Answer { body, ..answer }))
}

/// `{"data":{"accessToken":"…","ttlSeconds":300}}`.
#[derive(Deserialize)]
struct Answered<'a> {
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    #[serde(borrow)]
    access_token: Member<'a>,
    ttl_seconds: Option<Member<'a>>,
}

/// The token of an answer; bodies that say less are documented nowhere.
fn token(body: &[u8], when: When) -> Option<Token> {
    let Answered { data } = serde_json::from_slice(body).ok()?;
    let value = data.access_token.into_text()?;
    let value = value.trim();
    let usable = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic());
    let life = data
        .ttl_seconds
        .and_then(|seconds| seconds.whole_number())
        .filter(|seconds| *seconds > 0);
    let life = life.map(Duration::from_secs);
    let ahead = |life: Duration| life - AHEAD.min(life / 4);
    usable.then(|| Token {
        value: value.into(),
        renew_at: life.and_then(|life| when.asked.checked_add(ahead(life))),
        ends_at: life.and_then(|life| when.answered.checked_add(life)),
        after_refusal: false,
        is_proved: AtomicBool::new(false),
    })
}

fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

fn said(answer: &Answer, said: Said<'_>) -> String {
    match said.words() {
        words if words.is_empty() => format!("HTTP {}", answer.status),
        words => format!("HTTP {}, {words}", answer.status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_once() -> When {
        let asked = Instant::now();
        let answered = asked;
        When { asked, answered }
    }

    fn answered(status: u16, body: &str) -> Granted {
        let body = Bytes::copy_from_slice(body.as_bytes());
        let answer = Answer {
            status,
            retry_after: None,
            quota: None,
            body,
        };
        granted(Reply::Http(answer), at_once(), &|text| text)
    }

    fn life(body: &str) -> Option<Duration> {
        let when = at_once();
        let token = token(body.as_bytes(), when).unwrap();
        token.renew_at.map(|renew_at| renew_at - when.asked)
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
