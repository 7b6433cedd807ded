//! Whether there is a run to be carried on, and whether it is this one (contract, section 5).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::identity::Identity;
use crate::model::OutcomeKind;
use crate::record::{Disk, Entry, Journal, Outputs, RecordError, State};

/// What is left of an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfinished {
    /// Nothing that is worth keeping: nobody was called, or it was a rehearsal.
    Nothing,
    /// It is this run.
    This,
    /// It is another; these were its parts, as far as they are known.
    Other(BTreeMap<String, String>),
    /// The same, and nothing came of what it has sent: another run needs to know nothing of it.
    OtherInVain(BTreeMap<String, String>),
}

/// Looks at the files of an earlier run, of which nothing is changed. Also says what it was, if that is known.
///
/// # Errors
/// They can't be read, or are damaged.
pub fn look(
    disk: &dyn Disk,
    outputs: &Outputs,
    identity: &Identity,
) -> Result<(Unfinished, Option<State>), RecordError> {
    let state = State::read(disk, &outputs.state())?;
    let (mut last_leg, mut sent) = (None, false);
    Journal::peek(disk, &outputs.partial(), |entry| {
        match entry {
            Entry::Leg(leg) => last_leg = Some(leg.run),
            Entry::Sending(_) => sent = true,
            _ => {}
        }
        match sent && state.is_some() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    if !sent || state.as_ref().is_some_and(|state| state.rehearsal) {
        return Ok((Unfinished::Nothing, None));
    }
    let was = state.as_ref().map(|state| state.run.clone()).or(last_leg);
    if was.as_deref() == Some(&identity.hash()) {
        return Ok((Unfinished::This, state));
    }
    let before = state.as_ref().map(|state| state.parts.clone());
    let before = before.unwrap_or_default();
    let other = match has_changed_anything(disk, outputs)? {
        true => Unfinished::Other(before),
        false => Unfinished::OtherInVain(before),
    };
    Ok((other, state))
}

/// No more calls are taken back once they have ended.
const FEW: usize = 100;

/// Whether a call has ended, or may have been applied: wrong credentials, say, leave a journal that tells of neither.
fn has_changed_anything(disk: &dyn Disk, outputs: &Outputs) -> Result<bool, RecordError> {
    let (mut open, mut ended, mut in_doubt) =
        (BTreeSet::<u32>::new(), BTreeSet::<u32>::new(), false);
    Journal::peek(disk, &outputs.partial(), |entry| {
        match entry {
            Entry::Sending(calls) => open.extend(calls.iter()),
            Entry::CalledBack(call) => _ = open.remove(&call),
            Entry::Attempt(attempt) => {
                in_doubt |= attempt.doubt.is_some();
                open.remove(&attempt.call);
            }
            Entry::Ended(end) => {
                in_doubt |= end.record.outcomes.of(0).kind == OutcomeKind::Unconfirmed;
                open.remove(&end.call);
                ended.insert(end.call);
            }
            Entry::TakenBack(call) => _ = ended.remove(&call),
            _ => {}
        }
        match in_doubt || ended.len() > FEW {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    Ok(in_doubt || !open.is_empty() || !ended.is_empty())
}
