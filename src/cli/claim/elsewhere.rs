//! A run that began on another day, and stands under that date (contract, section 5).

use std::path::Path;
use std::time::Duration;

use super::wording::change;
use super::{Claim, is_ours, lock};
use crate::cli::places::Places;
use crate::error::Error;
use crate::job::{Identity, LIST, Unfinished, look};
use crate::record::{Outputs, RealDisk, RecordError, State};
use crate::report::Screen;

impl<'a> Claim<'a> {
    /// Goes over to the files of the unfinished run that is this one, where that began on another day: the one that began
    /// last. Where it is to be started over, it is set aside, and the run begins today.
    ///
    /// # Errors
    /// Another process has it open; or there is none, and a complete result must not be replaced.
    pub fn find(
        mut self,
        places: &'a Places,
        identity: &Identity,
        list: &Path,
        wait: Duration,
        screen: &Screen,
    ) -> Result<Self, Error> {
        let (now, restart) = (self.outputs.partial(), self.wishes.restart);
        let is_elsewhere = |other: &Outputs| other.partial() != now;
        let stays = !restart && places.others().iter().all(is_elsewhere);
        if places.others().is_empty() || stays && self.is_at(self.outputs, identity)? {
            return Ok(self);
        }
        for other in places.others() {
            if !self.is_at(other, identity)? {
                if is_elsewhere(other) {
                    self.warn_of(other, identity, screen)?;
                }
            } else if !restart {
                let wishes = self.wishes;
                // First: it may be the same journal under another workbook's name.
                drop(self);
                let claim = Self::at(other, list, wishes, wait, screen)?;
                claim.check_result()?;
                return Ok(claim);
            } else if is_elsewhere(other) {
                let lock = lock(other, wait, screen)?;
                self.superseded.push((lock, other));
            }
        }
        self.check_result()?;
        Ok(self)
    }

    /// Whether the unfinished run under these names is this one.
    fn is_at(&self, outputs: &Outputs, identity: &Identity) -> Result<bool, RecordError> {
        let Some(state) = State::read(&RealDisk, &outputs.state())? else {
            return Ok(false);
        };
        if state.rehearsal || !self.differences(identity, &state.parts).is_empty() {
            return Ok(false);
        }
        match look(&RealDisk, outputs, identity) {
            Ok((unfinished, _)) => Ok(unfinished != Unfinished::Nothing),
            Err(error) if self.wishes.restart && is_ours(&error) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Says that customers of this list may have been called in an unfinished run that is not this one.
    fn warn_of(
        &self,
        other: &Outputs,
        identity: &Identity,
        screen: &Screen,
    ) -> Result<(), RecordError> {
        let state = State::read(&RealDisk, &other.state())?;
        let state = state.filter(|state| !state.rehearsal && !self.wishes.rehearsal);
        let Some(before) = state.map(|state| state.parts) else {
            return Ok(());
        };
        let changed = self.differences(identity, &before);
        if changed.is_empty() {
            return Ok(());
        }
        if changed.contains(&LIST) {
            screen.warn(format_args!(
                "{} is of an unfinished run of another list: customers of that list were not called. It is left as it is: run that \
                 list again, or end it as it stands with --finish",
                other.partial().display()
            ));
            return Ok(());
        }
        let parts = |name: &str| (before.get(name), identity.parts().get(name));
        let changes: Vec<_> = changed
            .into_iter()
            .map(|name| change(name, parts(name)))
            .collect();
        screen.warn(format!(
            "{} is of an unfinished run of the same list, which is not this one: {}. It is left as it is.",
            other.partial().display(),
            changes.join("; ")
        ));
        Ok(())
    }
}
