//! `{date}` in the name of a file: the local date on which a run began (contract, section 5).

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::model::is_day;

/// What the date stands for.
const DATE: &str = "{date}";

/// How long a date is: `2026-11-23`.
const LENGTH: usize = 10;

/// Whether a date belongs into a name.
pub fn is_dated(pattern: &Path) -> bool {
    pattern.to_str().is_some_and(|name| name.contains(DATE))
}

/// The name with a day in it, wherever a date belongs.
pub fn on(pattern: &Path, day: &str) -> PathBuf {
    match pattern.to_str() {
        Some(name) => name.replace(DATE, day).into(),
        None => pattern.to_owned(),
    }
}

/// The days under which files stand that may be of such a name.
pub fn days(pattern: &Path) -> Vec<String> {
    let mut folder = PathBuf::from(".");
    // All dates of a name are the same: the first says which there are.
    for part in pattern.components().map(|part| part.as_os_str()) {
        match part.to_str().and_then(|name| name.split_once(DATE)) {
            Some((before, _)) => return days_in(&folder, before),
            None => folder.push(part),
        }
    }
    Vec::new()
}

/// The days that stand behind `before` in the names of a folder.
fn days_in(folder: &Path, before: &str) -> Vec<String> {
    let day = |name: &OsStr| {
        let after = name.to_str()?.strip_prefix(before)?;
        let day = after.get(..LENGTH)?;
        is_day(day).then(|| day.to_owned())
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let days: BTreeSet<_> = entries
        .filter_map(|entry| day(&entry.file_name()))
        .collect();
    days.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_date_of_a_name_is_the_same_day() {
        let on = |pattern: &str| on(Path::new(pattern), "2026-11-23").display().to_string();
        assert_eq!(on("{date}/x-{date}.csv"), "2026-11-23/x-2026-11-23.csv");
        assert_eq!(on("x-{day}{Date}.csv"), "x-{day}{Date}.csv");
        assert!(is_dated(Path::new("a/{date}/x")) && !is_dated(Path::new("date")));
    }

    #[test]
    fn the_days_of_a_name_are_told_from_the_files_that_are_there() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "x-2026-11-23.csv.state",
            "x-2026-11-23.csv.partial",
            "x-2026-11-22.csv",
            "x-2026-13-01.csv.state",
            "x-latest.csv",
            "y-2026-11-21.csv",
        ] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("2026-11-20")).unwrap();
        let days = |pattern: &str| days(&folder.path().join(pattern));
        assert_eq!(days("x-{date}.csv"), ["2026-11-22", "2026-11-23"]);
        assert_eq!(days("{date}/x-{date}.csv"), ["2026-11-20"]);
        assert_eq!(days("x.csv"), [""; 0]);
    }
}
