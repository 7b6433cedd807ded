//! Results with what stands beside them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::job::{Member, kin};
use crate::record::{Lineage, Outputs, summary_of, unfinished};
use crate::report::Summary;

/// A result, with what stands beside it.
///
/// # Errors
/// One of both is not there, or not as it was written.
pub fn member(path: &Path) -> Result<Member, Error> {
    let beside = summary_of(path);
    let unusable = |what: String| Error::unusable(format!("{}: {what}", path.display()));
    refuse_unfinished(path)?;
    if !path.is_file() {
        return Err(unusable("there is no such result".to_owned()));
    }
    let json = fs::read(&beside).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => unusable(format!(
            "{} is not there, so nothing can tell of which run this is",
            beside.display()
        )),
        _ => unusable(format!("{} can't be read: {error}", beside.display())),
    })?;
    let summary = Summary::from_json(&json).map_err(|_| {
        unusable(format!(
            "{} does not say how a result came to be",
            beside.display()
        ))
    })?;
    Ok(Member {
        path: path.to_owned(),
        summary,
    })
}

/// Refuses a result whose run is unfinished: it is not there yet, or about to be replaced, and what stands beside it may be
/// another's.
///
/// # Errors
/// It is.
pub fn refuse_unfinished(result: &Path) -> Result<(), Error> {
    let Some(journal) = unfinished(result) else {
        return Ok(());
    };
    let what = match result.exists() {
        true => "is about to be replaced: a run",
        false => "is not there yet: its run",
    };
    Err(Error::unusable(format!(
        "{} {what} is unfinished, as {} says; the command that began it carries it on, or ends it with --finish",
        result.display(),
        journal.display()
    )))
}

/// A fold that can be advised.
#[derive(Debug)]
pub struct Fold {
    /// The results that it makes one of.
    pub family: Vec<PathBuf>,
    /// Where it goes.
    pub output: PathBuf,
    /// Whether an earlier one stands there.
    pub replaces: bool,
}

impl Fold {
    /// That of a retry and those before it, as far as their names tell. None where the first of them is a retry itself: of a
    /// part only, a fold would look as if it was the whole.
    pub fn of(retry: &Path) -> Option<Self> {
        let lineage = Lineage::of(retry)?;
        let candidates = lineage.ancestors();
        let members = candidates.iter().filter_map(|path| member(path).ok());
        let members: Vec<_> = members.collect();
        let kin = kin(&members);
        if kin.len() < 2 || kin[0].is_retry() {
            return None;
        }
        let outputs = Outputs::at(None, false, || Some(lineage.latest()))?;
        Some(Self {
            family: kin.into_iter().map(|member| member.path.clone()).collect(),
            output: lineage.latest(),
            replaces: outputs.check_result(false).is_err(),
        })
    }
}

/// The last retry beside a result that has sent the same rows of the `run` that wrote it, if there is any.
pub fn retried(result: &Path, run: &str) -> Option<PathBuf> {
    let retries = Lineage::of(result)?.retries();
    let is_of_run = |path: &PathBuf| {
        member(path).is_ok_and(|retry| {
            retry.is_retry() && !retry.is_rehearsal() && retry.summary.of.as_deref() == Some(run)
        })
    };
    retries.into_iter().rev().find(is_of_run)
}
