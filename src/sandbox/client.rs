//! The tests' client: HTTP/1.1 by hand over one kept connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Faults, Options, Sandbox};

/// A sandbox in which this goes wrong.
pub fn with(settings: &[(&str, &str)]) -> Sandbox {
    let mut faults = Faults::default();
    for (name, value) in settings {
        faults.set(name, value).unwrap();
    }
    Sandbox::start(Options { port: 0, faults }).unwrap()
}

/// One connection.
pub struct Client {
    connection: BufReader<TcpStream>,
    /// The header that is sent with every request.
    pub authorization: String,
}

impl Client {
    /// Connects.
    pub fn to(sandbox: &Sandbox) -> Self {
        let url = sandbox.base_url();
        let connection = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
        Self {
            connection: BufReader::new(connection),
            authorization: "Basic c2FuZGJveDpzYW5kYm94".into(),
        }
    }

    /// Sends a request without a body; gives status and body.
    pub fn get(&mut self, path: &str) -> (u16, Value) {
        self.send("GET", path, "")
    }

    /// Sends a request; gives status and body.
    pub fn send(&mut self, method: &str, path: &str, body: &str) -> (u16, Value) {
        self.write(method, path, body);
        self.read().expect("an answer")
    }

    /// Asks until the body is as wanted, and gives that.
    pub fn await_answer(&mut self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let (_, body) = self.get(path);
            if wanted(&body) {
                return body;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Sends a request and does not wait for its answer.
    pub fn write(&mut self, method: &str, path: &str, body: &str) {
        let (length, authorization) = (body.len(), &self.authorization);
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: sandbox\r\nauthorization: {authorization}\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        self.connection
            .get_mut()
            .write_all(request.as_bytes())
            .unwrap();
    }

    /// The next answer's status and body, which is JSON; none where the connection ends.
    pub fn read(&mut self) -> Option<(u16, Value)> {
        let (status, body) = self.read_any()?;
        Some((status, serde_json::from_slice(&body).unwrap()))
    }

    /// The next answer's status, whatever its body is.
    pub fn read_status(&mut self) -> Option<u16> {
        self.read_any().map(|(status, _)| status)
    }

    /// The next answer's status and body.
    pub fn read_any(&mut self) -> Option<(u16, Vec<u8>)> {
        let (mut status, mut length, mut in_chunks) = (None, 0, false);
        loop {
            let mut line = String::new();
            self.connection
                .read_line(&mut line)
                .ok()
                .filter(|read| *read > 0)?;
            if line == "\r\n" {
                break;
            }
            match line.trim_end().split_once(' ')? {
                ("HTTP/1.1", rest) => status = rest.get(..3)?.parse().ok(),
                ("transfer-encoding:", "chunked") => in_chunks = true,
                ("content-length:", value) => length = value.parse().ok()?,
                _ => {}
            }
        }
        if in_chunks {
            // Only ever sent to be cut: what comes of it is nothing.
            self.connection.read_to_end(&mut Vec::new()).ok()?;
            return None;
        }
        let mut body = vec![0; length];
        self.connection.read_exact(&mut body).ok()?;
        Some((status?, body))
    }
}

/// The body of a change of labels.
pub fn change(add: &[&str], remove: &[&str]) -> String {
    let labels = |names: &[&str]| -> Vec<Value> {
        names
            .iter()
            .map(|name| json!({"labelName": name}))
            .collect()
    };
    json!({"add": labels(add), "remove": labels(remove)}).to_string()
}
