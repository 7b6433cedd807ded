//! A secret that is asked for on the terminal (contract, section 3).

use std::fs::File;
use std::io;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use secrecy::SecretString;
use tokio::signal::unix::{SignalKind, signal};

use super::question::TERMINAL;
use super::runtime::runtime;
use crate::error::{Error, ExitStatus};

/// Asks for a secret, which the terminal does not show.
///
/// # Errors
/// Nothing was typed, the person gave up, or the terminal can't be read.
pub fn ask_for_secret(what: &str, of: &str) -> Result<SecretString, Error> {
    let unreadable = |error| Error::unusable(format!("the terminal can't be read: {error}"));
    let runtime = runtime()?;
    let _inside = runtime.enter();
    // Caught, Ctrl-C ends the prompt, which puts the terminal right again; else it would end the process first.
    let _caught = signal(SignalKind::interrupt()).map_err(unreadable)?;
    let _quiet = Quiet::from_now_on().map_err(unreadable)?;
    match rpassword::prompt_password(format!("{what} of {of}: ")) {
        Ok(secret) if !secret.is_empty() => Ok(secret.into()),
        Ok(_) => Err(Error::unusable("nothing was typed, and nothing was sent")),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(Error::new(
            ExitStatus::Interrupted,
            "stopped by Ctrl-C; nothing was sent",
        )),
        Err(error) => Err(unreadable(error)),
    }
}

/// A terminal that shows nothing of what is typed and makes a signal of no key, from before the question on: who is
/// quick must neither be seen nor, with Ctrl-C, go unheard.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Quiet {
    fn from_now_on() -> io::Result<Self> {
        let terminal = File::open(TERMINAL)?;
        let before = tcgetattr(&terminal)?;
        let mut quiet = before.clone();
        quiet
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(&terminal, OptionalActions::Now, &quiet)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // A terminal that is gone needs not be put right.
        let _gone = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}
