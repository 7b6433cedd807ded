//! The service's routes, and the door through which tests look in and make trouble.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep_until};

use super::answer::Answer;
use super::faults::Faults;
use super::line::Line;
use super::reaction::Reaction;
use super::service::{Service, Visit};

/// Calls with very many labels must pass.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// All that is served. Only requests to the service are recorded, delayed and struck, those at the door are not.
pub fn router(faults: Faults) -> Router {
    Router::new()
        .route("/__calls", get(calls))
        .route("/__customers/{id}", get(labels))
        .route(
            "/__faults",
            get(faults_in_force).patch(change_faults).delete(end_faults),
        )
        .fallback(serve)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(Arc::new(Service::begin(faults)))
}

async fn calls(State(service): State<Arc<Service>>) -> Response {
    Json(&service.memory().log).into_response()
}

async fn labels(State(service): State<Arc<Service>>, Path(customer): Path<u64>) -> Response {
    #[derive(Serialize)]
    struct Labels<'a> {
        labels: Vec<&'a str>,
    }
    let memory = service.memory();
    let labels = memory.world.labels(customer).collect();
    Json(Labels { labels }).into_response()
}

async fn faults_in_force(State(service): State<Arc<Service>>) -> Response {
    Json(service.memory().faults().shown()).into_response()
}

/// Changes the settings that are named; none where one of them can't be.
async fn change_faults(State(service): State<Arc<Service>>, body: Bytes) -> Response {
    let settings = serde_json::from_slice::<Map<String, Value>>(&body)
        .map_err(|error| format!("the body must be an object of settings: {error}"));
    let changed = settings.and_then(|settings| {
        let mut faults = service.memory().faults().clone();
        for (name, value) in &settings {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            faults.set(name, &text)?;
        }
        Ok((settings, faults))
    });
    match changed {
        Ok((settings, faults)) => in_force(&service, faults, |name| settings.contains_key(name)),
        Err(why) => Answer::refused(StatusCode::BAD_REQUEST.as_u16(), why).into_response(),
    }
}

async fn end_faults(State(service): State<Arc<Service>>) -> Response {
    in_force(&service, Faults::default(), |_| true)
}

fn in_force(service: &Service, faults: Faults, set: impl Fn(&str) -> bool) -> Response {
    let shown = Json(faults.shown()).into_response();
    let now = service.now();
    service.memory().change_faults(faults, set, now);
    shown
}

/// Answers one request to the service, or does not.
///
/// Half of the latency passes before the labels are changed and half after, so that a client that
/// gives up may find the change made or not.
async fn serve(
    State(service): State<Arc<Service>>,
    Extension(line): Extension<Line>,
    request: Request,
) -> Response {
    let visit = Visit::begin(&service, &request);
    let asked = visit.read(Bytes::from_request(request, &()).await);
    let received = Instant::now();
    let meeting = visit.meet();
    pause(received, meeting.latency / 2).await;
    let reaction = visit.react(&meeting, &asked);
    pause(received, meeting.latency).await;
    match reaction {
        Reaction::Answer(response) => {
            visit.answered(response.status());
            response
        }
        Reaction::Cut => {
            line.cut();
            StatusCode::NO_CONTENT.into_response()
        }
        Reaction::Hang => std::future::pending().await,
    }
}

async fn pause(since: Instant, latency: Duration) {
    // Even a sleep of no length costs a turn of the timer.
    if !latency.is_zero() {
        sleep_until(since + latency).await;
    }
}

#[cfg(test)]
mod tests {
    use crate::sandbox::client::{Client, change, with};
    use serde_json::json;
    use std::time::{Duration, Instant};

    const PATH: &str = "/v2/customers/7/changeLabels";

    #[test]
    fn a_change_is_answered_recorded_and_remembered() {
        let sandbox = with(&[]);
        let mut client = Client::to(&sandbox);
        for method in ["POST", "PUT", "GET"] {
            let answer = client.send(method, PATH, &change(&["VIP", "Diwali"], &[]));
            assert_eq!(
                answer,
                (200, json!({"entity": 7, "warnings": []})),
                "{method}"
            );
        }
        assert_eq!(
            client.get("/__customers/7"),
            (200, json!({"labels": ["Diwali", "VIP"]}))
        );
        assert_eq!(client.get("/__customers/8"), (200, json!({"labels": []})));

        let (status, catalogue) = client.get("/v2/organization/labels");
        let newest = catalogue["data"]
            .as_array()
            .and_then(|labels| labels.last());
        assert_eq!((status, &newest.unwrap()["name"]), (200, &json!("Diwali")));

        let (_, record) = client.get("/__calls");
        let methods = record
            .as_array()
            .unwrap()
            .iter()
            .map(|call| &call["method"]);
        // The door itself is in no record.
        assert!(methods.eq(["POST", "PUT", "GET", "GET"]), "{record}");
        let mut put = record[1].clone();
        assert!(put["at"].as_u64().unwrap() <= put["until"].as_u64().unwrap());
        assert!(put["at"].as_u64() >= record[0]["until"].as_u64());
        (put["at"], put["until"]) = (json!(0), json!(0));
        let expected = json!({
            "n": 2, "at": 0, "until": 0, "method": "PUT", "path": PATH, "customer": 7,
            "add": ["VIP", "Diwali"], "remove": [], "status": 200, "applied": true, "fault": null,
        });
        assert_eq!(put, expected);
    }

    #[test]
    fn a_body_passes_up_to_8_mib() {
        let sandbox = with(&[]);
        let body = change(&["VIP"], &[]);
        let padded = |length: usize| body.clone() + &" ".repeat(length - body.len());
        let limit = super::BODY_LIMIT;
        for (length, status) in [(limit, 200), (limit + 1, 413)] {
            let answer = Client::to(&sandbox).send("POST", PATH, &padded(length));
            assert_eq!(answer.0, status, "{length}");
        }
    }

    #[test]
    fn an_answer_takes_the_latency() {
        let latency = Duration::from_millis(60);
        let sandbox = with(&[("latency", "60ms")]);
        let mut client = Client::to(&sandbox);
        let sent = Instant::now();
        client.send("POST", PATH, &change(&["VIP"], &[]));
        assert!(sent.elapsed() >= latency);
    }
}
