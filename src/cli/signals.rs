//! SIGINT and SIGTERM.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::error::Error;
use crate::model::StopReason;

/// Both signals, caught from now on.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Catches both.
    ///
    /// # Errors
    /// The system refuses.
    pub fn catch() -> Result<Self, Error> {
        let catch = |kind| {
            signal(kind)
                .map_err(|error| Error::unusable(format!("signals can't be caught: {error}")))
        };
        Ok(Self {
            interrupt: catch(SignalKind::interrupt())?,
            terminate: catch(SignalKind::terminate())?,
        })
    }

    /// Hands them on, each time one comes, until the task is aborted.
    pub fn forward(mut self) -> (mpsc::Receiver<StopReason>, JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(4);
        let forward = async move {
            loop {
                let reason = tokio::select! {
                    Some(()) = self.interrupt.recv() => StopReason::Interrupt,
                    Some(()) = self.terminate.recv() => StopReason::Terminate,
                    else => return,
                };
                if sender.send(reason).await.is_err() {
                    return;
                }
            }
        };
        (receiver, tokio::spawn(forward))
    }
}
