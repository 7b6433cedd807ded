//! The sandbox as a whole: bound to loopback, served on a thread of its own, stopped when dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::faults::Faults;
use super::line::accept;
use super::routes;

/// How many connections may wait to be accepted: a pool that starts all its workers at once must not
/// find the door shut.
const BACKLOG: u32 = 1024;

/// How a sandbox is to be.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes any that is free.
    pub port: u16,
    /// What goes wrong.
    pub faults: Faults,
}

/// A running sandbox. It stops when it is dropped: requests without an answer are cut off, and nothing
/// waits for connections that idle.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
}

/// Stops a sandbox from elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Stopper(Arc<Notify>);

impl Stopper {
    /// Has the sandbox stop; returns at once.
    pub fn stop(&self) {
        self.0.notify_one();
    }
}

impl Sandbox {
    /// Binds and serves. A port that is taken is an error here.
    pub fn start(options: Options) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        // A sandbox that ended a moment ago must not keep its port from the next.
        socket.set_reuseaddr(true)?;
        socket.bind((Ipv4Addr::LOCALHOST, options.port).into())?;
        let address = socket.local_addr()?;
        let stopper = Stopper::default();
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listener = {
            let _inside = runtime.enter();
            socket.listen(BACKLOG)?
        };
        let serving = serve(listener, options.faults, stopper.clone());
        let thread = thread::Builder::new()
            .name("sandbox".into())
            .spawn(move || runtime.block_on(serving))?;
        Ok(Self {
            address,
            stopper,
            thread: Some(thread),
        })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A handle that stops the sandbox while another thread is in [`Sandbox::join`].
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Blocks until the sandbox is stopped.
    pub fn join(mut self) {
        self.wait();
    }

    fn wait(&mut self) {
        // A panic in the thread has been reported by then; there is nothing to add.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stopper.stop();
        self.wait();
    }
}

async fn serve(listener: TcpListener, faults: Faults, stopper: Stopper) {
    // What is left then is dropped, idle connections and open requests alike.
    tokio::select! {
        () = stopper.0.notified() => {}
        () = serve_all(listener, routes::router(faults)) => {}
    }
}

/// Serves every connection in HTTP/1.1, as the service does without TLS.
async fn serve_all(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            (connection, line) = accept(&listener) => {
                let router = router.clone().layer(Extension(line));
                let served = http1::Builder::new()
                    .serve_connection(TokioIo::new(connection), TowerToHyperService::new(router));
                connections.spawn(served);
            }
            // However a client ends, it is what it wants.
            Some(_) = connections.join_next() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::client::{Client, change, with};
    use std::net::TcpListener;

    fn sandbox() -> Sandbox {
        Sandbox::start(Options::default()).unwrap()
    }

    fn port(sandbox: &Sandbox) -> u16 {
        let url = sandbox.base_url();
        url.strip_prefix("http://127.0.0.1:")
            .unwrap()
            .parse()
            .unwrap()
    }

    #[test]
    fn a_port_that_is_taken_is_an_error() {
        let first = sandbox();
        let options = Options {
            port: port(&first),
            ..Options::default()
        };
        let error = Sandbox::start(options.clone()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);

        // A runtime that is dropped inside another one panics.
        let outer = runtime::Builder::new_current_thread().build().unwrap();
        let error = outer.block_on(async { Sandbox::start(options).unwrap_err() });
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn a_dropped_sandbox_has_stopped_though_connections_idle() {
        let sandbox = sandbox();
        let port = port(&sandbox);
        let _never_used = Client::to(&sandbox);
        let mut used = Client::to(&sandbox);
        assert_eq!(used.get("/__calls").0, 200);
        drop(sandbox);

        assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok());
    }

    #[test]
    fn a_dropped_sandbox_cuts_off_what_it_has_not_answered() {
        let sandbox = with(&[("latency", "1h")]);
        let mut client = Client::to(&sandbox);
        client.write(
            "POST",
            "/v2/customers/7/changeLabels",
            &change(&["VIP"], &[]),
        );
        Client::to(&sandbox).await_answer("/__calls", |calls| !calls[0].is_null());
        drop(sandbox);

        assert!(client.read().is_none());
    }

    #[test]
    fn a_stopper_ends_the_wait() {
        let sandbox = sandbox();
        let stopper = sandbox.stopper();
        let waiting = thread::spawn(move || sandbox.join());
        stopper.stop();
        waiting.join().unwrap();
    }
}
