//! What the requests share, and what becomes of one of them.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::answer::Answer;
use super::credentials::{PASSWORD, USER};
use super::log::Log;
use super::request::{Changes, Route};
use super::world::World;

/// The world and the log behind one lock, which is never held across a wait.
#[derive(Debug)]
pub struct Service {
    started: Instant,
    memory: Mutex<Memory>,
}

/// What the sandbox remembers.
#[derive(Debug, Default)]
pub struct Memory {
    /// The customers and the catalogue.
    pub world: World,
    /// All that was asked.
    pub log: Log,
}

impl Service {
    /// A world in which nobody has a label; its time begins now.
    pub fn begin() -> Self {
        Self {
            started: Instant::now(),
            memory: Mutex::default(),
        }
    }

    /// The memory, for as long as nobody waits.
    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn micros(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// A request's entry in the log, closed when it is dropped: a client that gives up drops it too.
pub struct Visit<'a> {
    service: &'a Service,
    n: usize,
    status: Option<u16>,
}

impl<'a> Visit<'a> {
    /// Opens the entry: the request's head has been read.
    pub fn begin(service: &'a Service, route: Route, request: &Request) -> Self {
        let target = request
            .uri()
            .path_and_query()
            .map_or("", |target| target.as_str());
        let method = request.method().as_str();
        let at = service.micros();
        let n = service
            .memory()
            .log
            .open(at, method, target, route.customer());
        Self {
            service,
            n,
            status: None,
        }
    }

    /// Takes note of the labels that the body names, as far as it could be read.
    pub fn names(&self, changes: &Result<Changes, Answer>) {
        if let Ok(changes) = changes {
            let log = &mut self.service.memory().log;
            log.labels(self.n, &changes.add, &changes.remove);
        }
    }

    /// Does what is asked, and says how that went.
    pub fn decide(&self, route: Route, let_in: bool, changes: Result<Changes, Answer>) -> Response {
        let answer = match (route, changes) {
            (Route::Nowhere, _) => Answer::refused(404, "No such resource"),
            (Route::WrongMethod, _) => Answer::refused(405, "Method not allowed"),
            _ if !let_in => Answer::refused(401, wrong_credentials()),
            (Route::Catalogue, _) => {
                return Json(self.service.memory().world.catalogue()).into_response();
            }
            (Route::ChangeLabels(_), Err(refusal)) => refusal,
            (Route::ChangeLabels(None), _) => Answer::no_such_customer(),
            (Route::ChangeLabels(Some(customer)), Ok(changes)) => self.change(customer, &changes),
        };
        answer.into_response()
    }

    /// Closes the entry with the status that is answered.
    pub fn answered(mut self, status: StatusCode) {
        self.status = Some(status.as_u16());
    }

    fn change(&self, customer: u64, changes: &Changes) -> Answer {
        let mut memory = self.service.memory();
        let answer = memory
            .world
            .change_labels(customer, &changes.add, &changes.remove);
        if answer.applied {
            memory.log.applied(self.n);
        }
        answer
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        let until = self.service.micros();
        self.service.memory().log.close(self.n, until, self.status);
    }
}

fn wrong_credentials() -> String {
    format!("Wrong user name or password: the sandbox lets in {USER} with {PASSWORD}")
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.status).expect("every status of ours has three digits");
        (status, Json(self.body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use crate::sandbox::client::{Client, change};
    use crate::sandbox::{Options, Sandbox};
    use serde_json::{Value, json};
    use std::time::Duration;

    const PATH: &str = "/v2/customers/7/changeLabels";

    fn sandbox(latency: Duration) -> Sandbox {
        Sandbox::start(Options { port: 0, latency }).unwrap()
    }

    #[test]
    fn a_stranger_is_refused_and_changes_nothing() {
        let sandbox = sandbox(Duration::ZERO);
        let mut client = Client::to(&sandbox);
        client.authorization = "Basic d3Jvbmc6d3Jvbmc=";
        for (method, path) in [("POST", PATH), ("GET", "/v2/organization/labels")] {
            let (status, body) = client.send(method, path, &change(&["VIP"], &[]));
            assert_eq!((status, &body["errors"][0]["code"]), (401, &json!(401)));
        }
        assert_eq!(client.get("/__customers/7").1, json!({"labels": []}));

        let (_, record) = client.get("/__calls");
        assert_eq!(record[0]["status"], 401);
        assert_eq!(record[0]["applied"], false);
        assert!(!record.to_string().contains("d3Jvbmc6d3Jvbmc"));
    }

    #[test]
    fn what_is_not_understood_is_refused_in_the_services_shape() {
        let sandbox = sandbox(Duration::ZERO);
        let mut client = Client::to(&sandbox);
        let good = change(&["VIP"], &[]);
        let cases = [
            ("POST", "/v2/customers/7", &*good, 404, 404),
            ("DELETE", PATH, &good, 405, 405),
            ("POST", PATH, "no JSON", 400, 400),
            ("POST", PATH, "{}", 400, 400),
            ("POST", "/v2/customers/seven/changeLabels", &good, 400, 8015),
        ];
        for (method, path, body, status, code) in cases {
            let answer = client.send(method, path, body);
            assert_eq!(
                (answer.0, &answer.1["errors"][0]["code"]),
                (status, &json!(code)),
                "{path}"
            );
            assert!(answer.1["errors"][0]["message"].is_string());
        }
    }

    #[test]
    fn a_client_that_gives_up_early_finds_nothing_changed() {
        let sandbox = sandbox(Duration::from_secs(4));
        let mut door = Client::to(&sandbox);
        let mut client = Client::to(&sandbox);
        client.write("POST", PATH, &change(&["VIP"], &[]));
        door.await_answer("/__calls", |calls| calls[0]["add"] == json!(["VIP"]));
        drop(client);

        let calls = door.await_answer("/__calls", |calls| !calls[0]["until"].is_null());
        assert_eq!(
            (&calls[0]["status"], &calls[0]["applied"]),
            (&Value::Null, &json!(false))
        );
        assert_eq!(door.get("/__customers/7").1, json!({"labels": []}));
    }

    #[test]
    fn a_client_that_gives_up_late_finds_its_change_made() {
        let sandbox = sandbox(Duration::from_secs(2));
        let mut door = Client::to(&sandbox);
        let mut client = Client::to(&sandbox);
        client.write("POST", PATH, &change(&["VIP"], &[]));
        door.await_answer("/__customers/7", |customer| {
            customer["labels"] == json!(["VIP"])
        });
        drop(client);

        let calls = door.await_answer("/__calls", |calls| !calls[0]["until"].is_null());
        assert_eq!(
            (&calls[0]["status"], &calls[0]["applied"]),
            (&Value::Null, &json!(true))
        );
    }
}
