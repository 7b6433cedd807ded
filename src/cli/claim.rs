//! The files of a run, for this run alone: what is left of an earlier one is carried on, set aside, or refused (contract,
//! section 5).

use std::path::Path;
use std::time::Duration;

use crate::error::Error;
use crate::job::{
    ACCOUNT, BASE_URL, Identity, KIND, LIST, METHOD, OF, RETRY, UNDO, Unfinished, look,
};
use crate::record::{Lock, Outputs, RealDisk, RecordError, State};
use crate::report::{Screen, span};

/// What is to become of an earlier run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes {
    /// A result that exists is replaced, and an unfinished run of another list set aside.
    pub overwrite: bool,
    /// An unfinished run is set aside.
    pub restart: bool,
    /// Another user name or key is the same organisation's.
    pub account_changed: bool,
    /// The unfinished run is ended as it stands.
    pub finish: bool,
}

/// The files of a run, while nobody else may have them.
#[derive(Debug)]
pub struct Claim<'a> {
    outputs: &'a Outputs,
    wishes: Wishes,
    lock: Lock,
}

/// How the run goes on.
#[derive(Debug)]
pub enum Start {
    /// From its beginning. What is left of an earlier one is set aside, or is not worth keeping.
    Begin {
        /// It is set aside.
        set_aside: bool,
    },
    /// Where it was left; what it was, if that is known.
    CarryOn(Option<State>),
}

impl Start {
    /// What is said where nothing comes of it.
    pub fn spared(&self) -> &'static str {
        match self {
            Self::Begin { .. } => "nothing was sent",
            Self::CarryOn(_) => "nothing more was sent",
        }
    }
}

impl<'a> Claim<'a> {
    /// Locks the files of a run, and waits so long for another that has them. Refuses a complete result that must not be
    /// replaced, and names that no file of a run may have.
    ///
    /// # Errors
    /// Each of these.
    pub fn stake(
        outputs: &'a Outputs,
        list: &Path,
        wishes: Wishes,
        wait: Duration,
        screen: &Screen,
    ) -> Result<Self, Error> {
        outputs.check_names(list)?;
        let journal = outputs.partial();
        let lock = match Lock::take(&journal, Duration::ZERO) {
            Err(RecordError::Busy { path }) if !wait.is_zero() => {
                screen.say(format!(
                    "Another run has {} open; waiting for its end, {} at most.",
                    path.display(),
                    span(wait)
                ));
                Lock::take(&journal, wait)?
            }
            taken => taken?,
        };
        if !lock.has_journal() && !wishes.finish {
            outputs.check_result(wishes.overwrite)?;
        }
        Ok(Self {
            outputs,
            wishes,
            lock,
        })
    }

    /// Decides what becomes of an earlier run, now that it is known what this one is. Nothing is done yet.
    ///
    /// # Errors
    /// It is another, and must neither be carried on nor set aside.
    pub fn settle(&self, identity: &Identity) -> Result<Start, Error> {
        let start = self.decide(identity)?;
        if let Start::CarryOn(state) = &start {
            let began = state.as_ref().map(|state| state.started_at);
            self.outputs.check_workbook(self.wishes.overwrite, began)?;
        }
        Ok(start)
    }

    fn decide(&self, identity: &Identity) -> Result<Start, Error> {
        let over = Start::Begin { set_aside: false };
        let aside = Start::Begin { set_aside: true };
        if self.outputs.are_replaced() {
            return Ok(over);
        }
        let looked = match look(&RealDisk, self.outputs, identity) {
            Err(error) if self.wishes.restart && is_ours(&error) => return Ok(aside),
            looked => looked?,
        };
        let (unfinished, state) = looked;
        match unfinished {
            Unfinished::Nothing if self.wishes.finish => Err(Error::unusable(format!(
                "{}: there is no unfinished run to finish",
                self.outputs.partial().display()
            ))),
            Unfinished::Nothing => Ok(over),
            Unfinished::OtherInVain(_) if !self.wishes.finish => Ok(over),
            _ if self.wishes.restart => Ok(aside),
            Unfinished::This => Ok(Start::CarryOn(state)),
            Unfinished::Other(before) | Unfinished::OtherInVain(before) => {
                let changed = identity.changed(&before);
                let counts = |name: &&str| match *name {
                    ACCOUNT => !self.wishes.account_changed && !self.wishes.finish,
                    BASE_URL | METHOD => !self.wishes.finish,
                    _ => true,
                };
                let changed: Vec<_> = changed.into_iter().filter(counts).collect();
                if changed.is_empty() && !before.is_empty() {
                    return Ok(Start::CarryOn(state));
                }
                let is_another_list = before.is_empty() || changed.contains(&LIST);
                if self.wishes.overwrite && is_another_list && !self.wishes.finish {
                    return Ok(aside);
                }
                let parts = |name: &str| (before.get(name), identity.parts().get(name));
                let known = changed.iter().filter(|_| !before.is_empty());
                let changes = known.map(|name| change(name, parts(name)));
                Err(self.refusal(&changes.collect::<Vec<_>>()))
            }
        }
    }

    /// Makes way for the run, which begins now: everything that may keep it from that has been asked.
    ///
    /// # Errors
    /// A result has come to be there meanwhile; or what is left can't be moved out of the way.
    pub fn make_way(&mut self, start: &Start) -> Result<(), Error> {
        let Start::Begin { set_aside } = start else {
            return Ok(());
        };
        self.outputs.check_result(self.wishes.overwrite)?;
        if *set_aside && self.lock.has_journal() {
            self.lock.set_aside(&self.outputs.aside())?;
        }
        Ok(self.lock.clear()?)
    }

    fn refusal(&self, changes: &[String]) -> Error {
        let changes = match changes {
            [] => "the list, the account or a setting is another".to_owned(),
            _ => changes.join("; "),
        };
        Error::unusable(format!(
            "{}: this run can't be carried on as another: {changes}. Give the command that began it, or add --restart: it \
             sets what was recorded aside as {}, and calls the customers again",
            self.outputs.partial().display(),
            self.outputs.aside().display()
        ))
    }
}

/// Whether an error is about a journal, in whatever state.
fn is_ours(error: &RecordError) -> bool {
    matches!(
        error,
        RecordError::Damaged { .. } | RecordError::OtherVersion { .. } | RecordError::Misfit { .. }
    )
}

/// What has changed, in words.
fn change(name: &str, (before, now): (Option<&String>, Option<&String>)) -> String {
    let shown = |value: Option<&String>| value.map_or("not given".to_owned(), String::clone);
    match name {
        LIST => "the list is another, or has changed".to_owned(),
        ACCOUNT => {
            "the user name or key is another (--account-changed says that it is the same organisation's)"
                .to_owned()
        }
        KIND => {
            let kind = |value: Option<&String>| match value.map(String::as_str) {
                Some(UNDO) => "an undo",
                Some(RETRY) => "a retry",
                _ => "a run",
            };
            format!("it was {}, and is {}", kind(before), kind(now))
        }
        OF => "it is made of another result".to_owned(),
        _ => format!("--{name} was {}, and is {}", shown(before), shown(now)),
    }
}
