//! Shards of one list beside one another: each belongs to one cut of it, and is run once (contract, section 8).

use std::fs;

use super::Claim;
use crate::error::Error;
use crate::job::Identity;
use crate::record::{Outputs, RecordError, is_underway, shards_beside, summary_of};
use crate::report::Summary;

/// Refuses files of another cut of the list: customers of one shard are those of several of the others.
///
/// # Errors
/// There are such files.
pub fn refuse_others(outputs: &Outputs) -> Result<(), Error> {
    let beside = || shards_beside(outputs.whole()).into_iter();
    let Some(shard) = outputs.shard() else {
        return match beside().find_map(|(shard, _)| Some((shard, underway(outputs, shard)?))) {
            Some((shard, journal)) => Err(Error::unusable(format!(
                "{} is of shard {shard} of this list, which is unfinished: the whole would call its customers again; carry the \
                 shards on, or end them with --finish, or name another result with --output",
                journal.display()
            ))),
            None => Ok(()),
        };
    };
    if let Some(journal) = is_underway(outputs.whole()) {
        return Err(Error::unusable(format!(
            "{} is of a run of the whole list, which is unfinished: a shard would call its customers again; carry that run on, \
             or end it with --finish, or name another result with --output",
            journal.display()
        )));
    }
    match beside().find(|(other, _)| other.of() != shard.of()) {
        Some((other, path)) => Err(Error::unusable(format!(
            "{} is of shard {other}, and this is shard {shard}: shards of another number do not fit together; move the files of \
             the others away, or name another result with --output",
            path.display()
        ))),
        None => Ok(()),
    }
}

fn underway(outputs: &Outputs, shard: crate::model::Part) -> Option<std::path::PathBuf> {
    is_underway(outputs.clone().of_shard(shard).result()?)
}

impl Claim<'_> {
    /// What the shard came to, where its result is there: a scheduler may start a task again that is done. None where it is still
    /// to be run.
    ///
    /// # Errors
    /// There is a result, and it is another run's.
    pub fn complete_shard(&self, identity: &Identity) -> Result<Option<Summary>, Error> {
        let outputs = self.outputs;
        let is_asked = outputs.shard().is_some() && !outputs.are_replaced();
        let may_be_replaced = self.wishes.overwrite || self.wishes.finish;
        if !is_asked || may_be_replaced || self.lock.has_journal() {
            return Ok(None);
        }
        let Some(result) = outputs.result().filter(|result| result.exists()) else {
            return Ok(outputs.check_result(false).map(|()| None)?);
        };
        let exists = || RecordError::Exists {
            path: result.to_owned(),
        };
        let json = fs::read(summary_of(result)).map_err(|_| exists())?;
        let summary = Summary::from_json(&json).map_err(|_| exists())?;
        match summary.run == identity.hash() {
            true => Ok(Some(summary)),
            false => Err(Error::unusable(format!(
                "{} exists already, and is of another list, account or setting: move it away, name another with --output, or \
                 replace it with --overwrite",
                result.display()
            ))),
        }
    }
}
