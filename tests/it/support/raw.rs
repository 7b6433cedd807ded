//! A server that does with a connection whatever a test wants.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::read_request;

/// Listens until the test ends.
pub struct Raw {
    port: u16,
    requests: Arc<AtomicUsize>,
}

impl Raw {
    /// Gives every connection to `serve`, after its first request is read.
    pub fn serving(serve: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::keeping(move |stream| {
            serve(stream);
            false
        })
    }

    /// Gives a connection to `serve` after each of its requests, for as long as that keeps it.
    pub fn keeping(serve: impl Fn(&mut TcpStream) -> bool + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let (requests, serve) = (Arc::<AtomicUsize>::default(), Arc::new(serve));
        let count = Arc::clone(&requests);
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let (serve, count) = (Arc::clone(&serve), Arc::clone(&count));
                thread::spawn(move || {
                    while read_request(&stream).is_some() {
                        count.fetch_add(1, Ordering::SeqCst);
                        if !serve(&mut stream) {
                            break;
                        }
                    }
                });
            }
        });
        Self { port, requests }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many requests were read.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// Writes `head`, and then `part` again and again until the client has had enough.
pub fn endlessly(stream: &mut TcpStream, head: &[u8], part: &[u8]) {
    let mut written = stream.write_all(head);
    while written.is_ok() {
        written = stream.write_all(part);
    }
}

/// Says nothing until the client goes away.
pub fn silence(stream: &mut TcpStream) {
    let _gone = stream.read(&mut [0]);
}
