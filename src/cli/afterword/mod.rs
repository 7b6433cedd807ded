//! What is written and said once a run, retry or undo has ended, whichever way it did (contract, section 7): `--summary`,
//! `--metrics`, and the last line.

mod announce;
mod files;
mod given;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use self::announce::SENDING;
use self::files::Files;
pub use self::given::AfterwordArgs;
use crate::error::{Error, ExitStatus};
use crate::job::SoFar;
use crate::model::Moment;
use crate::report::{LastLine, Leg, Screen, Summary};

/// What is written and said at the end. Whoever ends the program tells it so: the command, or a signal.
#[derive(Debug, Clone)]
pub struct Afterword {
    screen: Screen,
    started: Moment,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The command; none where it sends nothing, and ends without a word.
    command: Option<&'static str>,
    list: Option<PathBuf>,
    rehearsal: bool,
    files: Files,
    known: Option<SoFar>,
    /// The run's own sum is the last word on it.
    is_final: bool,
    result: Option<PathBuf>,
    recorded: Option<PathBuf>,
    reason: Option<String>,
    /// With which status it ended, once that is written.
    written: Option<ExitStatus>,
}

impl Afterword {
    /// Of a command that begins now. Nothing is written or said before it is known what that is.
    pub fn new(screen: &Screen) -> Self {
        Self {
            screen: screen.clone(),
            started: Moment::now(),
            state: Arc::default(),
        }
    }

    /// Says which command it is of: one that sends.
    pub fn of_command(&self, command: Option<&'static str>) {
        self.state().command = command;
    }

    /// Says what the command was given.
    ///
    /// # Errors
    /// A name that harms something, or under which a file can't be written or would never be read.
    pub fn given(&self, args: AfterwordArgs<'_>) -> Result<(), Error> {
        let mut state = self.state();
        state.list = Some(args.list.to_owned());
        state.rehearsal = args.rehearsal;
        state.files.name(&args)
    }

    /// Refuses a file in the place of one that is `taken`.
    ///
    /// # Errors
    /// It is; nothing will be written there.
    pub fn must_not_take(&self, taken: &[PathBuf]) -> Result<(), Error> {
        self.state().files.must_not_take(taken)
    }

    /// Says where the run is: what was known before is out of date.
    pub fn knows(&self, so_far: SoFar) {
        self.state().known = Some(so_far);
    }

    /// Says that the run is complete: its sum, and where the result is.
    pub fn is_complete(&self, summary: Summary, result: Option<&Path>) {
        let mut state = self.state();
        // What is left of a run that was given up is left for good.
        let before = state.known.take();
        state.known = Some(SoFar {
            summary,
            without_verdict: before.as_ref().map_or(0, |known| known.without_verdict),
            left: before.map_or(0, |known| known.left),
        });
        state.is_final = true;
        state.result = result.map(Path::to_owned);
    }

    /// Says why the run has stopped, and where its calls are recorded.
    pub fn has_stopped(&self, reason: String, recorded: Option<PathBuf>) {
        let mut state = self.state();
        state.recorded = recorded;
        state.reason = Some(reason);
    }

    /// Writes the files, once; where that fails, one line says so, and nothing else changes.
    pub fn write(&self, status: ExitStatus, reason: Option<&str>) {
        let mut state = self.state();
        if state.written.is_some() {
            return;
        }
        state.written = Some(status);
        let ended = Moment::now();
        let reason = reason.map(str::to_owned).or(state.reason.take());
        state.reason = reason.clone();
        if !state.is_final
            && let Some(known) = &mut state.known
        {
            known.summary.end(status.code(), ended, reason);
        }
        let leg = Leg {
            started_at: self.started.to_string(),
            ended_at: ended.to_string(),
            exit_status: Some(status.code()),
        };
        for error in state.write_files(status, (self.started, ended), leg) {
            self.screen.complain(error);
        }
    }

    /// The last line.
    pub fn say(&self, status: ExitStatus) {
        let state = self.state();
        let Some(command) = state.command else {
            return;
        };
        self.screen.last(&LastLine {
            status,
            command,
            list: state.list.as_deref(),
            summary: state.known.as_ref().map(|known| &known.summary),
            ended: Moment::now(),
            result: state.result.as_deref(),
            recorded: state.recorded.as_deref(),
            reason: state.reason.as_deref(),
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
