//! The files of a run, for this run alone: what is left of an earlier one is carried on, set aside, or refused (contract,
//! section 5).

mod elsewhere;
mod shards;
mod wording;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use self::wording::change;
use super::places::Places;
use crate::error::Error;
use crate::job::{ACCOUNT, BASE_URL, Identity, LIST, METHOD, Unfinished, look};
use crate::record::{Disk, Lock, Outputs, RealDisk, RecordError, State};
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
    /// It is a rehearsal, which other runs do not concern.
    pub rehearsal: bool,
}

/// The files of a run, while nobody else may have them.
#[derive(Debug)]
pub struct Claim<'a> {
    outputs: &'a Outputs,
    wishes: Wishes,
    lock: Lock,
    /// The same run under other dates, which is started over.
    superseded: Vec<(Lock, &'a Outputs)>,
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
    /// Locks the files of a run that begins now, and waits so long for another that has them. Refuses a complete result that
    /// must not be replaced (not yet, where the run may stand elsewhere), and names that no file of a run may have.
    ///
    /// # Errors
    /// Each of these.
    pub fn stake(
        places: &'a Places,
        list: &Path,
        wishes: Wishes,
        wait: Duration,
        screen: &Screen,
    ) -> Result<Self, Error> {
        let claim = Self::at(places.now(), list, wishes, wait, screen)?;
        if places.others().is_empty() {
            claim.check_result()?;
        }
        Ok(claim)
    }

    fn at(
        outputs: &'a Outputs,
        list: &Path,
        wishes: Wishes,
        wait: Duration,
        screen: &Screen,
    ) -> Result<Self, Error> {
        outputs.check_names(list)?;
        let lock = lock(outputs, wait, screen)?;
        if !wishes.finish && !outputs.are_replaced() {
            // Behind the lock: of two that begin together, one at least sees the other.
            shards::refuse_others(outputs)?;
        }
        Ok(Self {
            outputs,
            wishes,
            lock,
            superseded: Vec::new(),
        })
    }

    /// Whose files they are.
    pub fn outputs(&self) -> &'a Outputs {
        self.outputs
    }

    /// Refuses a complete result that must not be replaced. That of a shard may be this very one's, which is told by
    /// [`Claim::complete_shard`] once it is known what is run.
    fn check_result(&self) -> Result<(), RecordError> {
        let is_shard = self.outputs.shard().is_some();
        match self.lock.has_journal() || self.wishes.finish || is_shard {
            true => Ok(()),
            false => self.outputs.check_result(self.wishes.overwrite),
        }
    }

    /// In which parts this run is another than it was, but for those that may be.
    fn differences<'b>(
        &self,
        identity: &'b Identity,
        before: &'b BTreeMap<String, String>,
    ) -> Vec<&'b str> {
        let counts = |name: &&str| match *name {
            ACCOUNT => !self.wishes.account_changed && !self.wishes.finish,
            BASE_URL | METHOD => !self.wishes.finish,
            _ => true,
        };
        let changed = identity.changed(before).into_iter();
        changed.filter(counts).collect()
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
                let changed = self.differences(identity, &before);
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
    pub fn make_way(&mut self, start: &Start, screen: &Screen) -> Result<(), Error> {
        let Start::Begin { set_aside } = start else {
            return Ok(());
        };
        self.outputs.check_result(self.wishes.overwrite)?;
        if *set_aside && self.lock.has_journal() {
            let aside = self.outputs.aside();
            self.lock.set_aside(&aside)?;
            if !self.wishes.restart {
                screen.warn(format_args!(
                    "an unfinished run of another list had this name; what it has recorded is kept as {}, and its customers that \
                     were not called are not called now",
                    aside.display()
                ));
            }
        }
        self.lock.clear()?;
        for (lock, outputs) in &mut self.superseded {
            lock.set_aside(&outputs.aside())?;
            for path in [Some(outputs.state()), outputs.spool()]
                .into_iter()
                .flatten()
            {
                let removed = RealDisk.remove(&path);
                removed.map_err(|source| RecordError::Unwritable { path, source })?;
            }
        }
        Ok(())
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

/// Locks the files of a run, and waits so long for another that has them.
fn lock(outputs: &Outputs, wait: Duration, screen: &Screen) -> Result<Lock, RecordError> {
    let journal = outputs.partial();
    match Lock::take(&journal, Duration::ZERO) {
        Err(RecordError::Busy { path }) if !wait.is_zero() => {
            screen.say(format!(
                "Another run has {} open; waiting for its end, {} at most.",
                path.display(),
                span(wait)
            ));
            Lock::take(&journal, wait)
        }
        taken => taken,
    }
}

/// Whether an error is about a journal, in whatever state.
fn is_ours(error: &RecordError) -> bool {
    matches!(
        error,
        RecordError::Damaged { .. } | RecordError::OtherVersion { .. } | RecordError::Misfit { .. }
    )
}
