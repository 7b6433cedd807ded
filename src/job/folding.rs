//! A result and its retries → one result, and what stands beside it (contract, section 6).

use std::io::Write;

use super::family::Member;
use super::run::TOLERATE;
use super::together::{added_up, must_be_whole, put_together, readers};
use crate::error::Error;
use crate::model::Tolerance;
use crate::record::{Disk, Folded, Outputs, fold};
use crate::report::Summary;

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
    let write = |to: &mut dyn Write| {
        let mut readers = readers(family)?;
        let first = readers.remove(0);
        let folded = fold(first, readers, to)?;
        must_be_whole(family, &folded)?;
        Ok(folded)
    };
    put_together(outputs, disk, write, |folded| {
        folded_summary(family, folded, tolerance)
    })
}

/// What a family came to: a run like the first, with all that was done for it.
fn folded_summary(family: &[Member], folded: &Folded, tolerance: Tolerance) -> Summary {
    let mut summary = added_up(family, folded);
    // By which the exit status was told.
    let tolerate = (TOLERATE.to_owned(), tolerance.to_string());
    summary.settings.extend([tolerate]);
    summary.exit_status = folded.status(tolerance).code();
    // Where a user name has changed meanwhile, the new one is who may go on.
    let last = &family[family.len() - 1].summary;
    summary.account.clone_from(&last.account);
    summary
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{DiskFile, RealDisk, ResultRow, ResultWriter, Scratch};
    use std::path::Path;
    use std::{fs, io};

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
