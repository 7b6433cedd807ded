//! A Redis in a process of its own.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use super::Workplace;
use super::tools::tool;

/// Ends when it is dropped, with all that it knows.
pub struct Redis {
    process: Child,
    port: u16,
    arguments: Vec<String>,
}

impl Redis {
    /// One that stands in the folder of `work`; none where there is no such program, which the test says.
    pub fn start(work: &Workplace, arguments: &[&str]) -> Option<Self> {
        tool("redis-server", ["--version"])?;
        let port = free_port();
        let folder = work.folder().to_string_lossy().into_owned();
        let ours = ["--bind", "127.0.0.1", "--save", "", "--dir", &folder];
        let arguments: Vec<_> = ours
            .iter()
            .chain(arguments)
            .map(ToString::to_string)
            .collect();
        let process = process(port, &arguments);
        let redis = Self {
            process,
            port,
            arguments,
        };
        redis.wait();
        Some(redis)
    }

    /// Its address, behind `user`, who may be somebody with a password and `@`.
    pub fn url(&self, user: &str) -> String {
        format!("redis://{user}127.0.0.1:{}/0", self.port)
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        self.process.kill().expect("it is ours");
        self.process.wait().expect("it ends");
    }

    /// Starts it anew, at the same address, and with nothing in it.
    pub fn restart(&mut self) {
        self.process = process(self.port, &self.arguments);
        self.wait();
    }

    fn wait(&self) {
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {}
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may have been killed before.
        let _ended = self.process.kill();
        self.process.wait().expect("it ends");
    }
}

fn process(port: u16, arguments: &[String]) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string()])
        .args(arguments)
        .stdout(Stdio::null())
        .spawn()
        .expect("it was there")
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}
