//! The service's routes, and the door through which tests look in.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::time::{Instant, sleep_until};

use super::credentials::is_let_in;
use super::request::{Changes, Route};
use super::service::{Service, Visit};

/// Calls with very many labels must pass.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

#[derive(Debug)]
struct Shared {
    service: Service,
    latency: Duration,
}

/// All that is served. Only requests to the service are recorded and delayed, those at the door are not.
pub fn router(latency: Duration) -> Router {
    let shared = Shared {
        service: Service::begin(),
        latency,
    };
    Router::new()
        .route("/__calls", get(calls))
        .route("/__customers/{id}", get(labels))
        .fallback(serve)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(Arc::new(shared))
}

async fn calls(State(shared): State<Arc<Shared>>) -> Response {
    Json(&shared.service.memory().log).into_response()
}

async fn labels(State(shared): State<Arc<Shared>>, Path(customer): Path<u64>) -> Response {
    #[derive(Serialize)]
    struct Labels<'a> {
        labels: Vec<&'a str>,
    }
    let memory = shared.service.memory();
    let labels = memory.world.labels(customer).collect();
    Json(Labels { labels }).into_response()
}

/// Answers one request to the service.
///
/// Half of the latency passes before the labels are changed and half after, so that a client that
/// gives up may find the change made or not.
async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let route = Route::of(request.method(), request.uri().path());
    let visit = Visit::begin(&shared.service, route, &request);
    let let_in = is_let_in(request.headers());
    let changes = Changes::read(Bytes::from_request(request, &()).await);
    visit.names(&changes);

    let received = Instant::now();
    shared.pause(received + shared.latency / 2).await;
    let response = visit.decide(route, let_in, changes);
    shared.pause(received + shared.latency).await;
    visit.answered(response.status());
    response
}

impl Shared {
    async fn pause(&self, until: Instant) {
        // Even a sleep of no length costs a turn of the timer.
        if !self.latency.is_zero() {
            sleep_until(until).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::sandbox::client::{Client, change};
    use crate::sandbox::{Options, Sandbox};
    use serde_json::json;
    use std::time::{Duration, Instant};

    const PATH: &str = "/v2/customers/7/changeLabels";

    fn sandbox(latency: Duration) -> Sandbox {
        Sandbox::start(Options { port: 0, latency }).unwrap()
    }

    #[test]
    fn a_change_is_answered_recorded_and_remembered() {
        let sandbox = sandbox(Duration::ZERO);
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
            "add": ["VIP", "Diwali"], "remove": [], "status": 200, "applied": true,
        });
        assert_eq!(put, expected);
    }

    #[test]
    fn a_body_passes_up_to_8_mib() {
        let sandbox = sandbox(Duration::ZERO);
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
        let sandbox = sandbox(latency);
        let mut client = Client::to(&sandbox);
        let sent = Instant::now();
        client.send("POST", PATH, &change(&["VIP"], &[]));
        assert!(sent.elapsed() >= latency);
    }
}
