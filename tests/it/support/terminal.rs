//! A terminal with a person at it: util-linux's or BSD's `script` lends one.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Whoever shows nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(100);

/// A program that believes in a terminal.
pub struct Terminal {
    process: Child,
    keyboard: ChildStdin,
    screen: Receiver<Vec<u8>>,
    /// All that stood on the screen so far.
    shown: String,
}

impl Terminal {
    /// Starts `command` at a terminal.
    pub fn running(command: &Command) -> Self {
        Self::typed("", command, "")
    }

    /// The same at a terminal that is so wide.
    pub fn of_width(columns: u16, command: &Command) -> Self {
        Self::typed(&format!("stty cols {columns} rows 24; "), command, "")
    }

    /// The same with a file on its standard input.
    pub fn piped(file: &str, command: &Command) -> Self {
        Self::typed("", command, &format!(" < '{file}'"))
    }

    fn typed(before: &str, command: &Command, behind: &str) -> Self {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let words: Vec<_> = words
            .map(|word| format!("'{}'", word.to_string_lossy()))
            .collect();
        let line = before.to_owned() + &words.join(" ") + behind;
        let mut script = Command::new("script");
        script.env("TERM", "xterm");
        if cfg!(target_os = "macos") {
            script.args(["-q", "/dev/null", "bash", "-c", &line]);
        } else {
            script.args(["-qefc", &line, "/dev/null"]);
        }
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => script.env(name, value),
                None => script.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            script.current_dir(folder);
        }
        let mut process = script
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script is there");
        let mut stdout = process.stdout.take().expect("it is piped");
        let (drawn, screen) = channel();
        thread::spawn(move || {
            let mut more = [0; 1024];
            // A terminal that is gone is an error to some systems, and the end to others.
            while let Ok(read @ 1..) = stdout.read(&mut more)
                && drawn.send(more[..read].to_vec()).is_ok()
            {}
        });
        Self {
            keyboard: process.stdin.take().expect("it is piped"),
            screen,
            process,
            shown: String::new(),
        }
    }

    /// Waits until these words are shown.
    #[track_caller]
    pub fn shows(mut self, words: &str) -> Self {
        while !self.shown.contains(words) {
            assert!(self.reads(), "never shown: {words}\n{}", self.shown);
        }
        self
    }

    /// Takes in what is shown next; false at the end.
    #[track_caller]
    fn reads(&mut self) -> bool {
        match self.screen.recv_timeout(PATIENCE) {
            Ok(more) => self.shown += &String::from_utf8_lossy(&more),
            Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => {
                let _ended = self.process.kill();
                panic!("it hangs\n{}", self.shown);
            }
        }
        true
    }

    /// Types these keys.
    pub fn types(mut self, keys: &str) -> Self {
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("somebody listens");
        self
    }

    /// Waits for the end; gives the exit status and all that was shown.
    #[track_caller]
    pub fn ends(mut self) -> (i32, String) {
        while self.reads() {}
        let status = self.process.wait().expect("it ends");
        (status.code().unwrap_or(-1), self.shown)
    }
}
