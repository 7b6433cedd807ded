//! SIGINT and SIGTERM.

use std::process;
use std::thread;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::runtime::runtime;
use crate::error::Error;
use crate::model::StopReason;
use crate::report::Screen;

/// Catches both signals from now on, and hands on each as it comes. Once nobody takes them any more, because no
/// call is on its way, a signal ends the process at once with this `farewell`: what was recorded stays.
///
/// # Errors
/// The system refuses.
pub fn catch(screen: &Screen, farewell: String) -> Result<mpsc::Receiver<StopReason>, Error> {
    let refused = |error| Error::unusable(format!("signals can't be caught: {error}"));
    let runtime = runtime()?;
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (
            signal(SignalKind::interrupt()).map_err(refused)?,
            signal(SignalKind::terminate()).map_err(refused)?,
        )
    };
    let (sender, receiver) = mpsc::channel(4);
    let screen = screen.clone();
    let forward = async move {
        loop {
            let reason = tokio::select! {
                Some(()) = interrupt.recv() => StopReason::Interrupt,
                Some(()) = terminate.recv() => StopReason::Terminate,
                else => return,
            };
            let status = reason.status();
            if sender.send(reason).await.is_err() {
                screen.say(farewell);
                process::exit(i32::from(status.code()));
            }
        }
    };
    // It outlives the calls, and ends with the process: a result may take a while to write.
    let watching = thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || runtime.block_on(forward));
    watching.map_err(refused)?;
    Ok(receiver)
}
