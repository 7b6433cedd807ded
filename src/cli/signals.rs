//! SIGINT and SIGTERM, from the first byte of the list to the last of the result.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fs, process, thread};

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::afterword::Afterword;
use super::runtime::runtime;
use crate::error::Error;
use crate::model::StopReason;
use crate::report::{Screen, why};

/// Catches both signals, and does what is right at the time.
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
    /// Catches both from now on.
    ///
    /// # Errors
    /// The system refuses.
    pub fn catch(screen: &Screen, afterword: &Afterword) -> Result<Self, Error> {
        let refused = |error| Error::unusable(format!("signals can't be caught: {error}"));
        let runtime = runtime()?;
        let (mut interrupt, mut terminate) = {
            let _inside = runtime.enter();
            (
                signal(SignalKind::interrupt()).map_err(refused)?,
                signal(SignalKind::terminate()).map_err(refused)?,
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
