//! A fate → what goes over the wire.

use std::time::{Duration, SystemTime};

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answer::Answer;
use super::cut_short::cut_short;
use super::faults::{Dice, OutageKind, RetryAfter, Strike, disguised};
use super::memory::Meeting;

/// What a request leads to.
#[derive(Debug)]
pub enum Reaction {
    /// An answer.
    Answer(Response),
    /// The connection is closed without one.
    Cut,
    /// Nothing, for as long as the client waits.
    Hang,
}

/// What an answer to a change of labels leads to where `strike` strikes the call, and the faults that make it so.
pub fn struck(
    answer: &Answer,
    strike: Option<Strike>,
    meeting: &Meeting,
) -> (Reaction, Vec<&'static str>) {
    let (strike, faults) = match strike {
        None | Some(Strike::OtherEntity) => {
            let (body, faults) = disguised(answer, strike, &meeting.faults, meeting.dice);
            let response = (status(answer.status), Json(body)).into_response();
            return (Reaction::Answer(response), faults);
        }
        Some(strike) => (strike, vec![strike.name()]),
    };
    let body = serde_json::to_vec(&answer.body).unwrap_or_default();
    (hit(strike, &body, meeting.dice), faults)
}

/// What becomes of an answer with this body where something strikes it.
pub fn hit(strike: Strike, body: &[u8], dice: Dice) -> Reaction {
    Reaction::Answer(match strike {
        Strike::Error(code) | Strike::BusyStatus(code) => failure(code, dice),
        Strike::BusyBody(code) => busy(200, code),
        Strike::Drop(_) => return Reaction::Cut,
        Strike::Hang(_) => return Reaction::Hang,
        Strike::Garbage(_) => garbage(dice),
        Strike::Truncate => cut_short(body, dice.roll("chunks") < 0.5),
        // It hides nothing of another answer than that to a call.
        Strike::OtherEntity => (StatusCode::OK, body.to_vec()).into_response(),
    })
}

/// What meets a request while the service is away.
pub fn away(kind: OutageKind, dice: Dice) -> Reaction {
    match kind {
        OutageKind::Unavailable => Reaction::Answer(failure(503, dice)),
        OutageKind::Drop => Reaction::Cut,
        OutageKind::Hang => Reaction::Hang,
    }
}

/// The answer to one call too many.
pub fn too_many(wait: Duration, advice: RetryAfter) -> Response {
    let answer = Answer::refused(429, "Too many requests").into_response();
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let advice = match advice {
        RetryAfter::Nothing => return answer,
        RetryAfter::Seconds => seconds.to_string(),
        // A date is whole seconds: the next one is not too early.
        RetryAfter::Date => {
            httpdate::fmt_http_date(SystemTime::now() + wait + Duration::from_secs(1))
        }
    };
    ([(RETRY_AFTER, advice)], answer).into_response()
}

/// An error of the server, in its own words or in a gateway's.
pub fn failure(code: u16, dice: Dice) -> Response {
    if dice.roll("page") < 0.5 {
        return page(code);
    }
    Answer::refused(code, "The request failed").into_response()
}

fn busy(code: u16, busy: u32) -> Response {
    let error = json!({"status": false, "code": busy, "message": "Busy, try again later"});
    (status(code), Json(json!({"errors": [error]}))).into_response()
}

fn garbage(dice: Dice) -> Response {
    if dice.roll("page") < 0.5 {
        return page(200);
    }
    let half = r#"{"entity": 564663098, "warn"#;
    ([(CONTENT_TYPE, "application/json")], half).into_response()
}

fn page(code: u16) -> Response {
    let page =
        format!("<html><head><title>{code}</title></head><body>A gateway's page</body></html>");
    (status(code), [(CONTENT_TYPE, "text/html")], page).into_response()
}

/// A token, in the shape that the documentation shows.
pub fn token(token: &str, seconds: u64) -> Value {
    json!({"data": {"accessToken": token, "ttlSeconds": seconds}, "errors": null})
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).expect("every status of ours has three digits")
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (status(self.status), Json(self.body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::client::{Client, change, with};

    const PATH: &str = "/v2/customers/7/changeLabels";

    /// What a client gets who adds a label while this goes wrong with every call, whether the label is there then, and
    /// what the record says of it.
    fn met(settings: &[(&str, &str)]) -> (Option<(u16, Vec<u8>)>, bool, Value) {
        let sandbox = with(settings);
        let mut client = Client::to(&sandbox);
        client.write("POST", PATH, &change(&["VIP"], &[]));
        let answer = client.read_any();
        let mut door = Client::to(&sandbox);
        let (_, customer) = door.get("/__customers/7");
        let (_, record) = door.get("/__calls");
        let fault = record[0]["fault"].clone();
        let changed = customer["labels"] == json!(["VIP"]);
        assert_eq!(record[0]["applied"], changed);
        (answer, changed, fault)
    }

    #[test]
    fn a_connection_closes_before_or_after_the_labels_are_changed() {
        let (answer, changed, fault) = met(&[("drop-before", "100%")]);
        assert_eq!(
            (answer, changed, fault),
            (None, false, json!("drop-before"))
        );
        let (answer, changed, fault) = met(&[("drop-after", "100%")]);
        assert_eq!((answer, changed, fault), (None, true, json!("drop-after")));
    }

    #[test]
    fn half_a_body_comes_and_then_nothing() {
        for seed in ["1", "2", "3", "4"] {
            let (answer, changed, _) = met(&[("truncate", "100%"), ("seed", seed)]);
            assert_eq!((answer, changed), (None, true));
        }
    }

    #[test]
    fn errors_and_busy_answers_change_nothing() {
        for setting in ["errors", "busy-body", "busy-status", "outage"] {
            let value = if setting == "outage" { "0s+1h" } else { "100%" };
            let seeds = (1..9).map(|seed| met(&[(setting, value), ("seed", &seed.to_string())]));
            for (_, changed, fault) in seeds {
                assert_eq!((changed, fault), (false, json!(setting)));
            }
        }
    }

    #[test]
    fn a_busy_code_stands_in_the_body() {
        let (answer, ..) = met(&[("busy-body", "100%")]);
        let (status, body) = answer.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        let code = body["errors"][0]["code"].as_u64().unwrap();
        assert!(status == 200 && [461, 521, 23_055].contains(&code));
    }

    #[test]
    fn another_customers_entity_hides_no_change() {
        let (answer, changed, fault) = met(&[("other-entity", "100%")]);
        let body: Value = serde_json::from_slice(&answer.unwrap().1).unwrap();
        assert_eq!(body, json!({"entity": 8, "warnings": []}));
        assert_eq!((changed, fault), (true, json!("other-entity")));
    }

    #[test]
    fn one_call_too_many_is_refused_until_there_is_room() {
        let sandbox = with(&[("rate", "2/h")]);
        let mut client = Client::to(&sandbox);
        let add = change(&["VIP"], &[]);
        let statuses = [(); 3].map(|()| client.send("POST", PATH, &add).0);
        assert_eq!(statuses, [200, 200, 429]);
        let (_, record) = client.get("/__calls");
        assert_eq!(record[2]["fault"], "rate");
    }

    #[test]
    fn a_refusal_says_when_to_come_back_as_it_is_told_to() {
        let advice = |kind| {
            let response = too_many(Duration::from_millis(1_500), kind);
            let header = response.headers().get(RETRY_AFTER);
            header.map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(advice(RetryAfter::Nothing), None);
        assert_eq!(advice(RetryAfter::Seconds).as_deref(), Some("2"));
        let date = httpdate::parse_http_date(&advice(RetryAfter::Date).unwrap()).unwrap();
        let wait = date.duration_since(SystemTime::now()).unwrap();
        assert!(wait > Duration::from_secs(1) && wait < Duration::from_secs(4));
    }

    #[test]
    fn credentials_end_after_so_many_calls() {
        let sandbox = with(&[("revoke-after", "2")]);
        let mut client = Client::to(&sandbox);
        let add = change(&["VIP"], &[]);
        let statuses = [(); 4].map(|()| client.send("POST", PATH, &add).0);
        assert_eq!(statuses, [200, 200, 401, 401]);
    }

    #[test]
    fn faults_are_changed_while_it_runs() {
        let sandbox = with(&[]);
        let mut client = Client::to(&sandbox);
        let add = change(&["VIP"], &[]);
        let (status, faults) = client.send("PATCH", "/__faults", r#"{"outage":"0s+1h"}"#);
        assert_eq!((status, &faults["outage"]), (200, &json!("0s+3600s")));
        client.write("POST", PATH, &add);
        assert!(client.read_status() == Some(503));
        let (status, error) = client.send("PATCH", "/__faults", r#"{"seed":9,"no-such":1}"#);
        assert_eq!(status, 400);
        let message = error["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("no-such") && message.contains("drop-after"));
        let (_, faults) = client.get("/__faults");
        assert_eq!(faults["seed"], "1", "nothing is changed where one can't be");
        assert_eq!(client.send("DELETE", "/__faults", "").1["outage"], "none");
        assert_eq!(client.send("POST", PATH, &add).0, 200);
    }

    #[test]
    fn a_token_is_given_for_key_and_secret_and_used_up() {
        let sandbox = with(&[("revoke-token-after", "1"), ("token-ttl", "2s")]);
        let mut client = Client::to(&sandbox);
        let ask = r#"{"key":"sandbox-key","secret":"sandbox-secret"}"#;
        let path = "/v3/oauth/token/generate";
        let (status, body) = client.send("POST", path, ask);
        assert_eq!((status, &body["data"]["ttlSeconds"]), (200, &json!(2)));
        client.authorization = format!(
            "none\r\nx-cap-api-oauth-token: {}",
            body["data"]["accessToken"].as_str().unwrap()
        );
        let add = change(&["VIP"], &[]);
        let statuses = [(); 2].map(|()| client.send("POST", PATH, &add).0);
        assert_eq!(statuses, [200, 401]);
        let (_, record) = client.get("/__calls");
        assert!(!record.to_string().contains("sandbox-secret"));
        assert_eq!(client.send("POST", path, "{}").0, 401);
        client.send("PATCH", "/__faults", r#"{"token-refused":true}"#);
        assert_eq!(client.send("POST", path, ask).0, 401);
    }
}
