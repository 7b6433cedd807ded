//! A server that speaks HTTP/2 over TLS.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use h2::server::{self, SendResponse};
use http::Response;
use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;

/// What becomes of a request.
#[derive(Debug, Clone, Copy)]
pub enum Stream {
    /// It is answered.
    Answered,
    /// It is reset, for this reason.
    Reset(h2::Reason),
    /// It is answered after so many milliseconds, and no other is taken meanwhile.
    Slow(u64),
    /// It is answered, and the connection takes no more.
    LastOfConnection,
    /// The connection breaks.
    Broken,
}

/// Listens until the test ends.
pub struct Http2 {
    port: u16,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Http2 {
    /// Does this with the n-th request, from 0.
    pub fn serving(
        mut config: ServerConfig,
        streams: impl Fn(usize) -> Stream + Send + Sync + Clone + 'static,
    ) -> Self {
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let (connections, requests) =
            (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let counts = (Arc::clone(&connections), Arc::clone(&requests));
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime").block_on(async move {
                listener.set_nonblocking(true).expect("it can wait");
                let listener = tokio::net::TcpListener::from_std(listener).expect("it is one");
                let acceptor = TlsAcceptor::from(Arc::new(config));
                let (connections, requests) = counts;
                while let Ok((stream, _)) = listener.accept().await {
                    let (acceptor, requests, streams) =
                        (acceptor.clone(), Arc::clone(&requests), streams.clone());
                    connections.fetch_add(1, Ordering::SeqCst);
                    tokio::spawn(async move {
                        // A client that has another connection by now goes away.
                        let Ok(stream) = acceptor.accept(stream).await else {
                            return;
                        };
                        let mut builder = server::Builder::new();
                        if let Stream::Slow(_) = streams(0) {
                            builder.max_concurrent_streams(1);
                        }
                        let Ok(mut connection) = builder.handshake(stream).await else {
                            return;
                        };
                        while let Some(Ok((_, respond))) = connection.accept().await {
                            match streams(requests.fetch_add(1, Ordering::SeqCst)) {
                                Stream::Answered => answer(respond),
                                Stream::Slow(milliseconds) => {
                                    tokio::spawn(async move {
                                        let span = Duration::from_millis(milliseconds);
                                        tokio::time::sleep(span).await;
                                        answer(respond);
                                    });
                                }
                                Stream::Reset(reason) => reset(respond, reason),
                                Stream::LastOfConnection => {
                                    answer(respond);
                                    connection.graceful_shutdown();
                                }
                                Stream::Broken => return,
                            }
                        }
                    });
                }
            });
        });
        Self {
            port,
            connections,
            requests,
        }
    }

    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// Answers a call, or a request for the organisation's labels.
fn answer(mut respond: SendResponse<bytes::Bytes>) {
    let response = Response::builder()
        .status(200)
        .body(())
        .expect("a response");
    // A client that has gone away needs no answer.
    if let Ok(mut body) = respond.send_response(response, false) {
        let either = r#"{"data":[{"name":"VIP"}],"warnings":[]}"#;
        let _gone = body.send_data(either.into(), true);
    }
}

fn reset(mut respond: SendResponse<bytes::Bytes>, reason: h2::Reason) {
    respond.send_reset(reason);
}
