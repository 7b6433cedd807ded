//! A server that answers as a test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

/// Listens until the test ends.
pub struct Canned {
    address: String,
    asked: Arc<Mutex<Vec<Request>>>,
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Request {
    pub at: Instant,
    /// Request line and headers.
    pub head: String,
    pub body: String,
}

impl Canned {
    /// Answers the n-th request, from 0, with these bytes, and closes the connection; with nothing where there are
    /// none.
    pub fn answering(answers: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::replying(move |n, _| answers(n))
    }

    /// The same, where the answer depends on what is asked.
    pub fn replying(answers: impl Fn(usize, &Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let asked: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (answers, count) = (Arc::new(answers), Arc::new(AtomicUsize::new(0)));
        let record = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answers, count, record) = (
                    Arc::clone(&answers),
                    Arc::clone(&count),
                    Arc::clone(&record),
                );
                thread::spawn(move || {
                    if let Some(request) = read(&stream) {
                        let answer = answers(count.fetch_add(1, Ordering::SeqCst), &request);
                        record
                            .lock()
                            .expect("no test thread has failed")
                            .push(request);
                        // A client that has gone away needs no answer.
                        let _gone = (&stream).write_all(&answer);
                    }
                });
            }
        });
        Self { address, asked }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn asked(&self) -> Vec<Request> {
        self.asked
            .lock()
            .expect("no test thread has failed")
            .clone()
    }
}

/// The next request; none where the client has gone away.
pub fn read(stream: impl Read) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let at = Instant::now();
    let length = |line: &str| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")?
            .trim()
            .parse()
            .ok()
    };
    let mut body = vec![0; head.lines().find_map(length).unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        at,
        head,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// An HTTP answer.
pub fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} Canned\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}").into_bytes()
}
