//! The names of a shard's files (contract, section 8): `campaign.results.csv` and `campaign.results.3-of-16.csv`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::durable::with_suffix;
use super::lock::Lock;
use crate::model::Part;

/// What a result ends in whose name says nothing: without an ending, what stands beside it would lose the number of the shard.
const ENDING: &str = ".csv";

/// A name, with the shard before its ending.
pub fn of_shard(path: &Path, shard: Part) -> PathBuf {
    if path.file_name().is_none() {
        return path.to_owned();
    }
    let (stem, ending) = halves(path);
    path.with_file_name(format!(
        "{stem}.{}-of-{}{ending}",
        shard.number(),
        shard.of()
    ))
}

/// The name and the shard that [`of_shard`] has made one of.
pub fn of_whole(path: &Path) -> Option<(PathBuf, Part)> {
    let (stem, ending) = halves(path);
    let (stem, shard) = stem.rsplit_once('.')?;
    let shard = number(shard)?;
    Some((path.with_file_name(format!("{stem}{ending}")), shard))
}

/// The shards of which anything stands beside the result that all of them would make: and of each a file.
pub fn shards_beside(whole: &Path) -> BTreeMap<Part, PathBuf> {
    let folder = whole
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new(".")));
    let (stem, ending) = halves(whole);
    let shard = |name: &str| {
        let rest = name.strip_prefix(&stem)?.strip_prefix('.')?;
        let (shard, rest) = rest.split_once('.')?;
        let rest = format!(".{rest}");
        let is_ours = rest == ".json"
            || ["", PARTIAL, STATE]
                .iter()
                .any(|suffix| rest.strip_prefix(&ending) == Some(suffix));
        number(shard).filter(|_| is_ours)
    };
    let mut shards = BTreeMap::new();
    for entry in entries.into_iter().flatten().flatten() {
        let path = whole.with_file_name(entry.file_name());
        if let Some(shard) = entry.file_name().to_str().and_then(shard)
            && is_worth_a_word(&path)
        {
            shards.entry(shard).or_insert(path);
        }
    }
    shards
}

const PARTIAL: &str = ".partial";
const STATE: &str = ".state";

/// A journal in which nothing stands, and that nobody has open, tells of no run.
fn is_worth_a_word(path: &Path) -> bool {
    let is_empty = fs::metadata(path).is_ok_and(|file| file.len() == 0);
    let is_journal = path.to_string_lossy().ends_with(PARTIAL);
    !(is_journal && is_empty) || Lock::is_held(path).unwrap_or(false)
}

/// Whether a run of this result is unfinished, or about to begin.
pub fn is_underway(result: &Path) -> Option<PathBuf> {
    let journal = with_suffix(result, PARTIAL);
    (journal.exists() && is_worth_a_word(&journal)).then_some(journal)
}

/// A name up to its ending, and that.
fn halves(path: &Path) -> (String, String) {
    let text = |part: Option<&std::ffi::OsStr>| {
        part.map(|part| part.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let ending = path
        .extension()
        .map(|ending| format!(".{}", ending.to_string_lossy()));
    (
        text(path.file_stem()),
        ending.unwrap_or_else(|| ENDING.to_owned()),
    )
}

/// `3-of-16`.
fn number(text: &str) -> Option<Part> {
    let (number, of) = text.split_once("-of-")?;
    let part = Part::new(number.parse().ok()?, of.parse().ok()?)?;
    // In no other writing: `03-of-16` is somebody else's.
    let is_own = text == format!("{}-of-{}", part.number(), part.of());
    is_own.then_some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_stands_before_the_ending() {
        let shard = Part::new(3, 16).unwrap();
        for (whole, named) in [
            ("campaign.results.csv", "campaign.results.3-of-16.csv"),
            ("a/out.csv", "a/out.3-of-16.csv"),
            ("out", "out.3-of-16.csv"),
            ("x-{date}.xlsx", "x-{date}.3-of-16.xlsx"),
        ] {
            let made = of_shard(Path::new(whole), shard);
            assert_eq!(made, Path::new(named));
            let (back, found) = of_whole(&made).unwrap();
            let ending = if whole == "out" { ".csv" } else { "" };
            assert_eq!(back, Path::new(&format!("{whole}{ending}")));
            assert_eq!(found, shard);
        }
        for other in [
            "out.csv",
            "out.3-of-2.csv",
            "out.03-of-16.csv",
            "3-of-16.csv",
        ] {
            assert_eq!(of_whole(Path::new(other)), None, "{other}");
        }
    }

    #[test]
    fn shards_are_told_from_whatever_stands_of_them() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "x.csv",
            "x.1-of-4.csv",
            "x.2-of-4.csv.partial",
            "x.3-of-4.json",
            "x.4-of-4.csv.state",
            "x.1-of-4.retry-1.csv",
            "x.5-of-8.html",
            "y.7-of-8.csv",
        ] {
            fs::write(folder.path().join(name), "something").unwrap();
        }
        fs::write(folder.path().join("x.6-of-8.csv.partial"), "").unwrap();
        let found = shards_beside(&folder.path().join("x.csv"));
        let shown: Vec<_> = found.keys().map(Part::to_string).collect();
        assert_eq!(shown, ["1/4", "2/4", "3/4", "4/4"]);
    }
}
