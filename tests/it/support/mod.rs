//! Arranges a run: a folder, the binary, a sandbox, a server with canned answers.

mod audit;
mod browser;
mod canned;
mod http2;
mod raw;
mod redis;
mod sandbox;
mod terminal;
mod tls;
mod tools;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub use audit::{Audit, line as matrix_line};
pub use browser::{Browser, DOWN, TAB};
use canned::read as read_request;
pub use canned::{Canned, Request, answer};
pub use http2::{Http2, Stream};
pub use raw::{Raw, endlessly, silence};
pub use redis::{Redis, free_port};
pub use sandbox::Sandbox;
pub use terminal::Terminal;
pub use tls::{Authority, TlsServer, proxy_head};
pub use tools::{tool, words};

/// A folder of its own, with the program in it.
pub struct Workplace {
    folder: tempfile::TempDir,
}

/// A row of a result, by column.
pub type Row = BTreeMap<String, String>;

impl Workplace {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a list.
    pub fn list(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path(name), content).expect("the list can be written");
        self
    }

    /// The binary with these arguments, in this folder and an environment of its own.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("bulklabel"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("BULKLABEL_USERNAME", "sandbox")
            .env("BULKLABEL_PASSWORD", "sandbox")
            .stdin(Stdio::null());
        command
    }

    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ran {
        Ran::from(self.command(arguments).output().expect("the binary runs"))
    }

    /// Runs the list `campaign.csv` with `content` in the embedded sandbox, as fast as it goes.
    pub fn rehearse(&self, content: impl AsRef<[u8]>, more: &[&str]) -> Ran {
        self.list("campaign.csv", content);
        self.run(
            [
                &["run", "campaign.csv", "--sandbox", "--rate", "none"],
                more,
            ]
            .concat(),
        )
    }

    /// Runs `campaign.csv` against a server, as fast as it goes and without a question.
    pub fn send(&self, base_url: &str, more: &[&str]) -> Ran {
        self.run(
            [
                &[
                    "run",
                    "campaign.csv",
                    "--base-url",
                    base_url,
                    "--rate",
                    "none",
                ],
                more,
            ]
            .concat(),
        )
    }

    /// The rows of a result, by an independent reader of this format.
    pub fn rows(&self, name: &str) -> Vec<Row> {
        let mut reader = csv::Reader::from_path(self.path(name)).expect("there is a result");
        reader
            .deserialize()
            .map(|row| row.expect("a row as wide as the header"))
            .collect()
    }

    /// `line outcome code` of every row of a result.
    pub fn outcomes(&self, name: &str) -> Vec<String> {
        let shown = |row: &Row| {
            format!("{} {} {}", row["line"], row["outcome"], row["code"])
                .trim_end()
                .to_owned()
        };
        self.rows(name).iter().map(shown).collect()
    }

    /// What stands beside a result.
    pub fn summary(&self, name: &str) -> serde_json::Value {
        let text = fs::read_to_string(self.path(name)).expect("there is a summary");
        serde_json::from_str(&text).expect("it is JSON")
    }

    /// The customers whose calls have ended, as the journal of an unfinished run says.
    pub fn recorded(&self, result: &str) -> Vec<u64> {
        let journal = fs::read_to_string(self.path(&format!("{result}.partial"))).unwrap();
        let entries = journal.lines().filter_map(|line| line.split_once(' '));
        let entries = entries.filter_map(|(_, json)| serde_json::from_str(json).ok());
        let ended = |entry: serde_json::Value| entry["ended"]["user"].as_u64();
        entries.filter_map(ended).collect()
    }

    /// The names of all files in the folder.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder is there");
        let mut names: Vec<_> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    /// Asserts that no secret stands in any byte that a run wrote: in no file but those named after it, and in neither
    /// stream.
    #[track_caller]
    pub fn holds_none_of(&self, secrets: &[&str], ran: &Ran) {
        let files = self.files().into_iter().filter(|name| name != "secret");
        let files = files.map(|name| (name.clone(), fs::read(self.path(&name)).unwrap()));
        let last_line = ran.last_line.clone().unwrap_or_default();
        let streams = [
            ("stdout", &ran.stdout),
            ("stderr", &ran.stderr),
            ("last line", &last_line),
        ]
        .map(|(name, text)| (name.to_owned(), text.clone().into_bytes()));
        for (name, content) in files.chain(streams) {
            let content = String::from_utf8_lossy(&content);
            for secret in secrets {
                assert!(!content.contains(secret), "{name} holds {secret}\n{ran}");
            }
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A process that has ended.
pub struct Ran {
    pub status: i32,
    pub stdout: String,
    /// Without the last line that a search relies on.
    pub stderr: String,
    /// That line, where it is the last.
    pub last_line: Option<String>,
}

/// How the line begins that ends the log of a run.
const LAST_LINE: &str = "bulklabel finished:";

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let mut stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let last = stderr
            .lines()
            .last()
            .filter(|line| line.starts_with(LAST_LINE));
        let last_line = last.map(str::to_owned);
        if let Some(line) = &last_line {
            stderr.truncate(stderr.len() - line.len() - 1);
        }
        let ran = Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr,
            last_line,
        };
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        ran
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "exit {}\n--- stdout\n{}\n--- stderr\n{}{}",
            self.status,
            self.stdout,
            self.stderr,
            self.last_line.as_deref().unwrap_or_default()
        )
    }
}

impl Ran {
    /// Asserts the exit status.
    #[track_caller]
    pub fn ended(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// Asserts that the run has stopped because it was not answered; gives what was met instead: a code, and a message.
    #[track_caller]
    pub fn unanswered(self) -> (String, String) {
        let ran = self.ended(75);
        let why = ran
            .stderr
            .split_once("NOT complete: the service has not answered since ");
        let why = why.and_then(|(_, since)| since.split_once(" (")?.1.split_once(")\n"));
        let (code, message) = why
            .and_then(|(why, _)| why.split_once(": "))
            .unwrap_or_else(|| panic!("{ran}"));
        (code.to_owned(), message.to_owned())
    }

    /// The last line, which a run must have.
    #[track_caller]
    pub fn last_line(&self) -> &str {
        let line = self.last_line.as_deref();
        line.unwrap_or_else(|| panic!("no last line\n{self}"))
    }

    /// Asserts that standard error says this.
    #[track_caller]
    pub fn said(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "not said: {words}\n{self}");
        self
    }
}
