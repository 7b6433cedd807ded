//! What the requests share, and what becomes of one of them.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Bytes;
use axum::extract::Request;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::json;

use super::answer::Answer;
use super::catalogue::unlisted;
use super::credentials::{Caller, KEY, PASSWORD, SECRET, USER, is_the_client};
use super::faults::{Faults, Listing, Strike, Switch};
use super::memory::{Fate, Meeting, Memory};
use super::reaction::{Reaction, away, failure, hit, struck, token, too_many};
use super::request::{Changes, Route};

/// The memory behind one lock, which is never held across a wait.
#[derive(Debug)]
pub struct Service {
    started: Instant,
    memory: Mutex<Memory>,
}

impl Service {
    /// A world in which nobody has a label; its time begins now.
    pub fn begin(faults: Faults) -> Self {
        Self {
            started: Instant::now(),
            memory: Mutex::new(Memory::new(faults)),
        }
    }

    /// The memory, for as long as nobody waits.
    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time, from the beginning.
    pub fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn micros(&self) -> u64 {
        u64::try_from(self.now().as_micros()).unwrap_or(u64::MAX)
    }
}

/// What a request asks for.
#[derive(Debug)]
pub enum Asked {
    /// A change of a customer's labels; no customer where the path names none, no change where the body can't be read.
    Changes(Option<u64>, Result<Changes, Answer>),
    /// A token, for the sandbox's own key and secret or not.
    Token(bool),
    /// The catalogue.
    Catalogue,
    /// Nothing that there is: the status and the words of the refusal.
    Nothing(u16, &'static str),
}

/// A request's entry in the log, closed when it is dropped: a client that gives up drops it too.
pub struct Visit<'a> {
    service: &'a Service,
    n: usize,
    route: Route,
    caller: Caller,
    status: Option<u16>,
}

impl<'a> Visit<'a> {
    /// Opens the entry: the request's head has been read.
    pub fn begin(service: &'a Service, request: &Request) -> Self {
        let route = Route::of(request.method(), request.uri().path());
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
            route,
            caller: Caller::of(request.headers()),
            status: None,
        }
    }

    /// What the request meets.
    pub fn meet(&self) -> Meeting {
        let now = self.service.now();
        let mut memory = self.service.memory();
        memory.meet(self.n, self.route, &self.caller, now)
    }

    /// Reads the body, and takes note of the labels that it names.
    pub fn read(&self, body: Result<Bytes, BytesRejection>) -> Asked {
        match self.route {
            Route::ChangeLabels(customer) => {
                let changes = match body {
                    Ok(body) => Changes::read(&body),
                    Err(error) => Err(Answer::refused(error.status().as_u16(), error.body_text())),
                };
                if let Ok(changes) = &changes {
                    let log = &mut self.service.memory().log;
                    log.labels(self.n, &changes.add, &changes.remove);
                }
                Asked::Changes(customer, changes)
            }
            Route::Token => Asked::Token(body.is_ok_and(|body| is_the_client(&body))),
            Route::Catalogue => Asked::Catalogue,
            Route::WrongMethod => Asked::Nothing(405, "Method not allowed"),
            Route::Nowhere => Asked::Nothing(404, "No such resource"),
        }
    }

    /// Does what is asked, as far as its fate lets it, and says what that leads to.
    pub fn react(&self, meeting: &Meeting, asked: &Asked) -> Reaction {
        match meeting.fate {
            Fate::Served(strike) => self.serve(strike, meeting, asked),
            Fate::Away(kind) => away(kind, meeting.dice),
            Fate::Stranger => answer(Answer::refused(401, wrong_credentials())),
            Fate::TooMany(wait) => Reaction::Answer(too_many(wait, meeting.faults.retry_after)),
            Fate::NoTokenNow => Reaction::Answer(failure(503, meeting.dice)),
        }
    }

    fn serve(&self, strike: Option<Strike>, meeting: &Meeting, asked: &Asked) -> Reaction {
        match asked {
            Asked::Nothing(status, why) => answer(Answer::refused(*status, *why)),
            Asked::Catalogue => self.list_labels(strike, meeting),
            Asked::Token(is_the_client) => self.give_token(*is_the_client, meeting),
            Asked::Changes(customer, changes) => {
                let answer = match (customer, changes) {
                    // What prevents the change has its own answer.
                    _ if strike.is_some_and(Strike::prevents) => Answer::refused(500, ""),
                    (_, Err(refusal)) => refusal.clone(),
                    (None, _) => Answer::no_such_customer(),
                    (Some(customer), Ok(changes)) => self.change(*customer, changes),
                };
                let (reaction, faults) = struck(&answer, strike, meeting);
                self.note(&faults);
                reaction
            }
        }
    }

    /// Closes the entry with the status that is answered.
    pub fn answered(mut self, status: StatusCode) {
        self.status = Some(status.as_u16());
    }

    /// Lists the organisation's labels. What strikes a call strikes this, too, but for what is about a customer.
    fn list_labels(&self, strike: Option<Strike>, meeting: &Meeting) -> Reaction {
        let listing = meeting.faults.catalogue;
        let (status, body) = match listing {
            Listing::Labels => (200, json!(self.service.memory().world.catalogue())),
            other => unlisted(other),
        };
        let strike = strike.filter(|strike| *strike != Strike::OtherEntity);
        if let Some(strike) = strike {
            self.note(&[strike.name()]);
            let body = serde_json::to_vec(&body).unwrap_or_default();
            return hit(strike, &body, meeting.dice);
        }
        if listing != Listing::Labels {
            self.note(&["catalogue"]);
        }
        let status = StatusCode::from_u16(status).unwrap_or_default();
        Reaction::Answer((status, Json(body)).into_response())
    }

    fn give_token(&self, is_the_client: bool, meeting: &Meeting) -> Reaction {
        if !is_the_client || meeting.faults.token_refused == Switch::On {
            if is_the_client {
                self.note(&["token-refused"]);
            }
            return answer(Answer::refused(401, wrong_key()));
        }
        let (faults, now) = (&meeting.faults, self.service.now());
        let life = faults.token_ttl.0;
        let name = self.service.memory().tokens.give(faults.seed.0, now, life);
        Reaction::Answer(Json(token(&name, life.as_secs())).into_response())
    }

    /// Takes note of what has gone wrong on demand.
    fn note(&self, faults: &[&'static str]) {
        let mut memory = self.service.memory();
        faults
            .iter()
            .for_each(|fault| memory.log.fault(self.n, fault));
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

fn answer(answer: Answer) -> Reaction {
    Reaction::Answer(answer.into_response())
}

fn wrong_credentials() -> String {
    format!(
        "Wrong credentials: the sandbox lets in {USER} with {PASSWORD}, and who has a token of its own"
    )
}

fn wrong_key() -> String {
    format!("Wrong key or secret: the sandbox gives tokens for {KEY} with {SECRET}")
}

#[cfg(test)]
mod tests {
    use crate::sandbox::client::{Client, change, with};
    use serde_json::{Value, json};

    const PATH: &str = "/v2/customers/7/changeLabels";

    #[test]
    fn a_stranger_is_refused_and_changes_nothing() {
        let sandbox = with(&[]);
        let mut client = Client::to(&sandbox);
        client.authorization = "Basic d3Jvbmc6d3Jvbmc=".into();
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
        let sandbox = with(&[]);
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
    fn the_organisations_labels_may_be_none_or_forbidden_or_struck_as_calls_are() {
        let path = "/v2/organization/labels";
        let get = |settings: &[(&str, &str)]| {
            let sandbox = with(settings);
            let (status, body) = Client::to(&sandbox).get(path);
            let (_, record) = Client::to(&sandbox).get("/__calls");
            (status, body, record[0]["fault"].clone())
        };
        for (kind, status, place) in [
            ("empty", 200, "errors"),
            ("empty-warning", 200, "warnings"),
            ("empty-404", 404, "errors"),
        ] {
            let (answered, body, fault) = get(&[("catalogue", kind)]);
            assert_eq!((answered, &body[place][0]["code"]), (status, &json!(33002)));
            assert_eq!(fault, "catalogue");
        }
        assert_eq!(get(&[("catalogue", "forbidden")]).0, 403);
        assert_eq!(get(&[("throttle", "100%")]).0, 429);
        let (status, body, fault) = get(&[("busy-body", "100%")]);
        assert_eq!((status, fault), (200, json!("busy-body")));
        assert!(body["errors"][0]["code"].is_u64(), "{body}");
        let (_, body, fault) = get(&[("other-entity", "100%"), ("rate", "1/h")]);
        assert_eq!(
            (body["data"][0]["name"].clone(), fault),
            (json!("VIP"), Value::Null)
        );
    }

    #[test]
    fn a_client_that_gives_up_early_finds_nothing_changed() {
        let sandbox = with(&[("latency", "4s")]);
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
        let sandbox = with(&[("latency", "2s")]);
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
