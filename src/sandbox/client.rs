//! The tests' client: HTTP/1.1 by hand over one kept connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::Sandbox;

/// One connection.
pub struct Client {
    connection: BufReader<TcpStream>,
    /// The header that is sent with every request.
    pub authorization: &'static str,
}

impl Client {
    /// Connects.
    pub fn to(sandbox: &Sandbox) -> Self {
        let url = sandbox.base_url();
        let connection = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
        Self {
            connection: BufReader::new(connection),
            authorization: "Basic c2FuZGJveDpzYW5kYm94",
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
        let (length, authorization) = (body.len(), self.authorization);
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: sandbox\r\nauthorization: {authorization}\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        self.connection
            .get_mut()
            .write_all(request.as_bytes())
            .unwrap();
    }

    /// The next answer's status and body; none where the connection ends.
    pub fn read(&mut self) -> Option<(u16, Value)> {
        let (mut status, mut length) = (None, 0);
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
                ("content-length:", value) => length = value.parse().ok()?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.connection.read_exact(&mut body).ok()?;
        Some((status?, serde_json::from_slice(&body).unwrap()))
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
