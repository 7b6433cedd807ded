//! The sandbox in a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

use super::audit::Recorded;

/// Stops when it is dropped.
pub struct Sandbox {
    process: Child,
    address: String,
}

/// What the sandbox was asked.
#[derive(Debug, Clone, Deserialize)]
pub struct Asked {
    /// When its head was read, in microseconds since the sandbox began.
    pub at: u64,
    /// When it was answered.
    pub until: Option<u64>,
    pub method: String,
    pub path: String,
    pub customer: Option<u64>,
    pub add: Vec<String>,
    pub remove: Vec<String>,
}

impl Sandbox {
    pub fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(assert_cmd::cargo::cargo_bin!("bulklabel"))
            .args(["sandbox", "--port", "0"])
            .args(arguments)
            .env_clear()
            .stderr(Stdio::piped())
            .spawn()
            .expect("the sandbox starts");
        let mut line = String::new();
        let stderr = process.stderr.take().expect("standard error is piped");
        BufReader::new(stderr)
            .read_line(&mut line)
            .expect("the sandbox says where it listens");
        let url = line
            .split_whitespace()
            .find_map(|word| word.strip_prefix("http://"));
        let address = url
            .unwrap_or_else(|| panic!("no address in {line:?}"))
            .to_owned();
        Self { process, address }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends all faults but these, which are a JSON object.
    pub fn set_faults(&self, faults: &str) {
        self.ask("DELETE", "/__faults", "");
        self.ask("PATCH", "/__faults", faults);
    }

    /// The whole record of what it was asked.
    pub fn recorded(&self) -> Vec<Recorded> {
        serde_json::from_str(&self.get("/__calls")).expect("the record is JSON")
    }

    /// All changeLabels calls that it was asked for, in their order.
    pub fn asked(&self) -> Vec<Asked> {
        serde_json::from_str(&self.get("/__calls")).expect("the record is JSON")
    }

    /// The labels that a customer has.
    pub fn labels(&self, customer: u64) -> Vec<String> {
        #[derive(Deserialize)]
        struct Customer {
            labels: Vec<String>,
        }
        let customer = self.get(&format!("/__customers/{customer}"));
        serde_json::from_str::<Customer>(&customer)
            .expect("a customer is JSON")
            .labels
    }

    /// Waits until it was asked so often.
    pub fn wait_for(&self, requests: usize) {
        // Each look is a request of its own; a sandbox that is never asked ends the test by the harness's limit.
        for _ in 0..100_000 {
            if self.asked().len() >= requests {
                return;
            }
        }
        panic!("the sandbox was asked only {} times", self.asked().len());
    }

    /// The same, or until this process has ended. Whether it has.
    pub fn wait_or_end(&self, requests: usize, process: &mut Child) -> bool {
        loop {
            if process.try_wait().expect("it is ours").is_some() {
                return true;
            }
            if self.asked().len() >= requests {
                return false;
            }
        }
    }

    fn get(&self, path: &str) -> String {
        self.ask("GET", path, "")
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("the sandbox listens");
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n");
        write!(stream, "{head}content-length: {length}\r\n\r\n{body}").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        body.to_owned()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.process.kill().expect("it runs until here");
        self.process.wait().expect("it ends");
    }
}
