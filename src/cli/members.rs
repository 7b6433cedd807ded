//! Results with what stands beside them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::job::{Member, kin};
use crate::record::{Lineage, summary_of};
use crate::report::Summary;

/// A result, with what stands beside it.
///
/// # Errors
/// One of both is not there, or not as it was written.
pub fn member(path: &Path) -> Result<Member, Error> {
    let beside = summary_of(path);
    let unusable = |what: String| Error::unusable(format!("{}: {what}", path.display()));
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

/// The results that a fold would make one of: a retry's, and those before it as far as their names tell.
pub fn family_of(retry: &Path) -> Vec<PathBuf> {
    let candidates = Lineage::of(retry).map(|lineage| lineage.ancestors());
    let candidates = candidates.unwrap_or_default();
    let members: Vec<_> = candidates
        .iter()
        .filter_map(|path| member(path).ok())
        .collect();
    kin(&members)
        .into_iter()
        .map(|member| member.path.clone())
        .collect()
}
