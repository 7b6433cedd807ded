//! SIGINT, SIGTERM and SIGHUP, from the first byte of the list to the last of the result.

use std::future::pending;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fs, process, thread};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use super::afterword::Afterword;
use super::runtime::runtime;
use crate::error::Error;
use crate::model::StopReason;
use crate::report::{Screen, why};

/// Catches the signals, and does what is right at the time.
#[derive(Debug)]
pub struct Signals {
    stage: Arc<Mutex<Stage>>,
}

/// What a signal means now.
#[derive(Debug)]
enum Stage {
    /// Nothing was sent: the process ends, and takes this copy of the list with it, and this journal if it is empty.
    Preparing(Option<PathBuf>, Option<PathBuf>),
    /// Calls are made: whoever makes them is told. Once nobody listens any more, the process ends with these
    /// words: what was recorded stays, and what was about to be put in its place goes.
    Calling(mpsc::Sender<StopReason>, String, Vec<PathBuf>),
}

impl Signals {
    /// Catches them from now on; SIGHUP, unless it is ignored: whoever starts a program so wants it to outlive the connection.
    ///
    /// # Errors
    /// The system refuses.
    pub fn catch(screen: &Screen, afterword: &Afterword) -> Result<Self, Error> {
        let refused = |error| Error::unusable(format!("signals can't be caught: {error}"));
        let runtime = runtime()?;
        let (mut interrupt, mut terminate, mut hang_up) = {
            let _inside = runtime.enter();
            (
                signal(SignalKind::interrupt()).map_err(refused)?,
                signal(SignalKind::terminate()).map_err(refused)?,
                match outlives_hang_up() {
                    true => None,
                    false => Some(signal(SignalKind::hangup()).map_err(refused)?),
                },
            )
        };
        let stage = Arc::new(Mutex::new(Stage::Preparing(None, None)));
        let watched = Arc::clone(&stage);
        let (screen, afterword) = (screen.clone(), afterword.clone());
        let watch = async move {
            loop {
                let reason = tokio::select! {
                    Some(()) = interrupt.recv() => StopReason::Interrupt,
                    Some(()) = terminate.recv() => StopReason::Terminate,
                    Some(()) = next(&mut hang_up) => StopReason::HangUp,
                    else => return,
                };
                act(&lock(&watched), reason, &screen, &afterword);
            }
        };
        // It outlives the calls, and ends with the process: a result may take a while to write.
        let watching = thread::Builder::new().name("signals".to_owned());
        watching
            .spawn(move || runtime.block_on(watch))
            .map_err(refused)?;
        Ok(Self { stage })
    }

    /// Says that the list may be copied to `copy`, and that a `journal` is made: both are to vanish if the process ends
    /// before anything is sent, but for a journal in which something is recorded.
    pub fn preparing(&self, copy: Option<PathBuf>, journal: PathBuf) {
        *lock(&self.stage) = Stage::Preparing(copy, Some(journal));
    }

    /// Hands signals on from now on; and once nobody takes them, ends the process with this `farewell`, and takes along what
    /// may be half `written` by then.
    pub fn hand_on(&self, farewell: String, written: Vec<PathBuf>) -> mpsc::Receiver<StopReason> {
        let (sender, receiver) = mpsc::channel(4);
        *lock(&self.stage) = Stage::Calling(sender, farewell, written);
        receiver
    }
}

async fn next(signal: &mut Option<Signal>) -> Option<()> {
    match signal {
        Some(signal) => signal.recv().await,
        None => pending().await,
    }
}

/// Whether this process is to go on when its connection or its terminal is gone, as `nohup` has it: then SIGHUP is ignored
/// already. Where the system does not tell, `nohup` is known by what it does besides: what is said goes to no terminal.
fn outlives_hang_up() -> bool {
    match fs::read_to_string("/proc/self/status") {
        Ok(status) => ignores_hang_up(&status),
        Err(_) => !io::stderr().is_terminal(),
    }
}

/// Whether a process ignores SIGHUP, which is the first of the signals, as its status says on Linux.
fn ignores_hang_up(status: &str) -> bool {
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 == 1)
}

fn lock(stage: &Mutex<Stage>) -> MutexGuard<'_, Stage> {
    stage.lock().unwrap_or_else(PoisonError::into_inner)
}

fn act(stage: &Stage, reason: StopReason, screen: &Screen, afterword: &Afterword) {
    let status = reason.status();
    let end = |words: &str| -> ! {
        afterword.write(status, Some(&why(&reason)));
        screen.part(words, status);
        afterword.say(status);
        process::exit(i32::from(status.code()))
    };
    match stage {
        Stage::Preparing(copy, journal) => {
            let is_empty = |path: &&PathBuf| fs::metadata(path).is_ok_and(|file| file.len() == 0);
            for path in copy.iter().chain(journal.iter().filter(is_empty)) {
                // What can't be removed is overwritten by the next run.
                let _left = fs::remove_file(path);
            }
            end("Stopped by a signal; nothing was sent.");
        }
        Stage::Calling(sender, farewell, written) => {
            // More signals than fit say no more than those that wait.
            if let Err(mpsc::error::TrySendError::Closed(_)) = sender.try_send(reason.clone()) {
                for path in written {
                    // What can't be removed is overwritten by the next run.
                    let _left = fs::remove_file(path);
                }
                end(farewell);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_ignores_a_hang_up_is_told_by_its_status() {
        for (mask, ignores) in [
            ("0000000000000001", true),
            ("0000000000001005", true),
            ("0000000000001000", false),
            ("nothing", false),
        ] {
            let status = format!("Name:\tbulklabel\nSigBlk:\t0000000000000001\nSigIgn:\t{mask}\n");
            assert_eq!(ignores_hang_up(&status), ignores, "{mask}");
        }
    }
}
