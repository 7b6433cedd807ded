//! A result and its retries → one result, and what stands beside it (contract, section 6).

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::family::Member;
use super::run::{PROGRAM, TOLERATE};
use crate::error::{Error, ExitStatus};
use crate::model::{OutcomeKind, Tolerance};
use crate::record::{
    Disk, Folded, Outputs, RecordError, Replacement, ResultReader, Target, fold, write_whole,
};
use crate::report::{Summary, joined};

/// A result has other rows than it was written with.
#[derive(Debug, thiserror::Error)]
#[error("{path} has {read} rows, and was written with {written}: bring back the whole of it")]
struct NotWhole {
    path: String,
    read: u64,
    written: u64,
}

/// Folds the results of a family, in its order, into one that goes to `outputs`.
///
/// # Errors
/// One of them is not as it was written, or does not go with the others; or what they come to can't be written.
pub fn fold_family(
    family: &[Member],
    outputs: &Outputs,
    tolerance: Tolerance,
    disk: &dyn Disk,
) -> Result<(Folded, Summary), Error> {
    let folded = match &outputs.target {
        Target::File(path) => fold_into_place(family, path, outputs, disk)?,
        Target::StandardOutput => {
            // What is printed can't be taken back: nothing is of a fold that fails.
            fold_into(family, io::sink())?;
            fold_into(family, BufWriter::new(io::stdout().lock()))?
        }
    };
    let summary = folded_summary(family, &folded, tolerance);
    if let Some(path) = outputs.summary() {
        let json = summary.to_json();
        let json = json.map_err(|error| Error::new(ExitStatus::TryLater, error))?;
        write_whole(disk, &path, &json)?;
    }
    Ok((folded, summary))
}

/// Folds into a file. What stood beside the one that it replaces goes first: nothing may say of a result that it came to be
/// as another did.
fn fold_into_place(
    family: &[Member],
    path: &Path,
    outputs: &Outputs,
    disk: &dyn Disk,
) -> Result<Folded, Error> {
    let mut result = Replacement::new(disk, path)?;
    let folded = match fold_into(family, &mut result) {
        Ok(folded) => folded,
        Err(error) => {
            result.discard();
            return Err(error);
        }
    };
    if let Some(before) = outputs.summary() {
        let removed = disk
            .remove(&before)
            .and_then(|()| disk.sync_folder_of(&before));
        if let Err(source) = removed {
            result.discard();
            return Err(RecordError::Lost {
                path: before,
                source,
            }
            .into());
        }
    }
    result.commit()?;
    Ok(folded)
}

fn fold_into(family: &[Member], to: impl Write) -> Result<Folded, Error> {
    let mut readers = Vec::new();
    for member in family {
        readers.push(ResultReader::open(&member.path)?);
    }
    let first = readers.remove(0);
    let folded = fold(first, readers, to)?;
    for (member, read) in family.iter().zip(&folded.read) {
        let written = member.summary.rows.values().sum();
        if *read != written {
            return Err(Error::unusable(NotWhole {
                path: member.path.display().to_string(),
                read: *read,
                written,
            }));
        }
    }
    Ok(folded)
}

/// What a family came to: a run like the first, with all that was done for it.
fn folded_summary(family: &[Member], folded: &Folded, tolerance: Tolerance) -> Summary {
    let summaries = || family.iter().map(|member| &member.summary);
    let sum = |of: fn(&Summary) -> u64| summaries().map(of).sum();
    let mut legs: Vec<_> = summaries().flat_map(|one| one.legs.clone()).collect();
    legs.sort_by(|one, other| one.started_at.cmp(&other.started_at));
    let rows = |kind: OutcomeKind| (kind.as_str().to_owned(), folded.tally.rows(kind));
    let codes = folded.tally.rows_by_code().into_iter();
    let first = family[0].summary.clone();
    let mut settings = first.settings.clone();
    // By which the exit status was told.
    settings.insert(TOLERATE.to_owned(), tolerance.to_string());
    let last = &family[family.len() - 1].summary;
    Summary {
        program: PROGRAM.to_owned(),
        // Where a user name has changed meanwhile, the new one is who may go on.
        account: last.account.clone(),
        rows: OutcomeKind::ALL.into_iter().map(rows).collect(),
        codes: codes.map(|(code, rows)| (code.to_owned(), rows)).collect(),
        calls: sum(|one| one.calls),
        attempts: sum(|one| one.attempts),
        throttled: sum(|one| one.throttled),
        seconds: summaries().map(|one| one.seconds).sum(),
        exit_status: folded.status(tolerance).code(),
        reason: None,
        legs,
        settings,
        minutes: joined(summaries().flat_map(|one| one.minutes.clone())),
        ..first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{DiskFile, RealDisk, ResultRow, ResultWriter, Scratch};
    use std::fs;

    /// A disk that is full when a file is to be put in its place.
    #[derive(Debug)]
    struct Stubborn;

    impl Disk for Stubborn {
        fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
            RealDisk.create(path)
        }

        fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
            RealDisk.open(path)
        }

        fn rename(&self, _from: &Path, _to: &Path) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn remove(&self, path: &Path) -> io::Result<()> {
            RealDisk.remove(path)
        }

        fn sync_folder_of(&self, path: &Path) -> io::Result<()> {
            RealDisk.sync_folder_of(path)
        }

        fn scratch(&self, path: &Path) -> io::Result<Box<dyn Scratch>> {
            RealDisk.scratch(path)
        }

        fn boot(&self) -> Option<String> {
            None
        }
    }

    fn member(path: &Path) -> Member {
        let mut result = ResultWriter::new(Vec::new(), []).unwrap();
        let row = ResultRow {
            line: 2,
            user: "1",
            action: "add",
            label: "VIP",
            outcome: "success",
            code: "",
            message: "",
            status: Some(200),
            attempts: 1,
            at: None,
        };
        result.write(&row, [""; 0]).unwrap();
        fs::write(path, result.finish().unwrap()).unwrap();
        let json = r#"{"program": "", "run": "1", "list": {"name": "", "rows": 1, "fingerprint": ""}, "baseUrl": "",
            "account": "", "settings": {}, "shard": "1/1", "rows": {"success": 1}, "codes": {}, "customers": 1, "calls": 1,
            "attempts": 1, "throttled": 0, "legs": [], "seconds": 1.0, "exitStatus": 0, "minutes": []}"#;
        Member {
            path: path.to_owned(),
            summary: Summary::from_json(json.as_bytes()).unwrap(),
        }
    }

    #[test]
    fn no_new_result_stands_beside_what_told_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let family = [member(&path("first.csv"))];
        let outputs = Outputs::at(Some(&path("out.csv")), false, || None).unwrap();
        for name in ["out.csv", "out.json"] {
            fs::write(path(name), "of an earlier fold").unwrap();
        }
        let fold = |disk: &dyn Disk| fold_family(&family, &outputs, Tolerance::default(), disk);
        assert!(fold(&Stubborn).is_err());
        let old = fs::read_to_string(path("out.csv")).unwrap();
        assert_eq!(old, "of an earlier fold");
        assert!(!path("out.json").exists());
        fold(&RealDisk).unwrap();
        assert!(path("out.json").exists());
    }
}
