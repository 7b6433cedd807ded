//! The wish to stop, handed down as an argument.

use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Phase {
    Running,
    /// No new attempts; those on their way end.
    Draining,
    /// Those on their way are given up.
    Cut,
}

/// Asks a pool to stop.
#[derive(Debug)]
pub struct Stopper(watch::Sender<Phase>);

/// Knows whether to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<Phase>);

/// A wish not yet uttered, and who listens for it.
pub fn stopper() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(Phase::Running);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// No new attempts.
    pub fn drain(&self) {
        self.raise(Phase::Draining);
    }

    /// No more waiting for attempts on their way.
    pub fn cut(&self) {
        self.raise(Phase::Cut);
    }

    fn raise(&self, phase: Phase) {
        self.0.send_if_modified(|current| {
            let raised = *current < phase;
            *current = if raised { phase } else { *current };
            raised
        });
    }
}

impl Stop {
    /// Whether no new attempts are wanted.
    pub fn is_wanted(&self) -> bool {
        *self.0.borrow() != Phase::Running
    }

    /// Waits until no new attempts are wanted.
    pub async fn wanted(&self) {
        self.reached(Phase::Draining).await;
    }

    /// Waits until attempts on their way are given up.
    pub async fn cut(&self) {
        self.reached(Phase::Cut).await;
    }

    async fn reached(&self, phase: Phase) {
        let mut receiver = self.0.clone();
        if receiver
            .wait_for(|current| *current >= phase)
            .await
            .is_err()
        {
            // Nobody is left to ask for it.
            std::future::pending::<()>().await;
        }
    }
}
